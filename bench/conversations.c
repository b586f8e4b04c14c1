/* SPDX-License-Identifier: Apache-2.0 */
/*
 * So many conversations at once on one thread: create, wait until it runs, terminate, wait until it is
 * gone. Prints how long they took, and exits with 1 when one failed, a machine is left at the server or
 * one was launched twice. Usage: conversations COUNT LATENCY_MS BOOT_MS END_MS
 */
#include "bench/measure.h"
#include "bench/rig.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* In the order of a machine's life. */
enum step {
    CREATED,
    RUNNING,
    ORDERED,
    GONE,
    STEPS
};

static const char *const step_names[] = {"created", "running", "ordered", "gone"};

struct bench {
    archway *aw;
    aw_offer offer;
    size_t open;
    size_t failed;
    uint64_t start_us;
};

struct conversation {
    struct bench *bench;
    archway_job *made; /* the create, whose result names the machine */
    archway_job *job;  /* the one under way */
    enum step step;    /* that it is on its way to */
    uint64_t at_us[STEPS];
};

static void on_done(archway_job *job, void *arg);

static void end(struct conversation *conversation, const aw_error *error)
{
    if (error) {
        conversation->bench->failed++;
        fprintf(stderr, "not %s: %s\n", step_names[conversation->step], error->message);
    }
    archway_job_destroy(conversation->made);
    conversation->made = NULL;
    conversation->bench->open--;
}

static int start_job(struct conversation *conversation, aw_error *ret_error)
{
    archway *aw = conversation->bench->aw;
    const archway_call call = {.size = sizeof call, .on_done = on_done, .arg = conversation};
    const archway_wish wish = rig_wish(&conversation->bench->offer, "bench");
    if (conversation->step == CREATED)
        return archway_create(aw, &wish, &call, &conversation->job, ret_error);
    const archway_machine machine = rig_machine(conversation->made);
    if (conversation->step == ORDERED)
        return archway_terminate(aw, &machine, &call, &conversation->job, ret_error);
    uint32_t state = conversation->step == RUNNING ? AW_STATE_RUNNING : AW_STATE_TERMINATED;
    return archway_wait(aw, &machine, state, &call, &conversation->job, ret_error);
}

static void next(struct conversation *conversation)
{
    aw_error error;
    if (start_job(conversation, &error))
        end(conversation, &error);
}

static void on_done(archway_job *job, void *arg)
{
    struct conversation *conversation = arg;
    aw_error error = *archway_job_error(job);
    conversation->at_us[conversation->step] = now_us();
    if (conversation->step == CREATED)
        conversation->made = job;
    else
        archway_job_destroy(job);
    if (error.code) {
        end(conversation, &error);
        return;
    }
    conversation->step++;
    if (conversation->step == STEPS)
        end(conversation, NULL);
    else
        next(conversation);
}

/* As a host with an event loop of its own does it. */
static void run(struct bench *bench)
{
    struct pollfd watch = {.fd = archway_fd(bench->aw), .events = POLLIN};
    while (bench->open) {
        if (poll(&watch, 1, (int)archway_timeout_ms(bench->aw)) < 0 && errno != EINTR)
            die("poll: %s", strerror(errno));
        archway_step(bench->aw);
    }
}

static void raise_descriptor_limit(size_t count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        die("getrlimit: %s", strerror(errno));
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < 2 * count + 64)
        fprintf(stderr, "only %llu descriptors: conversations will wait for each other\n",
                (unsigned long long)limit.rlim_max);
}

/* The most that has been resident so far. */
static double peak_kib(void)
{
    char line[256];
    double kib = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, "VmHWM:", 6))
            kib = strtod(line + 6, NULL);
    if (status)
        fclose(status);
    return kib;
}

static void report_steps(const struct conversation *conversations, size_t count, uint64_t start_us)
{
    double *took_s = calloc(count, sizeof *took_s);
    if (!took_s)
        die("no memory");
    for (int step = 0; step < STEPS; step++) {
        for (size_t i = 0; i < count; i++)
            took_s[i] = (double)(conversations[i].at_us[step] - start_us) / 1e6;
        report_samples(step_names[step], took_s, count, "s");
    }
    free(took_s);
}

static void report_server(const struct rig_counts *counts)
{
    report("server_cpu", counts->cpu_s, "s");
    report("requests", (double)counts->requests, "requests");
    report("listings", (double)counts->listings, "requests");
    report("connections", (double)counts->connections, "connections");
    report("connections_at_once", (double)counts->connections_at_once, "connections");
    report("launches", (double)counts->launches, "machines");
    report("launched_twice", (double)counts->launched_twice, "machines");
    report("left", (double)counts->left, "machines");
    report("refused", (double)counts->refused, "requests");
}

static double cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return cpu_seconds(&usage);
}

static void converse(struct bench *bench, struct conversation *conversations, size_t count)
{
    bench->open = count;
    bench->start_us = now_us();
    for (size_t i = 0; i < count; i++) {
        conversations[i] = (struct conversation){.bench = bench};
        next(&conversations[i]);
    }
    run(bench);
}

static int verdict(const struct bench *bench, size_t count, const struct rig_counts *counts)
{
    if (bench->failed == 0 && counts->left == 0 && counts->launched_twice == 0 &&
        counts->launches == count)
        return 0;
    fprintf(stderr, "%zu of %zu failed, %llu launched, %llu twice, %llu left\n", bench->failed,
            count, (unsigned long long)counts->launches, (unsigned long long)counts->launched_twice,
            (unsigned long long)counts->left);
    return 1;
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    struct rig rig = {0};
    struct rig_counts counts;
    struct bench bench = {0};
    size_t count = argc == 5 ? strtoull(argv[1], NULL, 10) : 0;
    struct conversation *conversations = calloc(count, sizeof *conversations);
    if (!count || !conversations)
        die("usage: conversations COUNT LATENCY_MS BOOT_MS END_MS");
    raise_descriptor_limit(count);
    rig_start(&rig, number(argv[2]), number(argv[3]), number(argv[4]));
    bench.aw = rig_open(&rig);
    archway_job *offers = rig_offer(bench.aw, "gpu", "GH200", &bench.offer);

    double kib_before = peak_kib();
    double cpu_before_s = cpu_s();
    converse(&bench, conversations, count);
    report("all", (double)(now_us() - bench.start_us) / 1e6, "s");
    report("cpu", cpu_s() - cpu_before_s, "s");
    report("memory_each", (peak_kib() - kib_before) / (double)count, "KiB");
    report_steps(conversations, count, bench.start_us);

    archway_job_destroy(offers);
    archway_close(bench.aw, NULL);
    rig_stop(&rig, &counts);
    report_server(&counts);
    free(conversations);
    return verdict(&bench, count, &counts);
}
