/* SPDX-License-Identifier: Apache-2.0 */
/* The image that machines boot which were given none. There are no machines with GPUs. */
#include "backends/hetzner/hetzner.h"

void hetzner_list_images(aw_op *op, const aw_offer_query *query)
{
    static const uint32_t archs[] = {AW_ARCH_AMD64, AW_ARCH_ARM64};
    (void)query;
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++) {
        const aw_image image = {
            .size = sizeof image, .arch = archs[i], .id = HETZNER_DEFAULT_IMAGE};
        aw_emit_image(op, &image);
    }
}
