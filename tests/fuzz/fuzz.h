/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets share. Each target is one file with LLVMFuzzerTestOneInput, which libFuzzer calls
 * with whatever it thinks of (./dev fuzz), and fuzz_main.c with the seeds, whole, cut and bent (ctest).
 */
#ifndef ARCHWAY_TESTS_FUZZ_FUZZ_H
#define ARCHWAY_TESTS_FUZZ_FUZZ_H

#include <archway/backend.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the program, with the condition, unless it holds. */
#define FUZZ_CHECK(condition) fuzz_check((condition) ? 1 : 0, #condition)
void fuzz_check(int holds, const char *condition);

/* A failure must have a code and a sentence that can be shown to a person. */
void fuzz_check_error(const aw_error *error);

/* Bytes as a file that only the user can read; the same path each time. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* A text with a NUL behind it. To be freed. */
char *fuzz_text(const uint8_t *data, size_t size);

#endif
