/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings of machines of one's own, played through the loaded plugin by a server's calls. */
#include "tests/played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/onprem/"
#define ID "8668ec683ed929f6f0556a3664776d84"

static archway *begin(const char *recording)
{
    return played_open("onprem", recording, FIXTURES "gh1.yaml");
}

static archway_job *offers(archway *aw)
{
    archway_query *query = archway_query_create();
    archway_job *job = played_offers(aw, query);
    archway_query_destroy(query);
    return job;
}

static archway_job *create(archway *aw, const char *user_data)
{
    static const char *const keys[] = {PLAYED_KEY};
    archway_job *found = offers(aw);
    aw_offer offer = {.size = sizeof offer};
    archway_wish wish = {.size = sizeof wish,
                         .ssh_key_count = 1,
                         .offer = &offer,
                         .name = "trainer",
                         .ssh_keys = keys,
                         .user_data = {user_data, user_data ? strlen(user_data) : 0}};
    assert_int_equal(archway_job_offer(found, 0, &offer, &wish.backend), 0);
    archway_job *job = played_create(aw, &wish, NULL);
    archway_job_destroy(found);
    return job;
}

static archway_machine machine(const char *id)
{
    return (archway_machine){
        .size = sizeof(archway_machine), .backend = "onprem", .region = "gh1.lab", .id = id};
}

static archway_job *wait_until(archway *aw, const char *id, uint32_t state)
{
    const archway_machine name = machine(id);
    return played_wait(aw, &name, state);
}

static archway_job *terminate(archway *aw, const char *id)
{
    const archway_machine name = machine(id);
    return played_terminate(aw, &name);
}

static void assert_fails(archway_job *job, uint32_t code, uint32_t retry, const char *part)
{
    assert_text_has(archway_job_error(job)->message, part);
    assert_int_equal(archway_job_error(job)->code, code);
    assert_int_equal(archway_job_error(job)->retry, retry);
    assert_int_equal(archway_job_instance_count(job), 0);
    archway_job_destroy(job);
}

static void test_the_life_of_a_claim(void **state)
{
    char id[65];
    (void)state;
    archway *aw = begin("life");
    archway_job *job = create(aw, NULL);
    const aw_instance *made = assert_machine(job, AW_STATE_RUNNING);
    assert_string_equal(made->token, archway_job_token(job));
    assert_string_equal(made->id, made->token);
    assert_string_equal(made->owner, "my-server");
    assert_string_equal(made->region, "gh1.lab");
    assert_string_equal(made->public_ip, "gh1.lab");
    assert_string_equal(made->ssh_user, "ubuntu");
    assert_int_equal(made->arch, AW_ARCH_ARM64);
    assert_int_equal(made->price_nusd_per_hour, 1200000000);
    assert_int_equal(made->created_at_ms, 1777636810000);
    snprintf(id, sizeof id, "%s", made->id);
    archway_job_destroy(job);
    job = wait_until(aw, id, AW_STATE_RUNNING);
    assert_machine(job, AW_STATE_RUNNING);
    archway_job_destroy(job);
    job = played_list(aw, "onprem", "my-server");
    assert_machine(job, AW_STATE_RUNNING);
    archway_job_destroy(job);
    job = terminate(aw, id);
    assert_machine(job, AW_STATE_TERMINATED);
    archway_job_destroy(job);
    job = wait_until(aw, id, AW_STATE_TERMINATED);
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    archway_job_destroy(job);
    played_close(aw);
}

/* What the offer of a machine must be; a GPU's name of NULL: it has none. */
struct expected {
    const char *region;
    const char *type;
    uint32_t arch;
    uint32_t vcpus;
    uint64_t memory_mib;
    uint64_t disk_mib;
    uint64_t price;
    uint32_t availability;
    uint32_t gpus;
    const char *vendor;
    const char *gpu;
    uint64_t gpu_mib;
};

static void check_offer(const archway_job *job, const struct expected *expected)
{
    aw_offer offer = {.size = sizeof offer};
    const char *backend = NULL;
    uint64_t at = 0;
    while (!archway_job_offer(job, at, &offer, &backend) &&
           strcmp(offer.region, expected->region) != 0)
        at++;
    if (at == archway_job_offer_count(job))
        fail_msg("%s is not offered", expected->region);
    assert_string_equal(offer.instance_type, expected->type);
    assert_int_equal(offer.arch, expected->arch);
    assert_int_equal(offer.arch_source, AW_ARCH_SOURCE_PROBE);
    assert_int_equal(offer.vcpus, expected->vcpus);
    assert_int_equal(offer.memory_mib, expected->memory_mib);
    assert_int_equal(offer.disk_mib, expected->disk_mib);
    assert_int_equal(offer.priced, 1);
    assert_int_equal(offer.price_nusd_per_hour, expected->price);
    assert_int_equal(offer.availability, expected->availability);
    assert_int_equal(offer.gpu ? offer.gpu->count : 0, expected->gpus);
    if (!expected->gpus)
        return;
    assert_string_equal(offer.gpu->vendor, expected->vendor);
    assert_string_equal(offer.gpu->name, expected->gpu);
    assert_int_equal(offer.gpu->memory_mib, expected->gpu_mib);
}

#define GIB(n) ((uint64_t)(n)*1024)

static void test_machines_are_offered_as_they_are(void **state)
{
    static const struct expected machines[] = {
        {"gh1.lab", "host", AW_ARCH_ARM64, 72, 490179, 1800000, 1200000000, AW_AVAILABLE, 1,
         "nvidia", "GH200", GIB(96)},
        {"mi", "host/4", AW_ARCH_AMD64, 48, 516096, 896000, 2000000000, AW_AVAILABLE, 2, "amd",
         "MI300X", GIB(192)},
        {"pi.lab", "host", AW_ARCH_ARM64, 4, 7860, 28672, 0, AW_AVAILABLE, 0, NULL, NULL, 0},
        {"full.lab", "host", AW_ARCH_AMD64, 8, 31744, 102400, 350000000, AW_UNAVAILABLE, 1,
         "nvidia", "T4", GIB(16)},
        {"mixed.lab", "host", AW_ARCH_AMD64, 32, 128000, 1024000, 0, AW_AVAILABLE, 2, "nvidia",
         "RTX 4090", GIB(24)},
        {"fault.lab", "host", AW_ARCH_AMD64, 16, 64000, 512000, 0, AW_AVAILABLE, 0, NULL, NULL, 0},
        {"busy.lab", "host", AW_ARCH_AMD64, 4, 7860, 28672, 0, AW_AVAILABLE, 0, NULL, NULL, 0},
    };
    (void)state;
    archway *aw = played_open("onprem", "offers", FIXTURES "lab.yaml");
    archway_job *job = offers(aw);
    size_t count = sizeof machines / sizeof *machines;
    assert_int_equal(archway_job_offer_count(job), count);
    for (size_t i = 0; i < count; i++)
        check_offer(job, &machines[i]);
    archway_job_destroy(job);
    played_close(aw);
}

static const aw_error *problem_of(const archway_job *job, const char *region)
{
    for (uint64_t i = 0; i < archway_job_problem_count(job); i++)
        if (!strcmp(archway_job_problem(job, i)->region, region))
            return archway_job_problem(job, i);
    fail_msg("nothing is said of %s", region);
    return NULL;
}

static void test_a_bad_machine_is_reported_beside_the_others(void **state)
{
    static const struct {
        const char *region;
        uint32_t code;
        const char *part;
    } problems[] = {
        {"mixed.lab", AW_E_UNSUPPORTED, "several models"},
        {"fault.lab", AW_E_UNAVAILABLE, "couldn't communicate with the NVIDIA driver"},
        {"old.lab", AW_E_UNSUPPORTED, "is \"armv7l\", but must be x86_64 or aarch64"},
        {"wrong.lab", AW_E_INVALID, "says arch=arm64, but it is amd64"},
        {"three.lab", AW_E_INVALID, "cannot be cut into blocks=3 equal parts"},
        {"bsd.lab", AW_E_UNSUPPORTED, "is \"FreeBSD\", but must be Linux"},
        {"mute.lab", AW_E_UNAVAILABLE, "Log in by hand: a POSIX shell must run what it is given"},
        {"locked.lab", AW_E_UNAUTHENTICATED, "refused to log in. Add the public key"},
        {"strange.lab", AW_E_UNAUTHENTICATED, "host key that is not known"},
        {"changed.lab", AW_E_DENIED, "another host key than the one that is known"},
        {"off.lab", AW_E_UNAVAILABLE, "does not answer. Is it switched on"},
        {"silent.lab", AW_E_TIMEOUT, "took the connection and said nothing"},
        {"stuck.lab", AW_E_TIMEOUT, "did not answer in time"},
        {"noname.lab", AW_E_UNAVAILABLE, "cannot be resolved"},
    };
    (void)state;
    archway *aw = played_open("onprem", "offers", FIXTURES "lab.yaml");
    archway_job *job = offers(aw);
    size_t count = sizeof problems / sizeof *problems;
    assert_int_equal(archway_job_problem_count(job), count);
    for (size_t i = 0; i < count; i++) {
        const aw_error *problem = problem_of(job, problems[i].region);
        assert_text_has(problem->message, problems[i].part);
        assert_int_equal(problem->code, problems[i].code);
    }
    archway_job_destroy(job);
    played_close(aw);
}

static void test_user_data_runs_on_and_is_waited_for(void **state)
{
    (void)state;
    archway *aw = begin("bootstrap");
    archway_job *job = create(aw, "#!/bin/sh\necho 'hello'\n");
    const aw_instance *made = assert_machine(job, AW_STATE_PENDING);
    archway_job *wait = wait_until(aw, made->id, AW_STATE_RUNNING);
    assert_machine(wait, AW_STATE_RUNNING);
    archway_job_destroy(wait);
    archway_job_destroy(job);
    played_close(aw);
}

static void test_user_data_that_fails_is_told_with_its_last_words(void **state)
{
    (void)state;
    archway *aw = begin("bootstrap-fails");
    archway_job *job = create(aw, "#!/bin/sh\necho 'hello'\n");
    const aw_instance *made = assert_machine(job, AW_STATE_PENDING);
    archway_job *wait = wait_until(aw, made->id, AW_STATE_RUNNING);
    assert_text_has(archway_job_error(wait)->message, "status 22: the checksum is wrong");
    archway_job_destroy(wait);
    archway_job_destroy(job);
    played_close(aw);
}

static void test_user_data_must_be_a_script(void **state)
{
    (void)state;
    archway *aw = played_open("onprem", "claim-taken", FIXTURES "gh1.yaml");
    assert_fails(create(aw, "#cloud-config\n"), AW_E_INVALID, AW_RETRY_NEVER,
                 "must be a script that begins with #!");
    archway_close(aw, NULL);
}

static void test_a_refused_claim_is_no_claim(void **state)
{
    static const struct {
        const char *recording;
        uint32_t code;
        uint32_t retry;
        const char *part;
    } cases[] = {
        {"claim-taken", AW_E_NO_CAPACITY, AW_RETRY_NEVER, "all of it is claimed"},
        {"claim-conflict", AW_E_CONFLICT, AW_RETRY_NEVER, "another owner's"},
        {"claim-other-machine", AW_E_INVALID, AW_RETRY_NEVER, "list the offers again"},
        {"claim-no-sudo", AW_E_DENIED, AW_RETRY_SAFE, "by sudo without a password"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        archway *aw = begin(cases[i].recording);
        archway_job *job = create(aw, NULL);
        assert_false(archway_job_sent(job));
        assert_fails(job, cases[i].code, cases[i].retry, cases[i].part);
        played_close(aw);
    }
}

static void test_a_claim_whose_outcome_is_unknown_is_looked_for(void **state)
{
    static const char *const recordings[] = {"claim-lost", "claim-hangs", "claim-silent"};
    (void)state;
    for (size_t i = 0; i < sizeof recordings / sizeof *recordings; i++) {
        archway *aw = begin(recordings[i]);
        archway_job *job = create(aw, NULL);
        assert_string_equal(assert_machine(job, AW_STATE_RUNNING)->id, archway_job_token(job));
        archway_job_destroy(job);
        played_close(aw);
    }
}

static void test_what_cannot_be_found_out_is_said(void **state)
{
    static const char *const recordings[] = {"claim-lost-not-made", "claim-lost-vanished"};
    (void)state;
    for (size_t i = 0; i < sizeof recordings / sizeof *recordings; i++) {
        archway *aw = begin(recordings[i]);
        archway_job *job = create(aw, NULL);
        assert_true(archway_job_sent(job));
        assert_fails(job, AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN, "it is not known whether");
        played_close(aw);
    }
}

static void test_a_machine_that_vanished_is_reported_and_not_forgotten(void **state)
{
    archway_backend_result result = {.size = sizeof result};
    (void)state;
    archway *aw = played_open("onprem", "list-vanished", FIXTURES "two.yaml");
    archway_job *job = played_list(aw, "onprem", NULL);
    assert_int_equal(archway_job_instance_count(job), 2);
    assert_int_equal(archway_job_instance(job, 0, NULL)->state, AW_STATE_RUNNING);
    assert_int_equal(archway_job_instance(job, 1, NULL)->state, AW_STATE_TERMINATING);
    assert_string_equal(archway_job_instance(job, 1, NULL)->instance_type, "host/2");
    assert_int_equal(archway_job_backend(job, 0, &result), 0);
    assert_false(result.complete);
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_string_equal(archway_job_problem(job, 0)->region, "gh2.lab");
    archway_job_destroy(job);
    played_close(aw);
}

/* The configuration alone names them: that is no sign of life. */
static void test_a_check_asks_every_machine(void **state)
{
    archway_finding finding = {.size = sizeof finding};
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    (void)state;
    archway *aw = played_open("onprem", "list-vanished", FIXTURES "two.yaml");
    assert_int_equal(archway_check(aw, "onprem", NULL, &job, &error), 0);
    archway_run(aw, job);
    assert_int_equal(archway_job_error(job)->code, AW_E_UNAVAILABLE);
    uint64_t count = archway_job_finding_count(job);
    assert_int_equal(archway_job_finding(job, count - 1, &finding), 0);
    assert_int_equal(finding.verdict, ARCHWAY_BAD);
    assert_text_has(finding.text, "gh2.lab: the machine cannot be reached");
    archway_job_destroy(job);
    played_close(aw);
}

static void test_a_claim_that_cannot_be_read_is_not_passed_over(void **state)
{
    (void)state;
    archway *aw = begin("list-hostile");
    archway_job *job = played_list(aw, "onprem", NULL);
    assert_int_equal(archway_job_instance_count(job), 0);
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_text_has(archway_job_problem(job, 0)->message, "a claim cannot be read");
    archway_job_destroy(job);
    played_close(aw);
}

static void test_ending_what_is_gone_is_success(void **state)
{
    (void)state;
    archway *aw = begin("terminate-gone");
    archway_job *job = terminate(aw, ID);
    assert_machine(job, AW_STATE_TERMINATED);
    archway_job_destroy(job);
    played_close(aw);
}

static void test_what_cannot_be_undone_stays_claimed(void **state)
{
    (void)state;
    archway *aw = begin("terminate-undo-fails");
    assert_fails(terminate(aw, ID), AW_E_INTERNAL, AW_RETRY_NEVER, "Failed to stop agent.service");
    played_close(aw);
}

static archway_job *get(archway *aw, const archway_machine *name)
{
    return played_get(aw, name);
}

static void test_one_claim_is_read(void **state)
{
    const archway_machine name = machine(ID);
    (void)state;
    archway *aw = begin("show");
    archway_job *job = get(aw, &name);
    const aw_instance *found = assert_machine(job, AW_STATE_RUNNING);
    assert_string_equal(found->instance_type, "host/2");
    assert_int_equal(found->price_nusd_per_hour, 600000000);
    assert_true(found->keep && found->expires_at_ms == 1777651210000);
    archway_job_destroy(job);
    played_close(aw);
    aw = begin("show-gone");
    assert_fails(get(aw, &name), AW_E_NOT_FOUND, AW_RETRY_NEVER, "has no claim");
    played_close(aw);
}

/* It may well be there and hold the claim: that it was not asked is no word that it is gone. */
static void test_a_machine_that_is_not_configured_any_more_is_not_called_gone(void **state)
{
    archway_machine name = machine(ID);
    (void)state;
    archway *aw = begin("show");
    name.region = "gh9.lab";
    assert_fails(get(aw, &name), AW_E_INVALID, AW_RETRY_NEVER, "add it again");
    assert_fails(played_terminate(aw, &name), AW_E_INVALID, AW_RETRY_NEVER, "add it again");
    archway_close(aw, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_life_of_a_claim),
        cmocka_unit_test(test_machines_are_offered_as_they_are),
        cmocka_unit_test(test_a_bad_machine_is_reported_beside_the_others),
        cmocka_unit_test(test_user_data_runs_on_and_is_waited_for),
        cmocka_unit_test(test_user_data_that_fails_is_told_with_its_last_words),
        cmocka_unit_test(test_user_data_must_be_a_script),
        cmocka_unit_test(test_a_refused_claim_is_no_claim),
        cmocka_unit_test(test_a_claim_whose_outcome_is_unknown_is_looked_for),
        cmocka_unit_test(test_what_cannot_be_found_out_is_said),
        cmocka_unit_test(test_a_machine_that_vanished_is_reported_and_not_forgotten),
        cmocka_unit_test(test_a_check_asks_every_machine),
        cmocka_unit_test(test_a_claim_that_cannot_be_read_is_not_passed_over),
        cmocka_unit_test(test_ending_what_is_gone_is_success),
        cmocka_unit_test(test_what_cannot_be_undone_stays_claimed),
        cmocka_unit_test(test_one_claim_is_read),
        cmocka_unit_test(test_a_machine_that_is_not_configured_any_more_is_not_called_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
