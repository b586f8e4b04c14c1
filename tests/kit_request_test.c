/* SPDX-License-Identifier: Apache-2.0 */
/* The kit's request builder, and that a request which could not be built never leaves. */
#include "kit/request.h"
#include "kit_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BASE "https://api.example.com/v1"

static void start(struct kit_host *host, kit_request *request, const char *method)
{
    kit_host_init(host);
    kit_request_init(request, &host->op, "launch", method, BASE);
}

static void send(kit_request *request)
{
    kit_request_send(request, NULL, NULL, NULL);
}

static void expect_failed(const struct kit_host *host, uint32_t code, const char *message)
{
    assert_int_equal(host->sends, 0);
    assert_int_equal(host->fails, 1);
    assert_int_equal(host->error.code, code);
    assert_string_equal(host->error.message, message);
}

static void test_a_read_asks_for_json(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_request request;
    start(&host, &request, "GET");
    kit_request_path(&request, "instances");
    kit_request_path(&request, "a/b");
    kit_request_query(&request, "page", "2 3");
    kit_request_query(&request, "token", NULL);
    send(&request);
    assert_int_equal(host.sends, 1);
    assert_int_equal(host.fails, 0);
    assert_string_equal(host.method, "GET");
    assert_string_equal(host.url, BASE "/instances/a%2Fb?page=2%203");
    assert_string_equal(host.headers, "accept: application/json\n");
    assert_int_equal(host.body_size, 0);
}

static void test_json_is_sent_compactly_in_the_order_of_its_making(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_request request;
    start(&host, &request, "POST");
    kit_request_json(&request, json_pack("{s:s, s:[s], s:i}", "zulu", "caf\xc3\xa9/\"", "alpha",
                                         "b", "mike", 3));
    send(&request);
    assert_string_equal(host.body, "{\"zulu\":\"caf\xc3\xa9/\\\"\",\"alpha\":[\"b\"],\"mike\":3}");
    assert_int_equal(host.body_size, strlen(host.body));
    assert_string_equal(host.headers, "accept: application/json\ncontent-type: application/json\n");
}

static void test_a_form_says_that_it_is_one(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_request request;
    start(&host, &request, "POST");
    kit_request_form(&request, "Action", "Describe Instances");
    kit_request_form(&request, "NextToken", NULL);
    kit_request_form(&request, "Filter.1.Value", "a=b&c");
    send(&request);
    assert_string_equal(host.body, "Action=Describe%20Instances&Filter.1.Value=a%3Db%26c");
    assert_string_equal(host.headers, "content-type: application/x-www-form-urlencoded\n");
}

static void test_headers_that_were_given_replace_the_usual_ones(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_request request;
    start(&host, &request, "POST");
    kit_request_json(&request, json_object());
    kit_request_header(&request, "Content-Type", "application/x-amz-json-1.1");
    kit_request_header(&request, "Accept", "*/*");
    kit_request_header(&request, "x-absent", NULL);
    send(&request);
    assert_string_equal(host.headers, "Content-Type: application/x-amz-json-1.1\nAccept: */*\n");
    assert_string_equal(host.body, "{}");
}

static void test_header_texts_are_copied(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_request request;
    start(&host, &request, "GET");
    char name[] = "x-name";
    char value[] = "caf\xc3\xa9";
    kit_request_header(&request, name, value);
    memset(name, '!', strlen(name));
    memset(value, '!', strlen(value));
    send(&request);
    assert_string_equal(host.headers, "x-name: caf\xc3\xa9\naccept: application/json\n");
}

static void test_a_header_cannot_smuggle_another(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"x-name", "a\r\nauthorization: b"},
        {"x-name", "\x7f"},
        {"x-name", "a\tb"},
        {"x name", "a"},
        {"x-name:", "a"},
        {"", "a"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        KIT_CLEANUP(kit_host_finish) struct kit_host host;
        kit_request request;
        start(&host, &request, "GET");
        kit_request_header(&request, bad[i][0], bad[i][1]);
        send(&request);
        assert_int_equal(host.sends, 0);
        assert_int_equal(host.error.code, AW_E_INVALID);
        assert_non_null(strstr(host.error.message, "request \"launch\": the header \""));
    }
}

static void test_only_so_many_headers_fit(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_request request;
    start(&host, &request, "GET");
    for (int i = 0; i < KIT_REQUEST_HEADERS; i++)
        kit_request_header(&request, "x-name", "value");
    assert_int_equal(host.fails, 0);
    kit_request_header(&request, "x-name", "value");
    send(&request);
    expect_failed(&host, AW_E_INTERNAL, "request \"launch\": more than 16 headers");
}

static void test_a_segment_that_names_another_resource_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ".", "..", NULL};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        KIT_CLEANUP(kit_host_finish) struct kit_host host;
        kit_request request;
        start(&host, &request, "DELETE");
        kit_request_path(&request, "instances");
        kit_request_path(&request, bad[i]);
        kit_request_query(&request, "a", "b");
        send(&request);
        assert_int_equal(host.sends, 0);
        assert_int_equal(host.fails, 1);
        assert_int_equal(host.error.code, AW_E_INVALID);
        assert_non_null(strstr(host.error.message, "is not an id or name that a URL can hold"));
    }
}

static char *long_text(size_t size)
{
    char *text = malloc(size + 1);
    assert_non_null(text);
    memset(text, 'x', size);
    text[size] = '\0';
    return text;
}

static void test_a_url_may_have_eight_kib(void **state)
{
    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        KIT_CLEANUP(kit_host_finish) struct kit_host host;
        kit_request request;
        start(&host, &request, "GET");
        char *value = long_text(8192 - strlen(BASE "?a=") + extra);
        kit_request_query(&request, "a", value);
        free(value);
        send(&request);
        if (extra)
            expect_failed(&host, AW_E_INVALID,
                          "request \"launch\": its URL is longer than 8192 bytes");
        else
            assert_int_equal(strlen(host.url), 8192);
    }
}

static void test_a_body_may_have_four_mib(void **state)
{
    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        KIT_CLEANUP(kit_host_finish) struct kit_host host;
        kit_request request;
        start(&host, &request, "POST");
        char *value = long_text(4194304 - strlen("{\"a\":\"\"}") + extra);
        kit_request_json(&request, json_pack("{s:s}", "a", value));
        free(value);
        send(&request);
        if (extra)
            expect_failed(&host, AW_E_INVALID,
                          "request \"launch\": its body is larger than 4194304 bytes");
        else
            assert_int_equal(host.body_size, 4194304);
    }
}

static void test_json_that_could_not_be_built_is_not_sent(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_request request;
    start(&host, &request, "POST");
    kit_request_json(&request, json_pack("{s:s}", "name", "not UTF-8: \xff"));
    send(&request);
    expect_failed(
        &host, AW_E_INVALID,
        "request \"launch\": its JSON could not be built: a text is not UTF-8, or no memory");
}

static void test_one_request_has_one_body(void **state)
{
    (void)state;
    for (int form_first = 0; form_first < 2; form_first++) {
        KIT_CLEANUP(kit_host_finish) struct kit_host host;
        kit_request request;
        start(&host, &request, "POST");
        if (form_first)
            kit_request_form(&request, "a", "b");
        kit_request_json(&request, json_object());
        kit_request_form(&request, "a", "b");
        send(&request);
        expect_failed(&host, AW_E_INTERNAL, "request \"launch\": it was given two bodies");
    }
}

static void test_the_first_failure_stands(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_request request;
    start(&host, &request, "POST");
    kit_request_path(&request, "..");
    kit_request_path(&request, ".");
    kit_request_query(&request, "a", "b");
    kit_request_header(&request, "a", "\n");
    kit_request_form(&request, "a", "b");
    kit_request_json(&request, json_object());
    send(&request);
    expect_failed(&host, AW_E_INVALID,
                  "request \"launch\": \"..\" is not an id or name that a URL can hold");
}

static void test_a_request_leaves_only_once(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_request request;
    start(&host, &request, "POST");
    send(&request);
    send(&request);
    assert_int_equal(host.sends, 1);
    assert_int_equal(host.fails, 0);
}

static void build_and_send(struct kit_host *host, bool is_form)
{
    kit_request request;
    kit_request_init(&request, &host->op, "launch", "POST", BASE);
    kit_request_path(&request, "a segment that is longer than the first piece of memory is");
    kit_request_header(&request, "x-name", "value");
    if (is_form)
        kit_request_form(&request, "name", "value");
    else
        kit_request_json(&request, json_pack("{s:s}", "name", "value"));
    send(&request);
}

static unsigned fail_each_allocation(bool is_form)
{
    for (unsigned fail_at = 1;; fail_at++) {
        KIT_CLEANUP(kit_host_finish) struct kit_host host;
        kit_host_init(&host);
        host.fail_at = fail_at;
        build_and_send(&host, is_form);
        if (host.allocations < fail_at) {
            assert_int_equal(host.sends, 1);
            assert_int_equal(host.fails, 0);
            return fail_at - 1;
        }
        assert_int_equal(host.sends, 0);
        assert_int_equal(host.fails, 1);
        assert_int_equal(host.error.code, AW_E_NO_MEMORY);
    }
}

static void test_without_memory_nothing_is_sent_and_the_operation_has_failed(void **state)
{
    (void)state;
    assert_in_range(fail_each_allocation(false), 8, 20);
    assert_in_range(fail_each_allocation(true), 6, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_read_asks_for_json),
        cmocka_unit_test(test_json_is_sent_compactly_in_the_order_of_its_making),
        cmocka_unit_test(test_a_form_says_that_it_is_one),
        cmocka_unit_test(test_headers_that_were_given_replace_the_usual_ones),
        cmocka_unit_test(test_header_texts_are_copied),
        cmocka_unit_test(test_a_header_cannot_smuggle_another),
        cmocka_unit_test(test_only_so_many_headers_fit),
        cmocka_unit_test(test_a_segment_that_names_another_resource_is_refused),
        cmocka_unit_test(test_a_url_may_have_eight_kib),
        cmocka_unit_test(test_a_body_may_have_four_mib),
        cmocka_unit_test(test_json_that_could_not_be_built_is_not_sent),
        cmocka_unit_test(test_one_request_has_one_body),
        cmocka_unit_test(test_the_first_failure_stands),
        cmocka_unit_test(test_a_request_leaves_only_once),
        cmocka_unit_test(test_without_memory_nothing_is_sent_and_the_operation_has_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
