/* SPDX-License-Identifier: Apache-2.0 */
/* Reading XML answers: the tree, the errors with their paths, and what is refused. */
#include "core/mem.h"
#include "kit/buf.h"
#include "kit/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
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

/* ---- what is refused ---- */

static void assert_refused_bytes(const char *data, size_t size, const char *found)
{
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    assert_null(kit_xml_parse_bytes(&document, mem_kit(), data, size));
    assert_int_equal(document.error.code, AW_E_PROTOCOL);
    assert_contains(document.error.message, "expected XML, found ");
    assert_contains(document.error.message, found);
}

static void assert_refused(const char *text, const char *found)
{
    assert_refused_bytes(text, strlen(text), found);
}

static void test_what_came_instead_is_named(void **state)
{
    (void)state;
    assert_refused("", "nothing");
    assert_refused(" \n", "nothing");
    assert_refused("{\"message\":1}", "JSON");
    assert_refused("slow down", "plain text");
    assert_refused_bytes("\x1f\x8b\0\x08", 4, "binary data");
    assert_refused("<!DOCTYPE html><html><head><title>502 Bad\nGateway</title>",
                   "an HTML page with the title \"502 Bad Gateway\"");
    assert_refused("<HTML><body>", "an HTML page");
    assert_refused("<?xml version='1.0'?><html xmlns='x'><p/></html>", "an HTML page");
    assert_refused("<?xml version='1.0'?><!DOCTYPE html><html/>", "an HTML page");
}

static void test_every_cut_is_told_or_makes_a_mistake(void **state)
{
    (void)state;
    size_t whole = strlen(TYPES) - 1; /* its last byte is a newline */
    for (size_t size = 1; size < whole; size++) {
        KIT_CLEANUP(kit_xml_finish) kit_xml document;
        assert_null(kit_xml_parse_bytes(&document, mem_kit(), TYPES, size));
        char expected[64];
        snprintf(expected, sizeof expected, "it is cut off after %zu bytes", size);
        assert_contains(document.error.message, expected);
    }
}

static void test_document_types_and_their_entities_are_refused(void **state)
{
    (void)state;
    assert_refused("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "a document type");
    assert_refused("<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>",
                   "a document type");
    assert_refused("<a>&nbsp;</a>", "undefined entity");
    assert_refused("<a>&#0;</a>", "invalid character number");
}

static void test_mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    assert_refused("<a>\n<b></a>", "a mistake in line 2, column 5: mismatched tag");
    assert_refused("<a/><b/>", "junk after document element");
    assert_refused("<a>\xff</a>", "not well-formed (invalid token)");
    assert_refused("<a>\xc3\x28</a>", "not well-formed (invalid token)");
    assert_refused("<a b='1' b='2'/>", "duplicate attribute");
    assert_refused(" <?xml version='1.0'?><a/>", "not at start");
    assert_refused("<?xml version='1.0' encoding='x-none'?><a/>", "unknown encoding");
    assert_refused_bytes("<a>\0</a>", 8, "not well-formed (invalid token)");
}

/* ---- bounds ---- */

static char *repeated(const char *before, const char *text, size_t count, const char *after,
                      size_t *ret_size)
{
    size_t size = strlen(text);
    kit_buf buf;
    kit_buf_init(&buf, mem_kit(), SIZE_MAX / 2);
    kit_buf_add_text(&buf, before);
    for (size_t i = 0; i < count; i++)
        kit_buf_add(&buf, text, size);
    kit_buf_add_text(&buf, after);
    *ret_size = buf.size;
    return kit_buf_take(&buf);
}

static void assert_bound(const char *before, const char *text, size_t count, const char *after,
                         const char *found)
{
    size_t size = 0;
    char *xml = repeated(before, text, count, after, &size);
    assert_non_null(xml);
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse_bytes(&document, mem_kit(), xml, size);
    if (found)
        assert_contains(document.error.message, found);
    else
        assert_string_equal(document.error.message, "");
    assert_int_equal(!root, !!found);
    mem_free(xml);
}

static void test_elements_may_lie_64_levels_deep(void **state)
{
    (void)state;
    assert_refused("<a><b></b>", "cut off");
    assert_bound("", "<a>", 65, "", "more than 64 levels of elements");
    assert_bound("", "<a>", 1000000, "", "more than 64 levels of elements");
    char xml[64 * 7 + 1] = "";
    for (int i = 0; i < 64; i++) {
        memcpy(xml + i * 3, "<a>", 3);
        memcpy(xml + 64 * 3 + i * 4, "</a>", 4);
    }
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    assert_non_null(parse(&document, xml));
}

static void test_a_document_may_have_a_million_elements(void **state)
{
    (void)state;
    assert_bound("<a>", "<b/>", 999999, "</a>", NULL);
    assert_bound("<a>", "<b/>", 1000000, "</a>", "more than 1000000 elements");
}

static void test_a_text_may_have_4_mib(void **state)
{
    (void)state;
    assert_bound("<a>", "0123456789abcdef", (4 << 20) / 16, "</a>", NULL);
    assert_bound("<a>", "0123456789abcdef", (4 << 20) / 16 + 1, "</a>",
                 "a text of more than 4194304 bytes");
    assert_bound("<a>", "&amp;", (4 << 20) + 1, "</a>", "a text of more than 4194304 bytes");
    assert_bound("<a>b", "                ", (8 << 20) / 16, "</a>",
                 "a text of more than 4194304 bytes");
    assert_bound("<a>", "                ", (8 << 20) / 16, "</a>", NULL);
}

static void test_a_tag_or_comment_may_not_be_endless(void **state)
{
    (void)state;
    assert_bound("<a b='", "0123456789abcdef", (1 << 20) / 16, "'/>",
                 "a tag or comment of more than 262144 bytes");
    assert_bound("<a><!--", "0123456789abcdef", (1 << 20) / 16, "--></a>",
                 "a tag or comment of more than 262144 bytes");
    assert_bound("<!--", "0123456789abcdef", (1 << 20) / 16, "--><a/>",
                 "a tag or comment of more than 262144 bytes");
    assert_bound("<a><!--", "0123456789abcdef", (200 << 10) / 16, "--></a>", NULL);
}

static void test_very_many_names_are_as_good_as_few(void **state)
{
    (void)state;
    kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 1 << 20);
    kit_buf_add_text(&buf, "<a>");
    for (int i = 0; i < 20000; i++)
        kit_buf_addf(&buf, "<n%d/>", i);
    kit_buf_add_text(&buf, "<n19999>x</n19999></a>");
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse_bytes(&document, mem_kit(), buf.data, buf.size);
    const kit_xml_node *twice = kit_xml_next(kit_xml_first(root, "n19999"), "n19999");
    assert_string_equal(twice->text, "x");
    kit_buf_finish(&buf);
}

/* ---- memory ---- */

struct counted {
    size_t now;
    size_t most;
    unsigned allocations;
    unsigned fail_at;
};

static void *count(void *context, void *old, size_t old_size, size_t new_size)
{
    struct counted *counted = context;
    if (new_size > 0 && ++counted->allocations == counted->fail_at)
        return NULL;
    counted->now += new_size;
    counted->now -= old ? old_size : 0;
    counted->most = counted->now > counted->most ? counted->now : counted->most;
    if (new_size > 0)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

static void test_a_document_gives_back_what_it_took(void **state)
{
    struct counted counted = {0};
    (void)state;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    kit_memory memory = {.resize = count, .context = &counted};
    assert_non_null(kit_xml_parse_bytes(&document, memory, TYPES, strlen(TYPES)));
    assert_true(counted.most < 48 * 1024);
    kit_xml_finish(&document);
    assert_int_equal(counted.now, 0);
}

static void test_a_page_of_400_kb_takes_about_twice_of_that(void **state)
{
    struct counted counted = {0};
    size_t size = 0;
    (void)state;
    char *page = repeated("<r><set>",
                          "<item><instanceType>c7g.large</instanceType><current>true</current>"
                          "<vcpus>2</vcpus><memory><sizeInMiB>4096</sizeInMiB></memory></item>\n",
                          3000, "</set></r>", &size);
    assert_true(size > 400000 && size < 420000);
    kit_xml document;
    assert_non_null(kit_xml_parse_bytes(
        &document, (kit_memory){.resize = count, .context = &counted}, page, size));
    assert_true(counted.most < 2 * size + (64 << 10));
    kit_xml_finish(&document);
    mem_free(page);
}

static void test_running_out_of_memory_anywhere_is_said(void **state)
{
    size_t size = 0;
    (void)state;
    char *page = repeated("<r>", "<item><name>c7g.large</name></item>", 3000, "</r>", &size);
    unsigned step = 0;
    for (bool done = false; !done && step < 1000;) {
        struct counted counted = {.fail_at = ++step};
        kit_xml document;
        const kit_xml_node *root = kit_xml_parse_bytes(
            &document, (kit_memory){.resize = count, .context = &counted}, page, size);
        done = root != NULL;
        assert_int_equal(document.error.code, done ? AW_OK : AW_E_NO_MEMORY);
        kit_xml_finish(&document);
        assert_int_equal(counted.now, 0);
    }
    assert_true(step > 5 && step < 1000);
    mem_free(page);
}

/* The linker sends the calls of malloc here. */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static unsigned mallocs_left; /* 0: as many as are wanted */

void *__wrap_malloc(size_t size)
{
    if (mallocs_left > 0 && --mallocs_left == 0)
        return NULL;
    return __real_malloc(size);
}

static void test_the_parser_may_run_out_of_memory_too(void **state)
{
    aw_response answer = {.size = sizeof answer, .body = {TYPES, strlen(TYPES)}};
    (void)state;
    unsigned step = 0;
    for (bool done = false; !done && step < 1000;) {
        kit_xml document;
        mallocs_left = ++step;
        done = kit_xml_parse(&document, &answer) != NULL;
        mallocs_left = 0;
        assert_int_equal(document.error.code, done ? AW_OK : AW_E_NO_MEMORY);
        kit_xml_finish(&document);
    }
    assert_true(step > 10 && step < 1000);
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
        cmocka_unit_test(test_what_came_instead_is_named),
        cmocka_unit_test(test_every_cut_is_told_or_makes_a_mistake),
        cmocka_unit_test(test_document_types_and_their_entities_are_refused),
        cmocka_unit_test(test_mistakes_are_named_with_their_place),
        cmocka_unit_test(test_elements_may_lie_64_levels_deep),
        cmocka_unit_test(test_a_document_may_have_a_million_elements),
        cmocka_unit_test(test_a_text_may_have_4_mib),
        cmocka_unit_test(test_a_tag_or_comment_may_not_be_endless),
        cmocka_unit_test(test_very_many_names_are_as_good_as_few),
        cmocka_unit_test(test_a_document_gives_back_what_it_took),
        cmocka_unit_test(test_a_page_of_400_kb_takes_about_twice_of_that),
        cmocka_unit_test(test_running_out_of_memory_anywhere_is_said),
        cmocka_unit_test(test_the_parser_may_run_out_of_memory_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
