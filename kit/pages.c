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
    unsigned asked;
    const char *token; /* of the page that is asked for */
};

static void end(aw_op *op, const struct chain *chain, const aw_error *why)
{
    bool is_ours = !chain->pages->ended || (why && why->code == AW_E_NO_MEMORY);
    if (!is_ours)
        chain->pages->ended(op, chain->owner, why);
    else if (why)
        aw_fail(op, why);
}

static void on_page(aw_op *op, const aw_response *answer, void *arg);

static void on_failure(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    end(op, arg, error);
}

static void ask(aw_op *op, struct chain *chain)
{
    kit_request request;
    chain->asked++;
    chain->pages->ask(&request, op, chain->owner, chain->token);
    kit_request_send(&request, on_page, on_failure, chain);
}

static void end_unread(aw_op *op, const struct chain *chain, const aw_error *problem)
{
    aw_error why;
    kit_error_set(&why, problem->code, "%s's answer to `%s` cannot be read: %s",
                  chain->pages->title, chain->pages->name, problem->message);
    end(op, chain, &why);
}

static void on_page(aw_op *op, const aw_response *answer, void *arg)
{
    struct chain *chain = arg;
    const char *token = NULL;
    aw_error error = {.size = sizeof error};
    if (chain->pages->read(op, chain->owner, answer, &token, &error))
        return end_unread(op, chain, &error);
    if (!token || !*token)
        return end(op, chain, NULL);
    if (chain->token && strcmp(chain->token, token) == 0)
        kit_error_set(&error, AW_E_PROTOCOL, "its next page is the same one again");
    else if (chain->asked == chain->pages->most)
        kit_error_set(&error, AW_E_PROTOCOL, "it has more than %u pages", chain->pages->most);
    if (error.code)
        return end_unread(op, chain, &error);
    chain->token = token;
    ask(op, chain);
}

void kit_pages_start(aw_op *op, const struct kit_pages *pages, void *owner)
{
    struct chain *chain = aw_alloc(op, sizeof *chain);
    if (!chain)
        return;
    *chain = (struct chain){.pages = pages, .owner = owner};
    ask(op, chain);
}
