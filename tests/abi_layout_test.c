/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of every struct that crosses, as the .def files promise it. */
#include <archway/archway.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct line {
    const char *type;
    const char *field; /* NULL: the struct itself */
    size_t offset;
    size_t size;
    size_t promised_offset;
    size_t promised_size;
};

struct constant {
    const char *name;
    uint64_t value;
    uint64_t promised;
};

#define STRUCT(type, bytes) {#type, NULL, 0, sizeof(type), 0, bytes},
#define FIELD(type, name, at, bytes)                                                               \
    {#type, #name, offsetof(type, name), sizeof(((type *)0)->name), at, bytes},
#define CONSTANT(name, value)
static const struct line lines[] = {
#include "tests/abi_layout_archway.def"
#include "tests/abi_layout_backend.def"
};
#undef STRUCT
#undef FIELD
#undef CONSTANT

#define STRUCT(type, bytes)
#define FIELD(type, name, at, bytes)
#define CONSTANT(name, value) {#name, (uint64_t)name, value},
static const struct constant constants[] = {
#include "tests/abi_layout_archway.def"
#include "tests/abi_layout_backend.def"
};

#define LINE_COUNT (sizeof lines / sizeof lines[0])
#define CONSTANT_COUNT (sizeof constants / sizeof constants[0])

static void test_every_struct_and_field_lies_where_it_was_promised(void **state)
{
    (void)state;
    for (size_t i = 0; i < LINE_COUNT; i++) {
        const struct line *line = &lines[i];
        if (line->offset != line->promised_offset || line->size != line->promised_size)
            fail_msg("%s.%s is %zu bytes at %zu, promised were %zu at %zu", line->type,
                     line->field ? line->field : "(whole)", line->size, line->offset,
                     line->promised_size, line->promised_offset);
    }
}

/* A field that is missing from the table leaves a gap; so does padding, which no struct has. */
static void test_the_promised_fields_fill_their_structs_without_a_gap(void **state)
{
    (void)state;
    size_t end = 0;
    size_t whole = 0;
    for (size_t i = 0; i < LINE_COUNT; i++) {
        const struct line *line = &lines[i];
        size_t expected = line->field ? line->offset : whole;
        if (end != expected)
            fail_msg("before %s.%s the fields end at %zu instead of %zu", line->type,
                     line->field ? line->field : "(whole)", end, expected);
        end = line->field ? line->offset + line->size : 0;
        whole = line->field ? whole : line->size;
    }
    assert_int_equal(end, whole);
}

static void test_every_constant_has_the_promised_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < CONSTANT_COUNT; i++)
        if (constants[i].value != constants[i].promised)
            fail_msg("%s is %llu, promised was %llu", constants[i].name,
                     (unsigned long long)constants[i].value,
                     (unsigned long long)constants[i].promised);
}

static int has_struct(const char *name)
{
    for (size_t i = 0; i < LINE_COUNT; i++)
        if (!lines[i].field && strcmp(lines[i].type, name) == 0)
            return 1;
    return 0;
}

static size_t check_header(const char *path)
{
    char text[512];
    char name[64];
    size_t count = 0;
    FILE *header = fopen(path, "r");
    assert_non_null(header);
    while (fgets(text, sizeof text, header)) {
        if (!strchr(text, '{') || (sscanf(text, "typedef struct %63[a-z_] {", name) != 1 &&
                                   sscanf(text, "struct %63[a-z_] {", name) != 1))
            continue;
        if (!has_struct(name))
            fail_msg("%s: struct %s is missing from the .def files", path, name);
        count++;
    }
    fclose(header);
    return count;
}

static void test_no_struct_of_the_headers_is_left_out(void **state)
{
    (void)state;
    assert_true(check_header(SOURCE_DIR "/include/archway/backend.h") > 20);
    assert_true(check_header(SOURCE_DIR "/include/archway/archway.h") > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_struct_and_field_lies_where_it_was_promised),
        cmocka_unit_test(test_the_promised_fields_fill_their_structs_without_a_gap),
        cmocka_unit_test(test_every_constant_has_the_promised_value),
        cmocka_unit_test(test_no_struct_of_the_headers_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
