/* SPDX-License-Identifier: Apache-2.0 */
/* One half of an old/new pair: a plugin built with this header or, as NEWER, with a later one. It tells
 * what it sees of core's structs, and says what it has to say in its own. */
#include <archway/backend.h>

#include <string.h>

#ifdef NEEDS_NEWER
#define MIN_MINOR AW_ABI_MINOR
#else
#define MIN_MINOR 0
#endif

static void open_backend(aw_op *op, const aw_settings *settings, void **ret_state)
{
    (void)op;
    (void)settings;
    (void)ret_state;
}

static void nothing(aw_op *op)
{
    (void)op;
}

/* Emits an offer: its zone is the mood, its region the tempo that the plugin saw. */
static void list_offers(aw_op *op, const aw_offer_query *query)
{
    aw_offer offer = {.size = sizeof offer, .arch = AW_ARCH_ARM64, .instance_type = "pair"};
    offer.data = query->region;
#ifdef NEWER
    offer.badge = "gold";
    if (AW_HAS(query, mood))
        offer.zone = query->mood;
    if (AW_HAS(op, tempo))
        offer.region = op->tempo;
    if (AW_HAS(op->host, cheer) && op->host->cheer)
        op->host->cheer(op, "hurrah");
#endif
    aw_emit_offer(op, &offer);
}

static void create(aw_op *op, const aw_create *wish)
{
    (void)op;
    (void)wish;
}

static void use(aw_op *op, const aw_ref *ref)
{
    (void)op;
    (void)ref;
}

static void list(aw_op *op, const aw_list *wish)
{
    (void)op;
    (void)wish;
}

static int32_t sign(void *state, const aw_request *request, const aw_credentials *credentials,
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

static void classify(void *state, const aw_request *request, const aw_response *answer,
                     aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)answer;
    ret_error->code = AW_E_QUOTA;
    memcpy(ret_error->request, "classified", sizeof "classified");
#ifdef NEWER
    if (AW_HAS(ret_error, hint))
        memcpy(ret_error->hint, "ask for more", sizeof "ask for more");
#endif
}

#ifdef NEWER
static int32_t answer(void *state)
{
    (void)state;
    return 42;
}
#endif

static const aw_vtable vtable = {
    .size = sizeof vtable,
    .open = open_backend,
    .regions = nothing,
    .list_offers = list_offers,
    .create = create,
    .get = use,
    .list = list,
    .terminate = use,
    .authenticate = nothing,
    .sign = sign,
    .classify = classify,
#ifdef NEWER
    .answer = answer,
#endif
};

const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .min_minor = MIN_MINOR,
    .provider = PROVIDER_OF_TARGET,
    .title = "Half a pair",
    .version = "1.0.0",
    .vtable = &vtable,
#ifdef NEWER
    .motto = "onwards",
#endif
};
