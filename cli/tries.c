/* SPDX-License-Identifier: Apache-2.0 */
/* The tries of a placement, as a table and as JSON. */
#include "cli/tries.h"

#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/record.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "cli/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static const struct column columns[] = {
    {"TRIED", COLUMN_SHRINK},    {"TYPE", COLUMN_PRECIOUS},
    {"REGION", COLUMN_PRECIOUS}, {"ARCH", 0},
    {"$/HOUR", COLUMN_RIGHT},    {"OUTCOME", 0},
    {"WHY", COLUMN_SHRINK},      {"LEFT OUT WITH IT", COLUMN_RIGHT | COLUMN_OPTIONAL},
};

static const char *const outcomes[] = {
    [ARCHWAY_TRY_PLANNED] = "planned",
    [ARCHWAY_TRY_UNDER_WAY] = "under way",
    [ARCHWAY_TRY_FAILED] = "failed",
    [ARCHWAY_TRY_MADE] = "made",
};

static void add_row(struct text_table *table, const archway_try *try)
{
    bool failed = try->outcome == ARCHWAY_TRY_FAILED;
    table_add(table, try->backend);
    table_add(table, try->offer->instance_type);
    table_add(table, try->offer->region);
    table_add(table, archway_arch_name(try->offer->arch));
    kit_buf *price = table_cell(table);
    if (try->offer->priced)
        text_add_short_dollars(price, try->offer->price_nusd_per_hour);
    table_cell_end(table);
    if (failed)
        text_add_words(table_cell(table), archway_code_name(try->error->code));
    else
        kit_buf_add_text(table_cell(table), outcomes[try->outcome]);
    table_cell_end(table);
    table_add(table, failed ? try->error->message : NULL);
    kit_buf *left_out = table_cell(table);
    if (try->left_out > 0)
        kit_buf_addf(left_out, "%" PRIu64, try->left_out);
    table_cell_end(table);
}

void tries_say(enum format format, const archway_job *job)
{
    archway_try try = {.size = sizeof try};
    if (archway_job_try_count(job) < 2 || !format_is_for_people(format))
        return;
    KIT_CLEANUP(table_finish) struct text_table table;
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (uint64_t i = 0; archway_job_try(job, i, &try) == 0; i++)
        add_row(&table, &try);
    table_print(&table, format == FORMAT_WIDE, talk_colour(STDERR_FILENO), &out);
    fputs(kit_buf_text(&out), stderr);
}

void tries_say_held(const archway_job *job)
{
    archway_try try = {.size = sizeof try};
    for (uint64_t i = 0; archway_job_try(job, i, &try) == 0; i++) {
        if (try.held_until_ms == 0)
            continue;
        KIT_CLEANUP(kit_buf_finish) kit_buf until;
        cli_buf_init(&until);
        text_add_time(&until, try.held_until_ms);
        say("%s %s in %s had no capacity lately: until %s it comes last", try.backend,
            try.offer->instance_type, try.offer->region ? try.offer->region : "",
            kit_buf_text(&until));
    }
}

static json_t *record_try(const archway_try *try)
{
    json_t *object = json_object();
    json_object_set_new(object, "offer", record_offer(try->backend, try->offer));
    json_object_set_new(object, "emulated", json_boolean(try->emulated));
    json_object_set_new(object, "token", record_text(try->token));
    json_object_set_new(object, "outcome", record_text(outcomes[try->outcome]));
    json_object_set_new(object, "error", record_error(try->error));
    json_object_set_new(object, "left_out", json_integer((json_int_t)try->left_out));
    json_object_set_new(object, "held_until", record_time(try->held_until_ms));
    return object;
}

json_t *tries_record(const archway_job *job)
{
    json_t *list = json_array();
    archway_try try = {.size = sizeof try};
    for (uint64_t i = 0; archway_job_try(job, i, &try) == 0; i++)
        json_array_append_new(list, record_try(&try));
    return json_pack("{s:o}", "tries", list);
}

int tries_print_failed(enum format format, const archway_job *job)
{
    if (format != FORMAT_JSON)
        return EXIT_OK;
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    json_t *document = record_document();
    json_object_set_new(document, "instance", json_null());
    json_object_update_new(document, tries_record(job));
    cli_buf_init(&out);
    record_print(&out, document, JSON_INDENT(2));
    return output_write(&out);
}
