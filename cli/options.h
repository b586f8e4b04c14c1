/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, read once: the verb, its options, its operands. */
#ifndef ARCHWAY_CLI_OPTIONS_H
#define ARCHWAY_CLI_OPTIONS_H

#include "cli/output.h"

#include <stdint.h>

/* In the order in which help lists them. */
enum option_id {
    OPTION_BACKEND,
    OPTION_REGION,
    OPTION_TYPE,
    OPTION_ARCH,
    OPTION_IMAGE,
    OPTION_ALLOW_EMULATION,
    OPTION_CPU,
    OPTION_MEMORY,
    OPTION_GPU,
    OPTION_GPU_VENDOR,
    OPTION_SPOT,
    OPTION_ON_DEMAND,
    OPTION_SPOT_AUTO,
    OPTION_MAX_PRICE,
    OPTION_DISK,
    OPTION_AVAILABLE,
    OPTION_SORT,
    OPTION_LIMIT,
    OPTION_EXPLAIN,
    OPTION_REFRESH,
    OPTION_NAME,
    OPTION_SSH_KEY,
    OPTION_USER_DATA,
    OPTION_NO_BOOTSTRAP,
    OPTION_BOOT_IMAGE,
    OPTION_ROOT_DISK,
    OPTION_TOKEN,
    OPTION_MAX_TRIES,
    OPTION_OPTION,
    OPTION_WAIT,
    OPTION_DRY_RUN,
    OPTION_TTL,
    OPTION_YES,
    OPTION_GRACE,
    OPTION_PASSES,
    OPTION_MAX,
    OPTION_SAME_ACCOUNT,
    OPTION_ALL,
    OPTION_DURATION,
    OPTION_HEADER,
    OPTION_DATA,
    OPTION_SERVICE,
    OPTION_SHOW_SECRETS,
    OPTION_AT,
    OPTION_FIXTURES,
    OPTION_RULES,
    OPTION_POINTS,
    OPTION_LIST,
    OPTION_LIVE,
    OPTION_YES_SPEND,
    OPTION_OUTPUT,
    OPTION_WIDE,
    OPTION_JSON,
    OPTION_CONFIG,
    OPTION_BACKEND_DIR,
    OPTION_REPLAY,
    OPTION_RECORD,
    OPTION_TIMEOUT,
    OPTION_VERBOSE,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT
};

/* One option as it was written. */
struct option_value {
    enum option_id id;
    const char *text; /* NULL when it takes none */
};

struct options {
    const struct verb *verb; /* NULL: none was given */
    struct option_value *values;
    size_t value_count;
    char **operands; /* those behind the verb */
    size_t operand_count;
    enum format format;
    uint64_t timeout_ms; /* 0: each job's own */
};

/* Returns EXIT_OK, or EXIT_USAGE having said what to write instead. */
int options_read(struct options *options, int argc, char **argv);
void options_finish(struct options *options);

/* The last one of that id, NULL when there is none (or it takes no argument). */
const char *options_text(const struct options *options, enum option_id id);
size_t options_count(const struct options *options, enum option_id id);
/* The texts of all of that id, into an array of options_count places. */
void options_texts(const struct options *options, enum option_id id, const char **ret_texts);

#endif
