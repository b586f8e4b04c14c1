/* SPDX-License-Identifier: Apache-2.0 */
/* posix_spawn, its pipes and its environment. */
#include "core/real_spawn.h"

#include "core/mem.h"
#include "core/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct streams {
    int ours[3];
    int theirs[3];
};

static void close_all(int *fds)
{
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int open_streams(struct streams *streams)
{
    *streams = (struct streams){.ours = {-1, -1, -1}, .theirs = {-1, -1, -1}};
    for (int i = 0; i < 3; i++) {
        int pair[2];
        int failed = i == 0 ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)
                            : pipe2(pair, O_CLOEXEC);
        if (failed)
            return errno;
        streams->ours[i] = pair[0];
        streams->theirs[i] = pair[1];
        if (fcntl(pair[0], F_SETFL, O_NONBLOCK))
            return errno;
    }
    return 0;
}

static int add_variable(const char ***environment, size_t *count, const char *variable)
{
    const char **place = VEC_PUSH(environment, count);
    if (!place)
        return -1;
    *place = variable;
    return 0;
}

static bool is_replaced(const char *variable, const char *const *additions)
{
    size_t name = strcspn(variable, "=") + 1;
    for (size_t i = 0; additions && additions[i]; i++)
        if (!strncmp(additions[i], variable, name))
            return true;
    return false;
}

static const char **make_environment(const char *const *additions)
{
    const char **environment = NULL;
    size_t count = 0;
    int failed = 0;
    for (char **variable = environ; *variable && !failed; variable++)
        if (!is_replaced(*variable, additions))
            failed = add_variable(&environment, &count, *variable);
    for (size_t i = 0; additions && additions[i] && !failed; i++)
        failed = add_variable(&environment, &count, additions[i]);
    if (!failed)
        failed = add_variable(&environment, &count, NULL);
    if (!failed)
        return environment;
    mem_free(environment);
    return NULL;
}

static void describe_child(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                           const struct streams *streams)
{
    sigset_t signals;
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(actions, streams->theirs[i], i);
    posix_spawn_file_actions_addclosefrom_np(actions, 3);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(attributes, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(attributes, &signals);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                             POSIX_SPAWN_SETSIGMASK);
}

static int spawn(struct child *child, const aw_program *program, const struct streams *streams)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    const char **environment = make_environment(program->environment);
    if (!environment)
        return ENOMEM;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    describe_child(&actions, &attributes, streams);
    int status = posix_spawnp(&child->pid, program->argv[0], &actions, &attributes,
                              (char *const *)program->argv, (char *const *)environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    mem_free(environment);
    return status;
}

/* A descriptor that is readable once it has ended. Where the host ignores SIGCHLD it may be gone already. */
static int open_process(pid_t pid)
{
    int fd = pidfd_open(pid, 0);
    return fd < 0 && errno == ESRCH ? eventfd(1, EFD_CLOEXEC) : fd;
}

int child_start(struct child *child, const aw_program *program)
{
    struct streams streams;
    int status = open_streams(&streams);
    if (!status)
        status = spawn(child, program, &streams);
    close_all(streams.theirs);
    if (!status) {
        child->process = open_process(child->pid);
        if (child->process >= 0) {
            child->input = streams.ours[0];
            child->output = streams.ours[1];
            child->errors = streams.ours[2];
            return 0;
        }
        status = errno;
        kill(-child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
    }
    close_all(streams.ours);
    return status;
}
