/* SPDX-License-Identifier: Apache-2.0 */
/* The sink that a plugin's `sign` fills. */
#include "core/signing.h"

#include "core/backend.h"
#include "core/error.h"

#include <string.h>

struct collector {
    aw_header_sink face; /* first */
    struct signed_headers *headers;
    aw_error error;
};

void signed_headers_init(struct signed_headers *headers)
{
    *headers = (struct signed_headers){0};
    arena_init(&headers->arena, true);
}

void signed_headers_finish(struct signed_headers *headers)
{
    arena_finish(&headers->arena);
    headers->count = 0;
}

static int clean(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return 0;
    return 1;
}

static void add(aw_header_sink *sink, const char *name, const char *value, size_t value_size,
                int32_t secret)
{
    struct collector *collector = (struct collector *)(void *)sink;
    struct signed_headers *headers = collector->headers;
    if (headers->count == SIGNED_HEADERS || !clean(name, strlen(name)) ||
        !clean(value, value_size)) {
        kit_error_set(&collector->error, AW_E_INTERNAL,
                      "signing gave too many headers, or one with a control character");
        return;
    }
    aw_header *header = &headers->items[headers->count];
    header->name = arena_text(&headers->arena, name);
    header->value = arena_copy(&headers->arena, value, value_size);
    bool is_known = secret == AW_SECRECY_NONE || secret == AW_SECRECY_UNLESS_ASKED;
    headers->secrecy[headers->count] = is_known ? (uint32_t)secret : AW_SECRECY_ALWAYS;
    if (!header->name || !header->value)
        kit_error_set(&collector->error, AW_E_NO_MEMORY, "out of memory for the signature");
    else
        headers->count++;
}

int signing_run(const struct backend *backend, const aw_request *request,
                const aw_credentials *credentials, uint64_t now_ms, struct signed_headers *headers,
                aw_error *ret_error)
{
    struct collector collector = {.face = {.size = sizeof collector.face, .add = add},
                                  .headers = headers};
    aw_error error = {.size = sizeof error};
    signed_headers_finish(headers);
    int status = backend->plugin->vtable.sign(backend->state, request, credentials, now_ms,
                                              &collector.face, &error);
    error.size = sizeof error;
    if (status && error.code == AW_OK)
        kit_error_set(&error, AW_E_INTERNAL, "the plugin could not sign and did not say why");
    if (status)
        return error_pass(ret_error, &error);
    return collector.error.code ? error_pass(ret_error, &collector.error) : 0;
}
