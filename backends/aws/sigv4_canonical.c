/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical request: what both sides hash, whatever the request looked like on its way. */
#include "backends/aws/sigv4_parts.h"

#include "kit/error.h"

#define UNSIGNED SIGV4_BYTES("UNSIGNED-PAYLOAD")

/* S3 and its kin: x-amz-content-sha256 is sent, and the path is encoded once. */
static bool is_s3(const char *service)
{
    static const char *const names[] = {"s3", "s3express", "s3-outposts", "s3-object-lambda"};
    if (service[0] != 's' || service[1] != '3')
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(service, names[i]) == 0)
            return true;
    return false;
}

static enum sigv4_encoding encoding_of(const struct sigv4_input *input)
{
    if (is_s3(input->service))
        return SIGV4_ENCODE_ONCE;
    return input->path == SIGV4_PATH_UNNORMALIZED ? SIGV4_ENCODE_AGAIN : SIGV4_ENCODE_NORMALIZED;
}

static char *put_method(char *at, const char *method, aw_error *ret_error)
{
    size_t size = method ? sigv4_span(method, SIGV4_MAX_METHOD, SIGV4_NAME) : 0;
    if (size > 0 && method[size] == '\0')
        return sigv4_put(at, (aw_bytes){.data = method, .size = size});
    kit_error_set(ret_error, AW_E_INVALID, "A request to sign must have a method, as in POST.");
    return NULL;
}

/* What the request itself says of its payload's hash, which must be true. */
static int read_payload(struct sigv4_canonical *canonical, const struct sigv4_input *input,
                        aw_bytes given, bool is_secure, aw_error *ret_error)
{
    bool takes_unsigned = is_s3(input->service) && is_secure;
    canonical->payload = input->payload;
    canonical->repeats = !is_s3(input->service) && given.size == 0;
    canonical->adds_payload = is_s3(input->service) && given.size == 0;
    if (given.size == 0 || sigv4_compare(given, input->payload) == 0)
        return 0;
    canonical->payload = UNSIGNED;
    if (takes_unsigned && sigv4_compare(given, UNSIGNED) == 0)
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID,
                         "The header x-amz-content-sha256 of a request to sign is not the hash of "
                         "its body. Leave it out; only S3, over https, also takes "
                         "UNSIGNED-PAYLOAD.");
}

static void add_own_headers(const struct sigv4_canonical *canonical,
                            const struct sigv4_input *input, const struct sigv4_url *url,
                            struct sigv4_headers *headers)
{
    if (!headers->has_host)
        sigv4_headers_add(headers, SIGV4_BYTES("host"), url->host, true);
    sigv4_headers_add(headers, SIGV4_BYTES("x-amz-date"), input->time, true);
    if (input->token.size > 0)
        sigv4_headers_add(headers, SIGV4_BYTES("x-amz-security-token"), input->token, true);
    if (canonical->adds_payload)
        sigv4_headers_add(headers, SIGV4_BYTES("x-amz-content-sha256"), canonical->payload, true);
}

static int write(struct sigv4_canonical *canonical, const struct sigv4_input *input,
                 const struct sigv4_url *url, const struct sigv4_headers *headers,
                 aw_error *ret_error)
{
    char *at = put_method(canonical->memory, input->request->method, ret_error);
    if (!at)
        return -1;
    *at++ = '\n';
    at = sigv4_put_path(at, url->path, encoding_of(input), ret_error);
    if (!at)
        return -1;
    *at++ = '\n';
    at = sigv4_put_query(at, url->query, ret_error);
    if (!at)
        return -1;
    at = sigv4_put_headers(at, headers, ret_error);
    if (!at)
        return -1;
    char *names = SIGV4_PUT(at, "\n\n");
    at = sigv4_put_names(names, headers);
    canonical->names = sigv4_between(names, at);
    *at++ = '\n';
    at = sigv4_put(at, canonical->payload);
    canonical->text = sigv4_between(canonical->memory, at);
    canonical->repeats = canonical->repeats && url->query.size == 0;
    return 0;
}

int sigv4_canonical_write(struct sigv4_canonical *canonical, const struct sigv4_input *input,
                          aw_error *ret_error)
{
    struct sigv4_url url;
    struct sigv4_headers headers;
    if (sigv4_url_split(&url, input->request->url, ret_error) ||
        sigv4_headers_read(&headers, input->request, ret_error) ||
        read_payload(canonical, input, headers.content_hash, url.is_secure, ret_error))
        return -1;
    add_own_headers(canonical, input, &url, &headers);
    return write(canonical, input, &url, &headers, ret_error);
}
