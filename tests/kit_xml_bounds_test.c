/* SPDX-License-Identifier: Apache-2.0 */
/* What XML answers may not be, how much of one is read, and in what memory. */
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

#define REGIONS                                                                                    \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n"               \
    "  <regionInfo><item><regionName>eu-north-1</regionName></item></regionInfo>\n"                \
    "</DescribeRegionsResponse>\n"

static const kit_xml_node *parse(kit_xml *document, const char *text)
{
    return kit_xml_parse_bytes(document, mem_kit(), text, strlen(text));
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
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
    size_t whole = strlen(REGIONS) - 1; /* its last byte is a newline */
    for (size_t size = 1; size < whole; size++) {
        KIT_CLEANUP(kit_xml_finish) kit_xml document;
        assert_null(kit_xml_parse_bytes(&document, mem_kit(), REGIONS, size));
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
    assert_non_null(kit_xml_parse_bytes(&document, memory, REGIONS, strlen(REGIONS)));
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
    aw_response answer = {.size = sizeof answer, .body = {REGIONS, strlen(REGIONS)}};
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
