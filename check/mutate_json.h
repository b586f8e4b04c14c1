/* SPDX-License-Identifier: Apache-2.0 */
/* JSON documents with one odd value. */
#ifndef ARCHWAY_CHECK_MUTATE_JSON_H
#define ARCHWAY_CHECK_MUTATE_JSON_H

#include "kit/buf.h"

#include <archway/backend.h>

#include <stdbool.h>

/* 0 when it is no JSON. */
uint64_t mutate_json_variants(aw_bytes body);
/* False, with nothing added, when it is no JSON. */
bool mutate_json(aw_bytes body, uint64_t variant, kit_buf *out);

#endif
