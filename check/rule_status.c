/* SPDX-License-Identifier: Apache-2.0 */
/* E1: every status means something, whatever body comes with it. */
#include "check/rules.h"
#include "check/run.h"

#include "core/backend.h"

#include <string.h>

#define CODE(code) (1u << (code))
#define NEVER                                                                                      \
    (CODE(AW_OK) | CODE(AW_E_NO_CAPACITY) | CODE(AW_E_CANCELLED) | CODE(AW_E_NO_MEMORY) |          \
     CODE(AW_E_INTERNAL))

/* What a status may mean when the provider's own words are not there. */
static const struct meaning {
    uint32_t status;
    unsigned codes;
} meanings[] = {
    {301, CODE(AW_E_PROTOCOL) | CODE(AW_E_INVALID)},
    {302, CODE(AW_E_PROTOCOL) | CODE(AW_E_INVALID)},
    {400, CODE(AW_E_INVALID) | CODE(AW_E_PROTOCOL)},
    {401, CODE(AW_E_UNAUTHENTICATED)},
    {403, CODE(AW_E_DENIED) | CODE(AW_E_UNAUTHENTICATED)},
    {404, CODE(AW_E_NOT_FOUND) | CODE(AW_E_PROTOCOL)},
    {408, ~NEVER},
    {409, CODE(AW_E_CONFLICT) | CODE(AW_E_PROTOCOL)},
    {413, ~NEVER},
    {418, ~NEVER},
    {422, CODE(AW_E_INVALID) | CODE(AW_E_PROTOCOL)},
    {429, CODE(AW_E_THROTTLED)},
    {500, CODE(AW_E_UNAVAILABLE)},
    {501, CODE(AW_E_UNAVAILABLE) | CODE(AW_E_UNSUPPORTED) | CODE(AW_E_PROTOCOL)},
    {502, CODE(AW_E_UNAVAILABLE)},
    {503, CODE(AW_E_UNAVAILABLE) | CODE(AW_E_THROTTLED)},
    {504, CODE(AW_E_UNAVAILABLE) | CODE(AW_E_TIMEOUT)},
    {599, CODE(AW_E_UNAVAILABLE)},
};

static const char *const bodies[] = {
    "",
    "{}",
    "null",
    "<html><head><title>Error</title></head></html>",
    "{\"error\":7}",
    "{\"error\":{\"code\":\"\xff\",\"message\":[]}}",
    "<Response><Errors><Error/></Errors></Response>",
};

static void classify(struct stage *stage, const aw_request *request, uint32_t status,
                     const char *body, aw_error *ret_error)
{
    const aw_response answer = {
        .size = sizeof answer, .status = status, .body = {body, strlen(body)}};
    *ret_error = (aw_error){.size = sizeof *ret_error};
    stage->real->classify(stage->aw->backends[0]->state, request, &answer, ret_error);
}

static void judge(const struct meaning *meaning, const aw_request *request, const char *body,
                  const aw_error *error, struct verdict *verdict)
{
    if (error->code > AW_E_INTERNAL || !(meaning->codes & CODE(error->code)))
        verdict_fail(verdict, "`%s` answered with status %u and \"%.20s\" is called %s (%s)",
                     request->name, meaning->status, body, archway_code_name(error->code),
                     error->message);
    else if (error->retry > AW_RETRY_UNKNOWN || error->remedy > AW_REMEDY_CLOCK ||
             error->scope > AW_SCOPE_ACCOUNT)
        verdict_fail(verdict,
                     "`%s` answered with status %u: retry, remedy or scope is no known one",
                     request->name, meaning->status);
}

static void try_statuses(struct stage *stage, const aw_request *request, struct verdict *verdict)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        for (size_t k = 0; k < sizeof bodies / sizeof *bodies; k++) {
            aw_error error;
            classify(stage, request, meanings[i].status, bodies[k], &error);
            judge(&meanings[i], request, bodies[k], &error, verdict);
            verdict->tried++;
        }
}

/* Names of requests that were tried on this recording: each is tried once. */
struct seen {
    struct verdict *verdict;
    char names[32][32];
    size_t count;
};

static bool is_new(struct seen *seen, const char *name)
{
    for (size_t i = 0; i < seen->count; i++)
        if (strncmp(seen->names[i], name, sizeof seen->names[i] - 1) == 0)
            return false;
    if (seen->count == sizeof seen->names / sizeof *seen->names)
        return false;
    memccpy(seen->names[seen->count++], name, '\0', sizeof seen->names[0] - 1);
    return true;
}

/* What it takes to find credentials has codes of its own: all that fails there is a lack of them. */
static void see_request(struct stage *stage, const struct op *op, const aw_request *request)
{
    struct seen *seen = stage->knobs.observer.arg;
    if (op->kind != OP_AUTHENTICATE && is_new(seen, request->name))
        try_statuses(stage, request, seen->verdict);
}

void rule_status(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct seen seen = {.verdict = verdict};
    const struct observer observer = {.request = see_request, .arg = &seen};
    struct run clean;
    verdict_place(verdict, "%s", run_name(recording));
    if (!run_clean(&clean, subject, recording, &observer))
        return;
    verdict->applied += seen.count > 0;
    run_finish(&clean);
}
