/* SPDX-License-Identifier: Apache-2.0 */
/* A cloud for the command. */
#include "tests/cloud_cli.h"

#include "tests/cli_run.h"

#include <stdlib.h>

struct cloud_rig *rig;

int cloud_cli_open(void **state)
{
    (void)state;
    rig = cloud_rig_create(".");
    cli_environment("ARCHWAY_CONFIG=config.yaml");
    cli_environment("HOME=home");
    return 0;
}

int cloud_cli_close(void **state)
{
    (void)state;
    cloud_rig_destroy(rig);
    cli_environment(NULL);
    return system("rm -rf state home") ? -1 : 0;
}
