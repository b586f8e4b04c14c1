/* SPDX-License-Identifier: Apache-2.0 */
/* IDs of machines, as the user writes them. */
#include "cli/machine.h"

#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/outcome.h"
#include "cli/talk.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

void machine_finish(struct machine *machine)
{
    free(machine->backend);
    free(machine->region);
    free(machine->id);
    free(machine->zone);
    free(machine->data);
    *machine = (struct machine){0};
}

void machine_copy(struct machine *machine, const char *backend, const aw_instance *instance)
{
    *machine = (struct machine){
        .backend = cli_copy_text(backend),
        .region = cli_copy_text(instance->region ? instance->region : ""),
        .id = cli_copy_text(instance->id),
        .zone = cli_copy_text(instance->zone),
        .data = cli_copy_text(instance->data),
    };
}

archway_machine machine_name(const struct machine *machine)
{
    return (archway_machine){
        .size = sizeof(archway_machine),
        .backend = machine->backend,
        .region = machine->region,
        .id = machine->id,
        .zone = machine->zone,
        .data = machine->data,
    };
}

void machine_add_ref(const struct machine *machine, kit_buf *buf)
{
    text_add_ref(buf, machine->backend, machine->region, machine->id);
}

/* backend/region/id; what is behind the second slash is the id, whatever is in it. */
static int read_ref(const char *text, struct machine *ret_machine)
{
    const char *first = strchr(text, '/');
    const char *second = first ? strchr(first + 1, '/') : NULL;
    if (!second || first == text || second == first + 1 || !second[1])
        return say_usage("\"%s\" is no ID; write backend/region/id, or the provider's id alone",
                         text);
    bool nowhere = second == first + 2 && first[1] == '-';
    *ret_machine = (struct machine){
        .backend = cli_copy(text, (size_t)(first - text)),
        .region = nowhere ? cli_copy("", 0) : cli_copy(first + 1, (size_t)(second - first - 1)),
        .id = cli_copy_text(second + 1),
    };
    return EXIT_OK;
}

static int say_ambiguous(const archway_job *job, const char *id)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf refs;
    const char *backend;
    const aw_instance *instance;
    cli_buf_init(&refs);
    for (uint64_t i = 0; (instance = archway_job_instance(job, i, &backend)) != NULL; i++) {
        if (strcmp(instance->id, id) != 0)
            continue;
        kit_buf_add_text(&refs, refs.size > 0 ? ", " : "");
        text_add_ref(&refs, backend, instance->region, instance->id);
    }
    return say_usage("several machines have the id \"%s\"; write which: %s", id,
                     kit_buf_text(&refs));
}

static int say_unknown(const archway_job *job, const char *id)
{
    const char *backend;
    const aw_instance *instance;
    for (uint64_t i = 0; (instance = archway_job_instance(job, i, &backend)) != NULL; i++) {
        if (!instance->name || strcmp(instance->name, id) != 0)
            continue;
        KIT_CLEANUP(kit_buf_finish) kit_buf ref;
        cli_buf_init(&ref);
        text_add_ref(&ref, backend, instance->region, instance->id);
        return say_failure(AW_E_NOT_FOUND,
                           "no machine has the id \"%s\"; the one of that name is %s", id,
                           kit_buf_text(&ref));
    }
    return say_failure(AW_E_NOT_FOUND,
                       "no machine has the id \"%s\"; `archway list --all` shows those that exist",
                       id);
}

/* Lists that are read page by page may have a machine twice. */
static bool is_machine(const struct machine *machine, const char *backend,
                       const aw_instance *instance)
{
    return strcmp(machine->backend, backend) == 0 && strcmp(machine->id, instance->id) == 0 &&
           strcmp(machine->region, instance->region) == 0;
}

static int find_in(const archway_job *job, const char *id, struct machine *ret_machine)
{
    size_t matches = 0;
    const char *backend;
    const aw_instance *instance;
    for (uint64_t i = 0; (instance = archway_job_instance(job, i, &backend)) != NULL; i++) {
        if (strcmp(instance->id, id) != 0 ||
            (matches > 0 && is_machine(ret_machine, backend, instance)))
            continue;
        if (matches++ == 0)
            machine_copy(ret_machine, backend, instance);
    }
    if (matches == 1)
        return EXIT_OK;
    machine_finish(ret_machine);
    return matches > 1 ? say_ambiguous(job, id) : say_unknown(job, id);
}

static int list_everything(struct session *session, archway_job **ret_job)
{
    aw_error error;
    archway_call call = session_call(session);
    if (archway_list(session->aw, NULL, NULL, &call, ret_job, &error) != 0)
        return say_refusal(&error);
    int code = outcome_run(session, *ret_job);
    /* What did not answer may have the same id, so a match elsewhere proves nothing. */
    if (code == EXIT_PARTIAL)
        say("not every backend answered; write backend/region/id instead of a bare id");
    return code;
}

int machines_find(struct session *session, char *const *ids, size_t count,
                  struct machine *ret_machines)
{
    KIT_CLEANUP(session_drop_job) archway_job *listing = NULL;
    int code = session_need_backend(session, NULL);
    for (size_t i = 0; i < count && code == EXIT_OK; i++) {
        if (strchr(ids[i], '/')) {
            code = read_ref(ids[i], &ret_machines[i]);
            if (code == EXIT_OK)
                code = session_need_backend(session, ret_machines[i].backend);
            continue;
        }
        if (!listing)
            code = list_everything(session, &listing);
        if (code == EXIT_OK)
            code = find_in(listing, ids[i], &ret_machines[i]);
    }
    return code;
}
