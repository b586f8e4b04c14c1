/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer of Hetzner Cloud means. */
#include "backends/hetzner/hetzner.h"

#include "kit/answer.h"
#include "kit/buf.h"
#include "kit/error.h"

#include <string.h>

/* https://docs.hetzner.cloud/#errors and the list in the provider's own library,
 * https://github.com/hetznercloud/hcloud-go/blob/main/hcloud/error.go. These decide, whatever the status. */
static const struct meaning {
    const char *word;
    uint32_t code;
    uint32_t scope;
} meanings[] = {
    {"unauthorized", AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT},
    {"forbidden", AW_E_DENIED, AW_SCOPE_ACCOUNT},
    {"token_readonly", AW_E_DENIED, AW_SCOPE_ACCOUNT},
    {"resource_locked", AW_E_DENIED, AW_SCOPE_UNKNOWN},
    {"protected", AW_E_CONFLICT, AW_SCOPE_UNKNOWN},
    {"uniqueness_error", AW_E_CONFLICT, AW_SCOPE_UNKNOWN},
    {"not_found", AW_E_NOT_FOUND, AW_SCOPE_UNKNOWN},
    {"invalid_input", AW_E_INVALID, AW_SCOPE_UNKNOWN},
    {"invalid_server_type", AW_E_INVALID, AW_SCOPE_UNKNOWN},
    {"json_error", AW_E_INTERNAL, AW_SCOPE_UNKNOWN},
    {"resource_unavailable", AW_E_NO_CAPACITY, AW_SCOPE_REGION},
    {"placement_error", AW_E_NO_CAPACITY, AW_SCOPE_REGION},
    {"resource_limit_exceeded", AW_E_QUOTA, AW_SCOPE_ACCOUNT},
    {"rate_limit_exceeded", AW_E_THROTTLED, AW_SCOPE_ACCOUNT},
    {"locked", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"conflict", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"maintenance", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"service_error", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"server_error", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"unknown_error", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"bad_gateway", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"timeout", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"unsupported_error", AW_E_UNSUPPORTED, AW_SCOPE_UNKNOWN},
    {"deprecated_api_endpoint", AW_E_PROTOCOL, AW_SCOPE_UNKNOWN},
};

static struct meaning meaning_of(const char *word, uint32_t status)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (strcmp(word, meanings[i].word) == 0)
            return meanings[i];
    }
    return (struct meaning){word, kit_status_code(status), kit_status_scope(status)};
}

/* "invalid input in field 'name' (name: is too long)": the fields say what the message does not. */
static void add_fields(kit_buf *text, const kit_json_node *problem)
{
    kit_json_node details = kit_json_find(problem, "details");
    kit_json_node fields = kit_json_find(&details, "fields");
    for (size_t i = 0; i < kit_json_count(&fields); i++) {
        kit_json_node field = kit_json_item(&fields, i);
        kit_json_node messages = kit_json_find(&field, "messages");
        kit_json_node message = kit_json_item(&messages, 0);
        const char *name = kit_json_find_text(&field, "name", "");
        if (message.value && *name)
            kit_buf_addf(text, " (%.60s: %.120s)", name, kit_json_node_text(&message));
    }
    kit_json_forgive(problem->document);
}

static void explain(const aw_response *answer, const kit_json_node *problem, const char *word,
                    aw_error *ret_error)
{
    char block[400];
    kit_buf text;
    struct meaning meaning = meaning_of(word, answer->status);
    const char *message = kit_json_find_text(problem, "message", word);
    kit_json_forgive(problem->document);
    kit_buf_init_in(&text, block, sizeof block);
    kit_buf_addf(&text, "%.240s", message ? message : word);
    add_fields(&text, problem);
    kit_error_set(ret_error, meaning.code, HETZNER_TITLE " says: %s.", block);
    ret_error->scope = meaning.scope;
    kit_answer_complete(answer, ret_error);
    kit_error_text(ret_error->provider_code, sizeof ret_error->provider_code, word);
}

void hetzner_classify(void *state, const aw_request *request, const aw_response *answer,
                      aw_error *ret_error)
{
    (void)state;
    (void)request;
    if (kit_answer_is_good(answer))
        return;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node problem = kit_json_object(&root, "error");
    const char *word = kit_json_text(&problem, "code");
    if (document.error.code)
        kit_answer_explain_status(answer, HETZNER_TITLE, document.error.message, ret_error);
    else
        explain(answer, &problem, word, ret_error);
    if (ret_error->code == AW_E_THROTTLED && ret_error->retry_after_ms == 0)
        ret_error->retry_after_ms = HETZNER_PERIOD_MS;
    kit_error_text(ret_error->request_id, sizeof ret_error->request_id,
                   kit_answer_header(answer, "x-correlation-id"));
}
