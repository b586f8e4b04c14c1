/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts a machine. Its name is made of the token, and a project has each name once: so a create that is sent
 * again makes no second machine, but is told that there is one, and finds it by the name.
 */
#include "backends/hetzner/hetzner.h"

#include "kit/error.h"
#include "kit/tags.h"
#include "kit/token_name.h"
#include "kit/wish.h"

#include <string.h>

#define USER_DATA_MAX                                                                              \
    (32 * 1024) /* https://docs.hetzner.cloud/reference/cloud#servers-create-a-server */

struct creation {
    const aw_create *wish;
    const char *name;
    aw_error conflict; /* why it was refused, while its namesake is looked at */
};

/* ---- the body ---- */

/* [7, 8], or with a member [{"firewall": 7}, {"firewall": 8}]. */
static json_t *ids_list(const int64_t *ids, uint64_t count, const char *member)
{
    json_t *list = json_array();
    int failed = !list;
    for (uint64_t i = 0; i < count && !failed; i++)
        failed = json_array_append_new(list, member ? json_pack("{s:I}", member, (json_int_t)ids[i])
                                                    : json_integer(ids[i]));
    if (!failed)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *labels_of(const aw_create *wish)
{
    size_t size = strlen(wish->token);
    size_t start = size > HETZNER_LABEL_MAX ? HETZNER_LABEL_MAX : size;
    json_t *labels = json_pack("{s:s, s:s%}", HETZNER_LABEL_OWNER, wish->owner, HETZNER_LABEL_TOKEN,
                               wish->token, start);
    int failed = !labels;
    char expires[KIT_EXPIRES_SIZE];
    kit_expires_text(wish->expires_at_ms, expires);
    if (*expires)
        failed |= json_object_set_new(labels, KIT_TAG_EXPIRES, json_string(expires));
    if (start < size)
        failed |=
            json_object_set_new(labels, HETZNER_LABEL_TOKEN_END, json_string(wish->token + start));
    for (uint64_t i = 0; i < wish->tag_count && !failed; i++)
        failed = json_object_set_new(labels, wish->tags[i].name, json_string(wish->tags[i].value));
    if (!failed)
        return labels;
    json_decref(labels);
    return NULL;
}

static json_t *body_build(const struct hetzner *hetzner, const struct creation *creation,
                          const int64_t *ids)
{
    const aw_create *wish = creation->wish;
    const struct hetzner_ids *networks = &hetzner->networks;
    const struct hetzner_ids *firewalls = &hetzner->firewalls;
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:{s:b, s:b}}", "name", creation->name,
                  "server_type", wish->instance_type, "location", wish->region, "image",
                  wish->image ? wish->image : HETZNER_DEFAULT_IMAGE, "start_after_create", 1,
                  "labels", labels_of(wish), "ssh_keys", ids_list(ids, wish->ssh_key_count, NULL),
                  "public_net", "enable_ipv4", hetzner->with_ipv4, "enable_ipv6", 1);
    int failed = !body;
    if (wish->user_data.size)
        failed |= json_object_set_new(
            body, "user_data", json_stringn(wish->user_data.data, (size_t)wish->user_data.size));
    if (networks->count)
        failed |= json_object_set_new(body, "networks",
                                      ids_list(networks->values, networks->count, NULL));
    if (firewalls->count)
        failed |= json_object_set_new(body, "firewalls",
                                      ids_list(firewalls->values, firewalls->count, "firewall"));
    if (!failed)
        return body;
    json_decref(body);
    return NULL;
}

/* ---- the answer ---- */

static void on_created(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node server = kit_json_object(&root, "server");
    if (hetzner_emit_server(op, &server))
        hetzner_fail_unread(op, "create-server", &document.error, AW_RETRY_UNKNOWN);
}

/* Whose machine has our name? It is ours if it has our token. */
static void on_namesake(aw_op *op, const aw_response *answer, void *arg)
{
    const struct creation *creation = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node servers = kit_json_array(&root, "servers");
    if (document.error.code)
        return hetzner_fail_unread(op, "namesake", &document.error, AW_RETRY_UNKNOWN);
    if (kit_json_count(&servers) == 0)
        return aw_fail(op, &creation->conflict);
    kit_json_node server = kit_json_item(&servers, 0);
    const char *token = hetzner_token_of(op, &server);
    if (!token || strcmp(token, creation->wish->token) != 0)
        return kit_fail(op, AW_E_CONFLICT,
                        "There is a machine named %s already, and it is another's: choose another "
                        "name.",
                        creation->name);
    if (hetzner_emit_server(op, &server))
        hetzner_fail_unread(op, "namesake", &document.error, AW_RETRY_UNKNOWN);
}

static void on_no_namesake(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    aw_error copy = *error;
    (void)answer;
    (void)arg;
    copy.retry = AW_RETRY_UNKNOWN;
    aw_fail(op, &copy);
}

static void on_refused(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct creation *creation = arg;
    aw_error copy = *error;
    (void)answer;
    if (error->code ==
        AW_E_NOT_FOUND) { /* what a create names and does not exist, the wish named */
        copy.code = AW_E_INVALID;
        return aw_fail(op, &copy);
    }
    if (error->code != AW_E_CONFLICT)
        return aw_fail(op, error);
    creation->conflict = *error;
    kit_request request;
    hetzner_request_init(&request, op, "namesake", "GET", "servers");
    kit_request_query(&request, "name", creation->name);
    kit_request_send(&request, on_namesake, on_no_namesake, creation);
}

/* ---- the request ---- */

static void on_keys(aw_op *op, void *arg, const int64_t *ids)
{
    struct creation *creation = arg;
    kit_request request;
    hetzner_request_init(&request, op, "create-server", "POST", "servers");
    kit_request_json(&request, body_build(op->state, creation, ids));
    request.wire.flags = AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_created, on_refused, creation);
}

static int wish_check(const aw_create *wish, aw_error *ret_error)
{
    if (wish->spot)
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             HETZNER_TITLE " has no interruptible machines.");
    if (wish->user_data.size > USER_DATA_MAX)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The user data is larger than the 32 KiB that " HETZNER_TITLE
                             " takes. Let it fetch the rest.");
    return kit_wish_options_check(wish, HETZNER_TITLE, NULL, ret_error);
}

void hetzner_create(aw_op *op, const aw_create *wish)
{
    aw_error error;
    if (wish_check(wish, &error))
        return aw_fail(op, &error);
    struct creation *creation = aw_alloc(op, sizeof *creation);
    aw_create *copy = kit_wish_copy(op, wish);
    if (!creation || !copy)
        return;
    *creation = (struct creation){.wish = copy, .name = kit_token_name(op, copy)};
    if (!creation->name)
        return kit_fail(op, AW_E_INTERNAL, "libcrypto has no SHA-256.");
    hetzner_keys_find(op, copy, on_keys, creation);
}
