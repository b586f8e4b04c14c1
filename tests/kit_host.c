/* SPDX-License-Identifier: Apache-2.0 */
/* An operation without a core, for the tests of the kit. */
#include "kit_host.h"

#include "core/mem.h"
#include "kit/buf.h"
#include "kit/error.h"

#include <assert.h>
#include <string.h>

enum {
    MAX_ALLOCATION = 16 * 1024 * 1024
};

struct kit_host_block {
    struct kit_host_block *next;
    max_align_t data[];
};

static struct kit_host *host_of(aw_op *op)
{
    return (struct kit_host *)op;
}

static void record_failure(aw_op *op, const aw_error *error)
{
    struct kit_host *host = host_of(op);
    if (host->fails++ == 0)
        host->error = *error;
}

static void record_report(aw_op *op, const aw_error *problem)
{
    host_of(op)->reports++;
    host_of(op)->error = *problem;
}

static void *allocate(aw_op *op, size_t size)
{
    struct kit_host *host = host_of(op);
    if (++host->allocations == host->fail_at || size > MAX_ALLOCATION) {
        record_failure(op, &(aw_error){.size = sizeof(aw_error), .code = AW_E_NO_MEMORY});
        return NULL;
    }
    struct kit_host_block *block = mem_alloc(sizeof *block + size);
    assert(block);
    block->next = host->blocks;
    host->blocks = block;
    return block->data;
}

static char *joined_headers(const aw_request *request)
{
    kit_buf text;
    kit_buf_init(&text, mem_kit(), MAX_ALLOCATION);
    for (uint64_t i = 0; i < request->header_count; i++)
        kit_buf_addf(&text, "%s: %s\n", request->headers[i].name, request->headers[i].value);
    return kit_buf_take(&text);
}

static void forget_request(struct kit_host *host)
{
    mem_free(host->url);
    mem_free(host->method);
    mem_free(host->headers);
    mem_free(host->body);
}

/* Copies all that the request points to, as core does: it is gone when the call returns. */
static void record_request(aw_op *op, const aw_request *request, aw_answer_fn on_answer,
                           aw_error_fn on_error, void *arg)
{
    struct kit_host *host = host_of(op);
    assert(request->size == sizeof *request);
    forget_request(host);
    host->on_answer = on_answer;
    host->on_error = on_error;
    host->arg = arg;
    host->sends++;
    host->url = mem_copy_text(request->url);
    host->method = mem_copy_text(request->method);
    host->headers = joined_headers(request);
    host->body = mem_copy(request->body.data, request->body.size);
    host->body_size = request->body.size;
}

static void record_timer(aw_op *op, uint64_t delay_ms, aw_timer_fn on_time, void *arg)
{
    struct kit_host *host = host_of(op);
    (void)delay_ms;
    assert(host->timer_count < KIT_HOST_TIMERS);
    host->timers[host->timer_count++] = (struct kit_host_timer){on_time, arg};
}

int kit_host_run_timer(struct kit_host *host)
{
    if (host->timer_count == 0)
        return 0;
    struct kit_host_timer timer = host->timers[0];
    memmove(host->timers, host->timers + 1, --host->timer_count * sizeof timer);
    timer.on_time(&host->op, timer.arg);
    return 1;
}

/* The text is gone when the call returns, as core's is. */
void kit_host_answer(struct kit_host *host, const char *body)
{
    char *copy = mem_copy_text(body);
    assert(copy);
    const aw_response answer = {.size = sizeof answer, .status = 200, .body = {copy, strlen(copy)}};
    host->on_answer(&host->op, &answer, host->arg);
    mem_free(copy);
}

void kit_host_fail(struct kit_host *host, const char *message)
{
    aw_error error;
    kit_error_set(&error, AW_E_UNAVAILABLE, "%s", message);
    host->on_error(&host->op, &error, NULL, host->arg);
}

void kit_host_init(struct kit_host *host)
{
    *host = (struct kit_host){0};
    host->services = (aw_host){.size = sizeof host->services,
                               .minor = AW_ABI_MINOR,
                               .send = record_request,
                               .after = record_timer,
                               .report = record_report,
                               .fail = record_failure,
                               .alloc = allocate};
    host->op = (aw_op){.size = sizeof host->op, .host = &host->services};
}

void kit_host_finish(struct kit_host *host)
{
    while (host->blocks) {
        struct kit_host_block *block = host->blocks;
        host->blocks = block->next;
        mem_free(block);
    }
    forget_request(host);
}
