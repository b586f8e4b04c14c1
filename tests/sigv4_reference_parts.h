/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the signing reference share. */
#ifndef ARCHWAY_TESTS_SIGV4_REFERENCE_PARTS_H
#define ARCHWAY_TESTS_SIGV4_REFERENCE_PARTS_H

#include "kit/buf.h"

#include <stdbool.h>

#define MOST 4096

struct pair {
    char *name;
    char *value;
    size_t place;
};

struct pairs {
    size_t count;
    struct pair items[MOST];
};

/* Stops the program unless it holds. */
void must(bool holds);

kit_buf new_text(void);
char *taken(kit_buf *text);
char *part(const char *start, size_t size);

/* Takes over both texts. */
void add_pair(struct pairs *pairs, char *name, char *value);
void free_pairs(struct pairs *pairs);

char *canonical_path(const char *path, const char *service);
char *canonical_query(const char *query);

#endif
