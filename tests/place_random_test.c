/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random markets and random failures: the walk sends what a plain reading of docs/placement.md sends, in that
 * order, and nothing else. ARCHWAY_TEST_SEED repeats a run.
 */
#include "tests/emulated.h"
#include "tests/place_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

enum {
    ROUNDS = 250 / SWEEP_STEP,
    WALKS =
        3, /* on one market, so soon after each other that what was sold out is still remembered */
    MOST_OFFERS = 14,
    MOST_TRIES = 6
};

static uint64_t random_state;

static uint32_t below(uint32_t bound)
{
    random_state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = random_state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((mixed ^ mixed >> 31) % bound);
}

struct model {
    uint32_t type;
    uint32_t region;
    uint32_t zone; /* 0: none */
    uint32_t spot;
    uint32_t family; /* of the quota; 0: names none */
    uint32_t amount;
    bool out; /* must not be tried any more */
    bool tried;
    bool sold_out; /* remembered */
    bool held;     /* since before this walk */
};

struct failure {
    const char *code;
    const char *scope;
    bool dark;
};

static struct model models[MOST_OFFERS];
static uint32_t model_count;
static char recording[32768];
static char expected[WALKS][2048];
static char *told; /* the one of this walk */
static uint32_t expected_codes[WALKS];
static bool ends; /* with the failure that came last */

static void add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(char *text, size_t size, const char *format, ...)
{
    va_list args;
    size_t used = strlen(text);
    va_start(args, format);
    assert_true((size_t)vsnprintf(text + used, size - used, format, args) < size - used);
    va_end(args);
}

#define RECORD(...) add(recording, sizeof recording, __VA_ARGS__)

/* No two offers are of one place; the price is the number, so that the order is plain. */
static void make_market(void)
{
    model_count = 0;
    for (uint32_t i = 0; i < MOST_OFFERS; i++) {
        struct model made = {.type = below(3),
                             .region = below(3),
                             .zone = below(3),
                             .spot = below(2),
                             .family = below(3),
                             .amount = 1 + below(4)};
        bool twice = false;
        for (uint32_t at = 0; at < model_count; at++)
            twice |= models[at].type == made.type && models[at].region == made.region &&
                     models[at].zone == made.zone && models[at].spot == made.spot;
        if (!twice)
            models[model_count++] = made;
    }
}

static void record_market(void)
{
    RECORD(">>> GET " ENGINE_URL "/whole/offers\n\n<<< 200\n\n");
    for (uint32_t i = 0; i < model_count; i++) {
        const struct model *model = &models[i];
        char quota[32] = "-";
        char zone[16] = "-";
        if (model->family)
            snprintf(quota, sizeof quota, "F%u:%u", model->family, model->amount);
        if (model->zone)
            snprintf(zone, sizeof zone, "z%u", model->zone);
        RECORD("t%u arm64 %u r%u %s %s%s\n", model->type, i + 1, model->region, quota, zone,
               model->spot ? " spot" : "");
    }
    RECORD("\n");
}

static struct failure make_failure(void)
{
    static const char *const codes[] = {
        "no_capacity", "no_capacity", "no_capacity", "quota",           "quota",     "quota",
        "unavailable", "timeout",     "unsupported", "unauthenticated", "throttled", "protocol",
        "internal",    "denied",      "invalid",     "conflict",        "not_found"};
    static const char *const scopes[] = {"unknown", "unknown", "zone", "region", "account"};
    return (struct failure){codes[below(COUNT_OF(codes))], scopes[below(COUNT_OF(scopes))],
                            below(12) == 0};
}

static bool is(const char *word, const char *list)
{
    const char *found = strstr(list, word);
    return found && (found == list || found[-1] == ' ') &&
           (found[strlen(word)] == ' ' || !found[strlen(word)]);
}

/* The page, read by somebody else: is this offer out after that failure of the other? */
static bool falls_with(const struct model *one, const struct model *failed, struct failure failure)
{
    bool here = one->region == failed->region;
    bool same_zone = here && one->zone == failed->zone;
    const char *scope = failure.scope;
    if (is(failure.code, "unauthenticated"))
        return true;
    if (is(scope, "unknown") && is(failure.code, "no_capacity unsupported"))
        return false;
    if (is(scope, "unknown"))
        scope = is(failure.code, "protocol internal") ? "account" : "region";
    bool near =
        is(scope, "account") || (is(scope, "region") && here) || (is(scope, "zone") && same_zone);
    if (is(failure.code, "no_capacity"))
        return near && one->type == failed->type && one->spot == failed->spot;
    if (is(failure.code, "quota") && failed->family)
        return near && one->family == failed->family && one->amount >= failed->amount;
    return near;
}

static void record_failure(struct failure failure)
{
    RECORD("<<< 409\nx-code: %s\nx-scope: %s\nx-retry: %s\n\nno\n\n", failure.code, failure.scope,
           failure.dark ? "unknown" : "never");
    for (int i = 0; failure.dark && i < 6; i++)
        RECORD(">>> GET " ENGINE_URL "/whole/machines\n\n<<< 200\n\n\n");
    ends = failure.dark || is(failure.code, "denied invalid conflict not_found");
}

static void record_try(const struct model *model)
{
    char zone[16] = "-";
    if (model->zone)
        snprintf(zone, sizeof zone, "z%u", model->zone);
    RECORD(">>> POST " ENGINE_URL "/whole/machines\n\nt%u r%u %s %s {{token}}\n", model->type,
           model->region, zone, model->spot ? "spot" : "-");
}

static void expect(const struct model *model, const char *outcome, size_t left_out)
{
    add(told, sizeof expected[0], "whole/r%u/t%u%s %s", model->region, model->type,
        model->spot ? "+spot" : "", outcome);
    if (left_out)
        add(told, sizeof expected[0], " -%zu", left_out);
    add(told, sizeof expected[0], model->held ? " held\n" : "\n");
}

static uint32_t code_of(const char *name)
{
    uint32_t code = AW_OK;
    while (strcmp(name, archway_code_name(code)) != 0)
        code++;
    return code;
}

/* An end is told as it is; of several failures, the one that says best what to do. */
static uint32_t worse(uint32_t code, struct failure failure)
{
    bool stays =
        code == AW_E_NO_CAPACITY || (code == AW_E_QUOTA && !is(failure.code, "no_capacity"));
    return stays && !ends ? code : code_of(failure.code);
}

static void play_failure(struct model *model, struct failure failure)
{
    size_t left_out = 0;
    record_try(model);
    record_failure(failure);
    model->sold_out |= is(failure.code, "no_capacity") && !failure.dark;
    for (uint32_t i = 0; i < model_count && !ends; i++) {
        bool falls = !models[i].tried && !models[i].out && falls_with(&models[i], model, failure);
        models[i].out |= falls;
        left_out += falls;
    }
    expect(model, failure.code, left_out);
}

static void play_success(struct model *model)
{
    record_try(model);
    RECORD("<<< 200\n\nm1\n");
    expect(model, "made", 0);
    model->sold_out = false;
    ends = true;
}

/* The cheapest that is neither tried nor out; those that are held come last. */
static struct model *next_of(void)
{
    for (int held = 0; held < 2; held++)
        for (uint32_t i = 0; i < model_count; i++)
            if (models[i].held == held && !models[i].tried && !models[i].out)
                return &models[i];
    return NULL;
}

/* Returns the code that it ends with. */
static uint32_t play_walk(uint32_t max_tries, uint32_t made_after)
{
    uint32_t code = AW_OK;
    struct model *model;
    record_market();
    for (uint32_t i = 0; i < model_count; i++) {
        models[i].tried = models[i].out = false;
        models[i].held = models[i].sold_out;
    }
    ends = false;
    for (uint32_t tries = 0; tries < max_tries && !ends && (model = next_of()); tries++) {
        model->tried = true;
        if (tries == made_after) {
            play_success(model);
            return AW_OK;
        }
        struct failure failure = make_failure();
        play_failure(model, failure);
        code = worse(code, failure);
    }
    return code;
}

static void play_round(void **state)
{
    uint32_t max_tries = 1 + below(MOST_TRIES);
    snprintf(recording, sizeof recording, "env WHOLE yes\n");
    memset(expected, 0, sizeof expected);
    make_market();
    for (int walk = 0; walk < WALKS; walk++) {
        told = expected[walk];
        expected_codes[walk] = play_walk(max_tries, below(MOST_TRIES + 2));
    }
    assert_int_equal(market_setup(state), 0);
    placement.max_tries = max_tries;
    stage_open(recording);
    for (int walk = 0; walk < WALKS; walk++)
        if (expected_codes[walk])
            must_end(begin_place(NULL), expected_codes[walk], expected[walk]);
        else
            must_make(begin_place(NULL), expected[walk]);
    stage_close();
    assert_int_equal(market_teardown(state), 0);
}

static void test_the_walk_is_that_of_the_page(void **state)
{
    const char *given = getenv("ARCHWAY_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("ARCHWAY_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_state = seed;
    for (int round = 0; round < ROUNDS; round++)
        play_round(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_walk_is_that_of_the_page)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
