/* SPDX-License-Identifier: Apache-2.0 */
/* Answers with bytes changed at random: whatever comes, there is a machine, an error, or nothing, and no crash. */
#include "gcp_launch.h"

#include "tests/emulated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS (3000 / SWEEP_STEP)
#define MACHINE                                                                                    \
    "{\"id\":\"5551\",\"name\":\"one\",\"zone\":\"https://c/zones/us-central1-a\",\"status\":"     \
    "\"RUNNING\",\"machineType\":\"https://c/machineTypes/c4a-standard-4\",\"scheduling\":"        \
    "{\"preemptible\":false},\"disks\":[{\"architecture\":\"ARM64\"}],\"networkInterfaces\":"      \
    "[{\"networkIP\":\"10.0.0.2\",\"accessConfigs\":[{\"natIP\":\"34.1.2.3\"}]}],\"metadata\":"    \
    "{\"items\":[{\"key\":\"archway-token\",\"value\":\"t\"}]},\"labels\":{\"archway-owner\":"     \
    "\"o\"},\"creationTimestamp\":\"2026-08-20T03:00:02.000-07:00\"}"
#define LIST                                                                                       \
    "{\"items\":{\"zones/a\":{\"warning\":{\"code\":\"NO_RESULTS_ON_PAGE\"}},\"zones/b\":"         \
    "{\"instances\":[" MACHINE "]}},\"unreachables\":[\"zones/c\"],\"nextPageToken\":\"\"}"

static uint64_t random_state;

static uint32_t next_random(uint32_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % below;
}

/* A few bytes changed, perhaps cut short. */
static void spoil(const char *text, char *ret_text)
{
    static const char bytes[] = "{}[]\",:0-9e.\\ntu\x01\xff";
    size_t size = strlen(text);
    memcpy(ret_text, text, size + 1);
    for (uint32_t i = next_random(4); i > 0; i--)
        ret_text[next_random((uint32_t)size)] = bytes[next_random(sizeof bytes - 1)];
    if (next_random(4) == 0)
        ret_text[next_random((uint32_t)size)] = '\0';
}

static void begin_get(struct backend_host *host)
{
    const aw_ref ref = {.size = sizeof ref, .zone = "us-central1-a", .id = "one"};
    vtable()->get(&host->op, &ref);
}

static void begin_list(struct backend_host *host)
{
    const aw_list wish = {.size = sizeof wish, .owner = "o"};
    vtable()->list(&host->op, &wish);
}

static void begin_terminate(struct backend_host *host)
{
    const aw_ref ref = {.size = sizeof ref, .id = "one"};
    vtable()->terminate(&host->op, &ref);
}

static void begin_delete(struct backend_host *host)
{
    const aw_ref ref = {.size = sizeof ref, .zone = "us-central1-a", .id = "one"};
    vtable()->terminate(&host->op, &ref);
}

static void begin_create(struct backend_host *host)
{
    const aw_create wish = wish_for_axion();
    vtable()->create(&host->op, &wish);
    host_answer(host, 200, IMAGE("ARM64"));
    host_answer(host, 200, "{}");
}

static void test_nothing_that_comes_does_harm(void **state)
{
    static const struct {
        void (*begin)(struct backend_host *host);
        uint32_t status;
        const char *answer;
    } cases[] = {
        {begin_get, 200, MACHINE},
        {begin_list, 200, LIST},
        {begin_terminate, 200, LIST},
        {begin_delete, 200, FAILED("STOCKOUT", "none", 503)},
        {begin_create, 200, FAILED("STOCKOUT", "none", 503)},
        {begin_create, 409, GCP_ERROR(409, "alreadyExists", "it exists")},
    };
    struct backend_host host;
    (void)state;
    gcp_begin(&host, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (random_state = 0; random_state < ROUNDS;) {
            uint64_t round = random_state;
            char text[2048];
            assert_true(strlen(cases[i].answer) < sizeof text);
            spoil(cases[i].answer, text);
            host_begin(&host);
            cases[i].begin(&host);
            host_answer(&host, cases[i].status, text);
            assert_true(host.error.code == AW_OK || host.error.message[0]);
            random_state = round + 1;
        }
    host_finish(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_that_comes_does_harm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
