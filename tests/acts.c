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
        [COLLECT] = "gc",
    };
    return names[act];
}

int act_collect(struct session *session, const archway_call *call, archway_job **ret_job,
                aw_error *ret_error)
{
    const archway_gc_options how = {.size = sizeof how, .act = 1, .passes = 1, .most = 20};
    return archway_gc(session->aw, &how, call, ret_job, ret_error);
}

bool act_creates(enum act act)
{
    return act == CREATE || act == PLACE;
}
