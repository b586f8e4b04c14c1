/* SPDX-License-Identifier: Apache-2.0 */
/* C5: a listing whose every page names another one comes to an end. */
#include "check/rules.h"
#include "check/run.h"

#include "core/mem.h"
#include "core/vec.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define TOKEN_MAX 2048
#define MOST_PAGES 20000u

/* A request of the clean run and its answer. */
struct page {
    char name[64];
    bool listing; /* of what must be whole */
    char *asked;  /* URL and body */
    char *answer;
    size_t exchange;
};

struct pages {
    struct page *items;
    struct asked {
        char name[64];
        bool listing;
    } * asked; /* by name */
    size_t asked_count;
    size_t count;
};

/* Quotas and what is asked on the way may be done without. */
static void see_request(struct stage *stage, const struct op *op, const aw_request *request)
{
    struct pages *pages = stage->knobs.observer.arg;
    struct asked *asked = VEC_PUSH(&pages->asked, &pages->asked_count);
    if (!asked)
        return;
    snprintf(asked->name, sizeof asked->name, "%s", request->name);
    asked->listing = op->kind == OP_REGIONS || op->kind == OP_LIST_OFFERS || op->kind == OP_LIST;
}

static bool is_listing(const struct pages *pages, const char *name)
{
    for (size_t i = 0; i < pages->asked_count; i++)
        if (strcmp(pages->asked[i].name, name) == 0)
            return pages->asked[i].listing;
    return false;
}

static void see_answer(struct stage *stage, const aw_request *request, const aw_response *answer)
{
    struct pages *pages = stage->knobs.observer.arg;
    /* A wait asks again and again, whatever comes. */
    struct page *page =
        strcmp(stage->verb, "wait") == 0 ? NULL : VEC_PUSH(&pages->items, &pages->count);
    KIT_CLEANUP(kit_buf_finish) kit_buf asked = {0};
    if (!page)
        return;
    kit_buf_init(&asked, mem_kit(), SIZE_MAX);
    kit_buf_addf(&asked, "%s ", request->url);
    kit_buf_add(&asked, request->body.data, request->body.size);
    snprintf(page->name, sizeof page->name, "%s", request->name);
    page->asked = kit_buf_take(&asked);
    page->answer = mem_copy(answer->body.data, answer->body.size);
    page->exchange = stage->delivering;
    page->listing = is_listing(pages, page->name);
}

static void finish(struct pages *pages)
{
    for (size_t i = 0; i < pages->count; i++) {
        mem_free(pages->items[i].asked);
        mem_free(pages->items[i].answer);
    }
    mem_free(pages->items);
    mem_free(pages->asked);
}

static bool is_of_token(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* The longest word of the first answer that the next request has and the one before had not. */
static bool find_token(const struct page *first, const struct page *next, char token[TOKEN_MAX])
{
    size_t longest = 0;
    for (const char *at = next->asked; *at;) {
        size_t size = 0;
        while (is_of_token(at[size]))
            size++;
        if (size > longest && size < TOKEN_MAX) {
            char word[TOKEN_MAX];
            memcpy(word, at, size);
            word[size] = '\0';
            if (strstr(first->answer, word) && !strstr(first->asked, word)) {
                memcpy(token, word, size + 1);
                longest = size;
            }
        }
        at += size ? size : 1;
    }
    return longest > 0;
}

/* The first page that is followed by another, and what leads there. */
static const struct page *find_pages(const struct pages *pages, char token[TOKEN_MAX])
{
    for (size_t i = 0; i < pages->count; i++)
        for (size_t k = i + 1; k < pages->count; k++)
            if (strcmp(pages->items[i].name, pages->items[k].name) == 0 &&
                find_token(&pages->items[i], &pages->items[k], token))
                return &pages->items[i];
    return NULL;
}

static void count_request(struct stage *stage, const struct op *op, const aw_request *request)
{
    struct verdict *verdict = stage->knobs.observer.arg;
    (void)op;
    (void)request;
    verdict->beats++;
    if (stage->pages == MOST_PAGES)
        verdict_fail(verdict, "it has asked for %u pages, and goes on", MOST_PAGES);
    if (stage->pages >= MOST_PAGES)
        stage->knobs.endless = NULL;
}

static void play_endless(struct subject *subject, const char *recording, const struct page *page,
                         const char *token, struct verdict *verdict)
{
    const struct stage_knobs knobs = {.lenient = true,
                                      .endless = page->name,
                                      .page = page->exchange,
                                      .token_text = token,
                                      .observer = {.request = count_request, .arg = verdict}};
    struct run run;
    verdict_place(verdict, "%s, with `%s` of endless pages", run_name(recording), page->name);
    verdict->tried++;
    run_play(&run, subject, recording, &knobs);
    uint32_t why = AW_OK;
    for (size_t i = 0; i < PLAY_ACTS && !why; i++)
        why = run.player.records[i].why;
    if (!run.opened || !run.played)
        verdict_fail(verdict, "%s", run.error.message);
    else if (why == AW_OK && page->listing)
        verdict_fail(verdict, "it ended well after %zu pages", run.stage.pages);
    else if (why == AW_E_TIMEOUT)
        verdict_fail(verdict, "only the deadline ended it, after %zu pages", run.stage.pages);
    run_finish(&run);
}

void rule_pages(struct subject *subject, const char *recording, struct verdict *verdict)
{
    char token[TOKEN_MAX];
    struct pages pages = {0};
    const struct observer observer = {.request = see_request, .answer = see_answer, .arg = &pages};
    struct run clean;
    if (run_clean(&clean, subject, recording, &observer)) {
        const struct page *page = find_pages(&pages, token);
        verdict->applied += page != NULL;
        if (page)
            play_endless(subject, recording, page, token, verdict);
        run_finish(&clean);
    }
    finish(&pages);
}
