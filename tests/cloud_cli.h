/* SPDX-License-Identifier: Apache-2.0 */
/* The command and a cloud of its own for every test: cmocka's setup and teardown. */
#ifndef ARCHWAY_TESTS_CLOUD_CLI_H
#define ARCHWAY_TESTS_CLOUD_CLI_H

#include "tests/cloud_rig.h"

/* The cloud, whose configuration the command finds. */
extern struct cloud_rig *rig;

int cloud_cli_open(void **state);
int cloud_cli_close(void **state);

#endif
