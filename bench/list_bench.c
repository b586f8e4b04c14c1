/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listing what EC2 offers, by the command against botocore, from a local server (fake_aws):
 *
 *   - 1,263 types in 13 pages of one region. botocore reads the same pages and does nothing with them; its
 *     time is without its start and its imports, Archway's is the whole process.
 *   - all that a listing asks for (types, zones, prices, spot prices, quotas): the same once more.
 *   - 30 regions, the largest of that size, each answer 100 ms late, against the largest alone.
 *
 * Usage: list_bench ROUNDS ARCHWAY FAKE_AWS TEMPLATE [PYTHON LIST_BOTOCORE]
 *
 * The memory of a child is at least its parent's until it executes: so this program must stay small.
 */
#include "bench/child.h"
#include "bench/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_ROUNDS 100
#define LATENCY "100"

/* As in aws_cloud.c, the largest first. */
static const char regions[] =
    "us-east-1, us-west-2, eu-west-1, us-east-2, ap-northeast-1, eu-central-1, ap-southeast-2, "
    "ap-southeast-1, ap-south-1, eu-north-1, ca-central-1, eu-west-2, ap-northeast-2, eu-west-3, "
    "sa-east-1, us-west-1, eu-south-2, ap-northeast-3, eu-south-1, ap-southeast-3, af-south-1, "
    "ap-east-1, me-central-1, eu-central-2, ap-south-2, ap-southeast-4, il-central-1, "
    "ap-southeast-5, me-south-1, ca-west-1";

struct bench {
    size_t rounds;
    char **programs; /* ARCHWAY, FAKE_AWS, TEMPLATE, PYTHON, LIST_BOTOCORE */
    char folder[32];
    char config[64];
};

static void write_config(const struct bench *bench, unsigned port, const char *names)
{
    int fd = open(bench->config, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd,
                          "backends:\n  - type: aws\n    endpoint: http://127.0.0.1:%u\n"
                          "    regions: [%s]\n",
                          port, names) < 0)
        die("%s: %s", bench->config, strerror(errno));
    close(fd);
}

static void list(const struct bench *bench, unsigned port, const char *names,
                 struct child_result *ret_result)
{
    char *const arguments[] = {bench->programs[0], "offers", "--config", (char *)bench->config,
                               "--limit",          "50",     NULL};
    write_config(bench, port, names);
    child_run(arguments, ret_result);
    if (ret_result->lines < 20)
        die("%s has found no offers", arguments[0]);
}

/* Milliseconds, as the script has measured them. */
static double list_by_botocore(const struct bench *bench, unsigned port, const char *what)
{
    char url[64];
    struct child_result result;
    snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    char *const arguments[] = {bench->programs[3], bench->programs[4], url, (char *)what, NULL};
    child_run(arguments, &result);
    return strtod(result.first_line, NULL);
}

static void report_as(const char *what, const char *suffix, double *samples, size_t count,
                      const char *unit)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%s", what, suffix);
    report_samples(name, samples, count, unit);
}

/* One region, by turns. The first round only warms up. */
static void compare(const struct bench *bench, const char *what)
{
    struct child server;
    double times[MOST_ROUNDS], cpu[MOST_ROUNDS], peak[MOST_ROUNDS], peer[MOST_ROUNDS];
    char *const arguments[] = {bench->programs[1], bench->programs[2], "0", (char *)what, NULL};
    child_start(arguments, &server);
    for (size_t round = 0; round <= bench->rounds; round++) {
        struct child_result result;
        size_t at = round ? round - 1 : 0;
        list(bench, server.port, "us-east-1", &result);
        times[at] = result.wall_ms;
        cpu[at] = result.cpu_ms;
        peak[at] = result.peak_kib;
        if (bench->programs[3])
            peer[at] = list_by_botocore(bench, server.port, what);
    }
    child_stop(&server);
    char name[32];
    snprintf(name, sizeof name, "list_%s", what);
    report_as(name, "time", times, bench->rounds, "ms");
    report_as(name, "cpu", cpu, bench->rounds, "ms");
    report_as(name, "peak", peak, bench->rounds, "KiB");
    if (bench->programs[3])
        report_as(name, "botocore", peer, bench->rounds, "ms");
}

/* All regions against the largest alone, by turns. */
static void fan_out(const struct bench *bench, const char *what)
{
    struct child server;
    double alone[MOST_ROUNDS], together[MOST_ROUNDS], cpu[MOST_ROUNDS], ratio[MOST_ROUNDS];
    char *const arguments[] = {bench->programs[1], bench->programs[2], LATENCY, (char *)what, NULL};
    child_start(arguments, &server);
    for (size_t round = 0; round < bench->rounds; round++) {
        struct child_result result;
        list(bench, server.port, "us-east-1", &result);
        alone[round] = result.wall_ms;
        list(bench, server.port, regions, &result);
        together[round] = result.wall_ms;
        cpu[round] = result.cpu_ms;
        ratio[round] = together[round] / alone[round];
    }
    child_stop(&server);
    char name[32];
    snprintf(name, sizeof name, "regions_%s", what);
    report_as(name, "alone", alone, bench->rounds, "ms");
    report_as(name, "together", together, bench->rounds, "ms");
    report_as(name, "cpu", cpu, bench->rounds, "ms");
    report_as(name, "ratio", ratio, bench->rounds, "x");
}

int main(int argc, char **argv)
{
    struct bench bench = {.rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 0,
                          .programs = argv + 2,
                          .folder = "/tmp/archway-bench-XXXXXX"};
    if ((argc != 5 && argc != 7) || bench.rounds < 1 || bench.rounds > MOST_ROUNDS)
        die("usage: list_bench ROUNDS ARCHWAY FAKE_AWS TEMPLATE [PYTHON LIST_BOTOCORE]");
    if (!mkdtemp(bench.folder))
        die("%s: %s", bench.folder, strerror(errno));
    snprintf(bench.config, sizeof bench.config, "%s/config.yaml", bench.folder);
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "bench-secret", 1);
    setenv("XDG_CACHE_HOME", "/dev/null", 1); /* nothing is kept */
    setenv("HOME", "/dev/null", 1);
    compare(&bench, "types");
    compare(&bench, "all");
    fan_out(&bench, "types");
    fan_out(&bench, "all");
    unlink(bench.config);
    rmdir(bench.folder);
    return 0;
}
