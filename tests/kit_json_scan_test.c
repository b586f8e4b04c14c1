/* SPDX-License-Identifier: Apache-2.0 */
/* Walking through JSON without a tree, and what is said of one that is not as wanted. */
#include "kit/json_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static kit_scan scan_of(const char *text)
{
    kit_scan scan;
    kit_scan_init(&scan, text, strlen(text));
    return scan;
}

static void expect_end(kit_scan *scan)
{
    aw_error error = {.size = sizeof error};
    if (kit_scan_finish(scan, &error))
        fail_msg("%s", error.message);
    if (scan->problem.code)
        fail_msg("%s", scan->problem.message);
}

static void expect_problem(const kit_scan *scan, const char *message)
{
    assert_int_equal(scan->problem.code, AW_E_PROTOCOL);
    assert_string_equal(scan->problem.message, message);
}

/* Returns how many there are. */
static unsigned items_read(kit_scan *scan, char *name, size_t size, int64_t *sum)
{
    unsigned count = 0;
    for (kit_scan_array(scan); kit_scan_element(scan); count++)
        for (kit_scan_object(scan); kit_scan_member(scan);)
            if (kit_scan_is(scan, "name"))
                kit_scan_text(scan, name, size);
            else if (kit_scan_is(scan, "size"))
                *sum += kit_scan_integer(scan, 0, 100, -1);
    return count;
}

static void test_an_answer_is_read_from_its_beginning_to_its_end(void **state)
{
    char name[16];
    char token[16] = "";
    int64_t sum = 0;
    unsigned count = 0;
    (void)state;
    kit_scan scan = scan_of(" {\"kind\": \"list\", \"items\": [ {\"name\": \"a\", \"size\": 7, "
                            "\"more\": {\"x\": [1, {}, [], -2.5e+3]}}, {\"size\": \"35\"} ],\n"
                            "\"next\": \"t\", \"flags\": [true, false, null]}\n");
    for (kit_scan_object(&scan); kit_scan_member(&scan);) {
        if (kit_scan_is(&scan, "next"))
            kit_scan_text(&scan, token, sizeof token);
        else if (kit_scan_is(&scan, "items"))
            count = items_read(&scan, name, sizeof name, &sum);
    }
    expect_end(&scan);
    assert_int_equal(count, 2);
    assert_int_equal(sum, 42);
    assert_string_equal(name, "a");
    assert_string_equal(token, "t");
}

static void test_what_nobody_reads_is_passed_over(void **state)
{
    static const char *const texts[] = {
        "1",  "-0.5e-7",   "\"\"",      "\"\\\"\\\\\"",   "true", "null",
        "[]", "[[[]],{}]", "{\"a\":1}", " \r\n\t [ 1 ] ", "{}",   "\xef\xbb\xbf{\"a\":[]}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        kit_scan scan = scan_of(texts[i]);
        expect_end(&scan);
    }
}

static void test_mistakes_are_told_with_their_place(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } bad[] = {
        {"", "expected JSON, found nothing"},
        {"<html><title>502</title>", "expected JSON, found an HTML page with the title \"502\""},
        {"{\"a\":[1,2", "expected JSON, found only its beginning: it is cut off after 9 bytes"},
        {"{\"a\":\"x\\", "expected JSON, found only its beginning: it is cut off after 8 bytes"},
        {"[tr", "expected JSON, found only its beginning: it is cut off after 3 bytes"},
        {"[1,]", "expected JSON, found a mistake after 3 bytes: a value is missing"},
        {"[1 2]",
         "expected JSON, found a mistake after 3 bytes: a comma or a closing bracket is missing"},
        {"[1}",
         "expected JSON, found a mistake after 2 bytes: a comma or a closing bracket is missing"},
        {"{\"a\" 1}", "expected JSON, found a mistake after 5 bytes: a colon is missing"},
        {"{a:1}", "expected JSON, found a mistake after 1 bytes: the name of a member is missing"},
        {"{\"a\":1,}",
         "expected JSON, found a mistake after 7 bytes: the name of a member is missing"},
        {"[01]",
         "expected JSON, found a mistake after 2 bytes: a comma or a closing bracket is missing"},
        {"[-]", "expected JSON, found a mistake after 1 bytes: a number that is none"},
        {"[1.]", "expected JSON, found a mistake after 1 bytes: a number that is none"},
        {"[nil]", "expected JSON, found a mistake after 1 bytes: a word that is none of true, "
                  "false and null"},
        {"[\"a\nb\"]", "expected JSON, found a mistake after 3 bytes: a text with a control "
                       "character in it"},
        {"{}{}", "expected JSON, found a mistake after 2 bytes: something behind the end"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        kit_scan scan = scan_of(bad[i].text);
        aw_error error = {.size = sizeof error};
        assert_int_equal(kit_scan_finish(&scan, &error), -1);
        assert_int_equal(error.code, AW_E_PROTOCOL);
        assert_string_equal(error.message, bad[i].message);
    }
}

static void test_a_nul_in_the_document_is_a_mistake(void **state)
{
    static const char text[] = "{}\0";
    kit_scan scan;
    aw_error error = {.size = sizeof error};
    (void)state;
    kit_scan_init(&scan, text, sizeof text - 1);
    assert_int_equal(kit_scan_finish(&scan, &error), -1);
    kit_scan_init(&scan, NULL, 0);
    assert_int_equal(kit_scan_finish(&scan, &error), -1);
}

static void test_64_levels_are_enough(void **state)
{
    char text[2 * 65 + 1];
    aw_error error = {.size = sizeof error};
    (void)state;
    for (size_t levels = 64; levels <= 65; levels++) {
        memset(text, '[', levels);
        memset(text + levels, ']', levels);
        text[2 * levels] = '\0';
        kit_scan scan = scan_of(text);
        assert_int_equal(kit_scan_finish(&scan, &error), levels == 64 ? 0 : -1);
    }
    assert_non_null(strstr(error.message, "more than 64 levels"));
}

/* Loops end at once, and what they would have read is passed over. */
static void test_values_of_another_type_are_problems(void **state)
{
    char text[8] = "old";
    (void)state;
    kit_scan scan = scan_of("{\"list\":{\"a\":[1]},\"object\":[{}],\"text\":5,\"number\":\"many\","
                            "\"last\":7}");
    for (kit_scan_object(&scan); kit_scan_member(&scan);) {
        if (kit_scan_is(&scan, "list")) {
            for (kit_scan_array(&scan); kit_scan_element(&scan);)
                fail();
        } else if (kit_scan_is(&scan, "object")) {
            expect_problem(&scan, "list: expected an array, found an object");
            kit_scan_forgive(&scan);
            for (kit_scan_object(&scan); kit_scan_member(&scan);)
                fail();
            expect_problem(&scan, "object: expected an object, found an array");
            kit_scan_forgive(&scan);
        } else if (kit_scan_is(&scan, "text")) {
            assert_int_equal(kit_scan_text(&scan, text, sizeof text), 0);
            assert_string_equal(text, "");
            expect_problem(&scan, "text: expected text, found a number");
            kit_scan_forgive(&scan);
        } else if (kit_scan_is(&scan, "number")) {
            assert_int_equal(kit_scan_integer(&scan, 0, 9, 3), 3);
            expect_problem(&scan, "number: expected an integer from 0 to 9, found \"many\"");
            kit_scan_forgive(&scan);
        } else {
            assert_int_equal(kit_scan_integer(&scan, 0, 9, 0), 7);
        }
    }
    expect_end(&scan);
}

static void test_the_document_itself_may_be_of_the_wrong_type(void **state)
{
    (void)state;
    kit_scan scan = scan_of("[]");
    for (kit_scan_object(&scan); kit_scan_member(&scan);)
        fail();
    expect_problem(&scan, "the document: expected an object, found an array");
}

/* Texts and white space are passed over several bytes at once: what ends them may stand anywhere. */
static void test_it_does_not_matter_where_something_stands(void **state)
{
    static const struct {
        const char *written;
        const char *read; /* NULL: a mistake */
    } marks[] = {{"", ""},         {"\\n", "\n"},    {"\\\"", "\""}, {"\xc3\xa9", "\xc3\xa9"},
                 {"\x7f", "\x7f"}, {"!#[]", "!#[]"}, {"\x1f", NULL}, {"\n", NULL}};
    (void)state;
    for (size_t mark = 0; mark < sizeof marks / sizeof *marks; mark++)
        for (int before = 0; before < 20; before++)
            for (int behind = 0; behind < 20; behind++) {
                char document[128];
                char expected[64];
                char text[64];
                snprintf(document, sizeof document, "%*s\"%.*s%s%.*s\"\n%*s", before, "", before,
                         "aaaaaaaaaaaaaaaaaaaa", marks[mark].written, behind,
                         "bbbbbbbbbbbbbbbbbbbb", behind, "");
                snprintf(expected, sizeof expected, "%.*s%s%.*s", before, "aaaaaaaaaaaaaaaaaaaa",
                         marks[mark].read ? marks[mark].read : "", behind, "bbbbbbbbbbbbbbbbbbbb");
                kit_scan scan = scan_of(document);
                assert_int_equal(kit_scan_text(&scan, text, sizeof text), marks[mark].read != NULL);
                assert_int_equal(kit_scan_finish(&scan, NULL), marks[mark].read ? 0 : -1);
                if (marks[mark].read)
                    assert_string_equal(text, expected);
            }
}

static void test_booleans(void **state)
{
    (void)state;
    kit_scan scan = scan_of("[true, false ,\"true\",0,true]");
    kit_scan_array(&scan);
    assert_true(kit_scan_element(&scan));
    assert_int_equal(kit_scan_boolean(&scan, 0), 1);
    assert_true(kit_scan_element(&scan));
    assert_int_equal(kit_scan_boolean(&scan, 1), 0);
    for (int i = 0; i < 2; i++) {
        assert_true(kit_scan_element(&scan));
        assert_int_equal(kit_scan_boolean(&scan, 7), 7);
        assert_int_equal(scan.problem.code, AW_E_PROTOCOL);
        assert_non_null(strstr(scan.problem.message, "expected true or false"));
        kit_scan_forgive(&scan);
    }
    assert_true(kit_scan_element(&scan));
    assert_int_equal(kit_scan_boolean(&scan, 0), 1);
    assert_false(kit_scan_element(&scan));
    expect_end(&scan);
    scan = scan_of("[tru]");
    kit_scan_array(&scan);
    assert_true(kit_scan_element(&scan));
    assert_int_equal(kit_scan_boolean(&scan, 7), 7);
    assert_true(scan.is_broken);
}

static void test_null_is_like_nothing(void **state)
{
    char text[8];
    (void)state;
    kit_scan scan = scan_of("[null,null,null,null,null]");
    kit_scan_array(&scan);
    assert_true(kit_scan_element(&scan));
    assert_int_equal(kit_scan_boolean(&scan, 2), 2);
    assert_true(kit_scan_element(&scan));
    assert_int_equal(kit_scan_text(&scan, text, sizeof text), 0);
    assert_true(kit_scan_element(&scan));
    assert_int_equal(kit_scan_integer(&scan, 0, 9, 5), 5);
    assert_true(kit_scan_element(&scan));
    for (kit_scan_object(&scan); kit_scan_member(&scan);)
        fail();
    assert_true(kit_scan_element(&scan));
    for (kit_scan_array(&scan); kit_scan_element(&scan);)
        fail();
    assert_false(kit_scan_element(&scan));
    expect_end(&scan);
}

static int text_of(const char *json, char *block, size_t size)
{
    kit_scan scan = scan_of(json);
    int found = kit_scan_text(&scan, block, size);
    if (!found)
        assert_int_equal(scan.problem.code, AW_E_PROTOCOL);
    return found;
}

static void test_texts_with_escapes(void **state)
{
    static const struct {
        const char *json;
        const char *text;
    } good[] = {
        {"\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\"", "a\"b\\c/d\b\f\n\r\t"},
        {"\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"\"\xc3\xa9\"", "\xc3\xa9"},
    };
    static const char *const bad[] = {
        "\"\\x\"",      "\"\\u12\"",     "\"\\u12g4\"", "\"\\ud83d\"", "\"\\ud83d\\u0041\"",
        "\"\\ude00\"",  "\"\\u0000\"",   "\"\xff\"",    "\"\xc3\"",    "\"\xed\xa0\x80\"",
        "\"\xc0\xaf\"", "\"\\ud83dxx\"", "\"\\u\""};
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(text_of(good[i].json, text, sizeof text), 1);
        assert_string_equal(text, good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (text_of(bad[i], text, sizeof text) || *text)
            fail_msg("%s is taken for a text", bad[i]);
}

static void test_a_text_must_fit(void **state)
{
    char text[4];
    (void)state;
    assert_int_equal(text_of("\"abc\"", text, sizeof text), 1);
    assert_string_equal(text, "abc");
    assert_int_equal(text_of("\"abcd\"", text, sizeof text), 0);
    assert_int_equal(text_of("\"\\u0061bcd\"", text, sizeof text), 0);
    assert_int_equal(text_of("\"a\\u20ac\"", text, sizeof text), 0);
    assert_string_equal(text, "");
}

static void test_integers_of_64_bits(void **state)
{
    static const struct {
        const char *json;
        int64_t number; /* -7: none */
    } known[] = {
        {"0", 0},
        {"-0", 0},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"\"12\"", 12},
        {"\"-12\"", -12},
        {"9223372036854775808", -7},
        {"-9223372036854775809", -7},
        {"99999999999999999999999", -7},
        {"1.0", -7},
        {"1e3", -7},
        {"\"\"", -7},
        {"\"-\"", -7},
        {"\"1 \"", -7},
        {"\"0x1\"", -7},
        {"true", -7},
        {"[1]", -7},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        kit_scan scan = scan_of(known[i].json);
        int64_t number = kit_scan_integer(&scan, INT64_MIN, INT64_MAX, -7);
        if (number != known[i].number)
            fail_msg("%s is read as %lld", known[i].json, (long long)number);
        assert_int_equal(scan.problem.code, number == -7 ? AW_E_PROTOCOL : AW_OK);
        assert_int_equal(kit_scan_finish(&scan, NULL), 0);
    }
}

/* Names with escapes are legal and are nobody's. */
static void test_names_are_compared_whole(void **state)
{
    unsigned found = 0;
    (void)state;
    kit_scan scan =
        scan_of("{\"name\":1,\"names\":2,\"nam\":3,\"\":4,\"\\u006eame\":5,\"name\":6}");
    for (kit_scan_object(&scan); kit_scan_member(&scan);)
        found += kit_scan_is(&scan, "name") ? 1 : kit_scan_is(&scan, "") ? 100 : 0;
    expect_end(&scan);
    assert_int_equal(found, 202);
}

static void test_after_a_mistake_loops_end_and_reads_return_nothing(void **state)
{
    char text[8];
    aw_error error = {.size = sizeof error};
    unsigned count = 0;
    (void)state;
    kit_scan scan = scan_of("[[1,2],[3 4],[5]]");
    for (kit_scan_array(&scan); kit_scan_element(&scan);)
        for (kit_scan_array(&scan); kit_scan_element(&scan);)
            count += kit_scan_integer(&scan, 0, 9, 0) > 0;
    assert_int_equal(count, 3);
    assert_int_equal(kit_scan_text(&scan, text, sizeof text), 0);
    assert_int_equal(kit_scan_integer(&scan, 0, 9, 8), 8);
    assert_int_equal(scan.problem.code, AW_OK);
    assert_int_equal(kit_scan_finish(&scan, &error), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_is_read_from_its_beginning_to_its_end),
        cmocka_unit_test(test_what_nobody_reads_is_passed_over),
        cmocka_unit_test(test_mistakes_are_told_with_their_place),
        cmocka_unit_test(test_a_nul_in_the_document_is_a_mistake),
        cmocka_unit_test(test_64_levels_are_enough),
        cmocka_unit_test(test_values_of_another_type_are_problems),
        cmocka_unit_test(test_null_is_like_nothing),
        cmocka_unit_test(test_texts_with_escapes),
        cmocka_unit_test(test_a_text_must_fit),
        cmocka_unit_test(test_the_document_itself_may_be_of_the_wrong_type),
        cmocka_unit_test(test_it_does_not_matter_where_something_stands),
        cmocka_unit_test(test_booleans),
        cmocka_unit_test(test_integers_of_64_bits),
        cmocka_unit_test(test_names_are_compared_whole),
        cmocka_unit_test(test_after_a_mistake_loops_end_and_reads_return_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
