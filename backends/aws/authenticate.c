/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of places where credentials may be, and its two plainest ones. */
#include "backends/aws/credentials.h"

#include "kit/error.h"
#include "kit/json.h"
#include "kit/time.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_TRAIL ((size_t)400)
#define LONGEST_KEY 4096

static void (*const steps[])(struct chain *chain) = {
    chain_ask_settings,     chain_ask_environment, chain_ask_profile,
    chain_ask_web_identity, chain_ask_container,   chain_ask_instance,
};

static const char *trail_text(const struct chain *chain)
{
    return chain->trail.size ? kit_buf_text(&chain->trail) : "";
}

static void fail(struct chain *chain)
{
    kit_fail(chain->op, AW_E_UNAUTHENTICATED, "No AWS credentials. %s", trail_text(chain));
}

static void next(struct chain *chain)
{
    if (chain->committed || chain->next_step == sizeof steps / sizeof *steps)
        fail(chain);
    else
        steps[chain->next_step++](chain);
}

/* Keeps as much of the trail as an error's message has room for. */
static void leave_trail(struct chain *chain, const char *place, const char *why)
{
    size_t room = LONGEST_TRAIL - chain->trail.size;
    char text[LONGEST_TRAIL];
    int size = snprintf(text, sizeof text, "%s%s: %s.", chain->trail.size ? " " : "", place, why);
    if (size > 0 && (size_t)size < room)
        kit_buf_add_text(&chain->trail, text);
}

void chain_none(struct chain *chain, const char *place, const char *format, ...)
{
    char why[LONGEST_TRAIL];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    leave_trail(chain, place, why);
    next(chain);
}

/* Keys are put into headers: a newline at their end is dropped, anything else odd refused. */
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

static void emit(struct chain *chain, const struct keys *keys)
{
    aw_credentials credentials = {
        .size = sizeof credentials,
        .expires_at_ms = keys->expires_at_ms,
        .key_id = clean(chain->op, keys->id),
        .secret = clean(chain->op, keys->secret),
        .token = keys->token ? clean(chain->op, keys->token) : NULL,
    };
    char source[LONGEST_TRAIL * 2];
    snprintf(source, sizeof source, "%s%s%s", keys->source,
             chain->trail.size ? ". Before it: " : "", trail_text(chain));
    credentials.source = source;
    if (!credentials.key_id || !credentials.secret || (keys->token && !credentials.token))
        kit_fail(chain->op, AW_E_UNAUTHENTICATED,
                 "The AWS credentials from %s have characters in them that no key has.",
                 keys->source);
    else
        aw_emit_credentials(chain->op, &credentials);
}

void chain_found(struct chain *chain, const struct keys *keys)
{
    if (chain->role_count)
        chain_assume_role(chain, &chain->roles[--chain->role_count], keys);
    else
        emit(chain, keys);
}

void chain_ask_settings(struct chain *chain)
{
    struct keys keys = {
        .id = aw_secret(chain->op, "access_key_id"),
        .secret = aw_secret(chain->op, "secret_access_key"),
        .token = aw_secret(chain->op, "session_token"),
        .source = "the configuration",
    };
    if (keys.id && keys.secret)
        chain_found(chain, &keys);
    else if (keys.id || keys.secret)
        kit_fail(chain->op, AW_E_UNAUTHENTICATED,
                 "The configuration has only one of `access_key_id` and `secret_access_key`: "
                 "write both, or neither.");
    else
        next(chain);
}

void chain_ask_environment(struct chain *chain)
{
    struct keys keys = {
        .id = aw_env(chain->op, "AWS_ACCESS_KEY_ID"),
        .secret = aw_env(chain->op, "AWS_SECRET_ACCESS_KEY"),
        .token = aw_env(chain->op, "AWS_SESSION_TOKEN"),
        .source = "environment AWS_ACCESS_KEY_ID",
    };
    if (chain->profile_is_explicit)
        chain_none(chain, "environment", "passed over, since the configuration names a profile");
    else if (!keys.id)
        chain_none(chain, "environment", "AWS_ACCESS_KEY_ID is not set");
    else if (!keys.secret)
        chain_none(chain, "environment", "AWS_SECRET_ACCESS_KEY is not set");
    else
        chain_found(chain, &keys);
}

void chain_read_keys(struct chain *chain, const char *place, const char *data, size_t size,
                     const struct keys_names *names)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, data, size);
    struct keys keys = {
        .id = kit_json_text(&root, names->id),
        .secret = kit_json_text(&root, names->secret),
        .token = kit_json_find_text(&root, names->token, NULL),
        .expires_at_ms = kit_time_read(kit_json_find_text(&root, names->expiration, NULL)),
        .source = place,
    };
    if (document.error.code)
        chain_none(chain, place, "%.200s", document.error.message);
    else
        chain_found(chain, &keys);
}

static const char *profile_of(aw_op *op, const struct aws *aws)
{
    const char *name = aws->profile;
    if (!name)
        name = aw_env(op, "AWS_PROFILE");
    if (!name)
        name = aw_env(op, "AWS_DEFAULT_PROFILE");
    return name ? name : "default";
}

void aws_authenticate(aw_op *op)
{
    const struct aws *aws = op->state;
    struct chain *chain = aw_alloc(op, sizeof *chain);
    if (!chain)
        return;
    chain->op = op;
    chain->profile = profile_of(op, aws);
    chain->profile_is_explicit = aws->profile != NULL;
    kit_buf_init(&chain->trail, kit_op_memory(op), LONGEST_TRAIL);
    if (profiles_read(op, &chain->profiles) == 0)
        next(chain);
}
