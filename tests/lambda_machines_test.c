/* SPDX-License-Identifier: Apache-2.0 */
/* Machines at Lambda Cloud: read, listed, terminated. */
#include "lambda_world.h"

#include "backends/lambda/lambda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MACHINE(id, status, more)                                                                  \
    "{\"id\":\"" id "\",\"name\":\"trainer\",\"status\":\"" status                                 \
    "\",\"region\":{\"name\":\"us-east-3\"},\"instance_type\":" GH200                              \
    ",\"jupyter_token\":\"s3cret\"" more "}"
#define TAGS(owner, token)                                                                         \
    ",\"tags\":[{\"key\":\"archway-owner\",\"value\":\"" owner                                     \
    "\"},{\"key\":\"archway-token\",\"value\":\"" token "\"}]"

static void list(struct backend_host *host, const char *owner, const char *token,
                 const char *machines)
{
    aw_list wish = {.size = sizeof wish, .owner = owner, .token = token};
    host_begin(host);
    vtable()->list(&host->op, &wish);
    assert_string_equal(host_last(host)->line, "GET https://cloud.lambda.ai/api/v1/instances");
    host_answer(host, 200, machines);
}

static void test_a_listing_holds_the_machines_of_the_owner(void **state)
{
    static const char machines[] =
        "{\"data\":[" MACHINE("a1", "active", TAGS("me", "t1") ",\"ip\":\"192.0.2.7\"") "," MACHINE(
            "a2", "booting", TAGS("you", "t2") ",\"ip\":null") "," MACHINE("a3", "active", "") "]}";
    struct backend_host *host = *state;
    list(host, "me", NULL, machines);
    assert_string_equal(host_results(host),
                        "machine a1 trainer in us-east-3: state 2 (active), arch 2, "
                        "gpu_1x_gh200 at 192.0.2.7, owner me, token t1, reason -\n");
    list(host, NULL, "t2", machines);
    assert_string_equal(host_results(host),
                        "machine a2 trainer in us-east-3: state 1 (booting), arch 2, "
                        "gpu_1x_gh200 at -, owner you, token t2, reason -\n");
    list(host, NULL, NULL, machines);
    assert_contains(host_results(host), "machine a3");
    assert_contains(host_results(host), "owner -, token -");
    assert_lacks(host_results(host), "s3cret");
}

static void test_a_listing_that_cannot_be_read_to_its_end_fails(void **state)
{
    struct backend_host *host = *state;
    list(host, NULL, NULL, "{\"data\":[" MACHINE("a1", "active", "") ",{\"id\":7}]}");
    assert_failed(host, AW_E_PROTOCOL, "data[1]");
    list(host, NULL, NULL, "{\"data\":{}}");
    assert_failed(host, AW_E_PROTOCOL, "data: expected an array");
}

static void test_every_status_has_a_state(void **state)
{
    static const struct {
        const char *machine;
        const char *part;
    } cases[] = {
        {MACHINE("a", "booting", ""), "state 1 (booting)"},
        {MACHINE("a", "active", ""), "state 2 (active)"},
        {MACHINE("a", "terminating", ""), "state 5 (terminating)"},
        {MACHINE("a", "terminated", ""), "state 6 (terminated)"},
        {MACHINE("a", "preempted", ""), "reason preempted by Lambda Cloud"},
        {MACHINE("a", "unhealthy", ""), "state 7 (unhealthy)"},
        {MACHINE("a", "dreaming", ""), "state 0 (dreaming)"},
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kit_buf body;
        host_begin(host);
        kit_buf_init(&body, kit_op_memory(&host->op), 4096);
        kit_buf_addf(&body, "{\"data\":%s}", cases[i].machine);
        aw_ref ref = {.size = sizeof ref, .id = "a", .region = "us-east-3"};
        vtable()->get(&host->op, &ref);
        assert_string_equal(host_last(host)->line,
                            "GET https://cloud.lambda.ai/api/v1/instances/a");
        host_answer(host, 200, kit_buf_text(&body));
        assert_contains(host_results(host), cases[i].part);
    }
}

static void test_a_machine_of_unreadable_architecture_is_listed_all_the_same(void **state)
{
    struct backend_host *host = *state;
    list(host, NULL, NULL,
         "{\"data\":[{\"id\":\"a\",\"status\":\"active\",\"region\":{\"name\":\"r\"},\"instance_"
         "type\":"
         "{\"name\":\"t\",\"architecture\":\"riscv64\"}}]}");
    assert_int_equal(host->error.code, AW_OK);
    assert_contains(host_results(host), "arch 0");
}

static void test_a_machine_that_is_gone_is_not_found(void **state)
{
    struct backend_host *host = *state;
    aw_ref ref = {.size = sizeof ref, .id = MACHINE_ID, .region = "us-east-3"};
    host_begin(host);
    vtable()->get(&host->op, &ref);
    host_answer(host, 404,
                REFUSAL("global/object-does-not-exist", "Specified instance does not exist."));
    assert_failed(host, AW_E_NOT_FOUND, "does not exist");
}

static void terminate(struct backend_host *host, uint32_t status, const char *answer)
{
    aw_ref ref = {.size = sizeof ref, .id = MACHINE_ID, .region = "us-east-3"};
    host_begin(host);
    vtable()->terminate(&host->op, &ref);
    assert_string_equal(host_last(host)->line,
                        "POST https://cloud.lambda.ai/api/v1/instance-operations/terminate");
    assert_string_equal(host_last(host)->body, "{\"instance_ids\":[\"" MACHINE_ID "\"]}");
    assert_true(host_last(host)->flags & AW_REQUEST_REPEATABLE);
    host_answer(host, status, answer);
}

static void test_terminating_succeeds_when_the_order_is_taken(void **state)
{
    struct backend_host *host = *state;
    terminate(host, 200,
              "{\"data\":{\"terminated_instances\":[" MACHINE(MACHINE_ID, "terminating", "") "]}}");
    assert_int_equal(host->error.code, AW_OK);
    assert_contains(host_results(host), "state 5 (terminating)");
    terminate(host, 200, "{\"data\":{\"terminated_instances\":[{\"id\":\"" MACHINE_ID "\"}]}}");
    assert_int_equal(host->error.code, AW_OK);
    assert_string_equal(host_results(host), "");
}

/* It may be gone, or too new to be known: core can tell, and takes it for success then. */
static void test_terminating_what_is_not_there_is_not_found(void **state)
{
    struct backend_host *host = *state;
    terminate(host, 404,
              REFUSAL("global/object-does-not-exist", "Specified instance does not exist."));
    assert_failed(host, AW_E_NOT_FOUND, "does not exist");
    assert_string_equal(host_results(host), "");
}

static void test_terminating_does_not_succeed_by_accident(void **state)
{
    struct backend_host *host = *state;
    terminate(host, 404, "<html><title>Not here</title></html>");
    assert_failed(host, AW_E_PROTOCOL, "status 404");
    terminate(host, 200, "{\"data\":{\"terminated_instances\":[]}}");
    assert_failed(host, AW_E_PROTOCOL, MACHINE_ID);
    terminate(host, 200, "<html>Welcome to the hotel</html>");
    assert_failed(host, AW_E_PROTOCOL, "HTML");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_a_listing_holds_the_machines_of_the_owner),
        HOSTED(test_a_listing_that_cannot_be_read_to_its_end_fails),
        HOSTED(test_every_status_has_a_state),
        HOSTED(test_a_machine_of_unreadable_architecture_is_listed_all_the_same),
        HOSTED(test_a_machine_that_is_gone_is_not_found),
        HOSTED(test_terminating_succeeds_when_the_order_is_taken),
        HOSTED(test_terminating_what_is_not_there_is_not_found),
        HOSTED(test_terminating_does_not_succeed_by_accident),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
