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
#define MAX_AUTHORIZATION                                                                          \
    (SIGV4_MAX_CREDENTIAL + SIGV4_MAX_NAMES + SIGV4_MAX_HEADERS + SIGV4_HEX + 256)

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

static int hash_body(struct sigv4_keys *keys, struct sigv4_input *input, struct sigv4_text *out,
                     aw_error *ret_error)
{
    aw_bytes body = input->request->body;
    if (body.size == 0)
        SIGV4_ADD(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    else if (sigv4_keys_add_hash(keys, body, out, ret_error))
        return -1;
    input->payload = sigv4_text_bytes(out);
    return 0;
}

/* The HMAC of the time, the scope and the hash of the canonical request. */
static int add_signature(struct sigv4_keys *keys, const struct sigv4_key *key, aw_bytes canonical,
                         struct sigv4_text *out, aw_error *ret_error)
{
    char memory[MAX_TO_SIGN];
    struct sigv4_text text = sigv4_text_in(memory, sizeof memory);
    size_t scope_at = key->key_id_size + 1;
    SIGV4_ADD(&text, ALGORITHM "\n");
    sigv4_text_add(&text, keys->time, SIGV4_TIME);
    sigv4_text_add_char(&text, '\n');
    sigv4_text_add(&text, key->credential + scope_at, key->credential_size - scope_at);
    sigv4_text_add_char(&text, '\n');
    if (sigv4_keys_add_canonical_hash(keys, canonical, &text, ret_error))
        return -1;
    return sigv4_key_add_mac(keys, key, sigv4_text_bytes(&text), out, ret_error);
}

static int add_authorization(struct sigv4_keys *keys, const struct sigv4_terms *terms,
                             aw_bytes canonical, aw_bytes names, struct sigv4_text *out,
                             aw_error *ret_error)
{
    const struct sigv4_key *key = sigv4_keys_find(keys, terms, ret_error);
    if (!key)
        return -1;
    SIGV4_ADD(out, ALGORITHM " Credential=");
    sigv4_text_add(out, key->credential, key->credential_size);
    SIGV4_ADD(out, ", SignedHeaders=");
    sigv4_text_add_bytes(out, names);
    SIGV4_ADD(out, ", Signature=");
    return add_signature(keys, key, canonical, out, ret_error);
}

static void add(aw_header_sink *sink, const char *name, aw_bytes value, int is_secret)
{
    sink->add(sink, name, value.data, value.size, is_secret);
}

/* The canonical text holds the token, so its owner wipes it. */
static int sign(struct sigv4_keys *keys, const struct sigv4_terms *terms, struct sigv4_input *input,
                struct sigv4_text *canonical, aw_header_sink *sink, aw_error *ret_error)
{
    char hash_memory[SIGV4_HEX];
    char memory[MAX_AUTHORIZATION];
    struct sigv4_text hash = sigv4_text_in(hash_memory, sizeof hash_memory);
    struct sigv4_text authorization = sigv4_text_in(memory, sizeof memory);
    if (sigv4_keys_prepare(keys, ret_error) || hash_body(keys, input, &hash, ret_error) ||
        sigv4_canonical(input, canonical, ret_error) ||
        add_authorization(keys, terms, sigv4_text_bytes(canonical), input->names, &authorization,
                          ret_error))
        return -1;
    add(sink, "x-amz-date", input->time, 0);
    if (input->adds_payload)
        add(sink, "x-amz-content-sha256", input->payload, 0);
    if (input->token.size > 0)
        add(sink, "x-amz-security-token", input->token, 1);
    add(sink, "authorization", sigv4_text_bytes(&authorization), 0);
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
    char memory[SIGV4_MAX_CANONICAL];
    struct sigv4_text canonical = sigv4_text_in(memory, sizeof memory);
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
    if (read_time(keys, now_ms / 1000, &terms, ret_error) ||
        read_token(&input, credentials->token, ret_error))
        return -1;
    int status = sign(keys, &terms, &input, &canonical, ret_headers, ret_error);
    if (input.token.size > 0)
        OPENSSL_cleanse(memory, sigv4_text_bytes(&canonical).size);
    return status;
}
