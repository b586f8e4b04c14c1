/* SPDX-License-Identifier: Apache-2.0 */
/* archway check --live: a backend on its real provider. */
#ifndef ARCHWAY_CLI_CHECK_LIVE_H
#define ARCHWAY_CLI_CHECK_LIVE_H

#include "cli/options.h"

int check_live(const struct options *options);
/* Without --live: is an option there that only that has? EXIT_USAGE having said so. */
int check_live_only(const struct options *options);

#endif
