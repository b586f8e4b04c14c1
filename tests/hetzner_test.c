/* SPDX-License-Identifier: Apache-2.0 */
/* Hetzner Cloud at the command line: its offers, its machines, and what goes wrong. */
#include "cli_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#undef FIXTURE
#define FIXTURE(name) SOURCE_DIR "/fixtures/hetzner/" name ".http"
#define REPLAY(name) "--replay", FIXTURE(name)
#define KEY SOURCE_DIR "/fixtures/lambda/ssh-key.pub"

static void create(const char *recording)
{
    archway("--replay", recording, "create", "--backend", "hetzner", "--name", "trial", "--ssh-key",
            KEY, "--json");
}

/* ---- offers ---- */

static void test_offers_of_both_architectures_are_priced_in_dollars(void **state)
{
    (void)state;
    archway(REPLAY("offers"), "offers", "-o", "csv");
    assert_code(6);
    assert_contains(run.out, "hetzner,cax11,fsn1");
    assert_contains(run.out, "arm64");
    assert_contains(run.out, "0.0075");
    assert_contains(run.out, "hetzner,cx23,fsn1");
    assert_contains(run.out, "amd64");
    assert_contains(run.out, "0.007");
}

static void test_a_type_is_offered_only_where_and_while_it_is_sold(void **state)
{
    (void)state;
    archway(REPLAY("offers"), "offers", "-o", "csv");
    assert_lacks(run.out, "cx22"); /* since January */
    assert_lacks(run.out, ",sin,");
    assert_contains(run.out, "cx23"); /* until next January */
    archway(REPLAY("offers"), "offers", "--available", "-o", "csv");
    assert_lacks(run.out, ",hel1,");
}

static void test_a_type_of_another_architecture_is_reported_and_not_offered(void **state)
{
    (void)state;
    archway(REPLAY("offers"), "offers");
    assert_lacks(run.out, "crv11");
    assert_contains(run.err, "the type crv11 has the architecture \"riscv\"");
}

static void test_no_exchange_rate_means_no_price_and_not_a_wrong_one(void **state)
{
    (void)state;
    archway(REPLAY("no-rate"), "offers", "--json");
    assert_code(6);
    json_t *root = cli_json();
    for (size_t i = 0; i < json_array_size(json_object_get(root, "offers")); i++)
        assert_true(json_is_null(json_object_get(json_array_get(json_object_get(root, "offers"), i),
                                                 "price_usd_per_hour")));
    json_decref(root);
    assert_contains(run.err, "Set the option `usd_per_eur`");
}

static void test_the_users_own_rate_asks_nobody(void **state)
{
    (void)state;
    cli_write("config.yaml", "backends:\n  - type: hetzner\n    usd_per_eur: \"1.5\"\n");
    archway(REPLAY("own-rate"), "--config", "config.yaml", "offers", "-o", "csv");
    assert_code(0);
    assert_contains(run.out, "0.009");
    cli_write("config.yaml", "backends:\n  - type: hetzner\n    usd_per_eur: \"a lot\"\n");
    archway(REPLAY("own-rate"), "--config", "config.yaml", "offers");
    assert_contains(run.err, "write what a euro costs in dollars");
}

static void test_hostile_answers_are_told(void **state)
{
    static const struct {
        const char *recording;
        int code;
        const char *says;
    } hostile[] = {
        {FIXTURE("truncated"), 1, "cut off after 49 bytes"},
        {FIXTURE("html"), 1, "found an HTML page"},
        {FIXTURE("endless"), 1, "its next page is the same one again"},
        {FIXTURE("wrong-types"), 6, "server_types[0].cores: expected an integer"},
        {FIXTURE("wrong-types"), 6, "expected an amount, found \"gratis\""},
        {FIXTURE("bad-key"), 4, "unable to authenticate"},
        {FIXTURE("rate-limited"), 0, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        archway("--replay", hostile[i].recording, "offers");
        assert_code(hostile[i].code);
        assert_contains(run.err, hostile[i].says);
    }
}

/* ---- machines ---- */

static void assert_made(void)
{
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "instance.id"), "42");
    assert_string_equal(cli_json_at(root, "instance.arch"), "arm64");
    json_decref(root);
}

static void test_a_machine_is_made_once_whatever_happens_to_the_answer(void **state)
{
    (void)state;
    create(FIXTURE("create-lost"));
    assert_made();
    create(FIXTURE("create-unreadable"));
    assert_made();
    create(FIXTURE("key-race"));
    assert_made();
}

static void test_refusals_say_what_to_do(void **state)
{
    static const struct {
        const char *recording;
        int code;
        const char *says;
    } refusals[] = {
        {FIXTURE("name-taken"), 1, "it is another's: choose another name"},
        {FIXTURE("no-capacity"), 5, "error during placement"},
        {FIXTURE("quota"), 5, "server limit exceeded"},
        {FIXTURE("invalid"), 1, "(image: Image is not available for this architecture)"},
        {FIXTURE("read-only"), 4, "only allowed to perform GET requests"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        create(refusals[i].recording);
        assert_code(refusals[i].code);
        assert_contains(run.err, refusals[i].says);
        assert_contains(run.err, "nothing was created");
    }
}

static void test_machines_are_listed_page_by_page(void **state)
{
    (void)state;
    archway(REPLAY("list"), "list", "-o", "name");
    assert_code(0);
    assert_contains(run.out, "hetzner/fsn1/42\n");
    assert_contains(run.out, "hetzner/fsn1/43\n");
}

static void test_terminate_succeeds_on_what_is_gone_and_waits_for_what_is_locked(void **state)
{
    (void)state;
    archway(REPLAY("terminate-gone"), "terminate", "hetzner/fsn1/42");
    assert_code(0);
    archway(REPLAY("terminate-locked"), "terminate", "hetzner/fsn1/42");
    assert_code(0);
}

/* ---- credentials ---- */

static void doctor(const char *recording)
{
    archway("--replay", recording, "doctor", "--backend", "hetzner");
}

static void test_the_token_of_the_provider_s_own_command_is_used(void **state)
{
    (void)state;
    doctor(FIXTURE("cli-file"));
    assert_contains(run.out, "~/.config/hcloud/cli.toml");
    assert_lacks(run.out, "replayed-secret");
    cli_write("config.yaml", "backends:\n  - type: hetzner\n");
    archway(REPLAY("no-token"), "--config", "config.yaml", "offers");
    assert_code(4);
    assert_contains(run.err, "HCLOUD_TOKEN");
    assert_contains(run.err, "no token for the active context");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offers_of_both_architectures_are_priced_in_dollars),
        cmocka_unit_test(test_a_type_is_offered_only_where_and_while_it_is_sold),
        cmocka_unit_test(test_a_type_of_another_architecture_is_reported_and_not_offered),
        cmocka_unit_test(test_no_exchange_rate_means_no_price_and_not_a_wrong_one),
        cmocka_unit_test(test_the_users_own_rate_asks_nobody),
        cmocka_unit_test(test_hostile_answers_are_told),
        cmocka_unit_test(test_a_machine_is_made_once_whatever_happens_to_the_answer),
        cmocka_unit_test(test_refusals_say_what_to_do),
        cmocka_unit_test(test_machines_are_listed_page_by_page),
        cmocka_unit_test(test_terminate_succeeds_on_what_is_gone_and_waits_for_what_is_locked),
        cmocka_unit_test(test_the_token_of_the_provider_s_own_command_is_used),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
