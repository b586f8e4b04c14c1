/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creating a machine. It is in the journal before anything leaves. When it is not known whether the provider made it, the provider is asked for the
 * client token; a create is never sent a second time.
 */
#include "core/backend.h"
#include "core/error.h"
#include "core/job.h"
#include "core/job_wish.h"
#include "core/journal.h"
#include "core/record_act.h"
#include "core/sized.h"

#include <stdio.h>
#include <string.h>

/* A provider's list may lag behind its creates: asked at 0, 2, 6, 14, 30 and 60 seconds. */
static const uint64_t settle_delays_ms[] = {0, 2000, 4000, 8000, 16000, 30000};
#define SETTLE_ROUNDS (sizeof settle_delays_ms / sizeof *settle_delays_ms)
#define SETTLE_TIMEOUT_MS 60000u

struct create_job {
    archway_job *job;
    struct backend *backend;
    aw_create wish;
    struct op *op;
    aw_error failure; /* of the create, while it is being settled */
    size_t round;
    struct loop_timer timer;
    struct arena boot; /* the user data that was made, with what is secret in it */
    bool look_first; /* a token of the caller's: is its machine there already, in whatever zone? */
    uint64_t look_until_ms; /* what was sent for it before may come to be listed until then */
    uint64_t price_nusd_per_hour;
    struct journal_hold hold;    /* entry 0: nothing is written down, or it is settled */
    bool known;                  /* the journal knows the machine */
    struct journal_wait written; /* until it is on the disk: the intent, then the machine */
    bool writing;                /* the machine is on its way there */
    bool made;                   /* nothing else is waited for */
};

static const aw_error no_error = {.size = sizeof no_error};

static void create(archway_job *job);
static void look(void *arg);

static const char *region_of(const struct create_job *state)
{
    return backend_can(state->backend, AW_CAP_WHOLE_LISTING) ? NULL : state->wish.region;
}

/* Once a machine may exist, that stays so. */
static void note_sent(archway_job *job, const struct op *op, const aw_error *error)
{
    bool unknown = op->unsettled || (op->made && !op->ended) ||
                   (error->code && error->retry == AW_RETRY_UNKNOWN);
    job->sent = job->sent || job->instance_count || (op->kind == OP_CREATE && unknown);
}

/* What is known to have come to nothing is done. All else stays open, for recovery to settle. */
static void let_go(archway_job *job)
{
    struct create_job *state = job->state;
    bool nothing = !job->sent && !state->look_first && !state->hold.was_open;
    if (state->hold.entry && !state->known &&
        (!nothing || journal_done(job->aw->journal, state->hold.entry, JOURNAL_ABSENT, NULL)))
        journal_release(job->aw->journal, state->hold.entry);
    state->hold.entry = 0;
}

static void stop(archway_job *job)
{
    struct create_job *state = job->state;
    if (state->op)
        note_sent(job, state->op, &state->op->error);
    loop_stop(job->aw->loop, &state->timer);
    op_destroy(state->op);
    state->op = NULL;
    arena_finish(&state->boot);
    journal_leave(&state->written);
    let_go(job);
}

static const struct job_kind create_kind = {.stop = stop};

/* The machine exists, whatever went wrong behind it. */
static void end_created(archway_job *job, const aw_error *error)
{
    if (error->code && job_add_problem(job, error))
        job_end_memory(job);
    job_end(job, NULL);
}

/* The machine is there, whatever becomes of the journal: its intent is, and recovery adopts the machine. */
static void say_unwritten(archway_job *job, const char *id, aw_error *error)
{
    char reason[sizeof error->message];
    const struct create_job *state = job->state;
    snprintf(reason, sizeof reason, "%s", error->message);
    kit_error_set(error, error->code,
                  "the machine %.100s was created, and the journal could not take that down "
                  "(%.250s): run `archway recover` when it can",
                  id, reason);
    kit_error_text(error->backend, sizeof error->backend, state->backend->name);
    context_log(job->aw, AW_LOG_ERROR, "%s: %s", state->backend->name, error->message);
    job_add_problem(job, error);
}

static void on_known_written(struct journal_wait *wait, const aw_error *error)
{
    struct create_job *state = list_item(wait, struct create_job, written);
    archway_job *job = state->job;
    aw_error copy = *error;
    state->writing = false;
    state->known = error->code == AW_OK;
    if (!state->known)
        say_unwritten(job, job->instance_count ? job->instances[0].instance.id : "", &copy);
    if (state->made)
        end_created(job, &state->failure);
}

static void write_known(archway_job *job, const aw_instance *instance)
{
    struct create_job *state = job->state;
    aw_error error = {.size = sizeof error};
    state->known =
        journal_known(job->aw->journal, state->backend, state->hold.entry, instance, &error) == 0;
    if (!state->known) {
        say_unwritten(job, instance->id, &error);
        return;
    }
    state->writing = true;
    state->written.written = on_known_written;
    journal_wait(job->aw->journal, &state->written);
}

/* One was asked for. The first is the machine; what else there is belongs to nobody, and gc finds it. */
static void say_surplus(struct op *op, const aw_instance *instance)
{
    archway_job *job = op->owner;
    aw_error error = {.size = sizeof error};
    kit_error_set(
        &error, AW_E_PROTOCOL,
        "one machine was asked for and %.100s was made too, beside %.100s: end it, or let "
        "`archway gc` find it",
        instance->id, job->instances[0].instance.id);
    op_sign_error(op, &error);
    context_log(job->aw, AW_LOG_ERROR, "%s: %s", op->backend->name, error.message);
    if (job_add_problem(job, &error))
        op_fail_memory(op, "what went wrong");
}

static void on_instance(struct op *op, const aw_instance *instance)
{
    archway_job *job = op->owner;
    struct create_job *state = job->state;
    if (job->instance_count) {
        if (strcmp(job->instances[0].instance.id, instance->id) != 0)
            say_surplus(op, instance);
        return;
    }
    bool kept = job_add_instance(job, state->backend->name, instance) == 0;
    write_known(job, instance);
    if (!kept)
        op_fail_memory(op, "the machine");
}

static void on_resource(struct op *op, const aw_resource *resource)
{
    archway_job *job = op->owner;
    struct create_job *state = job->state;
    aw_error error = {.size = sizeof error};
    if (journal_resource(job->aw->journal, state->hold.entry, resource, &error))
        op_break_off(op, &error);
    else if (job_add_resource(job, resource))
        op_fail_memory(op, "a resource");
}

static int on_sending(struct op *op, aw_error *ret_error)
{
    archway_job *job = op->owner;
    const struct create_job *state = job->state;
    return journal_sending(job->aw->journal, state->backend, state->hold.entry, ret_error);
}

/* Nobody's machine but the one with this token. */
static void on_listed_instance(struct op *op, const aw_instance *instance)
{
    archway_job *job = op->owner;
    struct create_job *state = job->state;
    if (instance->token && !strcmp(instance->token, state->wish.token) &&
        instance->state != AW_STATE_TERMINATED)
        on_instance(op, instance);
}

static void give_up(archway_job *job)
{
    struct create_job *state = job->state;
    char message[sizeof state->failure.message];
    snprintf(
        message, sizeof message,
        "it is not known whether the machine was made (%.300s), and the provider does not list "
        "it so far. It would carry the token %s: look again with `archway list`, or repeat "
        "the create with that token",
        state->failure.message, state->wish.token);
    kit_error_text(state->failure.message, sizeof state->failure.message, message);
    state->failure.retry = AW_RETRY_UNKNOWN;
    job_end(job, &state->failure);
}

static void look_again(archway_job *job)
{
    struct create_job *state = job->state;
    if (state->round == SETTLE_ROUNDS) {
        give_up(job);
        return;
    }
    state->timer.run = look;
    loop_set(job->aw->loop, &state->timer, settle_delays_ms[state->round]);
}

/* Before a create nothing is sent that may be a second one; behind it, the next look may succeed. */
static void on_look_failed(archway_job *job, const aw_error *error)
{
    struct create_job *state = job->state;
    if (state->look_first) {
        job_end(job, error);
    } else if (error->code == AW_E_NO_MEMORY) {
        state->failure = *error;
        give_up(job);
    } else {
        look_again(job);
    }
}

/* Who has made a machine is told when it is written down. */
static void end_known(archway_job *job, const aw_error *error)
{
    struct create_job *state = job->state;
    state->failure = *error;
    state->made = true;
    if (!state->writing)
        end_created(job, error);
}

/* An earlier create with this token may have been sent: where a second one would be a second machine, the first
 * must be known not to exist. */
static void create_when_sure(archway_job *job)
{
    struct create_job *state = job->state;
    uint64_t now_ms = loop_now_ms(job->aw->loop);
    if (now_ms >= state->look_until_ms) {
        create(job);
        return;
    }
    uint64_t left_ms = state->look_until_ms - now_ms;
    uint64_t delay_ms =
        settle_delays_ms[state->round < SETTLE_ROUNDS ? state->round : SETTLE_ROUNDS - 1];
    state->timer.run = look;
    loop_set(job->aw->loop, &state->timer, delay_ms < left_ms ? delay_ms : left_ms);
}

static void on_looked(struct op *op)
{
    archway_job *job = op->owner;
    struct create_job *state = job->state;
    aw_error error = op->error;
    note_sent(job, op, &op->error);
    op_destroy(op);
    state->op = NULL;
    if (job->instance_count)
        end_known(job, &no_error);
    else if (error.code)
        on_look_failed(job, &error);
    else if (state->look_first)
        create_when_sure(job);
    else
        look_again(job);
}

static const struct op_sink look_sink = {.instance = on_listed_instance, .done = on_looked};

static void look(void *arg)
{
    archway_job *job = arg;
    struct create_job *state = job->state;
    const aw_list wish = {
        .size = sizeof wish,
        .region = region_of(state),
        .owner = state->wish.owner,
        .token = state->wish.token,
    };
    state->round++;
    state->op = op_create(state->backend, OP_LIST, region_of(state), &look_sink, job,
                          SETTLE_TIMEOUT_MS, false);
    if (state->op) {
        op_start(state->op, &wish);
        return;
    }
    aw_error error = {0};
    kit_error_set(&error, AW_E_NO_MEMORY, "out of memory to look for it");
    on_look_failed(job, &error);
}

static void say_unnamed(const struct op *op, aw_error *ret_error)
{
    kit_error_set(ret_error, AW_E_INTERNAL, "the plugin created a machine and did not name it");
    ret_error->retry = op->made ? AW_RETRY_UNKNOWN : AW_RETRY_SAFE;
    op_sign_error(op, ret_error);
}

static void on_created(struct op *op)
{
    archway_job *job = op->owner;
    struct create_job *state = job->state;
    aw_error error = op->error;
    if (error.code == AW_OK && !job->instance_count)
        say_unnamed(op, &error);
    note_sent(job, op, &error);
    op_destroy(op);
    state->op = NULL;
    if (job->instance_count) {
        end_known(job, &error);
    } else if (error.retry == AW_RETRY_UNKNOWN) {
        state->failure = error;
        look_again(job);
    } else {
        job_end(job, &error);
    }
}

static const struct op_sink create_sink = {
    .instance = on_instance,
    .resource = on_resource,
    .sending = on_sending,
    .done = on_created,
};

static void create(archway_job *job)
{
    struct create_job *state = job->state;
    state->look_first = false;
    state->round = 0;
    state->op = job_op(job, state->backend, OP_CREATE, state->wish.region, &create_sink);
    if (state->op)
        op_start(state->op, &state->wish);
}

/* A limit of the caller's ends the looking, too. */
/* Why it was searched at all says more than that the time is over. */
static void add_reason(aw_error *late, const aw_error *before)
{
    char message[sizeof late->message];
    if (!before->code || strstr(late->message, before->message))
        return;
    snprintf(message, sizeof message, "%.90s; before that: %.200s", late->message, before->message);
    kit_error_text(late->message, sizeof late->message, message);
}

static void on_late(void *arg)
{
    archway_job *job = arg;
    struct create_job *state = job->state;
    aw_error late = {0};
    stop(job);
    job_late(job, state->backend, &late);
    if (job->instance_count) {
        end_created(job, &late);
    } else if (job->sent) {
        add_reason(&late, &state->failure);
        state->failure = late;
        give_up(job);
    } else {
        job_end(job, &late);
    }
}

static int write_intent(archway_job *job)
{
    struct create_job *state = job->state;
    aw_error error = {.size = sizeof error};
    struct journal *journal = journal_of(job->aw, &error);
    if (!journal || journal_begin(journal, state->backend, &state->wish, state->price_nusd_per_hour,
                                  &state->hold, &error)) {
        job_end(job, &error);
        return -1;
    }
    if (state->hold.was_open && !backend_can(state->backend, AW_CAP_IDEMPOTENT_CREATE) &&
        state->hold.age_ms < JOURNAL_WINDOW_MS)
        state->look_until_ms = loop_now_ms(job->aw->loop) + JOURNAL_WINDOW_MS - state->hold.age_ms;
    return 0;
}

static void on_intent_written(struct journal_wait *wait, const aw_error *error)
{
    struct create_job *state = list_item(wait, struct create_job, written);
    if (error->code) {
        state->hold.entry = 0;
        job_end(state->job, error);
    } else if (state->look_first) {
        look(state->job);
    } else {
        create(state->job);
    }
}

static void start(void *arg)
{
    archway_job *job = arg;
    struct create_job *state = job->state;
    if (write_intent(job))
        return;
    state->written.written = on_intent_written;
    journal_wait(job->aw->journal, &state->written);
}

static void name_values(const struct create_job *state)
{
    struct world *world = state->backend->aw->world;
    world->ops->name_value(world, "token", state->wish.token);
    world->ops->name_value(world, "name", state->wish.name);
    if (state->wish.ssh_key_count)
        world->ops->name_value(world, "ssh-key", state->wish.ssh_keys[0]);
}

/* Two at once would both look for it, find nothing, and make one each. */
static int check_alone(const struct backend *backend, const char *token, aw_error *ret_error)
{
    const struct link *jobs = &backend->aw->jobs;
    for (const struct link *link = jobs->next; link != jobs; link = link->next) {
        const archway_job *job = list_item(link, archway_job, link);
        const struct create_job *state = job->state;
        if (job->kind == &create_kind && !job->ended && state->backend == backend &&
            !strcmp(job->token, token))
            return kit_error_set(ret_error, AW_E_CONFLICT,
                                 "a create with the token %s is under way", token);
    }
    return 0;
}

int archway_create(archway *aw, const archway_wish *wish, const archway_call *call,
                   archway_job **ret_job, aw_error *ret_error)
{
    struct backend *backend = NULL;
    archway_wish known;
    SIZED_COPY(&known, wish);
    wish = &known;
    if (job_backend(aw, wish->backend, &backend, ret_error) ||
        wish_check(backend, wish, ret_error) ||
        (wish->token && check_alone(backend, wish->token, ret_error)))
        return -1;
    archway_job *job =
        job_create(aw, &create_kind, sizeof(struct create_job), call, JOB_WRITE_MS, ret_error);
    if (!job)
        return -1;
    struct create_job *state = job->state;
    state->job = job;
    state->backend = backend;
    state->look_first = wish->token != NULL;
    state->price_nusd_per_hour = wish->offer->priced ? wish->offer->price_nusd_per_hour : 0;
    state->timer = (struct loop_timer){.run = start, .arg = job};
    arena_init(&state->boot, true);
    if (wish_copy(job, wish, &state->wish)) {
        archway_job_destroy(job);
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the create");
    }
    if (wish_boot(&state->boot, backend, wish, &state->wish, ret_error)) {
        archway_job_destroy(job);
        return -1;
    }
    name_values(state);
    record_act_create(job, backend, wish);
    loop_set(aw->loop, &state->timer, 0);
    job_limit_hard(job, on_late);
    *ret_job = job;
    return 0;
}
