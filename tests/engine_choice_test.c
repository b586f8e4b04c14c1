/* SPDX-License-Identifier: Apache-2.0 */
/* Which machines are left when an image says where it runs, and what is told of it. */
#include "core/mem.h"
#include "tests/engine_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define APP "registry.example.com/team/app:1"
#define ASK_IMAGE                                                                                  \
    ">>> GET https://registry.example.com/v2/team/app/manifests/1\n"                               \
    "accept: application/vnd.oci.image.index.v1+json, "                                            \
    "application/vnd.docker.distribution.manifest.list.v2+json, "                                  \
    "application/vnd.oci.image.manifest.v1+json, "                                                 \
    "application/vnd.docker.distribution.manifest.v2+json\n\n"
#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PLATFORM(os, arch)                                                                         \
    "{\"mediaType\":\"application/"                                                                \
    "vnd.oci.image.manifest.v1+json\",\"size\":1,\"digest\":\"" DIGEST                             \
    "\",\"platform\":{\"os\":\"" os "\",\"architecture\":\"" arch "\"}}"
#define INDEX(entries) "{\"schemaVersion\":2,\"manifests\":[" entries "]}"
#define ARM64_IMAGE ASK_IMAGE SAY("200", INDEX(PLATFORM("linux", "arm64")))
#define AMD64_IMAGE ASK_IMAGE SAY("200", INDEX(PLATFORM("linux", "amd64")))
#define BOTH_IMAGE                                                                                 \
    ASK_IMAGE SAY("200", INDEX(PLATFORM("linux", "amd64") "," PLATFORM("linux", "arm64")))
#define WINDOWS_IMAGE ASK_IMAGE SAY("200", INDEX(PLATFORM("windows", "amd64")))
#define NO_IMAGE ASK_IMAGE SAY("404", "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}")
#define OFFERS(lines) ASK("GET", "/offers") SAY("200", lines)
#define START WHOLE ANY_ORDER

static archway_query *query;

static int setup(void **state)
{
    query = archway_query_create();
    return stage_setup(state);
}

static int teardown(void **state)
{
    archway_query_destroy(query);
    return stage_teardown(state);
}

static void want(const char *filter, const char *text)
{
    aw_error error = {0};
    if (archway_query_set(query, filter, text, &error))
        fail_msg("%s", error.message);
}

/* "a b~": the types in their order, emulated ones marked. */
static archway_job *must_offer(const char *recording, const char *types)
{
    char found[256] = "";
    stage_open(recording);
    archway_job *job = stage_run(begin_offers(query, 0, NULL));
    if (archway_job_error(job)->code)
        fail_msg("%s", archway_job_error(job)->message);
    for (uint64_t i = 0; i < archway_job_offer_count(job); i++) {
        const char *backend = NULL;
        aw_offer offer = {.size = sizeof offer};
        archway_ranking ranking = {.size = sizeof ranking};
        size_t size = strlen(found);
        assert_int_equal(archway_job_offer(job, i, &offer, &backend), 0);
        assert_int_equal(archway_job_ranking(job, i, &ranking), 0);
        snprintf(found + size, sizeof found - size, "%s%s%s", i ? " " : "", offer.instance_type,
                 ranking.emulated ? "~" : "");
    }
    assert_string_equal(found, types);
    return job;
}

static void must_tell(const archway_job *job, uint32_t verdict, const char *subject,
                      const char *part)
{
    archway_finding finding = {.size = sizeof finding};
    for (uint64_t i = 0; archway_job_finding(job, i, &finding) == 0; i++)
        if (finding.verdict == verdict && !strcmp(finding.subject, subject) &&
            strstr(finding.text, part))
            return;
    for (uint64_t i = 0; archway_job_finding(job, i, &finding) == 0; i++)
        print_message("%u %s: %s\n", finding.verdict, finding.subject, finding.text);
    fail_msg("nothing tells of %s: %s", subject, part);
}

static void end(archway_job *job)
{
    archway_job_destroy(job);
    stage_close();
}

static void must_fail_by_image(const char *recording, uint32_t code, const char *part)
{
    stage_open(recording);
    archway_job *job = stage_run(begin_offers(query, 0, NULL));
    const aw_error *error = archway_job_error(job);
    assert_int_equal(error->code, code);
    assert_contains(error->message, part);
    assert_int_equal(archway_job_offer_count(job), 0);
    end(job);
}

static void test_an_image_for_one_architecture_leaves_its_machines(void **state)
{
    archway_image_info image = {.size = sizeof image};
    (void)state;
    want("image", APP);
    archway_job *job = must_offer(START ARM64_IMAGE OFFERS("a amd64 1 r1\nb arm64 2 r1"), "b");
    assert_int_equal(archway_job_image(job, &image), 0);
    assert_string_equal(image.name, APP);
    must_tell(job, ARCHWAY_GOOD, "arch", "arm64, by the index of " APP " (sha256:");
    end(job);
}

static void test_an_image_for_both_is_run_where_it_is_cheapest(void **state)
{
    (void)state;
    want("image", APP);
    archway_job *job =
        must_offer(START BOTH_IMAGE OFFERS("c amd64 2 r1\nb arm64 1 r1\na amd64 1 r1"), "a b c");
    must_tell(job, ARCHWAY_GOOD, "order", "the first 2 cost the same");
    end(job);
}

static void test_an_architecture_that_is_asked_for_wins_and_the_images_lack_is_told(void **state)
{
    (void)state;
    want("image", APP);
    want("arch", "amd64");
    archway_job *job = must_offer(START ARM64_IMAGE OFFERS("a amd64 1 r1\nb arm64 2 r1"), "a");
    must_tell(job, ARCHWAY_GOOD, "arch", "amd64, as asked for");
    must_tell(job, ARCHWAY_NOTE, "image",
              "has nothing for amd64, which was asked for: it has "
              "linux/arm64");
    end(job);
}

static void test_any_architecture_is_no_reason_to_go_where_the_image_cannot_run(void **state)
{
    (void)state;
    want("image", APP);
    want("arch", "any");
    end(must_offer(START ARM64_IMAGE OFFERS("a amd64 1 r1\nb arm64 2 r1"), "b"));
}

static void
test_a_registry_that_says_nothing_is_an_error_unless_the_architecture_is_named(void **state)
{
    (void)state;
    want("image", APP);
    must_fail_by_image(START NO_IMAGE OFFERS("a amd64 1 r1"), AW_E_NOT_FOUND,
                       "With --arch no registry need be asked");
    want("arch", "amd64");
    archway_job *job = must_offer(START NO_IMAGE OFFERS("a amd64 1 r1"), "a");
    must_tell(job, ARCHWAY_NOTE, "image", "it is not known where " APP " runs");
    end(job);
}

static void test_an_image_for_neither_is_refused(void **state)
{
    (void)state;
    want("image", APP);
    must_fail_by_image(START WINDOWS_IMAGE OFFERS("a amd64 1 r1"), AW_E_UNSUPPORTED,
                       APP " runs on neither amd64 nor arm64 Linux, but on windows/amd64");
}

static void test_that_only_the_architecture_is_in_the_way_is_told(void **state)
{
    (void)state;
    want("image", APP);
    archway_job *job = must_offer(START ARM64_IMAGE OFFERS("a amd64 1 r1\nb amd64 2 r1"), "");
    must_tell(job, ARCHWAY_BAD, "arch",
              APP " runs on arm64 only, and the 2 offers that fit in all else are amd64");
    end(job);
}

static void test_a_type_that_was_named_says_what_removed_it(void **state)
{
    (void)state;
    want("image", APP);
    want("type", "a,b");
    archway_job *job =
        must_offer(START ARM64_IMAGE OFFERS("a amd64 1 r1\nb arm64 2 r1\nc arm64 1 r1"), "b");
    must_tell(job, ARCHWAY_GOOD, "type", "whole a in r1 was removed by arch: it is amd64");
    end(job);
    want("max-price", "0.000000001");
    job = must_offer(START ARM64_IMAGE OFFERS("a amd64 1 r1\nb arm64 2 r1"), "");
    must_tell(job, ARCHWAY_GOOD, "type",
              "whole b in r1 was removed by max-price: it costs 0.000000002 dollars");
    end(job);
}

static void test_emulation_is_added_only_when_it_is_asked_for(void **state)
{
    archway_ranking ranking = {.size = sizeof ranking};
    (void)state;
    want("image", APP);
    want("emulation", "yes");
    archway_job *job = must_offer(
        START AMD64_IMAGE OFFERS("slow arm64 100 r1\nfast amd64 700 r1\ndear amd64 728 r1"),
        "fast dear slow~"); /* what is native comes first among equals */
    assert_int_equal(archway_job_ranking(job, 2, &ranking), 0);
    assert_int_equal(ranking.effective_price_nusd_per_hour, 728); /* 100 x 2808 / 386, upwards */
    must_tell(job, ARCHWAY_GOOD, "emulation", "allowed, at 7.27 times the price (the default");
    end(job);
    job = must_offer(START AMD64_IMAGE OFFERS("slow arm64 1 r1\nfast amd64 9 r1"), "slow~ fast");
    must_tell(job, ARCHWAY_NOTE, "emulation", "takes about 7.27 times as long");
    end(job);
    want("gpu", "0..1");
    job = must_offer(START AMD64_IMAGE OFFERS("slow arm64 1 r1\nfast amd64 9 r1"), "fast");
    must_tell(job, ARCHWAY_GOOD, "emulation", "never for work on GPUs");
    end(job);
}

static void test_a_placement_goes_where_the_image_runs(void **state)
{
    static const char *const keys[] = {"ssh-ed25519 AAAA one"};
    const archway_wish wish = {
        .size = sizeof wish, .name = "trainer", .ssh_keys = keys, .ssh_key_count = 1};
    archway_placement placement = {
        .size = sizeof placement, .plan_only = 1, .wish = &wish, .query = query};
    archway_image_info image = {.size = sizeof image};
    archway_job *job = NULL;
    aw_error error = {0};
    aw_offer offer = {.size = sizeof offer};
    const char *backend = NULL;
    (void)state;
    want("image", APP);
    stage_open(START ARM64_IMAGE OFFERS("a amd64 1 r1\nb arm64 2 r1"));
    if (archway_place(stage.aw, &placement, NULL, &job, &error))
        fail_msg("%s", error.message);
    assert_int_equal(archway_job_error(stage_run(job))->code, AW_OK);
    assert_int_equal(archway_job_offer(job, 0, &offer, &backend), 0);
    assert_string_equal(offer.instance_type, "b");
    assert_int_equal(archway_job_image(job, &image), 0);
    assert_string_equal(image.name, APP);
    must_tell(job, ARCHWAY_GOOD, "arch", "arm64, by the index of " APP);
    end(job);
}

#define SWEPT START BOTH_IMAGE OFFERS("a amd64 1 r1\nb arm64 2 r1")

static void close_early(void)
{
    archway_close(stage.aw, NULL);
    stage.aw = NULL;
}

static void test_a_choice_may_be_cancelled_after_any_step(void **state)
{
    bool done = false;
    (void)state;
    want("image", APP);
    want("type", "a");
    for (unsigned steps = 0; !done; steps++) {
        stage_open(SWEPT);
        archway_job *job = begin_offers(query, 0, NULL);
        for (unsigned i = 0; i < steps; i++)
            archway_step(stage.aw);
        done = archway_job_done(job);
        archway_cancel(job);
        archway_step(stage.aw);
        assert_true(archway_job_done(job));
        session_drain(&stage);
        archway_job_destroy(job);
        close_early();
    }
}

static unsigned long allocations;
static unsigned long failing;

static int should_fail(void *arg)
{
    (void)arg;
    return ++allocations == failing;
}

/* Nobody is told that there is less than there is. An attempt that fails for want of memory is made again, which
 * the recording does not know. */
static void check_without_memory(const archway_job *job)
{
    const aw_error *error = archway_job_error(job);
    if (error->code == AW_OK && !archway_job_problem_count(job))
        assert_int_equal(archway_job_offer_count(job), 1);
    else if (error->code != AW_OK && error->code != AW_E_NO_MEMORY &&
             !strstr(error->message, "out of memory") &&
             !strstr(error->message, "here is one more"))
        fail_msg("allocation %lu: %s", failing, error->message);
}

static void test_an_allocation_of_a_choice_that_fails_is_told(void **state)
{
    (void)state;
    want("image", APP);
    want("type", "a");
    for (failing = 1;; failing++) {
        archway_job *job = NULL;
        aw_error error = {0};
        stage_open(SWEPT);
        allocations = 0;
        mem_set_fault(should_fail, NULL);
        int status = archway_offers(stage.aw, query, 0, NULL, &job, &error);
        if (status == 0)
            check_without_memory(stage_run(job));
        mem_set_fault(NULL, NULL);
        if (status)
            assert_int_equal(error.code, AW_E_NO_MEMORY);
        archway_job_destroy(job);
        close_early();
        if (allocations < failing)
            break;
    }
    assert_true(failing > 30);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_an_image_for_one_architecture_leaves_its_machines),
        TEST(test_an_image_for_both_is_run_where_it_is_cheapest),
        TEST(test_an_architecture_that_is_asked_for_wins_and_the_images_lack_is_told),
        TEST(test_any_architecture_is_no_reason_to_go_where_the_image_cannot_run),
        TEST(test_a_registry_that_says_nothing_is_an_error_unless_the_architecture_is_named),
        TEST(test_an_image_for_neither_is_refused),
        TEST(test_that_only_the_architecture_is_in_the_way_is_told),
        TEST(test_a_type_that_was_named_says_what_removed_it),
        TEST(test_emulation_is_added_only_when_it_is_asked_for),
        TEST(test_a_choice_may_be_cancelled_after_any_step),
        TEST(test_an_allocation_of_a_choice_that_fails_is_told),
        TEST(test_a_placement_goes_where_the_image_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
