/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be created: the wish, made from the command line, and how it is told. */
#ifndef ARCHWAY_CLI_CREATION_H
#define ARCHWAY_CLI_CREATION_H

#include "cli/session.h"

struct creation {
    archway_wish wish; /* without the offer; it points into the rest */
    kit_buf *keys;
    const char **key_texts;
    aw_header *provider_options;
    char **option_texts; /* each cut in two at its "=" */
    kit_buf user_data;
};

/* Checks the options of `create` and reads the files that they name. Returns an exit code. */
int creation_read(const struct options *options, struct creation *ret_creation);
void creation_finish(struct creation *creation);

/* "would create trial: lambda gpu_1x_gh200 in us-east-3, arm64, ..., 1.49 USD an hour" */
void creation_say(const struct creation *creation, const char *what);
/* For --dry-run: the plan as JSON, or the offer (the job's only one) in any other format. */
int creation_print(const struct session *session, const struct creation *creation,
                   const archway_job *offers);

#endif
