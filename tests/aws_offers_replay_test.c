/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded listings of AWS, played through the loaded plugin by a server's calls. */
#include "tests/replay_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/aws/"

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
}

/* Every request of the recording must have come, but for those of a listing that failed. */
static void end(struct listing *listing, bool whole)
{
    aw_error error = {.size = sizeof error};
    archway_job_destroy(listing->job);
    archway_query_destroy(listing->query);
    if (archway_close(listing->session.aw, &error) && whole)
        fail_msg("%s", error.message);
}

static bool find(const struct listing *listing, const char *type, const char *region, uint32_t spot,
                 aw_offer *ret_offer)
{
    const char *backend = NULL;
    for (size_t i = 0; i < archway_job_offer_count(listing->job); i++) {
        *ret_offer = (aw_offer){.size = sizeof *ret_offer};
        archway_job_offer(listing->job, i, ret_offer, &backend);
        if (!strcmp(ret_offer->instance_type, type) && !strcmp(ret_offer->region, region) &&
            ret_offer->spot == spot)
            return true;
    }
    return false;
}

static aw_offer offer_of(const struct listing *listing, const char *type, const char *region,
                         uint32_t spot)
{
    aw_offer offer;
    if (!find(listing, type, region, spot, &offer))
        fail_msg("%s is not offered in %s", type, region);
    return offer;
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static void assert_problem(const struct listing *listing, const char *region, uint32_t code,
                           const char *words)
{
    for (size_t i = 0; i < archway_job_problem_count(listing->job); i++) {
        const aw_error *problem = archway_job_problem(listing->job, i);
        if (problem->code == code && !strcmp(problem->region, region) &&
            strstr(problem->message, words))
            return;
    }
    fail_msg("no problem of %s says \"%s\"", region, words);
}

static void test_three_regions_show_both_architectures(void **state)
{
    (void)state;
    struct listing listing;
    list(&listing, "offers");
    assert_int_equal(archway_job_problem_count(listing.job), 0);
    assert_int_equal(offer_of(&listing, "c7g.large", "us-east-1", 0).arch, AW_ARCH_ARM64);
    assert_int_equal(offer_of(&listing, "c7g.metal", "eu-central-1", 0).arch, AW_ARCH_ARM64);
    assert_int_equal(offer_of(&listing, "t4g.nano", "ap-south-1", 0).arch, AW_ARCH_ARM64);
    assert_int_equal(offer_of(&listing, "t2.micro", "us-east-1", 0).arch, AW_ARCH_AMD64);
    assert_int_equal(offer_of(&listing, "g4dn.xlarge", "eu-central-1", 0).arch, AW_ARCH_AMD64);
    aw_offer none;
    assert_false(find(&listing, "mac2.metal", "us-east-1", 0, &none));
    end(&listing, true);
}

static void test_prices_and_zones_are_those_of_the_region_and_the_way(void **state)
{
    (void)state;
    struct listing listing;
    list(&listing, "offers");
    aw_offer offer = offer_of(&listing, "c7g.large", "us-east-1", 0);
    assert_int_equal(offer.price_nusd_per_hour, 72500000);
    assert_string_equal(offer.zone, "us-east-1a,us-east-1b");
    offer = offer_of(&listing, "c7g.large", "us-east-1", 1);
    assert_int_equal(offer.price_nusd_per_hour, 26300000);
    offer = offer_of(&listing, "c7g.large", "eu-central-1", 0);
    assert_int_equal(offer.price_nusd_per_hour, 83100000);
    offer = offer_of(&listing, "m7i.large", "ap-south-1", 0);
    assert_int_equal(offer.priced, 0);
    assert_string_equal(offer.zone, "ap-south-1c");
    end(&listing, true);
}

static void test_accelerators_come_with_their_types(void **state)
{
    (void)state;
    struct listing listing;
    list(&listing, "offers");
    aw_offer offer = offer_of(&listing, "g6f.large", "us-east-1", 0);
    assert_int_equal(offer.gpu->count, 1);
    assert_int_equal(offer.gpu->memory_mib, 2861);
    assert_string_equal(offer.data, "gpu=nvidia");
    offer = offer_of(&listing, "inf2.xlarge", "us-east-1", 0);
    assert_string_equal(offer.gpu->vendor, "aws");
    assert_string_equal(offer.gpu->name, "Inferentia2");
    end(&listing, true);
}

static void test_what_the_account_has_no_quota_for_is_marked(void **state)
{
    (void)state;
    struct listing listing;
    list(&listing, "offers");
    assert_int_equal(offer_of(&listing, "p5.48xlarge", "us-east-1", 0).availability, AW_NO_QUOTA);
    assert_int_equal(offer_of(&listing, "p5.48xlarge", "us-east-1", 1).availability, AW_NO_QUOTA);
    assert_int_equal(offer_of(&listing, "g4dn.xlarge", "eu-central-1", 0).availability,
                     AW_NO_QUOTA);
    assert_int_equal(offer_of(&listing, "c7g.large", "us-east-1", 0).availability,
                     AW_AVAILABILITY_UNKNOWN);
    /* A machine that runs on demand takes all of it; spot is counted apart. */
    assert_int_equal(offer_of(&listing, "g5g.xlarge", "us-east-1", 0).availability, AW_NO_QUOTA);
    assert_int_equal(offer_of(&listing, "g5g.xlarge", "us-east-1", 1).availability,
                     AW_AVAILABILITY_UNKNOWN);
    assert_int_equal(offer_of(&listing, "p6e-gb200.36xlarge", "us-east-1", 0).availability,
                     AW_UNAVAILABLE);
    end(&listing, true);
}

static void test_closed_regions_are_named_and_the_rest_is_shown(void **state)
{
    (void)state;
    struct listing listing;
    list(&listing, "offers-closed-regions");
    assert_problem(&listing, "us-west-2", AW_E_DENIED, "not authorized to perform");
    assert_problem(&listing, "ap-east-1", AW_E_DENIED, "not subscribed");
    assert_int_equal(archway_job_problem_count(listing.job), 2);
    offer_of(&listing, "c7g.large", "us-east-1", 0);
    end(&listing, false);
}

static void test_without_the_price_list_offers_are_unpriced(void **state)
{
    (void)state;
    struct listing listing;
    list(&listing, "offers-no-price-list");
    assert_problem(&listing, "us-east-1", AW_E_DENIED, "pricing:GetProducts");
    assert_int_equal(offer_of(&listing, "c7g.large", "us-east-1", 0).priced, 0);
    assert_int_equal(offer_of(&listing, "c7g.large", "us-east-1", 1).priced, 1);
    end(&listing, true);
}

static void test_an_unknown_architecture_is_a_problem_and_no_offer(void **state)
{
    (void)state;
    struct listing listing;
    aw_offer none;
    list(&listing, "offers-unknown-architecture");
    assert_problem(&listing, "us-east-1", AW_E_PROTOCOL, "Instance type r9v.large is left out");
    assert_problem(&listing, "us-east-1", AW_E_PROTOCOL, "\"i386\"");
    assert_false(find(&listing, "r9v.large", "us-east-1", 0, &none));
    assert_int_equal(offer_of(&listing, "m9x.large", "us-east-1", 0).arch, AW_ARCH_AMD64);
    end(&listing, true);
}

static void test_what_goes_wrong_for_a_while_is_asked_again(void **state)
{
    static const char *const recordings[] = {"offers-throttled", "offers-expired-token",
                                             "offers-truncated"};
    (void)state;
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
        struct listing listing;
        list(&listing, recordings[i]);
        assert_int_equal(archway_job_problem_count(listing.job), 0);
        offer_of(&listing, "c7g.large", "us-east-1", 1);
        end(&listing, true);
    }
}

static void test_hostile_answers_are_refused_in_words(void **state)
{
    static const char *const cases[][2] = {
        {"offers-hostile", "found a document type"},
        {"offers-nested", "more than 64 levels"},
        {"offers-flood", "too large"},
        {"offers-html", "an HTML page with the title \"Sign in\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct listing listing;
        list(&listing, cases[i][0]);
        assert_int_equal(archway_job_offer_count(listing.job), 0);
        const aw_error *error = archway_job_problem(listing.job, 0);
        assert_int_equal(error->code, AW_E_PROTOCOL);
        assert_contains(error->message, cases[i][1]);
        end(&listing, false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_regions_show_both_architectures),
        cmocka_unit_test(test_prices_and_zones_are_those_of_the_region_and_the_way),
        cmocka_unit_test(test_accelerators_come_with_their_types),
        cmocka_unit_test(test_what_the_account_has_no_quota_for_is_marked),
        cmocka_unit_test(test_closed_regions_are_named_and_the_rest_is_shown),
        cmocka_unit_test(test_without_the_price_list_offers_are_unpriced),
        cmocka_unit_test(test_an_unknown_architecture_is_a_problem_and_no_offer),
        cmocka_unit_test(test_what_goes_wrong_for_a_while_is_asked_again),
        cmocka_unit_test(test_hostile_answers_are_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
