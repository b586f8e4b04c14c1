/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that are read while the next one is on its way, and what becomes of them when a chain breaks. */
#include "kit/error.h"
#include "kit/pages.h"
#include "kit_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A page here is "WORDS>TOKEN", or "WORDS?TOKEN", of which the token cannot be seen before it is read. */
struct reader {
    char words[256]; /* all that were read */
    unsigned ends;
    char why[256];
};

static struct kit_host host;
static struct reader reader;
static kit_later *later;

static void ask(kit_request *request, aw_op *op, void *owner, const char *token)
{
    (void)owner;
    kit_request_init(request, op, "list", "GET", "https://api.example.com");
    kit_request_query(request, "token", token);
}

static int read_page(aw_op *op, void *owner, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    struct reader *to = owner;
    char text[256];
    snprintf(text, sizeof text, "%.*s", (int)answer->body.size, answer->body.data);
    if (strncmp(text, "bad", 3) == 0)
        return kit_error_set(ret_error, AW_E_PROTOCOL, "it is bad");
    size_t size = strcspn(text, ">?");
    size_t before = strlen(to->words);
    snprintf(to->words + before, sizeof to->words - before, "%.*s,", (int)size, text);
    *ret_token =
        kit_copy_text(op, strcmp(text + size, ">lie") ? text + size + (text[size] != 0) : "truth");
    return 0;
}

static const char *peek(aw_op *op, aw_bytes body)
{
    char text[256];
    snprintf(text, sizeof text, "%.*s", (int)body.size, body.data);
    const char *at = strchr(text, '>');
    return kit_copy_text(op, at ? at + 1 : "");
}

static void ended(aw_op *op, void *owner, const aw_error *why)
{
    struct reader *to = owner;
    (void)op;
    to->ends++;
    snprintf(to->why, sizeof to->why, "%.250s", why ? why->message : "");
}

static const struct kit_pages pages = {.title = "Example",
                                       .name = "list",
                                       .most = 4,
                                       .ask = ask,
                                       .read = read_page,
                                       .ended = ended,
                                       .peek = peek};

static void begin(size_t most)
{
    kit_host_init(&host);
    reader = (struct reader){.ends = 0};
    later = kit_later_create(&host.op, most);
    assert_non_null(later);
    kit_pages_start_late(&host.op, &pages, &reader, later);
}

static int start(void **state)
{
    (void)state;
    begin(1000);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    kit_host_finish(&host);
    return 0;
}

static void read_all(void)
{
    while (kit_host_run_timer(&host))
        continue;
}

static void assert_asked(unsigned sends, const char *token)
{
    char expected[64];
    assert_int_equal(host.sends, sends);
    snprintf(expected, sizeof expected, "https://api.example.com%s%s", token ? "?token=" : "",
             token ? token : "");
    assert_string_equal(host.url, expected);
}

static void test_the_next_page_is_asked_for_before_this_one_is_read(void **state)
{
    (void)state;
    assert_asked(1, NULL);
    kit_host_answer(&host, "a>2");
    assert_asked(2, "2");
    assert_string_equal(reader.words, "");
    kit_host_answer(&host, "b>3");
    assert_asked(3, "3");
    kit_host_answer(&host, "c");
    assert_int_equal(reader.ends, 0);
    read_all();
    assert_string_equal(reader.words, "a,b,c,");
    assert_int_equal(reader.ends, 1);
    assert_string_equal(reader.why, "");
}

static void test_one_page_is_read_at_a_time(void **state)
{
    (void)state;
    kit_host_answer(&host, "a>2");
    kit_host_answer(&host, "b>3");
    assert_int_equal(kit_host_run_timer(&host), 1);
    assert_string_equal(reader.words, "a,");
    kit_host_answer(&host, "c");
    assert_int_equal(kit_host_run_timer(&host), 1);
    assert_string_equal(reader.words, "a,b,");
    assert_int_equal(host.timer_count, 1);
    read_all();
    assert_string_equal(reader.words, "a,b,c,");
}

static void test_a_token_that_cannot_be_seen_is_followed_when_it_is_read(void **state)
{
    (void)state;
    kit_host_answer(&host, "a?2");
    assert_int_equal(host.sends, 1);
    read_all();
    assert_asked(2, "2");
    kit_host_answer(&host, "b>3");
    kit_host_answer(&host, "c");
    read_all();
    assert_string_equal(reader.words, "a,b,c,");
    assert_int_equal(reader.ends, 1);
}

static void test_what_was_seen_must_be_what_is_read(void **state)
{
    (void)state;
    kit_host_answer(&host, "a>lie");
    assert_asked(2, "lie");
    read_all();
    assert_int_equal(reader.ends, 1);
    assert_non_null(strstr(reader.why, "cannot be read: it names two pages as the next one"));
    kit_host_answer(&host, "b>3");
    read_all();
    assert_int_equal(host.sends, 2);
    assert_string_equal(reader.words, "a,");
    assert_int_equal(reader.ends, 1);
}

static void test_a_failure_waits_until_the_pages_before_it_have_been_read(void **state)
{
    (void)state;
    kit_host_answer(&host, "a>2");
    kit_host_fail(&host, "the line is dead");
    assert_int_equal(reader.ends, 0);
    read_all();
    assert_string_equal(reader.words, "a,");
    assert_int_equal(reader.ends, 1);
    assert_string_equal(reader.why, "the line is dead");
}

static void test_a_page_that_cannot_be_read_ends_the_chain_once(void **state)
{
    (void)state;
    kit_host_answer(&host, "bad>2");
    kit_host_answer(&host, "b>3");
    kit_host_fail(&host, "the line is dead");
    read_all();
    assert_string_equal(reader.words, "");
    assert_int_equal(reader.ends, 1);
    assert_string_equal(reader.why, "Example's answer to `list` cannot be read: it is bad");
}

static void test_pages_without_end_are_given_up(void **state)
{
    (void)state;
    char page[32];
    for (int i = 2; i < 6; i++) {
        snprintf(page, sizeof page, "a>%d", i);
        kit_host_answer(&host, page);
    }
    read_all();
    assert_int_equal(host.sends, 4);
    assert_string_equal(reader.words, "a,a,a,a,");
    assert_string_equal(reader.why,
                        "Example's answer to `list` cannot be read: it has more than 4 pages");
    assert_int_equal(reader.ends, 1);
}

static void test_the_same_page_again_is_given_up(void **state)
{
    (void)state;
    kit_host_answer(&host, "a>2");
    kit_host_answer(&host, "b>2");
    read_all();
    assert_int_equal(host.sends, 2);
    assert_string_equal(reader.words, "a,b,");
    assert_non_null(strstr(reader.why, "its next page is the same one again"));
}

static void test_when_too_much_waits_the_first_is_read_at_once(void **state)
{
    (void)state;
    kit_host_finish(&host);
    begin(6);
    kit_host_answer(&host, "aaaaaaaa>2"); /* alone it may be larger */
    assert_string_equal(reader.words, "");
    kit_host_answer(&host, "b>3"); /* first the next one is asked for */
    assert_string_equal(reader.words, "");
    kit_host_answer(&host, "cc");
    assert_string_equal(reader.words, "aaaaaaaa,");
    read_all();
    assert_string_equal(reader.words, "aaaaaaaa,b,cc,");
    assert_int_equal(reader.ends, 1);
}

static void test_chains_that_share_the_room_do_not_mix(void **state)
{
    struct reader other = {.ends = 0};
    (void)state;
    kit_host_answer(&host, "a>2");
    aw_answer_fn on_answer = host.on_answer;
    void *arg = host.arg;
    kit_pages_start_late(&host.op, &pages, &other, later);
    kit_host_answer(&host, "x");
    host.on_answer = on_answer;
    host.arg = arg;
    kit_host_answer(&host, "b");
    read_all();
    assert_string_equal(reader.words, "a,b,");
    assert_string_equal(other.words, "x,");
    assert_int_equal(reader.ends + other.ends, 2);
}

static void run_with_failure_at(unsigned number)
{
    begin(1000);
    host.fail_at = host.allocations + number;
    kit_host_answer(&host, "a>2");
    if (host.fails == 0)
        kit_host_answer(&host, "b");
    if (host.fails == 0)
        read_all();
}

static void test_without_memory_the_operation_fails(void **state)
{
    (void)state;
    kit_host_finish(&host);
    unsigned number = 1;
    for (run_with_failure_at(number); host.fails; run_with_failure_at(++number)) {
        assert_int_equal(host.error.code, AW_E_NO_MEMORY);
        kit_host_finish(&host);
    }
    assert_in_range(number, 5, 60);
    assert_string_equal(reader.words, "a,b,");
}

#define PAGES_TEST(test) cmocka_unit_test_setup_teardown(test, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(test_the_next_page_is_asked_for_before_this_one_is_read),
        PAGES_TEST(test_one_page_is_read_at_a_time),
        PAGES_TEST(test_a_token_that_cannot_be_seen_is_followed_when_it_is_read),
        PAGES_TEST(test_what_was_seen_must_be_what_is_read),
        PAGES_TEST(test_a_failure_waits_until_the_pages_before_it_have_been_read),
        PAGES_TEST(test_a_page_that_cannot_be_read_ends_the_chain_once),
        PAGES_TEST(test_pages_without_end_are_given_up),
        PAGES_TEST(test_the_same_page_again_is_given_up),
        PAGES_TEST(test_when_too_much_waits_the_first_is_read_at_once),
        PAGES_TEST(test_chains_that_share_the_room_do_not_mix),
        PAGES_TEST(test_without_memory_the_operation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
