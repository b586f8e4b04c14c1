/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the acts. */
#include "tests/acts.h"

const char *act_name(enum act act)
{
    static const char *const names[] = {
        [NO_ACT] = "none",
        [OFFERS] = "offers",
        [CREATE] = "create",
        [WAIT_RUNNING] = "wait",
        [LIST] = "list",
        [GET] = "get",
        [TERMINATE] = "end",
        [WAIT_GONE] = "wait gone",
        [SIGN] = "sign",
        [CHECK] = "check",
        [PLACE] = "place",
        [IMAGE] = "image",
        [BOOT_IMAGES] = "boot images",
    };
    return names[act];
}

bool act_creates(enum act act)
{
    return act == CREATE || act == PLACE;
}
