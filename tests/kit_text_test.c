/* SPDX-License-Identifier: Apache-2.0 */
/* The texts that the kit writes: encoded URLs and forms, and errors. */
#include "core/mem.h"
#include "kit/error.h"
#include "kit/url.h"
#include "kit/utf8.h"
#include "kit_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_encoded(const char *text, const char *expected)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 10000);
    kit_url_add_encoded(&buf, text);
    assert_string_equal(kit_buf_text(&buf), expected);
}

static void test_only_unreserved_characters_stay_as_they_are(void **state)
{
    (void)state;
    expect_encoded("AZaz09-._~", "AZaz09-._~");
    expect_encoded("a b+c", "a%20b%2Bc");
    expect_encoded("us-east-3/../x", "us-east-3%2F..%2Fx");
    expect_encoded("100%", "100%25");
    expect_encoded("\xc3\xa9\xff", "%C3%A9%FF");
    expect_encoded("\r\n\t\x7f", "%0D%0A%09%7F");
    expect_encoded(":?#[]@!$&'()*,;=", "%3A%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2C%3B%3D");
    expect_encoded(NULL, "");
    expect_encoded("", "");
}

static void test_every_byte_can_be_read_back(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 10000);
    for (int byte = 1; byte < 256; byte++) {
        char text[2] = {(char)byte, '\0'};
        kit_buf_clear(&buf);
        kit_url_add_encoded(&buf, text);
        const char *encoded = kit_buf_text(&buf);
        int read = encoded[0] == '%' ? (int)strtol(encoded + 1, NULL, 16) : encoded[0];
        assert_int_equal(read, byte);
    }
}

static void test_segments_are_divided_by_one_slash(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 1000);
    kit_buf_add_text(&buf, "https://api.example.com/v1/");
    kit_url_add_segment(&buf, "instances");
    kit_url_add_segment(&buf, "a/b c");
    assert_string_equal(kit_buf_text(&buf), "https://api.example.com/v1/instances/a%2Fb%20c");
}

static void test_the_first_parameter_begins_the_query(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 1000);
    kit_buf_add_text(&buf, "https://x/y");
    kit_url_add_query(&buf, "page token", "a&b=c");
    kit_url_add_query(&buf, "absent", NULL);
    kit_url_add_query(&buf, "empty", "");
    kit_url_add_query(&buf, "n", "2");
    assert_string_equal(kit_buf_text(&buf), "https://x/y?page%20token=a%26b%3Dc&empty=&n=2");
}

static void test_a_query_that_was_begun_is_continued(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 1000);
    kit_buf_add_text(&buf, "https://x/?");
    kit_url_add_query(&buf, "a", "1");
    kit_buf_add_char(&buf, '&');
    kit_url_add_query(&buf, "b", "2");
    assert_string_equal(kit_buf_text(&buf), "https://x/?a=1&b=2");
}

static void test_form_fields_are_divided_by_ampersands(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 1000);
    kit_form_add(&buf, "absent", NULL);
    kit_form_add(&buf, "Action", "Run Instances");
    kit_form_add(&buf, "Tag.1.Value", "a=b&c");
    assert_string_equal(kit_buf_text(&buf), "Action=Run%20Instances&Tag.1.Value=a%3Db%26c");
}

static void test_a_url_longer_than_its_buffer_is_no_url(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 12);
    kit_buf_add_text(&buf, "https://x");
    kit_url_add_segment(&buf, "long");
    kit_url_add_query(&buf, "a", "b");
    assert_null(kit_buf_text(&buf));
}

static void test_an_error_is_filled_anew(void **state)
{
    (void)state;
    aw_error error;
    memset(&error, 0xff, sizeof error);
    assert_int_equal(kit_error_set(&error, AW_E_QUOTA, "%d of %s", 8, "vCPUs"), -1);
    aw_error expected = {.size = sizeof expected, .code = AW_E_QUOTA, .message = "8 of vCPUs"};
    assert_memory_equal(&error, &expected, sizeof error);
    assert_int_equal(kit_error_set(NULL, AW_E_QUOTA, "nobody listens"), -1);
}

static void test_an_error_can_be_built_from_its_own_message(void **state)
{
    (void)state;
    aw_error error;
    kit_error_set(&error, AW_E_INVALID, "no such region");
    kit_error_set(&error, error.code, "launch: %s", error.message);
    assert_string_equal(error.message, "launch: no such region");
    assert_int_equal(error.code, AW_E_INVALID);
}

static void test_failing_and_reporting_reach_the_operation(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_host_init(&host);
    kit_report(&host.op, AW_E_UNAVAILABLE, "zone %s is silent", "b");
    assert_int_equal(host.reports, 1);
    assert_string_equal(host.error.message, "zone b is silent");
    kit_fail(&host.op, AW_E_PROTOCOL, "page %d of %d", 3, 2);
    assert_int_equal(host.fails, 1);
    assert_int_equal(host.error.code, AW_E_PROTOCOL);
    assert_string_equal(host.error.message, "page 3 of 2");
}

static void expect_field(const char *text, const char *expected)
{
    char field[16];
    memset(field, 'x', sizeof field);
    kit_error_text(field, sizeof field, text);
    assert_string_equal(field, expected);
}

static void test_control_characters_become_spaces(void **state)
{
    (void)state;
    expect_field("a\r\nb\tc\x1b[1m\x7f", "a  b c [1m ");
    expect_field("a\xc2\x9b"
                 "1mb",
                 "a 1mb"); /* CSI, which some terminals obey as UTF-8 */
    expect_field("\xc2\xa0\xc3\xa9", "\xc2\xa0\xc3\xa9");
    expect_field(NULL, "");
}

static void test_marks_that_turn_a_line_round_become_spaces(void **state)
{
    (void)state;
    expect_field("a\xe2\x80\xae"
                 "b",
                 "a b");
    expect_field("\xe2\x80\x8f\xe2\x80\xa8\xe2\x81\xa6\xe2\x81\xa9", "    ");
    expect_field("\xe2\x80\x93\xe2\x82\xac", "\xe2\x80\x93\xe2\x82\xac");
}

static void test_what_is_not_utf8_becomes_question_marks(void **state)
{
    (void)state;
    expect_field("a\xff"
                 "b",
                 "a?b");
    expect_field("\xc3", "?");
    expect_field("\xe2\x82", "??");
    expect_field("\xc0\xaf", "??");
    expect_field("\xe0\x80\x80", "???");
    expect_field("\xed\xa0\x80", "???");
    expect_field("\xf0\x80\x80\x80", "????");
    expect_field("\xf4\x90\x80\x80", "????");
    expect_field("\xf5\x80\x80\x80", "????");
    expect_field("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
}

static void test_a_long_text_is_cut_between_characters(void **state)
{
    (void)state;
    expect_field("0123456789abcdefgh", "0123456789abcde");
    expect_field("0123456789abcd\xc3\xa9", "0123456789abcd");
    expect_field("0123456789abc\xc3\xa9!", "0123456789abc\xc3\xa9");
    char byte = 'x';
    kit_error_text(&byte, 1, "abc");
    assert_int_equal(byte, '\0');
    kit_error_text(NULL, 0, "abc");
}

static void test_a_long_message_is_cut_between_characters(void **state)
{
    (void)state;
    char text[1500];
    for (size_t start = 0; start < 3; start++) {
        memset(text, 'a', sizeof text);
        for (size_t i = start; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xe2\x82\xac", 3);
        text[sizeof text - 4] = '\0';
        aw_error error;
        kit_error_set(&error, AW_E_INTERNAL, "%s", text);
        assert_null(strchr(error.message, '?'));
        assert_in_range(strlen(error.message), sizeof error.message - 3, sizeof error.message - 1);
    }
}

static void test_printable_ascii_is_counted_up_to_the_first_other_byte(void **state)
{
    (void)state;
    char text[20];
    for (size_t size = 0; size <= sizeof text; size++)
        for (size_t place = 0; place <= size; place++)
            for (int byte = 0; byte < 256; byte++) {
                bool is_plain = (byte >= ' ' && byte < 0x7f) || place == size;
                memset(text, place % 2 ? ' ' : '~', sizeof text);
                if (place < size)
                    text[place] = (char)byte;
                assert_int_equal(kit_utf8_plain(text, size), is_plain ? size : place);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_unreserved_characters_stay_as_they_are),
        cmocka_unit_test(test_every_byte_can_be_read_back),
        cmocka_unit_test(test_segments_are_divided_by_one_slash),
        cmocka_unit_test(test_the_first_parameter_begins_the_query),
        cmocka_unit_test(test_a_query_that_was_begun_is_continued),
        cmocka_unit_test(test_form_fields_are_divided_by_ampersands),
        cmocka_unit_test(test_a_url_longer_than_its_buffer_is_no_url),
        cmocka_unit_test(test_an_error_is_filled_anew),
        cmocka_unit_test(test_an_error_can_be_built_from_its_own_message),
        cmocka_unit_test(test_failing_and_reporting_reach_the_operation),
        cmocka_unit_test(test_control_characters_become_spaces),
        cmocka_unit_test(test_marks_that_turn_a_line_round_become_spaces),
        cmocka_unit_test(test_what_is_not_utf8_becomes_question_marks),
        cmocka_unit_test(test_a_long_text_is_cut_between_characters),
        cmocka_unit_test(test_a_long_message_is_cut_between_characters),
        cmocka_unit_test(test_printable_ascii_is_counted_up_to_the_first_other_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
