/* SPDX-License-Identifier: Apache-2.0 */
/* The backend of a small cloud, as the engine's tests want it. */
#include "tests/engine_cloud.h"

#include "kit/answer.h"
#include "kit/error.h"
#include "kit/memory.h"
#include "kit/tags.h"
#include "kit/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 8

aw_vtable engine_script;
struct engine_cloud engine_cloud;

/* Cuts the body into lines of words, "-" being none, and calls `each` with those of a line. */
static void read_lines(aw_op *op, const aw_response *answer,
                       void (*each)(aw_op *op, const char *const words[WORDS]))
{
    char *rest = kit_copy(op, answer->body.data, answer->body.size);
    char *line;
    while (rest && (line = strsep(&rest, "\n"))) {
        const char *words[WORDS] = {NULL};
        char *word;
        for (size_t i = 0; i < WORDS && (word = strsep(&line, " ")); i++)
            words[i] = strcmp(word, "-") ? word : NULL;
        if (words[0] && *words[0])
            each(op, words);
    }
}

void engine_send(aw_op *op, const char *name, const char *method, const char *path, uint32_t flags,
                 const char *body, aw_answer_fn on_answer, aw_error_fn on_error, void *arg)
{
    char url[512];
    snprintf(url, sizeof url, "%s%s", ENGINE_URL, path);
    const aw_request request = {
        .size = sizeof request,
        .flags = flags,
        .name = name,
        .method = method,
        .url = url,
        .body = {body, body ? strlen(body) : 0},
    };
    aw_send(op, &request, on_answer, on_error, arg);
}

static void ask_region(aw_op *op, const char *name, const char *region, uint32_t flags,
                       aw_answer_fn on_answer)
{
    char path[256];
    snprintf(path, sizeof path, "/%s%s%s", name, region ? "?region=" : "", region ? region : "");
    engine_send(op, name, "GET", path, flags, NULL, on_answer, NULL, NULL);
}

static void open_backend(aw_op *op, const aw_settings *settings, void **ret_state)
{
    (void)op;
    (void)settings;
    (void)ret_state;
}

static void close_backend(void *state)
{
    (void)state;
}

static void emit_region(aw_op *op, const char *const words[WORDS])
{
    const aw_region region = {.size = sizeof region, .name = words[0]};
    aw_emit_region(op, &region);
}

static void on_regions(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    read_lines(op, answer, emit_region);
}

static void regions(aw_op *op)
{
    ask_region(op, "regions", NULL, 0, on_regions);
}

static void emit_offer(aw_op *op, const char *const words[WORDS])
{
    const aw_offer offer = {
        .size = sizeof offer,
        .arch = aw_arch(op, words[1] ? words[1] : "none"),
        .availability = AW_AVAILABLE,
        .vcpus = 4,
        .priced = 1,
        .price_nusd_per_hour = words[2] ? strtoull(words[2], NULL, 10) : 0,
        .memory_mib = 4096,
        .instance_type = words[0],
        .region = words[3],
        .quota = words[4],
    };
    aw_emit_offer(op, &offer);
}

static void on_offers(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    read_lines(op, answer, emit_offer);
}

static void list_offers(aw_op *op, const aw_offer_query *query)
{
    ask_region(op, "offers", query->region, engine_cloud.list_flags, on_offers);
}

static uint32_t state_of(const char *word)
{
    static const char *const words[] = {"unknown", "pending",     "running",    "stopping",
                                        "stopped", "terminating", "terminated", "failed"};
    for (uint32_t i = 0; word && i < sizeof words / sizeof words[0]; i++)
        if (!strcmp(words[i], word))
            return i;
    return AW_STATE_UNKNOWN;
}

static void emit_machine(aw_op *op, const char *const words[WORDS])
{
    const aw_instance instance = {
        .size = sizeof instance,
        .state = state_of(words[2]),
        .arch = AW_ARCH_ARM64,
        .id = words[0],
        .region = words[1],
        .public_ip = "192.0.2.1",
        .owner = words[4],
        .token = words[3],
        .provider_state = words[2],
        .reason = state_of(words[2]) == AW_STATE_FAILED ? "its disk is broken" : NULL,
        .created_at_ms = kit_time_read(words[5]),
        .expires_at_ms = kit_expires_read(words[6]),
        .keep = kit_keep_read(words[7]),
    };
    aw_emit_instance(op, &instance);
}

void engine_on_machines(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    read_lines(op, answer, emit_machine);
}

void engine_emit(aw_op *op, const char *id)
{
    const char *const words[WORDS] = {id, "r1", "running"};
    emit_machine(op, words);
}

static void list(aw_op *op, const aw_list *wish)
{
    ask_region(op, "machines", wish->region, engine_cloud.list_flags, engine_on_machines);
}

static void emit_created(aw_op *op, const char *const words[WORDS])
{
    engine_emit(op, words[0]);
}

static void on_created(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    read_lines(op, answer, emit_created);
}

static void create(aw_op *op, const aw_create *wish)
{
    engine_send(op, "launch", "POST", "/machines", engine_cloud.create_flags, wish->token,
                on_created, NULL, NULL);
}

static void get(aw_op *op, const aw_ref *ref)
{
    char path[128];
    snprintf(path, sizeof path, "/machines/%s", ref->id);
    engine_send(op, "machine", "GET", path, 0, NULL, engine_on_machines, NULL, NULL);
}

static void on_terminated(aw_op *op, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    (void)arg;
}

static void terminate(aw_op *op, const aw_ref *ref)
{
    char path[128];
    snprintf(path, sizeof path, "/machines/%s", ref->id);
    engine_send(op, "terminate", "DELETE", path, AW_REQUEST_REPEATABLE, NULL, on_terminated, NULL,
                NULL);
}

static void authenticate(aw_op *op)
{
    const aw_credentials credentials = {.size = sizeof credentials,
                                        .token = "key",
                                        .source = "this test",
                                        .account = engine_cloud.account};
    engine_cloud.authenticated++;
    aw_emit_credentials(op, &credentials);
}

static int32_t sign(void *state, const aw_request *request, const aw_credentials *credentials,
                    uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)ret_error;
    engine_cloud.signatures++;
    engine_cloud.signed_at_ms = now_ms;
    ret_headers->add(ret_headers, "authorization", credentials->token, strlen(credentials->token),
                     1);
    return 0;
}

static uint32_t code_of(uint32_t status)
{
    return status == 507 || status == 423 ? AW_E_NO_CAPACITY
           : status == 412                ? AW_E_INVALID
                                          : kit_status_code(status);
}

static void classify(void *state, const aw_request *request, const aw_response *answer,
                     aw_error *ret_error)
{
    (void)state;
    (void)request;
    if (kit_answer_is_good(answer))
        return;
    const char *retry = kit_answer_header(answer, "x-retry");
    kit_error_set(ret_error, code_of(answer->status), "%.*s", (int)answer->body.size,
                  answer->body.data);
    kit_answer_complete(answer, ret_error);
    if (answer->status == 412)
        ret_error->remedy = AW_REMEDY_CLOCK;
    if (retry)
        ret_error->retry = !strcmp(retry, "safe")      ? AW_RETRY_SAFE
                           : !strcmp(retry, "unknown") ? AW_RETRY_UNKNOWN
                                                       : AW_RETRY_NEVER;
}

static const void *extension(void *state, const char *id)
{
    (void)state;
    (void)id;
    return NULL;
}

void engine_cloud_reset(void)
{
    engine_cloud = (struct engine_cloud){0};
    engine_script = (aw_vtable){
        .size = sizeof engine_script,
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
}
