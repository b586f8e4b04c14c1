/* SPDX-License-Identifier: Apache-2.0 */
/* archway create */
#include "cli/creation.h"
#include "cli/exit_code.h"
#include "cli/machine.h"
#include "cli/memory.h"
#include "cli/offers.h"
#include "cli/outcome.h"
#include "cli/recovery.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/tries.h"
#include "cli/verbs.h"

#include <string.h>

/* Some types are on sale to nobody, and there for whoever has reserved one: a type that is named together with
 * what only its provider knows is tried. */
static const char *availability_wanted(const struct options *options)
{
    return options_count(options, OPTION_TYPE) && options_count(options, OPTION_OPTION) ? "no"
                                                                                        : "yes";
}

/* Nobody gets a machine that may be taken away from them without having asked for one. */
static bool wants_on_demand(const struct options *options)
{
    return !options_count(options, OPTION_SPOT) && !options_count(options, OPTION_SPOT_AUTO);
}

static int read_query(struct session *session, archway_query **ret_query)
{
    aw_error error;
    int code = offers_query(session->options, ret_query);
    if (code != EXIT_OK)
        return code;
    if (archway_query_set(*ret_query, "available", availability_wanted(session->options), &error) !=
        0)
        return say_error(&error);
    if (wants_on_demand(session->options) &&
        archway_query_set(*ret_query, "spot", "no", &error) != 0)
        return say_error(&error);
    return offers_check_backends(session);
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
static void say_left(const struct session *session, const archway_job *job)
{
    const char *backend;
    const char *token = archway_job_token(job);
    const char *own = options_text(session->options, OPTION_TOKEN);
    const aw_instance *instance = archway_job_instance(job, 0, &backend);
    if (instance)
        say_running(backend, instance->region, instance->id);
    else if (!archway_job_sent(job))
        say("nothing was created");
    else if (leaves_doubt(job))
        say("the request was sent, so a machine may be running, with the token %s; `archway list` "
            "shows it, and the same command with --token %s takes it up",
            token, own ? own : token);
    say_resources(job);
}

/* The error of a try was said when it failed, and may be that of the whole. */
static int say_job_error(const archway_job *job)
{
    const aw_error *error = archway_job_error(job);
    uint64_t count = archway_job_try_count(job);
    archway_try last = {.size = sizeof last};
    if (count > 0 && archway_job_try(job, count - 1, &last) == 0 &&
        strcmp(last.error->message, error->message) == 0)
        return exit_code_of(error->code);
    return say_error(error);
}

/* Then no offer was looked at. */
static bool failed_by_image(const struct session *session, const archway_job *job)
{
    archway_image_info image = {.size = sizeof image};
    return options_count(session->options, OPTION_IMAGE) > 0 &&
           (archway_job_image(job, &image) != 0 || !image.archs);
}

/* What was tried, and what may be left of it. */
static int say_failed(struct session *session, const archway_job *job)
{
    if (archway_job_backend_count(job) > 0 && archway_job_offer_count(job) == 0 &&
        !failed_by_image(session, job)) {
        if (wants_on_demand(session->options) && !options_count(session->options, OPTION_ON_DEMAND))
            say("interruptible machines were not looked at; --spot-auto takes them too");
        return offers_say_none(job);
    }
    int code = say_job_error(job);
    tries_say(session->options->format, job);
    say_left(session, job);
    return exit_code_worse(code, tries_print_failed(session->options->format, job));
}

static int place(struct session *session, struct creation *creation, const archway_query *query,
                 archway_job **ret_job)
{
    aw_error error;
    archway_call call = session_call(session);
    const archway_placement placement = {
        .size = sizeof placement,
        .max_tries = creation->max_tries,
        .plan_only = options_count(session->options, OPTION_DRY_RUN) > 0,
        .query = query,
        .wish = &creation->wish,
        .on_try = creation_say_try,
        .arg = creation,
    };
    KIT_CLEANUP(kit_buf_finish) kit_buf doing;
    session_asking(session, &doing);
    if (archway_place(session->aw, &placement, &call, ret_job, &error) != 0)
        return say_refusal(&error);
    int code = session_run(session, ret_job, 1, kit_buf_text(&doing));
    if (code != EXIT_OK) {
        say("interrupted");
        say_left(session, *ret_job);
        return code;
    }
    outcome_say_problems(*ret_job);
    creation_say_choice(creation, *ret_job);
    return archway_job_error(*ret_job)->code ? say_failed(session, *ret_job) : EXIT_OK;
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

/* The first machine of `made`. */
static int finish(struct session *session, const archway_job *made)
{
    KIT_CLEANUP(session_drop_job) archway_job *waited = NULL;
    KIT_CLEANUP(machine_finish) struct machine machine = {0};
    const char *backend;
    const aw_instance *instance = archway_job_instance(made, 0, &backend);
    int code = EXIT_OK;
    if (!instance)
        return say_failure(AW_E_INTERNAL, "the backend did not say what it created");
    machine_copy(&machine, backend, instance);
    say_made(archway_job_try_count(made) > 0 ? "created" : "exists already:", &machine);
    if (options_count(session->options, OPTION_WAIT))
        code = wait_until_running(session, &machine, &waited);
    if (waited && archway_job_instance_count(waited) > 0)
        instance = archway_job_instance(waited, 0, &backend);
    return exit_code_worse(
        code, machine_print(session->options->format, backend, instance, tries_record(made)));
}

int run_create(struct session *session)
{
    KIT_CLEANUP(creation_finish) struct creation creation = {0};
    KIT_CLEANUP(offers_drop_query) archway_query *query = NULL;
    KIT_CLEANUP(session_drop_job) archway_job *placed = NULL;
    int code = creation_read(session->options, &creation);
    if (code == EXIT_OK)
        code = read_query(session, &query);
    if (code == EXIT_OK && !options_count(session->options, OPTION_DRY_RUN))
        code = recovery_begin(session);
    if (code == EXIT_OK)
        code = place(session, &creation, query, &placed);
    if (code != EXIT_OK)
        return code;
    if (options_count(session->options, OPTION_DRY_RUN) && archway_job_instance_count(placed) == 0)
        return creation_print(session, &creation, placed);
    tries_say(session->options->format, placed);
    return finish(session, placed);
}
