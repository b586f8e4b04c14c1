/* SPDX-License-Identifier: Apache-2.0 */
/* archway create */
#include "cli/creation.h"
#include "cli/exit_code.h"
#include "cli/machine.h"
#include "cli/memory.h"
#include "cli/offers.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <string.h>

/* Some types are on sale to nobody, and there for whoever has reserved one: a type that is named together with
 * what only its provider knows is tried. */
static const char *availability_wanted(const struct options *options)
{
    return options_count(options, OPTION_TYPE) && options_count(options, OPTION_OPTION) ? "no"
                                                                                        : "yes";
}

/* The first available offer of those that the filters allow. */
static int choose(struct session *session, archway_job **ret_job)
{
    aw_error error;
    KIT_CLEANUP(offers_drop_query) archway_query *query = NULL;
    int code = offers_query(session->options, &query);
    if (code != EXIT_OK)
        return code;
    if (archway_query_set(query, "available", availability_wanted(session->options), &error) != 0 ||
        archway_query_set(query, "limit", "1", &error) != 0)
        return say_error(&error);
    code = offers_ask(session, query, ret_job);
    if (code == EXIT_PARTIAL && archway_job_offer_count(*ret_job) > 0)
        return EXIT_OK;
    return code;
}

static void say_resources(const archway_job *job)
{
    const aw_resource *resource;
    for (uint64_t i = 0; (resource = archway_job_resource(job, i)) != NULL; i++)
        if (!resource->shared)
            say("the %s %s%s%s may be left over", resource->kind, resource->id,
                resource->region ? " in " : "", resource->region ? resource->region : "");
}

static void say_running(const char *backend, const char *region, const char *id)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf ref;
    cli_buf_init(&ref);
    text_add_ref(&ref, backend, region, id);
    say("left running: %s; end it with: archway terminate %s", kit_buf_text(&ref),
        kit_buf_text(&ref));
}

/* May there be a machine of which the error does not tell? */
static bool leaves_doubt(const archway_job *job)
{
    const aw_error *error = archway_job_error(job);
    if (!error)
        return true;
    return error->retry == AW_RETRY_UNKNOWN && !strstr(error->message, archway_job_token(job));
}

/* What a create that did not succeed may have left behind. */
static void say_left(const archway_job *job)
{
    const char *backend;
    const char *token = archway_job_token(job);
    const aw_instance *instance = archway_job_instance(job, 0, &backend);
    if (instance)
        say_running(backend, instance->region, instance->id);
    else if (!archway_job_sent(job))
        say("nothing was created");
    else if (leaves_doubt(job))
        say("the request was sent, so a machine may be running, with the token %s; `archway list` "
            "shows it, and the same command with --token %s takes it up",
            token, token);
    say_resources(job);
}

static int launch(struct session *session, const struct creation *creation, archway_job **ret_job)
{
    aw_error error;
    archway_call call = session_call(session);
    if (archway_create(session->aw, &creation->wish, &call, ret_job, &error) != 0)
        return say_refusal(&error);
    creation_say(creation, "creating");
    int code = session_run_one(session, *ret_job, "creating the machine");
    if (code == EXIT_OK)
        return code;
    say_left(*ret_job);
    return code;
}

static int wait_until_running(struct session *session, const struct machine *machine,
                              archway_job **ret_job)
{
    aw_error error;
    archway_call call = session_call(session);
    archway_machine name = machine_name(machine);
    int code = archway_wait(session->aw, &name, AW_STATE_RUNNING, &call, ret_job, &error) == 0
                   ? session_run_one(session, *ret_job, "waiting until it runs")
                   : say_refusal(&error);
    if (code != EXIT_OK)
        say_running(machine->backend, machine->region, machine->id);
    return code;
}

static void say_made(const char *what, const struct machine *machine)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf ref;
    cli_buf_init(&ref);
    machine_add_ref(machine, &ref);
    say("%s %s", what, kit_buf_text(&ref));
}

/* `made` has the machine as its instance number `index`. */
static int finish(struct session *session, const archway_job *made, uint64_t index,
                  const char *what)
{
    KIT_CLEANUP(session_drop_job) archway_job *waited = NULL;
    KIT_CLEANUP(machine_finish) struct machine machine = {0};
    const char *backend;
    const aw_instance *instance = archway_job_instance(made, index, &backend);
    int code = EXIT_OK;
    machine_copy(&machine, backend, instance);
    say_made(what, &machine);
    if (options_count(session->options, OPTION_WAIT))
        code = wait_until_running(session, &machine, &waited);
    if (waited && archway_job_instance_count(waited) > 0)
        instance = archway_job_instance(waited, 0, &backend);
    return exit_code_worse(code, machine_print(session->options->format, backend, instance));
}

static int create(struct session *session, const struct creation *creation)
{
    KIT_CLEANUP(session_drop_job) archway_job *created = NULL;
    int code = launch(session, creation, &created);
    if (code != EXIT_OK)
        return code;
    if (archway_job_instance_count(created) == 0)
        return say_failure(AW_E_INTERNAL, "the backend %s did not say what it created",
                           creation->wish.backend);
    return finish(session, created, 0, "created");
}

static int choose_and_create(struct session *session, struct creation *creation)
{
    KIT_CLEANUP(session_drop_job) archway_job *offers = NULL;
    aw_offer offer = {.size = sizeof offer};
    int code = choose(session, &offers);
    if (code != EXIT_OK)
        return code;
    if (archway_job_offer(offers, 0, &offer, &creation->wish.backend) != 0)
        return say_failure(AW_E_INTERNAL, "the best offer cannot be read");
    creation->wish.offer = &offer;
    if (!options_count(session->options, OPTION_DRY_RUN))
        return create(session, creation);
    creation_say(creation, "would create");
    return creation_print(session, creation, offers);
}

int run_create(struct session *session)
{
    KIT_CLEANUP(creation_finish) struct creation creation = {0};
    KIT_CLEANUP(session_drop_job) archway_job *listing = NULL;
    uint64_t index = 0;
    int code = creation_read(session->options, &creation);
    if (code == EXIT_OK && creation.wish.token)
        code = machine_find_token(session, creation.wish.token, &listing, &index);
    if (code != EXIT_OK)
        return code;
    if (listing && archway_job_instance(listing, index, NULL))
        return finish(session, listing, index, "exists already:");
    return choose_and_create(session, &creation);
}
