/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long programs take from their start to their first byte on standard output, and to their end, and
 * how much memory they have at most. A round runs each once, so that a busy moment meets all of them; the
 * first round only warms up. A program that writes nothing has its end for its first byte. The server
 * of the other benchmarks runs meanwhile, and ARCHWAY_CONFIG points at it.
 *
 * Usage: start ROUNDS NAME=PROGRAM[ ARGUMENT]...
 *
 * The memory of a child is at least its parent's until it executes: so this program must stay small.
 */
#include "bench/measure.h"
#include "bench/rig.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_ARGUMENTS 32
#define MOST_ROUNDS 1000

extern char **environ;

struct program {
    const char *name;
    char *arguments[MOST_ARGUMENTS + 1];
    double *first_ms;
    double *end_ms;
    double *cpu_ms;
    double *peak_kib;
};

static void read_program(char *text, size_t rounds, struct program *ret_program)
{
    char *rest = strchr(text, '=');
    size_t count = 0;
    if (!rest)
        die("expected NAME=PROGRAM, found %s", text);
    *rest++ = '\0';
    *ret_program = (struct program){.name = text};
    for (char *word; count < MOST_ARGUMENTS && (word = strsep(&rest, " "));)
        ret_program->arguments[count++] = word;
    double *samples = calloc(rounds * 4, sizeof *samples);
    if (!samples)
        die("no memory");
    ret_program->first_ms = samples;
    ret_program->end_ms = samples + rounds;
    ret_program->cpu_ms = samples + 2 * rounds;
    ret_program->peak_kib = samples + 3 * rounds;
}

static pid_t spawn(char *const *arguments, int output)
{
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int status = posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (status)
        die("%s: %s", arguments[0], strerror(status));
    return pid;
}

static void run(struct program *program, size_t round)
{
    char data[65536];
    int ends[2];
    int status = 0;
    struct rusage usage;
    if (pipe2(ends, O_CLOEXEC))
        die("pipe: %s", strerror(errno));
    uint64_t start_us = now_us();
    pid_t pid = spawn(program->arguments, ends[1]);
    close(ends[1]);
    ssize_t got = read(ends[0], data, sizeof data);
    uint64_t first_us = now_us();
    while (got > 0)
        got = read(ends[0], data, sizeof data);
    if (wait4(pid, &status, 0, &usage) != pid || status)
        die("%s did not succeed (status %d)", program->name, status);
    close(ends[0]);
    program->first_ms[round] = (double)(first_us - start_us) / 1e3;
    program->end_ms[round] = (double)(now_us() - start_us) / 1e3;
    program->cpu_ms[round] = cpu_seconds(&usage) * 1e3;
    program->peak_kib[round] = (double)usage.ru_maxrss;
}

static void report_as(const struct program *program, const char *what, double *samples,
                      size_t rounds, const char *unit)
{
    char name[128];
    snprintf(name, sizeof name, "%s_%s", program->name, what);
    report_samples(name, samples, rounds, unit);
}

int main(int argc, char **argv)
{
    struct rig rig = {0};
    struct rig_counts counts;
    size_t rounds = argc > 2 ? strtoull(argv[1], NULL, 10) : 0;
    size_t program_count = argc > 2 ? (size_t)argc - 2 : 0;
    struct program *programs = calloc(program_count, sizeof *programs);
    if (!programs || rounds < 1 || rounds > MOST_ROUNDS)
        die("usage: start ROUNDS NAME=PROGRAM[ ARGUMENT]...");
    rig_start(&rig, 0, 0, 0);
    for (size_t i = 0; i < program_count; i++)
        read_program(argv[i + 2], rounds, &programs[i]);
    for (size_t round = 0; round <= rounds; round++)
        for (size_t i = 0; i < program_count; i++)
            run(&programs[i], round ? round - 1 : 0);
    rig_stop(&rig, &counts);
    for (size_t i = 0; i < program_count; i++) {
        report_as(&programs[i], "first_byte", programs[i].first_ms, rounds, "ms");
        report_as(&programs[i], "end", programs[i].end_ms, rounds, "ms");
        report_as(&programs[i], "cpu", programs[i].cpu_ms, rounds, "ms");
        report_as(&programs[i], "peak", programs[i].peak_kib, rounds, "KiB");
        free(programs[i].first_ms);
    }
    free(programs);
    return 0;
}
