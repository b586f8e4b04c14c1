/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions on recordings of Google Cloud. */
#include "tests/gcp_replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

aw_offer gcp_axion(void)
{
    return (aw_offer){.size = sizeof(aw_offer),
                      .arch = AW_ARCH_ARM64,
                      .instance_type = "c4a-standard-4",
                      .region = "us-central1",
                      .zone = "us-central1-a,us-central1-b"};
}

archway_job *gce_create(archway *aw, const aw_offer *offer, uint64_t timeout_ms)
{
    static const char *const keys[] = {PLAYED_KEY};
    const archway_wish wish = {
        .size = sizeof wish,
        .ssh_key_count = 1,
        .backend = "gcp",
        .offer = offer,
        .name = "runner",
        .ssh_keys = keys,
    };
    const archway_call call = {.size = sizeof call, .timeout_ms = timeout_ms};
    return played_create(aw, &wish, &call);
}

static archway_machine machine(const char *id, const char *zone)
{
    return (archway_machine){.size = sizeof(archway_machine),
                             .backend = "gcp",
                             .region = "us-central1",
                             .zone = zone,
                             .id = id};
}

archway_job *gce_wait(archway *aw, const char *id, uint32_t state)
{
    const archway_machine name = machine(id, "us-central1-a");
    return played_wait(aw, &name, state);
}

archway_job *gce_list(archway *aw)
{
    return played_list(aw, "gcp", PLAYED_OWNER);
}

archway_job *gce_get(archway *aw, const char *id, const char *zone)
{
    const archway_machine name = machine(id, zone);
    return played_get(aw, &name);
}

archway_job *gce_terminate(archway *aw, const char *id, const char *zone)
{
    const archway_machine name = machine(id, zone);
    return played_terminate(aw, &name);
}

const aw_instance *assert_gce_machine(const archway_job *job, uint32_t state)
{
    assert_int_equal(archway_job_instance_count(job), 1);
    return assert_machine(job, state);
}

void assert_refused(const archway_job *job, uint32_t code, const char *part)
{
    assert_error(job, code, part);
    assert_int_equal(archway_job_instance_count(job), 0);
}
