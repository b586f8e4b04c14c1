/* SPDX-License-Identifier: Apache-2.0 */
/* The images that machines boot which were given none: the newest of a family, the same in all regions. */
#include "backends/gcp/create.h"

#include "kit/error.h"

/* One of them, on its way. */
struct wanted {
    uint32_t arch;
    uint32_t gpu;
    const char *image; /* the family's path */
};

static void on_image(aw_op *op, const aw_response *answer, void *arg)
{
    const struct wanted *wanted = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    const aw_image image = {
        .size = sizeof image,
        .arch = wanted->arch,
        .gpu = wanted->gpu,
        .id = wanted->image,
        .name = kit_json_text(&root, "name"),
        .source = "the newest of the family",
    };
    if (document.error.code)
        gcp_fail_unread(op, "images", &document.error);
    else
        aw_emit_image(op, &image);
}

static void on_no_image(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    const struct wanted *wanted = arg;
    (void)answer;
    if (error->code == AW_E_NOT_FOUND)
        kit_report(op, AW_E_NOT_FOUND, "there is no image %.200s any more", wanted->image);
    else
        aw_fail(op, error);
}

static void ask(aw_op *op, uint32_t arch, uint32_t gpu)
{
    struct wanted *wanted = aw_alloc(op, sizeof *wanted);
    kit_request request;
    if (!wanted)
        return;
    *wanted = (struct wanted){arch, gpu, gcp_default_image(arch, (int)gpu)};
    gcp_image_request(&request, op, wanted->image);
    kit_request_send(&request, on_image, on_no_image, wanted);
}

void gcp_list_images(aw_op *op, const aw_offer_query *query)
{
    (void)query;
    for (uint32_t gpu = 0; gpu < 2; gpu++) {
        ask(op, AW_ARCH_AMD64, gpu);
        ask(op, AW_ARCH_ARM64, gpu);
    }
}
