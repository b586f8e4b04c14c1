/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong: by rule, by rate, by capacity. */
#ifndef ARCHWAY_TESTS_CLOUD_FAULTS_H
#define ARCHWAY_TESTS_CLOUD_FAULTS_H

#include "tests/cloud/cloud.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_RESET_BEFORE, /* the request is not carried out, and the connection is reset */
    FAULT_RESET_AFTER,  /* it is carried out, and the connection is reset */
    FAULT_CUT,          /* it is carried out, and the answer breaks off behind `byte` bytes */
    FAULT_STALL_BEFORE, /* not carried out, never answered */
    FAULT_STALL_AFTER,  /* carried out, never answered */
    FAULT_THROTTLE,
    FAULT_UNAVAILABLE,       /* the provider's own error, nothing done */
    FAULT_UNAVAILABLE_AFTER, /* the same, but it is done */
    FAULT_HTML,              /* a front end's page, nothing done */
    FAULT_NO_CAPACITY,
    FAULT_QUOTA,
    FAULT_LATE_CAPACITY, /* accepted, and fails later (Google) */
    FAULT_LATE_QUOTA,
    FAULT_IN_USE, /* what was to be removed has been taken into use */
    FAULT_KINDS
};

struct fault {
    enum cloud_id cloud;
    char request[40]; /* its name; "*": any */
    enum fault_kind kind;
    unsigned skip;  /* so many requests come through first */
    unsigned count; /* and so many do not; 0: none from then on */
    size_t byte;
    unsigned met;
};

struct capacity {
    char place[32];
    char type[48];
    unsigned left;
};

struct faults {
    struct fault rules[64];
    size_t rule_count;
    struct capacity capacities[32];
    size_t capacity_count;
};

/* What one cloud does by itself. */
struct knobs {
    uint64_t latency_ms;
    uint64_t hidden_ms;    /* a new machine is in no list for so long */
    uint64_t hidden_lists; /* and in so many lists */
    uint64_t page;         /* machines in a page at most; 0: as many as asked for */
    uint64_t boot_ms;
    uint64_t end_ms;
    uint64_t forget_ms; /* what is gone is listed for so long */
    uint64_t operation_ms;
    uint64_t burst; /* requests at once; 0: without limit */
    uint64_t per_second;
    uint64_t quota;        /* machines that live; 0: without limit */
    uint64_t outage;       /* 1: everything is refused */
    uint64_t forgets_keys; /* 1: the same idempotency key makes a machine more (EC2) */
    uint64_t drops_tags;   /* 1: a machine has no tags, whatever was asked for (EC2) */
    uint64_t disks_stay;   /* 1: those of machines that are made from now on, behind them */
    char unreachable[32];  /* a zone that lists leave out, and say so (Google) */
    uint64_t tokens_milli; /* of the bucket, in thousandths */
    uint64_t filled_ms;
};

void knobs_init(struct knobs *knobs);
/* Sets one by name. -1: there is no such. */
int knob_set(struct knobs *knobs, const char *name, const json_t *value);
/* Takes one from the bucket. False: it is empty. */
bool knobs_admit(struct knobs *knobs, uint64_t now_ms);

/* The rule that holds for this request, counted; NULL: none. */
const struct fault *faults_meet(struct faults *faults, enum cloud_id cloud, const char *request);
int faults_add(struct faults *faults, const json_t *rule);
int capacity_set(struct faults *faults, const json_t *capacity);
/* The place for one more of the type, or NULL when nothing is said of it. */
struct capacity *capacity_of(struct faults *faults, const char *place, const char *type);
const char *fault_word(enum fault_kind kind);

#endif
