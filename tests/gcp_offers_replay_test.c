/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded listings of Google Cloud, played through the loaded plugin by a server's calls. */
#include "tests/replay_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/gcp/"

struct listing {
    struct session session;
    archway_query *query;
    archway_job *job;
};

static void list(struct listing *listing, const char *recording)
{
    char path[512];
    aw_error error = {.size = sizeof error};
    const struct session_options options = {.recording = path, .plugin_dir = PLUGIN_DIR};
    snprintf(path, sizeof path, FIXTURES "%s.http", recording);
    if (!session_open(&listing->session, &options))
        fail_msg("%s: %s", recording, listing->session.error.message);
    archway_call call = session_call(&listing->session, 0);
    listing->query = archway_query_create();
    assert_int_equal(
        archway_offers(listing->session.aw, listing->query, 0, &call, &listing->job, &error), 0);
    session_run(&listing->session, listing->job);
    if (archway_job_error(listing->job)->code)
        fail_msg("%s", archway_job_error(listing->job)->message);
}

/* Every request of the recording must have come. */
static void end(struct listing *listing)
{
    aw_error error = {.size = sizeof error};
    archway_job_destroy(listing->job);
    archway_query_destroy(listing->query);
    if (archway_close(listing->session.aw, &error))
        fail_msg("%s", error.message);
}

/* A type in a region, on demand or as spot, with so many GPUs. */
struct wanted {
    const char *type;
    const char *region;
    uint32_t spot;
    uint32_t gpus;
};

static bool find(const struct listing *listing, const struct wanted *wanted, aw_offer *ret_offer)
{
    const char *backend = NULL;
    for (size_t i = 0; i < archway_job_offer_count(listing->job); i++) {
        *ret_offer = (aw_offer){.size = sizeof *ret_offer};
        archway_job_offer(listing->job, i, ret_offer, &backend);
        if (!strcmp(ret_offer->instance_type, wanted->type) &&
            !strcmp(ret_offer->region, wanted->region) && ret_offer->spot == wanted->spot &&
            (ret_offer->gpu ? ret_offer->gpu->count : 0) == wanted->gpus)
            return true;
    }
    return false;
}

static aw_offer offer_of(const struct listing *listing, struct wanted wanted)
{
    aw_offer offer;
    if (!find(listing, &wanted, &offer))
        fail_msg("%s is not offered in %s", wanted.type, wanted.region);
    return offer;
}

static void assert_price(const struct listing *listing, struct wanted wanted, uint64_t nusd)
{
    aw_offer offer = offer_of(listing, wanted);
    assert_int_equal(offer.priced, nusd > 0);
    assert_int_equal(offer.price_nusd_per_hour, nusd);
}

static void assert_problem(const struct listing *listing, uint32_t code, const char *words)
{
    for (size_t i = 0; i < archway_job_problem_count(listing->job); i++) {
        const aw_error *problem = archway_job_problem(listing->job, i);
        if (problem->code == code && strstr(problem->message, words))
            return;
    }
    fail_msg("there is no problem %u: %s", code, words);
}

static void test_offers_of_both_architectures_over_several_zones(void **state)
{
    struct listing listing;
    (void)state;
    list(&listing, "offers");
    aw_offer axion = offer_of(&listing, (struct wanted){"c4a-standard-4", "us-central1", 0, 0});
    assert_int_equal(axion.arch, AW_ARCH_ARM64);
    assert_int_equal(axion.arch_source, AW_ARCH_SOURCE_API);
    assert_string_equal(axion.zone, "us-central1-a,us-central1-b");
    assert_int_equal(axion.price_nusd_per_hour, 179600000);
    assert_price(&listing, (struct wanted){"c4a-standard-4", "europe-west4", 0, 0}, 188576000);
    assert_price(&listing, (struct wanted){"n4a-standard-4", "us-central1", 0, 0}, 154000000);
    assert_price(&listing, (struct wanted){"t2a-standard-4", "us-central1", 1, 0}, 65568000);
    assert_price(&listing, (struct wanted){"e2-micro", "us-central1", 0, 0}, 8376428);
    assert_price(&listing, (struct wanted){"a2-highgpu-1g", "us-central1", 0, 1}, 3673385000);
    assert_price(&listing, (struct wanted){"g2-standard-4", "us-central1", 0, 1}, 706824000);
    assert_price(&listing, (struct wanted){"n2-standard-8", "europe-west4", 0, 0}, 0);
    assert_price(&listing, (struct wanted){"a4x-highgpu-4g", "us-central1", 0, 4}, 0);
    aw_offer older = offer_of(&listing, (struct wanted){"c3-standard-4", "us-central1", 0, 0});
    assert_int_equal(older.arch, AW_ARCH_AMD64);
    assert_int_equal(older.arch_source, AW_ARCH_SOURCE_RULE);
    assert_problem(&listing, AW_E_UNAVAILABLE, "The zone \"us-east1-b\" is left out");
    end(&listing);
}

static void test_what_create_is_told(void **state)
{
    struct listing listing;
    (void)state;
    list(&listing, "offers");
    aw_offer t4 = offer_of(&listing, (struct wanted){"n1-standard-8", "us-central1", 0, 2});
    assert_string_equal(t4.data, "gpu=nvidia;attach=nvidia-tesla-t4:2");
    assert_string_equal(t4.zone, "us-central1-a");
    assert_int_equal(t4.price_nusd_per_hour, 1079998000);
    aw_offer a2 = offer_of(&listing, (struct wanted){"a2-highgpu-1g", "us-central1", 0, 1});
    assert_string_equal(a2.data, "gpu=nvidia");
    aw_offer axion = offer_of(&listing, (struct wanted){"c4a-standard-4", "us-central1", 0, 0});
    assert_null(axion.data);
    end(&listing);
}

static void test_what_is_left_out(void **state)
{
    struct listing listing;
    aw_offer offer;
    (void)state;
    list(&listing, "offers");
    assert_false(find(&listing, &(struct wanted){"n1-standard-1", "us-central1", 0, 0}, &offer));
    assert_false(find(&listing, &(struct wanted){"ct5lp-hightpu-1t", "us-central1", 0, 0}, &offer));
    assert_false(find(&listing, &(struct wanted){"n1-standard-8", "us-central1", 0, 8}, &offer));
    end(&listing);
}

static void test_quotas_are_compared_with_what_offers_take(void **state)
{
    struct listing listing;
    (void)state;
    list(&listing, "offers");
    static const struct {
        struct wanted wanted;
        uint32_t availability;
    } known[] = {
        {{"c4a-standard-4", "us-central1", 0, 0}, AW_NO_QUOTA}, /* 2 of 8 are left */
        {{"c4a-standard-4", "us-central1", 1, 0}, AW_AVAILABILITY_UNKNOWN},
        {{"c4a-standard-4", "europe-west4", 0, 0}, AW_AVAILABILITY_UNKNOWN},
        {{"n4a-standard-4", "us-central1", 0, 0}, AW_AVAILABILITY_UNKNOWN}, /* none is named */
        {{"n1-standard-8", "us-central1", 0, 1}, AW_AVAILABILITY_UNKNOWN},
        {{"n1-standard-8", "us-central1", 0, 2}, AW_NO_QUOTA},
        {{"a2-highgpu-1g", "us-central1", 0, 1}, AW_NO_QUOTA},
        {{"a4x-highgpu-4g", "us-central1", 0, 4}, AW_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_int_equal(offer_of(&listing, known[i].wanted).availability, known[i].availability);
    end(&listing);
}

static void test_prices_that_may_not_be_read_are_one_problem(void **state)
{
    struct listing listing;
    (void)state;
    list(&listing, "offers-billing-disabled");
    assert_int_equal(archway_job_problem_count(listing.job), 1);
    assert_problem(&listing, AW_E_DENIED, "The prices are not known: Cloud Billing API");
    assert_price(&listing, (struct wanted){"c4a-standard-4", "us-central1", 0, 0}, 0);
    end(&listing);
}

static void test_a_token_that_expires_is_found_anew(void **state)
{
    struct listing listing;
    (void)state;
    list(&listing, "offers-expired-token");
    assert_int_equal(archway_job_problem_count(listing.job), 0);
    assert_string_equal(
        offer_of(&listing, (struct wanted){"c4a-standard-4", "us-central1", 0, 0}).zone,
        "us-central1-a,us-central1-b");
    end(&listing);
}

static void test_zones_that_are_missing_are_named(void **state)
{
    struct listing listing;
    (void)state;
    list(&listing, "offers-partial");
    assert_problem(&listing, AW_E_DENIED,
                   "The machine types of europe-west4-a are not known: Required");
    assert_problem(&listing, AW_E_UNAVAILABLE,
                   "Which GPUs can be attached in us-central1-b is not known");
    assert_problem(&listing, AW_E_UNAVAILABLE,
                   "Which GPUs can be attached in europe-west4-a is not known");
    offer_of(&listing, (struct wanted){"n1-standard-8", "us-central1", 0, 4});
    offer_of(&listing, (struct wanted){"n1-standard-8", "us-central1", 0, 0});
    end(&listing);
}

static void test_hostile_answers_leave_the_rest(void **state)
{
    struct listing listing;
    (void)state;
    list(&listing, "offers-hostile");
    assert_int_equal(archway_job_offer_count(listing.job), 2);
    assert_price(&listing, (struct wanted){"c4a-standard-4", "us-central1", 0, 0}, 0);
    assert_problem(&listing, AW_E_PROTOCOL, "The zone \"../../x\" is left out");
    assert_problem(&listing, AW_E_PROTOCOL, "us-central1-b are not known: Google's answer");
    assert_problem(&listing, AW_E_PROTOCOL, "cut off after 53 bytes");
    assert_problem(&listing, AW_E_PROTOCOL, "n2-d is left out: its architecture \"RISCV64\"");
    end(&listing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offers_of_both_architectures_over_several_zones),
        cmocka_unit_test(test_what_create_is_told),
        cmocka_unit_test(test_what_is_left_out),
        cmocka_unit_test(test_quotas_are_compared_with_what_offers_take),
        cmocka_unit_test(test_prices_that_may_not_be_read_are_one_problem),
        cmocka_unit_test(test_a_token_that_expires_is_found_anew),
        cmocka_unit_test(test_zones_that_are_missing_are_named),
        cmocka_unit_test(test_hostile_answers_leave_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
