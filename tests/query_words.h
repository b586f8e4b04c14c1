/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of queries say to a query: the words, and what must become of them. */
#ifndef ARCHWAY_TESTS_QUERY_WORDS_H
#define ARCHWAY_TESTS_QUERY_WORDS_H

#include "core/query.h"

#define OPEN UINT64_MAX
#define GB 1024u
#define TB (1024u * 1024u)

/* A new one for each test. */
extern archway_query *query;
int make_query(void **state);
int destroy_query(void **state);

void accept_words(const char *filter, const char *text);
/* The refusal must say what `hint` says, and leave the query as it was. */
void refuse_words(const char *filter, const char *text, const char *hint);
void assert_range(struct range range, uint64_t min, uint64_t max);

#define QUERY_TEST(test) cmocka_unit_test_setup_teardown(test, make_query, destroy_query)

#endif
