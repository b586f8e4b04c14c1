/* SPDX-License-Identifier: Apache-2.0 */
/* What the command can do: one row for each verb, one for each option. */
#ifndef ARCHWAY_CLI_VERBS_H
#define ARCHWAY_CLI_VERBS_H

#include "cli/options.h"

#include <stddef.h>

struct session;

#define MOST_VERBS 32

/* Apart from the others, since they open no context, and most options have nothing to do with them. */
#define VERB_CHECK 0x80000000u
#define VERB_NEW_BACKEND 0x40000000u
#define VERB_APART (VERB_CHECK | VERB_NEW_BACKEND)
#define VERB_EVERY 0xffffffffu

struct verb {
    const char *name;
    unsigned bit;                        /* in option_row.verbs */
    int (*run)(struct session *session); /* NULL: needs no session */
    const char *operands;                /* as help shows them */
    size_t least_operands;
    size_t most_operands;
    const char *summary; /* one line */
    const char *details; /* for its own help */
};

enum verb_bit {
    VERB_BACKENDS = 0x1,
    VERB_OFFERS = 0x2,
    VERB_CREATE = 0x4,
    VERB_LIST = 0x8,
    VERB_SHOW = 0x10,
    VERB_TERMINATE = 0x20,
    VERB_SIGN = 0x40,
    VERB_DOCTOR = 0x80,
    VERB_HELP = 0x100,
    VERB_ARCH = 0x200,
    VERB_RECOVER = 0x400,
    VERB_COMPLETION = 0x800,
    VERB_IMAGES = 0x1000,
    VERB_GC = 0x2000,
    VERB_BENCH_EMULATION = 0x10000,
    VERB_ALL = 0x3fffffff
};

struct option_row {
    const char *name;
    char letter; /* 0: has no short form */
    unsigned verbs;
    const char *argument; /* as help shows it; NULL: takes none */
    const char *help;
    const char *filter; /* the query's filter that it sets, or NULL */
    const char *value;  /* what it sets it to, when it takes no argument */
};

/* NULL when there is no such verb. */
const struct verb *verb_find(const char *name);
/* NULL behind the last one. */
const struct verb *verb_at(size_t index);

/* Indexed by enum option_id. */
extern const struct option_row option_rows[OPTION_COUNT];

/* What help says of the whole command. */
extern const char help_introduction[];
extern const char help_files[];
extern const char help_exit_codes[];

/* Of one verb, or of the whole command when NULL. */
void help_print(const struct verb *verb, kit_buf *out);

/* Of these the context is not open. */
int run_check(struct session *session);
int run_new_backend(struct session *session);

int run_backends(struct session *session);
int run_offers(struct session *session);
int run_create(struct session *session);
int run_images(struct session *session);
int run_list(struct session *session);
int run_show(struct session *session);
int run_terminate(struct session *session);
int run_gc(struct session *session);
int run_recover(struct session *session);
int run_sign(struct session *session);
int run_doctor(struct session *session);
int run_arch(struct session *session);
int run_bench_emulation(struct session *session);

#endif
