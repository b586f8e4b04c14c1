/* SPDX-License-Identifier: Apache-2.0 */
/* Values as people read them. */
#ifndef ARCHWAY_CLI_TEXT_H
#define ARCHWAY_CLI_TEXT_H

#include "kit/buf.h"

/* Adds somebody else's text without what could drive a terminal. NULL adds nothing. */
void text_add_clean(kit_buf *buf, const char *text);
/* "no capacity": a name of the library's, "no_capacity", as people write it. */
void text_add_words(kit_buf *buf, const char *name);
/* "1.49": dollars, at least two digits behind the point, all of them or up to four. */
void text_add_dollars(kit_buf *buf, uint64_t nusd);
void text_add_short_dollars(kit_buf *buf, uint64_t nusd);
/* "432GB", "7.5GB", "512MB", "20TB". */
void text_add_size(kit_buf *buf, uint64_t mib);
/* "2026-05-01T12:00:00Z". Nothing for 0. */
void text_add_time(kit_buf *buf, uint64_t wall_ms);
/* "8x A100 80GB" */
void text_add_gpu(kit_buf *buf, const aw_gpu *gpu);
/* "lambda/us-east-3/0920582c": how a machine is named. Without a region a "-" stands for it. */
void text_add_ref(kit_buf *buf, const char *backend, const char *region, const char *id);

/* "s" behind the name of what is counted, unless it is one. */
const char *text_plural(uint64_t count);

/* How many columns of a terminal the text takes, counting one for each character. */
size_t text_columns(const char *text, size_t size);

#endif
