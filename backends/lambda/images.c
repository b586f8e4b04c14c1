/* SPDX-License-Identifier: Apache-2.0 */
/* What machines boot: without an image in the launch Lambda Cloud takes its latest Lambda Stack, which has the
 * drivers. https://docs.lambda.ai/api/cloud */
#include "backends/lambda/lambda.h"

#include <string.h>

#define MOST_PLACES 256
#define STACK "lambda-stack-"
#define LEGACY "lambda-stack-legacy-"

/* The latest of a region and an architecture so far. */
struct stack {
    const char *region;
    uint32_t arch;
    const char *version; /* "24.4.2-1459" */
    const char *id;
    const char *name;
    const char *family;
};

struct stacks {
    struct stack items[MOST_PLACES];
    size_t count;
};

static void keep_latest(struct stacks *stacks, const struct stack *stack)
{
    size_t i = 0;
    while (i < stacks->count && (stacks->items[i].arch != stack->arch ||
                                 strcmp(stacks->items[i].region, stack->region) != 0))
        i++;
    if (i == MOST_PLACES ||
        (i < stacks->count && strverscmp(stacks->items[i].version, stack->version) >= 0))
        return;
    stacks->items[i] = *stack;
    stacks->count += i == stacks->count;
}

static void read_image(aw_op *op, const kit_json_node *image, struct stacks *stacks)
{
    kit_json_node region = kit_json_object(image, "region");
    const struct stack stack = {
        .region = kit_json_name(&region, "name"),
        .arch = aw_arch(op, kit_json_text(image, "architecture")),
        .version = kit_json_text(image, "version"),
        .id = kit_json_name(image, "id"),
        .name = kit_json_find_name(image, "name"),
        .family = kit_json_name(image, "family"),
    };
    bool is_stack = !strncmp(stack.family, STACK, strlen(STACK)) &&
                    strncmp(stack.family, LEGACY, strlen(LEGACY)) != 0;
    bool is_ours = stack.arch == AW_ARCH_AMD64 || stack.arch == AW_ARCH_ARM64;
    if (is_stack && is_ours && *stack.id && *stack.region && !image->document->error.code)
        keep_latest(stacks, &stack);
}

static void emit(aw_op *op, const struct stack *stack)
{
    for (uint32_t gpu = 0; gpu < 2; gpu++) {
        const aw_image image = {
            .size = sizeof image,
            .arch = stack->arch,
            .gpu = gpu,
            .region = stack->region,
            .id = stack->id,
            .name = stack->name,
            .source = stack->family,
        };
        aw_emit_image(op, &image);
    }
}

static void on_images(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node images = kit_json_array(&root, "data");
    struct stacks *stacks = aw_alloc(op, sizeof *stacks);
    size_t count = kit_json_count(&images);
    if (!stacks)
        return;
    for (size_t i = 0; i < count && !document.error.code; i++) {
        kit_json_node image = kit_json_item(&images, i);
        read_image(op, &image, stacks);
    }
    if (document.error.code)
        return lambda_fail_unread(op, "images", &document.error, AW_RETRY_NEVER);
    for (size_t i = 0; i < stacks->count; i++)
        emit(op, &stacks->items[i]);
}

void lambda_list_images(aw_op *op, const aw_offer_query *query)
{
    kit_request request;
    (void)query;
    lambda_request_init(&request, op, "images", "GET");
    kit_request_path(&request, "images");
    request.wire.flags = AW_REQUEST_SHARED;
    kit_request_send(&request, on_images, NULL, NULL);
}
