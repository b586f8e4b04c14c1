/* SPDX-License-Identifier: Apache-2.0 */
/* Rules, buckets and what is left of a type somewhere. */
#include "tests/cloud/faults.h"

#include "tests/cloud/parts.h"

#include <stddef.h>
#include <string.h>

static const char *const words[FAULT_KINDS] = {
    [FAULT_NONE] = "none",
    [FAULT_RESET_BEFORE] = "reset-before",
    [FAULT_RESET_AFTER] = "reset-after",
    [FAULT_CUT] = "cut",
    [FAULT_STALL_BEFORE] = "stall-before",
    [FAULT_STALL_AFTER] = "stall-after",
    [FAULT_THROTTLE] = "throttle",
    [FAULT_UNAVAILABLE] = "unavailable",
    [FAULT_UNAVAILABLE_AFTER] = "unavailable-after",
    [FAULT_HTML] = "html",
    [FAULT_NO_CAPACITY] = "no-capacity",
    [FAULT_QUOTA] = "quota",
    [FAULT_LATE_CAPACITY] = "late-capacity",
    [FAULT_LATE_QUOTA] = "late-quota",
    [FAULT_IN_USE] = "in-use",
};

const char *fault_word(enum fault_kind kind)
{
    return words[kind];
}

static enum fault_kind kind_of(const char *word)
{
    enum fault_kind kind = FAULT_KINDS - 1;
    while (kind > FAULT_NONE && strcmp(words[kind], word) != 0)
        kind--;
    return kind;
}

static int cloud_of(const char *word, enum cloud_id *ret_cloud)
{
    for (enum cloud_id id = 0; id < CLOUDS; id++)
        if (strcmp(cloud_name(id), word) == 0) {
            *ret_cloud = id;
            return 0;
        }
    return -1;
}

int faults_add(struct faults *faults, const json_t *rule)
{
    struct fault fault = {
        .kind = kind_of(text_of(rule, "do")),
        .skip = (unsigned)json_integer_value(json_object_get(rule, "skip")),
        .count = 1,
        .byte = (size_t)json_integer_value(json_object_get(rule, "byte")),
    };
    if (json_object_get(rule, "count"))
        fault.count = (unsigned)json_integer_value(json_object_get(rule, "count"));
    put_text(fault.request, sizeof fault.request, text_of(rule, "request"));
    bool is_full = faults->rule_count == sizeof faults->rules / sizeof *faults->rules;
    if (cloud_of(text_of(rule, "cloud"), &fault.cloud) || fault.kind == FAULT_NONE ||
        !*fault.request || is_full)
        return -1;
    faults->rules[faults->rule_count++] = fault;
    return 0;
}

const struct fault *faults_meet(struct faults *faults, enum cloud_id cloud, const char *request)
{
    const struct fault *found = NULL;
    for (size_t i = 0; i < faults->rule_count; i++) {
        struct fault *rule = &faults->rules[i];
        if (rule->cloud != cloud ||
            (strcmp(rule->request, "*") != 0 && strcmp(rule->request, request) != 0))
            continue;
        unsigned met = rule->met++;
        if (!found && met >= rule->skip && (rule->count == 0 || met - rule->skip < rule->count))
            found = rule;
    }
    return found;
}

int capacity_set(struct faults *faults, const json_t *capacity)
{
    const char *place = text_of(capacity, "place");
    const char *type = text_of(capacity, "type");
    struct capacity *it = capacity_of(faults, place, type);
    if (!it && faults->capacity_count == sizeof faults->capacities / sizeof *faults->capacities)
        return -1;
    if (!it)
        it = &faults->capacities[faults->capacity_count++];
    put_text(it->place, sizeof it->place, place);
    put_text(it->type, sizeof it->type, type);
    it->left = (unsigned)json_integer_value(json_object_get(capacity, "left"));
    return 0;
}

struct capacity *capacity_of(struct faults *faults, const char *place, const char *type)
{
    for (size_t i = 0; i < faults->capacity_count; i++) {
        struct capacity *capacity = &faults->capacities[i];
        if (strcmp(capacity->place, place) == 0 && strcmp(capacity->type, type) == 0)
            return capacity;
    }
    return NULL;
}

/* ---- knobs ---- */

void knobs_init(struct knobs *knobs)
{
    *knobs = (struct knobs){.forget_ms = 3600000};
}

int knob_set(struct knobs *knobs, const char *name, const json_t *value)
{
    static const struct {
        const char *name;
        size_t offset;
    } numbers[] = {
#define KNOB(name) {#name, offsetof(struct knobs, name)}
        KNOB(latency_ms), KNOB(hidden_ms), KNOB(hidden_lists), KNOB(page),       KNOB(boot_ms),
        KNOB(end_ms),     KNOB(forget_ms), KNOB(operation_ms), KNOB(burst),      KNOB(per_second),
        KNOB(quota),      KNOB(outage),    KNOB(forgets_keys), KNOB(drops_tags), KNOB(disks_stay),
    };
    if (strcmp(name, "unreachable") == 0 && json_is_string(value)) {
        put_text(knobs->unreachable, sizeof knobs->unreachable, json_string_value(value));
        return 0;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(numbers[i].name, name) != 0 || !json_is_integer(value))
            continue;
        uint64_t number = (uint64_t)json_integer_value(value);
        memcpy((char *)knobs + numbers[i].offset, &number, sizeof number);
        knobs->tokens_milli = knobs->burst * 1000;
        return 0;
    }
    return -1;
}

bool knobs_admit(struct knobs *knobs, uint64_t now_ms)
{
    uint64_t passed_ms = now_ms > knobs->filled_ms ? now_ms - knobs->filled_ms : 0;
    if (knobs->burst == 0)
        return true;
    knobs->filled_ms = now_ms;
    if (passed_ms > 3600000)
        passed_ms = 3600000;
    knobs->tokens_milli += passed_ms * knobs->per_second;
    if (knobs->tokens_milli > knobs->burst * 1000)
        knobs->tokens_milli = knobs->burst * 1000;
    if (knobs->tokens_milli < 1000)
        return false;
    knobs->tokens_milli -= 1000;
    return true;
}
