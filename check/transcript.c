/* SPDX-License-Identifier: Apache-2.0 */
/* Writing down what a plugin does. */
#include "check/transcript.h"

#include "core/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *shown(const char *text)
{
    return text ? text : "-";
}

/* FNV-1a: equal texts have equal numbers, and the text cannot be read from it. */
static uint64_t hash(uint64_t sum, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * 0x100000001b3u;
    return sum;
}

static void hidden_request(kit_buf *out, const aw_request *request)
{
    uint64_t sum = hash(0xcbf29ce484222325u, request->url, strlen(request->url));
    for (uint64_t i = 0; i < request->header_count; i++)
        sum = hash(sum, request->headers[i].value, strlen(request->headers[i].value));
    sum = hash(sum, request->body.data, request->body.size);
    kit_buf_addf(out, "request for credentials %s %s %016" PRIx64 "\n", request->name,
                 request->method, sum);
}

static void plain_request(kit_buf *out, const aw_request *request)
{
    kit_buf_addf(out, "request %s %s %s flags %u region %s service %s\n", request->name,
                 request->method, request->url, request->flags, shown(request->region),
                 shown(request->service));
    for (uint64_t i = 0; i < request->header_count; i++)
        kit_buf_addf(out, "  %s: %s\n", request->headers[i].name, request->headers[i].value);
    kit_buf_add(out, request->body.data, request->body.size);
    kit_buf_add_char(out, '\n');
}

void transcript_request(struct stage *stage, const struct op *op, const aw_request *request)
{
    if (op->kind == OP_AUTHENTICATE)
        hidden_request(&stage->transcript, request);
    else
        plain_request(&stage->transcript, request);
}

void transcript_program(struct stage *stage, const aw_program *program, bool secret)
{
    kit_buf_addf(&stage->transcript, "program %s:", program->name);
    for (size_t i = 0; program->argv[i]; i++)
        kit_buf_addf(&stage->transcript, " %s", program->argv[i]);
    kit_buf_add_char(&stage->transcript, '\n');
    if (!secret)
        transcript_text(stage, "  input", program->input);
}

void transcript_timer(struct stage *stage, uint64_t delay_ms)
{
    kit_buf_addf(&stage->transcript, "timer %" PRIu64 " ms\n", delay_ms);
}

void transcript_region(struct stage *stage, const aw_region *region)
{
    kit_buf_addf(&stage->transcript, "region %s %s\n", shown(region->name),
                 shown(region->description));
}

void offer_line(kit_buf *out, const aw_offer *offer, bool changing)
{
    kit_buf_addf(out,
                 "offer %s in %s zone %s arch %u by %u vcpus %u memory %" PRIu64 " disk %" PRIu64
                 " spot %u priced %u price %" PRIu64,
                 shown(offer->instance_type), shown(offer->region), shown(offer->zone), offer->arch,
                 offer->arch_source, offer->vcpus, offer->memory_mib, offer->disk_mib, offer->spot,
                 offer->priced, offer->price_nusd_per_hour);
    if (offer->gpu)
        kit_buf_addf(out, " gpu %u %s %s %" PRIu64, offer->gpu->count, shown(offer->gpu->vendor),
                     shown(offer->gpu->name), offer->gpu->memory_mib);
    if (changing)
        kit_buf_addf(out, " availability %u data %s quota %s", offer->availability,
                     shown(offer->data), shown(offer->quota));
    kit_buf_add_char(out, '\n');
}

void transcript_offer(struct stage *stage, const aw_offer *offer)
{
    offer_line(&stage->transcript, offer, true);
}

void instance_line(kit_buf *out, const aw_instance *instance)
{
    kit_buf_addf(out,
                 "machine %s %s in %s zone %s type %s state %u (%s) arch %u spot %u at %s / %s "
                 "user %s owner %s token %s reason %s data %s\n",
                 shown(instance->id), shown(instance->name), shown(instance->region),
                 shown(instance->zone), shown(instance->instance_type), instance->state,
                 shown(instance->provider_state), instance->arch, instance->spot,
                 shown(instance->public_ip), shown(instance->private_ip), shown(instance->ssh_user),
                 shown(instance->owner), shown(instance->token), shown(instance->reason),
                 shown(instance->data));
}

void outcome_line(kit_buf *out, const archway_outcome *outcome)
{
    kit_buf_addf(out, "%s %s %s in %s token %s: %s\n", shown(outcome->kind), shown(outcome->id),
                 archway_fate_name(outcome->fate), shown(outcome->region), shown(outcome->token),
                 shown(outcome->reason));
}

void image_line(kit_buf *out, const aw_image *image)
{
    kit_buf_addf(out, "image %s (%s) in %s for arch %u gpu %u by %s\n", shown(image->id),
                 shown(image->name), shown(image->region), image->arch, image->gpu,
                 shown(image->source));
}

void transcript_instance(struct stage *stage, const aw_instance *instance)
{
    instance_line(&stage->transcript, instance);
}

void transcript_resource(struct stage *stage, const aw_resource *resource)
{
    kit_buf_addf(&stage->transcript, "resource %s %s in %s shared %u\n", shown(resource->kind),
                 shown(resource->id), shown(resource->region), resource->shared);
}

void transcript_quota(struct stage *stage, const aw_quota *quota)
{
    kit_buf_addf(&stage->transcript, "quota %s %" PRIu64 " of %" PRIu64 "\n", shown(quota->name),
                 quota->used, quota->limit);
}

static void keep_secret(struct stage *stage, const char *text)
{
    if (text && strlen(text) >= 8 && stage->secret_count < STAGE_SECRETS)
        stage->secrets[stage->secret_count++] = mem_copy_text(text);
}

void transcript_credentials(struct stage *stage, const aw_credentials *credentials)
{
    keep_secret(stage, credentials->secret);
    keep_secret(stage, credentials->token);
    kit_buf_addf(&stage->transcript, "credentials from %s\n", shown(credentials->source));
}

void transcript_error(struct stage *stage, const char *what, const aw_error *error)
{
    kit_buf_addf(&stage->transcript, "%s %s retry %u scope %u remedy %u: %s (%s, %s)\n", what,
                 archway_code_name(error->code), error->retry, error->scope, error->remedy,
                 error->message, error->provider_code, error->request_id);
}

void transcript_text(struct stage *stage, const char *what, aw_bytes text)
{
    kit_buf_addf(&stage->transcript, "%s ", what);
    kit_buf_add(&stage->transcript, text.data, text.size);
    kit_buf_add_char(&stage->transcript, '\n');
}

void transcript_difference(const char *first, const char *second, char *ret_text, size_t text_size)
{
    ret_text[0] = '\0';
    while (*first || *second) {
        int size = (int)strcspn(first, "\n");
        int other = (int)strcspn(second, "\n");
        if (size != other || memcmp(first, second, (size_t)size) != 0) {
            snprintf(ret_text, text_size, "\"%.*s\" and \"%.*s\"", size < 200 ? size : 200, first,
                     other < 200 ? other : 200, second);
            return;
        }
        first += size + (first[size] == '\n');
        second += other + (second[other] == '\n');
    }
}
