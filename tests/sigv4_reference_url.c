/* SPDX-License-Identifier: Apache-2.0 */
/* The path and the query of Signature Version 4, step by step as AWS describes them. */
#include "sigv4_reference_parts.h"

#include "core/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST ((size_t)4 * 1024 * 1024)

void must(bool holds)
{
    if (!holds)
        abort();
}

kit_buf new_text(void)
{
    kit_buf text;
    kit_buf_init(&text, mem_kit(), LARGEST);
    return text;
}

char *taken(kit_buf *text)
{
    char *result = kit_buf_take(text);
    must(result != NULL);
    return result;
}

char *part(const char *start, size_t size)
{
    kit_buf text = new_text();
    kit_buf_add(&text, start, size);
    return taken(&text);
}

static char *uri_encoded(const char *text, const char *kept)
{
    kit_buf out = new_text();
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c < 0x80 && isalnum(c)) || strchr("-._~", c) || strchr(kept, c))
            kit_buf_add_char(&out, (char)c);
        else
            kit_buf_addf(&out, "%%%02X", c);
    }
    return taken(&out);
}

/* Escapes that stand for a NUL byte are not given. */
static char *uri_decoded(const char *text)
{
    kit_buf out = new_text();
    for (; *text; text++) {
        unsigned value = (unsigned char)*text;
        if (*text == '%') {
            must(sscanf(text + 1, "%2x", &value) == 1);
            text += 2;
        }
        kit_buf_add_char(&out, (char)value);
    }
    return taken(&out);
}

static char *recoded(const char *text, const char *kept)
{
    char *decoded = uri_decoded(text);
    char *result = uri_encoded(decoded, kept);
    mem_free(decoded);
    return result;
}

/* Segment by segment, with a stack of those that stay. */
static char *normalized(const char *path)
{
    static char *segments[MOST];
    size_t count = 0;
    size_t size = 0;
    for (const char *at = path; *at; at += size + (at[size] == '/')) {
        size = strcspn(at, "/");
        bool is_nothing = size == 0 || (size == 1 && *at == '.');
        if (size == 2 && strncmp(at, "..", 2) == 0) {
            if (count > 0)
                mem_free(segments[--count]);
        } else if (!is_nothing) {
            segments[count++] = part(at, size);
        }
    }
    kit_buf out = new_text();
    for (size_t i = 0; i < count; i++) {
        kit_buf_addf(&out, "/%s", segments[i]);
        mem_free(segments[i]);
    }
    if (count == 0 || path[strlen(path) - 1] == '/')
        kit_buf_add_char(&out, '/');
    return taken(&out);
}

char *canonical_path(const char *path, const char *service)
{
    if (*path == '\0')
        return part("/", 1);
    if (strcmp(service, "s3") == 0)
        return recoded(path, "/");
    char *normal = normalized(path);
    char *result = uri_encoded(normal, "/");
    mem_free(normal);
    return result;
}

void add_pair(struct pairs *pairs, char *name, char *value)
{
    must(pairs->count < MOST);
    struct pair *pair = &pairs->items[pairs->count];
    *pair = (struct pair){.name = name, .value = value, .place = pairs->count};
    pairs->count++;
}

void free_pairs(struct pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        mem_free(pairs->items[i].name);
        mem_free(pairs->items[i].value);
    }
    mem_free(pairs);
}

static int by_name_and_value(const void *a, const void *b)
{
    const struct pair *left = a;
    const struct pair *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : strcmp(left->value, right->value);
}

static void read_parameter(struct pairs *pairs, const char *text)
{
    const char *equals = strchr(text, '=');
    char *name = equals ? part(text, (size_t)(equals - text)) : part(text, strlen(text));
    add_pair(pairs, recoded(name, ""), recoded(equals ? equals + 1 : "", ""));
    mem_free(name);
}

char *canonical_query(const char *query)
{
    struct pairs *pairs = mem_alloc(sizeof *pairs);
    kit_buf out = new_text();
    size_t size = 0;
    must(pairs != NULL);
    for (const char *at = query; *at; at += size + (at[size] == '&')) {
        size = strcspn(at, "&");
        char *text = part(at, size);
        if (size > 0)
            read_parameter(pairs, text);
        mem_free(text);
    }
    qsort(pairs->items, pairs->count, sizeof *pairs->items, by_name_and_value);
    for (size_t i = 0; i < pairs->count; i++)
        kit_buf_addf(&out, "%s%s=%s", i ? "&" : "", pairs->items[i].name, pairs->items[i].value);
    free_pairs(pairs);
    return taken(&out);
}
