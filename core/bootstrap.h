/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every new machine runs at its first boot: an agent of its own architecture, downloaded, checked and kept
 * running. Described by `bootstrap:` in the configuration, written as a script that is a machine's user data.
 */
#ifndef ARCHWAY_CORE_BOOTSTRAP_H
#define ARCHWAY_CORE_BOOTSTRAP_H

#include "kit/buf.h"

#include <archway/backend.h>

#include <stdbool.h>

/* What clouds take as user data: EC2's limit, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
#define BOOTSTRAP_MAX ((size_t)16 * 1024)

struct bootstrap_agent {
    const char *url;    /* NULL: there is none for this architecture */
    const char *sha256; /* in lower case */
};

struct bootstrap {
    struct bootstrap_agent amd64;
    struct bootstrap_agent arm64;
    const char *const *arguments;
    size_t argument_count;
    const aw_header *variables; /* of the environment; names that a shell takes */
    size_t variable_count;
    const char *const *secrets; /* the values of those that are secret */
    size_t secret_count;
    bool docker;
};

/* bootstrap.sh, which the values stand before. */
extern const aw_bytes bootstrap_script;

/* Writes the script for a machine of this architecture into `ret_script`. AW_E_UNSUPPORTED when there is no agent for it, AW_E_INVALID when the script is too large. */
int bootstrap_write(const struct bootstrap *bootstrap, uint32_t arch, kit_buf *ret_script,
                    aw_error *ret_error);

#endif
