/* SPDX-License-Identifier: Apache-2.0 */
/* What the command prints for programs: JSON values, and CSV made from them. */
#ifndef ARCHWAY_CLI_RECORD_H
#define ARCHWAY_CLI_RECORD_H

#include "cli/output.h"

#include <archway/archway.h>
#include <jansson.h>

#include <stdbool.h>

#define RECORD_SCHEMA 1

/* { "schema": 1 } */
json_t *record_document(void);

json_t *record_offer(const char *backend, const aw_offer *offer);
json_t *record_instance(const char *backend, const aw_instance *instance);
json_t *record_error(const aw_error *error); /* null when the code is AW_OK */
json_t *record_text(const char *text);       /* null when there is none */
json_t *record_time(uint64_t wall_ms);       /* null for 0 */

/* Of a job: how each backend did, what is missing from the result, what each filter removed. */
json_t *record_backends(const archway_job *job);
json_t *record_problems(const archway_job *job);
json_t *record_removed(const archway_job *job);

json_t *record_finding(const archway_finding *finding);

/* What a person can do about it, or NULL. */
const char *record_hint(const aw_error *error);

/* Adds the value as text and a newline, and lets go of it. `flags` are jansson's. */
void record_print(kit_buf *buf, json_t *value, size_t flags);

/* How a list of objects is written: the member of the document that holds it; the columns of its CSV, where a
 * path such as "gpu.name" becomes the column gpu_name; and the member that names an object. */
struct record_form {
    const char *key;
    const char *const *csv_paths; /* ends in NULL */
    const char *name_path;
    bool single; /* the document holds the only object itself */
};

/* Writes `rows` to stdout as JSON, with the members of `more` (or NULL) behind them, as CSV (RFC 4180) or as
 * names, and lets go of both. Returns an exit code. */
int record_write(enum format format, const struct record_form *form, json_t *rows, json_t *more);

#endif
