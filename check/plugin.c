/* SPDX-License-Identifier: Apache-2.0 */
/* All rules on one plugin, each in a child. */
#include "check/child.h"
#include "check/rules.h"

#include "core/sized.h"
#include "kit/error.h"

#include <archway/check.h>

#include <stdio.h>
#include <string.h>

#define POINTS 100
#define PATIENCE_MS 20000

struct attempt {
    struct subject *subject;
    const struct rule *rule;
};

static void play_recordings(const struct attempt *attempt, struct verdict *verdict)
{
    struct subject *subject = attempt->subject;
    aw_error error = {0};
    if (!subject_load(subject, &error)) {
        verdict_fail(verdict, "%s", error.message);
        return;
    }
    for (; verdict->at < subject->recording_count; verdict->at++) {
        const char *recording = subject->recordings[verdict->at];
        const char *slash = strrchr(recording, '/');
        verdict_place(verdict, "%s", slash ? slash + 1 : recording);
        attempt->rule->play(subject, recording, verdict);
    }
}

/* What is known of the plugin so far. */
struct state {
    bool readable; /* its file is a shared object for this machine */
    bool loads;
};

static void try_rule(void *arg, struct verdict *verdict)
{
    const struct attempt *attempt = arg;
    if (attempt->rule->look)
        attempt->rule->look(attempt->subject, verdict);
    else
        play_recordings(attempt, verdict);
}

/* After a crash the next recordings have their turn in another child. */
static int try_in_children(struct attempt *attempt, struct verdict *verdict, uint64_t patience_ms,
                           aw_error *ret_error)
{
    for (;;) {
        int ended = child_run(try_rule, attempt, patience_ms, verdict, ret_error);
        if (ended <= 0)
            return ended;
        verdict->at++;
        verdict->place[0] = '\0';
        if (attempt->rule->look || verdict->at >= attempt->subject->recording_count)
            return 0;
    }
}

static const char *reason_to_skip(const struct attempt *attempt, const struct verdict *verdict,
                                  const struct state *state)
{
    const struct rule *rule = attempt->rule;
    if (!state->readable)
        return "the file is no plugin for this machine: L6 says why";
    if (!state->loads && !rule->without_loading)
        return "the plugin cannot be loaded: L6 says why";
    if (verdict->skipped[0])
        return verdict->skipped;
    if (!rule->play || verdict->applied || verdict_failed(verdict))
        return NULL;
    return attempt->subject->recording_count ? rule->nothing
                                             : "there are no recordings: give their folder";
}

static void tell(const struct attempt *attempt, const struct verdict *verdict,
                 const struct state *state, archway_check_fn on_result, void *arg)
{
    const char *why = verdict_failed(verdict) ? NULL : reason_to_skip(attempt, verdict, state);
    const archway_check_result result = {
        .size = sizeof result,
        .outcome = verdict_failed(verdict) ? ARCHWAY_CHECK_BROKEN
                   : why                   ? ARCHWAY_CHECK_SKIPPED
                                           : ARCHWAY_CHECK_KEPT,
        .rule = attempt->rule->id,
        .text = attempt->rule->text,
        .detail = why ? why : verdict->detail,
        .tried = verdict->tried,
        .possible = verdict->possible > verdict->tried ? verdict->possible : 0,
    };
    on_result(&result, arg);
}

/* Is the rule among those that are named? */
static bool is_wanted(const char *names, const char *id)
{
    while (names && *names) {
        size_t size = strcspn(names, ",");
        if (size && strncmp(names, id, size) == 0)
            return true;
        names += size + (names[size] == ',');
    }
    return names == NULL;
}

static bool is_loading(const struct rule *rule)
{
    return rule->look == rule_loads;
}

/* Can it be tried, by what is known so far? Loading shows what is wrong with a file that cannot be read. */
static bool is_possible(const struct rule *rule, const struct state *state)
{
    return is_loading(rule) || (rule->without_loading ? state->readable : state->loads);
}

static int find_readable(struct subject *subject, uint64_t patience_ms, struct verdict *verdict,
                         struct state *ret_state, aw_error *ret_error)
{
    static const struct rule readable = {.look = rule_readable};
    struct attempt attempt = {subject, &readable};
    if (try_in_children(&attempt, verdict, patience_ms, ret_error) < 0)
        return -1;
    *ret_state = (struct state){.readable = !verdict_failed(verdict), .loads = true};
    return 0;
}

static int try_all(struct subject *subject, const archway_check_options *options,
                   struct verdict *verdict, archway_check_fn on_result, void *arg,
                   aw_error *ret_error)
{
    uint64_t patience_ms = options->patience_ms ? options->patience_ms : PATIENCE_MS;
    struct state state;
    if (find_readable(subject, patience_ms, verdict, &state, ret_error))
        return -1;
    for (size_t i = 0; i < rule_count; i++) {
        struct attempt attempt = {subject, &rules[i]};
        bool wanted = is_wanted(options->rules, rules[i].id);
        if (!wanted && !is_loading(&rules[i]))
            continue;
        memset(verdict, 0, sizeof *verdict);
        if (is_possible(&rules[i], &state) &&
            try_in_children(&attempt, verdict, patience_ms, ret_error) < 0)
            return -1;
        if (is_loading(&rules[i]))
            state.loads = !verdict_failed(verdict);
        if (wanted || !state.loads)
            tell(&attempt, verdict, &state, on_result, arg);
    }
    return 0;
}

int archway_check_plugin(const char *path, const archway_check_options *options,
                         archway_check_fn on_result, void *arg, aw_error *ret_error)
{
    archway_check_options known = {.size = sizeof known};
    struct subject subject;
    if (options)
        SIZED_COPY(&known, options);
    struct verdict *verdict = child_memory();
    if (!verdict)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory");
    int status = subject_init(&subject, path, known.fixtures, ret_error);
    subject.points = known.points ? known.points : POINTS;
    if (status == 0)
        status = try_all(&subject, &known, verdict, on_result, arg, ret_error);
    subject_finish(&subject);
    child_memory_free(verdict);
    return status;
}

int archway_check_rule(uint64_t index, const char **ret_rule, const char **ret_text)
{
    if (index >= rule_count)
        return -1;
    *ret_rule = rules[index].id;
    *ret_text = rules[index].text;
    return 0;
}
