/* SPDX-License-Identifier: Apache-2.0 */
/* One authentication for all who wait. */
#include "core/credentials.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/image_crypto.h"

#include <stdio.h>
#include <string.h>

#define AUTHENTICATE_TIMEOUT_MS 60000u
/* google-auth's margin: the smallest metadata server cache hands out tokens until 4 minutes before. */
#define REFRESH_AHEAD_MS 225000u

void credentials_init(struct credentials *credentials, struct backend *backend)
{
    *credentials = (struct credentials){.backend = backend};
    arena_init(&credentials->arena, true);
    arena_init(&credentials->found_arena, true);
    list_init(&credentials->waiting);
}

static void forget(struct credentials *credentials)
{
    arena_finish(&credentials->arena);
    credentials->value = (aw_credentials){0};
    credentials->present = false;
}

void credentials_finish(struct credentials *credentials)
{
    if (credentials->backend)
        op_destroy(credentials->authenticating);
    credentials->authenticating = NULL;
    arena_finish(&credentials->found_arena);
    forget(credentials);
}

static uint64_t left_ms(const struct credentials *credentials)
{
    uint64_t now_ms = backend_now_ms(credentials->backend);
    if (!credentials->present)
        return 0;
    if (!credentials->value.expires_at_ms)
        return UINT64_MAX;
    return credentials->value.expires_at_ms > now_ms ? credentials->value.expires_at_ms - now_ms
                                                     : 0;
}

static bool fresh(const struct credentials *credentials)
{
    uint64_t expires_at_ms = credentials->value.expires_at_ms;
    uint64_t lifetime_ms = expires_at_ms > credentials->obtained_at_ms
                               ? expires_at_ms - credentials->obtained_at_ms
                               : 0;
    uint64_t margin_ms = lifetime_ms / 2 < REFRESH_AHEAD_MS ? lifetime_ms / 2 : REFRESH_AHEAD_MS;
    return left_ms(credentials) > margin_ms;
}

static int keep_text(struct arena *arena, const char **text)
{
    const char *copy = arena_text(arena, *text);
    if (*text && !copy)
        return -1;
    *text = copy;
    return 0;
}

static void on_credentials(struct op *op, const aw_credentials *found)
{
    struct credentials *credentials = op->owner;
    aw_credentials *value = &credentials->found;
    if (credentials->has_found) {
        op_refuse(op, "emitted credentials twice");
        return;
    }
    *value = *found;
    credentials->has_found = true;
    if (keep_text(&credentials->found_arena, &value->key_id) ||
        keep_text(&credentials->found_arena, &value->secret) ||
        keep_text(&credentials->found_arena, &value->token) ||
        keep_text(&credentials->found_arena, &value->source) ||
        keep_text(&credentials->found_arena, &value->account))
        op_fail_memory(op, "the credentials");
}

static void forget_found(struct credentials *credentials)
{
    arena_finish(&credentials->found_arena);
    credentials->found = (aw_credentials){0};
    credentials->has_found = false;
}

static bool is_same(const char *text, const char *other)
{
    return text && other && strcmp(text, other) == 0;
}

void credentials_name_account(struct credentials *credentials)
{
    char digest[IMAGE_DIGEST_SIZE];
    const char *key = credentials->value.account;
    if (!credentials->account_is_key || *credentials->account || !credentials->present)
        return;
    if (image_digest((aw_bytes){key, strlen(key)}, NULL, digest) == 0)
        snprintf(credentials->account, sizeof credentials->account, "key %.8s",
                 digest + strlen("sha256:"));
}

static void take_account(struct credentials *credentials)
{
    const aw_credentials *value = &credentials->value;
    const char *account = value->account;
    credentials->account_is_key = is_same(account, value->key_id) ||
                                  is_same(account, value->token) || is_same(account, value->secret);
    kit_error_text(credentials->account, sizeof credentials->account,
                   credentials->account_is_key ? NULL : account);
    if (credentials->backend->aw->journal)
        credentials_name_account(credentials);
}

static void take_found(struct credentials *credentials)
{
    forget(credentials);
    credentials->arena = credentials->found_arena;
    credentials->value = credentials->found;
    credentials->present = true;
    credentials->generation++;
    credentials->obtained_at_ms = backend_now_ms(credentials->backend);
    take_account(credentials);
    arena_init(&credentials->found_arena, true);
}

static void tell_all(struct credentials *credentials, const aw_error *error)
{
    struct link waiting;
    list_init(&waiting);
    while (!list_empty(&credentials->waiting)) {
        struct link *link = credentials->waiting.next;
        list_remove(link);
        list_append(&waiting, link);
    }
    while (!list_empty(&waiting)) {
        struct credentials_wait *wait = list_item(waiting.next, struct credentials_wait, link);
        list_remove(&wait->link);
        wait->ready(wait, error);
    }
}

static void on_done(struct op *op)
{
    struct credentials *credentials = op->owner;
    aw_error error = op->error;
    bool found = error.code == AW_OK && credentials->has_found;
    credentials->authenticating = NULL;
    op_destroy(op);
    if (found)
        take_found(credentials);
    forget_found(credentials);
    /* A refresh ahead of time that failed does no harm while the old ones are good. */
    if (left_ms(credentials))
        error = (aw_error){.size = sizeof error};
    else if (found)
        kit_error_set(&error, AW_E_UNAUTHENTICATED,
                      "the credentials that were found have expired already");
    else if (error.code == AW_OK)
        kit_error_set(&error, AW_E_INTERNAL, "the plugin found no credentials and did not say why");
    tell_all(credentials, &error);
}

static const struct op_sink sink = {.credentials = on_credentials, .done = on_done};

static int authenticate(struct credentials *credentials)
{
    credentials->authenticating = op_create(credentials->backend, OP_AUTHENTICATE, NULL, &sink,
                                            credentials, AUTHENTICATE_TIMEOUT_MS, false);
    if (!credentials->authenticating)
        return -1;
    op_start(credentials->authenticating, NULL);
    return 0;
}

/* Any do, and they stay. */
static void take_any(struct credentials *credentials)
{
    forget(credentials);
    credentials->value = (aw_credentials){.size = sizeof credentials->value,
                                          .key_id = WORLD_SECRET,
                                          .secret = WORLD_SECRET,
                                          .token = WORLD_SECRET,
                                          .source = "the recording"};
    credentials->present = true;
    credentials->generation++;
    credentials->obtained_at_ms = backend_now_ms(credentials->backend);
}

int credentials_get(struct credentials *credentials, struct credentials_wait *wait)
{
    const struct world *world = credentials->backend->aw->world;
    if (!credentials->present && world->ops->has_credentials((struct world *)world))
        take_any(credentials);
    if (fresh(credentials))
        return 1;
    if (!credentials->authenticating && authenticate(credentials))
        return -1;
    list_append(&credentials->waiting, &wait->link);
    return 0;
}

const aw_credentials *credentials_current(const struct credentials *credentials)
{
    return left_ms(credentials) ? &credentials->value : NULL;
}

/* A shorter word is no secret, and may be part of any sentence. */
static void hide(char *text, const char *secret)
{
    static const char instead[] = "<secret>";
    size_t shown = strlen(instead);
    size_t size = secret ? strlen(secret) : 0;
    if (size < shown)
        return;
    for (char *at = strstr(text, secret); at; at = strstr(at + shown, secret)) {
        memcpy(at, instead, shown);
        memmove(at + shown, at + size, strlen(at + size) + 1);
    }
}

void credentials_hide(const struct credentials *credentials, aw_error *error)
{
    const char *secrets[] = {credentials->value.secret, credentials->value.token};
    if (!credentials->present)
        return;
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        hide(error->message, secrets[i]);
        hide(error->provider_code, secrets[i]);
        hide(error->request_id, secrets[i]);
    }
}

void credentials_leave(struct credentials_wait *wait)
{
    if (wait->link.next)
        list_remove(&wait->link);
}

void credentials_drop(struct credentials *credentials, uint64_t generation)
{
    if (credentials->present && credentials->generation == generation)
        forget(credentials);
}
