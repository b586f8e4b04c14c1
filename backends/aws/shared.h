/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a profile of the shared config file says of anything but credentials: its region, endpoints, and how to ask
 * them. The environment goes before it.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
#ifndef ARCHWAY_BACKENDS_AWS_SHARED_H
#define ARCHWAY_BACKENDS_AWS_SHARED_H

#include "backends/aws/profiles.h"

/* All in the operation's arena. */
struct shared {
    struct profiles profiles;
    const char *profile;
};

/* The profile that counts: `configured`, else AWS_PROFILE, AWS_DEFAULT_PROFILE, "default". */
const char *shared_profile(aw_op *op, const char *configured);

/* A file that cannot be read says nothing here; whoever looks for credentials in it tells. Returns -1 only when the
 * operation has failed. */
int shared_read(aw_op *op, const char *configured, struct shared *ret_shared);

/* NULL: it is not there, or empty. */
const char *shared_get(const struct shared *shared, const char *key);
/* The URL of a service ("ec2", "service_quotas"): that of the profile's `services` section, else the profile's own;
 * none while ignore_configured_endpoint_urls is true. */
const char *shared_endpoint(const struct shared *shared, const char *service);

#endif
