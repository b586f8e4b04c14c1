/* SPDX-License-Identifier: Apache-2.0 */
/* One query, and words said to it. */
#include "tests/query_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

archway_query *query;

int make_query(void **state)
{
    (void)state;
    query = archway_query_create();
    return query ? 0 : -1;
}

int destroy_query(void **state)
{
    (void)state;
    archway_query_destroy(query);
    return 0;
}

void accept_words(const char *filter, const char *text)
{
    aw_error error;
    if (archway_query_set(query, filter, text, &error) != 0)
        fail_msg("%s \"%s\" was refused: %s", filter, text, error.message);
}

void refuse_words(const char *filter, const char *text, const char *hint)
{
    aw_error error;
    struct archway_query before;
    memcpy(&before, query, sizeof before);
    if (archway_query_set(query, filter, text, &error) == 0)
        fail_msg("%s \"%s\" was accepted", filter, text);
    assert_int_equal(error.code, AW_E_INVALID);
    if (!strstr(error.message, hint))
        fail_msg("%s \"%s\": \"%s\" does not say \"%s\"", filter, text, error.message, hint);
    assert_memory_equal(&before, query, sizeof before);
}

void assert_range(struct range range, uint64_t min, uint64_t max)
{
    assert_int_equal(range.min, min);
    assert_int_equal(range.max, max);
}
