/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile says of anything but credentials. */
#include "backends/aws/shared.h"

#include "kit/buf.h"

#include <strings.h>

enum {
    LONGEST_KEY = 64
};

const char *shared_profile(aw_op *op, const char *configured)
{
    const char *name = configured;
    if (!name)
        name = aw_env(op, "AWS_PROFILE");
    if (!name)
        name = aw_env(op, "AWS_DEFAULT_PROFILE");
    return name ? name : "default";
}

int shared_read(aw_op *op, const char *configured, struct shared *ret_shared)
{
    ret_shared->profile = shared_profile(op, configured);
    return profiles_read_config(op, &ret_shared->profiles);
}

const char *shared_get(const struct shared *shared, const char *key)
{
    return profiles_get(&shared->profiles, PROFILES_CONFIG, "profile", shared->profile, key);
}

static const char *endpoint_of_services(const struct shared *shared, const char *service)
{
    const char *services = shared_get(shared, "services");
    char block[LONGEST_KEY];
    kit_buf key;
    kit_buf_init_in(&key, block, sizeof block);
    kit_buf_addf(&key, "%s.endpoint_url", service);
    return services ? profiles_get(&shared->profiles, PROFILES_CONFIG, "services", services, block)
                    : NULL;
}

const char *shared_endpoint(const struct shared *shared, const char *service)
{
    const char *ignored = shared_get(shared, "ignore_configured_endpoint_urls");
    if (ignored && strcasecmp(ignored, "true") == 0)
        return NULL;
    const char *url = endpoint_of_services(shared, service);
    return url ? url : shared_get(shared, "endpoint_url");
}
