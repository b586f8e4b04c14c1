/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets are taken out of whatever text they stand in, and nothing else is. */
#include "core/mask.h"
#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const char *const fields[] = {"token", "Private_Key", NULL};
static const char *const words[] = {"sk-canary-123", "short"};
static const struct mask mask = {
    .fields = fields, .words = words, .word_count = 2, .word = "bearer-canary"};

static void assert_masked(const char *text, const char *expected)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), SIZE_MAX);
    mask_add(&mask, (aw_bytes){text, strlen(text)}, &buf);
    assert_string_equal(kit_buf_text(&buf), expected);
}

static void test_members_of_that_name_are_masked_at_any_depth(void **state)
{
    (void)state;
    assert_masked(
        "{\"a\": [{\"token\" :\t\"can\\\"ary\", \"TOKEN\":\"canary\"}], \"private_key\":\"c\"}",
        "{\"a\": [{\"token\" :\t\"<secret>\", \"TOKEN\":\"<secret>\"}], "
        "\"private_key\":\"<secret>\"}");
    assert_masked("{\"t\\u006fken\":\"canary\"}", "{\"t\\u006fken\":\"<secret>\"}");
}

static void test_a_masked_value_keeps_its_type(void **state)
{
    (void)state;
    assert_masked("{\"token\":12.5e3,\"b\":1}", "{\"token\":0,\"b\":1}");
    assert_masked("{\"token\":-7}", "{\"token\":0}");
    assert_masked("{\"token\":{\"a\":\"}\",\"b\":[1]},\"c\":1}", "{\"token\":{},\"c\":1}");
    assert_masked("{\"token\":[\"canary\",\"]\"],\"c\":1}", "{\"token\":[],\"c\":1}");
    assert_masked("{\"token\":null,\"private_key\":true}", "{\"token\":null,\"private_key\":true}");
}

static void test_other_members_and_values_stay_to_the_byte(void **state)
{
    (void)state;
    static const char text[] =
        "{ \"tokens\":\"a\",\"name\":\"token\",\"x\":0.10, \"y\":\"\\u00e9\\\"token\\\"\" }";
    assert_masked(text, text);
}

static void test_json_need_not_be_whole(void **state)
{
    (void)state;
    assert_masked("{\"token\":\"canary", "{\"token\":\"<secret>\"");
    assert_masked("{\"token\":\"canary\\", "{\"token\":\"<secret>\"");
    assert_masked("{\"token\":[\"canary", "{\"token\":[]");
    assert_masked("{\"token\":", "{\"token\":");
    assert_masked("{\"token\"", "{\"token\"");
    assert_masked("{\"token", "{\"token");
    assert_masked("he said \"look: \"token\":\"canary\" there",
                  "he said \"look: \"token\":\"<secret>\" there");
}

static void test_elements_of_that_name_are_masked(void **state)
{
    (void)state;
    assert_masked("<a><token>canary</token><b>x</b></a>",
                  "<a><token>&lt;secret&gt;</token><b>x</b></a>");
    assert_masked("<a><x:Token id=\"1\">\n<c>canary</c>\n</x:Token ></a>",
                  "<a><x:Token id=\"1\">&lt;secret&gt;</x:Token ></a>");
    assert_masked("<a><token/><b>token</b><tokens>x</tokens></a>",
                  "<a><token/><b>token</b><tokens>x</tokens></a>");
    assert_masked("<token>canary", "<token>&lt;secret&gt;");
    assert_masked("<token", "<token");
}

static void test_known_secrets_are_masked_wherever_they_stand(void **state)
{
    (void)state;
    assert_masked("bad key sk-canary-123!", "bad key <secret>!");
    assert_masked("{\"message\":\"key xbearer-canary\"}", "{\"message\":\"key x<secret>\"}");
    assert_masked("<m>sk-canary-123</m>", "<m>&lt;secret&gt;</m>");
}

static void test_what_is_too_short_to_be_a_secret_stays(void **state)
{
    (void)state;
    assert_masked("in short", "in short");
}

static void test_a_hostile_text_takes_no_longer_than_its_size(void **state)
{
    (void)state;
    static const char *const pieces[] = {"\\\"",   "\"",           "<",         "</",
                                         "<token", "{\"token\":[", "\"token\":"};
    size_t size = (size_t)512 * 1024;
    char *text = calloc(1, size + 16);
    assert_non_null(text);
    clock_t before = clock();
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t piece = strlen(pieces[i]);
        size_t at = 0;
        for (; at + piece <= size; at += piece)
            memcpy(text + at, pieces[i], piece);
        KIT_CLEANUP(kit_buf_finish) kit_buf buf;
        kit_buf_init(&buf, mem_kit(), SIZE_MAX);
        mask_add(&mask, (aw_bytes){text, at}, &buf);
        assert_int_equal(buf.state, KIT_BUF_OK);
    }
    free(text);
    assert_true(clock() - before < 10 * CLOCKS_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_of_that_name_are_masked_at_any_depth),
        cmocka_unit_test(test_a_masked_value_keeps_its_type),
        cmocka_unit_test(test_other_members_and_values_stay_to_the_byte),
        cmocka_unit_test(test_json_need_not_be_whole),
        cmocka_unit_test(test_elements_of_that_name_are_masked),
        cmocka_unit_test(test_known_secrets_are_masked_wherever_they_stand),
        cmocka_unit_test(test_what_is_too_short_to_be_a_secret_stays),
        cmocka_unit_test(test_a_hostile_text_takes_no_longer_than_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
