/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that crossed a border. */
#include "core/error.h"

#include <stddef.h>
#include <string.h>

static void seal(char *field, size_t size)
{
    char copy[sizeof((aw_error *)0)->message];
    field[size - 1] = '\0';
    memcpy(copy, field, size);
    kit_error_text(field, size, copy);
}

void error_copy(aw_error *target, const aw_error *source)
{
    aw_error copy = {0};
    size_t size = source->size < sizeof copy ? source->size : sizeof copy;
    memcpy(&copy, source, size);
    copy.size = sizeof copy;
    if (copy.code > AW_E_INTERNAL)
        copy.code = AW_E_PROTOCOL;
    if (copy.retry > AW_RETRY_UNKNOWN)
        copy.retry = AW_RETRY_NEVER;
    if (copy.remedy > AW_REMEDY_CLOCK)
        copy.remedy = AW_REMEDY_NONE;
    if (copy.scope > AW_SCOPE_ACCOUNT)
        copy.scope = AW_SCOPE_UNKNOWN;
    seal(copy.provider_code, sizeof copy.provider_code);
    seal(copy.request_id, sizeof copy.request_id);
    seal(copy.message, sizeof copy.message);
    seal(copy.backend, sizeof copy.backend);
    seal(copy.region, sizeof copy.region);
    seal(copy.request, sizeof copy.request);
    *target = copy;
}

int error_pass(aw_error *ret, const aw_error *source)
{
    if (ret)
        error_copy(ret, source);
    return -1;
}
