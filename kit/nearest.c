/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest known word, by edit distance (Damerau and Levenshtein's, adjacent swaps only). */
#include "kit/nearest.h"

#include <string.h>

#define LONGEST_WORD 64

struct rows {
    size_t before[LONGEST_WORD + 1]; /* two letters ago */
    size_t last[LONGEST_WORD + 1];
    size_t now[LONGEST_WORD + 1];
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t cell(const struct rows *rows, const char *a, size_t i, const char *b, size_t j)
{
    size_t changed = rows->last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
    size_t best = smaller(changed, smaller(rows->last[j], rows->now[j - 1]) + 1);
    if (i < 2 || j < 2 || lower(a[i - 1]) != lower(b[j - 2]) || lower(a[i - 2]) != lower(b[j - 1]))
        return best;
    return smaller(best, rows->before[j - 2] + 1);
}

static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    struct rows rows = {0};
    for (size_t j = 0; j <= b_size; j++)
        rows.last[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        rows.now[0] = i;
        for (size_t j = 1; j <= b_size; j++)
            rows.now[j] = cell(&rows, a, i, b, j);
        memcpy(rows.before, rows.last, sizeof rows.before);
        memcpy(rows.last, rows.now, sizeof rows.last);
    }
    return rows.last[b_size];
}

const char *kit_nearest_word(const char *word, const char *const *known, size_t count)
{
    size_t size = strnlen(word, LONGEST_WORD + 1);
    if (size < 2 || size > LONGEST_WORD)
        return NULL;
    size_t best = (size < 6 ? 1 : size / 3) + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t known_size = known[i] ? strnlen(known[i], LONGEST_WORD + 1) : LONGEST_WORD + 1;
        if (known_size > LONGEST_WORD)
            continue;
        size_t edits = distance(word, size, known[i], known_size);
        if (edits < best) {
            best = edits;
            nearest = known[i];
        }
    }
    return nearest;
}
