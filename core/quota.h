/* SPDX-License-Identifier: Apache-2.0 */
/* The account's quotas in one region, and whether an offer fits into them. */
#ifndef ARCHWAY_CORE_QUOTA_H
#define ARCHWAY_CORE_QUOTA_H

#include <archway/backend.h>

#include <stdbool.h>

struct quota {
    char *name;
    uint64_t left;
};

struct quotas {
    struct quota *items;
    size_t count;
};

int quotas_add(struct quotas *quotas, const aw_quota *quota); /* -1: no memory */
void quotas_finish(struct quotas *quotas);

/* Is one of the needs ("NAME:8,OTHER:1", or NULL) more than what is left? A quota that nobody told of
 * is no obstacle. */
bool quotas_lack(const struct quotas *quotas, const char *needs);

/* Do these needs take at least as much of each quota as `least` does? True when `least` names none. */
bool quota_needs_as_much(const char *needs, const char *least);

#endif
