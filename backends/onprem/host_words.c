/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a line of `hosts`, and prices in them. */
#include "backends/onprem/onprem.h"

#include "kit/error.h"

#include <string.h>

#define BLANKS " \t"
#define DECIMALS 9
#define WHOLE_DIGITS 9

char *onprem_word_next(char **line, aw_error *ret_error)
{
    char *from = *line + strspn(*line, BLANKS);
    char *word = from;
    char *to = from;
    bool quoted = false;
    if (!*from)
        return NULL;
    for (; *from && (quoted || !strchr(BLANKS, *from)); from++) {
        if (*from == '"')
            quoted = !quoted;
        else
            *to++ = *from;
    }
    if (quoted)
        kit_error_set(ret_error, AW_E_INVALID, "a quote (\") is not closed");
    *line = *from ? from + 1 : from;
    *to = '\0';
    return word;
}

/* Digits as a number with so many of them: "25" with 9 is 250000000. */
static const char *digits_read(const char *text, size_t most, bool fill, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t count = strspn(text, "0123456789");
    if (count == 0 || count > most)
        return NULL;
    for (size_t i = 0; i < (fill ? most : count); i++)
        number = number * 10 + (i < count ? (uint64_t)(text[i] - '0') : 0);
    *ret_number = number;
    return text + count;
}

int onprem_price_read(const char *text, uint64_t *ret_nusd)
{
    uint64_t dollars = 0;
    uint64_t nano = 0;
    const char *rest = digits_read(text, WHOLE_DIGITS, false, &dollars);
    if (rest && *rest == '.')
        rest = digits_read(rest + 1, DECIMALS, true, &nano);
    if (!rest || *rest)
        return -1;
    *ret_nusd = dollars * 1000000000 + nano;
    return 0;
}
