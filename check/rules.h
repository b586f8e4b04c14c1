/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of archway/backend.h that can be tried, each with how. */
#ifndef ARCHWAY_CHECK_RULES_H
#define ARCHWAY_CHECK_RULES_H

#include "check/subject.h"
#include "check/verdict.h"

typedef void (*rule_fn)(struct subject *subject, struct verdict *verdict);
typedef void (*rule_play_fn)(struct subject *subject, const char *recording,
                             struct verdict *verdict);

struct rule {
    const char *id;
    const char *text;
    bool without_loading; /* its file alone is looked at */
    rule_fn look;         /* once */
    rule_play_fn play;    /* on every recording */
    const char *nothing;  /* why there may be nothing to try */
};

extern const struct rule rules[];
extern const size_t rule_count;

/* The file: check/rule_file.c. The first one is no rule, but what the others need. */
void rule_readable(struct subject *subject, struct verdict *verdict);
void rule_exports(struct subject *subject, struct verdict *verdict);
void rule_links(struct subject *subject, struct verdict *verdict);
void rule_statics(struct subject *subject, struct verdict *verdict);
void rule_calls(struct subject *subject, struct verdict *verdict);
void rule_hardening(struct subject *subject, struct verdict *verdict);

/* The loaded plugin: check/rule_load.c. */
void rule_loads(struct subject *subject, struct verdict *verdict);
void rule_quick(struct subject *subject, struct verdict *verdict);
void rule_extensions(struct subject *subject, struct verdict *verdict);
void rule_unchanged(struct subject *subject, struct verdict *verdict);

/* Conversations, on one recording. */
void rule_lent(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_no_memory(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_no_leak(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_older(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_newer(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_threads(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_at_once(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_pure(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_secrets(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_pages(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_replay(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_cancel(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_together(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_status(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_sentences(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_cut(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_values(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_documents(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_offer_archs(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_offer_prices(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_offer_numbers(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_gone(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_same_token(struct subject *subject, const char *recording, struct verdict *verdict);
void rule_tags(struct subject *subject, const char *recording, struct verdict *verdict);

#endif
