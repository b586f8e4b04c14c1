/* SPDX-License-Identifier: Apache-2.0 */
/* Reading XML answers: the tree, its texts, and the errors with their paths. */
#include "core/mem.h"
#include "kit/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TYPES                                                                                      \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<DescribeInstanceTypesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n"         \
    "  <requestId>1</requestId>\n"                                                                 \
    "  <instanceTypeSet>\n"                                                                        \
    "    <item><instanceType>c7g.large</instanceType><vcpus>2</vcpus></item>\n"                    \
    "    <item><instanceType>m7i.large</instanceType><vcpus>many</vcpus></item>\n"                 \
    "  </instanceTypeSet>\n"                                                                       \
    "</DescribeInstanceTypesResponse>\n"

static const kit_xml_node *parse(kit_xml *document, const char *text)
{
    return kit_xml_parse_bytes(document, mem_kit(), text, strlen(text));
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

/* ---- reading ---- */

static void test_items_are_read_in_order(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = parse(&document, TYPES);
    const kit_xml_node *set = kit_xml_child(&document, root, "instanceTypeSet");
    const kit_xml_node *item = kit_xml_first(set, "item");
    assert_string_equal(kit_xml_text(&document, item, "instanceType"), "c7g.large");
    assert_int_equal(kit_xml_integer(&document, item, "vcpus", 1, 100), 2);
    item = kit_xml_next(item, "item");
    assert_string_equal(kit_xml_text(&document, item, "instanceType"), "m7i.large");
    assert_null(kit_xml_next(item, "item"));
    assert_int_equal(document.error.code, AW_OK);
}

static void test_the_first_error_is_kept_with_its_path(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = parse(&document, TYPES);
    const kit_xml_node *set = kit_xml_child(&document, root, "instanceTypeSet");
    const kit_xml_node *second = kit_xml_next(kit_xml_first(set, "item"), "item");
    assert_int_equal(kit_xml_integer(&document, second, "vcpus", 1, 65535), 1);
    assert_string_equal(kit_xml_text(&document, second, "arch"), "");
    assert_int_equal(document.error.code, AW_E_PROTOCOL);
    assert_string_equal(document.error.message, "instanceTypeSet.item[1].vcpus: expected an "
                                                "integer from 1 to 65535, found \"many\"");
    kit_xml_forgive(&document);
    assert_string_equal(kit_xml_text(&document, second, "arch"), "");
    assert_string_equal(document.error.message,
                        "instanceTypeSet.item[1].arch: expected an element, found nothing");
}

static void test_nothing_is_found_in_nothing(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = parse(&document, "<a/>");
    const kit_xml_node *none = kit_xml_find(root, "b");
    assert_null(none);
    assert_null(kit_xml_find(none, "c"));
    assert_null(kit_xml_first(none, NULL));
    assert_null(kit_xml_next(none, NULL));
    assert_string_equal(kit_xml_find_text(none, "c", "-"), "-");
    assert_int_equal(kit_xml_find_integer(&document, none, "c", 0, 9, 7), 7);
    assert_int_equal(document.error.code, AW_OK);
    assert_null(kit_xml_child(&document, none, "c"));
    assert_string_equal(document.error.message, "c: expected an element, found nothing");
}

static void test_integers_are_whole_numbers_within_bounds(void **state)
{
    static const char *const wrong[] = {"",
                                        " ",
                                        "1.5",
                                        "0x10",
                                        "1e3",
                                        "+ 1",
                                        "-",
                                        "1 2",
                                        "11",
                                        "-1",
                                        "9223372036854775808",
                                        "99999999999999999999999"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[96];
        KIT_CLEANUP(kit_xml_finish) kit_xml document;
        snprintf(text, sizeof text, "<a><n>%s</n></a>", wrong[i]);
        const kit_xml_node *root = parse(&document, text);
        assert_int_equal(kit_xml_integer(&document, root, "n", 0, 10), 0);
        assert_contains(document.error.message, "n: expected an integer from 0 to 10, found \"");
        kit_xml_forgive(&document);
        assert_int_equal(kit_xml_find_integer(&document, root, "n", 0, 10, 5), 5);
        assert_int_equal(document.error.code, AW_E_PROTOCOL);
    }
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = parse(&document, "<a><n> -9223372036854775808\n</n></a>");
    assert_true(kit_xml_integer(&document, root, "n", INT64_MIN, INT64_MAX) == INT64_MIN);
}

static void assert_text(const char *xml, const char *expected)
{
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = parse(&document, xml);
    if (!root)
        fail_msg("%s", document.error.message);
    assert_string_equal(root->text, expected);
}

static void test_texts_are_what_xml_says_that_they_are(void **state)
{
    (void)state;
    assert_text("<a> \n b c\t </a>", "b c");
    assert_text("<a/>", "");
    assert_text("<a>  </a>", "");
    assert_text("<a>&lt;b&gt; &amp;&#65;&#x42;&quot;&apos;</a>", "<b> &AB\"'");
    assert_text("<a><![CDATA[<b>&amp;]]>c</a>", "<b>&amp;c");
    assert_text("<a>one<b>two</b> three<c/>four<!-- five --></a>", "one threefour");
    assert_text("<?xml version='1.0'?><?pi data?><!-- x --><a>\xc3\xa9<?pi more?></a>", "\xc3\xa9");
    assert_text("\xef\xbb\xbf<a>b</a>", "b");
    assert_text("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", "\xc3\xa9");
}

static void test_utf_16_is_xml_too(void **state)
{
    static const char text[] = "\xff\xfe<\0a\0>\0b\0<\0/\0a\0>\0";
    (void)state;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse_bytes(&document, mem_kit(), text, sizeof text - 1);
    assert_non_null(root);
    assert_string_equal(root->text, "b");
}

static void test_prefixes_and_attributes_are_left_out(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root =
        parse(&document, "<x:a xmlns:x='urn:1' b='2'><x:c d=\"3\">4</x:c><e:/></x:a>");
    assert_string_equal(root->name, "a");
    assert_string_equal(kit_xml_find_text(root, "c", NULL), "4");
    assert_string_equal(kit_xml_next(root->first, NULL)->name, "e:");
}

static void test_equal_names_are_kept_once(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = parse(&document, "<a><item/><item/><x:item/></a>");
    assert_ptr_equal(root->first->name, root->first->next->name);
    assert_ptr_equal(root->first->name, root->first->next->next->name);
}

static void test_the_body_of_an_answer_is_parsed_without_a_memory_of_ones_own(void **state)
{
    (void)state;
    aw_response answer = {.size = sizeof answer, .body = {"<a>b</a>", 8}};
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    assert_string_equal(kit_xml_parse(&document, &answer)->text, "b");
    KIT_CLEANUP(kit_xml_finish) kit_xml nothing;
    assert_null(kit_xml_parse(&nothing, NULL));
    assert_string_equal(nothing.error.message, "expected XML, found nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_are_read_in_order),
        cmocka_unit_test(test_the_first_error_is_kept_with_its_path),
        cmocka_unit_test(test_nothing_is_found_in_nothing),
        cmocka_unit_test(test_integers_are_whole_numbers_within_bounds),
        cmocka_unit_test(test_texts_are_what_xml_says_that_they_are),
        cmocka_unit_test(test_utf_16_is_xml_too),
        cmocka_unit_test(test_prefixes_and_attributes_are_left_out),
        cmocka_unit_test(test_equal_names_are_kept_once),
        cmocka_unit_test(test_the_body_of_an_answer_is_parsed_without_a_memory_of_ones_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
