/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a large JSON answer from its beginning to its end, without a tree of it in memory: for listings of
 * megabytes, of which little is wanted. What is not read is passed over (its syntax counts all the same).
 * Everything else is easier with kit/json.h.
 *
 *     kit_scan scan;
 *     kit_scan_init(&scan, answer->body.data, answer->body.size);
 *     for (kit_scan_object(&scan); kit_scan_member(&scan);)
 *         if (kit_scan_is(&scan, "items"))
 *             for (kit_scan_array(&scan); kit_scan_element(&scan);)
 *                 read_item(&scan);
 *     if (kit_scan_finish(&scan, &error)) ...
 *
 * A loop over members or elements must go on to its end. After a mistake in the syntax every loop ends, every
 * read returns nothing, and kit_scan_finish tells it. A value of the wrong type is passed over and kept as the
 * scan's problem, the first one; so read a whole record, then ask once, and forgive before the next one.
 */
#ifndef ARCHWAY_KIT_JSON_SCAN_H
#define ARCHWAY_KIT_JSON_SCAN_H

#include "kit/memory.h"

#include <string.h>

typedef struct kit_scan {
    const char *at;
    const char *start;
    const char *end;
    const char *name; /* of the last member */
    size_t name_size;
    unsigned depth;
    int is_first;   /* nothing of the object or array has been read yet */
    int is_absent;  /* the object or array that was to be entered is not there */
    int is_pending; /* a value is next, which nobody has read yet */
    int is_broken;  /* `error` has the mistake in the syntax */
    aw_error error;
    aw_error problem; /* AW_E_PROTOCOL: a value of the wrong type; AW_OK while all is well */
} kit_scan;

void kit_scan_init(kit_scan *scan, const char *data, size_t size);
/* Passes over what is left. Returns -1, with AW_E_PROTOCOL, when it was no JSON. */
int kit_scan_finish(kit_scan *scan, aw_error *ret_error);
void kit_scan_forgive(kit_scan *scan);

/* Enters the value, which must be such; null is like an empty one. The loop must follow. At most 64 levels. */
void kit_scan_object(kit_scan *scan);
void kit_scan_array(kit_scan *scan);
/* The next member or element; 0 at the end. Of two members of a name both are seen. */
int kit_scan_member(kit_scan *scan);
int kit_scan_element(kit_scan *scan);
/* Has the last member this name? One that is written with escapes is not known by any. Every member is asked for
 * several: with a name that is written out this is a comparison of a few bytes. */
static inline int kit_scan_is(const kit_scan *scan, const char *name)
{
    size_t size = strlen(name);
    return scan->name_size == size && (size == 0 || memcmp(scan->name, name, size) == 0);
}

/* Reads a text with its escapes resolved. What is longer than the block, no UTF-8, or has a NUL in it is a
 * problem. Returns 1; or 0 with an empty text, for null too. */
int kit_scan_text(kit_scan *scan, char *block, size_t size);
/* Reads an integer, or a text of one, as some APIs write those of 64 bits. `fallback` for null, and with a
 * problem. */
int64_t kit_scan_integer(kit_scan *scan, int64_t min, int64_t max, int64_t fallback);
/* Reads true or false. `fallback` for null, and with a problem. */
int kit_scan_boolean(kit_scan *scan, int fallback);

#endif
