/* SPDX-License-Identifier: Apache-2.0 */
/* A core that a test plays by hand. */
#include "lambda_host.h"

#include "core/arch.h"
#include "core/mem.h"
#include "kit/error.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct lambda_host *host_of(aw_op *op)
{
    return (struct lambda_host *)op;
}

static const char *text_or_dash(const char *text)
{
    return text && *text ? text : "-";
}

static void send_later(aw_op *op, const aw_request *request, aw_answer_fn on_answer,
                       aw_error_fn on_error, void *arg)
{
    struct lambda_host *host = host_of(op);
    if (host->error.code)
        return;
    assert(host->request_count < HOST_REQUESTS);
    kit_buf line;
    kit_buf_init(&line, mem_kit(), 4096);
    kit_buf_addf(&line, "%s %s", request->method, request->url);
    host->requests[host->request_count++] = (struct host_request){
        .name = arena_text(&host->lasting, request->name),
        .line = arena_text(&host->lasting, kit_buf_text(&line)),
        .body = arena_copy(&host->lasting, request->body.data, request->body.size),
        .flags = request->flags,
        .on_answer = on_answer,
        .on_error = on_error,
        .arg = arg,
    };
    kit_buf_finish(&line);
}

static void emit_region(aw_op *op, const aw_region *region)
{
    kit_buf_addf(&host_of(op)->results, "region %s (%s)\n", region->name,
                 text_or_dash(region->description));
}

static void emit_offer(aw_op *op, const aw_offer *offer)
{
    kit_buf *results = &host_of(op)->results;
    kit_buf_addf(results, "offer %s in %s: arch %u by %u, %u vcpus, %llu MiB, disk %llu MiB",
                 offer->instance_type, text_or_dash(offer->region), offer->arch, offer->arch_source,
                 offer->vcpus, (unsigned long long)offer->memory_mib,
                 (unsigned long long)offer->disk_mib);
    if (offer->gpu)
        kit_buf_addf(results, ", %u %s %s of %llu MiB", offer->gpu->count, offer->gpu->vendor,
                     offer->gpu->name, (unsigned long long)offer->gpu->memory_mib);
    if (offer->priced)
        kit_buf_addf(results, ", %llu nusd", (unsigned long long)offer->price_nusd_per_hour);
    kit_buf_addf(results, ", availability %u\n", offer->availability);
}

static void emit_instance(aw_op *op, const aw_instance *instance)
{
    kit_buf_addf(
        &host_of(op)->results,
        "machine %s %s in %s: state %u (%s), arch %u, %s at %s, owner %s, token %s, reason %s\n",
        instance->id, text_or_dash(instance->name), instance->region, instance->state,
        text_or_dash(instance->provider_state), instance->arch, instance->instance_type,
        text_or_dash(instance->public_ip), text_or_dash(instance->owner),
        text_or_dash(instance->token), text_or_dash(instance->reason));
}

static void emit_resource(aw_op *op, const aw_resource *resource)
{
    kit_buf_addf(&host_of(op)->results, "resource %s %s, shared %u\n", resource->kind, resource->id,
                 resource->shared);
}

static void emit_credentials(aw_op *op, const aw_credentials *credentials)
{
    kit_buf_addf(&host_of(op)->results, "key %s from %s\n", credentials->token,
                 credentials->source);
}

static void report(aw_op *op, const aw_error *problem)
{
    kit_buf_addf(&host_of(op)->results, "problem %u: %s\n", problem->code, problem->message);
}

static void fail_op(aw_op *op, const aw_error *error)
{
    struct lambda_host *host = host_of(op);
    if (!host->error.code)
        host->error = *error;
}

static void *allocate(aw_op *op, size_t size)
{
    struct lambda_host *host = host_of(op);
    if (++host->allocations != host->fail_at)
        return arena_alloc(&host->operation, size);
    aw_error error;
    kit_error_set(&error, AW_E_NO_MEMORY, "out of memory");
    fail_op(op, &error);
    return NULL;
}

static const char *env(aw_op *op, const char *name)
{
    return strcmp(name, "LAMBDA_API_KEY") == 0 ? host_of(op)->variable : NULL;
}

static const char *secret(aw_op *op, const char *option)
{
    return strcmp(option, "api_key") == 0 ? host_of(op)->secret : NULL;
}

static int32_t read_file(aw_op *op, const char *path, uint64_t max_size, aw_bytes *ret_content,
                         aw_error *ret_error)
{
    const struct lambda_host *host = host_of(op);
    (void)max_size;
    if (host->file && strcmp(path, "~/.lambda_cloud/lambda_keys") == 0) {
        *ret_content = (aw_bytes){host->file, strlen(host->file)};
        return 0;
    }
    return kit_error_set(ret_error, host->file_code ? host->file_code : AW_E_NOT_FOUND,
                         "%s cannot be read", path);
}

static uint32_t arch(aw_op *op, const char *name)
{
    (void)op;
    return arch_read(name);
}

void host_init(struct lambda_host *host, const char *endpoint)
{
    *host = (struct lambda_host){
        .services = {.size = sizeof host->services,
                     .minor = AW_ABI_MINOR,
                     .send = send_later,
                     .emit_region = emit_region,
                     .emit_offer = emit_offer,
                     .emit_instance = emit_instance,
                     .emit_resource = emit_resource,
                     .emit_credentials = emit_credentials,
                     .report = report,
                     .fail = fail_op,
                     .alloc = allocate,
                     .env = env,
                     .read_file = read_file,
                     .secret = secret,
                     .arch = arch},
    };
    host->op = (aw_op){.size = sizeof host->op, .host = &host->services};
    arena_init(&host->lasting, false);
    arena_init(&host->operation, false);
    kit_buf_init(&host->results, mem_kit(), 1 << 20);

    const char *const values[] = {endpoint};
    const aw_setting items[] = {{"endpoint", values, 1}};
    aw_settings settings = {
        .size = sizeof settings, .count = endpoint ? 1 : 0, .items = items, .name = "lambda"};
    void *state = NULL;
    archway_backend_v1.vtable->open(&host->op, &settings, &state);
    host->op.state = state;
    /* What `open` has allocated stays until the end. */
    struct arena empty = host->lasting;
    host->lasting = host->operation;
    host->operation = empty;
}

void host_finish(struct lambda_host *host)
{
    kit_buf_finish(&host->results);
    arena_finish(&host->operation);
    arena_finish(&host->lasting);
}

void host_begin(struct lambda_host *host)
{
    arena_finish(&host->operation);
    arena_init(&host->operation, false);
    kit_buf_clear(&host->results);
    host->error = (aw_error){.code = AW_OK};
    host->answered = host->request_count = 0;
    host->allocations = 0;
}

static const struct host_request *take(struct lambda_host *host)
{
    assert(host->answered < host->request_count);
    return &host->requests[host->answered++];
}

static void refuse(struct lambda_host *host, const struct host_request *request,
                   const aw_error *error, const aw_response *answer)
{
    if (request->on_error)
        request->on_error(&host->op, error, answer, request->arg);
    else
        fail_op(&host->op, error);
}

void host_answer(struct lambda_host *host, uint32_t status, const char *body)
{
    const struct host_request *request = take(host);
    aw_response answer = {
        .size = sizeof answer, .status = status, .body = {body, body ? strlen(body) : 0}};
    aw_request sent = {.size = sizeof sent, .name = request->name, .method = "GET", .url = ""};
    aw_error error = {.size = sizeof error};
    archway_backend_v1.vtable->classify(host->op.state, &sent, &answer, &error);
    if (error.code)
        refuse(host, request, &error, &answer);
    else
        request->on_answer(&host->op, &answer, request->arg);
}

void host_lose(struct lambda_host *host)
{
    aw_error error;
    kit_error_set(&error, AW_E_UNAVAILABLE, "the connection broke");
    error.retry = AW_RETRY_UNKNOWN;
    refuse(host, take(host), &error, NULL);
}

const struct host_request *host_last(const struct lambda_host *host)
{
    assert(host->request_count > 0);
    return &host->requests[host->request_count - 1];
}

const char *host_results(const struct lambda_host *host)
{
    return kit_buf_text(&host->results);
}

const aw_vtable *vtable(void)
{
    return archway_backend_v1.vtable;
}

int host_up(void **state)
{
    struct lambda_host *host = mem_alloc(sizeof *host);
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

void assert_failed(const struct lambda_host *host, uint32_t code, const char *part)
{
    assert_int_equal(host->error.code, code);
    assert_contains(host->error.message, part);
}
