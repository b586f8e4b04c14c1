/* SPDX-License-Identifier: Apache-2.0 */
/* The short way through XML leads where the long one leads. */
#include "aws_answers.h"

#include "backends/aws/offers.h"
#include "kit/error.h"
#include "kit/xml_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const wanted[] = {"set", "item", "name", "word", "nextToken", NULL};

static bool is_wanted(const kit_xml_node *node)
{
    for (size_t i = 0; wanted[i]; i++)
        if (strcmp(wanted[i], node->name) == 0)
            return true;
    return false;
}

static const kit_xml_node *skip_unwanted(const kit_xml_node *node)
{
    while (node && !is_wanted(node))
        node = node->next;
    return node;
}

static bool is_same(const kit_xml_node *one, const kit_xml_node *other)
{
    if (strcmp(one->name, other->name) != 0 || strcmp(one->text, other->text) != 0)
        return false;
    one = skip_unwanted(one->first);
    other = skip_unwanted(other->first);
    for (; one && other; one = skip_unwanted(one->next), other = skip_unwanted(other->next))
        if (!is_same(one, other))
            return false;
    return !one && !other;
}

static aw_response answer_of(const char *text, size_t size)
{
    return (aw_response){.size = sizeof(aw_response), .status = 200, .body = {text, size}};
}

static void assert_same(const char *text, size_t size)
{
    KIT_CLEANUP(kit_xml_finish) kit_xml known;
    KIT_CLEANUP(kit_xml_finish) kit_xml tested;
    aw_response answer = answer_of(text, size);
    const kit_xml_node *one = kit_xml_parse(&known, &answer);
    const kit_xml_node *other = aws_xml_parse(&tested, &answer, wanted, NULL);
    if (!one != !other || (one && !is_same(one, other)))
        fail_msg("this is read in two ways: %s", text);
    assert_int_equal(known.error.code, tested.error.code);
    assert_string_equal(known.error.message, tested.error.message);
}

static const char *const documents[] = {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response xmlns=\"http://example.org/\">\n <other>"
    "<item>no</item></other>\n  <set>\n <item>\n <name>c7g.large</name> <word> a b </word><x/>\n"
    " </item><item><other><name>deep</name></other></item>\n</set><nextToken>a+/=</nextToken>"
    "</Response>\n",
    "<Response><set><item><name/><word></word></item></set></Response>",
    "<R><set>text <item/> behind</set></R>",
    "<R a='1'><set b=\"2\"><item>&lt;&#97;<![CDATA[<x>]]></item><!-- c --></set></R>",
    "<x:R xmlns:x='urn:x'><x:set><x:item>\xc3\xa9</x:item></x:set></x:R>",
    "<?xml version='1.0'?><?pi?><R>\r\n<set/></R><!-- behind -->",
    "<!DOCTYPE R [<!ENTITY e 'x'>]><R>&e;</R>",
    "<html><set/></html>",
    "<R><set></R></set>",
    "<R/><R/>",
    "<R></R",
    "<R>]]></R>",
    "<1R/>",
    "<-R/>",
    "<R xmlns=\"a<b\"/>",
    "<R xmlns=\"a\" xmlns=\"b\"/>",
    "<R ><set /></R >",
    "",
    " ",
    "<",
    "<R",
    "<R xmlns=\"",
    "</R>",
    "text",
    "<R/>text",
};

static void test_every_document_is_read_in_one_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
        assert_same(documents[i], strlen(documents[i]));
}

static void test_cut_off_anywhere_it_is_read_in_one_way(void **state)
{
    (void)state;
    char text[1024];
    for (size_t size = 0; size < strlen(documents[0]); size++) {
        memcpy(text, documents[0], size);
        text[size] = '\0';
        assert_same(text, size);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void test_changed_at_random_it_is_read_in_one_way(void **state)
{
    static const char bytes[] = "<>/&;\"'= x-!?[]\n\t\r:.1a\xc3\0set";
    uint32_t seed = 1;
    (void)state;
    for (int round = 0; round < 30000; round++) {
        char text[1024];
        const char *document = documents[next_random(&seed) % 2];
        size_t size = strlen(document);
        memcpy(text, document, size + 1);
        for (uint32_t changes = next_random(&seed) % 3 + 1; changes > 0; changes--) {
            size_t at = next_random(&seed) % size;
            size_t moved = next_random(&seed) % 3; /* one less, the same, one more */
            memmove(text + at + moved, text + at + 1, size - at);
            text[at] = moved ? bytes[next_random(&seed) % (sizeof bytes - 1)] : text[at];
            size = size - 1 + moved;
        }
        assert_same(text, size);
    }
}

/* ---- items ---- */

struct collected {
    char text[2048];
    kit_buf names;
};

static void collect(void *arg, kit_xml *document, const kit_xml_node *item)
{
    struct collected *collected = arg;
    kit_buf_addf(&collected->names, "(%s)", kit_xml_find_text(item, "name", ""));
    if (strcmp(kit_xml_find_text(item, "word", ""), "stop") == 0)
        kit_error_set(&document->error, AW_E_NO_MEMORY, "stopped");
}

static const kit_xml_node *read_items(kit_xml *document, const char *text,
                                      struct collected *ret_collected)
{
    aw_response answer = answer_of(text, strlen(text));
    struct aws_xml_each each = {.root = "R", .set = "set", .read = collect, .arg = ret_collected};
    kit_buf_init_in(&ret_collected->names, ret_collected->text, sizeof ret_collected->text);
    return aws_xml_parse(document, &answer, wanted, &each);
}

static void assert_items(const char *text, const char *expected)
{
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    struct collected collected;
    assert_non_null(read_items(&document, text, &collected));
    assert_string_equal(collected.text, expected);
}

#define NAMED(name) "<item><name>" name "</name></item>"

static void test_items_are_handed_over_one_by_one(void **state)
{
    (void)state;
    assert_items("<R><set>" NAMED("a") "<item/>" NAMED("b") "</set></R>", "(a)()(b)");
    assert_items("<R><set>" NAMED("a") "</set><other>" NAMED("x") "</other></R>", "(a)");
    assert_items("<R><set>" NAMED("a") "</set><set>" NAMED("b") "</set></R>", "(a)(b)");
    assert_items("<R><set><item><name>a</name>" NAMED("deep") "</item></set></R>", "(a)");
    assert_items("<Other><set>" NAMED("a") "</set></Other>", "");
    assert_items("<R>" NAMED("a") "<set>text</set></R>", "");
}

/* Wherever the short way ends, the long one goes on with the next item. */
static void test_no_item_is_handed_over_twice_or_not_at_all(void **state)
{
    (void)state;
    assert_items("<R><!-- --><set>" NAMED("a") NAMED("b") NAMED("c") "</set></R>", "(a)(b)(c)");
    assert_items("<R><set>" NAMED("a") "<!-- -->" NAMED("b") NAMED("c") "</set></R>", "(a)(b)(c)");
    assert_items("<R><set>" NAMED("a") NAMED("b") NAMED("&lt;") "</set></R>", "(a)(b)(<)");
    assert_items("<R><set>" NAMED("a") "</set><set>" NAMED("b") "<!-- -->" NAMED("c") "</set></R>",
                 "(a)(b)(c)");
    assert_items("<R><set>" NAMED("a") NAMED("b") "</set><nextToken>&amp;</nextToken></R>",
                 "(a)(b)");
}

static void test_an_error_of_the_reader_of_items_ends_the_document(void **state)
{
    static const char *const ways[] = {"", "<!-- -->"};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        KIT_CLEANUP(kit_xml_finish) kit_xml document;
        struct collected collected;
        char text[256];
        snprintf(text, sizeof text,
                 "<R>%s<set>" NAMED("a") "<item><name>b</name><word>stop</word></item>" NAMED(
                     "c") "</set></R>",
                 ways[i]);
        assert_null(read_items(&document, text, &collected));
        assert_string_equal(collected.text, "(a)(b)");
        assert_string_equal(document.error.message, "stopped");
    }
}

/* Its memory goes to the next one. */
static void test_a_thousand_items_need_the_memory_of_one(void **state)
{
    static char text[64 * 1000];
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    struct collected collected;
    kit_buf page;
    (void)state;
    kit_buf_init_in(&page, text, sizeof text);
    kit_buf_add_text(&page, "<R><set>");
    for (int i = 0; i < 1000; i++)
        kit_buf_add_text(&page, NAMED("0123456789"));
    kit_buf_add_text(&page, "</set><nextToken>t</nextToken></R>");
    const kit_xml_node *root = read_items(&document, kit_buf_text(&page), &collected);
    assert_string_equal(kit_xml_find_text(root, "nextToken", ""), "t");
    assert_null(kit_xml_find(root, "set")->first);
    struct kit_xml_mark mark = kit_xml_mark_memory(&document);
    assert_true(mark.used < 512);
}

/* What is not wanted is not there: that is what makes it short. */
static void test_a_plain_document_takes_the_short_way(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    aw_response answer = answer_of(documents[0], strlen(documents[0]));
    const kit_xml_node *root = aws_xml_parse(&document, &answer, wanted, NULL);
    assert_null(kit_xml_find(root, "other"));
    assert_string_equal(kit_xml_find_text(root, "nextToken", ""), "a+/=");
    const kit_xml_node *item = kit_xml_first(kit_xml_find(root, "set"), "item");
    assert_string_equal(kit_xml_find_text(item, "word", ""), "a b");
    assert_null(kit_xml_find(item, "x"));
}

static void test_depth_has_a_bound(void **state)
{
    (void)state;
    for (size_t levels = 60; levels < 70; levels++) {
        char text[1024] = "";
        size_t size = 0;
        for (size_t i = 0; i < levels; i++)
            size += (size_t)snprintf(text + size, sizeof text - size, "<set>");
        for (size_t i = 0; i < levels; i++)
            size += (size_t)snprintf(text + size, sizeof text - size, "</set>");
        assert_same(text, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_document_is_read_in_one_way),
        cmocka_unit_test(test_cut_off_anywhere_it_is_read_in_one_way),
        cmocka_unit_test(test_changed_at_random_it_is_read_in_one_way),
        cmocka_unit_test(test_a_plain_document_takes_the_short_way),
        cmocka_unit_test(test_depth_has_a_bound),
        cmocka_unit_test(test_items_are_handed_over_one_by_one),
        cmocka_unit_test(test_no_item_is_handed_over_twice_or_not_at_all),
        cmocka_unit_test(test_an_error_of_the_reader_of_items_ends_the_document),
        cmocka_unit_test(test_a_thousand_items_need_the_memory_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
