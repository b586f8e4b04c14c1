/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything outside the process, behind one interface: the network, programs, the environment, files,
 * the wall clock, randomness. There are three: the real one, a replay, and a recorder around the real one.
 * No other part of core touches the outside.
 */
#ifndef ARCHWAY_CORE_WORLD_H
#define ARCHWAY_CORE_WORLD_H

#include "core/list.h"
#include "core/loop.h"

#include <archway/backend.h>

#include <stdbool.h>

struct arena;

/* How far a request came. */
enum wire_outcome {
    WIRE_ANSWERED = 0,  /* `answer` is whole */
    WIRE_NOT_SENT = 1,  /* nothing left: it certainly did nothing there */
    WIRE_LOST = 2,      /* it left, and there is no whole answer: it may have worked */
    WIRE_TIMED_OUT = 3, /* like lost, by the clock */
    WIRE_TOO_LARGE = 4, /* the answer passed max_body */
    WIRE_FORBIDDEN =
        5 /* this world never sends it: plain http, an unexpected request in a replay */
};

/*
 * One attempt of one request. The owner fills the first part, which must stay until `done` has been
 * called or the call was cancelled. `done` comes from the loop, never from inside `send`, and may free
 * the call. The answer's headers and body live until `done` returns.
 */
struct wire_call {
    const aw_request *request;
    const aw_header *signed_headers; /* what `sign` added; in secret memory */
    size_t signed_header_count;
    bool once;   /* must not be sent twice: no silent repetition on another connection */
    bool secret; /* belongs to `authenticate`: body and answer are not recorded */
    const char *const *secret_fields; /* of answers; NULL-terminated or NULL */
    uint64_t timeout_ms;              /* of this attempt */
    void (*done)(struct wire_call *call);
    void *owner;

    enum wire_outcome outcome;
    char problem[256]; /* why it was not answered, for a person */
    aw_response answer;

    void *transport; /* the world's own, and so is the timer: it can report later without memory */
    struct loop_timer timer;
};

struct run_call {
    const aw_program *program;
    bool secret; /* belongs to `authenticate`: input and output are not recorded */
    const char *const *secret_fields; /* of the output; NULL-terminated or NULL */
    void (*done)(struct run_call *call);
    void *owner;

    bool started; /* false: `problem` says why not */
    bool timed_out;
    bool too_large;
    /* Not started, or what it said is lost (and so too large), for want of memory here. */
    bool no_memory;
    char problem[256];
    aw_exit result;

    void *transport; /* likewise */
    struct loop_timer timer;
    struct link turn; /* while it waits for one */
};

/* Did it end by itself, and is known what it said? */
static inline bool run_is_whole(const struct run_call *call)
{
    return call->started && !call->timed_out && !call->too_large;
}

#define WORLD_TOKEN 33                 /* 32 lower-case hex digits and a NUL */
#define WORLD_SECRET "replayed-secret" /* what a replay has in the place of secrets */

struct world;
struct world_ops {
    void (*send)(struct world *world, struct wire_call *call);
    void (*cancel)(struct world *world, struct wire_call *call);
    void (*run)(struct world *world, struct run_call *call);
    void (*cancel_run)(struct world *world, struct run_call *call);
    /* Copies into `arena`; NULL when unset or empty, or when the arena is exhausted. `secret`: the value is
     * one. */
    const char *(*env)(struct world *world, struct arena *arena, const char *name, bool secret);
    /* The whole file into `arena`; "~/" is the home of the user. As aw_read_file. */
    int (*read_file)(struct world *world, struct arena *arena, const char *path, uint64_t max_size,
                     bool secret, aw_bytes *ret_content, aw_error *ret_error);
    bool (*file_exists)(struct world *world, const char *path);
    /* As aw_cache_get and aw_cache_put; `space` keeps backends apart. */
    int (*cache_get)(struct world *world, struct arena *arena, const char *space, const char *key,
                     uint64_t max_age_ms, aw_bytes *ret_content, uint64_t *ret_age_ms);
    void (*cache_put)(struct world *world, const char *space, const char *key, const void *data,
                      uint64_t size);
    void (*random)(struct world *world, void *out, size_t size);
    /* A client token for a create whose caller brought none. */
    void (*token)(struct world *world, char ret_token[WORLD_TOKEN]);
    /* Need credentials not be looked for, since whatever is signed here is never sent? */
    bool (*has_credentials)(struct world *world);
    uint64_t (*wall_ms)(struct world *world);
    /* Tells a name for a value that differs from run to run ("token", "owner"), so that a recording
     * can hold {{token}} in its place. */
    void (*name_value)(struct world *world, const char *name, const char *value);
    /* Tells a secret that requests may hold, in whatever encoding: a recording has <secret> in its place, and a
     * replay takes it for that. */
    void (*hide)(struct world *world, const char *secret);
    /* At the end: 0, or -1 and why the replay was not used up or the recording not written. */
    int (*finish)(struct world *world, aw_error *ret_error);
    void (*destroy)(struct world *world);
};

struct world {
    const struct world_ops *ops;
    struct loop *loop;
};

/* A cache_get for worlds in which all that is asked must be seen: there is never anything. */
int world_cache_nothing(struct world *world, struct arena *arena, const char *space,
                        const char *key, uint64_t max_age_ms, aw_bytes *ret_content,
                        uint64_t *ret_age_ms);

/* A token, and has_credentials, for worlds that have nothing else in mind. */
void world_make_token(struct world *world, char ret_token[WORLD_TOKEN]);
bool world_has_none(struct world *world);

/* core/real.c. `refresh`: what is kept on disk is not used. NULL and *ret_error on failure. */
struct world *world_real_create(struct loop *loop, bool refresh, aw_error *ret_error);
/* core/replay.c: `path` is a recording. Wants a loop with a virtual clock. */
struct world *world_replay_create(struct loop *loop, const char *path, aw_error *ret_error);
/* core/record.c: takes over `inner`, unless it fails; writes one file into the folder at `finish`. */
struct world *world_record_create(struct world *inner, const char *folder, aw_error *ret_error);

#endif
