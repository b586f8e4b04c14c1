/* SPDX-License-Identifier: Apache-2.0 */
/* Starting other programs. */
#include "bench/child.h"

#include "bench/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC))
        die("pipe: %s", strerror(errno));
}

/* `input` -1: nothing. */
static pid_t spawn(char *const *arguments, int input, int output)
{
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (input < 0)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int status = posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (status)
        die("%s: %s", arguments[0], strerror(status));
    return pid;
}

void child_start(char *const *arguments, struct child *ret_child)
{
    int input[2];
    int output[2];
    make_pipe(input);
    make_pipe(output);
    ret_child->pid = spawn(arguments, input[0], output[1]);
    close(input[0]);
    close(output[1]);
    ret_child->stop_fd = input[1];
    ret_child->output = fdopen(output[0], "r");
    if (!ret_child->output || fscanf(ret_child->output, "%u", &ret_child->port) != 1)
        die("%s did not say its port", arguments[0]);
}

void child_stop(struct child *child)
{
    close(child->stop_fd);
    fclose(child->output);
    if (waitpid(child->pid, NULL, 0) != child->pid)
        die("waitpid: %s", strerror(errno));
}

void child_run(char *const *arguments, struct child_result *ret_result)
{
    int ends[2];
    int status = 0;
    struct rusage usage;
    char line[4096];
    make_pipe(ends);
    *ret_result = (struct child_result){.lines = 0};
    uint64_t start_us = now_us();
    pid_t pid = spawn(arguments, -1, ends[1]);
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    if (!output)
        die("fdopen: %s", strerror(errno));
    while (fgets(line, sizeof line, output))
        if (ret_result->lines++ == 0)
            snprintf(ret_result->first_line, sizeof ret_result->first_line, "%.127s", line);
    if (wait4(pid, &status, 0, &usage) != pid)
        die("wait4: %s", strerror(errno));
    ret_result->wall_ms = (double)(now_us() - start_us) / 1e3;
    fclose(output);
    ret_result->cpu_ms = cpu_seconds(&usage) * 1e3;
    ret_result->peak_kib = (double)usage.ru_maxrss;
}
