/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks C3: its signature has a number that grows. */
#include "tests/plugins/bad/example.h"

struct counting {
    struct cloud cloud; /* first */
    unsigned count;
};

static void open_counting(aw_op *op, const aw_settings *settings, void **ret_state)
{
    struct counting *counting = aw_alloc(op, sizeof *counting);
    void *plain = NULL;
    cloud_open(op, settings, &plain);
    if (!counting || !plain)
        return;
    counting->cloud = *(struct cloud *)plain;
    *ret_state = counting;
}
#define OPEN open_counting

static int32_t sign_counting(void *state, const aw_request *request,
                             const aw_credentials *credentials, uint64_t now_ms,
                             aw_header_sink *ret_headers, aw_error *ret_error)
{
    struct counting *counting = state;
    char digit = (char)('0' + counting->count++ % 10);
    ret_headers->add(ret_headers, "x-count", &digit, 1, 0);
    return cloud_sign(state, request, credentials, now_ms, ret_headers, ret_error);
}
#define SIGN sign_counting

#include "tests/plugins/bad/entry.inc"
