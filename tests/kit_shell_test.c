/* SPDX-License-Identifier: Apache-2.0 */
/* Quoted words, read back by the system's own shell. */
#include "core/mem.h"
#include "kit/shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 200
#define LONGEST 40

static void assert_quoted(const char *text, const char *expected)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 256);
    kit_shell_add_quoted(&buf, text, strlen(text));
    assert_string_equal(kit_buf_text(&buf), expected);
}

static void test_words_are_put_in_single_quotes(void **state)
{
    (void)state;
    assert_quoted("", "''");
    assert_quoted("plain", "'plain'");
    assert_quoted("it's", "'it'\\''s'");
    assert_quoted("'", "''\\'''");
    assert_quoted("$(rm -rf /)`x`\\\n\"", "'$(rm -rf /)`x`\\\n\"'");
}

/* What the shell takes the word for. */
static size_t read_back(const char *text, size_t size, char *block, size_t block_size)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf command;
    kit_buf_init(&command, mem_kit(), 4096);
    kit_buf_add_text(&command, "printf %s ");
    kit_shell_add_quoted(&command, text, size);
    FILE *shell = popen(kit_buf_text(&command), "r");
    assert_non_null(shell);
    size_t got = fread(block, 1, block_size, shell);
    assert_int_equal(pclose(shell), 0);
    return got;
}

static void test_no_word_breaks_out(void **state)
{
    static const char nasty[] = "''''\\\\\"\"$`;&|<>(){}[]*?!#~=\n\t %a0-\x01\x7f\xc3\xa9\xff";
    (void)state;
    srand(20261124);
    for (unsigned round = 0; round < ROUNDS; round++) {
        char text[LONGEST];
        char back[4 * LONGEST];
        size_t size = (size_t)rand() % LONGEST;
        for (size_t i = 0; i < size; i++)
            text[i] = nasty[(size_t)rand() % (sizeof nasty - 1)];
        assert_int_equal(read_back(text, size, back, sizeof back), size);
        assert_memory_equal(back, text, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_put_in_single_quotes),
        cmocka_unit_test(test_no_word_breaks_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
