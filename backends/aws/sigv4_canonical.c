/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical request: what both sides hash, whatever the request looked like on its way. */
#include "backends/aws/sigv4_parts.h"

#include "kit/error.h"

#define BYTES(literal) ((aw_bytes){.data = (literal), .size = sizeof(literal) - 1})
#define MAX_METHOD 32
#define CONTENT_HASH BYTES("x-amz-content-sha256")
#define UNSIGNED BYTES("UNSIGNED-PAYLOAD")

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

static int add_method(struct sigv4_text *out, const char *method, aw_error *ret_error)
{
    size_t size = method ? sigv4_span(method, MAX_METHOD, SIGV4_NAME) : 0;
    if (size == 0 || method[size])
        return kit_error_set(ret_error, AW_E_INVALID,
                             "A request to sign must have a method, as in POST.");
    sigv4_text_add(out, method, size);
    sigv4_text_add_char(out, '\n');
    return 0;
}

/* What the request itself says of its payload's hash, which must be true. */
static int check_payload(struct sigv4_input *input, aw_bytes given, bool is_secure,
                         aw_error *ret_error)
{
    bool takes_unsigned = is_s3(input->service) && is_secure;
    input->adds_payload = is_s3(input->service) && given.size == 0;
    if (given.size == 0 || sigv4_bytes_compare(given, input->payload) == 0)
        return 0;
    if (!takes_unsigned || sigv4_bytes_compare(given, UNSIGNED) != 0)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The header x-amz-content-sha256 of a request to sign is not the hash "
                             "of its body. Leave it out; only S3, over https, also takes "
                             "UNSIGNED-PAYLOAD.");
    input->payload = UNSIGNED;
    return 0;
}

static void add_own_headers(const struct sigv4_input *input, const struct sigv4_url *url,
                            struct sigv4_headers *headers)
{
    if (!headers->has_host)
        sigv4_headers_add(headers, BYTES("host"), url->host, true);
    sigv4_headers_add(headers, BYTES("x-amz-date"), input->time, true);
    if (input->token.size > 0)
        sigv4_headers_add(headers, BYTES("x-amz-security-token"), input->token, true);
    if (input->adds_payload)
        sigv4_headers_add(headers, CONTENT_HASH, input->payload, true);
}

static int write(struct sigv4_input *input, const struct sigv4_url *url,
                 const struct sigv4_headers *headers, struct sigv4_text *out, aw_error *ret_error)
{
    if (add_method(out, input->request->method, ret_error) ||
        sigv4_url_add_path(out, url->path, encoding_of(input), ret_error))
        return -1;
    sigv4_text_add_char(out, '\n');
    if (sigv4_url_add_query(out, url->query, ret_error) ||
        sigv4_headers_write(headers, out, ret_error))
        return -1;
    SIGV4_ADD(out, "\n\n");
    input->names.data = out->at;
    sigv4_headers_write_names(headers, out);
    input->names.size = (uint64_t)(out->at - input->names.data);
    sigv4_text_add_char(out, '\n');
    sigv4_text_add_bytes(out, input->payload);
    return 0;
}

int sigv4_canonical(struct sigv4_input *input, struct sigv4_text *out, aw_error *ret_error)
{
    struct sigv4_url url;
    struct sigv4_headers headers;
    if (sigv4_url_split(&url, input->request->url, ret_error) ||
        sigv4_headers_read(&headers, input->request, ret_error) ||
        check_payload(input, headers.content_hash, url.is_secure, ret_error))
        return -1;
    add_own_headers(input, &url, &headers);
    if (write(input, &url, &headers, out, ret_error))
        return -1;
    if (out->is_full)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "A request to sign may have at most %d bytes of URL and headers, once "
                             "they are encoded.",
                             SIGV4_MAX_CANONICAL);
    return 0;
}
