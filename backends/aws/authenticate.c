/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of places where credentials may be, and its two plainest ones. */
#include "backends/aws/credentials.h"
#include "backends/aws/shared.h"

#include "kit/error.h"
#include "kit/json.h"
#include "kit/time.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_TRAIL ((size_t)448)
#define LONGEST_SOURCE ((size_t)900)
#define LONGEST_KEY 8192

static void ask_settings(struct chain *chain);

static const struct {
    const char *place;
    void (*ask)(struct chain *chain);
} steps[] = {
    {"configuration", ask_settings},     {"environment", chain_ask_environment},
    {"shared files", chain_ask_profile}, {"web identity", chain_ask_web_identity},
    {"container", chain_ask_container},  {"instance metadata", chain_ask_instance},
};
#define STEPS (sizeof steps / sizeof *steps)

static const char *trail_text(const struct chain *chain)
{
    return chain->trail.size ? kit_buf_text(&chain->trail) : "";
}

static void fail(struct chain *chain)
{
    aw_error error = chain->failure;
    uint32_t code = error.code ? error.code : AW_E_UNAUTHENTICATED;
    kit_error_set(&error, code, "No AWS credentials. %s.", trail_text(chain));
    /* Nothing of what the credentials are for has been sent. */
    error.retry =
        code == AW_E_UNAUTHENTICATED || code == AW_E_DENIED ? AW_RETRY_NEVER : AW_RETRY_SAFE;
    error.http_status = chain->failure.http_status;
    kit_error_text(error.provider_code, sizeof error.provider_code, chain->failure.provider_code);
    kit_error_text(error.request_id, sizeof error.request_id, chain->failure.request_id);
    aw_fail(chain->op, &error);
}

static void next(struct chain *chain)
{
    if (chain->committed || chain->next_step == STEPS)
        fail(chain);
    else
        steps[chain->next_step++].ask(chain);
}

/* Keeps as much of it as an error's message has room for. */
static void leave_trail(struct chain *chain, const char *place, const char *why)
{
    char text[LONGEST_TRAIL];
    char fitting[LONGEST_TRAIL];
    size_t room = LONGEST_TRAIL - chain->trail.size;
    snprintf(text, sizeof text, "%s%s: %s", chain->trail.size ? "; " : "", place, why);
    kit_error_text(fitting, room, text);
    kit_buf_add_text(&chain->trail, fitting);
}

void chain_none(struct chain *chain, const char *place, const char *format, ...)
{
    char why[LONGEST_TRAIL];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    size_t size = strlen(why);
    if (size > 0 && why[size - 1] == '.')
        why[size - 1] = '\0';
    leave_trail(chain, place, why);
    next(chain);
}

void chain_none_since(struct chain *chain, const char *place, const aw_error *error,
                      const char *hint)
{
    /* An outage is not a bad key, and a role that may not be assumed is an administrator's affair. */
    if (error->code == AW_E_DENIED || error->code == AW_E_UNAVAILABLE ||
        error->code == AW_E_TIMEOUT || error->code == AW_E_THROTTLED)
        chain->failure = *error;
    chain_none(chain, place, "%.200s%s", error->message, hint);
}

int chain_read_expiry(struct chain *chain, const char *place, const char *text,
                      uint64_t *ret_expires_at_ms)
{
    uint64_t expires_at_ms = kit_time_read(text);
    if (text && !expires_at_ms) {
        chain_none(chain, place, "when the keys end is no time: \"%.40s\"", text);
        return -1;
    }
    *ret_expires_at_ms = expires_at_ms;
    return 0;
}

/* Keys are put into headers: white space at their end is dropped, anything else odd refused. */
static const char *clean(aw_op *op, const char *text)
{
    char *copy = kit_copy_text(op, text);
    size_t size = copy ? strlen(copy) : 0;
    while (size > 0 && strchr(" \t\r\n", copy[size - 1]))
        copy[--size] = '\0';
    for (size_t i = 0; i < size; i++)
        if (copy[i] <= ' ' || copy[i] > '~')
            return NULL;
    return size > 0 && size <= LONGEST_KEY ? copy : NULL;
}

/* "NAME (before it: PLACE: why; not asked: PLACE, PLACE)" */
static void write_source(const struct chain *chain, const char *name, char *text, size_t size)
{
    kit_buf buf;
    kit_buf_init_in(&buf, text, size);
    kit_buf_addf(&buf, "%.300s", name);
    const char *opening = " (";
    if (chain->trail.size) {
        kit_buf_addf(&buf, " (before it: %s", trail_text(chain));
        opening = "; ";
    }
    for (size_t i = chain->next_step; i < STEPS; i++)
        kit_buf_addf(&buf, "%s%s", i == chain->next_step ? opening : ", ", steps[i].place);
    if (chain->next_step < STEPS)
        kit_buf_add_text(&buf, " not asked");
    if (chain->trail.size || chain->next_step < STEPS)
        kit_buf_add_char(&buf, ')');
}

static void emit(struct chain *chain, const struct keys *keys)
{
    char source[LONGEST_SOURCE];
    char account[AWS_ACCOUNT_SIZE];
    aw_credentials credentials = {
        .size = sizeof credentials,
        .expires_at_ms = keys->expires_at_ms,
        .key_id = clean(chain->op, keys->id),
        .secret = clean(chain->op, keys->secret),
        .token = keys->token && *keys->token ? clean(chain->op, keys->token) : NULL,
        .source = source,
    };
    if (!credentials.key_id || !credentials.secret ||
        (keys->token && *keys->token && !credentials.token)) {
        kit_fail(chain->op, AW_E_UNAUTHENTICATED,
                 "The AWS credentials from %.300s are empty, or have characters in them that no "
                 "key has.",
                 keys->source);
        return;
    }
    write_source(chain, keys->source, source, sizeof source);
    credentials.account = aws_account_write(credentials.key_id, account);
    if (!credentials.account)
        credentials.account = credentials.key_id;
    aw_emit_credentials(chain->op, &credentials);
}

void chain_found(struct chain *chain, const struct keys *keys)
{
    if (chain->role_count)
        chain_assume_role(chain, &chain->roles[--chain->role_count], keys);
    else
        emit(chain, keys);
}

static void ask_settings(struct chain *chain)
{
    static const char place[] = "configuration";
    struct keys keys = {
        .id = aw_secret(chain->op, "access_key_id"),
        .secret = aw_secret(chain->op, "secret_access_key"),
        .token = aw_secret(chain->op, "session_token"),
        .source = "the configuration",
    };
    if (keys.id && keys.secret) {
        chain_found(chain, &keys);
        return;
    }
    chain->committed = keys.id || keys.secret;
    if (chain->committed)
        chain_none(chain, place,
                   "it has only one of `access_key_id` and `secret_access_key`: write both, or "
                   "neither");
    else
        chain_none(chain, place, "no `access_key_id`");
}

void chain_read_environment(struct chain *chain)
{
    static const char place[] = "environment";
    const char *expiration = aw_env(chain->op, "AWS_CREDENTIAL_EXPIRATION");
    struct keys keys = {
        .id = aw_env(chain->op, "AWS_ACCESS_KEY_ID"),
        .secret = aw_env(chain->op, "AWS_SECRET_ACCESS_KEY"),
        .token = aw_env(chain->op, "AWS_SESSION_TOKEN"),
        .source = "environment AWS_ACCESS_KEY_ID",
    };
    if (!keys.id && !keys.secret) {
        chain_none(chain, place, "AWS_ACCESS_KEY_ID is not set");
        return;
    }
    /* Half a pair is a mistake: to go on would end in somebody else's account. */
    chain->committed = 1;
    if (!keys.id || !keys.secret)
        chain_none(chain, place, "%s is not set and %s is",
                   keys.id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID",
                   keys.id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY");
    else if (!chain_read_expiry(chain, place, expiration, &keys.expires_at_ms))
        chain_found(chain, &keys);
}

void chain_ask_environment(struct chain *chain)
{
    if (chain->profile_is_explicit)
        chain_none(chain, "environment", "passed over, since the configuration names a profile");
    else
        chain_read_environment(chain);
}

void chain_read_keys(struct chain *chain, const char *place, const char *data, size_t size,
                     const struct keys_names *names)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, data, size);
    const char *status =
        names->status ? kit_json_find_text(&root, names->status, "Success") : "Success";
    if (names->version)
        kit_json_integer(&root, names->version, 1, 1);
    if (!document.error.code && strcmp(status, "Success") != 0) {
        chain_none(chain, place, "%.60s: %.120s", status,
                   kit_json_find_text(&root, "Message", "it gives no keys"));
        return;
    }
    struct keys keys = {
        .id = kit_json_text(&root, names->id),
        .secret = kit_json_text(&root, names->secret),
        .token = kit_json_find_text(&root, names->token, NULL),
        .source = place,
    };
    const char *expiration = kit_json_find_text(&root, names->expiration, NULL);
    if (document.error.code)
        chain_none(chain, place, "%.200s", document.error.message);
    else if (!chain_read_expiry(chain, place, expiration, &keys.expires_at_ms))
        chain_found(chain, &keys);
}

void aws_authenticate(aw_op *op)
{
    const struct aws *aws = op->state;
    struct chain *chain = aw_alloc(op, sizeof *chain);
    if (!chain)
        return;
    chain->op = op;
    chain->profile = shared_profile(op, aws->profile);
    chain->profile_is_explicit = aws->profile != NULL;
    kit_buf_init(&chain->trail, kit_op_memory(op), LONGEST_TRAIL);
    next(chain);
}
