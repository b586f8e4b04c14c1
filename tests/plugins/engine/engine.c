/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin whose every function is the test's, which the program that loads it exports. */
#include "tests/engine_script.h"

#include <stddef.h>

static void open_backend(aw_op *op, const aw_settings *settings, void **ret_state)
{
    engine_script.open(op, settings, ret_state);
}

static void close_backend(void *state)
{
    engine_script.close(state);
}

static void regions(aw_op *op)
{
    engine_script.regions(op);
}

static void list_offers(aw_op *op, const aw_offer_query *query)
{
    engine_script.list_offers(op, query);
}

static void create(aw_op *op, const aw_create *wish)
{
    engine_script.create(op, wish);
}

static void get(aw_op *op, const aw_ref *ref)
{
    engine_script.get(op, ref);
}

static void list(aw_op *op, const aw_list *wish)
{
    engine_script.list(op, wish);
}

static void terminate(aw_op *op, const aw_ref *ref)
{
    engine_script.terminate(op, ref);
}

static void authenticate(aw_op *op)
{
    engine_script.authenticate(op);
}

static int32_t sign(void *state, const aw_request *request, const aw_credentials *credentials,
                    uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    return engine_script.sign(state, request, credentials, now_ms, ret_headers, ret_error);
}

static void classify(void *state, const aw_request *request, const aw_response *answer,
                     aw_error *ret_error)
{
    engine_script.classify(state, request, answer, ret_error);
}

static const void *extension(void *state, const char *id)
{
    return engine_script.extension(state, id);
}

static const aw_vtable vtable = {
    .size = sizeof vtable,
    .open = open_backend,
    .close = close_backend,
    .regions = regions,
    .list_offers = list_offers,
    .create = create,
    .get = get,
    .list = list,
    .terminate = terminate,
    .authenticate = authenticate,
    .sign = sign,
    .classify = classify,
    .extension = extension,
};

static const aw_option options[] = {{"word", "any word", AW_OPTION_TEXT, 0},
                                    {"key", "a secret one", AW_OPTION_TEXT, AW_OPTION_SECRET}};

#ifdef PACED
static const aw_rate_limit limits[] = {{"launch", 1, 12000}, {"*", 2, 1000}};
#define LIMITS .limits = limits, .limit_count = sizeof limits / sizeof limits[0],
#else
#define LIMITS
#endif

static const char *const credential_variables[] = {VARIABLE, NULL};

const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .capabilities = CAPABILITIES,
    .provider = PROVIDER,
    .title = "A test's cloud",
    .version = "1.0.0",
    .endpoint = ENGINE_URL,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    LIMITS.credential_variables = credential_variables,
    .vtable = &vtable,
};
