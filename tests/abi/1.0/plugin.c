/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin of the first ABI, made with that header and nothing else. It is kept as it was: whatever core
 * becomes, this loads and works. Its made-up provider answers in lines of words. */
#include <archway/backend.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENDPOINT "https://api.first.example"
#define KEY_VARIABLE "FIRST_API_KEY"
#define TITLE "First Cloud"
#define WORD "%63s"

struct first {
    char region[64];
};

static void fail(aw_op *op, uint32_t code, const char *message)
{
    aw_error error = {.size = sizeof error, .code = code};
    snprintf(error.message, sizeof error.message, "%s", message);
    aw_fail(op, &error);
}

static void send(aw_op *op, const char *name, const char *method, const char *url, aw_bytes body,
                 aw_answer_fn on_answer, aw_error_fn on_error)
{
    aw_request request = {.size = sizeof request,
                          .flags = AW_REQUEST_REPEATABLE,
                          .name = name,
                          .method = method,
                          .url = url,
                          .body = body,
                          .timeout_ms = 5000};
    aw_send(op, &request, on_answer, on_error, NULL);
}

static void open_first(aw_op *op, const aw_settings *settings, void **ret_state)
{
    struct first *first = aw_alloc(op, sizeof *first);
    if (!first)
        return;
    snprintf(first->region, sizeof first->region, "%s", "here");
    for (uint32_t i = 0; i < settings->count; i++)
        if (strcmp(settings->items[i].name, "region") == 0 && settings->items[i].count)
            snprintf(first->region, sizeof first->region, "%s", settings->items[i].values[0]);
    *ret_state = first;
}

static void regions(aw_op *op)
{
    const struct first *first = op->state;
    aw_region region = {.size = sizeof region, .name = first->region};
    aw_emit_region(op, &region);
}

/* Calls `read` with each line that is whole. False: the last one is not. */
static int each_line(aw_op *op, const aw_response *answer,
                     void (*read)(aw_op *op, const char *line))
{
    const char *at = answer->body.data;
    const char *end = at + answer->body.size;
    while (at < end) {
        char line[512];
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t size = newline ? (size_t)(newline - at) : 0;
        if (!newline || size >= sizeof line) {
            fail(op, AW_E_PROTOCOL, TITLE "'s answer is cut off.");
            return 0;
        }
        memcpy(line, at, size);
        line[size] = '\0';
        if (strcmp(line, "end") == 0)
            return 1;
        read(op, line);
        at = newline + 1;
    }
    fail(op, AW_E_PROTOCOL, TITLE "'s answer has no end.");
    return 0;
}

static void read_type(aw_op *op, const char *line)
{
    const struct first *first = op->state;
    char name[64];
    char arch[64];
    unsigned cpus = 0;
    unsigned mib = 0;
    unsigned cents = 0;
    aw_offer offer = {.size = sizeof offer,
                      .arch_source = AW_ARCH_SOURCE_API,
                      .availability = AW_AVAILABLE,
                      .priced = 1,
                      .instance_type = name,
                      .region = first->region};
    int count = sscanf(line, "type " WORD " " WORD " %6u %9u %6u", name, arch, &cpus, &mib, &cents);
    offer.arch = count == 5 ? aw_arch(op, arch) : AW_ARCH_UNKNOWN;
    offer.vcpus = cpus;
    offer.memory_mib = mib;
    offer.price_nusd_per_hour = cents * 10000000ull;
    if (offer.arch != AW_ARCH_UNKNOWN && cpus && cpus <= 4096 && mib >= 64 && mib < 100000000) {
        aw_emit_offer(op, &offer);
        return;
    }
    aw_error problem = {.size = sizeof problem, .code = AW_E_PROTOCOL};
    snprintf(problem.message, sizeof problem.message, TITLE " has a type that cannot be read.");
    aw_report(op, &problem);
}

static void on_types(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    each_line(op, answer, read_type);
}

static void list_offers(aw_op *op, const aw_offer_query *query)
{
    (void)query;
    send(op, "types", "GET", ENDPOINT "/types", (aw_bytes){0}, on_types, NULL);
}

static uint32_t state_of(const char *word)
{
    if (strcmp(word, "up") == 0)
        return AW_STATE_RUNNING;
    return strcmp(word, "starting") == 0 ? AW_STATE_PENDING : AW_STATE_UNKNOWN;
}

static void read_machine(aw_op *op, const char *line)
{
    const struct first *first = op->state;
    char id[64];
    char state[64];
    char owner[64];
    char token[65];
    aw_instance instance = {.size = sizeof instance,
                            .id = id,
                            .region = first->region,
                            .owner = owner,
                            .token = token,
                            .public_ip = "192.0.2.1",
                            .provider_state = state};
    int count = sscanf(line, "machine " WORD " " WORD " " WORD " %64s", id, state, owner, token);
    if (count != 4) {
        fail(op, AW_E_PROTOCOL, TITLE " has a machine that cannot be read.");
        return;
    }
    instance.state = state_of(state);
    aw_emit_instance(op, &instance);
}

static void on_machines(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    each_line(op, answer, read_machine);
}

static void create(aw_op *op, const aw_create *wish)
{
    char body[512];
    int size = snprintf(body, sizeof body, "create %s %s %s %s\n", wish->instance_type, wish->name,
                        wish->owner, wish->token);
    if (size < 0 || (size_t)size >= sizeof body) {
        fail(op, AW_E_INVALID, "The names of this machine are too long for " TITLE ".");
        return;
    }
    send(op, "create", "POST", ENDPOINT "/machines", (aw_bytes){body, (uint64_t)size}, on_machines,
         NULL);
}

/* The URL of one machine. NULL: the operation has failed. */
static const char *machine_url(aw_op *op, const aw_ref *ref)
{
    size_t size = sizeof ENDPOINT "/machines/" + strlen(ref->id);
    char *url = aw_alloc(op, size);
    if (url)
        snprintf(url, size, ENDPOINT "/machines/%s", ref->id);
    return url;
}

static void get(aw_op *op, const aw_ref *ref)
{
    const char *url = machine_url(op, ref);
    if (url)
        send(op, "machine", "GET", url, (aw_bytes){0}, on_machines, NULL);
}

static void list(aw_op *op, const aw_list *wish)
{
    (void)wish;
    send(op, "machines", "GET", ENDPOINT "/machines", (aw_bytes){0}, on_machines, NULL);
}

static void on_ended(aw_op *op, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    (void)arg;
}

static void on_not_ended(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    if (error->code != AW_E_NOT_FOUND)
        aw_fail(op, error);
}

static void terminate(aw_op *op, const aw_ref *ref)
{
    const char *url = machine_url(op, ref);
    if (url)
        send(op, "end", "DELETE", url, (aw_bytes){0}, on_ended, on_not_ended);
}

static void authenticate(aw_op *op)
{
    const char *key = aw_env(op, KEY_VARIABLE);
    aw_credentials credentials = {
        .size = sizeof credentials, .token = key, .source = "environment " KEY_VARIABLE};
    if (key)
        aw_emit_credentials(op, &credentials);
    else
        fail(op, AW_E_UNAUTHENTICATED, "No key for " TITLE ": set " KEY_VARIABLE ".");
}

static int32_t sign(void *state, const aw_request *request, const aw_credentials *credentials,
                    uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)now_ms;
    (void)ret_error;
    ret_headers->add(ret_headers, "x-key", credentials->token, strlen(credentials->token), 1);
    return 0;
}

static uint32_t code_of(uint32_t status)
{
    switch (status) {
    case 401:
        return AW_E_UNAUTHENTICATED;
    case 403:
        return AW_E_DENIED;
    case 404:
        return AW_E_NOT_FOUND;
    case 409:
        return AW_E_CONFLICT;
    case 429:
        return AW_E_THROTTLED;
    default:
        return status >= 500 ? AW_E_UNAVAILABLE : status >= 400 ? AW_E_INVALID : AW_E_PROTOCOL;
    }
}

static void classify(void *state, const aw_request *request, const aw_response *answer,
                     aw_error *ret_error)
{
    (void)state;
    (void)request;
    if (answer->status >= 200 && answer->status < 300)
        return;
    ret_error->code = code_of(answer->status);
    ret_error->retry = answer->status == 429   ? AW_RETRY_SAFE
                       : answer->status >= 500 ? AW_RETRY_UNKNOWN
                                               : AW_RETRY_NEVER;
    snprintf(ret_error->message, sizeof ret_error->message, TITLE " answered with the status %u.",
             (unsigned)answer->status);
}

static const aw_vtable vtable = {
    .size = sizeof vtable,
    .open = open_first,
    .regions = regions,
    .list_offers = list_offers,
    .create = create,
    .get = get,
    .list = list,
    .terminate = terminate,
    .authenticate = authenticate,
    .sign = sign,
    .classify = classify,
};

static const aw_option options[] = {{"region", "the only one", AW_OPTION_TEXT, 0}};
static const char *const credential_variables[] = {KEY_VARIABLE, NULL};

const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .capabilities = AW_CAP_IDEMPOTENT_CREATE,
    .provider = "first",
    .title = TITLE,
    .version = "1.0.0",
    .endpoint = ENDPOINT,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .credential_variables = credential_variables,
    .vtable = &vtable,
};
