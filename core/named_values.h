/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that differ from run to run, by name: {{token}} in a recording stands for the client token that
 * core has told by then. A name that is told again has several values; {{token:2}} is the second.
 */
#ifndef ARCHWAY_CORE_NAMED_VALUES_H
#define ARCHWAY_CORE_NAMED_VALUES_H

#include "core/arena.h"
#include "kit/buf.h"

#include <archway/backend.h>

#include <stdbool.h>

/* What a text is, which says how a value is written in it. */
enum text_form {
    TEXT_PLAIN,
    TEXT_URL,
    TEXT_JSON
};
enum {
    TEXT_FORMS = 3
};

struct named_value {
    const char *name;
    aw_bytes forms[TEXT_FORMS];
};

struct named_values {
    struct named_value *items; /* as they were told */
    size_t count;
    struct arena arena;
};

void named_values_init(struct named_values *values);
void named_values_finish(struct named_values *values);

/* Names are of [a-z][a-z0-9-]*; others, and empty values, are passed over. False: no memory. */
bool named_values_tell(struct named_values *values, const char *name, const char *value);

/* Adds the text as it stands between the quotes of a JSON string. */
void text_add_json(kit_buf *buf, const char *text);

/* The form of a body, by its content type or by how it begins. */
enum text_form text_form_of(const aw_header *headers, size_t header_count, aw_bytes body);

/*
 * Adds `text` to `buf` with its placeholders replaced. {{name}} is the last value of that name among the
 * first `told` ones, or, when that has none, the first one told since. Fails with AW_E_INVALID for a name
 * that nobody told, listing those that are known. Whether there was memory is in `buf`.
 */
int named_values_render(const struct named_values *values, size_t told, enum text_form form,
                        aw_bytes text, kit_buf *buf, aw_error *ret_error);

/* The way back: adds `text` with values replaced by placeholders, the longest first. Values shorter than
 * 4 bytes stay, and those shorter than 16 are only seen where no letter, digit or "_" touches them. */
void named_values_hide(const struct named_values *values, enum text_form form, aw_bytes text,
                       kit_buf *buf);

#endif
