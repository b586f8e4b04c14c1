/* SPDX-License-Identifier: Apache-2.0 */
/* Spawning the command and catching what it says. */
#include "cli_run.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ENVIRONMENT 16

struct run run;

static char folder[] = "/tmp/archway-cli-XXXXXX";
static char *environment[ENVIRONMENT + 1];
static const char *program = ARCHWAY_COMMAND;
static int out_pipe = -1;
static int err_pipe = -1;

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

int cli_folder_enter(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

int cli_folder_leave(void **state)
{
    (void)state;
    cli_environment(NULL);
    free(run.out);
    free(run.err);
    return chdir("/") || nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static size_t count_variables(void)
{
    size_t count = 0;
    while (environment[count])
        count++;
    return count;
}

void cli_environment(const char *name_and_value)
{
    size_t count = count_variables();
    if (name_and_value) {
        assert_true(count < ENVIRONMENT);
        environment[count] = strdup(name_and_value);
        return;
    }
    while (count > 0) {
        free(environment[--count]);
        environment[count] = NULL;
    }
}

void cli_program(const char *path)
{
    program = path ? path : ARCHWAY_COMMAND;
}

static int make_pipe(int *ret_write_end)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    *ret_write_end = ends[1];
    return ends[0];
}

static pid_t spawn(const char *const *argv, posix_spawn_file_actions_t *actions)
{
    pid_t child;
    char state_home[sizeof folder + sizeof "XDG_STATE_HOME=/state"];
    char *variables[ENVIRONMENT + 2] = {NULL};
    snprintf(state_home, sizeof state_home, "XDG_STATE_HOME=%s/state", folder);
    memcpy(variables, environment, sizeof environment);
    variables[count_variables()] = state_home; /* the test's own, if there is one, comes first */
    int status =
        posix_spawn(&child, program, actions, NULL, (char *const *)(uintptr_t)argv, variables);
    posix_spawn_file_actions_destroy(actions);
    assert_int_equal(status, 0);
    return child;
}

pid_t cli_start(const char *const *argv, int out_fd)
{
    int out_end = -1;
    int err_end = -1;
    posix_spawn_file_actions_t actions;
    out_pipe = make_pipe(&out_end);
    err_pipe = make_pipe(&err_end);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out_fd >= 0 ? out_fd : out_end, 1);
    posix_spawn_file_actions_adddup2(&actions, err_end, 2);
    pid_t child = spawn(argv, &actions);
    close(out_end);
    close(err_end);
    return child;
}

pid_t cli_begin(const char *const *argv)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int fd = 0; fd < 3; fd++)
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    return spawn(argv, &actions);
}

/* Adds what is there to be read. Returns 0 at the end. */
static int take(int fd, char **text, size_t *size)
{
    char chunk[4096];
    ssize_t got = read(fd, chunk, sizeof chunk);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    *text = realloc(*text, *size + (size_t)got + 1);
    assert_non_null(*text);
    memcpy(*text + *size, chunk, (size_t)got);
    *size += (size_t)got;
    (*text)[*size] = '\0';
    return 1;
}

static void read_outputs(void)
{
    struct pollfd fds[] = {{.fd = out_pipe, .events = POLLIN}, {.fd = err_pipe, .events = POLLIN}};
    char **texts[] = {&run.out, &run.err};
    size_t sizes[] = {0, 0};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        poll(fds, 2, -1);
        for (int i = 0; i < 2; i++)
            if (fds[i].fd >= 0 && fds[i].revents && !take(fds[i].fd, texts[i], &sizes[i])) {
                close(fds[i].fd);
                fds[i].fd = -1;
            }
    }
}

void cli_finish(pid_t child)
{
    int status = 0;
    free(run.out);
    free(run.err);
    run.out = strdup("");
    run.err = strdup("");
    read_outputs();
    assert_int_equal(waitpid(child, &status, 0), child);
    run.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void cli_run(const char *const *argv)
{
    cli_finish(cli_start(argv, -1));
}

void cli_write(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

json_t *cli_json(void)
{
    json_error_t error;
    json_t *root = json_loads(run.out, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("no JSON: %s in %s", error.text, run.out);
    return root;
}

const char *cli_json_at(const json_t *root, const char *path)
{
    static char text[1024];
    char name[64];
    while (*path) {
        size_t size = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        root = json_is_array(root) ? json_array_get(root, (size_t)strtoul(name, NULL, 10))
                                   : json_object_get(root, name);
        path += size + (path[size] == '.');
    }
    if (json_is_string(root))
        return json_string_value(root);
    size_t size =
        root ? json_dumpb(root, text, sizeof text - 1, JSON_ENCODE_ANY | JSON_COMPACT) : 0;
    text[size < sizeof text ? size : 0] = '\0';
    return text;
}

void cli_assert_contains(const char *text, const char *part, int wanted, const char *file, int line)
{
    if ((strstr(text, part) != NULL) == wanted)
        return;
    print_error("\"%s\" is %s in:\n%s\n", part, wanted ? "not" : "", text);
    _fail(file, line);
}

void cli_assert_code(int code, const char *file, int line)
{
    if (run.code == code)
        return;
    print_error("exit code %d, not %d\nstdout: %s\nstderr: %s\n", run.code, code, run.out, run.err);
    _fail(file, line);
}
