/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the ssh keys of a create among those of the project, and registers the others. They are shared by later
 * machines, so they stay. https://docs.hetzner.cloud/reference/cloud#ssh-keys */
#include "backends/hetzner/hetzner.h"

#include "kit/error.h"
#include "kit/ssh_key.h"

#include <string.h>

#define MOST_PAGES 100

struct search {
    hetzner_keys_fn found;
    void *arg;
    kit_ssh_key *keys;
    int64_t *ids; /* 0: not found so far */
    size_t count;
    bool again; /* somebody else has just registered one */
};

static void look(aw_op *op, struct search *search);
static void go_on(aw_op *op, struct search *search);

static void on_registered(aw_op *op, const aw_response *answer, void *arg)
{
    struct search *search = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node key = kit_json_object(&root, "ssh_key");
    int64_t id = kit_json_integer(&key, "id", 1, INT64_MAX);
    if (document.error.code)
        return hetzner_fail_unread(op, "add-ssh-key", &document.error, AW_RETRY_SAFE);
    size_t i = 0;
    while (search->ids[i])
        i++;
    search->ids[i] = id;
    go_on(op, search);
}

static void on_refused(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct search *search = arg;
    (void)answer;
    if (error->code != AW_E_CONFLICT || search->again)
        return aw_fail(op, error);
    search->again = true;
    look(op, search);
}

static void add(aw_op *op, struct search *search, const kit_ssh_key *key)
{
    const aw_resource resource = {
        .size = sizeof resource, .shared = 1, .kind = "ssh-key", .id = key->name};
    kit_request request;
    aw_emit_resource(op, &resource);
    hetzner_request_init(&request, op, "add-ssh-key", "POST", "ssh_keys");
    kit_request_json(&request, json_pack("{s:s, s:s}", "name", key->name, "public_key", key->line));
    request.wire.flags = AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED;
    kit_request_send(&request, on_registered, on_refused, search);
}

static void go_on(aw_op *op, struct search *search)
{
    for (size_t i = 0; i < search->count; i++) {
        if (!search->ids[i])
            return add(op, search, &search->keys[i]);
    }
    search->found(op, search->arg, search->ids);
}

/* ---- looking ---- */

static void match(struct search *search, const kit_json_node *key)
{
    const char *line = kit_json_text(key, "public_key");
    int64_t id = kit_json_integer(key, "id", 1, INT64_MAX);
    for (size_t i = 0; i < search->count && !key->document->error.code; i++) {
        if (kit_ssh_key_is(&search->keys[i], line))
            search->ids[i] = id;
    }
}

static int on_keys(aw_op *op, void *owner, const aw_response *answer, const char **ret_token,
                   aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node keys = kit_json_array(&root, "ssh_keys");
    for (size_t i = 0; i < kit_json_count(&keys); i++) {
        kit_json_node key = kit_json_item(&keys, i);
        match(owner, &key);
    }
    *ret_token = hetzner_page_next(op, &root);
    *ret_error = document.error;
    return document.error.code ? -1 : 0;
}

static void ask_keys(kit_request *request, aw_op *op, void *owner, const char *token)
{
    const struct search *search = owner;
    hetzner_request_init(request, op, "ssh-keys", "GET", "ssh_keys");
    hetzner_page_query(request, token);
    /* An answer from before somebody registered one is of no use the second time. */
    request->wire.flags = search->again ? 0 : AW_REQUEST_SHARED;
}

static void on_all_keys(aw_op *op, void *owner, const aw_error *why)
{
    if (why)
        aw_fail(op, why);
    else
        go_on(op, owner);
}

static void look(aw_op *op, struct search *search)
{
    static const struct kit_pages pages = {.title = HETZNER_TITLE,
                                           .name = "ssh-keys",
                                           .most = MOST_PAGES,
                                           .ask = ask_keys,
                                           .read = on_keys,
                                           .ended = on_all_keys};
    kit_pages_start(op, &pages, search);
}

/* The line that is sent: without the line break at its end that a file has. */
static const char *own_line(aw_op *op, const char *text)
{
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]))
        size--;
    return kit_copy(op, text, size);
}

void hetzner_keys_find(aw_op *op, const aw_create *wish, hetzner_keys_fn found, void *arg)
{
    aw_error error;
    struct search *search = aw_alloc(op, sizeof *search);
    kit_ssh_key *keys = aw_alloc(op, (wish->ssh_key_count + 1) * sizeof *keys);
    int64_t *ids = aw_alloc(op, (wish->ssh_key_count + 1) * sizeof *ids);
    if (!search || !keys || !ids)
        return;
    *search = (struct search){
        .found = found, .arg = arg, .keys = keys, .ids = ids, .count = wish->ssh_key_count};
    for (uint32_t i = 0; i < wish->ssh_key_count; i++) {
        const char *line = own_line(op, wish->ssh_keys[i]);
        if (!line)
            return;
        if (kit_ssh_key_read(line, &keys[i], &error))
            return aw_fail(op, &error);
    }
    if (search->count)
        look(op, search);
    else
        found(op, arg, ids);
}
