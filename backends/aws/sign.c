/* SPDX-License-Identifier: Apache-2.0 */
/* The vtable's `sign`: Signature Version 4 where the request counts. */
#include "backends/aws/aws.h"
#include "backends/aws/sigv4.h"

int32_t aws_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                 uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    struct aws *aws = state;
    struct sigv4_scope scope = {
        .region = request->region ? request->region : aws->default_region,
        .service = request->service ? request->service : aws_signing_name(AWS_EC2),
    };
    return sigv4_sign(aws->keys, &scope, request, credentials, now_ms, ret_headers, ret_error);
}
