/* SPDX-License-Identifier: Apache-2.0 */
/* What a replay answers. */
#include "core/mem.h"
#include "core/replay.h"
#include "kit/error.h"

#include <string.h>

#define RENDERED_MAX (4 * RECORDING_MAX_BYTES)
#define DEFAULT_MAX_BODY ((uint64_t)64 * 1024 * 1024)
#define DEFAULT_MAX_OUTPUT ((uint64_t)1024 * 1024)

static const struct {
    enum wire_outcome outcome;
    const char *request;
    const char *program;
} endings[] = {
    [RECORDED_ANSWER] = {WIRE_ANSWERED, "", ""},
    [RECORDED_CUT] = {WIRE_LOST, "the connection broke in the middle of the answer", ""},
    [RECORDED_REFUSED] = {WIRE_NOT_SENT, "the connection was refused", "it could not be started"},
    [RECORDED_LOST] = {WIRE_LOST, "the connection broke before there was an answer", ""},
    [RECORDED_TIMEOUT] = {WIRE_TIMED_OUT, "there was no answer in time", "it did not end in time"},
    [RECORDED_TOO_LARGE] = {WIRE_TOO_LARGE, "the answer is too large", "its output is too large"},
};

void rendered_init(struct rendered *rendered)
{
    kit_buf_init(&rendered->body, mem_kit(), RENDERED_MAX);
    kit_buf_init(&rendered->errors, mem_kit(), RENDERED_MAX);
    arena_init(&rendered->arena, false);
}

void rendered_finish(struct rendered *rendered)
{
    kit_buf_finish(&rendered->body);
    kit_buf_finish(&rendered->errors);
    arena_finish(&rendered->arena);
}

static int fail_memory(aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory");
}

/* Adds the text to `buf`. */
static int render(const struct replayed *exchange, enum text_form form, aw_bytes text, kit_buf *buf,
                  aw_error *ret_error)
{
    const struct replay *replay = exchange->replay;
    aw_error error = {0};
    if (named_values_render(&replay->names, exchange->told, form, text, buf, &error))
        return kit_error_set(ret_error, AW_E_INVALID, "%s:%d: in the answer: %s",
                             replay->recording.name, exchange->recorded->line, error.message);
    return buf->state == KIT_BUF_OK ? 0 : fail_memory(ret_error);
}

static int render_body(const struct replayed *exchange, kit_buf *buf, aw_bytes *ret_body,
                       aw_error *ret_error)
{
    const struct recorded_message *answer = &exchange->recorded->answer;
    enum text_form form = text_form_of(answer->headers, answer->header_count, answer->body);
    if (render(exchange, form, answer->body, buf, ret_error))
        return -1;
    *ret_body = (aw_bytes){kit_buf_text(buf), buf->size};
    return 0;
}

static int render_header(const struct replayed *exchange, const aw_header *recorded,
                         struct arena *arena, aw_header *ret_header, aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf value;
    kit_buf_init(&value, mem_kit(), RENDERED_MAX);
    aw_bytes text = {recorded->value, strlen(recorded->value)};
    if (render(exchange, TEXT_PLAIN, text, &value, ret_error))
        return -1;
    ret_header->name = recorded->name;
    ret_header->value = arena_text(arena, kit_buf_text(&value));
    return ret_header->value ? 0 : fail_memory(ret_error);
}

static int render_answer(const struct replayed *exchange, struct rendered *rendered,
                         aw_response *ret_answer, aw_error *ret_error)
{
    const struct recorded_message *recorded = &exchange->recorded->answer;
    aw_response answer = {.size = sizeof answer,
                          .status = (uint32_t)exchange->recorded->status,
                          .header_count = recorded->header_count};
    aw_header *headers =
        arena_alloc(&rendered->arena, (recorded->header_count + 1) * sizeof *headers);
    if (!headers)
        return fail_memory(ret_error);
    for (size_t i = 0; i < recorded->header_count; i++)
        if (render_header(exchange, &recorded->headers[i], &rendered->arena, &headers[i],
                          ret_error))
            return -1;
    answer.headers = headers;
    if (render_body(exchange, &rendered->body, &answer.body, ret_error))
        return -1;
    *ret_answer = answer;
    return 0;
}

/* The recording is wrong (a placeholder that stands for nothing), or there is no memory: either way it
 * was sent, and its answer is lost. */
static enum wire_outcome conclude_failed(struct replay *replay, const aw_error *error,
                                         char *problem, size_t problem_size)
{
    replay_fail(replay, error);
    kit_error_text(problem, problem_size, error->message);
    return error->code == AW_E_NO_MEMORY ? WIRE_LOST : WIRE_FORBIDDEN;
}

static enum recorded_end end_of(const struct replayed *exchange)
{
    return exchange->timed_out ? RECORDED_TIMEOUT : exchange->recorded->end;
}

void replay_conclude(struct replayed *exchange, struct wire_call *call, struct rendered *rendered)
{
    aw_error error = {0};
    uint64_t max_body = call->request->max_body ? call->request->max_body : DEFAULT_MAX_BODY;
    enum recorded_end end = end_of(exchange);
    if (end == RECORDED_ANSWER && render_answer(exchange, rendered, &call->answer, &error)) {
        call->outcome =
            conclude_failed(exchange->replay, &error, call->problem, sizeof call->problem);
        return;
    }
    if (end == RECORDED_ANSWER && call->answer.body.size > max_body) {
        end = RECORDED_TOO_LARGE;
        call->answer = (aw_response){0};
    }
    call->outcome = endings[end].outcome;
    kit_error_text(call->problem, sizeof call->problem, endings[end].request);
}

static int render_result(const struct replayed *exchange, struct rendered *rendered,
                         aw_exit *ret_result, aw_error *ret_error)
{
    const struct recorded_message *recorded = &exchange->recorded->answer;
    aw_exit result = {.size = sizeof result, .status = exchange->recorded->status};
    for (size_t i = 0; i < recorded->header_count; i++) {
        aw_bytes line = {recorded->headers[i].value, strlen(recorded->headers[i].value)};
        if (render(exchange, TEXT_PLAIN, line, &rendered->errors, ret_error))
            return -1;
        kit_buf_add_char(&rendered->errors, '\n');
    }
    if (rendered->errors.state != KIT_BUF_OK)
        return fail_memory(ret_error);
    result.errors = (aw_bytes){kit_buf_text(&rendered->errors), rendered->errors.size};
    if (render_body(exchange, &rendered->body, &result.output, ret_error))
        return -1;
    *ret_result = result;
    return 0;
}

void replay_conclude_run(struct replayed *exchange, struct run_call *call,
                         struct rendered *rendered)
{
    aw_error error = {0};
    uint64_t max_output =
        call->program->max_output ? call->program->max_output : DEFAULT_MAX_OUTPUT;
    enum recorded_end end = end_of(exchange);
    call->started = end != RECORDED_REFUSED;
    if (end == RECORDED_ANSWER && render_result(exchange, rendered, &call->result, &error)) {
        conclude_failed(exchange->replay, &error, call->problem, sizeof call->problem);
        call->started = call->too_large = call->no_memory = error.code == AW_E_NO_MEMORY;
        return;
    }
    if (call->result.output.size > max_output || call->result.errors.size > max_output) {
        end = RECORDED_TOO_LARGE;
        call->result = (aw_exit){0};
    }
    call->timed_out = end == RECORDED_TIMEOUT;
    call->too_large = end == RECORDED_TOO_LARGE;
    kit_error_text(call->problem, sizeof call->problem, endings[end].program);
}
