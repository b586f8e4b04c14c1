/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One operation: a wish under way in a backend. Whoever starts one (a job, the credential cache) gives
 * a sink for its results and destroys it when it is done.
 */
#ifndef ARCHWAY_CORE_OP_H
#define ARCHWAY_CORE_OP_H

#include "core/arena.h"
#include "core/list.h"
#include "core/loop.h"

#include <archway/backend.h>

struct backend;
struct image_facts;
struct op;

enum op_kind {
    OP_OPEN,
    OP_REGIONS,
    OP_LIST_OFFERS,
    OP_LIST_QUOTAS,
    OP_LIST_IMAGES,
    OP_CREATE,
    OP_GET,
    OP_LIST,
    OP_TERMINATE,
    OP_LIST_RESOURCES,
    OP_REMOVE_RESOURCE,
    OP_AUTHENTICATE,
    OP_IMAGE /* of core's own registries: core/image_read.h */
};

/* Where results go, as they come; what is given is borrowed. NULL: this kind of result is a plugin's
 * mistake. `done` comes once, from the loop, and may destroy the operation. The others are called from
 * inside the plugin: they may fail the operation and not destroy it. */
struct op_sink {
    void (*region)(struct op *op, const aw_region *region);
    void (*offer)(struct op *op, const aw_offer *offer);
    void (*instance)(struct op *op, const aw_instance *instance);
    void (*resource)(struct op *op, const aw_resource *resource);
    void (*quota)(struct op *op, const aw_quota *quota);
    void (*boot_image)(struct op *op, const aw_image *image);
    void (*credentials)(struct op *op, const aw_credentials *credentials);
    void (*image)(struct op *op, const struct image_facts *facts);
    void (*problem)(struct op *op, const aw_error *problem);
    /* Before something leaves that may make something. Not 0 and *ret_error: it may not. */
    int (*sending)(struct op *op, aw_error *ret_error);
    void (*done)(struct op *op);
};

struct op {
    aw_op face;       /* first: what the plugin sees */
    struct link link; /* in its backend's list */
    struct backend *backend;
    enum op_kind kind;
    const char *region; /* in `arena`; or NULL */
    const struct op_sink *sink;
    void *owner;

    struct arena arena; /* secret for `authenticate` */
    struct link tasks;  /* outstanding requests, timers and programs: struct task */
    bool failed;
    bool ended; /* `done` is due or has come */
    aw_error error;
    size_t unsettled; /* requests that may have changed something, with no answer so far */
    bool made; /* a request that makes something was answered: broken off now, it may come to be */
    bool reading_write; /* the answer to a request that changed something is being read */

    struct loop_timer ending;
    struct loop_timer deadline;
    uint64_t deadline_ms; /* 0: none */
    bool deadline_is_hard;
    size_t paced; /* requests held by the rate limiter, which does not count as time */
    uint64_t paced_since_ms;
};

/* What an operation waits for. `drop` frees it, wherever it is; it is never called from inside itself. */
struct task {
    struct link link;
    struct op *op;
    void (*drop)(struct task *task);
    const char *name; /* of the request or program; NULL: it waits for nobody */
};

/* What the operation waits for, by its name; NULL: for nobody. */
const char *op_awaits(const struct op *op);

/* Makes an operation. With `hard_deadline`, waiting in the rate limiter counts. NULL: no memory. */
struct op *op_create(struct backend *backend, enum op_kind kind, const char *region,
                     const struct op_sink *sink, void *owner, uint64_t timeout_ms,
                     bool hard_deadline);

/* Calls the plugin's function of this kind with its wish (aw_offer_query, aw_create, aw_ref, aw_list,
 * aw_resource or NULL). All that follows comes from the loop. */
void op_start(struct op *op, const void *wish);

/* The first failure stands. Drops what is outstanding; `done` follows. */
void op_fail(struct op *op, const aw_error *error);
/* For want of memory: for what, is for a person. */
void op_fail_memory(struct op *op, const char *what);
/* For a reason that is not the provider's: may something have been made? */
void op_break_off(struct op *op, aw_error *error);
/* For a mistake of the plugin's: what it did, behind its name. */
void op_refuse(struct op *op, const char *what);

/* Ends it with AW_E_CANCELLED; `done` follows. */
void op_cancel(struct op *op);

/* Frees it, cancelling it silently if need be. Takes NULL. */
void op_destroy(struct op *op);

/* For tasks. */
bool op_may_queue(struct op *op); /* false: it has failed, or `open` asked, which may not */
void op_add_task(struct op *op, struct task *task);
void op_remove_task(struct task *task); /* before its callback is called */
void op_settle(struct op *op);          /* after a callback: is anything left? */
void op_pacing(struct op *op, bool begins);

/* Asks the sink whether something may leave that may make something. -1 and *ret_error: it may not. */
int op_may_make(struct op *op, aw_error *ret_error);

/* Fills in backend and region, where the error does not name them. */
void op_sign_error(const struct op *op, aw_error *error);

static inline struct op *op_of(aw_op *face)
{
    return (struct op *)(void *)face;
}

#endif
