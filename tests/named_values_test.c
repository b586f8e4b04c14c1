/* SPDX-License-Identifier: Apache-2.0 */
/* Placeholders stand for what is known by their name, and find their way back into a recording. */
#include "core/mem.h"
#include "core/named_values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct named_values values;
static kit_buf buf;

static int start(void **state)
{
    (void)state;
    named_values_init(&values);
    kit_buf_init(&buf, mem_kit(), 4096);
    return 0;
}

static int end(void **state)
{
    (void)state;
    named_values_finish(&values);
    kit_buf_finish(&buf);
    return 0;
}

static void tell(const char *name, const char *value)
{
    assert_true(named_values_tell(&values, name, value));
}

static const char *render_as_of(size_t told, enum text_form form, const char *text)
{
    aw_error error = {0};
    kit_buf_clear(&buf);
    if (named_values_render(&values, told, form, (aw_bytes){text, strlen(text)}, &buf, &error))
        fail_msg("%s", error.message);
    return kit_buf_text(&buf);
}

static const char *render(enum text_form form, const char *text)
{
    return render_as_of(values.count, form, text);
}

static const char *hide(enum text_form form, const char *text)
{
    kit_buf_clear(&buf);
    named_values_hide(&values, form, (aw_bytes){text, strlen(text)}, &buf);
    return kit_buf_text(&buf);
}

static void test_a_placeholder_stands_for_the_value_of_its_name(void **state)
{
    (void)state;
    tell("token", "abc123");
    tell("ssh-key", "ssh-ed25519 AAAA me@host");
    assert_string_equal(render(TEXT_PLAIN, "{{token}}, {{ssh-key}}{{token}}"),
                        "abc123, ssh-ed25519 AAAA me@hostabc123");
}

static void test_what_only_looks_like_a_placeholder_stays(void **state)
{
    (void)state;
    static const char text[] =
        "{{ token }} {{Token}} {{}} {{token {token}} {{token:}} {{token:0}} {{token:x}} {{";
    tell("token", "abc123");
    assert_string_equal(render(TEXT_PLAIN, text), text);
    assert_string_equal(render(TEXT_PLAIN, "{{{token}}}"), "{abc123}");
}

static void test_a_value_is_encoded_as_its_place_demands(void **state)
{
    (void)state;
    tell("name", "a \"b\"\\\n\x01/é");
    assert_string_equal(render(TEXT_URL, "?n={{name}}"), "?n=a%20%22b%22%5C%0A%01%2F%C3%A9");
    assert_string_equal(render(TEXT_JSON, "\"{{name}}\""), "\"a \\\"b\\\"\\\\\\n\\u0001/é\"");
    assert_string_equal(render(TEXT_PLAIN, "{{name}}"), "a \"b\"\\\n\x01/é");
}

static void test_the_value_told_last_counts_and_the_others_have_numbers(void **state)
{
    (void)state;
    tell("token", "first");
    tell("token", "second");
    assert_string_equal(render(TEXT_PLAIN, "{{token}} {{token:1}} {{token:2}}"),
                        "second first second");
}

static void test_what_was_told_after_the_request_does_not_count(void **state)
{
    (void)state;
    tell("token", "first");
    tell("token", "second");
    tell("owner", "me");
    assert_string_equal(render_as_of(1, TEXT_PLAIN, "{{token}}"), "first");
    assert_string_equal(render_as_of(1, TEXT_PLAIN, "{{token:2}}"), "second");
    assert_string_equal(render_as_of(1, TEXT_PLAIN, "{{owner}}"), "me");
}

static void test_an_unknown_name_fails_and_lists_the_known_ones(void **state)
{
    (void)state;
    aw_error error = {0};
    static const char text[] = "a {{tokn}}";
    assert_int_equal(
        named_values_render(&values, 0, TEXT_PLAIN, (aw_bytes){text, strlen(text)}, &buf, &error),
        -1);
    assert_string_equal(error.message, "{{tokn}} stands for nothing so far; known are: none");
    tell("token", "1");
    tell("owner", "2");
    tell("token", "3");
    assert_int_equal(
        named_values_render(&values, 0, TEXT_PLAIN, (aw_bytes){text, strlen(text)}, &buf, &error),
        -1);
    assert_string_equal(error.message,
                        "{{tokn}} stands for nothing so far; known are: token, owner");
    assert_int_equal(
        named_values_render(&values, 0, TEXT_PLAIN, (aw_bytes){"{{token:3}}", 11}, &buf, &error),
        -1);
    assert_int_equal(error.code, AW_E_INVALID);
}

static void test_values_are_hidden_the_longest_first(void **state)
{
    (void)state;
    tell("owner", "my-server");
    tell("name", "my-server-1");
    assert_string_equal(hide(TEXT_JSON, "[\"my-server\",\"my-server-1\",\"my-server-12\"]"),
                        "[\"{{owner}}\",\"{{name}}\",\"{{owner}}-12\"]");
}

static void test_short_values_are_only_seen_as_whole_words(void **state)
{
    (void)state;
    tell("name", "test");
    tell("owner", "me");
    tell("token", "0123456789abcdef");
    assert_string_equal(hide(TEXT_PLAIN, "test latest tests test_1 me a-test"),
                        "{{name}} latest tests test_1 me a-{{name}}");
    assert_string_equal(hide(TEXT_URL, "?tag=x%3Atest"), "?tag=x%3A{{name}}");
    assert_string_equal(hide(TEXT_PLAIN, "vm0123456789abcdef0"), "vm{{token}}0");
}

static void test_several_values_of_a_name_are_hidden_by_number(void **state)
{
    (void)state;
    tell("token", "token-one");
    tell("token", "token-two");
    tell("token", "token-one");
    tell("owner", "somebody");
    tell("owner", "somebody");
    assert_string_equal(hide(TEXT_PLAIN, "token-two token-one somebody"),
                        "{{token:2}} {{token:1}} {{owner}}");
}

static void test_hiding_and_rendering_are_inverse(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{{name}} is a placeholder in {{ jinja }} too: {{{braces}} {{x:1}}",
        "my machine",
        "{my machine}",
        "",
        "{{",
        "my%20machine"};
    tell("name", "my machine");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (int form = TEXT_PLAIN; form <= TEXT_JSON; form++) {
            KIT_CLEANUP(kit_buf_finish) kit_buf hidden;
            kit_buf_init(&hidden, mem_kit(), 4096);
            named_values_hide(&values, (enum text_form)form, (aw_bytes){texts[i], strlen(texts[i])},
                              &hidden);
            assert_string_equal(render((enum text_form)form, kit_buf_text(&hidden)), texts[i]);
        }
    }
}

static void test_the_form_of_a_body_is_told_by_its_type_or_its_beginning(void **state)
{
    (void)state;
    static const aw_header json = {"Content-Type", "application/problem+json; charset=utf-8"};
    static const aw_header form = {"content-type", "application/x-www-form-urlencoded"};
    static const aw_header html = {"content-type", "text/html"};
    assert_int_equal(text_form_of(&json, 1, (aw_bytes){"x", 1}), TEXT_JSON);
    assert_int_equal(text_form_of(&form, 1, (aw_bytes){"{", 1}), TEXT_URL);
    assert_int_equal(text_form_of(&html, 1, (aw_bytes){"<", 1}), TEXT_PLAIN);
    assert_int_equal(text_form_of(NULL, 0, (aw_bytes){"{\"a\"", 4}), TEXT_JSON);
    assert_int_equal(text_form_of(NULL, 0, (aw_bytes){"[1]", 3}), TEXT_JSON);
    assert_int_equal(text_form_of(NULL, 0, (aw_bytes){"{{name}}", 8}), TEXT_PLAIN);
    assert_int_equal(text_form_of(NULL, 0, (aw_bytes){NULL, 0}), TEXT_PLAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_placeholder_stands_for_the_value_of_its_name, start,
                                        end),
        cmocka_unit_test_setup_teardown(test_what_only_looks_like_a_placeholder_stays, start, end),
        cmocka_unit_test_setup_teardown(test_a_value_is_encoded_as_its_place_demands, start, end),
        cmocka_unit_test_setup_teardown(test_the_value_told_last_counts_and_the_others_have_numbers,
                                        start, end),
        cmocka_unit_test_setup_teardown(test_what_was_told_after_the_request_does_not_count, start,
                                        end),
        cmocka_unit_test_setup_teardown(test_an_unknown_name_fails_and_lists_the_known_ones, start,
                                        end),
        cmocka_unit_test_setup_teardown(test_values_are_hidden_the_longest_first, start, end),
        cmocka_unit_test_setup_teardown(test_short_values_are_only_seen_as_whole_words, start, end),
        cmocka_unit_test_setup_teardown(test_several_values_of_a_name_are_hidden_by_number, start,
                                        end),
        cmocka_unit_test_setup_teardown(test_hiding_and_rendering_are_inverse, start, end),
        cmocka_unit_test_setup_teardown(
            test_the_form_of_a_body_is_told_by_its_type_or_its_beginning, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
