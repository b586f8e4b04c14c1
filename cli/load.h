/* SPDX-License-Identifier: Apache-2.0 */
/* A load for the processor, as a program of either architecture that is run by it or by an emulator. */
#ifndef ARCHWAY_CLI_LOAD_H
#define ARCHWAY_CLI_LOAD_H

#include <stdint.h>

struct load_run {
    uint64_t events; /* finished in time */
    uint64_t elapsed_ns;
};

enum load_result {
    LOAD_RAN,
    LOAD_NOT_STARTED, /* there is no such emulator, or it cannot run this */
    LOAD_WRONG,       /* it computes something else */
    LOAD_INTERRUPTED  /* by a signal to the command */
};

/* Runs the program of that architecture (enum aw_arch) for so long, adding to *run what it did, by the emulator of
 * that name or, when it is NULL, by the processor. */
enum load_result load_run(uint32_t arch, const char *emulator, uint64_t duration_ms,
                          struct load_run *run);

/* The architecture of this machine; 0: neither of the two. */
uint32_t load_host_arch(void);

#endif
