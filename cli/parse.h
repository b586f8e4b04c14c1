/* SPDX-License-Identifier: Apache-2.0 */
/* Values as people write them. Each returns 0, or -1 with a sentence that says what to write instead. */
#ifndef ARCHWAY_CLI_PARSE_H
#define ARCHWAY_CLI_PARSE_H

#include <archway/backend.h>

/* "30", "30s", "5m", "2h"; more than nothing. */
int parse_duration(const char *text, uint64_t *ret_ms, aw_error *ret_error);
/* "100", "100GB", "2TB", "512MB"; counts in 1024s. */
int parse_size(const char *text, uint64_t *ret_mib, aw_error *ret_error);
/* "20150830T123600Z", exactly. */
int parse_time(const char *text, uint64_t *ret_wall_ms, aw_error *ret_error);
/* "10": 1 to 1000. */
int parse_count(const char *text, uint32_t *ret_count, aw_error *ret_error);
/* A machine's name: what every cloud takes. */
int parse_name(const char *text, aw_error *ret_error);

#endif
