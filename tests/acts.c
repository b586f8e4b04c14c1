/* SPDX-License-Identifier: Apache-2.0 */
/* The acts, and their names. */
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

static int collect(struct session *session, const archway_call *call, archway_job **ret_job,
                   aw_error *ret_error)
{
    const archway_gc_options how = {.size = sizeof how, .act = 1, .passes = 1, .most = 20};
    return archway_gc(session->aw, &how, call, ret_job, ret_error);
}

static int sign_any(const struct actor *actor, struct session *session, const archway_call *call,
                    archway_job **ret_job, aw_error *ret_error)
{
    const aw_request request = {
        .size = sizeof request, .name = "any", .method = "GET", .url = "https://example.org/"};
    return archway_sign(session->aw, actor->machine->backend, &request, 0, call, ret_job,
                        ret_error);
}

int actor_begin(const struct actor *actor, struct session *session, enum act act,
                const archway_query *query, const archway_call *call, archway_job **ret_job,
                aw_error *ret_error)
{
    archway *aw = session->aw;
    const archway_machine *machine = actor->machine;
    switch (act) {
    case OFFERS:
        return archway_offers(aw, query, 0, call, ret_job, ret_error);
    case CREATE:
        return actor->create(session, query, call, ret_job, ret_error);
    case PLACE:
        return actor->place(session, query, call, ret_job, ret_error);
    case WAIT_RUNNING:
        return archway_wait(aw, machine, AW_STATE_RUNNING, call, ret_job, ret_error);
    case LIST:
        return archway_list(aw, NULL, actor->owner, call, ret_job, ret_error);
    case GET:
        return archway_get(aw, machine, call, ret_job, ret_error);
    case BOOT_IMAGES:
        return archway_boot_images(aw, NULL, NULL, call, ret_job, ret_error);
    case COLLECT:
        return collect(session, call, ret_job, ret_error);
    case TERMINATE:
        return archway_terminate(aw, machine, call, ret_job, ret_error);
    case WAIT_GONE:
        return archway_wait(aw, machine, AW_STATE_TERMINATED, call, ret_job, ret_error);
    case SIGN:
        return actor->sign ? actor->sign(session, query, call, ret_job, ret_error)
                           : sign_any(actor, session, call, ret_job, ret_error);
    default:
        return archway_check(aw, machine->backend, call, ret_job, ret_error);
    }
}

bool act_creates(enum act act)
{
    return act == CREATE || act == PLACE;
}
