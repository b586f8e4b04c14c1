/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listing what Google Cloud offers in all regions, by the command, from a local server (fake_gcp) that answers 50 ms
 * late: 113 zones, 37,000 machine types, 32,242 SKUs in seven pages, which with the token before them are the
 * longest chain. Once with the
 * fields that are asked for, as Google answers, and once with all of them. Beside it: the same chain by curl alone,
 * which throws the bodies away, and Python's json on the bytes of the whole listing.
 *
 * Usage: gcp_bench ROUNDS ARCHWAY FAKE_GCP CURL_CHAIN [PYTHON LIST_GCP]
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
#define LATENCY "50"
#define CHAIN 8

struct bench {
    size_t rounds;
    char **programs; /* ARCHWAY, FAKE_GCP, CURL_CHAIN, PYTHON, LIST_GCP */
    char folder[32];
    char config[64];
    char key[64];
};

static void write_file(const char *path, const char *format, unsigned port)
    __attribute__((format(printf, 2, 0)));

static void write_file(const char *path, const char *format, unsigned port)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd, format, port, port) < 0)
        die("%s: %s", path, strerror(errno));
    close(fd);
}

static void list(const struct bench *bench, struct child_result *ret_result)
{
    char *const arguments[] = {bench->programs[0], "offers", "--config", (char *)bench->config,
                               "--limit",          "50",     NULL};
    child_run(arguments, ret_result);
    if (ret_result->lines < 20)
        die("%s has found no offers", arguments[0]);
}

static double number_of(char *const *arguments)
{
    struct child_result result;
    child_run(arguments, &result);
    return strtod(result.first_line, NULL);
}

static double chain(const struct bench *bench, unsigned port)
{
    char urls[CHAIN][160];
    char *arguments[CHAIN + 2] = {bench->programs[2]};
    for (int i = 0; i < CHAIN; i++) {
        const char *format =
            i ? "http://127.0.0.1:%u/v1/services/6F81-5844-456A/skus?pageToken=page%%2F%%2B%d"
              : "http://127.0.0.1:%u/token";
        snprintf(urls[i], sizeof urls[i], format, port, i - 1);
        arguments[i + 1] = urls[i];
    }
    return number_of(arguments);
}

static double parse(const struct bench *bench, unsigned port)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    char *const arguments[] = {bench->programs[3], bench->programs[4], url, NULL};
    return number_of(arguments);
}

static void report_as(const char *what, const char *suffix, double *samples, size_t count,
                      const char *unit)
{
    char name[64];
    snprintf(name, sizeof name, "gcp_%s_%s", what, suffix);
    report_samples(name, samples, count, unit);
}

/* By turns. The first round only warms up. */
static void measure(const struct bench *bench, const char *what)
{
    struct child server;
    double times[MOST_ROUNDS], cpu[MOST_ROUNDS], peak[MOST_ROUNDS], chains[MOST_ROUNDS],
        ratios[MOST_ROUNDS];
    char *const arguments[] = {bench->programs[1], LATENCY, (char *)what, NULL};
    child_start(arguments, &server);
    write_file(bench->config,
               "backends:\n  - type: gcp\n    project: bench\n"
               "    endpoint: http://127.0.0.1:%u/compute/v1\n"
               "    billing_endpoint: http://127.0.0.1:%u/v1\n",
               server.port);
    write_file(bench->key,
               "{\"type\":\"authorized_user\",\"client_id\":\"a\",\"client_secret\":\"b\","
               "\"refresh_token\":\"c\",\"token_uri\":\"http://127.0.0.1:%u/token\"}",
               server.port);
    for (size_t round = 0; round <= bench->rounds; round++) {
        struct child_result result;
        size_t at = round ? round - 1 : 0;
        list(bench, &result);
        times[at] = result.wall_ms;
        cpu[at] = result.cpu_ms;
        peak[at] = result.peak_kib;
        chains[at] = chain(bench, server.port);
        ratios[at] = times[at] / chains[at];
    }
    report_as(what, "time", times, bench->rounds, "ms");
    report_as(what, "cpu", cpu, bench->rounds, "ms");
    report_as(what, "peak", peak, bench->rounds, "KiB");
    report_as(what, "chain", chains, bench->rounds, "ms");
    report_as(what, "ratio", ratios, bench->rounds, "x");
    for (size_t round = 0; bench->programs[3] && round < 3; round++)
        chains[round] = parse(bench, server.port);
    if (bench->programs[3])
        report_as(what, "python", chains, 3, "ms");
    child_stop(&server);
}

int main(int argc, char **argv)
{
    struct bench bench = {.rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 0,
                          .programs = argv + 2,
                          .folder = "/tmp/archway-bench-XXXXXX"};
    if ((argc != 5 && argc != 7) || bench.rounds < 3 || bench.rounds > MOST_ROUNDS)
        die("usage: gcp_bench ROUNDS ARCHWAY FAKE_GCP CURL_CHAIN [PYTHON LIST_GCP], of at least 3 "
            "rounds");
    if (!mkdtemp(bench.folder))
        die("%s: %s", bench.folder, strerror(errno));
    snprintf(bench.config, sizeof bench.config, "%s/config.yaml", bench.folder);
    snprintf(bench.key, sizeof bench.key, "%s/key.json", bench.folder);
    setenv("GOOGLE_APPLICATION_CREDENTIALS", bench.key, 1);
    setenv("XDG_CACHE_HOME", "/dev/null", 1); /* nothing is kept */
    setenv("HOME", "/dev/null", 1);
    measure(&bench, "fields");
    measure(&bench, "whole");
    unlink(bench.config);
    unlink(bench.key);
    rmdir(bench.folder);
    return 0;
}
