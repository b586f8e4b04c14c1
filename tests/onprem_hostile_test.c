/* SPDX-License-Identifier: Apache-2.0 */
/* Machines that answer anything: mangled probes and claims, and what ssh may say. */
#include "tests/backend_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 3000
#define PROBE                                                                                      \
    "archway-begin\nsystem Linux\nmachine aarch64\ncpus 72\nmemory-kib 501943296\n"                \
    "disk-kib 1843200000\nos Ubuntu 24.04.2 LTS\nnvidia 97871, NVIDIA GH200 480GB\n"               \
    "amd 196592, AMD Instinct MI300X\ngpu-fault none\nclaimed 2\narchway-end\n"
#define CLAIMS                                                                                     \
    "archway-begin\nmachine aarch64\nclaim\ntoken 0123456789abcdef\nowner me\nname x\nblock 0\n"   \
    "blocks 2\ncreated 1777636810\nkeys /k\nstate failed\nreason why\nclaim\ntoken other-token\n"  \
    "owner me\nname y\nblock 1\nblocks 2\ncreated 1\nkeys /k\nstate claimed\narchway-end\n"

static void open_it(struct backend_host *host)
{
    static const char *const lines[] = {"gh1 blocks=2 price=1"};
    static const aw_setting items[] = {{"hosts", lines, 1}};
    static const aw_settings settings = {
        .size = sizeof settings, .count = 1, .items = items, .name = "onprem"};
    static const struct host_world world = {.settings = &settings};
    host_init(host, &world);
    assert_int_equal(host->error.code, AW_OK);
    host_begin(host);
}

/* Bytes changed, lines lost, doubled and cut short. */
static void mangle(const char *text, char *block, size_t size)
{
    static const char bytes[] = "\n 0123456789-,xX\x01\xff";
    size_t used = 0;
    for (const char *at = text; *at && used + 2 < size; at++) {
        int dice = rand() % 200;
        if (dice == 0)
            at += strcspn(at, "\n") - (at[strcspn(at, "\n")] == '\0');
        else if (dice < 3)
            block[used++] = bytes[(size_t)rand() % (sizeof bytes - 1)];
        else if (dice == 3)
            block[used++] = *at;
        if (*at && dice != 0)
            block[used++] = *at;
    }
    block[used] = '\0';
    if (rand() % 8 == 0 && used)
        block[(size_t)rand() % used] = '\0';
}

/* Each round says something: an offer, machines, or why not. */
static void assert_told(const struct backend_host *host, const char *said)
{
    if (host->error.code == AW_E_INTERNAL || host->error.code > AW_E_INTERNAL)
        fail_msg("code %u for %s", host->error.code, said);
    if (host->error.code && !host->error.message[0])
        fail_msg("no word on %s", said);
    assert_int_equal(host->exited, host->program_count);
}

static void test_mangled_probes_are_offers_or_errors(void **state)
{
    const aw_offer_query query = {.size = sizeof query, .region = "gh1"};
    unsigned offers = 0;
    (void)state;
    srand(20261124);
    for (unsigned round = 0; round < ROUNDS; round++) {
        char said[2048];
        struct backend_host host;
        mangle(PROBE, said, sizeof said);
        open_it(&host);
        vtable()->list_offers(&host.op, &query);
        host_exit(&host, 0, said, "");
        assert_told(&host, said);
        offers += strstr(host_results(&host), "host/2") != NULL;
        host_finish(&host);
    }
    assert_in_range(offers, 1, ROUNDS - 1);
}

static void test_mangled_claims_are_all_told_or_none(void **state)
{
    const aw_list wish = {.size = sizeof wish, .region = "gh1"};
    unsigned whole = 0;
    (void)state;
    srand(20261124);
    for (unsigned round = 0; round < ROUNDS; round++) {
        char said[2048];
        struct backend_host host;
        mangle(CLAIMS, said, sizeof said);
        open_it(&host);
        vtable()->list(&host.op, &wish);
        host_exit(&host, 0, said, "");
        assert_told(&host, said);
        whole += host.error.code == AW_OK;
        host_finish(&host);
    }
    assert_in_range(whole, 1, ROUNDS - 1);
}

static void test_whatever_ssh_says_is_an_error_with_its_last_words(void **state)
{
    static const char *const words[] = {"",
                                        "\n\n",
                                        "ssh: ",
                                        "ssh: connect to host gh1 port 22: Connection refused\n",
                                        "client_loop: send disconnect: Broken pipe\r\n",
                                        "\x01\x02 last\n"};
    const aw_list wish = {.size = sizeof wish, .region = "gh1"};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct backend_host host;
        open_it(&host);
        vtable()->list(&host.op, &wish);
        host_exit(&host, 255, "", words[i]);
        assert_int_equal(host.error.code, AW_E_UNAVAILABLE);
        host_finish(&host);
    }
}

/* A few more times, a little later each, and then it is said. */
static void test_a_dropped_connection_is_tried_again_and_then_told(void **state)
{
    static const char said[] = "kex_exchange_identification: Connection reset by peer\n";
    const aw_list wish = {.size = sizeof wish, .region = "gh1"};
    struct backend_host host;
    uint64_t waited_ms = 0;
    (void)state;
    open_it(&host);
    vtable()->list(&host.op, &wish);
    for (unsigned attempt = 1; attempt < 4; attempt++) {
        host_exit(&host, 255, "", said);
        assert_int_equal(host.timer_count, attempt);
        assert_true(host.timers[attempt - 1].delay_ms > waited_ms / 2);
        waited_ms = host.timers[attempt - 1].delay_ms;
        host_ring(&host);
    }
    host_exit(&host, 255, "", said);
    assert_failed(&host, AW_E_UNAVAILABLE, "dropped the connection before a word was said");
    host_finish(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mangled_probes_are_offers_or_errors),
        cmocka_unit_test(test_mangled_claims_are_all_told_or_none),
        cmocka_unit_test(test_whatever_ssh_says_is_an_error_with_its_last_words),
        cmocka_unit_test(test_a_dropped_connection_is_tried_again_and_then_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
