/* SPDX-License-Identifier: Apache-2.0 */
/* Plain values of the configuration. */
#include "core/config_value.h"

#include "core/config_error.h"

#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define LETTERS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool is_word(const char *text, const char *first, const char *all, size_t longest)
{
    size_t size = strlen(text);
    return size > 0 && size <= longest && strchr(first, text[0]) && strspn(text, all) == size;
}

const char *config_owner_fault(const char *owner)
{
    if (is_word(owner, LOWER DIGITS, LOWER DIGITS "-_", 63))
        return NULL;
    return "must be what every cloud takes as a tag: at most 63 of a-z, 0-9, - and _, with a "
           "letter or "
           "a digit first.";
}

const char *config_type_fault(const char *type)
{
    if (is_word(type, LOWER, LOWER DIGITS "-", 31))
        return NULL;
    return "must be the id of a provider, as `archway backends` lists them.";
}

/* Shorter than aw_error.backend, and without what separates names. */
const char *config_name_fault(const char *name)
{
    if (is_word(name, LETTERS DIGITS, LETTERS DIGITS "-_.", 31))
        return NULL;
    return "must be at most 31 of A-Z, a-z, 0-9, -, _ and ., with a letter or a digit first.";
}

const char *config_region_fault(const char *region)
{
    if (is_word(region, LETTERS DIGITS, LETTERS DIGITS "-_.", 63))
        return NULL;
    return "must be the provider's name of a region: at most 63 of A-Z, a-z, 0-9, -, _ and .";
}

int config_boolean(const char *text)
{
    static const char *const words[] = {"false", "False", "FALSE", "true", "True", "TRUE"};
    for (int i = 0; i < 6; i++)
        if (strcmp(text, words[i]) == 0)
            return i >= 3;
    return -1;
}

int config_need_text(const struct config *config, const struct config_node *node, const char *name,
                     const char **ret_text, aw_error *ret_error)
{
    if (node->kind == CONFIG_LIST || node->kind == CONFIG_MAP)
        return config_fail(ret_error, config->path, node->line,
                           "`%s` takes a plain value here, not a list or keys of its own. Mind the "
                           "indentation.",
                           name);
    if (node->kind == CONFIG_NOTHING || !node->text[0])
        return config_fail(ret_error, config->path, node->line,
                           "`%s` has no value here. Write one, or remove the line.", name);
    *ret_text = node->text;
    return 0;
}
