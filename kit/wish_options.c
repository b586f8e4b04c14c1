/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a wish or a query: what only one provider has. */
#include "kit/buf.h"
#include "kit/error.h"
#include "kit/nearest.h"
#include "kit/wish.h"

#include <string.h>

#define LONGEST_LIST 300

static const char *value_of(const aw_header *options, uint64_t count, const char *name)
{
    for (uint64_t i = 0; i < count; i++)
        if (!strcmp(options[i].name, name))
            return options[i].value;
    return NULL;
}

const char *kit_wish_option(const aw_create *wish, const char *name)
{
    return value_of(wish->options, wish->option_count, name);
}

const char *kit_query_option(const aw_offer_query *query, const char *name)
{
    return AW_HAS(query, option_count) ? value_of(query->options, query->option_count, name) : NULL;
}

static int is_known(const char *const *known, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(known[i], name))
            return 1;
    return 0;
}

static int refuse(const char *title, const char *name, const char *const *known, size_t count,
                  aw_error *ret_error)
{
    char block[LONGEST_LIST];
    kit_buf text;
    const char *near = kit_nearest_word(name, known, count);
    kit_buf_init_in(&text, block, sizeof block);
    kit_buf_add_text(&text, count == 0 ? "it has none" : count == 1 ? "there is " : "there are ");
    for (size_t i = 0; i < count; i++)
        kit_buf_addf(&text, "%s`%s`", i == 0 ? "" : i + 1 == count ? " and " : ", ", known[i]);
    kit_buf_add_char(&text, '.');
    if (near)
        kit_buf_addf(&text, " Did you mean `%s`?", near);
    return kit_error_set(ret_error, AW_E_INVALID, "%.60s has no option `%.60s`: %s", title, name,
                         block);
}

static int check(const aw_header *options, uint64_t option_count, const char *title,
                 const char *const *known, aw_error *ret_error)
{
    size_t count = 0;
    while (known && known[count])
        count++;
    for (uint64_t i = 0; i < option_count; i++) {
        if (!is_known(known, count, options[i].name))
            return refuse(title, options[i].name, known, count, ret_error);
        if (value_of(options, i, options[i].name))
            return kit_error_set(ret_error, AW_E_INVALID,
                                 "The option `%.60s` is given twice, and %.60s takes one: choose.",
                                 options[i].name, title);
    }
    return 0;
}

int kit_wish_options_check(const aw_create *wish, const char *title, const char *const *known,
                           aw_error *ret_error)
{
    return check(wish->options, wish->option_count, title, known, ret_error);
}

int kit_query_options_check(const aw_offer_query *query, const char *title,
                            const char *const *known, aw_error *ret_error)
{
    return AW_HAS(query, option_count)
               ? check(query->options, query->option_count, title, known, ret_error)
               : 0;
}
