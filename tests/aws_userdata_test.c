/* SPDX-License-Identifier: Apache-2.0 */
/* What cloud-init gets: keys and the user's own data, as parts of one message, in base64. */
#include "aws_launch.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ada@example.org"
#define KEYS_OF(list)                                                                              \
    "#cloud-config\nmerge_how: list(append)+dict(no_replace,recurse_list)+str()\n"                 \
    "ssh_authorized_keys:\n" list
#define LIMIT ((size_t)16 * 1024)

static char decoded[64 * 1024];

/* The value of a parameter of a form, decoded twice. */
static const char *user_data_of(const struct backend_host *host)
{
    static char encoded[64 * 1024];
    const char *from = strstr(host_last(host)->body, "&UserData=");
    size_t size = 0;
    assert_non_null(from);
    for (from += strlen("&UserData="); *from && *from != '&'; from++) {
        unsigned byte = (unsigned char)*from;
        if (*from == '%') {
            assert_int_equal(sscanf(from + 1, "%2x", &byte), 1);
            from += 2;
        }
        encoded[size++] = (char)byte;
    }
    assert_int_equal(size % 4, 0);
    int length = EVP_DecodeBlock((unsigned char *)decoded, (unsigned char *)encoded, (int)size);
    assert_true(length >= 0);
    for (size_t i = size; i > 0 && encoded[i - 1] == '='; i--)
        length--;
    decoded[length] = '\0';
    return decoded;
}

static void begin(struct backend_host *host, uint32_t key_count, const char *data, size_t size)
{
    static const char *const keys[] = {KEY, "ssh-rsa AAAAB3 it's mine"};
    aw_create wish = wish_for_graviton();
    wish.ssh_keys = keys;
    wish.ssh_key_count = key_count;
    wish.user_data = (aw_bytes){data, size};
    launch_begin(host, &wish, NULL);
}

static const char *run_with(struct backend_host *host, uint32_t key_count, const char *data)
{
    begin(host, key_count, data, strlen(data));
    launch_until_run(host);
    return user_data_of(host);
}

static void test_keys_alone_are_a_cloud_config(void **state)
{
    struct backend_host host;
    (void)state;
    assert_string_equal(run_with(&host, 2, ""),
                        KEYS_OF("  - '" KEY "'\n  - 'ssh-rsa AAAAB3 it''s mine'\n"));
    host_finish(&host);
}

static void test_user_data_alone_stays_as_it_is(void **state)
{
    struct backend_host host;
    (void)state;
    assert_string_equal(run_with(&host, 0, "#!/bin/sh\necho \xc3\xa4\n"),
                        "#!/bin/sh\necho \xc3\xa4\n");
    host_finish(&host);
}

static void test_a_machine_may_have_neither(void **state)
{
    struct backend_host host;
    (void)state;
    begin(&host, 0, "", 0);
    launch_until_run(&host);
    assert_lacks(host_last(&host)->body, "UserData");
    host_finish(&host);
}

static void test_both_are_parts_of_one_message(void **state)
{
    struct backend_host host;
    (void)state;
    assert_string_equal(
        run_with(&host, 1, "#!/bin/sh\necho hello\n"),
        "MIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=\"==archway==\"\n\n"
        "--==archway==\n"
        "Content-Type: text/plain\n\n"
        "#!/bin/sh\necho hello\n"
        "\n--==archway==\n"
        "Content-Type: text/cloud-config\n\n" KEYS_OF("  - '" KEY "'\n") "\n--==archway==--\n");
    host_finish(&host);
}

static void test_a_machine_that_is_to_end_switches_itself_off(void **state)
{
    static const char *const keys[] = {KEY};
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    wish.ssh_keys = keys;
    wish.ssh_key_count = 1;
    wish.expires_at_ms = 1777651200000u;
    launch_begin(&host, &wish, NULL);
    launch_until_run(&host);
    assert_string_equal(user_data_of(&host),
                        "MIME-Version: 1.0\n"
                        "Content-Type: multipart/mixed; boundary=\"==archway==\"\n"
                        "\n--==archway==\nContent-Type: text/cloud-config\n\n" KEYS_OF(
                            "  - '" KEY "'\n") "\n--==archway==\n"
                                               "Content-Type: text/x-shellscript\n\n"
                                               "#!/bin/sh\n"
                                               "left=$(((1777651200 - $(date +%s)) / 60))\n"
                                               "[ \"$left\" -gt 0 ] || left=0\n"
                                               "shutdown -P \"+$left\"\n"
                                               "\n--==archway==--\n");
    assert_contains(host_last(&host)->body, "&InstanceInitiatedShutdownBehavior=terminate");
    host_finish(&host);
}

static void test_a_message_of_parts_becomes_a_part_as_it_is(void **state)
{
    static const char *const heads[] = {
        "Content-Type: multipart/mixed; boundary=x\n\n--x--\n",
        "MIME-VERSION: 1.0\nContent-Type: text/x-shellscript\n\n#!"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct backend_host host;
        char expected[256];
        snprintf(expected, sizeof expected, "--==archway==\n%s\n--==archway==\n", heads[i]);
        assert_contains(run_with(&host, 1, heads[i]), expected);
        host_finish(&host);
    }
}

static void test_compressed_data_is_said_to_be_so(void **state)
{
    struct backend_host host;
    (void)state;
    assert_contains(run_with(&host, 1, "\x1f\x8b\x08~"),
                    "--==archway==\nContent-Type: application/gzip\n"
                    "Content-Transfer-Encoding: base64\n\nH4sIfg==\n--==archway==\n");
    host_finish(&host);
}

static void test_what_is_longer_than_ec2_takes_is_refused_with_both_numbers(void **state)
{
    static char data[LIMIT + 1];
    struct backend_host host;
    (void)state;
    memset(data, '#', sizeof data);
    begin(&host, 0, data, LIMIT);
    assert_asks(&host, "Action=DescribeImages&");
    host_finish(&host);
    begin(&host, 0, data, LIMIT + 1);
    assert_failed(&host, AW_E_INVALID, "has 16385 bytes, and EC2 takes at most 16384 (16 KiB)");
    assert_int_equal(host_waiting(&host), 0);
    host_finish(&host);
    begin(&host, 1, data, LIMIT);
    assert_failed(&host, AW_E_INVALID, "The user data with the ssh keys has 16");
    host_finish(&host);
}

static void test_data_that_would_end_its_part_is_refused(void **state)
{
    static const char data[] = "#!/bin/sh\n--==archway==--\n";
    struct backend_host host;
    (void)state;
    begin(&host, 1, data, strlen(data));
    assert_failed(&host, AW_E_INVALID, "has \"==archway==\" in it");
    host_finish(&host);
}

static void test_a_key_of_several_lines_is_none(void **state)
{
    static const char *const bad[] = {"ssh-rsa AAAA\nruncmd: [x]", "", "ssh-rsa\tAAAA"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct backend_host host;
        const char *const keys[] = {KEY, bad[i]};
        aw_create wish = wish_for_graviton();
        wish.ssh_keys = keys;
        wish.ssh_key_count = 2;
        launch_begin(&host, &wish, NULL);
        assert_failed(&host, AW_E_INVALID, "The 2. ssh key is empty or has a line break");
        host_finish(&host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_alone_are_a_cloud_config),
        cmocka_unit_test(test_user_data_alone_stays_as_it_is),
        cmocka_unit_test(test_a_machine_may_have_neither),
        cmocka_unit_test(test_both_are_parts_of_one_message),
        cmocka_unit_test(test_a_machine_that_is_to_end_switches_itself_off),
        cmocka_unit_test(test_a_message_of_parts_becomes_a_part_as_it_is),
        cmocka_unit_test(test_compressed_data_is_said_to_be_so),
        cmocka_unit_test(test_what_is_longer_than_ec2_takes_is_refused_with_both_numbers),
        cmocka_unit_test(test_data_that_would_end_its_part_is_refused),
        cmocka_unit_test(test_a_key_of_several_lines_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
