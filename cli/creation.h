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
    uint32_t max_tries; /* 0: the library's own */
    bool explain;
    bool told; /* of the choice */
};

/* Checks the options of `create` and reads the files that they name. Returns an exit code. */
int creation_read(const struct options *options, struct creation *ret_creation);
void creation_finish(struct creation *creation);

/* What led to the choice, once: before the first try, or when there was none. */
void creation_say_choice(struct creation *creation, const archway_job *job);
/* An archway_placement.on_try with the creation as its argument: says what is tried, and why it failed. */
void creation_say_try(archway_job *job, uint64_t index, void *creation);
/* For --dry-run: the plan as JSON, or the offers in any other format, in the order of the tries. */
int creation_print(const struct session *session, struct creation *creation,
                   const archway_job *planned);

#endif
