/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a machine at Lambda Cloud: the wish, the ssh key, the launch. */
#include "lambda_world.h"

#include "backends/lambda/lambda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ADA_BLOB "AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d"
#define ADA "ssh-ed25519 " ADA_BLOB " ada@example.org"
#define ADA_NAME "archway-b1e9c8a050f42a58"

#define KEY(name, key) "{\"id\":\"k\",\"name\":\"" name "\",\"public_key\":\"" key "\"}"
#define LAUNCHED "{\"data\":{\"instance_ids\":[\"" MACHINE_ID "\"]}}"

static const char *const one_key[] = {ADA};

static aw_create good_wish(void)
{
    return (aw_create){
        .size = sizeof(aw_create),
        .arch = AW_ARCH_ARM64,
        .ssh_key_count = 1,
        .ssh_keys = one_key,
        .instance_type = "gpu_1x_gh200",
        .region = "us-east-3",
        .name = "trainer",
        .owner = "my-server",
        .token = "00112233445566778899aabbccddeeff",
    };
}

static void create(struct backend_host *host, const aw_create *wish)
{
    host_begin(host);
    vtable()->create(&host->op, wish);
}

/* Registers the key and launches once, so that the backend remembers its name. */
static void create_once(struct backend_host *host)
{
    aw_create wish = good_wish();
    create(host, &wish);
    host_answer(host, 200, "{\"data\":[" KEY("mine", ADA) "]}");
    host_answer(host, 200, LAUNCHED);
    assert_int_equal(host->error.code, AW_OK);
}

static void test_an_unknown_key_is_registered_before_the_launch(void **state)
{
    struct backend_host *host = *state;
    aw_create wish = good_wish();
    create(host, &wish);
    assert_string_equal(host_last(host)->line, "GET https://cloud.lambda.ai/api/v1/ssh-keys");
    assert_true(host_last(host)->flags & AW_REQUEST_SHARED);
    host_answer(host, 200, "{\"data\":[" KEY("other", "another-public-key") "]}");
    assert_string_equal(host_results(host), "resource ssh-key " ADA_NAME ", shared 1\n");
    assert_string_equal(host_last(host)->line, "POST https://cloud.lambda.ai/api/v1/ssh-keys");
    assert_int_equal(host_last(host)->flags, AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED);
    assert_string_equal(host_last(host)->body,
                        "{\"name\":\"" ADA_NAME "\",\"public_key\":\"" ADA "\"}");
    host_answer(host, 200, "{\"data\":" KEY(ADA_NAME, ADA) "}");
    assert_string_equal(host_last(host)->line,
                        "POST https://cloud.lambda.ai/api/v1/instance-operations/launch");
    assert_string_equal(host_last(host)->name, "launch");
    assert_int_equal(host_last(host)->flags, 0);
    assert_string_equal(
        host_last(host)->body,
        "{\"region_name\":\"us-east-3\",\"instance_type_name\":\"gpu_1x_gh200\",\"ssh_key_names\":["
        "\"" ADA_NAME
        "\"],\"name\":\"trainer\",\"tags\":[{\"key\":\"archway-owner\",\"value\":\"my-server\"},"
        "{\"key\":\"archway-token\",\"value\":\"00112233445566778899aabbccddeeff\"}]}");
    host_answer(host, 200, LAUNCHED);
    assert_contains(host_results(host),
                    "machine " MACHINE_ID
                    " trainer in us-east-3: state 1 (-), arch 2, gpu_1x_gh200 at -, "
                    "owner my-server, token 00112233445566778899aabbccddeeff");
}

static void test_a_key_that_is_registered_is_reused_whatever_its_comment(void **state)
{
    struct backend_host *host = *state;
    aw_create wish = good_wish();
    create(host, &wish);
    host_answer(host, 200,
                "{\"data\":[" KEY("laptop", "ssh-ed25519 " ADA_BLOB " other comment") "]}");
    assert_string_equal(host_last(host)->name, "launch");
    assert_contains(host_last(host)->body, "\"ssh_key_names\":[\"laptop\"]");
    assert_string_equal(host_results(host), "");
}

static void test_the_next_create_launches_at_once(void **state)
{
    struct backend_host *host = *state;
    create_once(host);
    aw_create wish = good_wish();
    create(host, &wish);
    assert_int_equal(host->request_count, 1);
    assert_string_equal(host_last(host)->name, "launch");
    assert_contains(host_last(host)->body, "\"ssh_key_names\":[\"mine\"]");
}

static void test_a_remembered_key_that_is_gone_is_looked_for_once_more(void **state)
{
    struct backend_host *host = *state;
    create_once(host);
    aw_create wish = good_wish();
    create(host, &wish);
    host_answer(host, 404,
                REFUSAL("global/object-does-not-exist", "SSH key \\\"mine\\\" does not exist."));
    assert_string_equal(host_last(host)->name, "ssh-keys");
    host_answer(host, 200, "{\"data\":[]}");
    assert_string_equal(host_last(host)->name, "add-ssh-key");
    host_answer(host, 200, "{\"data\":" KEY(ADA_NAME, ADA) "}");
    assert_string_equal(host_last(host)->name, "launch");
    assert_int_equal(host->error.code, AW_OK);
    host_answer(host, 404, REFUSAL("global/object-does-not-exist", "SSH key does not exist."));
    assert_failed(host, AW_E_INVALID, "SSH key does not exist.");
}

static void test_another_thing_that_is_missing_fails_the_launch(void **state)
{
    struct backend_host *host = *state;
    create_once(host);
    aw_create wish = good_wish();
    create(host, &wish);
    host_answer(host, 404, REFUSAL("global/object-does-not-exist", "Image family does not exist."));
    assert_failed(host, AW_E_INVALID, "Image family");
    assert_int_equal(host->request_count, 1);
}

static void test_a_key_that_somebody_else_registers_meanwhile_is_found(void **state)
{
    struct backend_host *host = *state;
    aw_create wish = good_wish();
    create(host, &wish);
    host_answer(host, 200, "{\"data\":[]}");
    host_answer(host, 400, REFUSAL("global/duplicate", "SSH key name already in use."));
    assert_string_equal(host_last(host)->line, "GET https://cloud.lambda.ai/api/v1/ssh-keys");
    assert_false(host_last(host)->flags & AW_REQUEST_SHARED);
    host_answer(host, 200, "{\"data\":[" KEY(ADA_NAME, ADA) "]}");
    assert_string_equal(host_last(host)->name, "launch");
}

static void test_an_outage_before_the_launch_leaves_no_machine_to_look_for(void **state)
{
    struct backend_host *host = *state;
    aw_create wish = good_wish();
    create(host, &wish);
    host_answer(host, 200, "{\"data\":[]}");
    host_lose(host);
    assert_int_equal(host->error.code, AW_E_UNAVAILABLE);
    assert_int_equal(host->error.retry, AW_RETRY_SAFE);
}

static void test_another_key_under_our_name_is_a_conflict(void **state)
{
    struct backend_host *host = *state;
    aw_create wish = good_wish();
    create(host, &wish);
    host_answer(host, 200, "{\"data\":[" KEY(ADA_NAME, "ssh-ed25519 AAAA") "]}");
    assert_failed(host, AW_E_CONFLICT, ADA_NAME);

    create(host, &wish);
    host_answer(host, 200, "{\"data\":[]}");
    host_answer(host, 400, REFUSAL("global/duplicate", "SSH key name already in use."));
    host_answer(host, 200, "{\"data\":[]}");
    assert_failed(host, AW_E_CONFLICT, ADA_NAME);
    assert_int_equal(host->request_count, 3);
}

static void test_what_is_given_for_a_launch_is_sent(void **state)
{
    struct backend_host *host = *state;
    create_once(host);
    static const aw_header tags[] = {{"team", "vision \"x\""}};
    aw_create wish = good_wish();
    wish.name = NULL;
    wish.image = "lambda-stack-24-04";
    wish.user_data = (aw_bytes){"#cloud-config\n", 14};
    wish.tags = tags;
    wish.tag_count = 1;
    create(host, &wish);
    assert_contains(host_last(host)->body,
                    "\"ssh_key_names\":[\"mine\"],\"image\":{\"family\":\"lambda-stack-24-04\"},"
                    "\"user_data\":\"#cloud-config\\n\",\"tags\":[{\"key\":\"archway-owner\"");
    assert_contains(host_last(host)->body, "{\"key\":\"team\",\"value\":\"vision \\\"x\\\"\"}]}");

    wish.image = "43336648-096d-4cba-9aa2-f9bb7727639d";
    create(host, &wish);
    assert_contains(host_last(host)->body,
                    "\"image\":{\"id\":\"43336648-096d-4cba-9aa2-f9bb7727639d\"}");
    wish.image = "deadbeef";
    create(host, &wish);
    assert_contains(host_last(host)->body, "\"image\":{\"family\":\"deadbeef\"}");
}

static void assert_refused(struct backend_host *host, const aw_create *wish, uint32_t code,
                           const char *part)
{
    create(host, wish);
    assert_int_equal(host->request_count, 0);
    assert_failed(host, code, part);
}

static void test_wishes_that_cannot_be_granted_are_refused_before_anything_is_sent(void **state)
{
    static const aw_header capital[] = {{"Team", "x"}};
    static const aw_header own[] = {{"archway-token", "x"}};
    char long_name[66] = {0};
    memset(long_name, 'n', 65);
    struct backend_host *host = *state;
    aw_create wish = good_wish();
    wish.spot = 1;
    assert_refused(host, &wish, AW_E_UNSUPPORTED, "no interruptible");
    wish = good_wish();
    wish.disk_mib = 1024;
    assert_refused(host, &wish, AW_E_UNSUPPORTED, "fixed size");
    wish = good_wish();
    wish.region = "";
    assert_refused(host, &wish, AW_E_NO_CAPACITY, "sold out");
    wish = good_wish();
    wish.name = long_name;
    assert_refused(host, &wish, AW_E_INVALID, "longer than the 64 characters");
    wish = good_wish();
    wish.user_data = (aw_bytes){"\x1f\x8b\0\0", 4};
    assert_refused(host, &wish, AW_E_INVALID, "not text");
    wish = good_wish();
    wish.user_data = (aw_bytes){"", 1048577};
    assert_refused(host, &wish, AW_E_INVALID, "at most 1 MB");
    wish = good_wish();
    wish.tags = capital;
    wish.tag_count = 1;
    assert_refused(host, &wish, AW_E_INVALID, "no tag named \"Team\"");
    wish.tags = own;
    assert_refused(host, &wish, AW_E_INVALID, "Archway's own");
    wish = good_wish();
    wish.options = &(aw_header){"reservation", "cr-1"};
    wish.option_count = 1;
    assert_refused(host, &wish, AW_E_INVALID, "no option `reservation`: it has none.");
}

static void test_exactly_one_public_key_is_taken(void **state)
{
    static const struct {
        const char *key;
        const char *part;
    } cases[] = {
        {"-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n",
         "private key"},
        {ADA "\n" ADA "\n", "more than one line"},
        {"", "not a whole public key"},
        {"ssh-dss AAAA", "not a whole public key"},
        {"ssh-ed25519", "not a whole public key"},
        {"ssh-ed25519 ====", "not a whole public key"},
        {"ssh-ed25519 not base64", "not a whole public key"},
        {"ssh-rsa " ADA_BLOB, "not a whole public key"},
        {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "not a whole public key"},
        {"command=\"id\" " ADA, "not a whole public key"},
    };
    struct backend_host *host = *state;
    aw_create wish = good_wish();
    wish.ssh_key_count = 0;
    assert_refused(host, &wish, AW_E_INVALID, "without an ssh key");
    wish.ssh_key_count = 2;
    assert_refused(host, &wish, AW_E_INVALID, "exactly one ssh key");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wish = good_wish();
        wish.ssh_keys = &cases[i].key;
        assert_refused(host, &wish, AW_E_INVALID, cases[i].part);
    }
}

static void test_a_launch_without_an_outcome_is_left_to_core(void **state)
{
    struct backend_host *host = *state;
    create_once(host);
    aw_create wish = good_wish();
    create(host, &wish);
    host_lose(host);
    assert_int_equal(host->error.code, AW_E_UNAVAILABLE);
    assert_int_equal(host->error.retry, AW_RETRY_UNKNOWN);
    assert_int_equal(host->request_count, 1);
}

static void test_a_launch_whose_yes_cannot_be_read_may_have_made_a_machine(void **state)
{
    static const char *const answers[] = {
        "",
        "<html></html>",
        "{\"data\":{\"instance_ids\":[\"0920",
        "{\"data\":{\"instance_ids\":[]}}",
        "{\"data\":{\"instance_ids\":[\"a\",\"b\"]}}",
        "{\"data\":{\"instance_ids\":[7]}}",
        "{\"data\":{\"instance_ids\":[\"\"]}}",
    };
    struct backend_host *host = *state;
    create_once(host);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        aw_create wish = good_wish();
        create(host, &wish);
        host_answer(host, 200, answers[i]);
        assert_int_equal(host->error.code, AW_E_PROTOCOL);
        assert_int_equal(host->error.retry, AW_RETRY_UNKNOWN);
        assert_string_equal(host_results(host), "");
        assert_int_equal(host->request_count, 1);
    }
}

static void test_a_create_without_memory_fails_at_every_step_and_asks_for_nothing_more(void **state)
{
    static const char *const answers[] = {"{\"data\":[]}", "{\"data\":" KEY(ADA_NAME, ADA) "}",
                                          LAUNCHED};
    static const aw_header tags[] = {{"team", "vision"}};
    struct backend_host *host = *state;
    aw_create wish = good_wish();
    wish.tags = tags;
    wish.tag_count = 1;
    wish.user_data = (aw_bytes){"#cloud-config\n", 14};
    unsigned steps = 0;
    do {
        host_down(state);
        host_up(state);
        host = *state;
        host->fail_at = ++steps;
        create(host, &wish);
        for (size_t i = 0; i < 3 && !host->error.code; i++)
            host_answer(host, 200, answers[i]);
        assert_true(host->error.code == AW_OK || host->error.code == AW_E_NO_MEMORY);
        assert_int_equal(!host->error.code, !!strstr(host_results(host), "machine"));
    } while (host->error.code);
    assert_true(steps > 10);
}

static void test_more_keys_are_used_than_are_remembered(void **state)
{
    struct lambda_known_keys known = {.next = 0};
    kit_ssh_key key = {.name = "k"};
    (void)state;
    for (unsigned i = 0; i <= LAMBDA_KNOWN_KEYS; i++) {
        key.digest[0] = (unsigned char)i;
        lambda_known_keys_learn(&known, &key, i == 0 ? "first" : "later");
    }
    assert_string_equal(lambda_known_keys_find(&known, &key), "later");
    key.digest[0] = 0;
    assert_null(lambda_known_keys_find(&known, &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_an_unknown_key_is_registered_before_the_launch),
        HOSTED(test_a_key_that_is_registered_is_reused_whatever_its_comment),
        HOSTED(test_the_next_create_launches_at_once),
        HOSTED(test_a_remembered_key_that_is_gone_is_looked_for_once_more),
        HOSTED(test_another_thing_that_is_missing_fails_the_launch),
        HOSTED(test_a_key_that_somebody_else_registers_meanwhile_is_found),
        HOSTED(test_an_outage_before_the_launch_leaves_no_machine_to_look_for),
        HOSTED(test_another_key_under_our_name_is_a_conflict),
        HOSTED(test_what_is_given_for_a_launch_is_sent),
        HOSTED(test_wishes_that_cannot_be_granted_are_refused_before_anything_is_sent),
        HOSTED(test_exactly_one_public_key_is_taken),
        HOSTED(test_a_launch_without_an_outcome_is_left_to_core),
        HOSTED(test_a_launch_whose_yes_cannot_be_read_may_have_made_a_machine),
        HOSTED(test_a_create_without_memory_fails_at_every_step_and_asks_for_nothing_more),
        cmocka_unit_test(test_more_keys_are_used_than_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
