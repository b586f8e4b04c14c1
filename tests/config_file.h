/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of the test's own, which is the working directory while it runs, with a config.yaml in it. */
#ifndef ARCHWAY_TESTS_CONFIG_FILE_H
#define ARCHWAY_TESTS_CONFIG_FILE_H

#include "core/config.h"

#include <sys/types.h>

/* For cmocka's setup and teardown. */
int config_folder_enter(void **state);
int config_folder_leave(void **state);

/* Writes config.yaml with that mode, in place of an older one. */
void config_file_write(mode_t mode, const void *text, size_t size);

/* Writes it (0600) and reads it; the whole of the file is `text`. */
void config_accept(struct config *ret_config, const char *text);
/* Writes it and asserts that it is refused with exactly that sentence. */
void config_refuse(const char *text, const char *sentence);

#endif
