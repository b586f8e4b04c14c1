/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signature Version 4 once more, written from its description and as plainly as can be: every step
 * makes a new text. What the tests compare the signer of the AWS backend with.
 */
#ifndef ARCHWAY_TESTS_SIGV4_REFERENCE_H
#define ARCHWAY_TESTS_SIGV4_REFERENCE_H

#include "kit/buf.h"

struct reference_input {
    const aw_request *request; /* with region and service */
    const aw_credentials *credentials;
    const char *time; /* "20260101T000000Z" */
};

/* The canonical request, to be freed with mem_free. */
char *reference_canonical(const struct reference_input *input);

/* The authorization header, likewise. */
char *reference_authorization(const struct reference_input *input);

#endif
