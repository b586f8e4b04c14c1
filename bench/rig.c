/* SPDX-License-Identifier: Apache-2.0 */
/* Starting and stopping the server. It ends when its standard input does, so it cannot be left behind. */
#include "bench/rig.h"

#include "bench/measure.h"
#include "tests/cloud/cloud.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
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

static void spawn(struct rig *rig, char *const *arguments)
{
    int input[2];
    int output[2];
    posix_spawn_file_actions_t actions;
    make_pipe(input);
    make_pipe(output);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    int status = posix_spawn(&rig->pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    if (status)
        die("%s: %s", arguments[0], strerror(status));
    rig->stop_fd = input[1];
    rig->output = fdopen(output[0], "r");
    if (!rig->output || fscanf(rig->output, "%u", &rig->port) != 1)
        die("%s did not say its port", arguments[0]);
}

static void write_config(struct rig *rig)
{
    snprintf(rig->folder, sizeof rig->folder, "/tmp/archway-bench-XXXXXX");
    if (!mkdtemp(rig->folder))
        die("%s: %s", rig->folder, strerror(errno));
    snprintf(rig->config, sizeof rig->config, "%s/config.yaml", rig->folder);
    int fd = open(rig->config, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd,
                          "owner: bench\njournal: %s/journal.db\nbackends:\n  - type: lambda\n"
                          "    endpoint: http://127.0.0.1:%u/api/v1\n    rate_limit: false\n",
                          rig->folder, rig->port) < 0)
        die("%s: %s", rig->config, strerror(errno));
    close(fd);
}

void rig_start(struct rig *rig, unsigned latency_ms, unsigned boot_ms, unsigned end_ms)
{
    char program[] = FAKE_LAMBDA;
    char types[] = TYPES_FILE;
    char latency[16];
    char boot[16];
    char end[16];
    snprintf(latency, sizeof latency, "%u", latency_ms);
    snprintf(boot, sizeof boot, "%u", boot_ms);
    snprintf(end, sizeof end, "%u", end_ms);
    spawn(rig, (char *const[]){program, types, latency, boot, end, NULL});
    write_config(rig);
    setenv("ARCHWAY_CONFIG", rig->config, 1);
    setenv("LAMBDA_API_KEY", CLOUD_LAMBDA_KEY, 1);
}

static void unlink_in(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

void rig_stop(struct rig *rig, struct rig_counts *ret_counts)
{
    struct rig_counts counts = {0};
    struct rusage usage;
    close(rig->stop_fd);
    if (fscanf(rig->output,
               "%" SCNu64 "%" SCNu64 "%" SCNu64 "%" SCNu64 "%" SCNu64 "%" SCNu64 "%" SCNu64
               "%" SCNu64,
               &counts.requests, &counts.connections, &counts.connections_at_once, &counts.launches,
               &counts.launched_twice, &counts.listings, &counts.refused, &counts.left) != 8)
        die("the server did not say what it saw");
    fclose(rig->output);
    if (wait4(rig->pid, NULL, 0, &usage) != rig->pid)
        die("wait4: %s", strerror(errno));
    counts.cpu_s = cpu_seconds(&usage);
    unlink(rig->config);
    unlink_in(rig->folder, "journal.db");
    unlink_in(rig->folder, "journal.db-writers");
    rmdir(rig->folder);
    *ret_counts = counts;
}
