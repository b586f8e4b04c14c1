/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creating a machine. When it is not known whether the provider made it, the provider is asked for the
 * client token; a create is never sent a second time.
 */
#include "core/backend.h"
#include "core/error.h"
#include "core/job.h"
#include "core/mem.h"
#include "core/sized.h"

#include <stdio.h>
#include <string.h>

#define TOKEN_BYTES 16
#define LONGEST_TOKEN 64
/* A provider's list may lag behind its creates: asked at 0, 2, 6, 14, 30 and 60 seconds. */
static const uint64_t settle_delays_ms[] = {0, 2000, 4000, 8000, 16000, 30000};
#define SETTLE_ROUNDS (sizeof settle_delays_ms / sizeof *settle_delays_ms)
#define SETTLE_TIMEOUT_MS 60000u

struct create_job {
    struct backend *backend;
    aw_create wish;
    struct op *op;
    aw_error failure; /* of the create, while it is being settled */
    size_t round;
    struct loop_timer timer;
    bool
        look_first; /* a token of the caller's, where the provider does not know it: does it exist? */
};

static void create(archway_job *job);
static void look(void *arg);

static const char *region_of(const struct create_job *state)
{
    return backend_can(state->backend, AW_CAP_WHOLE_LISTING) ? NULL : state->wish.region;
}

/* Once a machine may exist, that stays so. */
static void note_sent(archway_job *job, const struct op *op)
{
    bool unknown = op->unsettled || (op->error.code && op->error.retry == AW_RETRY_UNKNOWN);
    job->sent = job->sent || job->instance_count || (op->kind == OP_CREATE && unknown);
}

static void stop(archway_job *job)
{
    struct create_job *state = job->state;
    if (state->op)
        note_sent(job, state->op);
    loop_stop(job->aw->loop, &state->timer);
    op_destroy(state->op);
    state->op = NULL;
}

static const struct job_kind create_kind = {.stop = stop};

static void on_instance(struct op *op, const aw_instance *instance)
{
    archway_job *job = op->owner;
    struct create_job *state = job->state;
    if (!job->instance_count && job_add_instance(job, state->backend->name, instance))
        op_fail_memory(op, "the machine");
}

static void on_resource(struct op *op, const aw_resource *resource)
{
    if (job_add_resource(op->owner, resource))
        op_fail_memory(op, "a resource");
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
        "it is not known whether the machine was made (%.200s), and the provider does not list "
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

static void on_looked(struct op *op)
{
    archway_job *job = op->owner;
    struct create_job *state = job->state;
    aw_error error = op->error;
    note_sent(job, op);
    op_destroy(op);
    state->op = NULL;
    if (job->instance_count)
        job_end(job, NULL);
    else if (error.code)
        on_look_failed(job, &error);
    else if (state->look_first)
        create(job);
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

static void on_created(struct op *op)
{
    archway_job *job = op->owner;
    struct create_job *state = job->state;
    aw_error error = op->error;
    note_sent(job, op);
    op_destroy(op);
    state->op = NULL;
    if (job->instance_count) {
        /* The machine exists, whatever went wrong behind it. */
        if (error.code && job_add_problem(job, &error))
            job_end_memory(job);
        job_end(job, NULL);
    } else if (error.code && error.retry == AW_RETRY_UNKNOWN) {
        state->failure = error;
        look_again(job);
    } else if (error.code) {
        job_end(job, &error);
    } else {
        job_end_with(job, AW_E_INTERNAL, "the plugin created a machine and did not name it");
    }
}

static const struct op_sink create_sink = {
    .instance = on_instance,
    .resource = on_resource,
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

static void start(void *arg)
{
    archway_job *job = arg;
    struct create_job *state = job->state;
    if (state->look_first)
        look(job);
    else
        create(job);
}

static int check_token(const char *token, aw_error *ret_error)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    size_t size = strlen(token);
    if (size >= 8 && size <= LONGEST_TOKEN && strspn(token, allowed) == size)
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID,
                         "the token must be 8 to %d of A-Z a-z 0-9 and -: it names this one create",
                         LONGEST_TOKEN);
}

static const char *make_token(archway_job *job)
{
    unsigned char bytes[TOKEN_BYTES];
    char text[TOKEN_BYTES * 2 + 1];
    job->aw->world->ops->random(job->aw->world, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(text + i * 2, 3, "%02x", bytes[i]);
    return job_text(job, text);
}

static const char *const *copy_keys(archway_job *job, const archway_wish *wish)
{
    const char **keys = arena_alloc(&job->arena, (wish->ssh_key_count + 1) * sizeof *keys);
    for (uint32_t i = 0; keys && i < wish->ssh_key_count; i++) {
        keys[i] = arena_text(&job->arena, wish->ssh_keys[i]);
        if (!keys[i])
            return NULL;
    }
    return keys;
}

static const aw_header *copy_options(archway_job *job, const archway_wish *wish)
{
    aw_header *options = arena_alloc(&job->arena, (wish->option_count + 1) * sizeof *options);
    for (uint64_t i = 0; options && i < wish->option_count; i++) {
        options[i].name = job_text(job, wish->options[i].name);
        options[i].value = job_text(job, wish->options[i].value);
    }
    return options;
}

static int fill_wish(archway_job *job, const archway_wish *wish)
{
    struct create_job *state = job->state;
    const aw_offer *offer = wish->offer;
    job->token = wish->token ? job_text(job, wish->token) : make_token(job);
    state->wish = (aw_create){
        .size = sizeof state->wish,
        .arch = offer->arch,
        .spot = offer->spot,
        .ssh_key_count = wish->ssh_key_count,
        .instance_type = job_text(job, offer->instance_type),
        .region = job_text(job, offer->region ? offer->region : ""),
        .zone = job_text(job, offer->zone),
        .offer_data = job_text(job, offer->data),
        .name = job_text(job, wish->name),
        .owner = job->aw->owner,
        .token = job->token,
        .image = job_text(job, wish->image),
        .ssh_keys = copy_keys(job, wish),
        .user_data = {.data = arena_copy(&job->arena, wish->user_data.data, wish->user_data.size),
                      .size = wish->user_data.size},
        .disk_mib = wish->disk_mib,
        .options = copy_options(job, wish),
        .option_count = wish->option_count,
    };
    return job->ended || !state->wish.ssh_keys || !state->wish.user_data.data ||
                   !state->wish.options
               ? -1
               : 0;
}

static int check_wish(const struct backend *backend, const archway_wish *wish, aw_error *ret_error)
{
    if (!wish->offer || !wish->offer->instance_type || !wish->name || !*wish->name)
        return kit_error_set(ret_error, AW_E_INVALID, "a create needs an offer and a name");
    if (wish->image && !backend_can(backend, AW_CAP_IMAGE))
        return kit_error_set(ret_error, AW_E_UNSUPPORTED, "`%s` takes no image", backend->name);
    if (wish->user_data.size && !backend_can(backend, AW_CAP_USER_DATA))
        return kit_error_set(ret_error, AW_E_UNSUPPORTED, "`%s` takes no user data", backend->name);
    if (wish->disk_mib && !backend_can(backend, AW_CAP_DISK))
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "`%s` has disks of a fixed size: leave the disk size out",
                             backend->name);
    return wish->token ? check_token(wish->token, ret_error) : 0;
}

static void name_values(const struct create_job *state)
{
    struct world *world = state->backend->aw->world;
    world->ops->name_value(world, "token", state->wish.token);
    world->ops->name_value(world, "name", state->wish.name);
    if (state->wish.ssh_key_count)
        world->ops->name_value(world, "ssh-key", state->wish.ssh_keys[0]);
}

int archway_create(archway *aw, const archway_wish *wish, const archway_call *call,
                   archway_job **ret_job, aw_error *ret_error)
{
    struct backend *backend = NULL;
    archway_wish known;
    SIZED_COPY(&known, wish);
    wish = &known;
    if (job_backend(aw, wish->backend, &backend, ret_error) || check_wish(backend, wish, ret_error))
        return -1;
    archway_job *job =
        job_create(aw, &create_kind, sizeof(struct create_job), call, JOB_WRITE_MS, ret_error);
    if (!job)
        return -1;
    struct create_job *state = job->state;
    state->backend = backend;
    state->look_first = wish->token && !backend_can(backend, AW_CAP_IDEMPOTENT_CREATE);
    state->timer = (struct loop_timer){.run = start, .arg = job};
    if (fill_wish(job, wish)) {
        archway_job_destroy(job);
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the create");
    }
    name_values(state);
    loop_set(aw->loop, &state->timer, 0);
    *ret_job = job;
    return 0;
}
