/* SPDX-License-Identifier: Apache-2.0 */
/* The images that machines boot which were given none: one parameter for each architecture, with GPUs and without. */
#include "backends/aws/launch.h"
#include "backends/aws/offers.h"

/* One of them, on its way. */
struct wanted {
    const char *region;
    uint32_t arch;
    uint32_t gpu;
    const char *parameter;
};

static void on_parameter(aw_op *op, const aw_response *answer, void *arg)
{
    const struct wanted *wanted = arg;
    const char *id = launch_image_id(op, answer);
    const aw_image image = {
        .size = sizeof image,
        .arch = wanted->arch,
        .gpu = wanted->gpu,
        .region = wanted->region,
        .id = id,
        .source = wanted->parameter,
    };
    if (id)
        aw_emit_image(op, &image);
}

/* Not every region has all of them. */
static void on_no_parameter(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    if (error->code != AW_E_NOT_FOUND)
        aw_fail(op, error);
}

static void ask(aw_op *op, const char *region, uint32_t arch, uint32_t gpu)
{
    struct wanted *wanted = aw_alloc(op, sizeof *wanted);
    kit_request request;
    if (!wanted)
        return;
    *wanted = (struct wanted){region, arch, gpu, launch_image_parameter(arch, (int)gpu)};
    launch_image_request(&request, op, region, wanted->parameter);
    kit_request_send(&request, on_parameter, on_no_parameter, wanted);
}

void aws_list_images(aw_op *op, const aw_offer_query *query)
{
    const char *region = kit_copy_text(op, query->region);
    for (uint32_t gpu = 0; region && gpu < 2; gpu++) {
        ask(op, region, AW_ARCH_AMD64, gpu);
        ask(op, region, AW_ARCH_ARM64, gpu);
    }
}
