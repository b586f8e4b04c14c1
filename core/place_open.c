/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for the creates of an earlier placement, each of which has a token made from the caller's. */
#include "core/place_open.h"

#include "core/journal.h"
#include "core/place_token.h"
#include "kit/error.h"

struct open_look {
    const char *token;
    uint64_t left_ms;
    bool under_way;
};

static int note(void *arg, const struct journal_entry *entry)
{
    struct open_look *look = arg;
    if (entry->state != JOURNAL_INTENT || !entry->token ||
        !place_token_is_of(look->token, entry->token))
        return 0;
    look->under_way = look->under_way || entry->under_way;
    if (entry->age_ms < JOURNAL_WINDOW_MS && JOURNAL_WINDOW_MS - entry->age_ms > look->left_ms)
        look->left_ms = JOURNAL_WINDOW_MS - entry->age_ms;
    return 0;
}

int place_open_ms(archway *aw, const char *token, uint64_t *ret_left_ms, aw_error *ret_error)
{
    struct journal *journal = NULL;
    struct open_look look = {.token = token};
    if (journal_if_any(aw, &journal, ret_error) ||
        (journal && journal_each(journal, NULL, note, &look, ret_error)))
        return -1;
    if (look.under_way)
        return kit_error_set(ret_error, AW_E_CONFLICT,
                             "a placement with the token %s is under way in another process or "
                             "context",
                             token);
    *ret_left_ms = look.left_ms;
    return 0;
}
