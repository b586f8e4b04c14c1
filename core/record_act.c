/* SPDX-License-Identifier: Apache-2.0 */
/* The `do` lines of a recording, from the jobs that were run. */
#include "core/record_act.h"

#include "core/backend.h"
#include "core/query.h"
#include "core/record.h"
#include "core/vec.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* As many as are done again. */
#define MOST_ACTS 32
#define MOST_TOGETHER 8

void record_act_spoil(archway *aw, const char *why)
{
    if (aw->recorder && !aw->recorder->spoiled)
        aw->recorder->spoiled = why;
}

/* ---- the backend, and how it was opened ---- */

static json_t *value_of(const aw_backend_entry *entry, const aw_setting *setting)
{
    uint32_t type = AW_OPTION_TEXT;
    for (uint64_t i = 0; i < entry->option_count; i++)
        if (strcmp(entry->options[i].name, setting->name) == 0)
            type = entry->options[i].type;
    if (type == AW_OPTION_INTEGER)
        return json_integer(strtoll(setting->values[0], NULL, 10));
    if (type == AW_OPTION_BOOLEAN)
        return json_boolean(strcmp(setting->values[0], "true") == 0);
    if (type != AW_OPTION_LIST && setting->count == 1 && strcmp(setting->name, "regions") != 0)
        return json_string(setting->values[0]);
    json_t *list = json_array();
    for (uint64_t i = 0; i < setting->count; i++)
        json_array_append_new(list, json_string(setting->values[i]));
    return list;
}

/* Adds the line; takes the inputs. 0: it could not be kept. */
static size_t add(struct recorder *recorder, const char *verb, json_t *inputs)
{
    struct recording *taken = &recorder->taken;
    struct recorded_act act = {.verb = verb, .inputs = "", .outcome = ""};
    char *text = json_object_size(inputs) ? json_dumps(inputs, JSON_COMPACT) : NULL;
    bool lost = !inputs || (json_object_size(inputs) && !text);
    if (text)
        act.inputs = recorder_take_text(recorder, (aw_bytes){text, strlen(text)}).data;
    free(text);
    json_decref(inputs);
    struct recorded_act *slot =
        lost || !act.inputs ? NULL : VEC_PUSH(&taken->acts, &taken->act_count);
    if (slot)
        *slot = act;
    else
        recorder->incomplete = true;
    return slot ? taken->act_count : 0;
}

static void note_opening(struct recorder *recorder, const struct backend *backend)
{
    json_t *inputs = json_object();
    for (uint32_t i = 0; i < backend->settings.count; i++) {
        const aw_setting *setting = &backend->settings.items[i];
        json_object_set_new(inputs, setting->name, value_of(&backend->plugin->entry, setting));
    }
    /* A secret of the configuration is nowhere to be found in a replay. */
    recorder->taken.has_credentials = recorder->taken.has_credentials || backend->secrets.count;
    recorder->opened = arena_text(&recorder->taken.arena, backend->name);
    if (json_object_size(inputs))
        add(recorder, "open", inputs);
    else
        json_decref(inputs);
}

static const struct backend *only_backend(const archway *aw)
{
    const struct backend *only = NULL;
    for (size_t i = 0; i < aw->backend_count; i++) {
        if (aw->backends[i]->error.code)
            continue;
        if (only)
            return NULL;
        only = aw->backends[i];
    }
    return only;
}

static void begin(archway_job *job, const struct backend *backend, const char *verb, json_t *inputs)
{
    struct recorder *recorder = job->aw->recorder;
    if (!backend)
        record_act_spoil(job->aw, "more than one backend was asked");
    else if (recorder->opened && strcmp(recorder->opened, backend->name) != 0)
        record_act_spoil(job->aw, "more than one backend was asked");
    else if (recorder->taken.act_count >= MOST_ACTS || recorder->acts_under_way >= MOST_TOGETHER)
        record_act_spoil(job->aw, "too much was done");
    if (recorder->spoiled) {
        json_decref(inputs);
        return;
    }
    if (!recorder->opened)
        note_opening(recorder, backend);
    job->act = add(recorder, verb, inputs);
    if (job->act)
        recorder->taken.acts[job->act - 1].together = recorder->acts_under_way++ > 0;
}

/* ---- acts ---- */

static void set_text(json_t *inputs, const char *name, const char *text)
{
    if (text && *text)
        json_object_set_new(inputs, name, json_string(text));
}

static void set_number(json_t *inputs, const char *name, uint64_t number)
{
    if (number)
        json_object_set_new(inputs, name, json_integer((json_int_t)number));
}

static void set_timeout(json_t *inputs, const archway_job *job)
{
    set_number(inputs, "timeout_ms", job->hard_timeout ? job->timeout_ms : 0);
}

static const struct backend *named_backend(const archway *aw, const struct names *names)
{
    return names->count == 1 ? context_backend(aw, names->items[0]) : only_backend(aw);
}

void record_act_offers(archway_job *job, const archway_query *query)
{
    if (!job->aw->recorder)
        return;
    json_t *inputs = json_object();
    const char *name;
    for (size_t i = 0; (name = query_filter_name(i)) != NULL; i++)
        if (strcmp(name, "backend") != 0)
            set_text(inputs, name, query->said[i]);
    if (query->option_count > 1)
        record_act_spoil(job->aw, "a query had more than one option");
    begin(job, named_backend(job->aw, &query->backends), "offers", inputs);
}

static void set_offer(json_t *inputs, const aw_offer *offer)
{
    set_text(inputs, "type", offer->instance_type);
    set_text(inputs, "region", offer->region);
    set_text(inputs, "zone", offer->zone);
    set_text(inputs, "arch", archway_arch_name(offer->arch));
    if (offer->spot)
        json_object_set_new(inputs, "spot", json_true());
    set_text(inputs, "data", offer->data);
}

static json_t *keys_of(const archway_wish *wish)
{
    json_t *keys = json_array();
    for (uint32_t i = 0; i < wish->ssh_key_count; i++)
        json_array_append_new(keys, json_string(wish->ssh_keys[i]));
    return keys;
}

static json_t *options_of(const archway_wish *wish)
{
    json_t *options = json_object();
    for (uint64_t i = 0; i < wish->option_count; i++)
        json_object_set_new(options, wish->options[i].name, json_string(wish->options[i].value));
    return options;
}

void record_act_create(archway_job *job, const struct backend *backend, const archway_wish *wish)
{
    const aw_bytes data = wish->user_data;
    if (!job->aw->recorder)
        return;
    json_t *inputs = json_object();
    set_offer(inputs, wish->offer);
    set_text(inputs, "name", wish->name);
    set_text(inputs, "token", wish->token);
    set_text(inputs, "image", wish->image);
    if (data.size && json_object_set_new(inputs, "user_data", json_stringn(data.data, data.size)))
        record_act_spoil(job->aw, "user data is no text");
    set_number(inputs, "disk_mib", wish->disk_mib);
    set_number(inputs, "expires_at_ms", wish->expires_at_ms);
    json_object_set_new(inputs, "ssh_keys", keys_of(wish));
    if (wish->option_count)
        json_object_set_new(inputs, "options", options_of(wish));
    set_timeout(inputs, job);
    if (job->aw->config.bootstrap && !wish->no_bootstrap)
        record_act_spoil(job->aw, "a machine ran the bootstrap of a configuration");
    begin(job, backend, "create", inputs);
}

/* Is it the machine of the act before, as that one ended? Its id may have a token in it. */
static bool is_last(const struct recorder *recorder, const aw_ref *ref)
{
    return recorder->last_id && strcmp(recorder->last_id, ref->id) == 0;
}

void record_act_machine(archway_job *job, const struct backend *backend, const char *verb,
                        const aw_ref *ref, uint32_t until)
{
    if (!job->aw->recorder)
        return;
    json_t *inputs = json_object();
    if (!is_last(job->aw->recorder, ref)) {
        set_text(inputs, "id", ref->id);
        set_text(inputs, "region", ref->region);
        set_text(inputs, "zone", ref->zone);
        set_text(inputs, "data", ref->data);
    }
    if (until == AW_STATE_TERMINATED)
        set_text(inputs, "until", "terminated");
    set_timeout(inputs, job);
    begin(job, backend, verb, inputs);
}

void record_act_listing(archway_job *job, const char *verb, const char *backend, const char *owner,
                        const char *region)
{
    if (!job->aw->recorder)
        return;
    json_t *inputs = json_object();
    bool everybody = !owner && strcmp(verb, "list") == 0;
    if (everybody)
        json_object_set_new(inputs, "owner", json_null());
    else if (owner && strcmp(owner, job->aw->owner) != 0)
        set_text(inputs, "owner", owner);
    set_text(inputs, "region", region);
    begin(job, backend ? context_backend(job->aw, backend) : only_backend(job->aw), verb, inputs);
}

void record_act_check(archway_job *job, const struct backend *backend)
{
    if (job->aw->recorder)
        begin(job, backend, "check", json_object());
}

void record_act_end(archway_job *job)
{
    struct recorder *recorder = job->aw->recorder;
    if (!recorder || !job->act)
        return;
    const char *outcome = archway_job_done(job) ? job_outcome(job) : "cancelled";
    recorder->acts_under_way--;
    if (strcmp(outcome, "cancelled") == 0)
        record_act_spoil(job->aw, "something was broken off");
    if (strcmp(outcome, "ok") != 0)
        recorder->taken.acts[job->act - 1].outcome = outcome;
    if (job->instance_count)
        recorder->last_id = arena_text(&recorder->taken.arena, job->instances[0].instance.id);
    job->act = 0;
}
