/* SPDX-License-Identifier: Apache-2.0 */
/* What the values of core's own keys must look like. A fault is the rest of a sentence that starts with the
 * name of the value ("must be ..."); NULL: none. */
#ifndef ARCHWAY_CORE_CONFIG_VALUE_H
#define ARCHWAY_CORE_CONFIG_VALUE_H

#include "core/config.h"
#include "core/config_yaml.h"

/* config_owner_fault is in core/config.h: an owner may come from elsewhere. */
const char *config_type_fault(const char *type);
const char *config_name_fault(const char *name);
const char *config_region_fault(const char *region);

/* 1: true, 0: false, -1: neither, by YAML 1.2. */
int config_boolean(const char *text);

/* The text of a node that must be a plain value and not empty. `name` is the key that it belongs to,
 * perhaps as one of a list. */
int config_need_text(const struct config *config, const struct config_node *node, const char *name,
                     const char **ret_text, aw_error *ret_error);

#endif
