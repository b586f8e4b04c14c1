/* SPDX-License-Identifier: Apache-2.0 */
/* The backend of the market, and looking at placements. */
#include "tests/place_stage.h"

#include "kit/answer.h"
#include "kit/error.h"
#include "kit/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS 7

archway_query *query;
archway_placement placement;
archway_wish wish;

static void open_market(aw_op *op, const aw_settings *settings, void **ret_state)
{
    *ret_state = kit_copy_text(op, settings->name);
}

static void ask(aw_op *op, const char *name, const char *method, const char *what, const char *body,
                aw_answer_fn on_answer)
{
    char path[128];
    snprintf(path, sizeof path, "/%s/%s", (const char *)op->state, what);
    engine_send(op, name, method, path, 0, body, on_answer, NULL, NULL);
}

static void emit_offer(aw_op *op, char *line)
{
    const char *words[WORDS] = {NULL};
    char *word;
    for (size_t i = 0; i < WORDS && (word = strsep(&line, " ")); i++)
        words[i] = strcmp(word, "-") ? word : NULL;
    if (!words[0] || !*words[0])
        return;
    const aw_offer offer = {
        .size = sizeof offer,
        .arch = aw_arch(op, words[1]),
        .availability = AW_AVAILABLE,
        .vcpus = 4,
        .spot = words[6] != NULL,
        .priced = 1,
        .price_nusd_per_hour = strtoull(words[2], NULL, 10),
        .memory_mib = 4096,
        .instance_type = words[0],
        .region = words[3],
        .zone = words[5],
        .quota = words[4],
    };
    aw_emit_offer(op, &offer);
}

static void on_offers(aw_op *op, const aw_response *answer, void *arg)
{
    char *rest = kit_copy(op, answer->body.data, answer->body.size);
    char *line;
    (void)arg;
    while (rest && (line = strsep(&rest, "\n")))
        emit_offer(op, line);
}

static void list_offers(aw_op *op, const aw_offer_query *asked)
{
    (void)asked;
    ask(op, "offers", "GET", "offers", NULL, on_offers);
}

static void list(aw_op *op, const aw_list *asked)
{
    (void)asked;
    ask(op, "machines", "GET", "machines", NULL, engine_on_machines);
}

static void on_created(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    engine_emit(op, kit_copy(op, answer->body.data, answer->body.size));
}

static const char *or_dash(const char *text)
{
    return text && *text ? text : "-";
}

static void create(aw_op *op, const aw_create *asked)
{
    char body[256];
    snprintf(body, sizeof body, "%s %s %s %s %s", asked->instance_type, or_dash(asked->region),
             or_dash(asked->zone), asked->spot ? "spot" : "-", asked->token);
    ask(op, "launch", "POST", "machines", body, on_created);
}

static uint32_t number_of(const char *word, const char *const *words, uint32_t count)
{
    for (uint32_t i = 0; word && i < count; i++)
        if (!strcmp(word, words[i]))
            return i;
    return 0;
}

static void classify(void *state, const aw_request *request, const aw_response *answer,
                     aw_error *ret_error)
{
    static const char *const scopes[] = {"unknown", "zone", "region", "account"};
    static const char *const retries[] = {"never", "safe", "unknown"};
    const char *code = kit_answer_header(answer, "x-code");
    (void)state;
    (void)request;
    if (!code)
        return;
    for (uint32_t i = AW_OK; i <= AW_E_INTERNAL; i++)
        if (!strcmp(code, archway_code_name(i)))
            kit_error_set(ret_error, i, "%.*s", (int)answer->body.size, answer->body.data);
    ret_error->scope = number_of(kit_answer_header(answer, "x-scope"), scopes, 4);
    ret_error->retry = number_of(kit_answer_header(answer, "x-retry"), retries, 3);
}

int market_setup(void **state)
{
    int result = stage_setup(state);
    query = archway_query_create();
    wish = (archway_wish){.size = sizeof wish, .name = "trainer"};
    placement = (archway_placement){.size = sizeof placement, .query = query, .wish = &wish};
    engine_script.open = open_market;
    engine_script.list_offers = list_offers;
    engine_script.list = list;
    engine_script.create = create;
    engine_script.classify = classify;
    return result;
}

int market_teardown(void **state)
{
    int result = stage_teardown(state);
    archway_query_destroy(query);
    return result;
}

archway_job *begin_place(const archway_call *call)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    if (archway_place(stage.aw, &placement, call, &job, &error))
        fail_msg("%s", error.message);
    return job;
}

static void add_outcome(const archway_try *try, char *line, size_t size)
{
    static const char *const words[] = {"planned", "under way", "failed", "made"};
    if (try->outcome == ARCHWAY_TRY_FAILED)
        snprintf(line, size, "%s", archway_code_name(try->error->code));
    else
        snprintf(line, size, "%s", words[try->outcome]);
    if (try->left_out)
        snprintf(line + strlen(line), size - strlen(line), " -%llu",
                 (unsigned long long)try->left_out);
    if (try->held_until_ms)
        snprintf(line + strlen(line), size - strlen(line), " held");
}

static void must_have_tried(const archway_job *job, const char *tries)
{
    char found[4096] = "";
    archway_try try = {.size = sizeof try};
    for (uint64_t i = 0; archway_job_try(job, i, &try) == 0; i++) {
        char outcome[64];
        size_t size = strlen(found);
        add_outcome(&try, outcome, sizeof outcome);
        snprintf(found + size, sizeof found - size, "%s/%s/%s%s %s\n", try.backend,
                 or_dash(try.offer->region), try.offer->instance_type,
                 try.offer->spot ? "+spot" : "", outcome);
    }
    assert_string_equal(found, tries);
}

void must_make(archway_job *job, const char *tries)
{
    const aw_error *error = archway_job_error(stage_run(job));
    if (error->code)
        fail_msg("%s", error->message);
    must_have_tried(job, tries);
    assert_int_equal(archway_job_instance_count(job), 1);
    assert_true(archway_job_sent(job));
    archway_job_destroy(job);
}

void must_end(archway_job *job, uint32_t code, const char *tries)
{
    const aw_error *error = archway_job_error(stage_run(job));
    if (error->code != code)
        fail_msg("%s, not %s: %s", archway_code_name(error->code), archway_code_name(code),
                 error->message);
    must_have_tried(job, tries);
    assert_int_equal(archway_job_instance_count(job), 0);
    archway_job_destroy(job);
}
