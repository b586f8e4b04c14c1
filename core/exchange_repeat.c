/* SPDX-License-Identifier: Apache-2.0 */
/* Whether and when a request is sent again. */
#include "core/error.h"
#include "core/exchange_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Less than this no provider minds. */
#define SMALLEST_SKEW_MS 60000

static const char *answer_header(const aw_response *answer, const char *name)
{
    for (uint64_t i = 0; answer && i < answer->header_count; i++)
        if (!strcmp(answer->headers[i].name, name))
            return answer->headers[i].value;
    return NULL;
}

/* By hand, since strptime knows months and days by their names in the language of the host. */
static bool read_date(const char *text, int64_t *ret_seconds)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm parts = {0};
    char month[4] = "";
    char zone[4] = "";
    int count = sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %3s", &parts.tm_mday,
                       month, &parts.tm_year, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, zone);
    const char *at = strstr(months, month);
    if (count != 7 || strcmp(zone, "GMT") || strlen(month) != 3 || !at || (at - months) % 3 ||
        parts.tm_year < 1970)
        return false;
    parts.tm_mon = (int)(at - months) / 3;
    parts.tm_year -= 1900;
    *ret_seconds = timegm(&parts);
    return true;
}

/* What the answer's Date says of this machine's clock. */
void exchange_read_date(struct exchange *exchange, const aw_response *answer)
{
    struct backend *backend = exchange_backend(exchange);
    struct world *world = backend->aw->world;
    const char *date = answer_header(answer, "date");
    int64_t seconds = 0;
    if (!date || !read_date(date, &seconds))
        return;
    backend->date_skew_ms = seconds * 1000 - (int64_t)world->ops->wall_ms(world);
    backend->date_known = true;
}

/* False: the clocks agree, so it was not the time that was wrong. */
static bool learn_skew(const struct exchange *exchange)
{
    struct backend *backend = exchange_backend(exchange);
    if (llabs(backend->date_skew_ms - backend->skew_ms) < SMALLEST_SKEW_MS)
        return exchange->skew_ms != backend->skew_ms; /* another has learnt it since */
    backend->skew_ms = backend->date_skew_ms;
    context_log(backend->aw, AW_LOG_WARNING, "%s: this machine's clock is off by %lld s",
                backend->name, (long long)(-backend->skew_ms / 1000));
    return true;
}

static bool drop_credentials(struct exchange *exchange)
{
    if (exchange->task.op->kind == OP_AUTHENTICATE ||
        (exchange->request.flags & AW_REQUEST_UNSIGNED))
        return false;
    credentials_drop(&exchange_backend(exchange)->credentials, exchange->generation);
    return true;
}

/* Does what would make a repetition succeed. False: there is nothing to do, or it was done already. */
static bool remedy(struct exchange *exchange, const aw_error *error)
{
    unsigned bit = 1u << error->remedy;
    if (error->remedy == AW_REMEDY_NONE || (exchange->remedies & bit))
        return false;
    exchange->remedies |= bit;
    if (error->remedy == AW_REMEDY_CLOCK && !exchange_backend(exchange)->date_known)
        return false;
    if (error->remedy == AW_REMEDY_CLOCK && learn_skew(exchange))
        return true;
    /* Some providers say of an expired session what they say of a wrong clock. */
    return drop_credentials(exchange);
}

bool exchange_is_late(const struct exchange *exchange, uint64_t delay_ms)
{
    const struct op *op = exchange->task.op;
    return op->deadline.set &&
           loop_now_ms(exchange_backend(exchange)->aw->loop) + delay_ms > op->deadline.at_ms;
}

/* True: it will be sent again. */
bool exchange_repeat(struct exchange *exchange, const aw_error *error)
{
    struct backend *backend = exchange_backend(exchange);
    uint32_t most = exchange->request.max_attempts;
    uint64_t delay_ms = 0;
    if ((most && exchange->attempts >= most) ||
        (error->retry == AW_RETRY_UNKNOWN && !exchange_is_repeatable(exchange)))
        return false;
    if (!remedy(exchange, error)) {
        if (error->retry == AW_RETRY_NEVER ||
            !retry_allowed(&backend->budget, error, exchange->attempts))
            return false;
        delay_ms = retry_delay_ms(error, exchange->attempts, context_random(backend->aw));
    }
    if (exchange_is_late(exchange, delay_ms)) {
        exchange_part(exchange, delay_ms);
        return false;
    }
    if (error->code == AW_E_THROTTLED)
        limiter_hold(&backend->limiter, exchange->request.name, error->retry_after_ms);
    kit_error_text(backend->trouble, sizeof backend->trouble, error->message);
    context_log(backend->aw, AW_LOG_INFO, "%s %s: again in %llu ms: %s", backend->name,
                exchange->request.name, (unsigned long long)delay_ms, error->message);
    loop_set(backend->aw->loop, &exchange->timer, delay_ms);
    return true;
}
