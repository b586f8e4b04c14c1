/* SPDX-License-Identifier: Apache-2.0 */
/* Lives of machines on Google Cloud, from recordings: created, watched, listed, and ended. */
#include "gcp_replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_an_axion_lives_and_ends(void **state)
{
    aw_offer offer = gcp_axion();
    archway *aw = played_open("gcp", "life", NULL);
    (void)state;

    archway_job *job = gce_create(aw, &offer, 0);
    const aw_instance *made = assert_gce_machine(job, AW_STATE_PENDING);
    assert_string_equal(made->id, MACHINE);
    assert_int_equal(made->arch, AW_ARCH_ARM64);
    assert_string_equal(made->zone, "us-central1-a");
    assert_string_equal(made->token, archway_job_token(job));
    assert_string_equal(made->owner, "my-server");
    assert_int_equal(archway_job_resource_count(job), 1);
    assert_string_equal(archway_job_resource(job, 0)->kind, "firewall");
    archway_job_destroy(job);

    job = gce_wait(aw, MACHINE, AW_STATE_RUNNING);
    const aw_instance *running = assert_gce_machine(job, AW_STATE_RUNNING);
    assert_string_equal(running->public_ip, "34.1.2.3");
    assert_string_equal(running->private_ip, "10.128.0.2");
    assert_string_equal(running->ssh_user, "ubuntu");
    assert_string_equal(running->instance_type, "c4a-standard-4");
    assert_int_equal(running->arch, AW_ARCH_ARM64);
    archway_job_destroy(job);

    job = gce_list(aw);
    assert_string_equal(assert_gce_machine(job, AW_STATE_RUNNING)->region, "us-central1");
    archway_job_destroy(job);
    assert_good(gce_terminate(aw, MACHINE, "us-central1-a"));
    assert_good(gce_wait(aw, MACHINE, AW_STATE_TERMINATED));
    played_close(aw);
}

/* ---- creates ---- */

static void test_a_create_ends_with_one_machine(void **state)
{
    static const struct {
        const char *recording;
        const char *zone;
        uint32_t state;
    } cases[] = {
        {"stockout-next-zone", "us-central1-b", AW_STATE_PENDING},
        {"exists-ours", "us-central1-a", AW_STATE_RUNNING},
        {"exists-in-operation", "us-central1-a", AW_STATE_RUNNING},
        {"insert-lost", "us-central1-a", AW_STATE_PENDING},
        {"insert-unreadable", "us-central1-a", AW_STATE_RUNNING},
        {"operation-too-long", "us-central1-a", AW_STATE_PENDING},
        {"operation-forbidden", "us-central1-a", AW_STATE_RUNNING},
        {"operation-unreadable", "us-central1-a", AW_STATE_RUNNING},
        {"firewall-race", "us-central1-a", AW_STATE_PENDING},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        aw_offer offer = gcp_axion();
        archway *aw = played_open("gcp", cases[i].recording, NULL);
        print_message("%s\n", cases[i].recording);
        archway_job *job = gce_create(aw, &offer, 0);
        const aw_instance *made = assert_gce_machine(job, cases[i].state);
        assert_string_equal(made->id, MACHINE);
        assert_string_equal(made->zone, cases[i].zone);
        assert_string_equal(made->token, archway_job_token(job));
        archway_job_destroy(job);
        played_close(aw);
    }
}

static void test_a_create_that_fails_says_what_to_do(void **state)
{
    static const struct {
        const char *recording;
        uint32_t code;
        uint32_t scope;
        const char *part;
    } cases[] = {
        {"stockout-everywhere", AW_E_NO_CAPACITY, AW_SCOPE_ZONE, "sufficient capacity"},
        {"quota", AW_E_QUOTA, AW_SCOPE_REGION, "Quota 'C4A_CPUS' exceeded."},
        {"quota-at-once", AW_E_QUOTA, AW_SCOPE_REGION, "Quota 'C4A_CPUS' exceeded."},
        {"quota-global", AW_E_QUOTA, AW_SCOPE_ACCOUNT, "CPUS_ALL_REGIONS"},
        {"denied", AW_E_DENIED, AW_SCOPE_ACCOUNT, "'compute.instances.create'"},
        {"api-disabled", AW_E_DENIED, AW_SCOPE_ACCOUNT, "Enable it by visiting https://"},
        {"exists-others", AW_E_CONFLICT, AW_SCOPE_UNKNOWN, "it is another's"},
        {"exists-disk", AW_E_CONFLICT, AW_SCOPE_UNKNOWN, "already exists"},
        {"image-other-architecture", AW_E_INVALID, AW_SCOPE_UNKNOWN,
         "is for X86_64 and c4a-standard-4 is a machine of ARM64"},
        {"image-unknown", AW_E_INVALID, AW_SCOPE_UNKNOWN, "There is no image projects/ubuntu-os"},
        {"invalid-grant", AW_E_UNAUTHENTICATED, AW_SCOPE_UNKNOWN, "expired or revoked"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        aw_offer offer = gcp_axion();
        archway *aw = played_open("gcp", cases[i].recording, NULL);
        print_message("%s\n", cases[i].recording);
        archway_job *job = gce_create(aw, &offer, 0);
        assert_refused(job, cases[i].code, cases[i].part);
        assert_int_equal(archway_job_error(job)->scope, cases[i].scope);
        assert_int_equal(archway_job_error(job)->retry, AW_RETRY_NEVER);
        archway_job_destroy(job);
        played_close(aw);
    }
}

/* The clock is the replay's: a second more, or a second question, and the limit would be what ends it. */
static void test_a_silent_metadata_server_is_waited_for_a_second_and_no_more(void **state)
{
    aw_offer offer = gcp_axion();
    archway *aw = played_open("gcp", "metadata-silent", NULL);
    (void)state;
    archway_job *job = gce_create(aw, &offer, 1001);
    assert_refused(job, AW_E_TIMEOUT, "No token from the metadata server: ");
    assert_int_equal(archway_job_sent(job), 0);
    archway_job_destroy(job);
    played_close(aw);
    aw = played_open("gcp", "metadata-silent", NULL);
    job = gce_create(aw, &offer, 999);
    assert_null(strstr(archway_job_error(job)->message, "metadata server: "));
    archway_job_destroy(job);
    played_close(aw);
}

/* ---- lists ---- */

static void test_a_list_is_whole_whatever_happens_on_the_way(void **state)
{
    static const char *const recordings[] = {"list-pages", "list-expired-token"};
    (void)state;
    for (size_t i = 0; i < sizeof recordings / sizeof *recordings; i++) {
        archway *aw = played_open("gcp", recordings[i], NULL);
        archway_job *job = gce_list(aw);
        assert_int_equal(archway_job_problem_count(job), 0);
        assert_int_equal(archway_job_instance_count(job), 2);
        assert_string_equal(archway_job_instance(job, 0, NULL)->id, "one");
        assert_int_equal(archway_job_instance(job, 1, NULL)->state, AW_STATE_STOPPED);
        archway_job_destroy(job);
        played_close(aw);
    }
}

static void test_a_list_with_a_hole_names_it(void **state)
{
    archway *aw = played_open("gcp", "list-partial", NULL);
    archway_job *job = gce_list(aw);
    (void)state;
    assert_int_equal(archway_job_instance_count(job), 1);
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_text_has(archway_job_problem(job, 0)->message, "europe-west4-a: The zone does not");
    archway_job_destroy(job);
    played_close(aw);
}

static void test_a_list_that_cannot_be_had_is_no_empty_one(void **state)
{
    static const struct {
        const char *recording;
        uint32_t code;
        const char *part;
    } cases[] = {
        {"list-unauthenticated", AW_E_UNAUTHENTICATED, "invalid authentication credentials"},
        {"list-hostile", AW_E_PROTOCOL, "`instances` cannot be read: items.zones/us-central1-a"},
        {"list-html", AW_E_PROTOCOL, "Error 404 (Not Found)!!1"},
        {"list-nothing", AW_E_PROTOCOL, "is no list of machines: it has no `items`"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        archway *aw = played_open("gcp", cases[i].recording, NULL);
        archway_job *job = gce_list(aw);
        assert_int_equal(archway_job_instance_count(job), 0);
        assert_int_equal(archway_job_problem_count(job), 1);
        assert_text_has(archway_job_problem(job, 0)->message, cases[i].part);
        assert_int_equal(archway_job_problem(job, 0)->code, cases[i].code);
        archway_job_destroy(job);
        played_close(aw);
    }
}

/* ---- one machine ---- */

static void test_ending_what_is_gone_succeeds(void **state)
{
    archway *aw = played_open("gcp", "terminate-gone", NULL);
    (void)state;
    assert_good(gce_terminate(aw, "one", "us-central1-a"));
    played_close(aw);
}

static void test_a_machine_is_found_by_its_name(void **state)
{
    archway *aw = played_open("gcp", "terminate-by-name", NULL);
    (void)state;
    assert_good(gce_terminate(aw, "one", NULL));
    played_close(aw);
    aw = played_open("gcp", "show-by-name", NULL);
    archway_job *job = gce_get(aw, "one", NULL);
    assert_string_equal(assert_gce_machine(job, AW_STATE_RUNNING)->zone, "us-central1-a");
    archway_job_destroy(job);
    played_close(aw);
}

static void test_a_machine_that_may_be_where_nobody_looks_is_not_gone(void **state)
{
    archway *aw = played_open("gcp", "terminate-partial", NULL);
    archway_job *job = gce_terminate(aw, "one", NULL);
    (void)state;
    assert_refused(job, AW_E_UNAVAILABLE, "us-central1-c: The zone does not answer.");
    archway_job_destroy(job);
    played_close(aw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_axion_lives_and_ends),
        cmocka_unit_test(test_a_create_ends_with_one_machine),
        cmocka_unit_test(test_a_create_that_fails_says_what_to_do),
        cmocka_unit_test(test_a_silent_metadata_server_is_waited_for_a_second_and_no_more),
        cmocka_unit_test(test_a_list_is_whole_whatever_happens_on_the_way),
        cmocka_unit_test(test_a_list_with_a_hole_names_it),
        cmocka_unit_test(test_a_list_that_cannot_be_had_is_no_empty_one),
        cmocka_unit_test(test_ending_what_is_gone_succeeds),
        cmocka_unit_test(test_a_machine_is_found_by_its_name),
        cmocka_unit_test(test_a_machine_that_may_be_where_nobody_looks_is_not_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
