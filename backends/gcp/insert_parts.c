/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of an insert that say how a machine runs, whose it is, and what it is told. */
#include "backends/gcp/create.h"
#include "backends/gcp/families.h"

#include "kit/buf.h"
#include "kit/error.h"
#include "kit/tags.h"

#include <string.h>

/* https://cloud.google.com/compute/docs/instances/limit-vm-runtime */
#define SHORTEST_RUN_S 30u
#define LONGEST_RUN_S (120u * 24 * 3600)

json_t *creation_text(aw_op *op, const char *format, ...)
{
    kit_buf buf;
    va_list args;
    kit_buf_init(&buf, kit_op_memory(op), (size_t)256 * 1024);
    va_start(args, format);
    kit_buf_vaddf(&buf, format, args);
    va_end(args);
    return buf.state == KIT_BUF_OK ? json_string(kit_buf_text(&buf)) : NULL;
}

static int has_gpu(const struct creation *creation)
{
    size_t size = 0;
    return gcp_data_word(creation->wish->offer_data, "gpu", &size) != NULL;
}

/* NULL when it may run for ever, or longer than Google takes care of. */
static json_t *run_duration(const struct creation *creation)
{
    uint64_t end_ms = creation->wish->expires_at_ms;
    uint64_t now_ms = aw_now_ms(creation->op);
    uint64_t left_s = end_ms > now_ms ? (end_ms - now_ms) / 1000 : 0;
    if (!end_ms || left_s > LONGEST_RUN_S)
        return NULL;
    if (left_s < SHORTEST_RUN_S)
        left_s = SHORTEST_RUN_S;
    return json_pack("{s:o}", "seconds",
                     creation_text(creation->op, "%llu", (unsigned long long)left_s));
}

/* A machine with a GPU cannot be moved to another host; one that is lent, or ends by itself, must leave nothing
 * behind that is billed. */
json_t *creation_scheduling(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    json_t *duration = run_duration(creation);
    int is_bound = creation->reservation && gcp_is_bound(creation->reserved, wish->instance_type);
    const char *model = wish->spot ? "SPOT" : is_bound ? "RESERVATION_BOUND" : NULL;
    const char *ending = model || duration ? "DELETE" : NULL;
    int stays = wish->spot || has_gpu(creation) || gcp_stays_on_host(wish->instance_type);
    json_t *scheduling =
        json_pack("{s:b,s:s*,s:s*,s:s*,s:o*}", "automaticRestart", !wish->spot, "onHostMaintenance",
                  stays ? "TERMINATE" : NULL, "provisioningModel", model,
                  "instanceTerminationAction", ending, "maxRunDuration", duration);
    if (scheduling && wish->spot)
        json_object_set_new(scheduling, "preemptible", json_true());
    return scheduling;
}

static void add_item(json_t *items, const char *key, json_t *value)
{
    json_array_append_new(items, json_pack("{s:s,s:o}", "key", key, "value", value));
}

/* Keys in metadata count only where OS Login, which a project may have turned on, is off. */
static void add_keys(const struct creation *creation, json_t *items)
{
    const aw_create *wish = creation->wish;
    kit_buf keys;
    kit_buf_init(&keys, kit_op_memory(creation->op), (size_t)256 * 1024);
    for (uint32_t i = 0; i < wish->ssh_key_count; i++)
        kit_buf_addf(&keys, "%s" GCP_SSH_USER ":%s", i ? "\n" : "", wish->ssh_keys[i]);
    if (!wish->ssh_key_count)
        return;
    add_item(items, "ssh-keys", keys.state == KIT_BUF_OK ? json_string(kit_buf_text(&keys)) : NULL);
    add_item(items, "enable-oslogin", json_string("FALSE"));
}

json_t *creation_metadata(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    json_t *items = json_array();
    add_item(items, GCP_OWNER, json_string(wish->owner ? wish->owner : ""));
    add_item(items, GCP_TOKEN, json_string(wish->token));
    add_keys(creation, items);
    if (wish->user_data.size)
        add_item(items, "user-data",
                 json_stringn(wish->user_data.data, (size_t)wish->user_data.size));
    return json_pack("{s:o}", "items", items);
}

static json_t *label(const char *text)
{
    char value[GCP_LABEL_SIZE];
    gcp_label_text(value, text ? text : "");
    return json_string(value);
}

json_t *creation_labels(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    json_t *labels = json_object();
    for (uint64_t i = 0; i < wish->tag_count; i++) {
        char name[GCP_LABEL_SIZE];
        gcp_label_text(name, wish->tags[i].name);
        if (*name >= 'a' && *name <= 'z')
            json_object_set_new(labels, name, label(wish->tags[i].value));
    }
    char expires[KIT_EXPIRES_SIZE];
    kit_expires_text(wish->expires_at_ms, expires);
    if (*expires)
        json_object_set_new(labels, KIT_TAG_EXPIRES, json_string(expires));
    json_object_set_new(labels, GCP_OWNER, label(wish->owner));
    json_object_set_new(labels, GCP_TOKEN, label(wish->token));
    return labels;
}
