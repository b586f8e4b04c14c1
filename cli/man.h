/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages, made of the tables that help is made of. */
#ifndef ARCHWAY_CLI_MAN_H
#define ARCHWAY_CLI_MAN_H

#include "cli/verbs.h"

/* Of one verb, or of the whole command when NULL, in the macros of man(7). `date` is "2026-05-01". */
void man_print(const struct verb *verb, const char *date, kit_buf *out);

/* Text as roff takes it, nothing of it a request or an escape. */
void man_add_text(kit_buf *out, const char *text);

#endif
