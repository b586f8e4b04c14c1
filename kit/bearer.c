/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and tokens that are sent as they are. */
#include "kit/bearer.h"

#include "kit/error.h"

#include <string.h>

bool kit_bearer_is_plain(const char *key)
{
    size_t size = 0;
    for (; key[size]; size++) {
        if (key[size] <= ' ' || key[size] > '~')
            return false;
    }
    return size > 0 && size <= KIT_BEARER_MAX;
}

int32_t kit_bearer_sign(const char *title, const aw_credentials *credentials,
                        aw_header_sink *ret_headers, aw_error *ret_error)
{
    static const char scheme[] = "Bearer ";
    const char *key = credentials->token;
    if (!key || !kit_bearer_is_plain(key))
        return kit_error_set(ret_error, AW_E_UNAUTHENTICATED,
                             "The credentials for %s hold no key that can be sent.", title);
    char value[sizeof scheme + KIT_BEARER_MAX];
    size_t size = strlen(key);
    memcpy(value, scheme, sizeof scheme - 1);
    memcpy(value + sizeof scheme - 1, key, size + 1);
    ret_headers->add(ret_headers, "authorization", value, sizeof scheme - 1 + size, 1);
    explicit_bzero(value, sizeof value);
    return 0;
}
