/* SPDX-License-Identifier: Apache-2.0 */
/* Records as text: JSON, CSV, names. */
#include "cli/memory.h"
#include "cli/record.h"

#include <stdlib.h>
#include <string.h>

static int add_chunk(const char *data, size_t size, void *buf)
{
    kit_buf_add(buf, data, size);
    return 0;
}

void record_print(kit_buf *buf, json_t *value, size_t flags)
{
    json_dump_callback(value, add_chunk, buf, flags);
    kit_buf_add_char(buf, '\n');
    json_decref(value);
}

/* The value at "gpu.name", NULL when a part of the way is missing. */
static const json_t *value_at(const json_t *row, const char *path)
{
    const char *dot;
    while ((dot = strchr(path, '.')) != NULL) {
        row = json_object_getn(row, path, (size_t)(dot - path));
        path = dot + 1;
    }
    return json_object_get(row, path);
}

static void add_quoted(kit_buf *buf, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        kit_buf_add_text(buf, text);
        return;
    }
    kit_buf_add_char(buf, '"');
    for (; *text; text++) {
        if (*text == '"')
            kit_buf_add_char(buf, '"');
        kit_buf_add_char(buf, *text);
    }
    kit_buf_add_char(buf, '"');
}

static void add_value(kit_buf *buf, const json_t *value)
{
    if (json_is_string(value))
        add_quoted(buf, json_string_value(value));
    else if (json_is_integer(value))
        kit_buf_addf(buf, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_boolean(value))
        kit_buf_add_text(buf, json_is_true(value) ? "true" : "false");
}

static void add_title(kit_buf *buf, const char *path)
{
    for (; *path; path++)
        kit_buf_add_char(buf, *path == '.' ? '_' : *path);
}

static void print_csv(kit_buf *buf, const json_t *rows, const char *const *paths)
{
    size_t index;
    json_t *row;
    for (size_t i = 0; paths[i]; i++) {
        kit_buf_add_text(buf, i > 0 ? "," : "");
        add_title(buf, paths[i]);
    }
    kit_buf_add_text(buf, "\r\n");
    json_array_foreach(rows, index, row)
    {
        for (size_t i = 0; paths[i]; i++) {
            kit_buf_add_text(buf, i > 0 ? "," : "");
            add_value(buf, value_at(row, paths[i]));
        }
        kit_buf_add_text(buf, "\r\n");
    }
}

static void print_names(kit_buf *buf, const json_t *rows, const char *path)
{
    size_t index;
    json_t *row;
    json_array_foreach(rows, index, row)
    {
        const char *name = json_string_value(value_at(row, path));
        if (name)
            kit_buf_addf(buf, "%s\n", name);
    }
}

static void print_document(kit_buf *buf, const struct record_form *form, json_t *rows, json_t *more)
{
    json_t *document = record_document();
    json_object_set(document, form->key, form->single ? json_array_get(rows, 0) : rows);
    if (more)
        json_object_update(document, more);
    record_print(buf, document, JSON_INDENT(2));
}

int record_write(enum format format, const struct record_form *form, json_t *rows, json_t *more)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    if (format == FORMAT_CSV)
        print_csv(&out, rows, form->csv_paths);
    else if (format == FORMAT_NAME)
        print_names(&out, rows, form->name_path);
    else
        print_document(&out, form, rows, more);
    json_decref(rows);
    json_decref(more);
    return output_write(&out);
}
