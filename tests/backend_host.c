/* SPDX-License-Identifier: Apache-2.0 */
/* A core that a test plays by hand. */
#include "backend_host.h"

#include "core/mem.h"
#include "kit/error.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define START_MS 1767225600000u /* 2026-01-01T00:00:00Z */
#define AT_ONCE_MS 1

static void open_backend(struct backend_host *host)
{
    static const aw_settings nothing = {.size = sizeof nothing, .name = "tested"};
    void *state = NULL;
    vtable()->open(&host->op, host->world.settings ? host->world.settings : &nothing, &state);
    host->op.state = state;
    /* What `open` has allocated stays until the end. */
    struct arena empty = host->lasting;
    host->lasting = host->operation;
    host->operation = empty;
}

void host_init(struct backend_host *host, const struct host_world *world)
{
    *host = (struct backend_host){.now_ms = START_MS};
    if (world)
        host->world = *world;
    host_set_services(host);
    arena_init(&host->lasting, false);
    arena_init(&host->operation, false);
    kit_buf_init(&host->results, mem_kit(), 1 << 20);
    open_backend(host);
}

void host_finish(struct backend_host *host)
{
    if (vtable()->close)
        vtable()->close(host->op.state);
    kit_buf_finish(&host->results);
    arena_finish(&host->operation);
    arena_finish(&host->lasting);
}

void host_begin(struct backend_host *host)
{
    arena_finish(&host->operation);
    arena_init(&host->operation, false);
    kit_buf_clear(&host->results);
    host->error = (aw_error){.code = AW_OK};
    host->answered = host->request_count = 0;
    host->timed = host->timer_count = 0;
    host->exited = host->program_count = 0;
    host->allocations = 0;
}

static const struct host_request *take(struct backend_host *host)
{
    assert(host->answered < host->request_count);
    return &host->requests[host->answered++];
}

/* What was set for at once comes before anything else happens. */
static void ring_due(struct backend_host *host)
{
    while (host->timed < host->timer_count && host->timers[host->timed].delay_ms <= AT_ONCE_MS)
        host_ring(host);
}

static void refuse(struct backend_host *host, const struct host_request *request,
                   const aw_error *error, const aw_response *answer)
{
    if (host->error.code)
        return;
    if (request->on_error)
        request->on_error(&host->op, error, answer, request->arg);
    else
        host->error = *error;
}

void host_answer_with(struct backend_host *host, const aw_response *answer)
{
    const struct host_request *request = take(host);
    aw_request sent = {.size = sizeof sent, .name = request->name, .method = "GET", .url = ""};
    aw_error error = {.size = sizeof error};
    vtable()->classify(host->op.state, &sent, answer, &error);
    if (error.code)
        refuse(host, request, &error, answer);
    else if (!host->error.code)
        request->on_answer(&host->op, answer, request->arg);
    ring_due(host);
}

void host_answer(struct backend_host *host, uint32_t status, const char *body)
{
    aw_response answer = {
        .size = sizeof answer, .status = status, .body = {body, body ? strlen(body) : 0}};
    host_answer_with(host, &answer);
}

static void lose(struct backend_host *host, uint32_t retry)
{
    aw_error error;
    kit_error_set(&error, AW_E_UNAVAILABLE, "the connection broke");
    error.retry = retry;
    refuse(host, take(host), &error, NULL);
    ring_due(host);
}

void host_lose(struct backend_host *host)
{
    lose(host, AW_RETRY_UNKNOWN);
}

void host_refuse(struct backend_host *host)
{
    lose(host, AW_RETRY_SAFE);
}

void host_ring(struct backend_host *host)
{
    assert(host->timed < host->timer_count);
    const struct host_timer *timer = &host->timers[host->timed++];
    host->now_ms += timer->delay_ms;
    if (!host->error.code)
        timer->on_time(&host->op, timer->arg);
}

void host_exit(struct backend_host *host, int32_t status, const char *output, const char *errors)
{
    assert(host->exited < host->program_count);
    const struct host_program *program = &host->programs[host->exited++];
    aw_exit result = {.size = sizeof result,
                      .status = status,
                      .output = {output, strlen(output)},
                      .errors = {errors, strlen(errors)}};
    if (!host->error.code)
        program->on_exit(&host->op, &result, program->arg);
}

const struct host_request *host_last(const struct backend_host *host)
{
    assert(host->request_count > 0);
    return &host->requests[host->request_count - 1];
}

size_t host_waiting(const struct backend_host *host)
{
    return host->request_count - host->answered;
}

const char *host_results(const struct backend_host *host)
{
    return kit_buf_text(&host->results);
}

const aw_vtable *vtable(void)
{
    return archway_backend_v1.vtable;
}

int host_up(void **state)
{
    struct backend_host *host = mem_alloc(sizeof *host);
    host_init(host, NULL);
    *state = host;
    return 0;
}

int host_down(void **state)
{
    host_finish(*state);
    mem_free(*state);
    return 0;
}

void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in \"%s\"", part, text);
}

void assert_failed(const struct backend_host *host, uint32_t code, const char *part)
{
    assert_int_equal(host->error.code, code);
    assert_contains(host->error.message, part);
}
