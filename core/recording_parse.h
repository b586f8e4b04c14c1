/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the reading of a recording. All that return int fail with the error of `lines`. */
#ifndef ARCHWAY_CORE_RECORDING_PARSE_H
#define ARCHWAY_CORE_RECORDING_PARSE_H

#include "core/lines.h"
#include "core/recording.h"

struct parser {
    struct lines lines;
    struct recording *recording;
    int folder_fd; /* of the recording: bodies lie there; -1: it cannot be opened */
};

int parser_no_memory(struct parser *parser);

/* A copy that lives as long as the recording. NULL: there was no memory, and the error says so. */
const char *parser_text(struct parser *parser, aw_bytes text);

/* Reads a body, up to a line that `ends` accepts or the end of the text. */
int parser_body(struct parser *parser, bool (*ends)(aw_bytes line), aw_bytes *ret_body);

/* Reads one request and its answer, and adds them to the recording. */
int parser_exchange(struct parser *parser);

#endif
