/* SPDX-License-Identifier: Apache-2.0 */
/* Finds a width for every column, then prints row by row. */
#include "cli/table.h"

#include "cli/memory.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

#define SCREEN 80
#define LEAST_WIDTH 6

struct layout {
    size_t width[TABLE_COLUMNS]; /* 0: not shown */
    size_t gap;
};

void table_init(struct text_table *table, const struct column *columns, size_t column_count)
{
    *table = (struct text_table){.columns = columns, .column_count = column_count};
    cli_buf_init(&table->text);
    for (size_t i = 0; i < column_count; i++)
        table_add(table, columns[i].title);
}

void table_finish(struct text_table *table)
{
    kit_buf_finish(&table->text);
    free(table->cells);
}

kit_buf *table_cell(struct text_table *table)
{
    if (table->cell_count == table->cell_room) {
        size_t old = table->cell_room * sizeof *table->cells;
        table->cell_room = table->cell_room ? 2 * table->cell_room : 8 * TABLE_COLUMNS;
        kit_memory memory = cli_memory();
        table->cells = memory.resize(memory.context, table->cells, old,
                                     table->cell_room * sizeof *table->cells);
    }
    table->cells[table->cell_count] = table->text.size;
    return &table->text;
}

void table_cell_end(struct text_table *table)
{
    kit_buf_add_char(&table->text, '\0');
    table->cell_count++;
}

void table_add(struct text_table *table, const char *text)
{
    text_add_clean(table_cell(table), text);
    table_cell_end(table);
}

static const char *cell_text(const struct text_table *table, size_t cell)
{
    return kit_buf_text(&table->text) + table->cells[cell];
}

static size_t needed_width(const struct text_table *table, size_t column)
{
    size_t width = 0;
    size_t cell = column + table->column_count;
    for (; cell < table->cell_count; cell += table->column_count) {
        const char *text = cell_text(table, cell);
        size_t columns = text_columns(text, strlen(text));
        width = columns > width ? columns : width;
    }
    size_t title = strlen(table->columns[column].title);
    return width > 0 && title > width ? title : width;
}

static size_t total_width(const struct text_table *table, const struct layout *layout)
{
    size_t total = 0;
    for (size_t i = 0; i < table->column_count; i++)
        if (layout->width[i] > 0)
            total += layout->width[i] + (total > 0 ? layout->gap : 0);
    return total;
}

static void drop_optional(const struct text_table *table, struct layout *layout)
{
    for (size_t i = table->column_count; i-- > 0 && total_width(table, layout) > SCREEN;)
        if (table->columns[i].flags & COLUMN_OPTIONAL)
            layout->width[i] = 0;
}

/* Takes one character after the other from whichever column is widest. */
static void shrink(const struct text_table *table, struct layout *layout, unsigned flag)
{
    while (total_width(table, layout) > SCREEN) {
        size_t *widest = NULL;
        for (size_t i = 0; i < table->column_count; i++)
            if ((table->columns[i].flags & flag) && layout->width[i] > LEAST_WIDTH &&
                (!widest || layout->width[i] > *widest))
                widest = &layout->width[i];
        if (!widest)
            return;
        --*widest;
    }
}

static struct layout find_layout(const struct text_table *table, bool wide)
{
    struct layout layout = {.gap = 2};
    for (size_t i = 0; i < table->column_count; i++)
        if (wide || !(table->columns[i].flags & COLUMN_WIDE))
            layout.width[i] = needed_width(table, i);
    if (wide)
        return layout;
    if (total_width(table, &layout) > SCREEN)
        layout.gap = 1;
    drop_optional(table, &layout);
    shrink(table, &layout, COLUMN_SHRINK);
    shrink(table, &layout, COLUMN_PRECIOUS);
    return layout;
}

/* Bytes of the first so many characters. */
static size_t cut(const char *text, size_t characters)
{
    size_t size = strlen(text);
    while (text_columns(text, size) > characters)
        size--;
    return size;
}

static void add_spaces(kit_buf *out, size_t count)
{
    static const char spaces[] = "                                ";
    for (; count >= sizeof spaces; count -= sizeof spaces - 1)
        kit_buf_add_text(out, spaces);
    kit_buf_add(out, spaces, count);
}

static void print_cell(kit_buf *out, const char *text, size_t width, bool right)
{
    size_t size = strlen(text);
    size_t columns = text_columns(text, size);
    if (columns > width) {
        kit_buf_add(out, text, cut(text, width - 1));
        kit_buf_add_char(out, '~');
        return;
    }
    if (right)
        add_spaces(out, width - columns);
    kit_buf_add(out, text, size);
    if (!right)
        add_spaces(out, width - columns);
}

static void trim(kit_buf *out)
{
    while (out->size > 0 && out->data[out->size - 1] == ' ')
        out->data[--out->size] = '\0';
}

static void print_row(const struct text_table *table, const struct layout *layout, size_t row,
                      kit_buf *out)
{
    bool first = true;
    for (size_t i = 0; i < table->column_count; i++) {
        if (layout->width[i] == 0)
            continue;
        if (!first)
            add_spaces(out, layout->gap);
        print_cell(out, cell_text(table, row + i), layout->width[i],
                   table->columns[i].flags & COLUMN_RIGHT);
        first = false;
    }
    trim(out);
}

void table_print(const struct text_table *table, bool wide, bool bold, kit_buf *out)
{
    size_t row = table->column_count;
    if (row == table->cell_count)
        return;
    struct layout layout = find_layout(table, wide);
    kit_buf_add_text(out, bold ? "\033[1m" : "");
    print_row(table, &layout, 0, out);
    kit_buf_add_text(out, bold ? "\033[0m\n" : "\n");
    for (; row < table->cell_count; row += table->column_count) {
        print_row(table, &layout, row, out);
        kit_buf_add_char(out, '\n');
    }
}
