/* SPDX-License-Identifier: Apache-2.0 */
/* The tags of a machine that say how long it is to live. They are the same at every provider, in characters that
 * all of them take for a tag or a label. */
#ifndef ARCHWAY_KIT_TAGS_H
#define ARCHWAY_KIT_TAGS_H

#include <stdint.h>

/* When it is to end: seconds since 1970, in digits. */
#define KIT_TAG_EXPIRES "archway-expires"
/* It is never to be cleaned away, unless the value is "no", "false" or "0". */
#define KIT_TAG_KEEP "archway-keep"

#define KIT_EXPIRES_SIZE 24

/* "" for 0, which is never. A part of a second counts as a whole one. */
void kit_expires_text(uint64_t expires_at_ms, char ret_text[KIT_EXPIRES_SIZE]);
/* 0 for NULL, and for what is no such number. */
uint64_t kit_expires_read(const char *text);
/* NULL, when there is no such tag, is no. */
uint32_t kit_keep_read(const char *text);

#endif
