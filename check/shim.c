/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin's vtable with the stage before it: arguments are lent, and taken back when it returns. */
#include "check/stage.h"

#include "core/error.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 4096

/* The operation, as the plugin sees it from here on. */
static struct stage *take_in(aw_op *op)
{
    struct stage *stage = stage_current();
    op->host = stage->lent_host;
    return stage;
}

static size_t mark(const struct stage *stage)
{
    return stage->lender.count;
}

static void let_out(struct stage *stage, size_t from)
{
    if (stage->knobs.take_back)
        lend_take_back(&stage->lender, from);
}

static void shim_open(aw_op *op, const aw_settings *settings, void **ret_state)
{
    struct stage *stage = take_in(op);
    size_t from = mark(stage);
    stage->real->open(op, STAGE_LENT(stage, settings, settings), ret_state);
    let_out(stage, from);
}

static void shim_close(void *state)
{
    struct stage *stage = stage_current();
    stage->real->close(state);
}

static void shim_regions(aw_op *op)
{
    struct stage *stage = take_in(op);
    stage->real->regions(op);
}

static void shim_list_offers(aw_op *op, const aw_offer_query *query)
{
    struct stage *stage = take_in(op);
    size_t from = mark(stage);
    stage->real->list_offers(op, STAGE_LENT(stage, query, query));
    let_out(stage, from);
}

static void shim_create(aw_op *op, const aw_create *wish)
{
    struct stage *stage = take_in(op);
    size_t from = mark(stage);
    stage->real->create(op, STAGE_LENT(stage, create, wish));
    let_out(stage, from);
}

static void shim_get(aw_op *op, const aw_ref *ref)
{
    struct stage *stage = take_in(op);
    size_t from = mark(stage);
    stage->real->get(op, STAGE_LENT(stage, ref, ref));
    let_out(stage, from);
}

static void shim_list(aw_op *op, const aw_list *wish)
{
    struct stage *stage = take_in(op);
    size_t from = mark(stage);
    stage->real->list(op, STAGE_LENT(stage, list, wish));
    let_out(stage, from);
}

static void shim_terminate(aw_op *op, const aw_ref *ref)
{
    struct stage *stage = take_in(op);
    size_t from = mark(stage);
    stage->real->terminate(op, STAGE_LENT(stage, ref, ref));
    let_out(stage, from);
}

static void shim_authenticate(aw_op *op)
{
    struct stage *stage = take_in(op);
    stage->real->authenticate(op);
}

/* The headers of the first of two signatures. */
struct written {
    aw_header_sink face; /* first */
    kit_buf text;
};

static void write_header(aw_header_sink *sink, const char *name, const char *value,
                         size_t value_size, int32_t secret)
{
    struct written *written = (struct written *)(void *)sink;
    kit_buf_addf(&written->text, "%s: %.*s %d\n", name, (int)value_size, value, secret);
}

static void sign_again(struct stage *stage, void *state, const aw_request *request,
                       const aw_credentials *credentials, uint64_t now_ms)
{
    char texts[2][TEXT_MAX];
    for (int i = 0; i < 2; i++) {
        struct written written = {.face = {.size = sizeof written.face, .add = write_header}};
        aw_error error = {.size = sizeof error};
        kit_buf_init_in(&written.text, texts[i], sizeof texts[i]);
        stage->real->sign(state, request, credentials, now_ms, &written.face, &error);
        kit_buf_addf(&written.text, "%u %s\n", error.code, error.message);
    }
    if (strcmp(texts[0], texts[1]) != 0)
        snprintf(stage->impure, sizeof stage->impure, "`sign` of the request `%s`", request->name);
}

static int32_t shim_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                         uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    struct stage *stage = stage_current();
    size_t from = mark(stage);
    if (stage->knobs.twice)
        sign_again(stage, state, request, credentials, now_ms);
    int32_t status = stage->real->sign(state, STAGE_LENT(stage, request, request),
                                       STAGE_LENT(stage, credentials, credentials), now_ms,
                                       ret_headers, ret_error);
    let_out(stage, from);
    return status;
}

static void classify_again(struct stage *stage, void *state, const aw_request *request,
                           const aw_response *answer)
{
    aw_error first = {.size = sizeof first};
    aw_error second = {.size = sizeof second};
    stage->real->classify(state, request, answer, &first);
    stage->real->classify(state, request, answer, &second);
    if (memcmp(&first, &second, sizeof first) != 0)
        snprintf(stage->impure, sizeof stage->impure, "`classify` of the answer to `%s`",
                 request->name);
}

static void shim_classify(void *state, const aw_request *request, const aw_response *answer,
                          aw_error *ret_error)
{
    struct stage *stage = stage_current();
    const struct observer *observer = &stage->knobs.observer;
    size_t from = mark(stage);
    if (observer->answer)
        observer->answer(stage, request, answer);
    if (stage->knobs.twice)
        classify_again(stage, state, request, answer);
    stage->real->classify(state, STAGE_LENT(stage, request, request),
                          STAGE_LENT(stage, answer, answer), ret_error);
    let_out(stage, from);
}

static const void *shim_extension(void *state, const char *id)
{
    struct stage *stage = stage_current();
    size_t from = mark(stage);
    const void *found = stage->real->extension(state, STAGE_LENT(stage, text, id));
    let_out(stage, from);
    return found;
}

void shim_set_vtable(struct stage *stage)
{
    stage->shim = (aw_vtable){
        .size = sizeof stage->shim,
        .open = shim_open,
        .close = stage->real->close ? shim_close : NULL,
        .regions = shim_regions,
        .list_offers = shim_list_offers,
        .create = shim_create,
        .get = shim_get,
        .list = shim_list,
        .terminate = shim_terminate,
        .authenticate = shim_authenticate,
        .sign = shim_sign,
        .classify = shim_classify,
        .extension = stage->real->extension ? shim_extension : NULL,
    };
}
