/* SPDX-License-Identifier: Apache-2.0 */
/* Machines as a table, one below the other, and for programs. */
#include "cli/exit_code.h"
#include "cli/machine.h"
#include "cli/memory.h"
#include "cli/record.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "cli/text.h"

#include <inttypes.h>
#include <unistd.h>

static const struct column columns[] = {
    {"NAME", COLUMN_SHRINK},
    {"STATE", 0},
    {"ADDRESS", COLUMN_OPTIONAL},
    {"TYPE", COLUMN_OPTIONAL},
    {"ARCH", COLUMN_WIDE},
    {"BACKEND", COLUMN_WIDE},
    {"REGION", COLUMN_OPTIONAL},
    {"ZONE", COLUMN_WIDE},
    {"PRIVATE", COLUMN_WIDE},
    {"$/HOUR", COLUMN_RIGHT | COLUMN_WIDE},
    {"OWNER", COLUMN_WIDE},
    {"CREATED", COLUMN_WIDE},
    {"EXPIRES", COLUMN_WIDE},
    {"NOTE", COLUMN_OPTIONAL},
    {"ID", 0},
};

static const char *const csv_paths[] = {"ref",        "backend",
                                        "region",     "zone",
                                        "id",         "name",
                                        "state",      "instance_type",
                                        "arch",       "public_ip",
                                        "private_ip", "owner",
                                        "token",      "price_usd_per_hour",
                                        "created_at", "expires_at",
                                        "known",      NULL};

static const char *arch_name(const aw_instance *instance)
{
    return instance->arch ? archway_arch_name(instance->arch) : NULL;
}

static void add_row(struct text_table *table, const char *backend, const aw_instance *instance,
                    const char *state, const char *note)
{
    table_add(table, instance->name);
    table_add(table, state);
    table_add(table, instance->public_ip);
    table_add(table, instance->instance_type);
    table_add(table, arch_name(instance));
    table_add(table, backend);
    table_add(table, instance->region);
    table_add(table, instance->zone);
    table_add(table, instance->private_ip);
    kit_buf *price = table_cell(table);
    if (instance->priced)
        text_add_short_dollars(price, instance->price_nusd_per_hour);
    table_cell_end(table);
    table_add(table, instance->owner);
    text_add_time(table_cell(table), instance->created_at_ms);
    table_cell_end(table);
    text_add_time(table_cell(table), instance->expires_at_ms);
    table_cell_end(table);
    table_add(table, note);
    table_add(table, instance->id);
}

/* What its provider and the journal do not agree upon. */
static const char *note_of(const archway_job *job, uint64_t index, bool journal_knows_some)
{
    switch (archway_job_presence(job, index)) {
    case ARCHWAY_LISTED_ONLY:
        return journal_knows_some ? "not in the journal" : NULL;
    case ARCHWAY_MISSING:
        return "in the journal only";
    case ARCHWAY_UNSEEN:
        return "not listed so far";
    default:
        return NULL;
    }
}

static const char *state_of(const archway_job *job, uint64_t index, const aw_instance *instance)
{
    return archway_job_presence(job, index) == ARCHWAY_MISSING
               ? "missing"
               : archway_state_name(instance->state);
}

static bool knows_some(const archway_job *job)
{
    for (uint64_t i = 0; i < archway_job_instance_count(job); i++)
        if (archway_job_presence(job, i) != ARCHWAY_LISTED_ONLY)
            return true;
    return false;
}

static void print_table(const archway_job *job, bool wide, kit_buf *out)
{
    KIT_CLEANUP(table_finish) struct text_table table;
    const char *backend;
    const aw_instance *instance;
    bool some = knows_some(job);
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (uint64_t i = 0; (instance = archway_job_instance(job, i, &backend)) != NULL; i++)
        add_row(&table, backend, instance, state_of(job, i, instance), note_of(job, i, some));
    table_print(&table, wide, talk_colour(STDOUT_FILENO), out);
}

static void add_fact(kit_buf *out, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    kit_buf_addf(out, "%-9s ", name);
    text_add_clean(out, value);
    kit_buf_add_char(out, '\n');
}

static void add_made_fact(kit_buf *out, const char *name, kit_buf *value)
{
    add_fact(out, name, kit_buf_text(value));
    kit_buf_clear(value);
}

static void add_state(kit_buf *buf, const aw_instance *instance)
{
    kit_buf_add_text(buf, archway_state_name(instance->state));
    if (instance->provider_state)
        kit_buf_addf(buf, " (\"%s\")", instance->provider_state);
    if (instance->reason)
        kit_buf_addf(buf, ": %s", instance->reason);
}

static void add_login(kit_buf *buf, const aw_instance *instance)
{
    if (!instance->public_ip || !*instance->public_ip || !instance->ssh_user)
        return;
    kit_buf_add_text(buf, "ssh ");
    if (instance->ssh_port && instance->ssh_port != 22)
        kit_buf_addf(buf, "-p %" PRIu32 " ", instance->ssh_port);
    kit_buf_addf(buf, "%s@%s", instance->ssh_user, instance->public_ip);
}

static void print_facts(const char *backend, const aw_instance *instance, kit_buf *out)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf value;
    cli_buf_init(&value);
    add_fact(out, "name", instance->name);
    text_add_ref(&value, backend, instance->region, instance->id);
    add_made_fact(out, "id", &value);
    add_state(&value, instance);
    add_made_fact(out, "state", &value);
    add_fact(out, "type", instance->instance_type);
    add_fact(out, "arch", arch_name(instance));
    add_fact(out, "zone", instance->zone);
    add_fact(out, "address", instance->public_ip);
    add_fact(out, "private", instance->private_ip);
    add_login(&value, instance);
    add_made_fact(out, "login", &value);
    if (instance->priced) {
        text_add_dollars(&value, instance->price_nusd_per_hour);
        kit_buf_add_text(&value, " USD an hour");
    }
    add_made_fact(out, "price", &value);
    text_add_time(&value, instance->created_at_ms);
    add_made_fact(out, "created", &value);
    add_fact(out, "owner", instance->owner);
    add_fact(out, "token", instance->token);
}

static json_t *record_listed(const archway_job *job, uint64_t index, const char *backend,
                             const aw_instance *instance)
{
    json_t *object = record_instance(backend, instance);
    json_object_set_new(object, "state", record_text(state_of(job, index, instance)));
    json_object_set_new(object, "known",
                        json_boolean(archway_job_presence(job, index) != ARCHWAY_LISTED_ONLY));
    return object;
}

static json_t *rows(const archway_job *job)
{
    json_t *list = json_array();
    const char *backend;
    const aw_instance *instance;
    for (uint64_t i = 0; (instance = archway_job_instance(job, i, &backend)) != NULL; i++)
        json_array_append_new(list, record_listed(job, i, backend, instance));
    return list;
}

static json_t *record_result(const archway_job *job)
{
    json_t *object = json_object();
    json_object_set_new(object, "backends", record_backends(job));
    json_object_set_new(object, "problems", record_problems(job));
    return object;
}

int machines_print(enum format format, const archway_job *job)
{
    static const struct record_form form = {"instances", csv_paths, "ref", false};
    if (!format_is_for_people(format))
        return record_write(format, &form, rows(job), record_result(job));
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    print_table(job, format == FORMAT_WIDE, &out);
    return output_write(&out);
}

int machine_print(enum format format, const char *backend, const aw_instance *instance,
                  json_t *more)
{
    static const struct record_form form = {"instance", csv_paths, "ref", true};
    if (!format_is_for_people(format)) {
        json_t *list = json_array();
        json_array_append_new(list, record_instance(backend, instance));
        return record_write(format, &form, list, more);
    }
    json_decref(more);
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    print_facts(backend, instance, &out);
    return output_write(&out);
}
