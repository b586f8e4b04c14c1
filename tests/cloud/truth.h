/* SPDX-License-Identifier: Apache-2.0 */
/* The truth: every machine that was ever made, by which request, and how it ended. */
#ifndef ARCHWAY_TESTS_CLOUD_TRUTH_H
#define ARCHWAY_TESTS_CLOUD_TRUTH_H

#include "tests/cloud/cloud.h"

enum disk_end {
    DISK_TO_ITS_OWN,
    DISK_TO_ANOTHER,
    DISK_TO_NOTHING
};

/* What comes with a machine, and may outlive it (tests/cloud/disks.h). */
struct disk {
    char id[80];               /* "": the machine has none */
    json_t *tags;              /* an object of texts */
    bool stays;                /* behind its machine */
    enum disk_end attached_to; /* as the script says */
    bool was_wanted;           /* to be removed while it was in use */
    uint64_t removed_ms;
    unsigned removed_by;
};

struct machine {
    enum cloud_id cloud;
    size_t number; /* its place among all */
    char id[64];
    char region[32];
    char place[32]; /* the zone where there are some, else the region */
    char type[48];
    char key[96]; /* the provider's idempotency key that it was made with, or "" */
    json_t *tags; /* an object of texts */
    json_t *wish; /* the request that made it, where the answers repeat parts of it */
    bool spot;
    uint64_t made_ms;
    uint64_t seen_ms;      /* before, it is in no list */
    unsigned hidden_lists; /* and it is not in so many lists */
    uint64_t running_ms;
    uint64_t own_end_ms; /* it ends by itself then; 0: never */
    const char *own_why;
    uint64_t ending_ms; /* ordered to end; 0: it lives */
    uint64_t gone_ms;
    uint64_t hash; /* of the parameters */
    unsigned made_by;
    unsigned ended_by;
    const char *why; /* it ended */
    struct disk disk;
};

struct note {
    enum cloud_id cloud;
    char name[40];
    uint64_t at_ms;
    unsigned status; /* 0: not answered */
    const char *fault;
};

struct truth {
    struct machine **machines;
    size_t machine_count;
    size_t first_shown; /* all before are gone and forgotten */
    json_t *keys;       /* "aws us-east-1 TOKEN" -> number of the machine */
    struct note *notes;
    size_t note_count;
};

enum machine_state {
    MACHINE_PENDING,
    MACHINE_RUNNING,
    MACHINE_ENDING,
    MACHINE_GONE
};

void truth_init(struct truth *truth);
void truth_finish(struct truth *truth);

/* A new machine, with times by the knobs; the caller fills in the rest. `key` may be "". */
struct call;
struct machine *machine_make(struct call *call, const char *region, const char *key);
/* The machine that was made with this key in this region, or NULL. */
struct machine *machine_by_key(const struct call *call, const char *region, const char *key);
/* Orders its end; nothing if that was ordered before. */
void machine_end(struct call *call, struct machine *machine, const char *why);
/* Ends those whose own end has come. */
void truth_pass(struct cloud *cloud, uint64_t now_ms);
enum machine_state machine_state(const struct machine *machine, uint64_t now_ms);
const char *machine_tag(const struct machine *machine, const char *name); /* "" */

/* The next one of the call's cloud behind `previous` (NULL: the first) that the provider still knows. */
struct machine *machine_next(const struct call *call, const struct machine *previous);
/* May a list show it? A list that may not is counted. */
bool machine_is_listed(struct machine *machine, uint64_t now_ms);
/* Can it be read by its id? */
bool machine_is_seen(const struct machine *machine, uint64_t now_ms);

unsigned truth_note(struct truth *truth, enum cloud_id cloud, const char *name, uint64_t now_ms);
json_t *truth_json(const struct truth *truth, uint64_t now_ms);

#endif
