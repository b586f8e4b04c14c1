/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The credentials of one backend, in memory that is wiped and kept out of core dumps. Whoever needs them
 * and finds none fresh waits, and one `authenticate` operation serves all who wait.
 */
#ifndef ARCHWAY_CORE_CREDENTIALS_H
#define ARCHWAY_CORE_CREDENTIALS_H

#include "core/arena.h"
#include "core/list.h"

#include <archway/backend.h>

struct backend;
struct op;

struct credentials {
    struct backend *backend;
    struct arena arena; /* secret; of `value` */
    aw_credentials value;
    bool present;
    char account[128];   /* of those that were found last, though they may be gone; "": not known */
    bool account_is_key; /* digested when somebody asks */
    uint64_t generation; /* counts what was found, so that only what failed is dropped */
    uint64_t obtained_at_ms;
    struct op *authenticating;
    struct arena found_arena; /* secret; what that operation found, used once it has succeeded */
    aw_credentials found;
    bool has_found;
    struct link waiting;
};

/* One who waits. `ready` gets AW_OK, or why there are none. */
struct credentials_wait {
    struct link link;
    void (*ready)(struct credentials_wait *wait, const aw_error *error);
};

void credentials_init(struct credentials *credentials, struct backend *backend);
void credentials_finish(struct credentials *credentials); /* with nobody waiting */

/* 1: there are fresh ones (credentials_current). 0: none, and `wait` waits. -1: no memory. */
int credentials_get(struct credentials *credentials, struct credentials_wait *wait);
/* What there is, unless it has expired; NULL otherwise. */
const aw_credentials *credentials_current(const struct credentials *credentials);
/* Takes them out of what an error says: a provider may repeat what it was sent. */
void credentials_hide(const struct credentials *credentials, aw_error *error);
/* Gives up waiting; again, or when not waiting, does nothing. */
void credentials_leave(struct credentials_wait *wait);

/* From here on `account` is known wherever it can be. */
void credentials_name_account(struct credentials *credentials);

/* The provider refused what it got under that generation: never use it again. */
void credentials_drop(struct credentials *credentials, uint64_t generation);

#endif
