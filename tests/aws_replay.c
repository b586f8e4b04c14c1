/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions on recordings of EC2. */
#include "tests/aws_replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct aws_wish aws_graviton(void)
{
    return (struct aws_wish){.offer = {.size = sizeof(aw_offer),
                                       .arch = AW_ARCH_ARM64,
                                       .instance_type = "c7g.large",
                                       .region = "us-east-1"}};
}

archway_job *ec2_create(archway *aw, const struct aws_wish *wish)
{
    static const char *const keys[] = {PLAYED_KEY};
    const char *data = wish->user_data ? wish->user_data : "";
    const archway_wish known = {
        .size = sizeof known,
        .ssh_key_count = 1,
        .backend = "aws",
        .offer = &wish->offer,
        .name = "runner",
        .token = wish->token,
        .image = wish->image,
        .ssh_keys = keys,
        .user_data = {data, strlen(data)},
        .disk_mib = wish->disk_mib,
        .options = wish->options,
        .option_count = wish->option_count,
    };
    return played_create(aw, &known, NULL);
}

static archway_machine machine(const char *id)
{
    return (archway_machine){
        .size = sizeof(archway_machine), .backend = "aws", .region = "us-east-1", .id = id};
}

archway_job *ec2_wait(archway *aw, uint32_t state)
{
    const archway_machine name = machine(MACHINE_ID);
    return played_wait(aw, &name, state);
}

archway_job *ec2_list(archway *aw)
{
    return played_list(aw, "aws", PLAYED_OWNER);
}

archway_job *ec2_get(archway *aw)
{
    const archway_machine name = machine(MACHINE_ID);
    return played_get(aw, &name);
}

archway_job *ec2_terminate(archway *aw, const char *id)
{
    const archway_machine name = machine(id);
    return played_terminate(aw, &name);
}

const aw_instance *assert_ec2_machine(const archway_job *job, uint32_t state)
{
    const aw_instance *found = assert_machine(job, state);
    assert_string_equal(found->id, MACHINE_ID);
    assert_string_equal(found->region, "us-east-1");
    return found;
}
