/* SPDX-License-Identifier: Apache-2.0 */
/* Completion at the prompt. The shells' parts are a few lines each; what there is to choose from is told here. */
#ifndef ARCHWAY_CLI_COMPLETE_H
#define ARCHWAY_CLI_COMPLETE_H

#include "kit/buf.h"

/* The words behind "archway" up to the cursor, the last one unfinished (perhaps ""). Adds a line for each that it
 * may become: "WORD", a tab, what it is; or one line alone, ":file" or ":dir": any of those. */
void complete_words(char *const *words, size_t count, kit_buf *out);

/* The part of "bash", "zsh" or "fish"; NULL: of no other shell. */
const char *complete_script(const char *shell);

#endif
