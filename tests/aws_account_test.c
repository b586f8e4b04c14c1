/* SPDX-License-Identifier: Apache-2.0 */
/* The account that an access key's id holds. */
#include "backends/aws/credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_account(const char *key_id, const char *expected)
{
    char text[AWS_ACCOUNT_SIZE];
    assert_string_equal(aws_account_write(key_id, text), expected);
}

/* An example of https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489 */
static void test_the_id_of_a_key_holds_its_account(void **state)
{
    (void)state;
    assert_account("ASIAQNZGKIQY56JQ7WML", "account 029608264753");
}

static void test_other_keys_of_an_account_are_of_the_same_one(void **state)
{
    (void)state;
    assert_account("AKIAQNZGKIQY2222AAAA", "account 029608264753");
    assert_account("ASIAQNZGKIQYZZZZ7777", "account 029608264753");
}

static void test_other_ids_hold_none(void **state)
{
    char text[AWS_ACCOUNT_SIZE];
    static const char *const ids[] = {"AKIAIOSFODNN7EXAMPLE", "AKIDEXAMPLE",
                                      "ASIAQNZGKIQY56JQ7WM",  "ASIAQNZGKIQY56JQ7WMLX",
                                      "ASIAQNZGKIQY56JQ7WM1", ""};
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        assert_null(aws_account_write(ids[i], text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_id_of_a_key_holds_its_account),
        cmocka_unit_test(test_other_keys_of_an_account_are_of_the_same_one),
        cmocka_unit_test(test_other_ids_hold_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
