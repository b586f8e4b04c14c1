/* SPDX-License-Identifier: Apache-2.0 */
/* The faults of planted.c. */
#ifndef ARCHWAY_TESTS_SANITIZERS_PLANTED_H
#define ARCHWAY_TESTS_SANITIZERS_PLANTED_H

/* `number` must be 4, which the compiler may not know. */
__attribute__((visibility("default"))) int planted(const char *fault, int number);

#endif
