/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of signature vectors: a line is a word and what it says, an empty line ends a case. */
#include "sigv4_vectors.h"

#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define LARGEST_FILE 65536
#define LARGEST_CANONICAL 8192

static void begin(struct vector *vector)
{
    *vector = (struct vector){
        .credentials = {.size = sizeof vector->credentials,
                        .key_id = "AKIDEXAMPLE",
                        .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},
        .request = {.size = sizeof vector->request, .name = "vector"},
    };
    vector->request.headers = vector->headers;
    kit_buf_init(&vector->canonical, mem_kit(), LARGEST_CANONICAL);
}

/* Cuts the text at its first `separator` and returns what follows. */
static char *cut(char *text, char separator)
{
    char *end = strchr(text, separator);
    assert_non_null(end);
    *end = '\0';
    return end + 1;
}

static void read_time(struct vector *vector, const char *text)
{
    struct tm tm = {0};
    assert_non_null(strptime(text, "%Y%m%dT%H%M%SZ", &tm));
    vector->time = text;
    vector->now_ms = (uint64_t)timegm(&tm) * 1000;
}

static void unescape_tabs(char *text)
{
    for (char *at; (at = strstr(text, "\\t")) != NULL;) {
        *at = '\t';
        memmove(at + 1, at + 2, strlen(at + 2) + 1);
    }
}

static void read_header(struct vector *vector, char *text)
{
    assert_true(vector->request.header_count < VECTOR_HEADERS);
    char *value = cut(text, ':');
    unescape_tabs(value);
    vector->headers[vector->request.header_count++] = (aw_header){.name = text, .value = value};
}

static void read_word(struct vector *vector, const char *word, char *text)
{
    if (strcmp(word, "key") == 0) {
        vector->credentials.secret = cut(text, ' ');
        vector->credentials.key_id = text;
    } else if (strcmp(word, "token") == 0) {
        vector->credentials.token = text;
    } else if (strcmp(word, "time") == 0) {
        read_time(vector, text);
    } else if (strcmp(word, "scope") == 0) {
        vector->service = cut(text, ' ');
        vector->region = text;
    } else if (strcmp(word, "path") == 0) {
        assert_string_equal(text, "unnormalized");
        vector->is_unnormalized = true;
    } else if (strcmp(word, "request") == 0) {
        vector->request.url = cut(text, ' ');
        vector->request.method = text;
    } else if (strcmp(word, "header") == 0) {
        read_header(vector, text);
    } else if (strcmp(word, "body") == 0) {
        vector->request.body = (aw_bytes){.data = text, .size = strlen(text)};
    } else if (strcmp(word, "signature") == 0) {
        vector->signature = text;
    } else {
        fail_msg("\"%s\" begins no line of a vector", word);
    }
}

static void read_line(struct vector *vector, char *line)
{
    if (line[0] == '>') {
        if (vector->canonical.size > 0 || vector->canonical.data)
            kit_buf_add_char(&vector->canonical, '\n');
        kit_buf_add_text(&vector->canonical, line[1] ? line + 2 : "");
        return;
    }
    char *text = cut(line, ' ');
    if (strcmp(line, "case") == 0)
        vector->name = text;
    else
        read_word(vector, line, text);
}

static void run_case(struct vector *vector, vector_fn run, void *arg, size_t *count)
{
    if (vector->name) {
        run(vector, arg);
        ++*count;
    }
    kit_buf_finish(&vector->canonical);
    begin(vector);
}

static char *read_file(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, SOURCE_DIR "/fixtures/aws/sigv4/%s", name);
    FILE *file = fopen(path, "rb");
    char *text = mem_alloc(LARGEST_FILE);
    if (!file || !text)
        fail_msg("%s cannot be read", path);
    size_t size = fread(text, 1, LARGEST_FILE, file);
    fclose(file);
    assert_true(size < LARGEST_FILE);
    text[size] = '\0';
    return text;
}

size_t vectors_read(const char *file, vector_fn run, void *arg)
{
    struct vector vector;
    size_t count = 0;
    char *text = read_file(file);
    begin(&vector);
    for (char *line = text; *line;) {
        char *next = cut(line, '\n');
        if (line[0] == '\0')
            run_case(&vector, run, arg, &count);
        else if (line[0] != '#')
            read_line(&vector, line);
        line = next;
    }
    run_case(&vector, run, arg, &count);
    kit_buf_finish(&vector.canonical);
    mem_free(text);
    return count;
}
