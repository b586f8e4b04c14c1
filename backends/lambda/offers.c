/* SPDX-License-Identifier: Apache-2.0 */
/* What Lambda Cloud sells, and where: instance types become offers. */
#include "backends/lambda/lambda.h"

#include "kit/error.h"
#include "kit/wish.h"

#include <string.h>

#define CENTS_MAX 100000000       /* a million dollars an hour */
#define NUSD_PER_CENT 10000000ull /* nano-dollars */
#define GIB_MAX (2 * 1024 * 1024) /* 2 PiB */
#define NAME_MAX_SIZE 128
#define REGIONS_MAX 256

/* Everything that the offers of one type have in common. */
struct machine_type {
    aw_offer offer;
    aw_gpu gpu;
    struct lambda_gpu words;
};

/* The name of a type or a region. An empty one would mean something else in an offer, and one with
 * characters that no name has would fail all offers instead of this one. */
static const char *name_read(const kit_json_node *node)
{
    const char *name = kit_json_text(node, "name");
    size_t size =
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");
    if ((size == 0 || size > NAME_MAX_SIZE || name[size]) && !node->document->error.code)
        kit_error_set(&node->document->error, AW_E_PROTOCOL,
                      "\"%.60s\" is not the name of a type or a region", name);
    return name;
}

uint64_t lambda_price_read(const kit_json_node *type)
{
    int64_t cents = kit_json_find_integer(type, "price_cents_per_hour", 0, CENTS_MAX, 0);
    return (uint64_t)cents * NUSD_PER_CENT;
}

static uint64_t mib_read(const kit_json_node *specs, const char *key)
{
    return (uint64_t)kit_json_integer(specs, key, 0, GIB_MAX) * 1024;
}

static int type_read(aw_op *op, const kit_json_node *type, struct machine_type *ret_type,
                     aw_error *ret_error)
{
    kit_json_node specs = kit_json_object(type, "specs");
    aw_offer *offer = &ret_type->offer;
    offer->size = sizeof *offer;
    offer->instance_type = name_read(type);
    offer->vcpus = (uint32_t)kit_json_integer(&specs, "vcpus", 1, 65535);
    offer->memory_mib = mib_read(&specs, "memory_gib");
    offer->disk_mib = mib_read(&specs, "storage_gib");
    offer->price_nusd_per_hour = lambda_price_read(type);
    offer->priced = offer->price_nusd_per_hour > 0;

    uint32_t gpus = (uint32_t)kit_json_integer(&specs, "gpus", 0, 1024);
    const char *description = kit_json_find_text(type, "description", "");
    const char *gpu_description = kit_json_find_text(type, "gpu_description", "");
    if (lambda_arch_read(op, type, &offer->arch, &offer->arch_source, ret_error) ||
        lambda_gpu_read(description, gpu_description, gpus, &ret_type->words, ret_error))
        return -1;
    if (gpus == 0)
        return 0;
    ret_type->gpu = (aw_gpu){.size = sizeof ret_type->gpu,
                             .count = gpus,
                             .vendor = ret_type->words.vendor,
                             .name = ret_type->words.name,
                             .memory_mib = ret_type->words.memory_mib};
    offer->gpu = &ret_type->gpu;
    return 0;
}

/* The names in regions_with_capacity_available, each once. Returns their number, or -1. */
static int regions_read(const kit_json_node *item, const char *ret_names[REGIONS_MAX],
                        aw_error *ret_error)
{
    kit_json_node regions = kit_json_array(item, "regions_with_capacity_available");
    size_t count = kit_json_count(&regions);
    if (count > REGIONS_MAX)
        return kit_error_set(ret_error, AW_E_PROTOCOL, "it names more than %d regions",
                             REGIONS_MAX);
    int known = 0;
    for (size_t i = 0; i < count; i++) {
        kit_json_node region = kit_json_item(&regions, i);
        const char *name = name_read(&region);
        int at = 0;
        while (at < known && strcmp(ret_names[at], name) != 0)
            at++;
        ret_names[at] = name;
        known += at == known;
    }
    if (item->document->error.code) {
        *ret_error = item->document->error;
        return -1;
    }
    return known;
}

static int item_emit(aw_op *op, const kit_json_node *item, aw_error *ret_error)
{
    struct machine_type type = {.offer = {.size = 0}};
    const char *regions[REGIONS_MAX];
    kit_json_node node = kit_json_object(item, "instance_type");
    if (type_read(op, &node, &type, ret_error))
        return -1;
    int count = regions_read(item, regions, ret_error);
    if (count < 0)
        return -1;

    type.offer.availability = AW_AVAILABLE;
    for (int i = 0; i < count; i++) {
        type.offer.region = regions[i];
        aw_emit_offer(op, &type.offer);
    }
    if (count > 0)
        return 0;
    type.offer.availability = AW_UNAVAILABLE;
    type.offer.region = "";
    aw_emit_offer(op, &type.offer);
    return 0;
}

static void on_instance_types(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node types = kit_json_object(&root, "data");
    if (document.error.code)
        return lambda_fail_unread(op, "instance-types", &document.error, AW_RETRY_NEVER);

    size_t count = 0, unread = 0;
    void *iterator = NULL;
    kit_json_node item;
    aw_error error = {.size = sizeof error};
    while (kit_json_next(&types, &iterator, &item)) {
        count++;
        if (item_emit(op, &item, &error) == 0)
            continue;
        unread++;
        kit_report(op, AW_E_PROTOCOL, "Instance type %.60s is left out: %.380s", item.key,
                   error.message);
        kit_json_forgive(&document);
    }
    if (count > 0 && unread == count)
        kit_fail(op, AW_E_PROTOCOL,
                 "None of the %zu instance types that Lambda Cloud answered with can be read; "
                 "of the last one: %.300s",
                 count, error.message);
}

/* One request, whatever is asked for: it has all regions, and requests are what is scarce here. */
void lambda_list_offers(aw_op *op, const aw_offer_query *query)
{
    aw_error error;
    if (kit_query_options_check(query, "Lambda Cloud", NULL, &error))
        return aw_fail(op, &error);
    kit_request request;
    lambda_request_init(&request, op, "instance-types", "GET");
    kit_request_path(&request, "instance-types");
    request.wire.flags = AW_REQUEST_SHARED;
    kit_request_send(&request, on_instance_types, NULL, NULL);
}

/* Does an earlier image lie in this region too? */
static bool seen_before(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static void on_images(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node images = kit_json_array(&root, "data");
    const char *names[REGIONS_MAX];
    size_t known = 0;
    size_t count = kit_json_count(&images);
    for (size_t i = 0; i < count && known < REGIONS_MAX; i++) {
        kit_json_node image = kit_json_item(&images, i);
        kit_json_node place = kit_json_object(&image, "region");
        const char *name = name_read(&place);
        const char *description = kit_json_find_text(&place, "description", NULL);
        if (document.error.code)
            return lambda_fail_unread(op, "images", &document.error, AW_RETRY_NEVER);
        if (seen_before(names, known, name))
            continue;
        names[known++] = name;
        aw_region region = {.size = sizeof region, .name = name, .description = description};
        aw_emit_region(op, &region);
    }
    if (document.error.code)
        lambda_fail_unread(op, "images", &document.error, AW_RETRY_NEVER);
}

/* The API has no list of regions, but every region has images. */
void lambda_regions(aw_op *op)
{
    kit_request request;
    lambda_request_init(&request, op, "images", "GET");
    kit_request_path(&request, "images");
    request.wire.flags = AW_REQUEST_SHARED;
    kit_request_send(&request, on_images, NULL, NULL);
}
