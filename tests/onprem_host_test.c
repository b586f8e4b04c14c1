/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of machines of one's own: lines of `hosts`, and what ssh is told for them. */
#include "tests/backend_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PIN "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2pdgX2sp5KLk3aE+rBSuZQBhymkoe9g/eo2XV6dtkn"

/* Opens the backend with these lines, and one further setting (its name may be NULL). */
static void open_with(struct backend_host *host, const char *const *lines, size_t count,
                      const char *name, const char *value)
{
    const char *const values[] = {value};
    const aw_setting items[] = {{"hosts", lines, count}, {name, values, 1}};
    const aw_settings settings = {
        .size = sizeof settings, .count = name ? 2 : 1, .items = items, .name = "onprem"};
    const struct host_world world = {.settings = &settings};
    host_init(host, &world);
}

static void assert_refused(const char *line, const char *part)
{
    struct backend_host host;
    const char *const lines[] = {line};
    open_with(&host, lines, 1, NULL, NULL);
    assert_failed(&host, AW_E_INVALID, part);
    host_finish(&host);
}

/* Leaves the program that is run to ask the machine. */
static void assert_asked(const char *line, const char *region, const char *name, const char *value,
                         const char *part)
{
    struct backend_host host;
    const char *const lines[] = {line};
    const aw_offer_query query = {.size = sizeof query, .region = region};
    open_with(&host, lines, 1, name, value);
    host_begin(&host);
    vtable()->list_offers(&host.op, &query);
    if (host.error.code || host.program_count != 1)
        fail_msg("%s: %s", line, host.error.message);
    assert_contains(host.programs[0].line, part);
    host_finish(&host);
}

static void test_there_are_no_options(void **state)
{
    static const char *const lines[] = {"gh1.lab"};
    static const aw_header option = {"reservation", "r-1"};
    const aw_offer_query query = {
        .size = sizeof query, .region = "gh1.lab", .options = &option, .option_count = 1};
    struct backend_host host;
    (void)state;
    open_with(&host, lines, 1, NULL, NULL);
    host_begin(&host);
    vtable()->list_offers(&host.op, &query);
    assert_failed(&host, AW_E_INVALID, "A machine of your own has no option `reservation`");
    assert_int_equal(host.program_count, 0);
    host_finish(&host);
}

static void test_each_part_of_a_line_reaches_ssh(void **state)
{
    (void)state;
    assert_asked("gh1.lab", "gh1.lab", NULL, NULL, " -- gh1.lab sh -s -- '/var/lib/archway'");
    assert_asked("ada@gh1.lab:2222", "gh1.lab", NULL, NULL, " -p 2222 -l ada -- gh1.lab ");
    assert_asked("[2001:db8::1]:2222 name=six", "six", NULL, NULL, " -p 2222 -- 2001:db8::1 ");
    assert_asked("2001:db8::1 name=six", "six", NULL, NULL, " -- 2001:db8::1 ");
    assert_asked("gh1.lab\tuser=ada  port=22 name=one", "one", NULL, NULL, " -p 22 -l ada ");
    assert_asked("gh1.lab identity=\"~/my keys/lab\"", "gh1.lab", NULL, NULL,
                 " -i ~/my keys/lab -o IdentitiesOnly=yes ");
    assert_asked("gh1.lab jump=ada@jump.lab:22", "gh1.lab", NULL, NULL, " -J ada@jump.lab:22 ");
    assert_asked("gh1.lab", "gh1.lab", "connect_timeout_s", "3", " -o ConnectTimeout=3 ");
    assert_asked("gh1.lab", "gh1.lab", "ssh_args", "-v", " -v -- gh1.lab ");
    assert_asked("gh1.lab", "gh1.lab", "ssh", "/opt/ssh", "/opt/ssh -T ");
    assert_asked("gh1.lab", "gh1.lab", "state_dir", "/srv/it's", " sh -s -- '/srv/it'\\''s'");
}

static void test_nothing_is_asked_and_no_key_taken_on_trust(void **state)
{
    (void)state;
    assert_asked("gh1.lab", "gh1.lab", NULL, NULL,
                 "ssh -T -o BatchMode=yes -o StrictHostKeyChecking=yes ");
    assert_asked("gh1.lab key=\"" PIN " root@gh1\"", "gh1.lab", NULL, NULL,
                 " -o KnownHostsCommand=/bin/echo %H " PIN
                 " -o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null ");
}

static void test_a_line_that_is_wrong_is_refused_with_what_to_write(void **state)
{
    (void)state;
    assert_refused("", "it is empty: write [USER@]HOST[:PORT]");
    assert_refused("-oProxyCommand=reboot", "is no host");
    assert_refused("gh1;reboot", "is no host");
    assert_refused("-l@gh1", "is not the name of a user");
    assert_refused("gh1:0", "is no number from 1 to 65535");
    assert_refused("gh1:99999", "is no number from 1 to 65535");
    assert_refused("[::1", "is no host");
    assert_refused("2001:db8::1", "write name=NAME");
    assert_refused("gh1 arch=armv7l", "neither amd64 nor arm64");
    assert_refused("gh1 price=1,20", "write dollars an hour, such as price=1.20");
    assert_refused("gh1 price=-1", "is no price");
    assert_refused("gh1 price=1.0000000001", "is no price");
    assert_refused("gh1 blocks=0", "must be a number from 1 to 256");
    assert_refused("gh1 name=a/b", "cannot be a machine's name");
    assert_refused("gh1 identity=-x", "must be the path of a private key");
    assert_refused("gh1 jump=a;b", "must be [USER@]HOST[:PORT]");
    assert_refused("gh1 key=SHA256:abc", "must be the machine's public host key");
    assert_refused("gh1 key=\"" PIN, "a quote (\") is not closed");
    assert_refused("gh1 cost=1", "`cost` is no part of it");
    assert_refused("gh1 prize=1", "did you mean `price=`?");
    assert_refused("gh1 gh2", "`gh2` is no part of it");
}

static void test_two_machines_need_two_names(void **state)
{
    static const char *const lines[] = {"gh1:22", "gh1:23"};
    struct backend_host host;
    (void)state;
    open_with(&host, lines, 2, NULL, NULL);
    assert_failed(&host, AW_E_INVALID, "another one has the name `gh1` already: write name=NAME");
    host_finish(&host);
}

static void test_the_other_settings_are_checked(void **state)
{
    static const char *const lines[] = {"gh1"};
    static const struct {
        const char *name;
        const char *value;
        const char *part;
    } cases[] = {
        {"state_dir", "archway", "must be an absolute path"},
        {"state_dir", "/", "must be an absolute path"},
        {"connect_timeout_s", "0", "must be a number from 1 to 300"},
        {"connect_timeout_s", "-1", "must be a number from 1 to 300"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        open_with(&host, lines, 1, cases[i].name, cases[i].value);
        assert_failed(&host, AW_E_INVALID, cases[i].part);
        host_finish(&host);
    }
    struct backend_host host;
    open_with(&host, lines, 0, NULL, NULL);
    assert_failed(&host, AW_E_INVALID, "`hosts` must be a list");
    host_finish(&host);
}

static void assert_create_refused(const aw_create *wish, uint32_t code, const char *part)
{
    static const char *const lines[] = {"gh1 blocks=2"};
    struct backend_host host;
    aw_create known = *wish;
    known.size = sizeof known;
    known.region = "gh1";
    known.owner = "me";
    known.token = "0123456789abcdef";
    if (!known.instance_type)
        known.instance_type = "host/2";
    if (!known.offer_data)
        known.offer_data = "aarch64 0";
    open_with(&host, lines, 1, NULL, NULL);
    host_begin(&host);
    vtable()->create(&host.op, &known);
    assert_failed(&host, code, part);
    assert_int_equal(host.program_count, 0);
    host_finish(&host);
}

static void test_a_wish_that_cannot_be_had_reaches_no_machine(void **state)
{
    static const char *const no_keys[] = {"ssh-ed25519 AAAA$(reboot)AAAAAAAAAAAAAAAA"};
    static const char *const options[] = {"command=\"x\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"};
    (void)state;
    assert_create_refused(&(aw_create){.spot = 1}, AW_E_UNSUPPORTED, "not interruptible");
    assert_create_refused(&(aw_create){.disk_mib = 1}, AW_E_UNSUPPORTED, "Ask for no size");
    assert_create_refused(&(aw_create){.image = "x"}, AW_E_UNSUPPORTED, "no image");
    assert_create_refused(&(aw_create){.name = "it's"}, AW_E_INVALID, "A-Z a-z 0-9 . _ -");
    assert_create_refused(&(aw_create){.name = "a\nfail"}, AW_E_INVALID, "A-Z a-z 0-9 . _ -");
    assert_create_refused(&(aw_create){.instance_type = "host"}, AW_E_INVALID,
                          "blocks= has changed");
    assert_create_refused(&(aw_create){.instance_type = "host/4"}, AW_E_INVALID,
                          "blocks= has changed");
    assert_create_refused(&(aw_create){.offer_data = "aarch64"}, AW_E_INVALID, "List the offers");
    assert_create_refused(&(aw_create){.user_data = {"#!\0x", 4}}, AW_E_INVALID,
                          "must be a script");
    assert_create_refused(&(aw_create){.ssh_key_count = 1, .ssh_keys = no_keys}, AW_E_INVALID,
                          "is no public key");
    assert_create_refused(&(aw_create){.ssh_key_count = 1, .ssh_keys = options}, AW_E_INVALID,
                          "is no public key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_are_no_options),
        cmocka_unit_test(test_each_part_of_a_line_reaches_ssh),
        cmocka_unit_test(test_nothing_is_asked_and_no_key_taken_on_trust),
        cmocka_unit_test(test_a_line_that_is_wrong_is_refused_with_what_to_write),
        cmocka_unit_test(test_two_machines_need_two_names),
        cmocka_unit_test(test_the_other_settings_are_checked),
        cmocka_unit_test(test_a_wish_that_cannot_be_had_reaches_no_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
