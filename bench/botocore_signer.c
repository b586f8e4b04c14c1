/* SPDX-License-Identifier: Apache-2.0 */
/* Talks to sign_botocore.py over two pipes, a line for a line. */
#include "bench/botocore_signer.h"

#include "bench/measure.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/* The distribution's, whose python3-botocore it is, and not one of the user's. */
#define PYTHON "/usr/bin/python3"

extern char **environ;

static int spawn(struct botocore_signer *signer, const char *script, const int input[2],
                 const int output[2])
{
    posix_spawn_file_actions_t actions;
    char python[] = PYTHON;
    char isolated[] = "-I";
    char path[4096];
    snprintf(path, sizeof path, "%s", script);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    int status = posix_spawn(&signer->pid, python, &actions, NULL,
                             (char *const[]){python, isolated, path, NULL}, environ);
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

int botocore_signer_start(struct botocore_signer *signer, const char *script, const char *body)
{
    int input[2];
    int output[2];
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
        die("no pipe");
    int status = spawn(signer, script, input, output);
    close(input[0]);
    close(output[1]);
    signer->orders = fdopen(input[1], "w");
    signer->answers = fdopen(output[0], "r");
    if (!signer->orders || !signer->answers)
        die("no memory");
    if (status)
        return -1;
    fprintf(signer->orders, "%s\n", body);
    fflush(signer->orders);
    return fscanf(signer->answers, "%31s %64s", signer->version, signer->signature) == 2 ? 0 : -1;
}

void botocore_signer_stop(struct botocore_signer *signer)
{
    fclose(signer->orders);
    fclose(signer->answers);
    if (signer->pid > 0)
        waitpid(signer->pid, NULL, 0);
}

double botocore_signer_ns(struct botocore_signer *signer, size_t count)
{
    double ns = 0;
    fprintf(signer->orders, "%zu\n", count);
    fflush(signer->orders);
    if (fscanf(signer->answers, "%lf", &ns) != 1)
        die("botocore's process has ended");
    return ns;
}
