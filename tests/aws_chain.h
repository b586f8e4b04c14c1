/* SPDX-License-Identifier: Apache-2.0 */
/* One search for AWS credentials, in a world of the test's own. */
#ifndef ARCHWAY_TESTS_AWS_CHAIN_H
#define ARCHWAY_TESTS_AWS_CHAIN_H

#include "backend_host.h"

#define KEY_ID "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define PAIR(id, secret) "aws_access_key_id = " id "\naws_secret_access_key = " secret "\n"

#define CONFIG "~/.aws/config"
#define CREDENTIALS "~/.aws/credentials"

/* What STS gives for a role. */
#define ROLE_KEYS(action, id)                                                                      \
    "<" action "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" action             \
    "Result><Credentials><AccessKeyId>" id "</AccessKeyId><SecretAccessKey>role-secret"            \
    "</SecretAccessKey><SessionToken>role-token</SessionToken><Expiration>2026-01-01T01:00:00Z"    \
    "</Expiration></Credentials></" action "Result></" action "Response>"
#define ONE_HOUR_ON "until 1767229200000"

/* Opens the backend in such a world and begins to authenticate. Lists end in an entry without a name. */
static inline void chain_begin(struct backend_host *host, const struct host_world *world)
{
    host_init(host, world);
    host_begin(host);
    vtable()->authenticate(&host->op);
}

/* Were these keys found? */
static inline void assert_keys(const struct backend_host *host, const char *keys)
{
    if (host->error.code)
        assert_contains(host->error.message, keys);
    assert_contains(host_results(host), keys);
}

#endif
