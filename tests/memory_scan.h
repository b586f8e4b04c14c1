/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A secret whose text this process never has, and a look at all of its memory for it. Who makes the text
 * (a child process, with canary_make) tells others; whoever looks for it compares letter by letter.
 */
#ifndef ARCHWAY_TESTS_MEMORY_SCAN_H
#define ARCHWAY_TESTS_MEMORY_SCAN_H

#define CANARY_SIZE 64

/* The text, CANARY_SIZE letters and a NUL. In a child process only. */
void canary_make(char *ret_text);

enum memory_kind {
    MEMORY_DUMPED, /* what a core dump would hold */
    MEMORY_ALL     /* everything that can be read */
};

/* How many places hold a quarter of the secret. */
unsigned canary_count(enum memory_kind kind);
/* Where the last look found one, as /proc/self/maps tells it. */
const char *canary_place(void);

#endif
