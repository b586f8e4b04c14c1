/* SPDX-License-Identifier: Apache-2.0 */
/* What is a character: https://www.rfc-editor.org/rfc/rfc3629, in its shortest form, and no half of a pair. */
#include "kit/utf8.h"

#include "kit/eight.h"

#include <stdbool.h>

size_t kit_utf8_size(const char *at)
{
    const unsigned char *text = (const unsigned char *)at;
    if (text[0] < 0x80)
        return 1;
    if (text[0] < 0xc2 || text[0] > 0xf4)
        return 0;
    size_t size = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool surrogate = text[0] == 0xed && text[1] > 0x9f;
    bool too_large = text[0] == 0xf4 && text[1] > 0x8f;
    return overlong || surrogate || too_large ? 0 : size;
}

size_t kit_utf8_plain(const char *text, size_t size)
{
    size_t at = 0;
    while (size - at >= 8) {
        uint64_t eight = kit_eight_at(text + at);
        uint64_t marks =
            kit_eight_below(eight, ' ') | kit_eight_equal(eight, 0x7f) | (eight & KIT_EIGHT_MARKS);
        at += kit_eight_before(marks);
        if (marks)
            return at;
    }
    while (at < size && text[at] >= ' ' && text[at] < 0x7f)
        at++;
    return at;
}
