/* SPDX-License-Identifier: Apache-2.0 */
/* Which YAML a configuration file may be, and which file at all. */
#include "core/mem.h"
#include "tests/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_broken_yaml_is_told_its_line(void **state)
{
    (void)state;
    config_refuse(
        "owner: me\nbackends: [a\n",
        "config.yaml:3: this is not YAML: did not find expected ',' or ']' while parsing a "
        "flow sequence. Indent with spaces, not tabs, and put values with special characters "
        "in quotes.");
    config_refuse(
        "owner: a: b\n",
        "config.yaml:1: this is not YAML: mapping values are not allowed in this context. "
        "Indent with spaces, not tabs, and put values with special characters in quotes.");
}

static void assert_value(const char *written, const char *expected)
{
    struct config config;
    char text[512];
    snprintf(text, sizeof text, "backends:\n- type: cloud\n  certificate: %s\n", written);
    config_accept(&config, text);
    assert_string_equal(config.backends[0].settings[0].name, "certificate");
    assert_string_equal(config.backends[0].settings[0].values[0], expected);
    config_finish(&config);
}

static void test_a_value_comes_out_as_yaml_says(void **state)
{
    (void)state;
    assert_value("plain_and-long/with+signs=.", "plain_and-long/with+signs=.");
    assert_value("several long-words\n    on two-long-lines # not this",
                 "several long-words on two-long-lines");
    assert_value("'it''s quoted-and-long'", "it's quoted-and-long");
    assert_value("\"a\\tbcdefghijkl\\x41mnopqrstuvw\\u00e4xyzxyzxyzxyz\\\\nopqrstuv\"",
                 "a\tbcdefghijklAmnopqrstuvw\xc3\xa4xyzxyzxyzxyz\\nopqrstuv");
    assert_value("|\n    -----BEGIN CERTIFICATE-----\n    MIIEvQIBADANBg\n",
                 "-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBg\n");
    assert_value(">-\n    folded-and-long\n    folded-and-long\n",
                 "folded-and-long folded-and-long");
    assert_value("k\xc3\xb6nigreich-und-mehr", "k\xc3\xb6nigreich-und-mehr");
    assert_value("C:\\Users\\longfoldername", "C:\\Users\\longfoldername");
}

static void test_a_value_is_written_out(void **state)
{
    (void)state;
    static const char marks[] =
        "config.yaml:%d: anchors (&name) and aliases (*name) are not read here. "
        "Write the value out, or in quotes if it starts with & or *.";
    char sentence[256];
    snprintf(sentence, sizeof sentence, marks, 1);
    config_refuse("owner: &me me\n", sentence);
    config_refuse("&all\nowner: me\n", sentence);
    config_refuse("backends: &all [a]\n", sentence);
    config_refuse("backends: &all-of-them [a]\n", sentence);
    config_refuse("owner: *me-and-nobody-else\n", sentence);
    snprintf(sentence, sizeof sentence, marks, 2);
    config_refuse("backends:\n- *all\n", sentence);
    config_refuse("owner: me\n*all : me\n", sentence);
    static const char tags[] =
        "config.yaml:1: tags (!name) are not read here. Remove it, or put the "
        "value in quotes if it starts with an exclamation mark.";
    config_refuse("owner: !!str me\n", tags);
    config_refuse("owner: !password-of-mine\n", tags);
}

static void test_there_is_one_document(void **state)
{
    (void)state;
    config_refuse(
        "---\nowner: me\n---\nowner: you\n",
        "config.yaml:3: a second document starts here. Write one, without `---` between.");
}

static void test_text_is_utf8_without_control_characters(void **state)
{
    (void)state;
    config_refuse("owner: me\n# \xff\n",
                  "config.yaml:2: this line is not UTF-8 text (invalid leading "
                  "UTF-8 octet). Save the file as UTF-8.");
    config_refuse("\xff\xfeo\n",
                  "config.yaml:1: this line is not UTF-8 text (invalid leading UTF-8 "
                  "octet). Save the file as UTF-8.");
    static const char private_use[] =
        "config.yaml:1: characters for private use (U+F0000 and above) "
        "are not read here. Remove it.";
    config_refuse("# \xf3\xb0\x80\x80\n", private_use);
    config_refuse("# \xf4\x8f\xbf\xbf\n", private_use);
    config_refuse("owner: \"\\U000F0000\"\n", private_use);
    config_refuse("owner: \"\\U00100000\"\n", private_use);
    config_refuse("owner: \xf4 in Latin-1\n", "config.yaml:1: this line is not UTF-8 text (invalid "
                                              "trailing UTF-8 octet). Save the file as UTF-8.");
    static const char control[] =
        "config.yaml:3: there is a control character in this text. Remove it.";
    config_refuse("backends:\n- type: cloud\n  token: \"a\\0b\"\n", control);
    config_refuse("backends:\n- type: cloud\n  token: \"a\\eb\"\n", control);
}

static void test_a_key_is_a_word(void **state)
{
    (void)state;
    static const char word[] =
        "config.yaml:1: a key must be a word of at most 63 letters. Write `key: value`.";
    config_refuse("[a, b]: c\n", word);
    config_refuse("\"\": c\n", word);
    config_refuse("\"a\\nb\": c\n", word);
    config_refuse("o\xc3\xa4: c\n", word);
    config_refuse("0123456789012345678901234567890123456789012345678901234567890123: c\n", word);
}

static void test_nesting_has_an_end(void **state)
{
    (void)state;
    config_refuse("backends: [[[[[[[[[[[[a]]]]]]]]]]]]\n",
                  "config.yaml:1: this is nested deeper than 8 levels.");
}

static void test_lists_have_an_end(void **state)
{
    (void)state;
    char text[8192] = "backends:\n";
    size_t used = strlen(text);
    for (int i = 0; i < 1001; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "- a\n");
    config_refuse(text, "config.yaml:1002: there are more than 1000 entries here. Write fewer.");
}

static void test_a_file_has_an_end(void **state)
{
    (void)state;
    size_t size = 1024 * 1024 + 1;
    char *text = calloc(1, size + 1);
    assert_non_null(text);
    memset(text, '#', size);
    config_refuse(text,
                  "config.yaml: a configuration of more than 1048576 bytes is not read. Is this "
                  "the right file?");
    text[size - 1] = '\0';
    struct config config;
    config_accept(&config, text);
    config_finish(&config);
    free(text);
}

static void test_a_file_that_others_can_write_is_refused(void **state)
{
    (void)state;
    struct config config;
    aw_error error = {0};
    static const mode_t modes[] = {0620, 0602};
    for (size_t i = 0; i < 2; i++) {
        config_file_write(modes[i], "owner: me\n", 10);
        assert_int_equal(config_read(&config, "config.yaml", &error), -1);
        assert_int_equal(error.code, AW_E_INVALID);
        assert_non_null(strstr(error.message, "chmod go-w"));
    }
    config_file_write(0644, "owner: me\n", 10);
    assert_int_equal(config_read(&config, "config.yaml", &error), 0);
    assert_true(config.readable_by_others);
    config_finish(&config);
}

static void test_a_file_of_somebody_else_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    struct config config;
    aw_error error = {0};
    config_file_write(0600, "owner: me\n", 10);
    assert_int_equal(chown("config.yaml", 12345, 0), 0);
    assert_int_equal(config_read(&config, "config.yaml", &error), -1);
    assert_non_null(strstr(error.message, "belongs to user 12345"));
}

static void test_only_a_regular_file_is_read(void **state)
{
    (void)state;
    struct config config;
    aw_error error = {0};
    assert_int_equal(config_read(&config, "/tmp", &error), -1);
    assert_string_equal(error.message, "/tmp: this is not a regular file.");
    unlink("config.yaml");
    assert_int_equal(mkfifo("config.yaml", 0600), 0);
    assert_int_equal(config_read(&config, "config.yaml", &error), -1);
    assert_string_equal(error.message, "config.yaml: this is not a regular file.");
    unlink("config.yaml");
    assert_int_equal(config_read(&config, "config.yaml", &error), -1);
    assert_int_equal(error.code, AW_E_NOT_FOUND);
}

static void set_places(const char *named, const char *xdg, const char *home)
{
    setenv("ARCHWAY_CONFIG", named, 1);
    setenv("XDG_CONFIG_HOME", xdg, 1);
    setenv("HOME", home, 1);
}

static void assert_found(const char *expected)
{
    aw_error error = {0};
    char *path = NULL;
    assert_int_equal(config_find(&path, &error), expected ? 1 : 0);
    if (expected)
        assert_string_equal(path, expected);
    mem_free(path);
}

static void test_the_file_is_looked_for_in_its_places(void **state)
{
    const char *folder = *state;
    char in_xdg[128];
    char in_home[128];
    snprintf(in_xdg, sizeof in_xdg, "%s/archway/config.yaml", folder);
    snprintf(in_home, sizeof in_home, "%s/.config/archway/config.yaml", folder);
    set_places("", folder, folder);
    assert_found(NULL);
    assert_int_equal(mkdir("archway", 0700), 0);
    assert_int_equal(mkdir(".config", 0700), 0);
    assert_int_equal(mkdir(".config/archway", 0700), 0);
    config_file_write(0600, "", 0);
    assert_int_equal(link("config.yaml", "archway/config.yaml"), 0);
    assert_int_equal(link("config.yaml", ".config/archway/config.yaml"), 0);
    assert_found(in_xdg);
    set_places("", "", folder);
    assert_found(in_home);
    set_places("", "relative/is/ignored", folder);
    assert_found(in_home);
    set_places("", "", "");
    assert_found(NULL);
    set_places("config.yaml", folder, folder);
    assert_found("config.yaml");
    unlink("archway/config.yaml");
    unlink(".config/archway/config.yaml");
    assert_int_equal(rmdir("archway") + rmdir(".config/archway") + rmdir(".config"), 0);
}

static void test_a_file_named_in_vain_is_an_error(void **state)
{
    (void)state;
    aw_error error = {0};
    char *path = NULL;
    set_places("not-there.yaml", "", "");
    assert_int_equal(config_find(&path, &error), -1);
    assert_null(path);
    assert_string_equal(
        error.message,
        "ARCHWAY_CONFIG names not-there.yaml, which is not there. Correct it, or unset it.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken_yaml_is_told_its_line),
        cmocka_unit_test(test_a_value_comes_out_as_yaml_says),
        cmocka_unit_test(test_a_value_is_written_out),
        cmocka_unit_test(test_there_is_one_document),
        cmocka_unit_test(test_text_is_utf8_without_control_characters),
        cmocka_unit_test(test_a_key_is_a_word),
        cmocka_unit_test(test_nesting_has_an_end),
        cmocka_unit_test(test_lists_have_an_end),
        cmocka_unit_test(test_a_file_has_an_end),
        cmocka_unit_test(test_a_file_that_others_can_write_is_refused),
        cmocka_unit_test(test_a_file_of_somebody_else_is_refused),
        cmocka_unit_test(test_only_a_regular_file_is_read),
        cmocka_unit_test(test_the_file_is_looked_for_in_its_places),
        cmocka_unit_test(test_a_file_named_in_vain_is_an_error),
    };
    return cmocka_run_group_tests(tests, config_folder_enter, config_folder_leave);
}
