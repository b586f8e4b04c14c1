/* SPDX-License-Identifier: Apache-2.0 */
/* What the codes of AWS's errors mean: one table for EC2, STS and the JSON services. */
#ifndef ARCHWAY_BACKENDS_AWS_CODES_H
#define ARCHWAY_BACKENDS_AWS_CODES_H

#include <archway/backend.h>

struct aws_meaning {
    uint32_t code;      /* AW_OK: it is no error (a dry run that would have worked) */
    uint32_t scope;     /* enum aw_scope */
    uint32_t remedy;    /* enum aw_remedy; AW_REMEDY_NONE: as the code has it */
    const char *advice; /* a sentence to put behind AWS's own, or NULL */
};

/* The code decides, whatever the status: "sold out" comes with 500. `action` and `message` tell apart what
 * AWS has only one code for. A code that is not known means what the status does. */
struct aws_meaning aws_meaning_of(const char *action, uint32_t status, const char *code,
                                  const char *message);

#endif
