/* SPDX-License-Identifier: Apache-2.0 */
/* `bootstrap:` of the configuration:
 *
 *     bootstrap:
 *       url: https://downloads.example.org/agent-linux-{arch}
 *       amd64: {sha256: 0123...}
 *       arm64: {sha256: 4567..., url: https://elsewhere.example.org/agent}
 *       arguments: [serve, --quiet]
 *       environment: {LOG_LEVEL: debug}
 *       secrets: {AGENT_TOKEN: ...}
 *       docker: true
 */
#ifndef ARCHWAY_CORE_CONFIG_BOOTSTRAP_H
#define ARCHWAY_CORE_CONFIG_BOOTSTRAP_H

#include "core/config.h"
#include "core/config_yaml.h"

/* Leaves it in config->bootstrap. */
int config_bootstrap_read(struct config *config, const struct config_node *node,
                          aw_error *ret_error);

#endif
