/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of the private backend: opening it, signing its requests, and what answers mean. */
#include "core/image_registry.h"

#include "core/arena.h"
#include "core/image_crypto.h"
#include "kit/answer.h"
#include "kit/buf.h"
#include "kit/error.h"
#include "kit/json.h"
#include "kit/settings.h"

#include <string.h>
#include <strings.h>

#define LONGEST_URL 2048u

bool image_same_origin(const char *a, const char *b)
{
    const char *host = strstr(a, "://");
    size_t size = host ? (size_t)(host - a) + 3 + strcspn(host + 3, "/?#") : 0;
    return size && !strncasecmp(a, b, size) && (!b[size] || strchr("/?#", b[size]));
}

static void open_registry(aw_op *op, const aw_settings *settings, void **ret_state)
{
    struct image_registry *registry = aw_alloc(op, sizeof *registry);
    kit_buf base;
    if (!registry || kit_setting_own(op, settings, IMAGE_SETTING_REGISTRY, NULL, &registry->name) ||
        kit_setting_own(op, settings, IMAGE_SETTING_REPOSITORY, NULL, &registry->repository))
        return;
    const char *endpoint = kit_setting_text(settings, "endpoint");
    size_t origin = strlen("https://");
    origin += strcspn(endpoint + origin, "/");
    kit_buf_init(&base, kit_op_memory(op), LONGEST_URL);
    kit_buf_add(&base, endpoint, origin);
    kit_buf_addf(&base, "/v2%s/%s", endpoint + origin, registry->repository);
    registry->base = kit_buf_take(&base);
    if (!registry->base && base.state == KIT_BUF_FULL)
        kit_fail(op, AW_E_INVALID, "the mirror's URL is longer than %u bytes", LONGEST_URL);
    *ret_state = registry;
}

static void add_basic(const aw_credentials *credentials, aw_header_sink *sink, struct arena *arena,
                      kit_buf *value)
{
    kit_buf_addf(value, "%s:%s", credentials->key_id, credentials->secret);
    char *coded = value->state == KIT_BUF_OK ? image_base64(arena, kit_buf_text(value)) : NULL;
    kit_buf_clear(value);
    kit_buf_addf(value, "Basic %s", coded ? coded : "");
    if (coded && value->state == KIT_BUF_OK)
        sink->add(sink, "authorization", kit_buf_text(value), value->size, 1);
    else
        value->state = KIT_BUF_NO_MEMORY;
}

static int32_t sign(void *state, const aw_request *request, const aw_credentials *credentials,
                    uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    KIT_CLEANUP(arena_finish) struct arena arena;
    kit_buf value;
    (void)state;
    (void)request;
    (void)now_ms;
    arena_init(&arena, true);
    kit_buf_init(&value, arena_kit(&arena), 64 * 1024);
    if (credentials->token) {
        kit_buf_addf(&value, "Bearer %s", credentials->token);
        if (value.state == KIT_BUF_OK)
            ret_headers->add(ret_headers, "authorization", kit_buf_text(&value), value.size, 1);
    } else if (credentials->key_id && credentials->secret) {
        add_basic(credentials, ret_headers, &arena, &value);
    }
    if (value.state == KIT_BUF_OK)
        return 0;
    return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for a login, or it is too long");
}

/* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes; TAG_INVALID is older. */
static uint32_t code_of(const char *name, uint32_t status)
{
    static const struct {
        const char *name;
        uint32_t code;
    } codes[] = {
        {"MANIFEST_UNKNOWN", AW_E_NOT_FOUND},   {"NAME_UNKNOWN", AW_E_NOT_FOUND},
        {"BLOB_UNKNOWN", AW_E_NOT_FOUND},       {"MANIFEST_BLOB_UNKNOWN", AW_E_NOT_FOUND},
        {"UNAUTHORIZED", AW_E_UNAUTHENTICATED}, {"DENIED", AW_E_DENIED},
        {"TOOMANYREQUESTS", AW_E_THROTTLED},    {"NAME_INVALID", AW_E_INVALID},
        {"TAG_INVALID", AW_E_INVALID},          {"DIGEST_INVALID", AW_E_INVALID},
        {"UNSUPPORTED", AW_E_UNSUPPORTED},
    };
    if (status == 401)
        return AW_E_UNAUTHENTICATED;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (!strcmp(name, codes[i].name))
            return codes[i].code;
    return kit_status_code(status);
}

/* A limit on pulls lasts for hours, unlike one on requests. */
static bool is_pull_limit(const aw_response *answer, const char *message)
{
    return strcasestr(message, "pull rate limit") && !kit_answer_retry_after_ms(answer);
}

static void explain(const struct image_registry *registry, const aw_response *answer,
                    const char *code, const char *message, aw_error *ret_error)
{
    kit_error_set(ret_error, code_of(code, answer->status), "%s answers for %s: %.250s%s%.60s",
                  registry->name, registry->repository, *message ? message : "no reason",
                  *code ? ", " : "", code);
    ret_error->scope = kit_status_scope(answer->status);
    kit_answer_complete(answer, ret_error);
    if (is_pull_limit(answer, message))
        ret_error->retry = AW_RETRY_NEVER;
    kit_error_text(ret_error->provider_code, sizeof ret_error->provider_code, code);
}

static bool is_redirect(const aw_response *answer)
{
    return answer->status >= 300 && answer->status < 400 && kit_answer_header(answer, "location");
}

/* Token services and older registries have errors of other forms, or none: the status says what there is. */
static void explain_failure(const struct image_registry *registry, const aw_response *answer,
                            aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_parse(&document, answer);
    const json_t *error = json_array_get(json_object_get(document.root, "errors"), 0);
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));
    const char *details = json_string_value(json_object_get(document.root, "details"));
    if (code || details || answer->status == 401)
        explain(registry, answer, code ? code : "",
                message   ? message
                : details ? details
                          : "",
                ret_error);
    else
        kit_answer_explain_status(
            answer, registry->name,
            document.error.code ? document.error.message : "JSON of another kind", ret_error);
}

static void classify(void *state, const aw_request *request, const aw_response *answer,
                     aw_error *ret_error)
{
    (void)request;
    if (!kit_answer_is_good(answer) && !is_redirect(answer))
        explain_failure(state, answer, ret_error);
}

const struct plugin image_plugin = {
    .entry =
        {
            .magic = AW_MAGIC,
            .size = sizeof(aw_backend_entry),
            .minor = AW_ABI_MINOR,
            .provider = "registry",
            .title = "a registry of images",
            .endpoint = "https://" IMAGE_HUB,
            .capabilities = AW_CAP_WHOLE_LISTING,
        },
    .vtable =
        {
            .size = sizeof(aw_vtable),
            .open = open_registry,
            .authenticate = image_authenticate,
            .sign = sign,
            .classify = classify,
        },
};
