/* SPDX-License-Identifier: Apache-2.0 */
/* Machines and notes of requests, in the order in which they came. */
#include "tests/cloud/truth.h"

#include "core/mem.h"
#include "core/vec.h"
#include "tests/cloud/disks.h"
#include "tests/cloud/parts.h"

#include <string.h>

void truth_init(struct truth *truth)
{
    *truth = (struct truth){.keys = json_object()};
}

void truth_finish(struct truth *truth)
{
    for (size_t i = 0; i < truth->machine_count; i++) {
        json_decref(truth->machines[i]->tags);
        json_decref(truth->machines[i]->wish);
        json_decref(truth->machines[i]->disk.tags);
        mem_free(truth->machines[i]);
    }
    json_decref(truth->keys);
    mem_free(truth->machines);
    mem_free(truth->notes);
}

unsigned truth_note(struct truth *truth, enum cloud_id cloud, const char *name, uint64_t now_ms)
{
    struct note *note = VEC_PUSH(&truth->notes, &truth->note_count);
    if (!note)
        cloud_die("no memory for", "a note");
    *note = (struct note){.cloud = cloud, .at_ms = now_ms};
    put_text(note->name, sizeof note->name, name);
    return (unsigned)truth->note_count;
}

/* ---- machines ---- */

static void key_write(enum cloud_id cloud, const char *region, const char *key, char *word,
                      size_t size)
{
    kit_buf text;
    kit_buf_init_in(&text, word, size);
    kit_buf_addf(&text, "%s %s %s", cloud_name(cloud), region, key);
}

struct machine *machine_make(struct call *call, const char *region, const char *key)
{
    struct truth *truth = &call->cloud->truth;
    const struct knobs *knobs = &call->cloud->knobs[call->id];
    struct machine *machine = mem_alloc(sizeof *machine);
    struct machine **place = VEC_PUSH(&truth->machines, &truth->machine_count);
    char word[192];
    if (!machine || !place)
        cloud_die("no memory for", "a machine");
    *place = machine;
    *machine = (struct machine){
        .cloud = call->id,
        .number = truth->machine_count - 1,
        .made_ms = call->now_ms,
        .seen_ms = call->now_ms + knobs->hidden_ms,
        .hidden_lists = (unsigned)knobs->hidden_lists,
        .running_ms = call->now_ms + knobs->boot_ms,
        .made_by = call->number,
    };
    put_text(machine->region, sizeof machine->region, region);
    put_text(machine->key, sizeof machine->key, key);
    key_write(call->id, region, key, word, sizeof word);
    if (*key)
        json_object_set_new(truth->keys, word, json_integer((json_int_t)machine->number));
    return machine;
}

struct machine *machine_by_key(const struct call *call, const char *region, const char *key)
{
    const struct truth *truth = &call->cloud->truth;
    char word[192];
    key_write(call->id, region, key, word, sizeof word);
    const json_t *number = json_object_get(truth->keys, word);
    return number ? truth->machines[json_integer_value(number)] : NULL;
}

void machine_end(struct call *call, struct machine *machine, const char *why)
{
    if (machine->ending_ms)
        return;
    machine->ending_ms = call->now_ms;
    machine->gone_ms = call->now_ms + call->cloud->knobs[call->id].end_ms;
    machine->ended_by = call->number;
    machine->why = why;
}

void truth_pass(struct cloud *cloud, uint64_t now_ms)
{
    const struct truth *truth = &cloud->truth;
    for (size_t i = truth->first_shown; i < truth->machine_count; i++) {
        struct machine *machine = truth->machines[i];
        struct call call = {.cloud = cloud, .id = machine->cloud, .now_ms = machine->own_end_ms};
        if (machine->own_end_ms && machine->own_end_ms <= now_ms)
            machine_end(&call, machine, machine->own_why);
    }
}

enum machine_state machine_state(const struct machine *machine, uint64_t now_ms)
{
    if (machine->ending_ms && now_ms >= machine->gone_ms)
        return MACHINE_GONE;
    if (machine->ending_ms && now_ms >= machine->ending_ms)
        return MACHINE_ENDING;
    return now_ms >= machine->running_ms ? MACHINE_RUNNING : MACHINE_PENDING;
}

const char *machine_tag(const struct machine *machine, const char *name)
{
    return text_of(machine->tags, name);
}

static bool is_forgotten(const struct call *call, const struct machine *machine)
{
    uint64_t forget_ms = call->cloud->knobs[machine->cloud].forget_ms;
    return machine->ending_ms && call->now_ms >= machine->gone_ms + forget_ms;
}

struct machine *machine_next(const struct call *call, const struct machine *previous)
{
    struct truth *truth = &call->cloud->truth;
    while (truth->first_shown < truth->machine_count &&
           is_forgotten(call, truth->machines[truth->first_shown]))
        truth->first_shown++;
    size_t at = previous ? previous->number + 1 : truth->first_shown;
    for (; at < truth->machine_count; at++) {
        struct machine *machine = truth->machines[at];
        if (machine->cloud == call->id && !is_forgotten(call, machine))
            return machine;
    }
    return NULL;
}

bool machine_is_seen(const struct machine *machine, uint64_t now_ms)
{
    return now_ms >= machine->seen_ms && machine->hidden_lists == 0;
}

bool machine_is_listed(struct machine *machine, uint64_t now_ms)
{
    bool seen = machine_is_seen(machine, now_ms);
    if (machine->hidden_lists > 0)
        machine->hidden_lists--;
    return seen;
}

/* ---- telling it ---- */

static json_t *machine_json(const struct machine *machine, uint64_t now_ms)
{
    static const char *const states[] = {"pending", "running", "ending", "gone"};
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:i,s:i,s:s*}", "cloud",
                     cloud_name(machine->cloud), "id", machine->id, "place", machine->place, "type",
                     machine->type, "owner", machine_tag(machine, "archway-owner"), "token",
                     machine_tag(machine, "archway-token"), "key", machine->key, "state",
                     states[machine_state(machine, now_ms)], "made_ms",
                     (json_int_t)machine->made_ms, "ended_ms", (json_int_t)machine->ending_ms,
                     "made_by", (int)machine->made_by, "ended_by", (int)machine->ended_by, "why",
                     machine->why);
}

json_t *truth_json(const struct truth *truth, uint64_t now_ms)
{
    json_t *machines = json_array();
    json_t *disks = json_array();
    json_t *requests = json_array();
    for (size_t i = 0; i < truth->machine_count; i++) {
        json_array_append_new(machines, machine_json(truth->machines[i], now_ms));
        json_array_append_new(disks, disk_json(truth->machines[i], now_ms));
    }
    for (size_t i = 0; i < truth->note_count; i++) {
        const struct note *note = &truth->notes[i];
        json_array_append_new(requests,
                              json_pack("{s:s,s:s,s:I,s:i,s:s*}", "cloud", cloud_name(note->cloud),
                                        "request", note->name, "at_ms", (json_int_t)note->at_ms,
                                        "status", (int)note->status, "fault", note->fault));
    }
    return json_pack("{s:I,s:o,s:o,s:o}", "now_ms", (json_int_t)now_ms, "machines", machines,
                     "disks", disks, "requests", requests);
}
