/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for a terminal: aligned, and squeezed into 80 columns unless the wide form is wanted. */
#ifndef ARCHWAY_CLI_TABLE_H
#define ARCHWAY_CLI_TABLE_H

#include "kit/buf.h"

#include <stdbool.h>

#define TABLE_COLUMNS 24

enum column_flag {
    COLUMN_RIGHT = 1,    /* numbers */
    COLUMN_WIDE = 2,     /* in the wide form only */
    COLUMN_OPTIONAL = 4, /* left out when there is no room */
    COLUMN_SHRINK = 8,   /* cut short, marked with "~", when there is still no room */
    COLUMN_PRECIOUS = 16 /* likewise, when cutting the others short was not enough */
};

struct column {
    const char *title;
    unsigned flags;
};

struct text_table {
    const struct column *columns;
    size_t column_count;
    kit_buf text;  /* all cells, the titles first, each ending in NUL */
    size_t *cells; /* where each starts */
    size_t cell_count;
    size_t cell_room;
};

void table_init(struct text_table *table, const struct column *columns, size_t column_count);
void table_finish(struct text_table *table);

/* Cells come row by row: add the cell's text to the buffer, then end it. */
kit_buf *table_cell(struct text_table *table);
void table_cell_end(struct text_table *table);
/* Both at once. The text is cleaned; NULL is an empty cell. */
void table_add(struct text_table *table, const char *text);

/* Columns without a single cell are left out. `bold`: the titles. */
void table_print(const struct text_table *table, bool wide, bool bold, kit_buf *out);

#endif
