/* SPDX-License-Identifier: Apache-2.0 */
/* The outcomes of a recovery, and the look at the journal with which some commands begin. */
#include "cli/recovery.h"

#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/record.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "cli/text.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static void add_what(kit_buf *buf, const archway_outcome *outcome)
{
    if (outcome->id)
        text_add_ref(buf, outcome->backend, outcome->region, outcome->id);
    else
        kit_buf_addf(buf, "the create of %s at %s, token %s",
                     outcome->name ? outcome->name : "a machine", outcome->backend,
                     outcome->token ? outcome->token : "unknown");
}

/* One line for all that is open: each further run would say each of them again. */
static void say_open(uint64_t count, const char *reason)
{
    if (count == 1)
        say("an earlier run left something open: %s; `archway recover` settles it", reason);
    else if (count > 1)
        say("earlier runs left %" PRIu64 " things open; `archway recover` settles them", count);
}

void outcomes_say(const archway_job *job)
{
    archway_outcome outcome = {.size = sizeof outcome};
    uint64_t open = 0;
    const char *reason = NULL;
    for (uint64_t i = 0; archway_job_outcome(job, i, &outcome) == 0; i++) {
        if (outcome.fate == ARCHWAY_FATE_OPEN) {
            reason = outcome.reason;
            open++;
        }
        if (outcome.fate == ARCHWAY_FATE_OPEN || outcome.fate == ARCHWAY_FATE_ENDING)
            continue;
        KIT_CLEANUP(kit_buf_finish) kit_buf what;
        cli_buf_init(&what);
        add_what(&what, &outcome);
        say("left by an earlier run: %s: %s (%s)", kit_buf_text(&what),
            archway_fate_name(outcome.fate), outcome.reason ? outcome.reason : "");
    }
    say_open(open, reason ? reason : "");
}

bool outcomes_are_open(const archway_job *job)
{
    archway_outcome outcome = {.size = sizeof outcome};
    for (uint64_t i = 0; archway_job_outcome(job, i, &outcome) == 0; i++)
        if (outcome.fate == ARCHWAY_FATE_OPEN)
            return true;
    return false;
}

static json_t *record_outcome(const archway_outcome *outcome)
{
    json_t *object = json_object();
    json_object_set_new(object, "fate", record_text(archway_fate_name(outcome->fate)));
    json_object_set_new(object, "kind", record_text(outcome->kind));
    json_object_set_new(object, "backend", record_text(outcome->backend));
    json_object_set_new(object, "region", record_text(outcome->region));
    json_object_set_new(object, "id", record_text(outcome->id));
    json_object_set_new(object, "name", record_text(outcome->name));
    json_object_set_new(object, "token", record_text(outcome->token));
    json_object_set_new(object, "reason", record_text(outcome->reason));
    json_object_set_new(object, "created_at", record_time(outcome->created_at_ms));
    json_object_set_new(object, "expires_at", record_time(outcome->expires_at_ms));
    return object;
}

static json_t *rows(const archway_job *job)
{
    json_t *list = json_array();
    archway_outcome outcome = {.size = sizeof outcome};
    for (uint64_t i = 0; archway_job_outcome(job, i, &outcome) == 0; i++)
        json_array_append_new(list, record_outcome(&outcome));
    return list;
}

/* Beside machines: then it must be said what is what. */
static bool has_other_kinds(const archway_job *job)
{
    archway_outcome outcome = {.size = sizeof outcome};
    for (uint64_t i = 0; archway_job_outcome(job, i, &outcome) == 0; i++)
        if (outcome.kind && strcmp(outcome.kind, "machine") != 0)
            return true;
    return false;
}

static void print_table(const archway_job *job, bool wide, kit_buf *out)
{
    const struct column columns[] = {{"FATE", 0},
                                     {"KIND", has_other_kinds(job) ? 0 : COLUMN_WIDE},
                                     {"NAME", COLUMN_SHRINK},
                                     {"BACKEND", 0},
                                     {"REGION", COLUMN_OPTIONAL},
                                     {"ID", 0},
                                     {"TOKEN", COLUMN_WIDE},
                                     {"REASON", COLUMN_SHRINK}};
    KIT_CLEANUP(table_finish) struct text_table table;
    archway_outcome outcome = {.size = sizeof outcome};
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (uint64_t i = 0; archway_job_outcome(job, i, &outcome) == 0; i++) {
        table_add(&table, archway_fate_name(outcome.fate));
        table_add(&table, outcome.kind);
        table_add(&table, outcome.name);
        table_add(&table, outcome.backend);
        table_add(&table, outcome.region);
        table_add(&table, outcome.id);
        table_add(&table, outcome.token);
        table_add(&table, outcome.reason);
    }
    table_print(&table, wide, talk_colour(STDOUT_FILENO), out);
}

static int print(enum format format, const archway_job *job, json_t *more)
{
    static const char *const csv_paths[] = {"fate", "kind",  "backend", "region", "id",
                                            "name", "token", "reason",  NULL};
    static const struct record_form form = {"outcomes", csv_paths, "id", false};
    if (!format_is_for_people(format)) {
        json_object_set_new(more, "problems", record_problems(job));
        return record_write(format, &form, rows(job), more);
    }
    json_decref(more);
    if (archway_job_outcome_count(job) == 0)
        return EXIT_OK;
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    print_table(job, format == FORMAT_WIDE, &out);
    return output_write(&out);
}

int outcomes_print(enum format format, const archway_job *job)
{
    return print(format, job, json_object());
}

int gc_print(enum format format, const archway_job *job, const archway_gc_counts *counts,
             bool acted)
{
    json_t *more = json_object();
    json_object_set_new(more, "acted", json_boolean(acted));
    json_object_set_new(
        more, "counts",
        json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "passes", (json_int_t)counts->passes,
                  "places", (json_int_t)counts->places, "skipped", (json_int_t)counts->skipped,
                  "listed", (json_int_t)counts->listed, "garbage", (json_int_t)counts->garbage,
                  "expired", (json_int_t)counts->expired, "waiting", (json_int_t)counts->waiting,
                  "kept", (json_int_t)counts->kept, "ended", (json_int_t)counts->ended, "failed",
                  (json_int_t)counts->failed));
    return print(format, job, more);
}

int recovery_begin(struct session *session)
{
    aw_error error;
    uint64_t count = 0;
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    archway_call call = session_call(session);
    /* A journal that cannot be used is told by what comes next, once. */
    if (archway_recoverable(session->aw, &count, &error) != 0 || count == 0)
        return EXIT_OK;
    if (archway_recover(session->aw, ARCHWAY_RECOVER_ONCE, &call, &job, &error) != 0) {
        say_error(&error);
        return EXIT_OK;
    }
    int code = session_run(session, &job, 1, "settling what an earlier run left");
    if (code != EXIT_OK)
        return code;
    if (archway_job_error(job)->code != AW_OK)
        say_error(archway_job_error(job));
    outcomes_say(job);
    return EXIT_OK;
}
