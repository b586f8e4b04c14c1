/* SPDX-License-Identifier: Apache-2.0 */
/* Finding settings by name. */
#include "kit/settings.h"

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

int kit_setting_boolean(const aw_settings *settings, const char *name, int fallback)
{
    const char *text = kit_setting_text(settings, name);
    return text ? !strcmp(text, "true") : fallback;
}
