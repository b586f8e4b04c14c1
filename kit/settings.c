/* SPDX-License-Identifier: Apache-2.0 */
/* Finding settings by name. */
#include "kit/settings.h"

#include "kit/memory.h"

#include <string.h>

const aw_setting *kit_setting(const aw_settings *settings, const char *name)
{
    for (uint32_t i = 0; i < settings->count; i++)
        if (!strcmp(settings->items[i].name, name) && settings->items[i].count > 0)
            return &settings->items[i];
    return NULL;
}

const char *kit_setting_text(const aw_settings *settings, const char *name)
{
    const aw_setting *setting = kit_setting(settings, name);
    return setting ? setting->values[0] : NULL;
}

int kit_setting_own(aw_op *op, const aw_settings *settings, const char *name, const char *fallback,
                    const char **ret_text)
{
    const char *text = kit_setting_text(settings, name);
    if (!text)
        text = fallback;
    *ret_text = kit_copy_text(op, text);
    return text && !*ret_text ? -1 : 0;
}

int kit_setting_own_list(aw_op *op, const aw_settings *settings, const char *name,
                         const char *const **ret_texts)
{
    const aw_setting *setting = kit_setting(settings, name);
    if (!setting) {
        *ret_texts = NULL;
        return 0;
    }
    const char **texts = aw_alloc(op, ((size_t)setting->count + 1) * sizeof *texts);
    for (uint64_t i = 0; texts && i < setting->count; i++) {
        texts[i] = kit_copy_text(op, setting->values[i]);
        if (!texts[i])
            return -1;
    }
    *ret_texts = texts;
    return texts ? 0 : -1;
}

int kit_setting_boolean(const aw_settings *settings, const char *name, int fallback)
{
    const char *text = kit_setting_text(settings, name);
    return text ? !strcmp(text, "true") : fallback;
}
