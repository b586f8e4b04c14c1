/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of an insert that say how a machine runs, whose it is, and what it is told. */
#include "backends/gcp/create.h"
#include "backends/gcp/families.h"

#include "kit/buf.h"
#include "kit/error.h"
#include "kit/tags.h"
#include "kit/time.h"

#include <string.h>

/* https://cloud.google.com/compute/docs/instances/limit-vm-runtime */
#define SHORTEST_RUN_MS 31000u /* 30 s of Google's, and the way there */
#define LONGEST_RUN_MS (120ull * 24 * 3600 * 1000)

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

/* When Google ends it by itself: a time and no duration, so that the same wish is the same request whenever it is made.
 * NULL when it may run for ever, or longer than Google takes care of. */
static const char *termination_time(const struct creation *creation, char ret_text[KIT_TIME])
{
    uint64_t end_ms = creation->wish->expires_at_ms;
    uint64_t now_ms = aw_now_ms(creation->op);
    if (!end_ms || (end_ms > now_ms && end_ms - now_ms > LONGEST_RUN_MS))
        return NULL;
    kit_time_write(end_ms < now_ms + SHORTEST_RUN_MS ? now_ms + SHORTEST_RUN_MS : end_ms, ret_text);
    return ret_text;
}

/* A machine with a GPU cannot be moved to another host; one that is lent, or ends by itself, must leave nothing
 * behind that is billed. */
json_t *creation_scheduling(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    char time[KIT_TIME];
    const char *ends = termination_time(creation, time);
    int is_bound = creation->reservation && gcp_is_bound(creation->reserved, wish->instance_type);
    const char *model = wish->spot ? "SPOT" : is_bound ? "RESERVATION_BOUND" : NULL;
    const char *ending = model || ends ? "DELETE" : NULL;
    int stays = wish->spot || has_gpu(creation) || gcp_stays_on_host(wish->instance_type);
    json_t *scheduling =
        json_pack("{s:b,s:s*,s:s*,s:s*,s:s*}", "automaticRestart", !wish->spot, "onHostMaintenance",
                  stays ? "TERMINATE" : NULL, "provisioningModel", model,
                  "instanceTerminationAction", ending, "terminationTime", ends);
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
