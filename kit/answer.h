/* SPDX-License-Identifier: Apache-2.0 */
/* What every `classify` needs: headers, Retry-After, and what a bare status means. */
#ifndef ARCHWAY_KIT_ANSWER_H
#define ARCHWAY_KIT_ANSWER_H

#include <archway/backend.h>

/* The value of a header (its name in lower case), or NULL. */
const char *kit_answer_header(const aw_response *answer, const char *name);

/* Retry-After in seconds, at most a day; 0 when it is absent or a date. */
uint64_t kit_answer_retry_after_ms(const aw_response *answer);

int kit_answer_is_good(const aw_response *answer); /* 2xx */

/* A throttled request was turned away at the door; an outage may have come after the deed; anything else
 * would be the same again. */
uint32_t kit_retry_of(uint32_t code);

/* The code and scope that an HTTP status has by itself. */
uint32_t kit_status_code(uint32_t status);
uint32_t kit_status_scope(uint32_t status);

/*
 * Fills in everything about an answer that has no error of the API's own in it: a page of a proxy's or of
 * a front end's, a redirect. `title` is the provider's, `found` says what the body was instead. Only the
 * API itself can say that a thing is gone, so a bare 404 is AW_E_PROTOCOL.
 */
void kit_answer_explain_status(const aw_response *answer, const char *title, const char *found,
                               aw_error *ret_error);

/* Fails the operation because an answer that was good by its status cannot be read. `request` is its name;
 * `retry`: may it be sent again (enum aw_retry)? */
void kit_answer_fail_unread(aw_op *op, const char *title, const char *request,
                            const aw_error *problem, uint32_t retry);

/* Fills in what goes with a code that the API named itself: retry, remedy, status, Retry-After. The message
 * and the provider's code are the caller's. */
void kit_answer_complete(const aw_response *answer, aw_error *error);

#endif
