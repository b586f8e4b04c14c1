/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often and when a request is sent again. Full jitter, so that many clients do not come back
 * together; a budget per backend, so that an outage is not made worse: each repetition costs, each
 * first-time success gives a little back (the token bucket of the AWS SDKs' standard mode).
 */
#ifndef ARCHWAY_CORE_RETRY_H
#define ARCHWAY_CORE_RETRY_H

#include <archway/backend.h>

#include <stdbool.h>

struct retry_budget {
    uint32_t spent;
};

/* May attempt number `attempts` + 1 be made after this error? Pays for it if so. */
bool retry_allowed(struct retry_budget *budget, const aw_error *error, unsigned attempts);
void retry_succeeded(struct retry_budget *budget, unsigned attempts);

/* How long to wait before it, given 64 random bits: at least what the provider asked for. */
uint64_t retry_delay_ms(const aw_error *error, unsigned attempts, uint64_t random);

#endif
