/* SPDX-License-Identifier: Apache-2.0 */
/* What it costs to run a program of the other architecture by emulating its processor. */
#ifndef ARCHWAY_CORE_EMULATION_H
#define ARCHWAY_CORE_EMULATION_H

#include <archway/backend.h>

/* How many times slower: over / under. Both are from 1 to 1e9. */
struct emulation_factor {
    uint64_t over;
    uint64_t under;
};

/*
 * sysbench cpu on a Graviton host did 2808 events a second in a native container and 386 in an emulated one:
 * https://github.com/dstackai/dstack/issues/2101
 */
#define EMULATION_DEFAULT_OVER 2808u
#define EMULATION_DEFAULT_UNDER 386u

/* "7.27" or "2808/386": from 1 to 1000, at most six decimals. AW_E_INVALID says what to write. */
int emulation_factor_read(const char *text, struct emulation_factor *ret, aw_error *ret_error);

/* The price of what a native machine does in an hour: rounded up, at most INT64_MAX. */
uint64_t emulation_price(struct emulation_factor factor, uint64_t price_nusd_per_hour);

#endif
