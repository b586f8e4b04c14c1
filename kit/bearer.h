/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and tokens that are sent as they are: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
#ifndef ARCHWAY_KIT_BEARER_H
#define ARCHWAY_KIT_BEARER_H

#include <archway/backend.h>

#include <stdbool.h>

#define KIT_BEARER_MAX 512

/* May it stand in a header: not empty, not too long, plain characters without blanks? */
bool kit_bearer_is_plain(const char *key);

/* `sign` of a backend whose credentials are one such key: adds "authorization: Bearer KEY". `title` is the
 * provider's. -1: it cannot be sent. */
int32_t kit_bearer_sign(const char *title, const aw_credentials *credentials,
                        aw_header_sink *ret_headers, aw_error *ret_error);

#endif
