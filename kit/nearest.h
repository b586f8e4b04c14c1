/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": the known word that somebody most likely meant. */
#ifndef ARCHWAY_KIT_NEAREST_H
#define ARCHWAY_KIT_NEAREST_H

#include <stddef.h>

/* The known word that takes the fewest edits (a letter added, dropped, changed, or two swapped), without
 * regard to ASCII case; the first of several. NULL when nothing is near: more than one edit for every
 * three letters of the word. NULL entries of `known` are passed over. */
const char *kit_nearest_word(const char *word, const char *const *known, size_t count);

#endif
