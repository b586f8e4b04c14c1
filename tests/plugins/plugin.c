/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin that does nothing, rightly. With one of its knobs turned it is wrong in one way. */
#include <archway/backend.h>

#include <string.h>

#ifndef SYMBOL
#define SYMBOL archway_backend_v1
#endif
#ifndef MAGIC
#define MAGIC AW_MAGIC
#endif
#ifndef ENTRY_SIZE
#define ENTRY_SIZE sizeof(aw_backend_entry)
#endif
#ifndef MIN_MINOR
#define MIN_MINOR 0
#endif
#ifndef PROVIDER
#define PROVIDER PROVIDER_OF_TARGET
#endif
#ifndef TITLE
#define TITLE "A test's plugin"
#endif
#ifndef VTABLE
#define VTABLE &vtable
#endif
#ifndef VTABLE_SIZE
#define VTABLE_SIZE sizeof(aw_vtable)
#endif
#ifndef CLASSIFY
#define CLASSIFY classify
#endif
#ifndef INIT
#define INIT NULL
#endif
#ifndef OPTION
#define OPTION "api_key"
#endif
#ifndef OPTION_COUNT
#define OPTION_COUNT 1
#endif
#ifndef BURST
#define BURST 1
#endif

#define STUB static __attribute__((unused))

#ifdef CALLS_UNDEFINED
void defined_nowhere(void);
#endif

STUB void open_backend(aw_op *op, const aw_settings *settings, void **ret_state)
{
    (void)op;
    (void)settings;
    (void)ret_state;
#ifdef CALLS_UNDEFINED
    defined_nowhere();
#endif
}

STUB void start(aw_op *op)
{
    (void)op;
}

STUB void list_offers(aw_op *op, const aw_offer_query *query)
{
    (void)op;
    (void)query;
}

STUB void create(aw_op *op, const aw_create *wish)
{
    (void)op;
    (void)wish;
}

STUB void use(aw_op *op, const aw_ref *ref)
{
    (void)op;
    (void)ref;
}

STUB void list(aw_op *op, const aw_list *wish)
{
    (void)op;
    (void)wish;
}

STUB int32_t sign(void *state, const aw_request *request, const aw_credentials *credentials,
                  uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)credentials;
    (void)now_ms;
    (void)ret_headers;
    (void)ret_error;
    return 0;
}

STUB void classify(void *state, const aw_request *request, const aw_response *answer,
                   aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)answer;
    (void)ret_error;
}

/* Tells the test that it was called: a plugin of this kind has no operation to log for. */
STUB int32_t init_tells(const aw_host *host, aw_error *ret_error)
{
    (void)ret_error;
    host->log(NULL, AW_LOG_INFO, "init of " PROVIDER);
    return 0;
}

STUB int32_t init_fails(const aw_host *host, aw_error *ret_error)
{
    static const char message[] = "The toaster is not plugged in: plug it in.";
    host->log(NULL, AW_LOG_INFO, "init of " PROVIDER);
    ret_error->code = AW_E_UNAVAILABLE;
    memcpy(ret_error->message, message, sizeof message);
    return -1;
}

STUB int32_t init_fails_silently(const aw_host *host, aw_error *ret_error)
{
    (void)host;
    (void)ret_error;
    return -1;
}

STUB int32_t init_has_no_memory(const aw_host *host, aw_error *ret_error)
{
    (void)host;
    ret_error->code = AW_E_NO_MEMORY;
    return -1;
}

STUB const aw_vtable vtable = {
    .size = VTABLE_SIZE,
    .open = open_backend,
    .regions = start,
    .list_offers = list_offers,
    .create = create,
    .get = use,
    .list = list,
    .terminate = use,
    .authenticate = start,
    .sign = sign,
    .classify = CLASSIFY,
};

static const aw_option options[] = {{.name = OPTION, .help = "a key", .type = AW_OPTION_TEXT}};
static const aw_rate_limit limits[] = {{.request = "*", .burst = BURST, .period_ms = 1000}};

AW_EXPORT const aw_backend_entry SYMBOL = {
    .magic = MAGIC,
    .size = ENTRY_SIZE,
    .minor = AW_ABI_MINOR,
    .min_minor = MIN_MINOR,
    .capabilities = AW_CAP_SPOT,
    .provider = PROVIDER,
    .title = TITLE,
    .version = "1.2.3",
    .options = options,
    .option_count = OPTION_COUNT,
    .limits = limits,
    .limit_count = 1,
    .init = INIT,
    .vtable = VTABLE,
};

#ifdef SECOND_SYMBOL
extern AW_EXPORT const aw_backend_entry SECOND_SYMBOL __attribute__((alias("archway_backend_v1")));
#endif
