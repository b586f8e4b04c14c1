/* SPDX-License-Identifier: Apache-2.0 */
/* What earlier placements with a token left open in the journal. */
#ifndef ARCHWAY_CORE_PLACE_OPEN_H
#define ARCHWAY_CORE_PLACE_OPEN_H

#include "core/context.h"

/* How long its machines may still come to be listed; 0: they would be. AW_E_CONFLICT while another process or
 * context has it under way. */
int place_open_ms(archway *aw, const char *token, uint64_t *ret_left_ms, aw_error *ret_error);

#endif
