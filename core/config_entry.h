/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of `backends` in the configuration file. */
#ifndef ARCHWAY_CORE_CONFIG_ENTRY_H
#define ARCHWAY_CORE_CONFIG_ENTRY_H

#include "core/config.h"
#include "core/config_yaml.h"

int config_entry_read(struct config *config, const struct config_node *node,
                      struct config_backend *ret_backend, aw_error *ret_error);

/* The keys that every entry may have, one by one; NULL behind the last. */
const char *config_entry_key(size_t index);
bool config_is_entry_key(const char *key);

#endif
