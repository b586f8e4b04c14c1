/* SPDX-License-Identifier: Apache-2.0 */
/* Page after page. A token that comes back would go round for ever. */
#include "kit/pages.h"

#include "kit/error.h"

#include <stdbool.h>
#include <string.h>

/* Where a chain of pages is. */
struct chain {
    const struct kit_pages *pages;
    void *owner;
    kit_later *later; /* NULL: pages are read at once */
    unsigned asked;
    bool has_ended;
    const char *token; /* of the page that is asked for */
};

static void end(aw_op *op, struct chain *chain, const aw_error *why)
{
    bool is_ours = !chain->pages->ended || (why && why->code == AW_E_NO_MEMORY);
    chain->has_ended = true;
    if (!is_ours)
        chain->pages->ended(op, chain->owner, why);
    else if (why)
        aw_fail(op, why);
}

/* ---- an end that waits until the pages before it have been read ---- */

struct late_end {
    struct chain *chain;
    aw_error why;
};

static void on_late_end(aw_op *op, aw_bytes body, void *arg)
{
    struct late_end *late = arg;
    (void)body;
    if (!late->chain->has_ended)
        end(op, late->chain, &late->why);
}

static void end_later(aw_op *op, struct chain *chain, const aw_error *why)
{
    struct late_end *late = chain->later ? aw_alloc(op, sizeof *late) : NULL;
    if (!chain->later)
        return end(op, chain, why);
    if (!late)
        return;
    *late = (struct late_end){chain, *why};
    kit_later_add(chain->later, (aw_bytes){0}, 1, on_late_end, late);
}

/* ---- asking ---- */

static void on_page(aw_op *op, const aw_response *answer, void *arg);

static void on_failure(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    end_later(op, arg, error);
}

static void ask(aw_op *op, struct chain *chain)
{
    kit_request request;
    chain->asked++;
    chain->pages->ask(&request, op, chain->owner, chain->token);
    kit_request_send(&request, on_page, on_failure, chain);
}

static aw_error unread(const struct chain *chain, const aw_error *problem)
{
    aw_error why;
    kit_error_set(&why, problem->code, "%s's answer to `%s` cannot be read: %s",
                  chain->pages->title, chain->pages->name, problem->message);
    return why;
}

static void ask_next(aw_op *op, struct chain *chain, const char *token)
{
    aw_error error = {.size = sizeof error};
    if (chain->token && strcmp(chain->token, token) == 0)
        kit_error_set(&error, AW_E_PROTOCOL, "its next page is the same one again");
    else if (chain->asked == chain->pages->most)
        kit_error_set(&error, AW_E_PROTOCOL, "it has more than %u pages", chain->pages->most);
    if (error.code) {
        aw_error why = unread(chain, &error);
        return end_later(op, chain, &why);
    }
    chain->token = token;
    ask(op, chain);
}

/* ---- reading ---- */

/* `seen` is the token by which the next page has been asked for; "": it has not. */
static void read_page(aw_op *op, struct chain *chain, const aw_response *answer, const char *seen)
{
    const char *token = NULL;
    aw_error error = {.size = sizeof error};
    int status = chain->pages->read(op, chain->owner, answer, &token, &error);
    if (status == 0 && *seen && (!token || strcmp(token, seen) != 0))
        status = kit_error_set(&error, AW_E_PROTOCOL, "it names two pages as the next one");
    if (status) {
        aw_error why = unread(chain, &error);
        end(op, chain, &why);
    } else if (!token || !*token) {
        end(op, chain, NULL);
    } else if (!*seen) {
        ask_next(op, chain, token);
    }
}

/* A page that waits. */
struct late_page {
    struct chain *chain;
    const char *seen;
};

static void on_late_page(aw_op *op, aw_bytes body, void *arg)
{
    const struct late_page *page = arg;
    const aw_response answer = {.size = sizeof answer, .status = 200, .body = body};
    if (!page->chain->has_ended)
        read_page(op, page->chain, &answer, page->seen);
}

static void read_later(aw_op *op, struct chain *chain, const aw_response *answer)
{
    struct late_page *page = aw_alloc(op, sizeof *page);
    const char *seen = chain->pages->peek(op, answer->body);
    if (!page || !seen)
        return;
    *page = (struct late_page){chain, seen};
    if (kit_later_add(chain->later, answer->body, *seen, on_late_page, page) == 0 && *seen)
        ask_next(op, chain, seen);
}

static void on_page(aw_op *op, const aw_response *answer, void *arg)
{
    struct chain *chain = arg;
    if (chain->has_ended)
        return;
    if (chain->later)
        read_later(op, chain, answer);
    else
        read_page(op, chain, answer, "");
}

void kit_pages_start_late(aw_op *op, const struct kit_pages *pages, void *owner, kit_later *later)
{
    struct chain *chain = aw_alloc(op, sizeof *chain);
    if (!chain)
        return;
    *chain = (struct chain){.pages = pages, .owner = owner, .later = later};
    ask(op, chain);
}

void kit_pages_start(aw_op *op, const struct kit_pages *pages, void *owner)
{
    kit_pages_start_late(op, pages, owner, NULL);
}
