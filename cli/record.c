/* SPDX-License-Identifier: Apache-2.0 */
/* The values of the API as JSON. */
#include "cli/record.h"

#include "cli/memory.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

json_t *record_document(void)
{
    json_t *document = json_object();
    json_object_set_new(document, "schema", json_integer(RECORD_SCHEMA));
    return document;
}

static json_t *from_buf(kit_buf *text)
{
    json_t *value = text->size > 0 ? json_stringn(kit_buf_text(text), text->size) : json_null();
    kit_buf_finish(text);
    return value;
}

json_t *record_text(const char *text)
{
    kit_buf clean;
    cli_buf_init(&clean);
    text_add_clean(&clean, text);
    return from_buf(&clean);
}

json_t *record_time(uint64_t wall_ms)
{
    kit_buf text;
    cli_buf_init(&text);
    text_add_time(&text, wall_ms);
    return from_buf(&text);
}

static json_t *number(uint64_t value)
{
    return value <= INT64_MAX ? json_integer((json_int_t)value) : json_null();
}

static json_t *some_number(uint64_t value)
{
    return value > 0 ? number(value) : json_null();
}

static void add_price(json_t *object, uint32_t priced, uint64_t nusd)
{
    kit_buf dollars;
    cli_buf_init(&dollars);
    if (priced)
        text_add_dollars(&dollars, nusd);
    json_object_set_new(object, "price_usd_per_hour", from_buf(&dollars));
    json_object_set_new(object, "price_nusd_per_hour", priced ? number(nusd) : json_null());
}

static json_t *record_gpu(const aw_gpu *gpu)
{
    if (!gpu)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "vendor", record_text(gpu->vendor));
    json_object_set_new(object, "name", record_text(gpu->name));
    json_object_set_new(object, "count", number(gpu->count));
    json_object_set_new(object, "memory_mib", some_number(gpu->memory_mib));
    return object;
}

json_t *record_offer(const char *backend, const aw_offer *offer)
{
    json_t *object = json_object();
    json_object_set_new(object, "backend", record_text(backend));
    json_object_set_new(object, "instance_type", record_text(offer->instance_type));
    json_object_set_new(object, "region", record_text(offer->region));
    json_object_set_new(object, "zone", record_text(offer->zone));
    json_object_set_new(object, "arch", record_text(archway_arch_name(offer->arch)));
    json_object_set_new(object, "arch_source",
                        record_text(archway_arch_source_name(offer->arch_source)));
    json_object_set_new(object, "vcpus", number(offer->vcpus));
    json_object_set_new(object, "memory_mib", number(offer->memory_mib));
    json_object_set_new(object, "gpu", record_gpu(offer->gpu));
    json_object_set_new(object, "disk_mib", number(offer->disk_mib));
    json_object_set_new(object, "spot", json_boolean(offer->spot));
    add_price(object, offer->priced, offer->price_nusd_per_hour);
    json_object_set_new(object, "availability",
                        record_text(archway_availability_name(offer->availability)));
    return object;
}

static json_t *record_ref(const char *backend, const char *region, const char *id)
{
    kit_buf text;
    cli_buf_init(&text);
    text_add_ref(&text, backend, region, id);
    return from_buf(&text);
}

json_t *record_instance(const char *backend, const aw_instance *instance)
{
    json_t *object = json_object();
    json_object_set_new(object, "ref", record_ref(backend, instance->region, instance->id));
    json_object_set_new(object, "backend", record_text(backend));
    json_object_set_new(object, "region", record_text(instance->region));
    json_object_set_new(object, "zone", record_text(instance->zone));
    json_object_set_new(object, "id", record_text(instance->id));
    json_object_set_new(object, "name", record_text(instance->name));
    json_object_set_new(object, "state", record_text(archway_state_name(instance->state)));
    json_object_set_new(object, "provider_state", record_text(instance->provider_state));
    json_object_set_new(object, "reason", record_text(instance->reason));
    json_object_set_new(object, "instance_type", record_text(instance->instance_type));
    json_object_set_new(object, "arch",
                        instance->arch ? record_text(archway_arch_name(instance->arch))
                                       : json_null());
    json_object_set_new(object, "spot", json_boolean(instance->spot));
    json_object_set_new(object, "public_ip", record_text(instance->public_ip));
    json_object_set_new(object, "private_ip", record_text(instance->private_ip));
    json_object_set_new(object, "ssh_user", record_text(instance->ssh_user));
    json_object_set_new(object, "ssh_port", number(instance->ssh_port ? instance->ssh_port : 22));
    json_object_set_new(object, "owner", record_text(instance->owner));
    json_object_set_new(object, "token", record_text(instance->token));
    add_price(object, instance->priced, instance->price_nusd_per_hour);
    json_object_set_new(object, "created_at", record_time(instance->created_at_ms));
    json_object_set_new(object, "expires_at", record_time(instance->expires_at_ms));
    return object;
}

static const char *retry_word(uint32_t retry)
{
    switch (retry) {
    case AW_RETRY_SAFE:
        return "safe";
    case AW_RETRY_UNKNOWN:
        return "unknown";
    default:
        return "never";
    }
}

json_t *record_error(const aw_error *error)
{
    if (error->code == AW_OK)
        return json_null();
    const char *hint = record_hint(error);
    json_t *object = json_object();
    json_object_set_new(object, "code", record_text(archway_code_name(error->code)));
    json_object_set_new(object, "message", record_text(error->message));
    if (hint)
        json_object_set_new(object, "hint", record_text(hint));
    json_object_set_new(object, "retryable", json_boolean(error->retry == AW_RETRY_SAFE));
    json_object_set_new(object, "retry", record_text(retry_word(error->retry)));
    json_object_set_new(object, "backend", record_text(error->backend));
    json_object_set_new(object, "region", record_text(error->region));
    json_object_set_new(object, "request", record_text(error->request));
    json_object_set_new(object, "provider_code", record_text(error->provider_code));
    json_object_set_new(object, "request_id", record_text(error->request_id));
    json_object_set_new(object, "http_status", some_number(error->http_status));
    return object;
}

json_t *record_backends(const archway_job *job)
{
    json_t *list = json_array();
    archway_backend_result result = {.size = sizeof result};
    for (uint64_t i = 0; archway_job_backend(job, i, &result) == 0; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "name", record_text(result.name));
        json_object_set_new(object, "ok", json_boolean(result.error->code == AW_OK));
        json_object_set_new(object, "error", record_error(result.error));
        json_object_set_new(object, "fetched_at", record_time(result.fetched_at_ms));
        json_object_set_new(object, "complete", json_boolean(result.complete));
        json_array_append_new(list, object);
    }
    return list;
}

json_t *record_problems(const archway_job *job)
{
    json_t *list = json_array();
    for (uint64_t i = 0; i < archway_job_problem_count(job); i++)
        json_array_append_new(list, record_error(archway_job_problem(job, i)));
    return list;
}

json_t *record_finding(const archway_finding *finding)
{
    static const char *const words[] = {"good", "note", "bad"};
    bool known = finding->verdict < sizeof words / sizeof *words;
    json_t *object = json_object();
    json_object_set_new(object, "subject", record_text(finding->subject));
    json_object_set_new(object, "verdict", record_text(known ? words[finding->verdict] : "bad"));
    json_object_set_new(object, "text", record_text(finding->text));
    return object;
}

json_t *record_removed(const archway_job *job)
{
    json_t *object = json_object();
    const char *filter;
    uint64_t count = 0;
    for (uint64_t i = 0; (filter = archway_job_removed(job, i, &count)) != NULL; i++)
        json_object_set_new(object, filter, number(count));
    return object;
}

/* Registries are named by host; names of backends have no dot and no colon. */
static bool is_of_registry(const aw_error *error)
{
    return strpbrk(error->backend, ".:") != NULL;
}

const char *record_hint(const aw_error *error)
{
    switch (error->code) {
    case AW_E_UNAUTHENTICATED:
        if (!*error->backend || is_of_registry(error))
            return NULL;
        return "`archway doctor` tells which credentials were found, and where.";
    case AW_E_NO_CAPACITY:
        return "`archway offers --available` lists what can be started now.";
    case AW_E_QUOTA:
        return "Another region may have room; otherwise ask the provider for a higher limit.";
    case AW_E_TIMEOUT:
        return "`--timeout` gives it longer.";
    case AW_E_PROTOCOL:
        if (is_of_registry(error) || strstr(error->message, "`endpoint:`"))
            return NULL;
        if (strstr(error->message, "HTML page"))
            return "No API answers so: look at `endpoint:` of this backend, and at the proxy.";
        return "Please report this, with the text above, to whoever maintains the backend.";
    default:
        return NULL;
    }
}
