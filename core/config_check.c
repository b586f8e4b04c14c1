/* SPDX-License-Identifier: Apache-2.0 */
/* A backend's settings against the options that its plugin declares. */
#include "core/config.h"

#include "core/config_entry.h"
#include "core/config_error.h"
#include "core/config_value.h"
#include "core/mem.h"
#include "kit/buf.h"
#include "kit/nearest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct check {
    struct config *config;
    const struct config_backend *backend;
    const aw_option *options;
    size_t option_count;
    aw_error *ret_error;
};

static const aw_option *find_option(const struct check *check, const char *name)
{
    for (size_t i = 0; i < check->option_count; i++)
        if (strcmp(check->options[i].name, name) == 0)
            return &check->options[i];
    return NULL;
}

static size_t entry_key_count(void)
{
    size_t count = 0;
    while (config_entry_key(count))
        count++;
    return count;
}

/* All the keys that the entry may have. */
static const char **known_keys(const struct check *check, size_t *ret_count)
{
    size_t count = check->option_count + entry_key_count();
    const char **keys = arena_alloc(&check->config->arena, count * sizeof *keys);
    if (!keys)
        return NULL;
    for (size_t i = 0; i < check->option_count; i++)
        keys[i] = check->options[i].name;
    for (size_t i = check->option_count; i < count; i++)
        keys[i] = config_entry_key(i - check->option_count);
    *ret_count = count;
    return keys;
}

static int fail_unknown(const struct check *check, const char *name, int line)
{
    const char *path = check->config->path;
    const char *backend = check->backend->name;
    size_t count = 0;
    const char **keys = known_keys(check, &count);
    if (!keys)
        return config_fail_memory(check->ret_error);
    const char *nearest = kit_nearest_word(name, keys, count);
    if (nearest)
        return config_fail(check->ret_error, path, line,
                           "unknown key `%s` in backend `%s`: did you mean `%s`?", name, backend,
                           nearest);
    KIT_CLEANUP(kit_buf_finish) kit_buf list;
    kit_buf_init(&list, mem_kit(), (size_t)64 * 1024);
    for (size_t i = 0; i < count; i++)
        kit_buf_addf(&list, "%s`%s`", i ? ", " : "", keys[i]);
    if (list.state == KIT_BUF_NO_MEMORY)
        return config_fail_memory(check->ret_error);
    return config_fail(check->ret_error, path, line,
                       "unknown key `%s` in backend `%s`. Its keys are %s.", name, backend,
                       kit_buf_text(&list));
}

static bool is_integer(const char *text)
{
    const char *digits = text + (text[0] == '-');
    if (!digits[0] || digits[strspn(digits, "0123456789")] || (digits[0] == '0' && digits[1]))
        return false;
    errno = 0;
    strtoll(text, NULL, 10);
    return errno == 0;
}

/* Values are not shown: they may be keys. */
static int check_shape(const struct check *check, const aw_option *option, size_t index)
{
    bool is_list = check->backend->setting_is_list[index];
    const char *path = check->config->path;
    int line = check->backend->setting_lines[index];
    if (option->type == AW_OPTION_LIST && !is_list)
        return config_fail(check->ret_error, path, line,
                           "`%s` must be a list: write `%s: [VALUE]`.", option->name, option->name);
    if (option->type != AW_OPTION_LIST && is_list)
        return config_fail(check->ret_error, path, line,
                           "`%s` takes one value, not a list: write `%s: VALUE`.", option->name,
                           option->name);
    return 0;
}

/* Settles how a boolean is spelled. */
static int check_value(const struct check *check, const aw_option *option, int line,
                       aw_setting *setting)
{
    static const char *const booleans[] = {"false", "true"};
    const char *path = check->config->path;
    if (option->type == AW_OPTION_INTEGER && !is_integer(setting->values[0]))
        return config_fail(
            check->ret_error, path, line,
            "`%s` must be a whole number of 64 bits, in digits without leading zeros.",
            option->name);
    if (option->type != AW_OPTION_BOOLEAN)
        return 0;
    int value = config_boolean(setting->values[0]);
    if (value < 0)
        return config_fail(check->ret_error, path, line, "`%s` must be `true` or `false`.",
                           option->name);
    setting->values = &booleans[value];
    return 0;
}

static int check_option(const struct check *check, const aw_option *option, size_t index,
                        aw_setting *setting)
{
    int line = check->backend->setting_lines[index];
    if (!option)
        return fail_unknown(check, setting->name, line);
    if (check_shape(check, option, index) < 0 || check_value(check, option, line, setting) < 0)
        return -1;
    if ((option->flags & AW_OPTION_SECRET) && check->config->readable_by_others)
        return config_fail(
            check->ret_error, check->config->path, line,
            "`%s` is a secret, and others can read this file. Run `chmod 600` on it.",
            option->name);
    return 0;
}

static int split(const struct check *check, aw_settings *settings, aw_setting *items,
                 aw_settings *secrets, aw_setting *secret_items)
{
    for (size_t i = 0; i < check->backend->setting_count; i++) {
        aw_setting setting = check->backend->settings[i];
        const aw_option *option = find_option(check, setting.name);
        bool is_core = config_is_entry_key(setting.name);
        if (!is_core && check_option(check, option, i, &setting) < 0)
            return -1;
        if (!is_core && (option->flags & AW_OPTION_SECRET))
            secret_items[secrets->count++] = setting;
        else
            items[settings->count++] = setting;
    }
    settings->items = items;
    secrets->items = secret_items;
    return 0;
}

int config_check(struct config *config, const struct config_backend *backend,
                 const aw_option *options, size_t option_count, aw_settings *ret_settings,
                 aw_settings *ret_secrets, aw_error *ret_error)
{
    const struct check check = {.config = config,
                                .backend = backend,
                                .options = options,
                                .option_count = option_count,
                                .ret_error = ret_error};
    aw_settings settings = {.size = sizeof settings, .name = backend->name};
    aw_settings secrets = settings;
    if (backend->setting_count > 0) {
        size_t size = backend->setting_count * sizeof(aw_setting);
        aw_setting *items = arena_alloc(&config->arena, size);
        aw_setting *secret_items = arena_alloc(&config->arena, size);
        if (!items || !secret_items)
            return config_fail_memory(ret_error);
        if (split(&check, &settings, items, &secrets, secret_items) < 0)
            return -1;
    }
    *ret_settings = settings;
    *ret_secrets = secrets;
    return 0;
}
