/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing JSON that is none, or too much of it. */
#include "kit/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* On the heap and without a NUL behind it, so that a sanitizer sees a read past the end. */
static kit_json_node parse(kit_json *document, const char *text, size_t size)
{
    char *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, text, size);
    kit_json_node root = kit_json_parse_bytes(document, exact, size);
    free(exact);
    return root;
}

static void expect_error(const kit_json *document, const char *message)
{
    assert_string_equal(document->error.message, message);
    assert_int_equal(document->error.code, AW_E_PROTOCOL);
}

static void expect_refused(const char *text, size_t size, const char *message)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = parse(&document, text, size);
    expect_error(&document, message);
    assert_null(root.value);
    assert_string_equal(kit_json_text(&root, "name"), "");
    assert_int_equal(kit_json_count(&root), 0);
    expect_error(&document, message);
}

#define MISTAKE "expected JSON, found a mistake in line 1, column "

static void test_what_is_no_json_is_called_what_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *found;
    } cases[] = {
        {"", "nothing"},
        {" \r\n\t", "nothing"},
        {"<html><body>down", "an HTML page"},
        {"\n<!DOCTYPE HTML PUBLIC><HTML><HEAD><TITLE>\n 502 Bad\tGateway \n</TITLE>",
         "an HTML page with the title \"502 Bad Gateway\""},
        {"<html><title></title>", "an HTML page"},
        {"<html><title>cut o", "an HTML page with the title \"cut o\""},
        {"<html><title>", "an HTML page"},
        {"<?xml version=\"1.0\"?><Error/>", "XML"},
        {"<", "XML"},
        {"upstream connect error", "plain text"},
        {"Not Found", "plain text"},
        {"NaN", "plain text"},
        {"\x1f\x8b\x08", "binary data"},
        {"{\"data\": [", "only its beginning: it is cut off after 10 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[200] = "expected JSON, found ";
        size_t used = strlen(message);
        memcpy(message + used, cases[i].found, strlen(cases[i].found) + 1);
        expect_refused(cases[i].text, strlen(cases[i].text), message);
    }
}

static void test_mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"{\"a\":1,\"a\":2}", MISTAKE "10: duplicate object key near '\"a\"'"},
        {"{\"n\":99999999999999999999}", MISTAKE "25: too big integer"},
        {"{\"n\":-99999999999999999999}", MISTAKE "26: too big negative integer"},
        {"{\"n\":1e999}", MISTAKE "10: real number overflow"},
        {"{\"a\":\"\xff\"}", MISTAKE "6: unable to decode byte 0xff"},
        {"{\"a\":\"\xed\xa0\x80\"}", MISTAKE "6: unable to decode byte 0xed"},
        {"{\"a\":\"\\ud800\"}", MISTAKE "13: invalid Unicode '\\uD800'"},
        {"{\"a\\u0000b\":1}", MISTAKE "11: NUL byte in object key not supported"},
        {"{'a':1}", MISTAKE "2: string or '}' expected"},
        {"{\"a\":1,}", MISTAKE "8: string or '}' expected"},
        {"[1] [2]", MISTAKE "5: end of file expected"},
        {"[01]", MISTAKE "2: invalid token"},
        {"[NaN]", MISTAKE "4: invalid token"},
        {"[1,\n\n  x]", "expected JSON, found a mistake in line 3, column 3: invalid token"},
        {"{\"a\": bad, \"b\": [1, 2", MISTAKE "9: invalid token"},
        {"[\"a\tb\"]", MISTAKE "3: control character 0x9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused(cases[i].text, strlen(cases[i].text), cases[i].message);
}

static void test_nul_bytes_are_mistakes_like_others(void **state)
{
    (void)state;
    expect_refused("\0\0", 2, "expected JSON, found binary data");
    expect_refused("{}\0", 3, MISTAKE "3: end of file expected");
    expect_refused("{\"a\":\"x\0y\"}", 11, MISTAKE "7: control character 0x0");
}

static void test_what_is_quoted_of_a_broken_text_is_never_a_value(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    parse(&document, "{\"token\": hunter2 }", 19);
    assert_int_equal(document.error.code, AW_E_PROTOCOL);
    assert_null(strstr(document.error.message, "hunter2"));
}

static void test_every_beginning_of_a_document_is_called_cut_off(void **state)
{
    (void)state;
    static const char text[] =
        "{\"name\": \"caf\xc3\xa9 \xf0\x9f\x9a\x80 \\u00e9 \\n\", \"n\": -12.5e3, "
        "\"list\": [true, false, null, \"]\\\"\"], \"o\": {}}";
    for (size_t size = 1; size < sizeof text - 1; size++) {
        KIT_CLEANUP(kit_json_finish) kit_json document;
        parse(&document, text, size);
        assert_non_null(strstr(document.error.message, "it is cut off after"));
    }
}

static void test_a_byte_order_mark_is_passed_over(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = parse(&document, "\xef\xbb\xbf{\"a\":\"b\"}", 12);
    assert_string_equal(kit_json_text(&root, "a"), "b");
    assert_int_equal(document.error.code, AW_OK);
}

static char *nested(size_t levels)
{
    char *text = malloc(2 * levels + 1);
    assert_non_null(text);
    memset(text, '[', levels);
    memset(text + levels, ']', levels);
    text[2 * levels] = '\0';
    return text;
}

static void test_sixty_four_levels_are_the_deepest(void **state)
{
    (void)state;
    char *deepest = nested(64);
    char *deeper = nested(65);
    char *bomb = nested(1000000);
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = parse(&document, deepest, 128);
    assert_int_equal(document.error.code, AW_OK);
    assert_int_equal(kit_json_count(&root), 1);
    expect_refused(deeper, 130, "expected JSON of at most 64 levels, found 65 levels");
    expect_refused(bomb, 1000000, "expected JSON of at most 64 levels, found 1000000 levels");
    free(deepest);
    free(deeper);
    free(bomb);
}

static void test_brackets_in_texts_are_no_levels(void **state)
{
    (void)state;
    static const char text[] =
        "[\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\\\"]";
    KIT_CLEANUP(kit_json_finish) kit_json document;
    parse(&document, text, sizeof text - 1);
    assert_int_equal(document.error.code, AW_OK);
}

static void test_no_answer_is_an_empty_one(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_parse(&document, NULL);
    expect_error(&document, "expected JSON, found nothing");
    aw_response answer = {.size = sizeof answer, .status = 200};
    kit_json_parse(&document, &answer);
    expect_error(&document, "expected JSON, found nothing");
}

static int allocations_left;

static void *allocate_while_left(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

static void test_a_parser_without_memory_says_so(void **state)
{
    (void)state;
    static const char text[] = "{\"data\": [1, 2.5, \"three\", {\"four\": null}]}";
    int runs = 0;
    for (uint32_t code = AW_E_NO_MEMORY; code != AW_OK; runs++) {
        KIT_CLEANUP(kit_json_finish) kit_json document;
        allocations_left = runs;
        json_set_alloc_funcs(allocate_while_left, free);
        kit_json_node root = kit_json_parse_bytes(&document, text, sizeof text - 1);
        json_set_alloc_funcs(malloc, free);
        code = document.error.code;
        assert_true(code == AW_OK || !root.value);
    }
    assert_in_range(runs, 10, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_json_is_called_what_it_is),
        cmocka_unit_test(test_mistakes_are_told_with_their_place),
        cmocka_unit_test(test_nul_bytes_are_mistakes_like_others),
        cmocka_unit_test(test_what_is_quoted_of_a_broken_text_is_never_a_value),
        cmocka_unit_test(test_every_beginning_of_a_document_is_called_cut_off),
        cmocka_unit_test(test_a_byte_order_mark_is_passed_over),
        cmocka_unit_test(test_sixty_four_levels_are_the_deepest),
        cmocka_unit_test(test_brackets_in_texts_are_no_levels),
        cmocka_unit_test(test_no_answer_is_an_empty_one),
        cmocka_unit_test(test_a_parser_without_memory_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
