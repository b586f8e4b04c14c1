/* SPDX-License-Identifier: Apache-2.0 */
/* The services that the tests' core has for a backend: what is queued is kept, results become lines. */
#include "backend_host.h"

#include "core/arch.h"
#include "core/mem.h"
#include "kit/error.h"

#include <assert.h>
#include <string.h>

static struct backend_host *host_of(aw_op *op)
{
    return (struct backend_host *)op;
}

static const char *text_or_dash(const char *text)
{
    return text && *text ? text : "-";
}

/* ---- what is queued ---- */

static char *keep_line(struct backend_host *host, const char *first, const char *second)
{
    kit_buf line;
    kit_buf_init(&line, mem_kit(), 16384);
    kit_buf_addf(&line, "%s %s", first, second);
    char *text = arena_text(&host->lasting, kit_buf_text(&line));
    kit_buf_finish(&line);
    return text;
}

static char *keep_headers(struct backend_host *host, const aw_request *request)
{
    kit_buf lines;
    kit_buf_init(&lines, mem_kit(), 16384);
    for (uint64_t i = 0; i < request->header_count; i++)
        kit_buf_addf(&lines, "%s: %s\n", request->headers[i].name, request->headers[i].value);
    char *text = arena_text(&host->lasting, kit_buf_text(&lines));
    kit_buf_finish(&lines);
    return text;
}

static void send_later(aw_op *op, const aw_request *request, aw_answer_fn on_answer,
                       aw_error_fn on_error, void *arg)
{
    struct backend_host *host = host_of(op);
    if (host->error.code)
        return;
    assert(host->request_count < HOST_REQUESTS);
    host->requests[host->request_count++] = (struct host_request){
        .name = arena_text(&host->lasting, request->name),
        .line = keep_line(host, request->method, request->url),
        .body = arena_copy(&host->lasting, request->body.data, request->body.size),
        .headers = keep_headers(host, request),
        .region = request->region ? arena_text(&host->lasting, request->region) : NULL,
        .service = request->service ? arena_text(&host->lasting, request->service) : NULL,
        .flags = request->flags,
        .max_attempts = request->max_attempts,
        .on_answer = on_answer,
        .on_error = on_error,
        .arg = arg,
    };
}

static void run_later(aw_op *op, const aw_program *program, aw_exit_fn on_exit,
                      aw_error_fn on_error, void *arg)
{
    struct backend_host *host = host_of(op);
    char *line = arena_text(&host->lasting, program->argv[0]);
    if (host->error.code)
        return;
    assert(host->program_count < HOST_PROGRAMS);
    for (size_t i = 1; program->argv[i]; i++)
        line = keep_line(host, line, program->argv[i]);
    host->programs[host->program_count++] = (struct host_program){line, on_exit, on_error, arg};
}

static void ring_later(aw_op *op, uint64_t delay_ms, aw_timer_fn on_time, void *arg)
{
    struct backend_host *host = host_of(op);
    if (host->error.code)
        return;
    assert(host->timer_count < HOST_TIMERS);
    host->timers[host->timer_count++] = (struct host_timer){delay_ms, on_time, arg};
}

/* ---- results ---- */

static void emit_region(aw_op *op, const aw_region *region)
{
    kit_buf_addf(&host_of(op)->results, "region %s (%s)\n", region->name,
                 text_or_dash(region->description));
}

static void add_if(kit_buf *results, const char *word, const char *text)
{
    if (text && *text)
        kit_buf_addf(results, ", %s%s", word, text);
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
    kit_buf_addf(results, ", availability %u", offer->availability);
    add_if(results, "spot", offer->spot ? " " : "");
    add_if(results, "zone ", offer->zone);
    add_if(results, "quota ", offer->quota);
    kit_buf_add_char(results, '\n');
}

static void emit_instance(aw_op *op, const aw_instance *instance)
{
    kit_buf *results = &host_of(op)->results;
    kit_buf_addf(results,
                 "machine %s %s in %s: state %u (%s), arch %u, %s at %s, owner %s, token %s, "
                 "reason %s",
                 instance->id, text_or_dash(instance->name), instance->region, instance->state,
                 text_or_dash(instance->provider_state), instance->arch, instance->instance_type,
                 text_or_dash(instance->public_ip), text_or_dash(instance->owner),
                 text_or_dash(instance->token), text_or_dash(instance->reason));
    add_if(results, "spot", instance->spot ? " " : "");
    add_if(results, "zone ", instance->zone);
    add_if(results, "inside ", instance->private_ip);
    kit_buf_add_char(results, '\n');
}

static void emit_resource(aw_op *op, const aw_resource *resource)
{
    kit_buf_addf(&host_of(op)->results, "resource %s %s, shared %u\n", resource->kind, resource->id,
                 resource->shared);
}

static void emit_image(aw_op *op, const aw_image *image)
{
    kit_buf_addf(&host_of(op)->results, "image %s\n", image->id);
}

static void emit_quota(aw_op *op, const aw_quota *quota)
{
    kit_buf_addf(&host_of(op)->results, "quota %s: %llu, %llu used\n", quota->name,
                 (unsigned long long)quota->limit, (unsigned long long)quota->used);
}

static void emit_credentials(aw_op *op, const aw_credentials *credentials)
{
    kit_buf *results = &host_of(op)->results;
    kit_buf_add_text(results, "key ");
    if (credentials->key_id)
        kit_buf_addf(results, "%s %s ", credentials->key_id, text_or_dash(credentials->secret));
    kit_buf_addf(results, "%s from %s", text_or_dash(credentials->token), credentials->source);
    if (credentials->expires_at_ms)
        kit_buf_addf(results, " until %llu", (unsigned long long)credentials->expires_at_ms);
    kit_buf_add_char(results, '\n');
}

static void report(aw_op *op, const aw_error *problem)
{
    kit_buf_addf(&host_of(op)->results, "problem %u: %s\n", problem->code, problem->message);
}

static void fail_op(aw_op *op, const aw_error *error)
{
    struct backend_host *host = host_of(op);
    if (!host->error.code)
        host->error = *error;
}

/* ---- the world ---- */

static void *allocate(aw_op *op, size_t size)
{
    struct backend_host *host = host_of(op);
    if (++host->allocations != host->fail_at)
        return arena_alloc(&host->operation, size);
    aw_error error;
    kit_error_set(&error, AW_E_NO_MEMORY, "out of memory");
    fail_op(op, &error);
    return NULL;
}

static const char *look_up(const aw_header *values, const char *name)
{
    for (; values && values->name; values++)
        if (strcmp(values->name, name) == 0)
            return values->value && *values->value ? values->value : NULL;
    return NULL;
}

static const char *env(aw_op *op, const char *name)
{
    return look_up(host_of(op)->world.variables, name);
}

static const char *secret(aw_op *op, const char *option)
{
    return look_up(host_of(op)->world.secrets, option);
}

static int32_t read_file(aw_op *op, const char *path, uint64_t max_size, aw_bytes *ret_content,
                         aw_error *ret_error)
{
    const struct host_world *world = &host_of(op)->world;
    const char *content = look_up(world->files, path);
    (void)max_size;
    if (!content)
        return kit_error_set(ret_error, world->file_code ? world->file_code : AW_E_NOT_FOUND,
                             "%s cannot be read", path);
    *ret_content = (aw_bytes){content, strlen(content)};
    return 0;
}

static int32_t cache_get(aw_op *op, const char *key, uint64_t max_age_ms, aw_bytes *ret_content,
                         uint64_t *ret_age_ms)
{
    const struct backend_host *host = host_of(op);
    for (size_t i = host->cached_count; i > 0; i--) {
        const struct host_cached *cached = &host->cached[i - 1];
        if (strcmp(cached->key, key) != 0 || host->cache_age_ms > max_age_ms)
            continue;
        *ret_content = cached->content;
        *ret_age_ms = host->cache_age_ms;
        return 0;
    }
    return -1;
}

/* The last of one key counts. */
static void cache_put(aw_op *op, const char *key, const void *data, uint64_t size)
{
    struct backend_host *host = host_of(op);
    assert(host->cached_count < HOST_CACHED);
    host->cached[host->cached_count++] = (struct host_cached){
        .key = arena_text(&host->lasting, key),
        .content = {arena_copy(&host->lasting, data, size), size},
    };
}

static uint64_t now_ms(aw_op *op)
{
    return host_of(op)->now_ms;
}

static void fill(aw_op *op, void *out, size_t size)
{
    (void)op;
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)out)[i] = (unsigned char)i;
}

static void log_nothing(aw_op *op, uint32_t level, const char *message)
{
    (void)op;
    (void)level;
    (void)message;
}

static uint32_t arch(aw_op *op, const char *name)
{
    (void)op;
    return arch_read(name);
}

void host_set_services(struct backend_host *host)
{
    host->services = (aw_host){.size = sizeof host->services,
                               .minor = AW_ABI_MINOR,
                               .send = send_later,
                               .run = run_later,
                               .after = ring_later,
                               .emit_region = emit_region,
                               .emit_offer = emit_offer,
                               .emit_instance = emit_instance,
                               .emit_resource = emit_resource,
                               .emit_quota = emit_quota,
                               .emit_image = emit_image,
                               .emit_credentials = emit_credentials,
                               .report = report,
                               .fail = fail_op,
                               .alloc = allocate,
                               .env = env,
                               .read_file = read_file,
                               .cache_get = cache_get,
                               .cache_put = cache_put,
                               .secret = secret,
                               .now_ms = now_ms,
                               .random = fill,
                               .log = log_nothing,
                               .arch = arch};
    host->op = (aw_op){.size = sizeof host->op, .host = &host->services};
}
