/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts are independent: each has a thread, all work at once. The thread sanitizer looks on. */
#include "tests/authority.h"
#include "tests/live_cloud.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#define THREADS 4
#define ROUNDS 3

/* One thread's work: what it finds is looked at when all have ended. */
struct worker {
    pthread_t thread;
    const char *config; /* NULL: it replays */
    unsigned offers;
    unsigned machines;
    aw_error error;
};

static struct tls_server *servers[THREADS];
static struct live_cloud clouds[THREADS];
static char folder[] = "/tmp/archway-threads-XXXXXX";
static char configs[THREADS][32];

static int start_clouds(void **state)
{
    unsetenv("https_proxy");
    unsetenv("HTTPS_PROXY");
    if (authority_create(state) || !mkdtemp(folder) || chdir(folder))
        return -1;
    for (int i = 0; i < THREADS; i++) {
        clouds[i].lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
        servers[i] =
            server_start(&(struct server_plan){.script = live_cloud_answer, .arg = &clouds[i]});
        snprintf(configs[i], sizeof configs[i], "config%d.yaml", i);
        live_config_write(configs[i], servers[i], LIVE_KEY);
    }
    return 0;
}

static int stop_clouds(void **state)
{
    for (int i = 0; i < THREADS; i++) {
        server_stop(servers[i]);
        live_config_remove(configs[i]);
    }
    return authority_remove(state) || chdir("/") || rmdir(folder);
}

static int open_context(const struct worker *worker, archway **ret_aw, aw_error *ret_error)
{
    const archway_options options = {
        .size = sizeof options,
        .default_plugin_dir = PLUGIN_DIR,
        .config_path = worker->config,
        .replay_path = worker->config ? NULL : SOURCE_DIR "/fixtures/lambda/offers.http",
    };
    return archway_open(&options, ret_aw, ret_error);
}

/* Runs a job and counts what it found. */
static void finish(struct worker *worker, archway *aw, archway_job *job)
{
    while (archway_run(aw, job))
        continue;
    if (archway_job_error(job)->code)
        worker->error = *archway_job_error(job);
    worker->offers += (unsigned)archway_job_offer_count(job);
    worker->machines += (unsigned)archway_job_instance_count(job);
    archway_job_destroy(job);
}

static void converse(struct worker *worker, archway *aw, const archway_query *query)
{
    finish(worker, aw, live_offers(aw, query, NULL));
    if (!worker->config)
        return;
    finish(worker, aw, live_create(aw, NULL));
    finish(worker, aw, live_list(aw, NULL));
    finish(worker, aw, live_terminate(aw, NULL));
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    archway_query *query = archway_query_create();
    for (int i = 0; i < ROUNDS && !worker->error.code; i++) {
        archway *aw = NULL;
        if (open_context(worker, &aw, &worker->error))
            break;
        converse(worker, aw, query);
        archway_close(aw, worker->error.code ? NULL : &worker->error);
    }
    archway_query_destroy(query);
    return NULL;
}

static void run_all(struct worker *workers)
{
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < THREADS; i++)
        if (workers[i].error.code)
            fail_msg("thread %d: %s", i, workers[i].error.message);
}

static void test_contexts_converse_at_once(void **state)
{
    (void)state;
    struct worker workers[THREADS] = {{.config = NULL}};
    for (int i = 0; i < THREADS; i++)
        workers[i].config = configs[i];
    run_all(workers);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(workers[i].offers, ROUNDS);
        assert_int_equal(workers[i].machines, 2 * ROUNDS);
        assert_int_equal(clouds[i].launches, ROUNDS);
    }
}

static void test_contexts_replay_beside_those_that_converse(void **state)
{
    (void)state;
    struct worker workers[THREADS] = {{.config = NULL}};
    workers[0].config = configs[0];
    run_all(workers);
    for (int i = 1; i < THREADS; i++) {
        assert_true(workers[i].offers > 0);
        assert_int_equal(workers[i].offers, workers[1].offers);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contexts_converse_at_once),
        cmocka_unit_test(test_contexts_replay_beside_those_that_converse),
    };
    return cmocka_run_group_tests(tests, start_clouds, stop_clouds);
}
