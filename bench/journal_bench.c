/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the journal costs: a create's two writes beside the syncs of the disk itself; a recovery of ten thousand
 * open intents; a cleaning of a thousand and of a hundred thousand machines, and the memory that each takes.
 * Usage: journal_bench CREATES ARCHWAY FAKE_MACHINES
 */
#include "bench/child.h"
#include "bench/measure.h"
#include "core/journal.h"

#include <archway/archway.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INTENTS 10000u
#define MOST_CREATES 5000u

struct bench {
    char folder[64];
    char config[128];
    char journal[128];
    char fake_machines[256];
    char archway[256];
};

static void remove_journal(const struct bench *bench)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-writers"};
    char path[160];
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        snprintf(path, sizeof path, "%s%s", bench->journal, endings[i]);
        unlink(path);
    }
}

static void write_config(struct bench *bench, unsigned port)
{
    int fd = open(bench->config, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd,
                          "owner: bench\njournal: %s\nbackends:\n  - type: aws\n"
                          "    endpoint: http://127.0.0.1:%u/\n    regions: [us-east-1]\n"
                          "    rate_limit: false\n",
                          bench->journal, port) < 0)
        die("%s: %s", bench->config, strerror(errno));
    close(fd);
}

static archway *open_context(const struct bench *bench)
{
    aw_error error;
    archway *aw = NULL;
    const archway_options options = {
        .size = sizeof options, .config_path = bench->config, .default_plugin_dir = PLUGIN_DIR};
    if (archway_open(&options, &aw, &error))
        die("%s", error.message);
    return aw;
}

/* As long a write as a page of the journal, and its sync: what no journal can do without. */
static double sync_us(const struct bench *bench)
{
    char path[160];
    char page[4096 + 24] = {0};
    snprintf(path, sizeof path, "%s-sync", bench->journal);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    uint64_t begin = now_us();
    if (fd < 0 || write(fd, page, sizeof page) != sizeof page || fdatasync(fd))
        die("%s: %s", path, strerror(errno));
    uint64_t took = now_us() - begin;
    close(fd);
    unlink(path);
    return (double)took;
}

static void make_wish(size_t number, char token[40], aw_create *ret_wish)
{
    snprintf(token, 40, "bench-token-%06zu", number);
    *ret_wish = (aw_create){
        .size = sizeof *ret_wish,
        .arch = AW_ARCH_ARM64,
        .instance_type = "c7g.medium",
        .region = "us-east-1",
        .name = "bench",
        .owner = "bench",
        .token = token,
    };
}

static double create_us(archway *aw, struct journal *journal, size_t number)
{
    char token[40];
    char id[40];
    aw_create wish;
    aw_error error;
    struct journal_hold hold;
    make_wish(number, token, &wish);
    snprintf(id, sizeof id, "i-%017zu", number);
    const aw_instance instance = {.size = sizeof instance, .id = id, .region = "us-east-1"};
    uint64_t begin = now_us();
    if (journal_begin(journal, aw->backends[0], &wish, 0, &hold, &error) ||
        journal_known(journal, aw->backends[0], hold.entry, &instance, &error))
        die("%s", error.message);
    return (double)(now_us() - begin);
}

/* Turn about, so that both see the same disk. */
static void measure_creates(const struct bench *bench, size_t count)
{
    static double creates[MOST_CREATES];
    static double syncs[MOST_CREATES];
    static double beside[MOST_CREATES];
    aw_error error;
    archway *aw = open_context(bench);
    struct journal *journal = journal_of(aw, &error);
    if (!journal)
        die("%s", error.message);
    for (size_t i = 0; i < count; i++) {
        creates[i] = create_us(aw, journal, i);
        syncs[i] = sync_us(bench) + sync_us(bench);
        beside[i] = creates[i] - syncs[i];
    }
    report_samples("journal_create", creates, count, "us");
    report_samples("journal_syncs", syncs, count, "us");
    report_samples("journal_beside", beside, count, "us");
    archway_close(aw, NULL);
    remove_journal(bench);
}

static void fill(const struct bench *bench)
{
    char token[40];
    aw_create wish;
    aw_error error;
    struct journal_hold hold;
    archway *aw = open_context(bench);
    struct journal *journal = journal_of(aw, &error);
    for (size_t i = 0; journal && i < INTENTS; i++) {
        make_wish(i, token, &wish);
        if (journal_begin(journal, aw->backends[0], &wish, 0, &hold, &error))
            die("%s", error.message);
    }
    if (!journal)
        die("%s", error.message);
    archway_close(aw, NULL);
}

static void run(const char *name, char *const *arguments)
{
    char line[64];
    struct child_result result;
    child_run(arguments, &result);
    snprintf(line, sizeof line, "%s_wall", name);
    report(line, result.wall_ms, "ms");
    snprintf(line, sizeof line, "%s_cpu", name);
    report(line, result.cpu_ms, "ms");
    snprintf(line, sizeof line, "%s_peak", name);
    report(line, result.peak_kib, "KiB");
    snprintf(line, sizeof line, "%s_lines", name);
    report(line, (double)result.lines, "lines");
}

static void serve(struct bench *bench, const char *count, struct child *ret_server)
{
    char number[16];
    snprintf(number, sizeof number, "%s", count);
    child_start((char *const[]){bench->fake_machines, number, NULL}, ret_server);
    write_config(bench, ret_server->port);
}

static void measure_recovery(struct bench *bench)
{
    struct child server;
    char recover[] = "recover";
    char config[] = "--config";
    char format[] = "-oname";
    serve(bench, "10000", &server);
    fill(bench);
    run("recover", (char *const[]){bench->archway, recover, config, bench->config, format, NULL});
    child_stop(&server);
    remove_journal(bench);
}

static void measure_cleaning(struct bench *bench, const char *name, const char *count)
{
    struct child server;
    char clean[] = "gc";
    char config[] = "--config";
    char format[] = "-oname";
    char passes[] = "--passes=1";
    serve(bench, count, &server);
    run(name, (char *const[]){bench->archway, clean, config, bench->config, passes, format, NULL});
    child_stop(&server);
    remove_journal(bench);
}

int main(int argc, char **argv)
{
    struct bench bench = {.folder = "/tmp/archway-bench-XXXXXX"};
    size_t creates = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    if (argc != 4 || creates < 1 || creates > MOST_CREATES)
        die("usage: journal_bench CREATES ARCHWAY FAKE_MACHINES");
    if (!mkdtemp(bench.folder))
        die("%s: %s", bench.folder, strerror(errno));
    snprintf(bench.config, sizeof bench.config, "%s/config.yaml", bench.folder);
    snprintf(bench.journal, sizeof bench.journal, "%s/journal.db", bench.folder);
    snprintf(bench.archway, sizeof bench.archway, "%s", argv[2]);
    snprintf(bench.fake_machines, sizeof bench.fake_machines, "%s", argv[3]);
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "bench-secret", 1);
    setenv("HOME", "/dev/null", 1);
    setenv("XDG_CACHE_HOME", "/dev/null", 1);
    write_config(&bench, 1);
    measure_creates(&bench, creates);
    measure_recovery(&bench);
    measure_cleaning(&bench, "gc_thousand", "1000");
    measure_cleaning(&bench, "gc_ten", "10000");
    measure_cleaning(&bench, "gc_hundred", "100000");
    unlink(bench.config);
    rmdir(bench.folder);
    return 0;
}
