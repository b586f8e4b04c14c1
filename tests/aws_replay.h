/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings of EC2, played through the loaded plugin by a server's calls. */
#ifndef ARCHWAY_TESTS_AWS_REPLAY_H
#define ARCHWAY_TESTS_AWS_REPLAY_H

#include "tests/played.h"

#define MACHINE_ID "i-0a1b2c3d4e5f67890"
#define GRAVITON_IMAGE "ami-0c1a7f89451184c8b"
#define AMD64_IMAGE "ami-0e86e20dae9224db8"

/* What is wished for; all but the offer may be absent. */
struct aws_wish {
    aw_offer offer;
    const char *image;
    const char *user_data;
    const char *token;
    uint64_t disk_mib;
    aw_header options[2];
    uint64_t option_count;
};

/* A c7g.large on demand, in any zone. */
struct aws_wish aws_graviton(void);

/* Each runs its job to the end; the caller destroys it. */
archway_job *ec2_create(archway *aw, const struct aws_wish *wish);
archway_job *ec2_wait(archway *aw, uint32_t state);
archway_job *ec2_list(archway *aw);
archway_job *ec2_get(archway *aw);
archway_job *ec2_terminate(archway *aw, const char *id);

/* MACHINE_ID, of a job that has succeeded. */
const aw_instance *assert_ec2_machine(const archway_job *job, uint32_t state);

#endif
