/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the user's configuration in `open`. Core has checked names and types already. */
#ifndef ARCHWAY_KIT_SETTINGS_H
#define ARCHWAY_KIT_SETTINGS_H

#include <archway/backend.h>

/* The one that was set, or NULL. */
const aw_setting *kit_setting(const aw_settings *settings, const char *name);
/* Its first value, or NULL. */
const char *kit_setting_text(const aw_settings *settings, const char *name);
/* Copies it, or the fallback, into the operation's arena; NULL when there is neither. -1: no memory. */
int kit_setting_own(aw_op *op, const aw_settings *settings, const char *name, const char *fallback,
                    const char **ret_text);
/* Copies all its values, and NULL behind them; NULL when it is not set. -1: no memory. */
int kit_setting_own_list(aw_op *op, const aw_settings *settings, const char *name,
                         const char *const **ret_texts);
int kit_setting_boolean(const aw_settings *settings, const char *name, int fallback);

#endif
