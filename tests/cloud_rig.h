/* SPDX-License-Identifier: Apache-2.0 */
/* A cloud to break things on (tests/cloud), as a program beside the test, and what the test asks of it. */
#ifndef ARCHWAY_TESTS_CLOUD_RIG_H
#define ARCHWAY_TESTS_CLOUD_RIG_H

#include <jansson.h>

/* Starts one whose clients find their configuration in `folder`. Fails the test when it cannot. */
struct cloud_rig;
struct cloud_rig *cloud_rig_create(const char *folder);
void cloud_rig_destroy(struct cloud_rig *rig);

/* Changes what happens (tests/cloud/admin.c has the words), with ' for ". */
void cloud_rig_script(struct cloud_rig *rig, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Everything that ever was, to be freed with json_decref. */
json_t *cloud_rig_truth(struct cloud_rig *rig);

/* How many machines were ever made in this cloud (NULL: in all), and how many of them live. */
size_t cloud_rig_made(struct cloud_rig *rig, const char *cloud);
size_t cloud_rig_living(struct cloud_rig *rig, const char *cloud);
/* How often this was asked for. */
size_t cloud_rig_asked(struct cloud_rig *rig, const char *cloud, const char *request);
/* What the newest machine of the cloud has in this member: "place", "why". Lives until the next call. */
const char *cloud_rig_last(struct cloud_rig *rig, const char *cloud, const char *member);

#endif
