/* SPDX-License-Identifier: Apache-2.0 */
/* What the configuration says of images: mirrors of registries, and what emulation costs.
 *
 *     registry_mirrors:
 *       docker.io: https://mirror.example.com
 *     emulation_factor: 2808/386
 */
#ifndef ARCHWAY_CORE_CONFIG_IMAGE_H
#define ARCHWAY_CORE_CONFIG_IMAGE_H

#include "core/config.h"
#include "core/config_yaml.h"

int config_read_mirrors(struct config *config, const struct config_node *node, aw_error *ret_error);
int config_read_emulation_factor(struct config *config, const struct config_node *node,
                                 aw_error *ret_error);

/* The URL of the mirror that is asked before a registry, without a slash at its end; NULL: there is none. */
const char *config_mirror_of(const struct config *config, const char *registry);

#endif
