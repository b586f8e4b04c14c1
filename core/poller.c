/* SPDX-License-Identifier: Apache-2.0 */
/* One listing for all who wait. */
#include "core/poller.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/mem.h"

#include <string.h>

#define FIRST_INTERVAL_MS 2000u
#define INTERVAL_STEP_MS 1000u
#define LONGEST_INTERVAL_MS 10000u
#define LISTING_TIMEOUT_MS 120000u

struct poller {
    struct link link; /* in the context's list */
    struct backend *backend;
    char *region; /* NULL: all of them */
    struct op *op;
    struct loop_timer timer;
    uint64_t interval_ms; /* grows while nobody joins */
    aw_error gap;         /* what the listing under way lacks */
    struct link waiting;
    struct link told; /* who have been told of this round */
};

static void idle(struct poller *poller)
{
    bool wanted = !list_empty(&poller->waiting) || !list_empty(&poller->told);
    if (!wanted || poller->timer.set || poller->op)
        return;
    loop_set(poller->backend->aw->loop, &poller->timer, poller->interval_ms);
    if (poller->interval_ms < LONGEST_INTERVAL_MS)
        poller->interval_ms += INTERVAL_STEP_MS;
}

static void tell(struct poller *poller, struct poll_wait *wait, const aw_instance *instance,
                 const aw_error *error)
{
    list_remove(&wait->link);
    list_append(&poller->told, &wait->link);
    wait->seen(wait, instance, error);
}

/* Those that the listing did not name. */
static void tell_rest(struct poller *poller, const aw_error *error)
{
    while (!list_empty(&poller->waiting))
        tell(poller, list_item(poller->waiting.next, struct poll_wait, link), NULL, error);
    while (!list_empty(&poller->told)) {
        struct link *link = poller->told.next;
        list_remove(link);
        list_append(&poller->waiting, link);
    }
}

static void on_instance(struct op *op, const aw_instance *instance)
{
    struct poller *poller = op->owner;
    for (struct link *link = poller->waiting.next; link != &poller->waiting;) {
        struct poll_wait *wait = list_item(link, struct poll_wait, link);
        link = link->next;
        if (!strcmp(wait->id, instance->id))
            tell(poller, wait, instance, NULL);
    }
}

static void on_done(struct op *op)
{
    struct poller *poller = op->owner;
    aw_error error = op->error.code ? op->error : poller->gap;
    poller->op = NULL;
    op_destroy(op);
    tell_rest(poller, error.code ? &error : NULL);
    idle(poller);
}

/* Who is not in a listing with gaps may be there all the same: the next one tells. */
static void on_problem(struct op *op, const aw_error *problem)
{
    struct poller *poller = op->owner;
    poller->gap = *problem;
    poller->gap.code = AW_E_UNAVAILABLE;
}

static const struct op_sink sink = {
    .instance = on_instance,
    .problem = on_problem,
    .done = on_done,
};

static void poll(void *arg)
{
    struct poller *poller = arg;
    const aw_list wish = {.size = sizeof wish, .region = poller->region};
    if (list_empty(&poller->waiting))
        return;
    poller->gap = (aw_error){.size = sizeof poller->gap};
    poller->op = op_create(poller->backend, OP_LIST, poller->region, &sink, poller,
                           LISTING_TIMEOUT_MS, false);
    if (poller->op) {
        op_start(poller->op, &wish);
        return;
    }
    aw_error error = {0};
    kit_error_set(&error, AW_E_NO_MEMORY, "out of memory to look at the machines");
    tell_rest(poller, &error);
    idle(poller);
}

static bool is_of(const struct poller *poller, const struct backend *backend, const char *region)
{
    if (poller->backend != backend)
        return false;
    return region && poller->region ? !strcmp(region, poller->region) : region == poller->region;
}

static struct poller *find(const struct backend *backend, const char *region)
{
    struct link *pollers = &backend->aw->pollers;
    for (struct link *link = pollers->next; link != pollers; link = link->next) {
        struct poller *poller = list_item(link, struct poller, link);
        if (is_of(poller, backend, region))
            return poller;
    }
    return NULL;
}

static struct poller *create(struct backend *backend, const char *region)
{
    struct poller *poller = mem_alloc(sizeof *poller);
    char *name = mem_copy_text(region);
    if (!poller || (region && !name)) {
        mem_free(poller);
        mem_free(name);
        return NULL;
    }
    poller->backend = backend;
    poller->region = name;
    poller->timer = (struct loop_timer){.run = poll, .arg = poller};
    list_init(&poller->waiting);
    list_init(&poller->told);
    list_append(&backend->aw->pollers, &poller->link);
    return poller;
}

int poller_join(struct backend *backend, const char *region, struct poll_wait *wait)
{
    const char *place = backend_can(backend, AW_CAP_WHOLE_LISTING) ? NULL : region;
    struct poller *poller = find(backend, place);
    if (!poller)
        poller = create(backend, place);
    if (!poller)
        return -1;
    poller->interval_ms = FIRST_INTERVAL_MS;
    /* A listing that is under way may be older than the wish: the next one counts. */
    list_append(poller->op ? &poller->told : &poller->waiting, &wait->link);
    if (!poller->op && !poller->timer.set)
        loop_set(backend->aw->loop, &poller->timer, 0);
    return 0;
}

void poller_leave(struct poll_wait *wait)
{
    if (wait->link.next)
        list_remove(&wait->link);
}

void pollers_finish(archway *aw)
{
    while (!list_empty(&aw->pollers)) {
        struct poller *poller = list_item(aw->pollers.next, struct poller, link);
        list_remove(&poller->link);
        loop_stop(aw->loop, &poller->timer);
        op_destroy(poller->op);
        mem_free(poller->region);
        mem_free(poller);
    }
}
