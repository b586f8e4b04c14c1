/* SPDX-License-Identifier: Apache-2.0 */
/* A recording (fixtures/README.md) in memory: read by a replay, collected and written by a recorder. */
#ifndef ARCHWAY_CORE_RECORDING_H
#define ARCHWAY_CORE_RECORDING_H

#include "core/arena.h"

#include <archway/backend.h>

#include <stdbool.h>

#define RECORDING_FIRST_LINE "archway-recording 1" /* its revision */
#define RECORDING_SECRET "<secret>"
#define RECORDING_TOKEN ((size_t)32) /* characters of one that core made */

/* The largest recording, and the largest body beside one. */
#define RECORDING_MAX_BYTES ((uint64_t)64 * 1024 * 1024)

/* Headers and body of a request or an answer, with their placeholders. What a program wrote to stderr are
 * headers of that name, a line each. */
struct recorded_message {
    const aw_header *headers;
    size_t header_count;
    aw_bytes body;
};

enum recorded_end {
    RECORDED_NOTHING = 0, /* never finished: not written */
    RECORDED_ANSWER,      /* `status` and `answer` */
    RECORDED_CUT,         /* likewise, but the connection breaks after `cut_after` bytes */
    RECORDED_REFUSED,
    RECORDED_LOST,
    RECORDED_TIMEOUT,
    RECORDED_TOO_LARGE
};

struct recorded_exchange {
    int line;           /* of the request in the file */
    const char *method; /* NULL: a program */
    const char *url;
    const char *const *argv; /* of a program; ends in NULL */
    struct recorded_message request;
    enum recorded_end end;
    int status; /* HTTP's, or the program's */
    uint64_t after_ms;
    uint64_t cut_after;
    struct recorded_message answer;
    bool is_secret; /* while it is recorded: of `authenticate` */
};

struct recorded_variable {
    const char *name;
    const char *value; /* RECORDING_SECRET stands in it for secrets */
};

struct recorded_file {
    const char *path;
    aw_bytes content; /* likewise */
};

/* What was done when it was recorded, for whoever plays it again (`do` and `and` lines). */
struct recorded_act {
    int line;
    bool together;       /* `and`: begun together with the one before it */
    const char *verb;    /* "create" */
    const char *inputs;  /* the text of a JSON object; "": none */
    const char *outcome; /* what came of it, by its word ("no_capacity"); "": nothing went wrong */
};

struct recording {
    const char *path; /* as it was given; `name` is its last part */
    const char *name;
    uint64_t clock_ms;
    bool any_order;
    bool has_credentials; /* `authenticate` is not played */
    const char **tokens;  /* of creates whose callers brought none, in their order */
    size_t token_count;
    struct recorded_variable *variables;
    size_t variable_count;
    struct recorded_file *files;
    size_t file_count;
    struct recorded_act *acts;
    size_t act_count;
    const char *remark; /* why there are none, as it is written; NULL: nothing is said */
    struct recorded_exchange *exchanges;
    size_t exchange_count;
    struct recorded_file *asides; /* bodies beside the recording that were read, by name */
    size_t aside_count;
    struct arena arena;
};

void recording_init(struct recording *recording);
void recording_finish(struct recording *recording);

/* Reads the file at `path` into an initialised recording, which is to be finished on failure too. Errors
 * name the file, the line, and what was expected there. */
int recording_read(struct recording *recording, const char *path, aw_error *ret_error);

/* Has it been recorded without what matters, since it was one of `authenticate`? */
bool recording_hides(const struct recorded_exchange *exchange);

/* The entry of that name, or NULL. */
struct recorded_variable *recording_variable(const struct recording *recording, const char *name);
struct recorded_file *recording_file(const struct recording *recording, const char *path);

struct named_values;

/* core/recording_write.c: writes a new file NAME.http into the open folder, large and binary bodies beside
 * it, with `names` in place of their values. What exists already is not overwritten: then the name gets
 * a number. `folder` stands in errors. */
int recording_write(const struct recording *recording, const struct named_values *names,
                    int folder_fd, const char *folder, const char *name, aw_error *ret_error);

#endif
