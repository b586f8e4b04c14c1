/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a recorder: what it has seen so far, without the secrets. */
#ifndef ARCHWAY_CORE_RECORD_H
#define ARCHWAY_CORE_RECORD_H

#include "core/list.h"
#include "core/named_values.h"
#include "core/recording.h"
#include "core/world.h"

struct recorder {
    struct world world; /* first */
    struct world *inner;
    char *folder;
    int folder_fd;
    struct recording taken;
    struct named_values names;
    struct arena secrets; /* of `secret_words` */
    const char **secret_words;
    size_t secret_count;
    struct link flights; /* core/record_flight.c: what is under way */
    size_t under_way;
    bool incomplete; /* there was no memory to keep everything */
    /* core/record_act.c: what was done. */
    const char *opened;  /* the backend that did it; NULL: nothing was done so far */
    const char *last_id; /* of the machine that the last act was about */
    const char *spoiled; /* why it cannot be done again; NULL: it can */
    size_t acts_under_way;
};

static inline struct recorder *recorder_of(struct world *world)
{
    return (struct recorder *)(void *)world;
}

/* core/record_flight.c: requests and programs on their way through. */
void recorder_send(struct world *world, struct wire_call *call);
void recorder_cancel(struct world *world, struct wire_call *call);
void recorder_run(struct world *world, struct run_call *call);
void recorder_cancel_run(struct world *world, struct run_call *call);
void recorder_drop_flights(struct recorder *recorder);

/* core/record_take.c: copies of what went by. -1: no memory. */
int recorder_take_request(struct recorder *recorder, const struct wire_call *call,
                          struct recorded_exchange *exchange);
int recorder_take_answer(struct recorder *recorder, const struct wire_call *call,
                         struct recorded_exchange *exchange);
int recorder_take_program(struct recorder *recorder, const struct run_call *call,
                          struct recorded_exchange *exchange);
int recorder_take_result(struct recorder *recorder, const struct run_call *call,
                         struct recorded_exchange *exchange);
/* A text without the secrets that are known; its data is NULL when there is no memory. */
aw_bytes recorder_take_text(struct recorder *recorder, aw_bytes text);
/* From here on this value is written down nowhere. False: no memory. */
bool recorder_keep_secret(struct recorder *recorder, const char *value);

#endif
