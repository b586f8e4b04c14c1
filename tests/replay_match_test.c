/* SPDX-License-Identifier: Apache-2.0 */
/* A replay is strict: what is not the recorded request to the byte fails, and says where it differs. */
#include "tests/recording_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LAUNCH                                                                                     \
    ">>> POST " MACHINES "\n"                                                                      \
    "accept: application/json\n"                                                                   \
    "content-type: application/json\n"                                                             \
    "\n"                                                                                           \
    "{\"region_name\":\"us-east-3\",\"type\":\"gh200\"}\n"                                         \
    "<<< 200\n"

#define LAUNCH_BODY "{\"region_name\":\"us-east-3\",\"type\":\"gh200\"}"

static void prepare_launch(struct asked *asked, const char *body)
{
    prepare(asked, "POST", MACHINES, body);
    add_header(asked, "Content-Type", " application/json");
    add_header(asked, "accept", "application/json");
}

/* The request is refused in these words, and so is the replay as a whole. */
static void assert_refused(struct asked *asked, struct world *world, const char *words)
{
    send_off(asked, world);
    wait_for(asked);
    assert_int_equal(asked->call.outcome, WIRE_FORBIDDEN);
    assert_string_equal(asked->call.problem, words);
    assert_string_equal(finish_failed(world), words);
}

static void test_case_order_and_space_of_headers_do_not_count(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(LAUNCH);
    prepare_launch(&asked, LAUNCH_BODY);
    send_off(&asked, world);
    wait_for(&asked);
    assert_int_equal(asked.call.outcome, WIRE_ANSWERED);
    finish(world);
}

static void test_another_body_is_shown_where_it_differs(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(LAUNCH);
    prepare_launch(&asked, "{\"region_name\":\"us-east-1\",\"type\":\"gh200\"}");
    assert_refused(&asked, world,
                   "scenario.http:2 expects something else: body at byte 24: expected "
                   "\"...e\":\"us-east-3\",\"type\":\"gh200\"}\", sent "
                   "\"...e\":\"us-east-1\",\"type\":\"gh200\"}\"");
}

static void test_a_body_that_goes_on_is_another(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(LAUNCH);
    prepare_launch(&asked, LAUNCH_BODY "\n");
    assert_refused(&asked, world,
                   "scenario.http:2 expects something else: body at byte 42: expected "
                   "\"...pe\":\"gh200\"}\", sent \"...pe\":\"gh200\"}?\"");
}

static void test_headers_are_compared_both_ways(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(LAUNCH);
    prepare(&asked, "POST", MACHINES, LAUNCH_BODY);
    add_header(&asked, "content-type", "text/plain");
    add_header(&asked, "x-more", "1");
    assert_refused(
        &asked, world,
        "scenario.http:2 expects something else: header accept was not sent; header "
        "content-type at byte 0: expected \"application/json\", sent \"text/plain\"; header "
        "x-more is not in the recording");
}

static void test_a_header_that_is_sent_twice_must_be_recorded_twice(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "\nx-a: 1\nx-a: 2\n<<< 200\n"
                                 ">>> GET " MACHINES "\nx-a: 1\n<<< 200\n");
    for (int i = 0; i < 2; i++) {
        prepare(&asked, "GET", MACHINES, NULL);
        add_header(&asked, "x-a", "1");
        add_header(&asked, "x-a", "2");
        send_off(&asked, world);
        wait_for(&asked);
        assert_int_equal(asked.call.outcome, i ? WIRE_FORBIDDEN : WIRE_ANSWERED);
    }
    assert_non_null(strstr(finish_failed(world), "scenario.http:6"));
}

static void test_another_method_and_url_are_shown(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "?page=1\n<<< 200\n");
    prepare(&asked, "POST", MACHINES "?page=2", NULL);
    assert_refused(
        &asked, world,
        "scenario.http:2 expects something else: method: expected GET, sent POST; URL at byte "
        "41: expected \"...chines?page=1\", sent \"...chines?page=2\"");
}

static void test_one_request_more_is_refused(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "\n<<< 200\n");
    ask(&asked, world, "GET", MACHINES, NULL);
    prepare(&asked, "GET", MACHINES "/7", NULL);
    assert_refused(
        &asked, world,
        "scenario.http: everything in it has been asked for, and here is one more: GET " MACHINES
        "/7");
}

static void test_one_request_fewer_fails_at_the_end(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "\n<<< 200\n"
                                 ">>> DELETE " MACHINES "/7\n<<< 200\n"
                                 ">>> run [\"ssh\"]\n<<< exit 0\n");
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_non_null(strstr(finish_failed(world),
                           "scenario.http:4: this was never asked for: DELETE " MACHINES "/7"));
}

static void test_the_first_failure_is_told_at_the_end(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "\n<<< 200\n");
    ask(&asked, world, "GET", MACHINES "/1", NULL);
    ask(&asked, world, "GET", MACHINES "/2", NULL);
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_int_equal(asked.call.outcome, WIRE_ANSWERED);
    assert_non_null(strstr(finish_failed(world), "machines/1"));
}

static void test_a_cancelled_refusal_is_remembered(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay("");
    prepare(&asked, "GET", MACHINES, NULL);
    send_off(&asked, world);
    world->ops->cancel(world, &asked.call);
    loop_step(loop);
    assert_false(asked.done);
    assert_non_null(strstr(finish_failed(world), "one more"));
}

static void test_the_order_is_strict(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "/1\n<<< 200\n"
                                 ">>> GET " MACHINES "/2\n<<< 200\n");
    ask(&asked, world, "GET", MACHINES "/2", NULL);
    assert_int_equal(asked.call.outcome, WIRE_FORBIDDEN);
    assert_non_null(strstr(finish_failed(world), "scenario.http:2 "));
}

static void test_any_order_takes_the_first_equal_request_that_is_left(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay("order any\n"
                                 ">>> GET " MACHINES "/1\n<<< 200\n\nfirst\n"
                                 ">>> GET " MACHINES "/2\n<<< 200\n\nsecond\n"
                                 ">>> GET " MACHINES "/1\n<<< 200\n\nthird\n");
    ask(&asked, world, "GET", MACHINES "/2", NULL);
    assert_string_equal(asked.body, "second");
    ask(&asked, world, "GET", MACHINES "/1", NULL);
    assert_string_equal(asked.body, "first");
    ask(&asked, world, "GET", MACHINES "/1", NULL);
    assert_string_equal(asked.body, "third");
    finish(world);
}

static void test_in_any_order_the_difference_is_to_the_nearest(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay("order any\n"
                                 ">>> GET " MACHINES "\n<<< 200\n"
                                 ">>> POST " MACHINES "\n\n{\"name\":\"one\"}\n<<< 200\n"
                                 ">>> POST " MACHINES "\n\n{\"name\":\"two\"}\n<<< 200\n");
    ask(&asked, world, "POST", MACHINES, "{\"name\":\"too\"}");
    assert_int_equal(asked.call.outcome, WIRE_FORBIDDEN);
    assert_non_null(strstr(finish_failed(world), "scenario.http:9 expects something else: body"));
}

static void test_a_program_is_compared_argument_by_argument(void **state)
{
    (void)state;
    struct ran ran;
    static const char *const fewer[] = {"ssh", "host", NULL};
    static const char *const other[] = {"ssh", "{{name}}", "id", NULL};
    struct world *world = replay(">>> run [\"ssh\",\"{{name}}\",\"uname\"]\n\nyes\n<<< exit 0\n");
    world->ops->name_value(world, "name", "host");
    run(&ran, world, fewer, "yes");
    assert_false(ran.call.started);
    assert_string_equal(ran.call.problem,
                        "scenario.http:2 expects something else: fewer arguments than expected");
    run(&ran, world, other, "no");
    assert_non_null(
        strstr(ran.call.problem, "argument at byte 0: expected \"host\", sent \"{{name}}\""));
    assert_non_null(strstr(ran.call.problem, "input at byte 0: expected \"yes\", sent \"no\""));
    finish_failed(world);
}

static void test_a_program_is_no_request(void **state)
{
    (void)state;
    struct ran ran;
    static const char *const uname[] = {"uname", NULL};
    struct world *world = replay(">>> GET " MACHINES "\n<<< 200\n");
    run(&ran, world, uname, NULL);
    assert_false(ran.call.started);
    assert_non_null(strstr(finish_failed(world), "expected a request, not a program"));
}

/* Sends both bodies as part of `authenticate`. */
static void send_secret(struct asked *asked, struct world *world, const char *url, const char *body)
{
    prepare(asked, "POST", url, body);
    add_header(asked, "x-key", "canary-in-header");
    asked->call.secret = true;
    send_off(asked, world);
    wait_for(asked);
}

static void test_a_difference_shows_no_secret(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> POST " MACHINES "\nx-key: k\n\nkey=k\n<<< 200\n");
    send_secret(&asked, world, MACHINES "?key=canary", "key=canary");
    assert_int_equal(asked.call.outcome, WIRE_FORBIDDEN);
    assert_null(strstr(asked.call.problem, "canary"));
    assert_non_null(strstr(asked.call.problem, "body at byte 4"));
    assert_null(strstr(finish_failed(world), "canary"));
    world = replay("");
    send_secret(&asked, world, MACHINES "?key=canary", "key=canary");
    assert_null(strstr(finish_failed(world), "canary"));
}

static void test_a_masked_request_equals_any_secret_one_and_no_other(void **state)
{
    (void)state;
    struct asked asked;
    static const char *const masked[] = {
        ">>> POST " MACHINES "?<secret>\nx-key: canary-in-header\n\nkey=1\n<<< 200\n",
        ">>> POST " MACHINES "?key=1\nx-key: <secret>\n\nkey=1\n<<< 200\n",
        ">>> POST " MACHINES "?key=1\nx-key: canary-in-header\n\n<secret>\n<<< 200\n"};
    for (size_t i = 0; i < sizeof masked / sizeof masked[0]; i++) {
        struct world *world = replay(masked[i]);
        prepare(&asked, "POST", MACHINES "?key=1", "key=1");
        add_header(&asked, "x-key", "canary-in-header");
        send_off(&asked, world);
        wait_for(&asked);
        assert_int_equal(asked.call.outcome, WIRE_FORBIDDEN);
        send_secret(&asked, world, MACHINES "?key=1", "key=1");
        assert_int_equal(asked.call.outcome, WIRE_ANSWERED);
        finish_failed(world);
    }
}

static void test_an_answer_has_the_value_that_its_request_had(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world =
        replay(">>> POST " MACHINES "\n\n{{token}}\n<<< 200\n\n{{token}} {{token:3}}\n"
               ">>> POST " MACHINES "\n\n{{token:1}}{{token}}\n<<< 200\n");
    world->ops->name_value(world, "token", "one");
    world->ops->name_value(world, "token", "two");
    prepare(&asked, "POST", MACHINES, "two");
    send_off(&asked, world);
    world->ops->name_value(world, "token", "three");
    wait_for(&asked);
    assert_string_equal(asked.body, "two three");
    ask(&asked, world, "POST", MACHINES, "onethree");
    assert_int_equal(asked.call.outcome, WIRE_ANSWERED);
    finish(world);
}

static void test_an_unknown_placeholder_is_named_with_the_known_ones(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> POST " MACHINES "\n\n{{tokn}}\n<<< 200\n");
    world->ops->name_value(world, "token", "one");
    world->ops->name_value(world, "owner", "me");
    prepare(&asked, "POST", MACHINES, "one");
    assert_refused(
        &asked, world,
        "scenario.http:2 expects something else: {{tokn}} stands for nothing so far; known "
        "are: token, owner");
    world = replay(">>> GET " MACHINES "\n<<< 200\n\n{{tokn}}\n");
    prepare(&asked, "GET", MACHINES, NULL);
    assert_refused(
        &asked, world,
        "scenario.http:2: in the answer: {{tokn}} stands for nothing so far; known are: none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_order_and_space_of_headers_do_not_count),
        cmocka_unit_test(test_another_body_is_shown_where_it_differs),
        cmocka_unit_test(test_a_body_that_goes_on_is_another),
        cmocka_unit_test(test_headers_are_compared_both_ways),
        cmocka_unit_test(test_a_header_that_is_sent_twice_must_be_recorded_twice),
        cmocka_unit_test(test_another_method_and_url_are_shown),
        cmocka_unit_test(test_one_request_more_is_refused),
        cmocka_unit_test(test_one_request_fewer_fails_at_the_end),
        cmocka_unit_test(test_the_first_failure_is_told_at_the_end),
        cmocka_unit_test(test_a_cancelled_refusal_is_remembered),
        cmocka_unit_test(test_the_order_is_strict),
        cmocka_unit_test(test_any_order_takes_the_first_equal_request_that_is_left),
        cmocka_unit_test(test_in_any_order_the_difference_is_to_the_nearest),
        cmocka_unit_test(test_a_program_is_compared_argument_by_argument),
        cmocka_unit_test(test_a_program_is_no_request),
        cmocka_unit_test(test_a_difference_shows_no_secret),
        cmocka_unit_test(test_a_masked_request_equals_any_secret_one_and_no_other),
        cmocka_unit_test(test_an_answer_has_the_value_that_its_request_had),
        cmocka_unit_test(test_an_unknown_placeholder_is_named_with_the_known_ones),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
