/* SPDX-License-Identifier: Apache-2.0 */
/* What a registry wants to see before it answers: the header www-authenticate. */
#ifndef ARCHWAY_CORE_IMAGE_CHALLENGE_H
#define ARCHWAY_CORE_IMAGE_CHALLENGE_H

#include <archway/backend.h>

#include <stdbool.h>

enum image_scheme {
    IMAGE_OPEN, /* nothing, as far as is known */
    IMAGE_BASIC,
    IMAGE_BEARER
};

struct image_challenge {
    enum image_scheme scheme;
    char realm[1024]; /* of a bearer: where tokens are had */
    char service[256];
    char scope[512];
};

/* Reads the challenges of an answer and takes the best. A bearer without a realm, or with one that is longer
 * than what can be kept, does not count. False: there is none. */
bool image_challenge_read(const aw_response *answer, struct image_challenge *ret);

#endif
