/* SPDX-License-Identifier: Apache-2.0 */
/* Core's services with the stage before them: what the plugin says is written down, and its callbacks are given
 * what is lent. */
#include "check/stage.h"
#include "check/transcript.h"

#include "core/arena.h"
#include "core/host.h"
#include "core/sized.h"

/* A callback of the plugin's, with the stage between. */
struct waiting {
    aw_answer_fn on_answer;
    aw_error_fn on_error;
    aw_exit_fn on_exit;
    aw_timer_fn on_time;
    void *arg;
};

static void take_back(struct stage *stage, size_t from)
{
    if (stage->knobs.take_back)
        lend_take_back(&stage->lender, from);
}

static void pass_answer(aw_op *op, const aw_response *answer, void *arg)
{
    struct stage *stage = stage_current();
    const struct waiting *waiting = arg;
    size_t from = stage->lender.count;
    waiting->on_answer(op, STAGE_LENT(stage, answer, answer), waiting->arg);
    take_back(stage, from);
}

static void pass_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct stage *stage = stage_current();
    const struct waiting *waiting = arg;
    size_t from = stage->lender.count;
    waiting->on_error(op, STAGE_LENT(stage, error, error), STAGE_LENT(stage, answer, answer),
                      waiting->arg);
    take_back(stage, from);
}

static void pass_exit(aw_op *op, const aw_exit *result, void *arg)
{
    struct stage *stage = stage_current();
    const struct waiting *waiting = arg;
    size_t from = stage->lender.count;
    waiting->on_exit(op, STAGE_LENT(stage, exit, result), waiting->arg);
    take_back(stage, from);
}

static void pass_time(aw_op *op, void *arg)
{
    const struct waiting *waiting = arg;
    waiting->on_time(op, waiting->arg);
}

static struct waiting *new_waiting(aw_op *op, const struct waiting *what)
{
    struct waiting *waiting = arena_alloc(&op_of(op)->arena, sizeof *waiting);
    if (waiting)
        *waiting = *what;
    else
        op_fail_memory(op_of(op), "the checks");
    return waiting;
}

static void host_send(aw_op *op, const aw_request *request, aw_answer_fn on_answer,
                      aw_error_fn on_error, void *arg)
{
    struct stage *stage = stage_current();
    aw_request copy;
    SIZED_COPY(&copy, request);
    transcript_request(stage, op_of(op), &copy);
    if (stage->knobs.observer.request)
        stage->knobs.observer.request(stage, op_of(op), &copy);
    struct waiting *waiting = new_waiting(
        op, &(struct waiting){.on_answer = on_answer, .on_error = on_error, .arg = arg});
    if (waiting)
        host_services.send(op, request, on_answer ? pass_answer : NULL,
                           on_error ? pass_error : NULL, waiting);
}

static void host_run(aw_op *op, const aw_program *program, aw_exit_fn on_exit, aw_error_fn on_error,
                     void *arg)
{
    struct stage *stage = stage_current();
    transcript_program(stage, program, op_of(op)->kind == OP_AUTHENTICATE);
    if (stage->knobs.observer.program)
        stage->knobs.observer.program(stage, op_of(op), program);
    struct waiting *waiting =
        new_waiting(op, &(struct waiting){.on_exit = on_exit, .on_error = on_error, .arg = arg});
    if (waiting)
        host_services.run(op, program, on_exit ? pass_exit : NULL, on_error ? pass_error : NULL,
                          waiting);
}

static void host_after(aw_op *op, uint64_t delay_ms, aw_timer_fn on_time, void *arg)
{
    transcript_timer(stage_current(), delay_ms);
    struct waiting *waiting = new_waiting(op, &(struct waiting){.on_time = on_time, .arg = arg});
    if (waiting)
        host_services.after(op, delay_ms, on_time ? pass_time : NULL, waiting);
}

static void host_emit_region(aw_op *op, const aw_region *region)
{
    transcript_region(stage_current(), region);
    host_services.emit_region(op, region);
}

static void host_emit_offer(aw_op *op, const aw_offer *offer)
{
    struct stage *stage = stage_current();
    aw_offer copy;
    SIZED_COPY(&copy, offer);
    transcript_offer(stage, &copy);
    if (stage->knobs.observer.offer)
        stage->knobs.observer.offer(stage, &copy);
    host_services.emit_offer(op, offer);
}

static void host_emit_instance(aw_op *op, const aw_instance *instance)
{
    struct stage *stage = stage_current();
    aw_instance copy;
    SIZED_COPY(&copy, instance);
    transcript_instance(stage, &copy);
    if (stage->knobs.observer.instance)
        stage->knobs.observer.instance(stage, &copy);
    host_services.emit_instance(op, instance);
}

static void host_emit_resource(aw_op *op, const aw_resource *resource)
{
    transcript_resource(stage_current(), resource);
    host_services.emit_resource(op, resource);
}

static void host_emit_quota(aw_op *op, const aw_quota *quota)
{
    transcript_quota(stage_current(), quota);
    host_services.emit_quota(op, quota);
}

static void host_emit_image(aw_op *op, const aw_image *image)
{
    aw_image copy;
    SIZED_COPY(&copy, image);
    image_line(&stage_current()->transcript, &copy);
    host_services.emit_image(op, image);
}

static void host_emit_credentials(aw_op *op, const aw_credentials *credentials)
{
    transcript_credentials(stage_current(), credentials);
    host_services.emit_credentials(op, credentials);
}

static void see_error(struct stage *stage, const char *what, const aw_error *error)
{
    transcript_error(stage, what, error);
    if (stage->knobs.observer.error)
        stage->knobs.observer.error(stage, error);
}

static void host_report(aw_op *op, const aw_error *problem)
{
    see_error(stage_current(), "problem", problem);
    host_services.report(op, problem);
}

static void host_fail(aw_op *op, const aw_error *error)
{
    see_error(stage_current(), "failure", error);
    host_services.fail(op, error);
}

static bool allocation_fails(struct stage *stage)
{
    return ++stage->allocations == stage->knobs.fails_at;
}

static void *host_alloc(aw_op *op, size_t size)
{
    if (!allocation_fails(stage_current()))
        return host_services.alloc(op, size);
    op_fail_memory(op_of(op), "the plugin");
    return NULL;
}

static void host_cache_put(aw_op *op, const char *key, const void *data, uint64_t size)
{
    transcript_text(stage_current(), "keeps", (aw_bytes){data, size});
    host_services.cache_put(op, key, data, size);
}

/* Another day has other randomness, for the plugin: core's makes the token. */
static void host_random(aw_op *op, void *out, size_t size)
{
    host_services.random(op, out, size);
    for (size_t i = 0; stage_current()->knobs.later_ms && i < size; i++)
        ((unsigned char *)out)[i] ^= 0x5a;
}

static void host_log(aw_op *op, uint32_t level, const char *message)
{
    kit_buf_addf(&stage_current()->transcript, "log %u %s\n", level, message);
    host_services.log(op, level, message);
}

static void set_sizes(struct stage *stage)
{
    aw_host copy = stage->host;
    if (stage->knobs.sizes == LEND_LATER)
        copy.minor++;
    if (stage->knobs.sizes == LEND_FIRST)
        copy.minor = 0;
    /* What lies behind it cannot be read, or is noise. */
    stage->lent_host = stage->knobs.sizes ? lend_host(&stage->lender, &copy) : &stage->host;
}

void shim_set_host(struct stage *stage)
{
    stage->host = host_services;
    stage->host.send = host_send;
    stage->host.run = host_run;
    stage->host.after = host_after;
    stage->host.emit_region = host_emit_region;
    stage->host.emit_offer = host_emit_offer;
    stage->host.emit_instance = host_emit_instance;
    stage->host.emit_resource = host_emit_resource;
    stage->host.emit_quota = host_emit_quota;
    stage->host.emit_image = host_emit_image;
    stage->host.emit_credentials = host_emit_credentials;
    stage->host.report = host_report;
    stage->host.fail = host_fail;
    stage->host.alloc = host_alloc;
    stage->host.cache_put = host_cache_put;
    stage->host.random = host_random;
    stage->host.log = host_log;
    set_sizes(stage);
}
