/* SPDX-License-Identifier: Apache-2.0 */
/* SIGINT and SIGTERM: noticed at once, acted on by the loop, and enforced two seconds later. */
#ifndef ARCHWAY_CLI_SIGNALS_H
#define ARCHWAY_CLI_SIGNALS_H

#include <archway/archway.h>

/* Catches both, and ignores SIGPIPE: writing to a closed pipe is an error like any other. */
void signals_catch(void);
/* From here on a signal wakes the context instead, which then has something to see to before it ends, however long
 * that takes. NULL: not any more. */
void signals_wake(archway *aw);
/* The signal that came, or 0. */
int signals_pending(void);
/* Readable once one came; -1 when there is none. */
int signals_fd(void);

#endif
