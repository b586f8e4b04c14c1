/* SPDX-License-Identifier: Apache-2.0 */
/* botocore's signer in a Python process of its own (sign_botocore.py), which signs when it is told
 * to. */
#ifndef ARCHWAY_BENCH_BOTOCORE_SIGNER_H
#define ARCHWAY_BENCH_BOTOCORE_SIGNER_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct botocore_signer {
    pid_t pid;
    FILE *orders;
    FILE *answers;
    char version[32];
    char signature[65]; /* of this body at 2026-01-01T00:00:00Z */
};

/* Returns -1 when there is no botocore. */
int botocore_signer_start(struct botocore_signer *signer, const char *script, const char *body);
void botocore_signer_stop(struct botocore_signer *signer);

/* Signs so many and returns the CPU time of each. */
double botocore_signer_ns(struct botocore_signer *signer, size_t count);

#endif
