/* SPDX-License-Identifier: Apache-2.0 */
/* Characters in UTF-8. */
#ifndef ARCHWAY_KIT_UTF8_H
#define ARCHWAY_KIT_UTF8_H

#include <stddef.h>

/* Bytes of the character at `text`, behind which a NUL stands somewhere. 0: it is no UTF-8. */
size_t kit_utf8_size(const char *text);

/* How many of so many bytes, from the first one on, are printable ASCII, as nearly all are. */
size_t kit_utf8_plain(const char *text, size_t size);

#endif
