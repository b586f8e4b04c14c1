/* SPDX-License-Identifier: Apache-2.0 */
/* The acts of a recording as jobs, with their inputs from JSON. */
#include "check/play.h"
#include "check/transcript.h"

#include "core/job.h"
#include "kit/error.h"

#include <string.h>

#define SSH_KEY                                                                                    \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d "            \
    "ada@example.org"
#define MOST_ITEMS 16

static const char *text_of(const json_t *inputs, const char *name, const char *fallback)
{
    const char *text = json_string_value(json_object_get(inputs, name));
    return text ? text : fallback;
}

static uint64_t number_of(const json_t *inputs, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(inputs, name));
}

static int begin_offers(struct player *player, const json_t *inputs, archway_job **ret_job,
                        archway_query **ret_query, aw_error *ret_error)
{
    archway_query *query = archway_query_create();
    const char *filter;
    json_t *value;
    if (!query)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory");
    *ret_query = query;
    json_object_foreach(
        (json_t *)inputs, filter,
        value) if (archway_query_set(query, filter, json_string_value(value), ret_error)) return -1;
    return archway_offers(player->stage->aw, query, 0, NULL, ret_job, ret_error);
}

static uint64_t read_pairs(const json_t *object, aw_header pairs[MOST_ITEMS])
{
    uint64_t count = 0;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) if (count < MOST_ITEMS) pairs[count++] =
        (aw_header){name, json_string_value(value)};
    return count;
}

static uint32_t read_keys(const json_t *list, const char *keys[MOST_ITEMS])
{
    uint32_t count = 0;
    if (!list) {
        keys[0] = SSH_KEY;
        return 1;
    }
    for (size_t i = 0; i < json_array_size(list) && count < MOST_ITEMS; i++)
        keys[count++] = json_string_value(json_array_get(list, i));
    return count;
}

static aw_offer read_offer(const json_t *inputs)
{
    aw_offer offer = {.size = sizeof offer,
                      .spot = json_is_true(json_object_get(inputs, "spot")),
                      .instance_type = text_of(inputs, "type", ""),
                      .region = text_of(inputs, "region", NULL),
                      .zone = text_of(inputs, "zone", NULL),
                      .data = text_of(inputs, "data", NULL)};
    archway_arch_parse(text_of(inputs, "arch", "amd64"), &offer.arch, NULL);
    return offer;
}

static int begin_create(struct player *player, const json_t *inputs, archway_job **ret_job,
                        aw_error *ret_error)
{
    const char *keys[MOST_ITEMS];
    aw_header options[MOST_ITEMS];
    const aw_offer offer = read_offer(inputs);
    const char *user_data = text_of(inputs, "user_data", "");
    const archway_wish wish = {
        .size = sizeof wish,
        .ssh_key_count = read_keys(json_object_get(inputs, "ssh_keys"), keys),
        .backend = stage_provider(player->stage),
        .offer = &offer,
        .name = text_of(inputs, "name", "runner"),
        .token = text_of(inputs, "token", NULL),
        .image = text_of(inputs, "image", NULL),
        .ssh_keys = keys,
        .user_data = {user_data, strlen(user_data)},
        .disk_mib = number_of(inputs, "disk_mib"),
        .expires_at_ms = number_of(inputs, "expires_at_ms"),
        .options = options,
        .option_count = read_pairs(json_object_get(inputs, "options"), options),
    };
    const archway_call call = {.size = sizeof call, .timeout_ms = number_of(inputs, "timeout_ms")};
    return archway_create(player->stage->aw, &wish, &call, ret_job, ret_error);
}

static archway_machine read_machine(const struct player *player, const json_t *inputs)
{
    archway_machine machine = player->machine;
    const char *id = text_of(inputs, "id", NULL);
    if (id)
        machine = (archway_machine){.size = sizeof machine,
                                    .id = id,
                                    .region = text_of(inputs, "region", NULL),
                                    .zone = text_of(inputs, "zone", NULL),
                                    .data = text_of(inputs, "data", NULL)};
    machine.backend = stage_provider(player->stage);
    return machine;
}

static int begin_wait(struct player *player, const json_t *inputs, archway_job **ret_job,
                      aw_error *ret_error)
{
    const archway_machine machine = read_machine(player, inputs);
    bool gone = strcmp(text_of(inputs, "until", "running"), "terminated") == 0;
    const archway_call call = {.size = sizeof call, .timeout_ms = number_of(inputs, "timeout_ms")};
    return archway_wait(player->stage->aw, &machine, gone ? AW_STATE_TERMINATED : AW_STATE_RUNNING,
                        &call, ret_job, ret_error);
}

/* Of this installation's owner; "owner": null means everybody's. */
static int begin_list(struct player *player, const json_t *inputs, archway_job **ret_job,
                      aw_error *ret_error)
{
    archway *aw = player->stage->aw;
    const json_t *owner = json_object_get(inputs, "owner");
    const char *whose = json_is_null(owner)     ? NULL
                        : json_is_string(owner) ? json_string_value(owner)
                                                : archway_owner(aw);
    return archway_list(aw, stage_provider(player->stage), whose, NULL, ret_job, ret_error);
}

/* One pass, without a grace time, unless it says otherwise. */
static int begin_gc(struct player *player, const json_t *inputs, archway_job **ret_job,
                    aw_error *ret_error)
{
    archway_gc_options how = ARCHWAY_GC_DEFAULTS;
    how.act = json_is_true(json_object_get(inputs, "yes"));
    how.passes = json_object_get(inputs, "passes") ? (uint32_t)number_of(inputs, "passes") : 1;
    how.grace_ms = number_of(inputs, "grace_ms");
    how.backend = stage_provider(player->stage);
    return archway_gc(player->stage->aw, &how, NULL, ret_job, ret_error);
}

static int begin_sign(struct player *player, const json_t *inputs, archway_job **ret_job,
                      aw_error *ret_error)
{
    const aw_request request = {.size = sizeof request,
                                .name = "any",
                                .method = text_of(inputs, "method", "GET"),
                                .url = text_of(inputs, "url", "https://example.org/"),
                                .region = text_of(inputs, "region", NULL)};
    return archway_sign(player->stage->aw, stage_provider(player->stage), &request, 0, NULL,
                        ret_job, ret_error);
}

static int begin(struct player *player, const struct recorded_act *act, const json_t *inputs,
                 archway_job **ret_job, archway_query **ret_query, aw_error *ret_error)
{
    archway *aw = player->stage->aw;
    const archway_machine machine = read_machine(player, inputs);
    if (strcmp(act->verb, "offers") == 0)
        return begin_offers(player, inputs, ret_job, ret_query, ret_error);
    if (strcmp(act->verb, "create") == 0)
        return begin_create(player, inputs, ret_job, ret_error);
    if (strcmp(act->verb, "wait") == 0)
        return begin_wait(player, inputs, ret_job, ret_error);
    if (strcmp(act->verb, "list") == 0)
        return begin_list(player, inputs, ret_job, ret_error);
    if (strcmp(act->verb, "get") == 0)
        return archway_get(aw, &machine, NULL, ret_job, ret_error);
    if (strcmp(act->verb, "terminate") == 0)
        return archway_terminate(aw, &machine, NULL, ret_job, ret_error);
    if (strcmp(act->verb, "gc") == 0)
        return begin_gc(player, inputs, ret_job, ret_error);
    if (strcmp(act->verb, "check") == 0)
        return archway_check(aw, machine.backend, NULL, ret_job, ret_error);
    if (strcmp(act->verb, "images") == 0)
        return archway_boot_images(aw, machine.backend, text_of(inputs, "region", NULL), NULL,
                                   ret_job, ret_error);
    if (strcmp(act->verb, "sign") == 0)
        return begin_sign(player, inputs, ret_job, ret_error);
    return kit_error_set(ret_error, AW_E_INVALID,
                         "line %d: `%s` is no act: write open, offers, create, get, list, wait, "
                         "terminate, gc, images, check or sign.",
                         act->line, act->verb);
}

int act_begin(struct player *player, const struct recorded_act *act, archway_job **ret_job,
              archway_query **ret_query, aw_error *ret_error)
{
    json_error_t problem;
    json_t *inputs = act->inputs[0] ? json_loads(act->inputs, 0, &problem) : json_object();
    if (!json_is_object(inputs)) {
        json_decref(inputs);
        return kit_error_set(ret_error, AW_E_INVALID,
                             "line %d: the inputs are no JSON object (%s): write them as "
                             "{\"id\":\"m-1\"}.",
                             act->line, act->inputs);
    }
    *ret_job = NULL;
    *ret_query = NULL;
    int status = begin(player, act, inputs, ret_job, ret_query, ret_error);
    json_decref(inputs);
    return status;
}

bool act_can_begin(const struct player *player, const struct recorded_act *act)
{
    bool about_one = strcmp(act->verb, "wait") == 0 || strcmp(act->verb, "get") == 0 ||
                     strcmp(act->verb, "terminate") == 0;
    return !about_one || player->machine.id || strstr(act->inputs, "\"id\"");
}

bool act_is_listing(const char *verb)
{
    return strcmp(verb, "offers") == 0 || strcmp(verb, "list") == 0 || strcmp(verb, "get") == 0 ||
           strcmp(verb, "images") == 0;
}

/* By their ids: what is ended first is the provider's affair. */
static void write_outcomes(const archway_job *job, kit_buf *out)
{
    archway_outcome next = {.size = sizeof next};
    archway_outcome outcome = {.size = sizeof outcome};
    const char *last = "";
    do {
        next.id = NULL;
        for (uint64_t i = 0; archway_job_outcome(job, i, &outcome) == 0; i++)
            if (outcome.id && strcmp(outcome.id, last) > 0 &&
                (!next.id || strcmp(outcome.id, next.id) < 0))
                next = outcome;
        if (next.id)
            outcome_line(out, &next);
        last = next.id;
    } while (last);
}

void act_write_results(const archway_job *job, kit_buf *out)
{
    const char *backend;
    aw_offer offer = {.size = sizeof offer};
    for (uint64_t i = 0; archway_job_offer(job, i, &offer, &backend) == 0; i++)
        offer_line(out, &offer, false);
    const aw_instance *instance;
    for (uint64_t i = 0; (instance = archway_job_instance(job, i, &backend)) != NULL; i++)
        instance_line(out, instance);
    write_outcomes(job, out);
    const aw_image *image;
    for (uint64_t i = 0; (image = archway_job_boot_image(job, i, &backend)) != NULL; i++)
        image_line(out, image);
}
