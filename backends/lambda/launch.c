/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts a machine: the ssh key is registered unless it is already, then comes the launch. Lambda
 * Cloud has no idempotency key, so a launch whose outcome is unknown is never sent again from
 * here.
 */
#include "backends/lambda/lambda.h"

#include "kit/error.h"
#include "kit/tags.h"

#include <string.h>

#define LAUNCH_TIMEOUT_MS 120000
#define ID_MAX 128

static void keys_list(aw_op *op, struct lambda_creation *creation, uint32_t flags);

/* An image's id is a UUID, with hyphens or without; anything else is a family. */
static const char *image_member(const char *image)
{
    size_t digits = 0;
    for (const char *at = image; *at; at++) {
        if (*at != '-' && !strchr("0123456789abcdefABCDEF", *at))
            return "family";
        digits += *at != '-';
    }
    return digits == 32 ? "id" : "family";
}

static void tag_add(json_t *tags, const char *key, const char *value)
{
    json_array_append_new(tags, json_pack("{s:s, s:s}", "key", key, "value", value));
}

/* NULL when there is no memory, or a text is not UTF-8. */
static json_t *tags_build(const aw_create *wish)
{
    char expires[KIT_EXPIRES_SIZE];
    json_t *tags = json_array();
    tag_add(tags, LAMBDA_TAG_OWNER, wish->owner);
    tag_add(tags, LAMBDA_TAG_TOKEN, wish->token);
    kit_expires_text(wish->expires_at_ms, expires);
    if (*expires)
        tag_add(tags, KIT_TAG_EXPIRES, expires);
    for (uint64_t i = 0; i < wish->tag_count; i++)
        tag_add(tags, wish->tags[i].name, wish->tags[i].value);
    if (json_array_size(tags) == wish->tag_count + 2 + (*expires != '\0'))
        return tags;
    json_decref(tags);
    return NULL;
}

/* json_object_set_new refuses a NULL value, so one that could not be made is seen here. */
static json_t *body_build(const struct lambda_creation *creation)
{
    const aw_create *wish = &creation->wish;
    json_t *body = json_pack("{s:s, s:s, s:[s]}", "region_name", wish->region, "instance_type_name",
                             wish->instance_type, "ssh_key_names", creation->key_name);
    int failed = body ? 0 : -1;
    if (wish->name && *wish->name)
        failed |= json_object_set_new(body, "name", json_string(wish->name));
    if (wish->image && *wish->image)
        failed |= json_object_set_new(body, "image",
                                      json_pack("{s:s}", image_member(wish->image), wish->image));
    if (wish->user_data.size > 0)
        failed |= json_object_set_new(body, "user_data",
                                      json_stringn(wish->user_data.data, wish->user_data.size));
    failed |= json_object_set_new(body, "tags", tags_build(wish));
    if (!failed)
        return body;
    json_decref(body);
    return NULL;
}

/* The id of the one machine; NULL and the document's error when the answer does not have it. */
static const char *id_read(const kit_json_node *root)
{
    kit_json_node data = kit_json_object(root, "data");
    kit_json_node ids = kit_json_array(&data, "instance_ids");
    size_t count = kit_json_count(&ids);
    kit_json_node first = kit_json_item(&ids, 0);
    const char *id = kit_json_node_text(&first);
    if (root->document->error.code)
        return NULL;
    if (count == 1 && *id && strlen(id) <= ID_MAX)
        return id;
    kit_error_set(&root->document->error, AW_E_PROTOCOL,
                  "data.instance_ids: expected one id, found %zu of them or one that is none",
                  count);
    return NULL;
}

static void on_launched(aw_op *op, const aw_response *answer, void *arg)
{
    const struct lambda_creation *creation = arg;
    const aw_create *wish = &creation->wish;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *id = id_read(&root);
    if (!id) {
        /* It said yes, so there may well be a machine: the token tells. */
        return lambda_fail_unread(op, LAMBDA_LAUNCH, &document.error, AW_RETRY_UNKNOWN);
    }
    aw_instance instance = {
        .size = sizeof instance,
        .state = AW_STATE_PENDING,
        .arch = wish->arch,
        .id = id,
        .region = wish->region,
        .name = wish->name,
        .instance_type = wish->instance_type,
        .ssh_user = "ubuntu",
        .owner = wish->owner,
        .token = wish->token,
    };
    aw_emit_instance(op, &instance);
}

/* Was the launch refused because the key that was remembered has been deleted since? */
static bool key_is_gone(const struct lambda_creation *creation, const aw_error *error)
{
    bool missing = strcmp(error->provider_code, "global/object-does-not-exist") == 0;
    bool of_key = strcasestr(error->message, "ssh") || strstr(error->message, creation->key_name);
    return creation->key_remembered && !creation->key_retried && missing && of_key;
}

static void on_launch_failed(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    struct lambda *lambda = op->state;
    struct lambda_creation *creation = arg;
    if (!key_is_gone(creation, error))
        return aw_fail(op, error);
    lambda_known_keys_forget(&lambda->known_keys, &creation->key);
    creation->key_retried = true;
    keys_list(op, creation, 0);
}

static void launch(aw_op *op, struct lambda_creation *creation)
{
    kit_request request;
    lambda_request_init(&request, op, LAMBDA_LAUNCH, "POST");
    kit_request_path(&request, "instance-operations");
    kit_request_path(&request, "launch");
    kit_request_json(&request, body_build(creation));
    request.wire.timeout_ms = LAUNCH_TIMEOUT_MS;
    kit_request_send(&request, on_launched, on_launch_failed, creation);
}

static void launch_with(aw_op *op, struct lambda_creation *creation, const char *key_name)
{
    creation->key_name = kit_copy_text(op, key_name);
    if (creation->key_name)
        launch(op, creation);
}

/* Another create may have learnt the name while this one waited. */
static bool launch_if_known(aw_op *op, struct lambda_creation *creation)
{
    const struct lambda *lambda = op->state;
    const char *name = lambda_known_keys_find(&lambda->known_keys, &creation->key);
    if (!name)
        return false;
    creation->key_remembered = true;
    launch_with(op, creation, name);
    return true;
}

static void on_registered(aw_op *op, const aw_response *answer, void *arg)
{
    struct lambda *lambda = op->state;
    struct lambda_creation *creation = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node data = kit_json_object(&root, "data");
    const char *name = kit_json_text(&data, "name");
    if (document.error.code)
        return lambda_fail_unread(op, "add-ssh-key", &document.error, AW_RETRY_NEVER);
    lambda_known_keys_learn(&lambda->known_keys, &creation->key, name);
    launch_with(op, creation, name);
}

/* Whatever became of the key: no machine has been asked for, so nobody need look for one. */
static void fail_before_launch(aw_op *op, const aw_error *error)
{
    aw_error failure = {.code = AW_OK};
    memcpy(&failure, error, error->size < sizeof failure ? error->size : sizeof failure);
    failure.size = sizeof failure;
    failure.retry = AW_RETRY_SAFE;
    aw_fail(op, &failure);
}

/* A duplicate means that somebody registered it between our listing and our request. */
static void on_register_failed(aw_op *op, const aw_error *error, const aw_response *answer,
                               void *arg)
{
    (void)answer;
    struct lambda_creation *creation = arg;
    if (error->code != AW_E_CONFLICT || creation->relisted)
        return fail_before_launch(op, error);
    if (launch_if_known(op, creation))
        return;
    creation->relisted = true;
    keys_list(op, creation, 0);
}

/* The name comes from the key, so a second registration does nothing more than the first: it may be
 * repeated, and the creates of a burst share one. */
static void key_register(aw_op *op, struct lambda_creation *creation)
{
    aw_resource resource = {
        .size = sizeof resource, .shared = 1, .kind = "ssh-key", .id = creation->key.name};
    aw_emit_resource(op, &resource);
    kit_request request;
    lambda_request_init(&request, op, "add-ssh-key", "POST");
    kit_request_path(&request, "ssh-keys");
    kit_request_json(&request, json_pack("{s:s, s:s}", "name", creation->key.name, "public_key",
                                         creation->key.line));
    request.wire.flags = AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED;
    kit_request_send(&request, on_registered, on_register_failed, creation);
}

/* The name under which the key is registered. "": it is not. NULL: its own name has another key. */
static const char *key_find(const kit_json_node *keys, const kit_ssh_key *key)
{
    const char *found = "";
    size_t count = kit_json_count(keys);
    for (size_t i = 0; i < count; i++) {
        kit_json_node item = kit_json_item(keys, i);
        const char *name = kit_json_find_text(&item, "name", "");
        if (*name && kit_ssh_key_is(key, kit_json_find_text(&item, "public_key", "")))
            return name;
        if (strcmp(name, key->name) == 0)
            found = NULL;
    }
    return found;
}

static void on_keys(aw_op *op, const aw_response *answer, void *arg)
{
    struct lambda *lambda = op->state;
    struct lambda_creation *creation = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node keys = kit_json_array(&root, "data");
    const char *name = key_find(&keys, &creation->key);
    if (document.error.code)
        return lambda_fail_unread(op, "ssh-keys", &document.error, AW_RETRY_NEVER);
    if (!name || (!*name && creation->relisted))
        return kit_fail(
            op, AW_E_CONFLICT,
            "The ssh key could not be registered: another key has the name %s at Lambda Cloud. "
            "Rename or delete that one at https://cloud.lambda.ai/ssh-keys.",
            creation->key.name);
    if (*name) {
        lambda_known_keys_learn(&lambda->known_keys, &creation->key, name);
        return launch_with(op, creation, name);
    }
    if (!launch_if_known(op, creation))
        key_register(op, creation);
}

static void keys_list(aw_op *op, struct lambda_creation *creation, uint32_t flags)
{
    kit_request request;
    lambda_request_init(&request, op, "ssh-keys", "GET");
    kit_request_path(&request, "ssh-keys");
    request.wire.flags = flags;
    kit_request_send(&request, on_keys, NULL, creation);
}

/* The line that is sent: without the line break at its end that a file has. */
static const char *key_line(aw_op *op, const char *text)
{
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]))
        size--;
    return kit_copy(op, text, size);
}

void lambda_create(aw_op *op, const aw_create *wish)
{
    aw_error error;
    if (lambda_wish_check(wish, &error))
        return aw_fail(op, &error);
    struct lambda_creation *creation = lambda_wish_copy(op, wish);
    const char *line = key_line(op, wish->ssh_keys[0]);
    if (!creation || !line)
        return;
    if (kit_ssh_key_read(line, &creation->key, &error))
        return aw_fail(op, &error);
    if (!launch_if_known(op, creation))
        keys_list(op, creation, AW_REQUEST_SHARED);
}
