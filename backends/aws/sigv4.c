/* SPDX-License-Identifier: Apache-2.0 */
/* The signature of a request, from its parts, and the headers that carry it. */
#include "backends/aws/sigv4.h"

#include "backends/aws/sigv4_parts.h"
#include "kit/error.h"

#include <openssl/crypto.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define DAY_SECONDS 86400
#define YEAR_10000 UINT64_C(253402300800)
#define MAX_TO_SIGN (sizeof ALGORITHM + SIGV4_TIME + 1 + SIGV4_MAX_SCOPE + 1 + SIGV4_HEX)
#define MAX_AUTHORIZATION (SIGV4_MAX_CREDENTIAL + SIGV4_ALL_NAMES + SIGV4_HEX + 64)

/* The text of the second is kept: there are many signatures in one. */
static int read_time(struct sigv4_keys *keys, uint64_t second, struct sigv4_terms *terms,
                     aw_error *ret_error)
{
    if (second >= YEAR_10000)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The time of a signature must lie before the year 10000.");
    if (second != keys->second || keys->time[0] == '\0')
        sigv4_time_write(keys->time, second);
    keys->second = second;
    terms->day = second / DAY_SECONDS;
    terms->day_text = keys->time;
    return 0;
}

static int read_token(struct sigv4_input *input, const char *text, aw_error *ret_error)
{
    input->token = sigv4_trimmed(text);
    if (sigv4_plain_size(input->token.data, input->token.size) == input->token.size)
        return 0;
    return kit_error_set(ret_error, AW_E_UNAUTHENTICATED,
                         "The session token for AWS has characters in it that no token has. It is "
                         "one long line without spaces.");
}

static int hash_body(struct sigv4_keys *keys, aw_bytes body, char ret_hex[SIGV4_HEX],
                     aw_error *ret_error)
{
    if (body.size > 0)
        return sigv4_keys_hash(keys, body, ret_hex, ret_error);
    SIGV4_PUT(ret_hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    return 0;
}

/* The HMAC of the time, the scope and the hash of the canonical request. */
static int write_signature(struct sigv4_keys *keys, const struct sigv4_key *key, aw_bytes canonical,
                           char ret_hex[SIGV4_HEX], aw_error *ret_error)
{
    char text[MAX_TO_SIGN];
    const char *scope = key->credential + key->key_id_size + 1;
    char *at = SIGV4_PUT(text, ALGORITHM "\n");
    at = sigv4_put(at, (aw_bytes){keys->time, SIGV4_TIME});
    *at++ = '\n';
    at = sigv4_put(at, sigv4_between(scope, key->credential + key->credential_size));
    *at++ = '\n';
    if (sigv4_keys_hash_canonical(keys, canonical, at, ret_error))
        return -1;
    return sigv4_key_mac(keys, key, sigv4_between(text, at + SIGV4_HEX), ret_hex, ret_error);
}

/* Returns its end; NULL: no memory. */
static char *put_authorization(char *at, struct sigv4_keys *keys, const struct sigv4_key *key,
                               const struct sigv4_canonical *canonical, aw_error *ret_error)
{
    at = SIGV4_PUT(at, ALGORITHM " Credential=");
    at = sigv4_put(at, (aw_bytes){key->credential, key->credential_size});
    at = SIGV4_PUT(at, ", SignedHeaders=");
    at = sigv4_put(at, canonical->names);
    at = SIGV4_PUT(at, ", Signature=");
    return write_signature(keys, key, canonical->text, at, ret_error) ? NULL : at + SIGV4_HEX;
}

static int write_canonical(struct sigv4_key *key, const struct sigv4_input *input,
                           struct sigv4_canonical *canonical, aw_error *ret_error)
{
    if (sigv4_last_use(&key->last, input, canonical))
        return 0;
    if (sigv4_canonical_write(canonical, input, ret_error))
        return -1;
    sigv4_last_keep(&key->last, input, canonical);
    return 0;
}

static void add(aw_header_sink *sink, const char *name, aw_bytes value, int32_t secrecy)
{
    sink->add(sink, name, value.data, value.size, secrecy);
}

/* The canonical request holds the token, so its owner wipes it. */
static int sign(struct sigv4_keys *keys, struct sigv4_key *key, struct sigv4_input *input,
                struct sigv4_canonical *canonical, aw_header_sink *sink, aw_error *ret_error)
{
    char payload[SIGV4_HEX];
    char authorization[MAX_AUTHORIZATION];
    input->payload = (aw_bytes){.data = payload, .size = sizeof payload};
    if (hash_body(keys, input->request->body, payload, ret_error) ||
        write_canonical(key, input, canonical, ret_error))
        return -1;
    const char *end = put_authorization(authorization, keys, key, canonical, ret_error);
    if (!end)
        return -1;
    add(sink, "x-amz-date", input->time, AW_SECRECY_NONE);
    if (canonical->adds_payload)
        add(sink, "x-amz-content-sha256", canonical->payload, AW_SECRECY_NONE);
    if (input->token.size > 0)
        add(sink, "x-amz-security-token", input->token, AW_SECRECY_UNLESS_ASKED);
    add(sink, "authorization", sigv4_between(authorization, end), AW_SECRECY_NONE);
    return 0;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

int32_t sigv4_sign(struct sigv4_keys *keys, const struct sigv4_scope *scope,
                   const aw_request *request, const aw_credentials *credentials, uint64_t now_ms,
                   aw_header_sink *ret_headers, aw_error *ret_error)
{
    struct sigv4_canonical canonical;
    struct sigv4_terms terms = {
        .key_id = or_empty(credentials->key_id),
        .secret = or_empty(credentials->secret),
        .region = or_empty(scope->region),
        .service = or_empty(scope->service),
    };
    struct sigv4_input input = {.request = request,
                                .service = terms.service,
                                .path = scope->path,
                                .time = {.data = keys->time, .size = SIGV4_TIME}};
    if (sigv4_keys_prepare(keys, ret_error) || read_time(keys, now_ms / 1000, &terms, ret_error) ||
        read_token(&input, credentials->token, ret_error))
        return -1;
    struct sigv4_key *key = sigv4_keys_find(keys, &terms, ret_error);
    if (!key)
        return -1;
    int status = sign(keys, key, &input, &canonical, ret_headers, ret_error);
    if (input.token.size > 0)
        OPENSSL_cleanse(canonical.memory, status ? sizeof canonical.memory : canonical.text.size);
    return status;
}
