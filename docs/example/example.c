/* SPDX-License-Identifier: Apache-2.0 */
/* A whole backend, for a cloud that does not exist: copy it, and change what your cloud does otherwise. */
#include "kit/answer.h"
#include "kit/error.h"
#include "kit/json.h"
#include "kit/pages.h"
#include "kit/request.h"
#include "kit/settings.h"

#include <stdbool.h>
#include <string.h>

#define ENDPOINT "https://api.example.com/v1"
#define KEY_VARIABLE "EXAMPLE_API_KEY"
#define KEY_MAX 256
#define MOST_PAGES 1000
#define NUSD_PER_CENT 10000000ull
#define OWNER_LABEL "archway-owner"
#define TOKEN_LABEL "archway-token"

struct cloud {
    const char *endpoint;
};

static void cloud_open(aw_op *op, const aw_settings *settings, void **ret_state)
{
    const char *endpoint = kit_setting_text(settings, "endpoint");
    struct cloud *cloud = aw_alloc(op, sizeof *cloud);
    char *copy = kit_copy_text(op, endpoint ? endpoint : ENDPOINT);
    if (!cloud || !copy)
        return;
    cloud->endpoint = copy;
    *ret_state = cloud;
}

static void request_init(kit_request *request, aw_op *op, const char *name, const char *method)
{
    const struct cloud *cloud = op->state;
    kit_request_init(request, op, name, method, cloud->endpoint);
}

/* Regions. */

static void on_regions(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node names = kit_json_array(&root, "regions");
    for (size_t i = 0; i < kit_json_count(&names); i++) {
        kit_json_node name = kit_json_item(&names, i);
        aw_region region = {.size = sizeof region, .name = kit_json_node_text(&name)};
        if (!document.error.code)
            aw_emit_region(op, &region);
    }
    if (document.error.code)
        aw_fail(op, &document.error);
}

static void cloud_regions(aw_op *op)
{
    kit_request request;
    request_init(&request, op, "regions", "GET");
    kit_request_path(&request, "regions");
    kit_request_send(&request, on_regions, NULL, NULL);
}

/* Offers. */

static aw_offer offer_read(aw_op *op, const kit_json_node *type)
{
    aw_offer offer = {.size = sizeof offer,
                      .arch_source = AW_ARCH_SOURCE_API,
                      .availability = AW_AVAILABLE,
                      .priced = 1};
    offer.instance_type = kit_json_name(type, "name");
    offer.arch = aw_arch(op, kit_json_text(type, "arch"));
    offer.vcpus = (uint32_t)kit_json_integer(type, "cpus", 1, 65535);
    offer.memory_mib = (uint64_t)kit_json_integer(type, "memory_mib", 1, 1 << 30);
    offer.price_nusd_per_hour =
        (uint64_t)kit_json_integer(type, "cents_per_hour", 1, 100000000) * NUSD_PER_CENT;
    offer.region = kit_json_name(type, "region");
    return offer;
}

/* What cannot be read, or is of another architecture, is reported; the others go on. */
static void offer_tell(aw_op *op, kit_json *document, const aw_offer *offer)
{
    if (document->error.code)
        aw_report(op, &document->error);
    else if (offer->arch == AW_ARCH_UNKNOWN)
        kit_report(op, AW_E_PROTOCOL, "Example Cloud's type %s is neither amd64 nor arm64.",
                   offer->instance_type);
    else
        aw_emit_offer(op, offer);
    kit_json_forgive(document);
}

static void offer_emit(aw_op *op, kit_json *document, const kit_json_node *type)
{
    const aw_offer offer = offer_read(op, type);
    offer_tell(op, document, &offer);
}

static void on_types(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node types = kit_json_array(&root, "types");
    if (document.error.code)
        return aw_fail(op, &document.error);
    for (size_t i = 0; i < kit_json_count(&types); i++) {
        kit_json_node type = kit_json_item(&types, i);
        offer_emit(op, &document, &type);
    }
}

/* One answer of this cloud covers all regions (AW_CAP_WHOLE_LISTING), so core names none. */
static void cloud_list_offers(aw_op *op, const aw_offer_query *query)
{
    (void)query;
    kit_request request;
    request_init(&request, op, "types", "GET");
    kit_request_path(&request, "types");
    kit_request_send(&request, on_types, NULL, NULL);
}

/* Machines. */

static uint32_t state_of(const char *word)
{
    static const struct {
        const char *word;
        uint32_t state;
    } states[] = {{"starting", AW_STATE_PENDING},
                  {"up", AW_STATE_RUNNING},
                  {"ending", AW_STATE_TERMINATING},
                  {"ended", AW_STATE_TERMINATED}};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strcmp(states[i].word, word) == 0)
            return states[i].state;
    return AW_STATE_UNKNOWN;
}

static bool is_wanted(const aw_list *wish, const aw_instance *instance)
{
    return !wish || ((!wish->owner || strcmp(wish->owner, instance->owner) == 0) &&
                     (!wish->token || strcmp(wish->token, instance->token) == 0));
}

static void instance_emit(aw_op *op, kit_json *document, const kit_json_node *machine,
                          const aw_list *wish)
{
    kit_json_node labels = kit_json_object(machine, "labels");
    aw_instance instance = {.size = sizeof instance, .ssh_user = "root"};
    instance.id = kit_json_name(machine, "id");
    instance.region = kit_json_name(machine, "region");
    instance.name = kit_json_name(machine, "name");
    instance.instance_type = kit_json_name(machine, "type");
    instance.provider_state = kit_json_text(machine, "state");
    instance.state = state_of(instance.provider_state);
    instance.public_ip = kit_json_find_text(machine, "address", NULL);
    instance.owner = kit_json_find_text(&labels, OWNER_LABEL, "");
    instance.token = kit_json_find_text(&labels, TOKEN_LABEL, "");
    if (!document->error.code && is_wanted(wish, &instance))
        aw_emit_instance(op, &instance);
}

static void on_machine(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node machine = kit_json_parse(&document, answer);
    instance_emit(op, &document, &machine, NULL);
    if (document.error.code)
        aw_fail(op, &document.error);
}

static int machines_read(aw_op *op, void *wish, const aw_response *answer, const char **ret_token,
                         aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node machines = kit_json_array(&root, "machines");
    for (size_t i = 0; i < kit_json_count(&machines) && !document.error.code; i++) {
        kit_json_node machine = kit_json_item(&machines, i);
        instance_emit(op, &document, &machine, wish);
    }
    *ret_token = kit_copy_text(op, kit_json_find_text(&root, "next", NULL));
    *ret_error = document.error;
    return document.error.code ? -1 : 0;
}

static void machines_ask(kit_request *request, aw_op *op, void *wish, const char *token)
{
    (void)wish;
    request_init(request, op, "machines", "GET");
    kit_request_path(request, "machines");
    if (token)
        kit_request_query(request, "after", token);
    request->wire.flags = AW_REQUEST_SHARED;
}

static void machines_ended(aw_op *op, void *wish, const aw_error *why)
{
    (void)wish;
    if (why)
        aw_fail(op, why);
}

static void cloud_list(aw_op *op, const aw_list *wish)
{
    static const struct kit_pages pages = {.title = "Example Cloud",
                                           .name = "machines",
                                           .most = MOST_PAGES,
                                           .ask = machines_ask,
                                           .read = machines_read,
                                           .ended = machines_ended};
    aw_list *copy = aw_alloc(op, sizeof *copy);
    if (!copy)
        return;
    copy->owner = kit_copy_text(op, wish->owner);
    copy->token = kit_copy_text(op, wish->token);
    kit_pages_start(op, &pages, copy);
}

static void machine_build(kit_request *request, aw_op *op, const char *name, const char *method,
                          const char *id)
{
    request_init(request, op, name, method);
    kit_request_path(request, "machines");
    kit_request_path(request, id);
}

static void cloud_get(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    machine_build(&request, op, "machine", "GET", ref->id);
    kit_request_send(&request, on_machine, NULL, NULL);
}

/* It has an idempotency key (AW_CAP_IDEMPOTENT_CREATE), so the launch may be repeated. */
static void launch_build(kit_request *request, aw_op *op, const aw_create *wish)
{
    request_init(request, op, "launch", "POST");
    kit_request_path(request, "machines");
    kit_request_header(request, "idempotency-key", wish->token);
    kit_request_json(request,
                     json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s}}", "type", wish->instance_type,
                               "region", wish->region, "name", wish->name, "ssh_key",
                               wish->ssh_key_count ? wish->ssh_keys[0] : "", "labels", OWNER_LABEL,
                               wish->owner, TOKEN_LABEL, wish->token));
    request->wire.flags = AW_REQUEST_REPEATABLE;
}

static void cloud_create(aw_op *op, const aw_create *wish)
{
    kit_request request;
    launch_build(&request, op, wish);
    kit_request_send(&request, on_machine, NULL, NULL);
}

static void on_ended(aw_op *op, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    (void)arg;
}

/* One that is gone already is success. */
static void on_end_failed(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    if (error->code != AW_E_NOT_FOUND)
        aw_fail(op, error);
}

static void cloud_terminate(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    machine_build(&request, op, "end", "DELETE", ref->id);
    request.wire.flags = AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_ended, on_end_failed, NULL);
}

/* Credentials. */

static void cloud_authenticate(aw_op *op)
{
    const char *key = aw_secret(op, "api_key");
    const char *source = key ? "option api_key of the configuration" : "environment " KEY_VARIABLE;
    if (!key)
        key = aw_env(op, KEY_VARIABLE);
    if (!key)
        return kit_fail(op, AW_E_UNAUTHENTICATED,
                        "No key for Example Cloud: neither the option api_key of the configuration "
                        "nor " KEY_VARIABLE " in the environment is set.");
    aw_credentials credentials = {.size = sizeof credentials, .token = key, .source = source};
    aw_emit_credentials(op, &credentials);
}

static int32_t cloud_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                          uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)now_ms;
    if (strlen(credentials->token) > KEY_MAX)
        return kit_error_set(ret_error, AW_E_UNAUTHENTICATED,
                             "The key for Example Cloud is too long to be one.");
    ret_headers->add(ret_headers, "x-api-key", credentials->token, strlen(credentials->token), 1);
    return 0;
}

/* What an answer means: the API's own word where there is one, else the status. */
static void cloud_classify(void *state, const aw_request *request, const aw_response *answer,
                           aw_error *ret_error)
{
    (void)state;
    (void)request;
    if (kit_answer_is_good(answer))
        return;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *word = kit_json_text(&root, "error");
    if (document.error.code)
        return kit_answer_explain_status(answer, "Example Cloud", document.error.message,
                                         ret_error);
    uint32_t code = strcmp(word, "sold-out") == 0  ? AW_E_NO_CAPACITY
                    : strcmp(word, "limit") == 0   ? AW_E_QUOTA
                    : strcmp(word, "no-such") == 0 ? AW_E_NOT_FOUND
                                                   : kit_status_code(answer->status);
    kit_error_set(ret_error, code, "Example Cloud says \"%.100s\".", word);
    kit_error_text(ret_error->provider_code, sizeof ret_error->provider_code, word);
    kit_answer_complete(answer, ret_error);
}

static const void *cloud_extension(void *state, const char *id)
{
    (void)state;
    (void)id;
    return NULL;
}

static const aw_vtable vtable = {
    .size = sizeof vtable,
    .open = cloud_open,
    .regions = cloud_regions,
    .list_offers = cloud_list_offers,
    .create = cloud_create,
    .get = cloud_get,
    .list = cloud_list,
    .terminate = cloud_terminate,
    .authenticate = cloud_authenticate,
    .sign = cloud_sign,
    .classify = cloud_classify,
    .extension = cloud_extension,
};

static const aw_option options[] = {
    {"api_key", "the key", AW_OPTION_TEXT, AW_OPTION_SECRET},
};
static const aw_rate_limit limits[] = {{"*", 10, 100}};
static const char *const credential_variables[] = {KEY_VARIABLE, NULL};

const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .capabilities = AW_CAP_IDEMPOTENT_CREATE | AW_CAP_WHOLE_LISTING,
    .provider = "example",
    .title = "Example Cloud",
    .version = "0.1.0",
    .endpoint = ENDPOINT,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .limits = limits,
    .limit_count = sizeof limits / sizeof limits[0],
    .credential_variables = credential_variables,
    .vtable = &vtable,
};
