/* SPDX-License-Identifier: Apache-2.0 */
/* A server's calls and a cloud over the network, with the loaded plugin in between. */
#include "tests/authority.h"
#include "tests/descriptors.h"
#include "tests/live_cloud.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <unistd.h>

static struct tls_server *server;
static struct live_cloud cloud;
static archway_query *query;
static archway *aw;
static unsigned dones;
static char folder[] = "/tmp/archway-engine-XXXXXX";

static int enter_folder(void **state)
{
    return authority_create(state) || !mkdtemp(folder) || chdir(folder);
}

static int leave_folder(void **state)
{
    live_config_remove("config.yaml");
    return authority_remove(state) || chdir("/") || rmdir(folder);
}

static void open_with(struct server_plan plan)
{
    server = server_start(&plan);
    live_config_write("config.yaml", server, LIVE_KEY);
    aw = live_open("config.yaml");
}

static void open_cloud(void)
{
    open_with((struct server_plan){.script = live_cloud_answer, .arg = &cloud});
}

static int begin(void **state)
{
    (void)state;
    cloud = (struct live_cloud){.lock = PTHREAD_MUTEX_INITIALIZER};
    dones = 0;
    query = archway_query_create();
    unsetenv("https_proxy");
    unsetenv("HTTPS_PROXY");
    return query ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    int result = archway_close(aw, NULL);
    aw = NULL;
    archway_query_destroy(query);
    server_stop(server);
    server = NULL;
    return result;
}

static void count_done(archway_job *job, void *arg)
{
    (void)job;
    (void)arg;
    dones++;
}

static const archway_call counting = {.size = sizeof counting, .on_done = count_done};

static const aw_error *failure_of(archway_job *job)
{
    while (archway_run(aw, job))
        continue;
    assert_int_not_equal(archway_job_error(job)->code, AW_OK);
    return archway_job_error(job);
}

/* The offers job itself succeeds, and says of the backend that it failed. */
static aw_error failed_offers(void)
{
    archway_backend_result result = {.size = sizeof result};
    archway_job *job = live_offers(aw, query, NULL);
    while (archway_run(aw, job))
        continue;
    assert_int_equal(archway_job_backend(job, 0, &result), 0);
    aw_error error = *result.error;
    archway_job_destroy(job);
    assert_int_not_equal(error.code, AW_OK);
    return error;
}

static void assert_says(const aw_error *error, const char *part)
{
    if (!strstr(error->message, part))
        fail_msg("\"%s\" does not say \"%s\"", error->message, part);
}

static unsigned launches(void)
{
    pthread_mutex_lock(&cloud.lock);
    unsigned count = cloud.launches;
    pthread_mutex_unlock(&cloud.lock);
    return count;
}

static void test_offers_come_over_tls_and_the_key_is_sent(void **state)
{
    (void)state;
    open_cloud();
    archway_job *job = live_succeed(aw, live_offers(aw, query, &counting));
    assert_int_equal(archway_job_offer_count(job), 1);
    assert_int_equal(dones, 1);
    assert_non_null(strstr(cloud.head, "authorization: Bearer " LIVE_KEY "\r\n"));
    archway_job_destroy(job);
}

static void test_a_machine_lives_and_ends(void **state)
{
    (void)state;
    open_cloud();
    archway_job *job = live_succeed(aw, live_create(aw, NULL));
    assert_int_equal(archway_job_instance_count(job), 1);
    archway_job_destroy(job);
    job = live_succeed(aw, live_list(aw, NULL));
    assert_int_equal(archway_job_instance_count(job), 1);
    archway_job_destroy(job);
    archway_job_destroy(live_succeed(aw, live_terminate(aw, NULL)));
    assert_true(cloud.terminated);
    assert_int_equal(launches(), 1);
}

static void test_a_launch_whose_answer_is_lost_is_found_and_never_sent_again(void **state)
{
    (void)state;
    cloud.lose_launch = true;
    open_cloud();
    archway_job_destroy(live_succeed(aw, live_offers(aw, query, NULL)));
    archway_job *job = live_succeed(aw, live_create(aw, NULL));
    assert_int_equal(archway_job_instance_count(job), 1);
    assert_string_equal(archway_job_instance(job, 0, NULL)->token, archway_job_token(job));
    archway_job_destroy(job);
    assert_int_equal(launches(), 1);
}

static void test_a_busy_server_is_asked_again(void **state)
{
    (void)state;
    cloud.busy = 2;
    open_cloud();
    archway_job *job = live_succeed(aw, live_offers(aw, query, NULL));
    assert_int_equal(archway_job_offer_count(job), 1);
    assert_int_equal(server_requests(server), 3);
    archway_job_destroy(job);
}

static void test_a_server_that_is_not_trusted_is_asked_once_and_nothing_is_sent(void **state)
{
    (void)state;
    open_with((struct server_plan){
        .kind = SERVER_SELF_SIGNED, .script = live_cloud_answer, .arg = &cloud});
    aw_error error = failed_offers();
    assert_says(&error, "SSL_CERT_FILE");
    assert_int_equal(error.retry, AW_RETRY_NEVER);
    assert_int_equal(server_connections(server), 1);
    assert_int_equal(server_requests(server), 0);
}

static void redirect(struct peer *peer, const struct heard *heard, void *elsewhere)
{
    char text[512];
    (void)heard;
    snprintf(text, sizeof text, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
             (const char *)elsewhere);
    peer_say(peer, text);
}

static void test_a_redirect_takes_no_key_elsewhere(void **state)
{
    (void)state;
    struct tls_server *elsewhere =
        server_start(&(struct server_plan){.script = live_cloud_answer, .arg = &cloud});
    const char *url = server_url(elsewhere, "/api/v1/instance-types");
    open_with((struct server_plan){.script = redirect, .arg = (void *)(uintptr_t)url});
    aw_error error = failed_offers();
    assert_int_equal(error.http_status, 302);
    assert_int_equal(server_connections(elsewhere), 0);
    server_stop(elsewhere);
}

static void test_a_server_that_stalls_ends_with_the_time_of_the_call(void **state)
{
    (void)state;
    const archway_call call = {.size = sizeof call, .timeout_ms = 300};
    cloud.stalls = true;
    open_cloud();
    archway_job *job = live_terminate(aw, &call);
    assert_int_equal(failure_of(job)->code, AW_E_TIMEOUT);
    archway_job_destroy(job);
}

static void test_a_launch_that_stalls_may_have_made_a_machine(void **state)
{
    (void)state;
    const archway_call call = {.size = sizeof call, .timeout_ms = 500};
    cloud.stall_launch = true;
    open_cloud();
    archway_job *job = live_create(aw, &call);
    assert_int_equal(failure_of(job)->retry, AW_RETRY_UNKNOWN);
    assert_true(archway_job_sent(job));
    assert_says(archway_job_error(job), archway_job_token(job));
    archway_job_destroy(job);
    assert_int_equal(launches(), 1);
}

/* Drives the context as a host with a loop of its own would. */
static void poll_until_done(const archway_job *job)
{
    struct pollfd host = {.fd = archway_fd(aw), .events = POLLIN};
    while (!archway_job_done(job)) {
        int64_t timeout_ms = archway_timeout_ms(aw);
        assert_true(poll(&host, 1, (int)timeout_ms) >= 0);
        archway_step(aw);
        assert_int_equal(archway_fd(aw), host.fd);
    }
}

static void test_a_host_with_its_own_loop_needs_a_descriptor_and_a_time(void **state)
{
    (void)state;
    cloud.busy = 1;
    open_cloud();
    archway_job *jobs[8];
    for (size_t i = 0; i < 8; i++)
        jobs[i] = i % 2 ? live_list(aw, &counting) : live_offers(aw, query, &counting);
    for (size_t i = 0; i < 8; i++) {
        poll_until_done(jobs[i]);
        assert_int_equal(archway_job_error(jobs[i])->code, AW_OK);
        archway_job_destroy(jobs[i]);
    }
    assert_int_equal(dones, 8);
}

static void test_a_cancelled_job_leaves_nothing_open(void **state)
{
    (void)state;
    cloud.stalls = true;
    open_cloud();
    size_t before = descriptor_count();
    archway_job *job = live_list(aw, &counting);
    while (!server_requests(server)) {
        archway_step(aw);
        usleep(1000);
    }
    archway_cancel(job);
    assert_int_equal(dones, 0);
    assert_int_equal(failure_of(job)->code, AW_E_CANCELLED);
    assert_int_equal(dones, 1);
    for (int i = 0; i < 1000 && descriptor_count() != before; i++)
        usleep(5000);
    assert_int_equal(descriptor_count(), before);
    archway_job_destroy(job);
}

static void *wake_up(void *arg)
{
    usleep(20000);
    archway_wake(arg);
    return NULL;
}

static void test_another_thread_ends_the_wait(void **state)
{
    (void)state;
    pthread_t thread;
    cloud.stalls = true;
    open_cloud();
    archway_job *job = live_list(aw, &counting);
    assert_int_equal(pthread_create(&thread, NULL, wake_up, aw), 0);
    assert_int_equal(archway_run(aw, job), -1);
    assert_false(archway_job_done(job));
    pthread_join(thread, NULL);
    archway_job_destroy(job);
}

static const char *finding(const archway_job *job, const char *subject)
{
    for (uint64_t i = 0; i < archway_job_finding_count(job); i++) {
        archway_finding found = {.size = sizeof found};
        assert_int_equal(archway_job_finding(job, i, &found), 0);
        if (strcmp(found.subject, subject) == 0)
            return found.text;
    }
    fail_msg("nothing was found about %s", subject);
    return NULL;
}

static void test_a_check_names_what_is_used(void **state)
{
    (void)state;
    archway_job *job = NULL;
    open_cloud();
    assert_int_equal(archway_check(aw, "lambda", NULL, &job, NULL), 0);
    live_succeed(aw, job);
    assert_non_null(strstr(finding(job, "ca"), authority_file()));
    assert_non_null(strstr(finding(job, "endpoint"), "https://127.0.0.1:"));
    assert_non_null(strstr(finding(job, "credentials"), "accepted"));
    for (uint64_t i = 0; i < archway_job_finding_count(job); i++) {
        archway_finding found = {.size = sizeof found};
        archway_job_finding(job, i, &found);
        assert_null(strstr(found.text, LIVE_KEY));
    }
    archway_job_destroy(job);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_offers_come_over_tls_and_the_key_is_sent),
        TEST(test_a_machine_lives_and_ends),
        TEST(test_a_launch_whose_answer_is_lost_is_found_and_never_sent_again),
        TEST(test_a_busy_server_is_asked_again),
        TEST(test_a_server_that_is_not_trusted_is_asked_once_and_nothing_is_sent),
        TEST(test_a_redirect_takes_no_key_elsewhere),
        TEST(test_a_server_that_stalls_ends_with_the_time_of_the_call),
        TEST(test_a_launch_that_stalls_may_have_made_a_machine),
        TEST(test_a_host_with_its_own_loop_needs_a_descriptor_and_a_time),
        TEST(test_a_cancelled_job_leaves_nothing_open),
        TEST(test_another_thread_ends_the_wait),
        TEST(test_a_check_names_what_is_used),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
