/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the cloud share: its inside, and helpers for reading requests and writing answers. */
#ifndef ARCHWAY_TESTS_CLOUD_PARTS_H
#define ARCHWAY_TESTS_CLOUD_PARTS_H

#include "tests/cloud/cloud.h"
#include "tests/cloud/faults.h"
#include "tests/cloud/truth.h"

/* One request under way. */
struct call {
    struct cloud *cloud;
    enum cloud_id id;
    const struct cloud_request *request;
    const char *name;          /* of the request, as scripts call it */
    const struct fault *fault; /* what goes wrong with it, or NULL */
    uint64_t now_ms;
    unsigned number; /* of the request, counted from 1 */
    struct cloud_answer *answer;
};

/* Why a provider turns a request away; each has its own words for it. */
enum refusal {
    REFUSED_THROTTLED,
    REFUSED_UNAVAILABLE,
    REFUSED_NO_CAPACITY,
    REFUSED_QUOTA
};

/* One provider. */
struct face {
    const char *prefixes[4]; /* of its paths; ends in NULL */
    /* Finds the request's name, in memory that lives as long as the request. NULL: there is no such request. */
    const char *(*name)(const struct cloud_request *request, char *text, size_t size);
    void (*answer)(struct call *call);
    void (*refuse)(struct call *call, enum refusal why);
};
extern const struct face aws_face;
extern const struct face gcp_face;
extern const struct face lambda_face;

struct cloud {
    struct knobs knobs[CLOUDS];
    struct faults faults;
    struct truth truth;
    uint64_t ahead_ms; /* its clock is ahead by so much, */
    uint64_t speed;    /* and goes so much faster since then */
    uint64_t speed_from_ms;
    json_t *groups;     /* of EC2: security groups */
    json_t *firewalls;  /* of Google, by name */
    json_t *operations; /* of Google, in the order in which they came */
    json_t *tokens;     /* of Google: handed out, with the time at which they end */
    json_t *ssh_keys;   /* of Lambda Cloud */
};

/* Prints the reason and ends the program. */
_Noreturn void cloud_die(const char *why, const char *what);

/* ---- reading ---- */

/* The value of a header, or "". */
const char *header_of(const struct cloud_request *request, const char *name);
/* A form or query, decoded: an object of texts. */
json_t *form_read(const char *text);
const char *text_of(const json_t *object, const char *name); /* "" when it is not there */
/* Does `text` start with `prefix`? Returns what is behind it, or NULL. */
const char *behind(const char *text, const char *prefix);
/* The part number `index` of a path, counted from 0; "" when there is none. */
const char *path_part(const char *path, unsigned index, char *text, size_t size);

/* Copies what fits. */
void put_text(char *to, size_t size, const char *from);

/* ---- answering ---- */

/* Takes over `body`. */
void answer_json(struct call *call, unsigned status, json_t *body);
/* A front end's page. */
void answer_html(struct call *call, unsigned status, const char *title);
void time_text(uint64_t at_ms, char *text, size_t size); /* "2026-06-01T12:00:03.000Z" */

/* ---- machines ---- */

/* May one more be made of this type in this place? Tells the provider's refusal otherwise. Counts it. */
bool may_make(struct call *call, const char *type, const char *place);

#endif
