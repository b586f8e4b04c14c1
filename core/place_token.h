/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens of a placement whose caller brought one. Every place that is tried has a token of its own, made
 * from the caller's and the place alone: a provider may refuse one token with another wish behind it, and a
 * repetition finds what was made whatever order the offers have by then.
 */
#ifndef ARCHWAY_CORE_PLACE_TOKEN_H
#define ARCHWAY_CORE_PLACE_TOKEN_H

#include <archway/backend.h>

#include <stdbool.h>

#define PLACE_TOKEN 65 /* 64 characters */

/* "my-token-1-3fa92c51" */
void place_token(const char *token, const char *backend, const aw_offer *offer,
                 char ret_token[PLACE_TOKEN]);

/* Is it the caller's token itself, or one that was made from it? */
bool place_token_is_of(const char *token, const char *candidate);

#endif
