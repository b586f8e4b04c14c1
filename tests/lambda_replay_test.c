/* SPDX-License-Identifier: Apache-2.0 */
/* Every recording of Lambda Cloud, played through the loaded plugin by a server's calls. */
#include "tests/played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MACHINE_ID "0920582c7ff041399e34823a0be62549"

static archway_job *run(archway *aw, archway_job *job)
{
    while (!archway_job_done(job))
        archway_run(aw, job);
    return job;
}

static const aw_error *only_problem(const archway_job *job)
{
    assert_int_equal(archway_job_problem_count(job), 1);
    return archway_job_problem(job, 0);
}

static archway_job *offers(archway *aw, const char *gpu)
{
    aw_error error = {.code = AW_OK};
    archway_query *query = archway_query_create();
    assert_int_equal(archway_query_set(query, "available", "yes", &error), 0);
    if (gpu)
        assert_int_equal(archway_query_set(query, "gpu", gpu, &error), 0);
    archway_job *job = played_offers(aw, query);
    archway_query_destroy(query);
    return job;
}

static archway_job *begin_create(archway *aw, const archway_job *found, const char *name)
{
    static const char *const keys[] = {PLAYED_KEY};
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    aw_offer offer = {.size = sizeof offer};
    archway_wish wish = {
        .size = sizeof wish, .ssh_key_count = 1, .offer = &offer, .name = name, .ssh_keys = keys};
    assert_int_equal(archway_job_offer(found, 0, &offer, &wish.backend), 0);
    assert_int_equal(archway_create(aw, &wish, NULL, &job, &error), 0);
    return job;
}

static archway_job *create(archway *aw)
{
    archway_job *found = offers(aw, "GH200");
    archway_job *job = begin_create(aw, found, "trainer");
    archway_job_destroy(found);
    return run(aw, job);
}

static const archway_machine machine = {
    .size = sizeof machine, .backend = "lambda", .region = "us-east-3", .id = MACHINE_ID};

static void test_offers_of_both_architectures(void **state)
{
    static const struct {
        const char *recording;
        uint32_t source;
        uint64_t count;
    } cases[] = {
        {"offers", AW_ARCH_SOURCE_RULE, 18},
        {"offers-architecture", AW_ARCH_SOURCE_API, 5},
        {"rate-limited", AW_ARCH_SOURCE_RULE, 18},
        {"rate-limited-html", AW_ARCH_SOURCE_RULE, 18},
        {"html-error-then-fine", AW_ARCH_SOURCE_RULE, 18},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        archway *aw = played_open("lambda", cases[i].recording, NULL);
        archway_job *job = offers(aw, NULL);
        uint64_t count = archway_job_offer_count(job);
        assert_int_equal(count, cases[i].count);
        for (uint64_t at = 0; at < count; at++) {
            const char *backend;
            aw_offer offer = {.size = sizeof offer};
            assert_int_equal(archway_job_offer(job, at, &offer, &backend), 0);
            bool arm = strstr(offer.instance_type, "gh200") || strstr(offer.instance_type, "grace");
            assert_int_equal(offer.arch, arm ? AW_ARCH_ARM64 : AW_ARCH_AMD64);
            assert_int_equal(offer.arch_source, cases[i].source);
        }
        assert_int_equal(archway_job_problem_count(job), 0);
        assert_good(job);
        played_close(aw);
    }
}

static void test_listings_that_fail_say_why(void **state)
{
    static const struct {
        const char *recording;
        uint32_t code;
        const char *part;
    } cases[] = {
        {"bad-key", AW_E_UNAUTHENTICATED, "API key was invalid"},
        {"account-inactive", AW_E_DENIED, "Your account is inactive."},
        {"html-error", AW_E_UNAVAILABLE, "502 Bad Gateway"},
        {"redirect", AW_E_PROTOCOL, "`endpoint:`"},
        {"truncated", AW_E_PROTOCOL, "`instance-types` cannot be read"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        archway *aw = played_open("lambda", cases[i].recording, NULL);
        archway_job *job = offers(aw, NULL);
        assert_int_equal(archway_job_offer_count(job), 0);
        assert_int_equal(only_problem(job)->code, cases[i].code);
        assert_text_has(only_problem(job)->message, cases[i].part);
        assert_string_equal(only_problem(job)->backend, "lambda");
        archway_job_destroy(job);
        played_close(aw);
    }
}

static void test_types_that_cannot_be_read_are_named_and_the_others_offered(void **state)
{
    (void)state;
    archway *aw = played_open("lambda", "wrong-types", NULL);
    archway_job *job = offers(aw, NULL);
    assert_int_equal(archway_job_offer_count(job), 1);
    assert_int_equal(archway_job_problem_count(job), 5);
    archway_job_destroy(job);
    played_close(aw);

    aw = played_open("lambda", "offers-unknown-architecture", NULL);
    job = offers(aw, NULL);
    assert_int_equal(archway_job_offer_count(job), 3);
    assert_text_has(only_problem(job)->message, "gpu_1x_next");
    archway_job_destroy(job);
    played_close(aw);
}

static void test_a_machine_lives_and_ends(void **state)
{
    (void)state;
    archway *aw = played_open("lambda", "life", NULL);
    archway_job *job = create(aw);
    const char *backend;
    const aw_instance *made = archway_job_instance(job, 0, &backend);
    assert_non_null(made);
    assert_string_equal(made->id, MACHINE_ID);
    assert_int_equal(made->arch, AW_ARCH_ARM64);
    assert_string_equal(archway_job_resource(job, 0)->kind, "ssh-key");
    assert_good(job);

    job = played_wait(aw, &machine, AW_STATE_RUNNING);
    assert_string_equal(archway_job_instance(job, 0, &backend)->public_ip, "192.0.2.44");
    assert_good(job);
    job = played_list(aw, "lambda", "my-server");
    assert_int_equal(archway_job_instance_count(job), 1);
    assert_good(job);
    assert_good(played_terminate(aw, &machine));
    assert_good(played_wait(aw, &machine, AW_STATE_TERMINATED));
    played_close(aw);
}

static void test_a_create_ends_with_one_machine(void **state)
{
    static const char *const recordings[] = {
        "create-known-key", "rate-limited-launch", "launch-refused",    "launch-lost",
        "launch-cut",       "launch-unreadable",   "launch-error-made", "key-race",
    };
    (void)state;
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
        archway *aw = played_open("lambda", recordings[i], NULL);
        archway_job *job = create(aw);
        const char *backend;
        const aw_instance *made = archway_job_instance(job, 0, &backend);
        if (!made)
            fail_msg("%s: %s", recordings[i], archway_job_error(job)->message);
        assert_string_equal(made->id, MACHINE_ID);
        assert_string_equal(made->token, archway_job_token(job));
        assert_int_equal(archway_job_instance_count(job), 1);
        assert_good(job);
        played_close(aw);
    }
}

static void test_creates_at_once_register_their_key_once(void **state)
{
    (void)state;
    archway *aw = played_open("lambda", "burst", NULL);
    archway_job *found = offers(aw, "GH200");
    archway_job *one = begin_create(aw, found, "first");
    archway_job *two = begin_create(aw, found, "second");
    archway_job_destroy(found);
    run(aw, one);
    run(aw, two);
    assert_int_equal(archway_job_instance_count(one) + archway_job_instance_count(two), 2);
    assert_good(one);
    assert_good(two);
    played_close(aw);
}

static void test_a_create_that_fails_says_what_to_do(void **state)
{
    static const struct {
        const char *recording;
        uint32_t code;
        uint32_t retry;
        const char *part;
    } cases[] = {
        {"no-capacity", AW_E_NO_CAPACITY, AW_RETRY_NEVER, "Choose an instance type"},
        {"quota", AW_E_QUOTA, AW_RETRY_NEVER, "Contact Support"},
        {"launch-lost-not-made", AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN, "token"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        archway *aw = played_open("lambda", cases[i].recording, NULL);
        archway_job *job = create(aw);
        assert_int_equal(archway_job_instance_count(job), 0);
        assert_int_equal(archway_job_error(job)->code, cases[i].code);
        assert_int_equal(archway_job_error(job)->retry, cases[i].retry);
        assert_text_has(archway_job_error(job)->message, cases[i].part);
        archway_job_destroy(job);
        played_close(aw);
    }
}

static void test_waiting_for_an_unhealthy_machine_ends(void **state)
{
    (void)state;
    archway *aw = played_open("lambda", "unhealthy", NULL);
    assert_good(create(aw));
    archway_job *job = played_wait(aw, &machine, AW_STATE_RUNNING);
    assert_text_has(archway_job_error(job)->message, "health checks");
    archway_job_destroy(job);
    played_close(aw);
}

static void test_listings_of_machines(void **state)
{
    static const struct {
        const char *recording;
        const char *owner;
        uint64_t count;
    } cases[] = {{"list", "my-server", 1}, {"list", NULL, 2}, {"empty-account", "my-server", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        archway *aw = played_open("lambda", cases[i].recording, NULL);
        archway_job *job = played_list(aw, "lambda", cases[i].owner);
        assert_int_equal(archway_job_instance_count(job), cases[i].count);
        assert_good(job);
        played_close(aw);
    }
    archway *aw = played_open("lambda", "wrong-types-list", NULL);
    archway_job *job = played_list(aw, "lambda", "my-server");
    assert_int_equal(archway_job_instance_count(job), 0);
    assert_text_has(only_problem(job)->message, "data[0].id");
    archway_job_destroy(job);
    played_close(aw);
}

static void test_terminating_what_is_gone_succeeds(void **state)
{
    (void)state;
    archway *aw = played_open("lambda", "terminate-gone", NULL);
    assert_good(played_terminate(aw, &machine));
    played_close(aw);
}

static void test_the_recordings_of_the_demo(void **state)
{
    (void)state;
    archway *aw = played_open("lambda", "demo/offers", NULL);
    assert_good(offers(aw, NULL));
    played_close(aw);
    aw = played_open("lambda", "demo/create", NULL);
    assert_good(create(aw));
    assert_good(played_wait(aw, &machine, AW_STATE_RUNNING));
    played_close(aw);
    aw = played_open("lambda", "demo/list", NULL);
    assert_good(played_list(aw, "lambda", "my-server"));
    played_close(aw);
    aw = played_open("lambda", "demo/terminate", NULL);
    assert_good(played_terminate(aw, &machine));
    assert_good(played_wait(aw, &machine, AW_STATE_TERMINATED));
    played_close(aw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offers_of_both_architectures),
        cmocka_unit_test(test_listings_that_fail_say_why),
        cmocka_unit_test(test_types_that_cannot_be_read_are_named_and_the_others_offered),
        cmocka_unit_test(test_a_machine_lives_and_ends),
        cmocka_unit_test(test_a_create_ends_with_one_machine),
        cmocka_unit_test(test_creates_at_once_register_their_key_once),
        cmocka_unit_test(test_a_create_that_fails_says_what_to_do),
        cmocka_unit_test(test_waiting_for_an_unhealthy_machine_ends),
        cmocka_unit_test(test_listings_of_machines),
        cmocka_unit_test(test_terminating_what_is_gone_succeeds),
        cmocka_unit_test(test_the_recordings_of_the_demo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
