/* SPDX-License-Identifier: Apache-2.0 */
/* Page after page, up to a bound. */
#include "backends/aws/offers.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

/* Where a chain of pages is. */
struct chain {
    const struct aws_pages *pages;
    void *owner;
    unsigned asked;
    const char *token; /* of the page that is asked for */
};

static void end(aw_op *op, const struct chain *chain, const aw_error *why)
{
    if (why && why->code == AW_E_NO_MEMORY)
        aw_fail(op, why);
    else
        chain->pages->ended(op, chain->owner, why);
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
    kit_error_set(&why, problem->code, "AWS's answer to `%s` cannot be read: %s",
                  chain->pages->action, problem->message);
    end(op, chain, &why);
}

static void on_page(aw_op *op, const aw_response *answer, void *arg)
{
    struct chain *chain = arg;
    const char *token = NULL;
    aw_error error = {.size = sizeof error};
    if (chain->pages->read(op, chain->owner, answer, &token, &error))
        return end_unread(op, chain, &error);
    if (!token)
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

void aws_pages_start(aw_op *op, const struct aws_pages *pages, void *owner)
{
    struct chain *chain = aw_alloc(op, sizeof *chain);
    if (!chain)
        return;
    *chain = (struct chain){.pages = pages, .owner = owner};
    ask(op, chain);
}

/* Something else than the answer may be XML too. An empty set may be left out. */
const kit_xml_node *aws_pages_root(kit_xml *document, const aw_response *answer,
                                   const char *const *wanted, const struct aws_pages *pages)
{
    char expected[80];
    const kit_xml_node *root = aws_xml_parse(document, answer, wanted);
    snprintf(expected, sizeof expected, "%sResponse", pages->action);
    if (!root || strcmp(root->name, expected) == 0)
        return root;
    kit_error_set(&document->error, AW_E_PROTOCOL, "expected %s, found %.80s", expected,
                  root->name);
    return NULL;
}

int aws_pages_keep_token(aw_op *op, const char *token, const aw_error *problem,
                         const char **ret_token, aw_error *ret_error)
{
    if (problem->code) {
        *ret_error = *problem;
        return -1;
    }
    const char *copy = kit_copy_text(op, token);
    if (token && !copy)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for a page's token");
    *ret_token = copy;
    return 0;
}

int aws_pages_next(aw_op *op, const kit_xml *document, const kit_xml_node *root,
                   const char **ret_token, aw_error *ret_error)
{
    return aws_pages_keep_token(op, aws_next_token(root), &document->error, ret_token, ret_error);
}

int aws_pages_next_json(aw_op *op, const kit_json_node *root, const char **ret_token,
                        aw_error *ret_error)
{
    const char *token = kit_json_find_text(root, "NextToken", "");
    return aws_pages_keep_token(op, *token ? token : NULL, &root->document->error, ret_token,
                                ret_error);
}
