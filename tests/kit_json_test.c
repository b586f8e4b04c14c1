/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON member by member, and what is said of one that is not as wanted. */
#include "core/mem.h"
#include "kit/buf.h"
#include "kit/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect_error(const kit_json *document, const char *message)
{
    assert_string_equal(document->error.message, message);
    assert_int_equal(document->error.code, AW_E_PROTOCOL);
}

static void test_an_answer_is_read_straight_down(void **state)
{
    (void)state;
    const char *text = "{\"data\": [{\"id\": \"i-1\", \"vcpus\": 72, \"spot\": true, \"note\": "
                       "null}, {\"id\": \"\"}]}";
    aw_response answer = {.size = sizeof answer, .body = {text, strlen(text)}};
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, &answer);
    kit_json_node data = kit_json_array(&root, "data");
    kit_json_node first = kit_json_item(&data, 0);
    kit_json_node second = kit_json_item(&data, 1);
    assert_int_equal(kit_json_count(&data), 2);
    assert_string_equal(kit_json_text(&first, "id"), "i-1");
    assert_int_equal(kit_json_integer(&first, "vcpus", 1, 65535), 72);
    assert_true(kit_json_find_boolean(&first, "spot", 0));
    assert_string_equal(kit_json_text(&second, "id"), "");
    assert_int_equal(document.error.code, AW_OK);
}

static void test_a_name_is_a_text_of_some_length(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"{\"id\": \"\"}", "id: expected a name, found an empty text"},
        {"{\"id\": 7}", "id: expected text, found a number"},
        {"{}", "id: expected text, found nothing"},
    };
    char text[KIT_NAME_MAX + 32];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        KIT_CLEANUP(kit_json_finish) kit_json document;
        kit_json_node root = kit_json_parse_bytes(&document, cases[i].text, strlen(cases[i].text));
        assert_string_equal(kit_json_name(&root, "id"), "");
        expect_error(&document, cases[i].message);
        kit_json_forgive(&document);
        assert_null(kit_json_find_name(&root, "id"));
    }
    for (int length = KIT_NAME_MAX; length <= KIT_NAME_MAX + 1; length++) {
        KIT_CLEANUP(kit_json_finish) kit_json document;
        int size = snprintf(text, sizeof text, "{\"id\": \"%0*d\"}", length, 0);
        kit_json_node root = kit_json_parse_bytes(&document, text, (size_t)size);
        assert_int_equal(kit_json_find_name(&root, "id") == NULL, length > KIT_NAME_MAX);
        kit_json_forgive(&document);
        kit_json_name(&root, "id");
        assert_int_equal(document.error.code, length > KIT_NAME_MAX ? AW_E_PROTOCOL : AW_OK);
    }
}

static void test_what_may_be_absent_has_a_fallback(void **state)
{
    (void)state;
    const char *text = "{\"null\": null, \"off\": false}";
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, text, strlen(text));
    kit_json_node absent = kit_json_find(&root, "absent");
    assert_null(absent.value);
    assert_null(kit_json_find(&root, "null").value);
    assert_null(kit_json_find(&absent, "deeper").value);
    assert_int_equal(kit_json_count(&absent), 0);
    assert_string_equal(kit_json_find_text(&root, "null", "fallback"), "fallback");
    assert_null(kit_json_find_text(&absent, "name", NULL));
    assert_int_equal(kit_json_find_integer(&root, "absent", 1, 2, -7), -7);
    assert_int_equal(kit_json_find_boolean(&root, "null", 1), 1);
    assert_int_equal(kit_json_find_boolean(&root, "off", 1), 0);
    assert_int_equal(document.error.code, AW_OK);
}

static void test_members_come_in_the_order_of_the_text(void **state)
{
    (void)state;
    const char *text = "{\"zulu\": \"1\", \"alpha\": null, \"mike\": \"3\", \"\": \"4\"}";
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, text, strlen(text));
    KIT_CLEANUP(kit_buf_finish) kit_buf seen;
    kit_buf_init(&seen, mem_kit(), 1000);
    void *iterator = NULL;
    kit_json_node member;
    while (kit_json_next(&root, &iterator, &member))
        kit_buf_addf(&seen, "%s=%s,", member.key,
                     member.value ? kit_json_node_text(&member) : "null");
    assert_string_equal(kit_buf_text(&seen), "zulu=1,alpha=null,mike=3,=4,");
    assert_int_equal(document.error.code, AW_OK);
}

typedef void read_fn(const kit_json_node *root);

static void read_vcpus(const kit_json_node *root)
{
    kit_json_node data = kit_json_array(root, "data");
    kit_json_node machine = kit_json_item(&data, 1);
    kit_json_node specs = kit_json_object(&machine, "specs");
    assert_int_equal(kit_json_integer(&specs, "vcpus", 1, 65535), 1);
}

static void read_id(const kit_json_node *root)
{
    assert_string_equal(kit_json_text(root, "id"), "");
}

static void find_name(const kit_json_node *root)
{
    assert_string_equal(kit_json_find_text(root, "name", "none"), "none");
}

static void find_port(const kit_json_node *root)
{
    assert_int_equal(kit_json_find_integer(root, "port", INT64_MIN, INT64_MAX, 22), 22);
}

static void find_age(const kit_json_node *root)
{
    assert_int_equal(kit_json_find_integer(root, "age", 0, INT64_MAX, 5), 5);
}

static void find_debt(const kit_json_node *root)
{
    assert_int_equal(kit_json_find_integer(root, "debt", INT64_MIN, -1, -5), -5);
}

static void find_spot(const kit_json_node *root)
{
    assert_int_equal(kit_json_find_boolean(root, "spot", 1), 1);
}

static void read_any(const kit_json_node *root)
{
    assert_null(kit_json_member(root, "any").value);
}

static void count_data(const kit_json_node *root)
{
    kit_json_node data = kit_json_member(root, "data");
    assert_int_equal(kit_json_count(&data), 0);
}

static void iterate_data(const kit_json_node *root)
{
    kit_json_node data = kit_json_member(root, "data");
    kit_json_node member;
    void *iterator = NULL;
    assert_int_equal(kit_json_next(&data, &iterator, &member), 0);
}

static void read_tags(const kit_json_node *root)
{
    kit_json_node tags = kit_json_find(root, "tags");
    kit_json_node tag = kit_json_item(&tags, 0);
    assert_string_equal(kit_json_node_text(&tag), "");
}

static void test_a_wrong_type_is_named_with_its_path(void **state)
{
    (void)state;
    static const struct {
        read_fn *read;
        const char *text;
        const char *message;
    } cases[] = {
        {read_vcpus, "{\"data\":[0,{\"specs\":{\"vcpus\":\"many\"}}]}",
         "data[1].specs.vcpus: expected an integer from 1 to 65535, found \"many\""},
        {read_vcpus, "{\"data\":[0,{\"specs\":{\"vcpus\":0}}]}",
         "data[1].specs.vcpus: expected an integer from 1 to 65535, found 0"},
        {read_vcpus, "{\"data\":[0,{\"specs\":{\"vcpus\":65536}}]}",
         "data[1].specs.vcpus: expected an integer from 1 to 65535, found 65536"},
        {read_vcpus, "{\"data\":[0,{\"specs\":{\"vcpus\":8.0}}]}",
         "data[1].specs.vcpus: expected an integer from 1 to 65535, found the fraction 8"},
        {read_vcpus, "{\"data\":[0,{\"specs\":{\"vcpus\":1e300}}]}",
         "data[1].specs.vcpus: expected an integer from 1 to 65535, found the fraction "
         "1.0000000000000001e+300"},
        {read_vcpus, "{\"data\":[0,{\"specs\":{\"vcpus\":null}}]}",
         "data[1].specs.vcpus: expected an integer from 1 to 65535, found null"},
        {read_vcpus, "{\"data\":[0,{\"specs\":{}}]}",
         "data[1].specs.vcpus: expected an integer from 1 to 65535, found nothing"},
        {read_vcpus, "{\"data\":[0,{\"specs\":[]}]}",
         "data[1].specs: expected an object, found an array"},
        {read_vcpus, "{\"data\":[0,null]}", "data[1].specs: expected an object, found nothing"},
        {read_vcpus, "{\"data\":[0,\"x\"]}", "data[1]: expected an object, found text"},
        {read_vcpus, "{\"data\":[0]}", "data[1]: expected an element, found nothing"},
        {read_vcpus, "{\"data\":{}}", "data: expected an array, found an object"},
        {read_vcpus, "{\"Data\":[]}", "data: expected an array, found nothing"},
        {read_vcpus, "[]", "the document: expected an object, found an array"},
        {read_vcpus, "true", "the document: expected an object, found true"},
        {read_vcpus, "null", "data: expected an array, found nothing"},
        {read_id, "{\"id\":7}", "id: expected text, found a number"},
        {read_id, "{\"id\":null}", "id: expected text, found null"},
        {read_id, "{\"id\":\"a\\u0000b\"}",
         "id: expected text, found text with a NUL character in it"},
        {find_name, "{\"name\":{\"a\":1}}", "name: expected text, found an object"},
        {find_name, "\"name\"", "the document: expected an object, found text"},
        {find_port, "{\"port\":\"22\"}", "port: expected an integer, found \"22\""},
        {find_port, "{\"port\":\"\\u001b[31m\\r\\n\"}",
         "port: expected an integer, found \" [31m  \""},
        {find_port, "{\"port\":\"0123456789012345678901234567890123456789\"}",
         "port: expected an integer, found \"012345678901234567890123456789012345678\"..."},
        {find_port, "{\"port\":false}", "port: expected an integer, found false"},
        {find_age, "{\"age\":-9223372036854775808}",
         "age: expected an integer of at least 0, found -9223372036854775808"},
        {find_debt, "{\"debt\":9223372036854775807}",
         "debt: expected an integer of at most -1, found 9223372036854775807"},
        {find_spot, "{\"spot\":\"yes\"}", "spot: expected true or false, found \"yes\""},
        {find_spot, "{\"spot\":1}", "spot: expected true or false, found 1"},
        {read_any, "{\"any\":null}", "any: expected a value, found null"},
        {read_any, "{}", "any: expected a value, found nothing"},
        {count_data, "{\"data\":\"x\"}", "data: expected an array or an object, found text"},
        {iterate_data, "{\"data\":[1]}", "data: expected an object, found an array"},
        {read_tags, "{\"tags\":[5]}", "tags[0]: expected text, found a number"},
        {read_tags, "{\"tags\":[null]}", "tags[0]: expected text, found nothing"},
        {read_tags, "{\"tags\":{}}", "tags: expected an array, found an object"},
        {read_tags, "{}", "tags[0]: expected an element, found nothing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KIT_CLEANUP(kit_json_finish) kit_json document;
        kit_json_node root = kit_json_parse_bytes(&document, cases[i].text, strlen(cases[i].text));
        cases[i].read(&root);
        expect_error(&document, cases[i].message);
    }
}

static void test_integers_reach_to_the_ends_of_their_range(void **state)
{
    (void)state;
    const char *text = "{\"least\":-9223372036854775808,\"most\":9223372036854775807,\"zero\":-0}";
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, text, strlen(text));
    assert_true(kit_json_integer(&root, "least", INT64_MIN, INT64_MAX) == INT64_MIN);
    assert_true(kit_json_integer(&root, "most", INT64_MAX, INT64_MAX) == INT64_MAX);
    assert_int_equal(kit_json_integer(&root, "zero", 0, 0), 0);
    assert_int_equal(document.error.code, AW_OK);
}

static void test_the_first_error_stands_and_silences_what_follows(void **state)
{
    (void)state;
    const char *text = "{\"bad\": 1, \"good\": \"text\", \"n\": 5, \"list\": [\"a\"]}";
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, text, strlen(text));
    kit_json_node list = kit_json_array(&root, "list");
    kit_json_node element = kit_json_item(&list, 0);
    kit_json_text(&root, "bad");
    assert_string_equal(kit_json_text(&root, "good"), "");
    assert_string_equal(kit_json_find_text(&root, "good", "fallback"), "fallback");
    assert_string_equal(kit_json_node_text(&element), "");
    assert_int_equal(kit_json_integer(&root, "n", 2, 9), 2);
    assert_int_equal(kit_json_count(&list), 0);
    assert_null(kit_json_item(&list, 0).value);
    assert_null(kit_json_array(&root, "list").value);
    assert_null(kit_json_object(&root, "other").value);
    void *iterator = NULL;
    assert_int_equal(kit_json_next(&root, &iterator, &element), 0);
    expect_error(&document, "bad: expected text, found a number");
}

static void test_after_forgiveness_the_next_record_is_read(void **state)
{
    (void)state;
    const char *text = "[{\"id\": \"a\"}, {\"id\": 5}, {}, {\"id\": \"d\"}]";
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, text, strlen(text));
    KIT_CLEANUP(kit_buf_finish) kit_buf seen;
    kit_buf_init(&seen, mem_kit(), 1000);
    for (size_t i = 0; i < kit_json_count(&root); i++) {
        kit_json_node record = kit_json_item(&root, i);
        kit_buf_addf(&seen, "%s;", kit_json_text(&record, "id"));
        kit_buf_addf(&seen, "%s", document.error.message);
        kit_json_forgive(&document);
    }
    assert_string_equal(kit_buf_text(&seen), "a;;[1].id: expected text, found a number;"
                                             "[2].id: expected text, found nothingd;");
}

static void test_hostile_keys_leave_the_message_printable(void **state)
{
    (void)state;
    char text[2000] = "{\"";
    memset(text + 2, 'k', 1200);
    memcpy(text + 600, "\\u001b", 6);
    memcpy(text + 10, "\\u001b[2J\\u009b", 15);
    memcpy(text + 1202, "\": {\"n\": 1}}", 13);
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, text, strlen(text));
    kit_json_node member;
    void *iterator = NULL;
    assert_int_equal(kit_json_next(&root, &iterator, &member), 1);
    kit_json_text(&member, "n");
    expect_error(&document, "kkkkkkkk [2J kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk.n: "
                            "expected text, found a number");
}

static void test_a_path_that_is_too_long_is_cut(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node nodes[40] = {kit_json_parse_bytes(&document, "{}", 2)};
    for (size_t i = 1; i < 40; i++)
        nodes[i] = kit_json_find(&nodes[i - 1], "0123456789");
    kit_json_text(&nodes[39], "id");
    assert_memory_equal(document.error.message, "0123456789.0123456789.", 22);
    assert_non_null(strstr(document.error.message, "9: expected text, found nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_is_read_straight_down),
        cmocka_unit_test(test_a_name_is_a_text_of_some_length),
        cmocka_unit_test(test_what_may_be_absent_has_a_fallback),
        cmocka_unit_test(test_members_come_in_the_order_of_the_text),
        cmocka_unit_test(test_a_wrong_type_is_named_with_its_path),
        cmocka_unit_test(test_integers_reach_to_the_ends_of_their_range),
        cmocka_unit_test(test_the_first_error_stands_and_silences_what_follows),
        cmocka_unit_test(test_after_forgiveness_the_next_record_is_read),
        cmocka_unit_test(test_hostile_keys_leave_the_message_printable),
        cmocka_unit_test(test_a_path_that_is_too_long_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
