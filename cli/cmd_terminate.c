/* SPDX-License-Identifier: Apache-2.0 */
/* archway terminate */
#include "cli/exit_code.h"
#include "cli/machine.h"
#include "cli/memory.h"
#include "cli/record.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <unistd.h>

/* What became of each machine. */
struct ending {
    struct machine *machines;
    archway_job **jobs; /* the order, later the wait; NULL when it was not started */
    aw_error *errors;
    uint32_t *states; /* enum aw_state */
    size_t count;
};

static void ending_init(struct ending *ending, size_t count)
{
    *ending = (struct ending){
        .machines = cli_alloc(count, sizeof *ending->machines),
        .jobs = cli_alloc(count, sizeof *ending->jobs),
        .errors = cli_alloc(count, sizeof *ending->errors),
        .states = cli_alloc(count, sizeof *ending->states),
        .count = count,
    };
}

static void drop_jobs(struct ending *ending)
{
    for (size_t i = 0; i < ending->count; i++) {
        archway_job_destroy(ending->jobs[i]);
        ending->jobs[i] = NULL;
    }
}

static void ending_finish(struct ending *ending)
{
    drop_jobs(ending);
    for (size_t i = 0; i < ending->count; i++)
        machine_finish(&ending->machines[i]);
    free(ending->machines);
    free(ending->jobs);
    free(ending->errors);
    free(ending->states);
}

static void say_interrupted(const struct ending *ending)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf ref;
    cli_buf_init(&ref);
    say("interrupted");
    for (size_t i = 0; i < ending->count; i++) {
        kit_buf_clear(&ref);
        machine_add_ref(&ending->machines[i], &ref);
        if (ending->states[i] != AW_STATE_TERMINATED)
            say("%s may still be running; `archway list` tells", kit_buf_text(&ref));
    }
}

/* An order says "terminating" unless the provider says more; a wait ends when it is gone. */
static void read_results(struct ending *ending, uint32_t state)
{
    for (size_t i = 0; i < ending->count; i++) {
        const archway_job *job = ending->jobs[i];
        const aw_error *error = job ? archway_job_error(job) : NULL;
        const aw_instance *instance = job ? archway_job_instance(job, 0, NULL) : NULL;
        if (!error)
            continue;
        ending->errors[i] = *error;
        if (error->code == AW_OK)
            ending->states[i] = instance && instance->state ? instance->state : state;
    }
}

static int order_all(struct session *session, struct ending *ending)
{
    archway_call call = session_call(session);
    for (size_t i = 0; i < ending->count; i++) {
        archway_machine name = machine_name(&ending->machines[i]);
        archway_terminate(session->aw, &name, &call, &ending->jobs[i], &ending->errors[i]);
    }
    int code = session_run(session, ending->jobs, ending->count, "terminating");
    read_results(ending, AW_STATE_TERMINATING);
    return code;
}

static int wait_all(struct session *session, struct ending *ending)
{
    archway_call call = session_call(session);
    drop_jobs(ending);
    for (size_t i = 0; i < ending->count; i++) {
        archway_machine name = machine_name(&ending->machines[i]);
        if (ending->errors[i].code == AW_OK)
            archway_wait(session->aw, &name, AW_STATE_TERMINATED, &call, &ending->jobs[i],
                         &ending->errors[i]);
    }
    int code = session_run(session, ending->jobs, ending->count, "waiting until it is gone");
    read_results(ending, AW_STATE_TERMINATED);
    return code;
}

static json_t *record_end(const struct ending *ending, size_t i)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf ref;
    const struct machine *machine = &ending->machines[i];
    json_t *object = json_object();
    cli_buf_init(&ref);
    machine_add_ref(machine, &ref);
    json_object_set_new(object, "ref", record_text(kit_buf_text(&ref)));
    json_object_set_new(object, "backend", record_text(machine->backend));
    json_object_set_new(object, "region", record_text(machine->region));
    json_object_set_new(object, "id", record_text(machine->id));
    json_object_set_new(object, "ok", json_boolean(ending->errors[i].code == AW_OK));
    json_object_set_new(object, "state", record_text(archway_state_name(ending->states[i])));
    json_object_set_new(object, "error", record_error(&ending->errors[i]));
    return object;
}

static json_t *rows(const struct ending *ending)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ending->count; i++)
        json_array_append_new(list, record_end(ending, i));
    return list;
}

static void print_table(const struct ending *ending, kit_buf *out)
{
    static const struct column columns[] = {{"STATE", 0}, {"ID", 0}};
    KIT_CLEANUP(table_finish) struct text_table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < ending->count; i++) {
        table_add(&table, archway_state_name(ending->states[i]));
        machine_add_ref(&ending->machines[i], table_cell(&table));
        table_cell_end(&table);
    }
    table_print(&table, true, talk_colour(STDOUT_FILENO), out);
}

static int print_endings(const struct ending *ending, enum format format)
{
    static const char *const csv_paths[] = {"ref", "ok", "state", "error.code", NULL};
    static const struct record_form form = {"instances", csv_paths, "ref", false};
    if (!format_is_for_people(format))
        return record_write(format, &form, rows(ending), NULL);
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    print_table(ending, &out);
    return output_write(&out);
}

static int say_failures(const struct ending *ending)
{
    int code = EXIT_OK;
    for (size_t i = 0; i < ending->count; i++)
        if (ending->errors[i].code != AW_OK)
            code = exit_code_worse(code, say_error(&ending->errors[i]));
    return code;
}

int run_terminate(struct session *session)
{
    const struct options *options = session->options;
    KIT_CLEANUP(ending_finish) struct ending ending;
    ending_init(&ending, options->operand_count);
    int code = machines_find(session, options->operands, ending.count, ending.machines);
    if (code != EXIT_OK) {
        say("nothing was terminated");
        return code;
    }
    code = order_all(session, &ending);
    if (code == EXIT_OK && options_count(options, OPTION_WAIT))
        code = wait_all(session, &ending);
    if (code != EXIT_OK) {
        say_interrupted(&ending);
        return code;
    }
    code = say_failures(&ending);
    return exit_code_worse(code, print_endings(&ending, options->format));
}
