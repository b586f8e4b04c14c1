/* SPDX-License-Identifier: Apache-2.0 */
/* The vtable's `sign`: Signature Version 4 where the request counts. */
#include "backends/aws/aws.h"
#include "backends/aws/sigv4.h"

#include "kit/error.h"

#include <string.h>

/* Behind the name of a service: the path is signed as it is. No service of this backend wants it. */
#define UNNORMALIZED ";unnormalized"

/* A scope for the name without what stands behind it, copied to `name`. */
static int read_service(struct sigv4_scope *scope, char name[SIGV4_MAX_NAME + 1],
                        aw_error *ret_error)
{
    const char *semicolon = strchr(scope->service, ';');
    if (!semicolon)
        return 0;
    size_t size = (size_t)(semicolon - scope->service);
    if (size > SIGV4_MAX_NAME || strcmp(semicolon, UNNORMALIZED) != 0)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "\"%.80s\" is no service of AWS to sign for. Only " UNNORMALIZED
                             " may stand behind a name, for a path that is signed as it is.",
                             scope->service);
    memcpy(name, scope->service, size);
    name[size] = '\0';
    scope->service = name;
    scope->path = SIGV4_PATH_UNNORMALIZED;
    return 0;
}

int32_t aws_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                 uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    struct aws *aws = state;
    char name[SIGV4_MAX_NAME + 1];
    struct sigv4_scope scope = {
        .region = request->region ? request->region : aws->default_region,
        .service = request->service ? request->service : aws_signing_name(AWS_EC2),
    };
    /* Whatever the backend itself sends has a region: this is the user's own request. */
    if (!request->region && !aws->region_is_chosen)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "It is not known for which region to sign: write `--region us-east-1`, or set "
            "AWS_REGION, `regions:` of this backend, or `region` of the profile in "
            "~/.aws/config.");
    if (read_service(&scope, name, ret_error))
        return -1;
    return sigv4_sign(aws->keys, &scope, request, credentials, now_ms, ret_headers, ret_error);
}
