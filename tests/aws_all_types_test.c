/* SPDX-License-Identifier: Apache-2.0 */
/* A thousand types as EC2 tells of them, page by page: each has the architecture that is stated, and so has each
 * when all names are exchanged for invented ones. */
#include "aws_answers.h"

#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MOST_TYPES 2000
#define PAGE 100

struct fact {
    char name[64];
    char words[64]; /* with commas between */
    unsigned vcpus;
    unsigned memory_mib;
};

struct facts {
    struct fact items[MOST_TYPES];
    size_t count;
};

static struct facts *facts_read(void)
{
    struct facts *facts = mem_alloc(sizeof *facts);
    char line[256];
    FILE *file = fopen(SOURCE_DIR "/fixtures/aws/types.txt", "re");
    assert_non_null(facts);
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        struct fact *fact = &facts->items[facts->count];
        if (*line == '#')
            continue;
        assert_true(facts->count < MOST_TYPES);
        assert_int_equal(sscanf(line, "%63s %63s %u %u", fact->name, fact->words, &fact->vcpus,
                                &fact->memory_mib),
                         4);
        facts->count++;
    }
    fclose(file);
    assert_true(facts->count > 1000);
    return facts;
}

static void words_write(const char *words, kit_buf *text)
{
    for (const char *word = words; *word;) {
        size_t size = strcspn(word, ",");
        kit_buf_addf(text, "<item>%.*s</item>", (int)size, word);
        word += size + (word[size] == ',');
    }
}

static void page_write(const struct facts *facts, size_t first, kit_buf *text)
{
    kit_buf_clear(text);
    kit_buf_add_text(text, "<DescribeInstanceTypesResponse>\n<instanceTypeSet>\n");
    for (size_t i = first; i < first + PAGE && i < facts->count; i++) {
        kit_buf_addf(text, "<item><instanceType>%s</instanceType><processorInfo>\n",
                     facts->items[i].name);
        kit_buf_add_text(text, "<supportedArchitectures>");
        words_write(facts->items[i].words, text);
        kit_buf_addf(text,
                     "</supportedArchitectures></processorInfo>\n<vCpuInfo><defaultVCpus>%u"
                     "</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>%u</sizeInMiB></memoryInfo>"
                     "</item>\n",
                     facts->items[i].vcpus, facts->items[i].memory_mib);
    }
    kit_buf_add_text(text, "</instanceTypeSet>");
    if (first + PAGE < facts->count)
        kit_buf_addf(text, "<nextToken>%zu</nextToken>", first + PAGE);
    kit_buf_add_text(text, "</DescribeInstanceTypesResponse>");
}

static void list_all(struct backend_host *host, const struct facts *facts)
{
    kit_buf page;
    kit_buf_init(&page, mem_kit(), 1 << 20);
    begin_listing(host);
    page_write(facts, 0, &page);
    host_answer(host, 200, kit_buf_text(&page));
    host_answer(host, 200, ZONES(""));
    host_answer(host, 200, PRICES(""));
    host_answer(host, 200, SPOTS(""));
    for (size_t first = PAGE; first < facts->count; first += PAGE) {
        page_write(facts, first, &page);
        host_answer(host, 200, kit_buf_text(&page));
    }
    kit_buf_finish(&page);
    assert_int_equal(host_waiting(host), 0);
    assert_int_equal(host->error.code, AW_OK);
}

static unsigned arch_stated(const char *words)
{
    if (strcmp(words, "arm64") == 0)
        return AW_ARCH_ARM64;
    if (strcmp(words, "x86_64") == 0 || strcmp(words, "i386,x86_64") == 0)
        return AW_ARCH_AMD64;
    return AW_ARCH_UNKNOWN;
}

static void check_all(const struct backend_host *host, const struct facts *facts)
{
    const char *at = host_results(host);
    assert_lacks(at, "is left out");
    for (size_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->items[i];
        char line[256];
        if (arch_stated(fact->words) == AW_ARCH_UNKNOWN)
            continue;
        snprintf(line, sizeof line,
                 "offer %s in us-east-1: arch %u by 1, %u vcpus, %u MiB, disk 0 MiB, ", fact->name,
                 arch_stated(fact->words), fact->vcpus, fact->memory_mib);
        at = strstr(at, line);
        if (!at)
            fail_msg("not found, or not in its place: %s", line);
    }
}

static void test_every_type_has_the_architecture_that_is_stated(void **state)
{
    struct facts *facts = facts_read();
    list_all(*state, facts);
    check_all(*state, facts);
    mem_free(facts);
}

/* Whoever reads names ("c7g") is wrong now. */
static void test_invented_names_change_nothing(void **state)
{
    struct facts *facts = facts_read();
    for (size_t i = 0; i < facts->count; i++)
        snprintf(facts->items[i].name, sizeof facts->items[i].name, "%c%zu%c.%zu", "amgct"[i % 5],
                 i % 9, "gian"[i % 4], i);
    list_all(*state, facts);
    check_all(*state, facts);
    mem_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_every_type_has_the_architecture_that_is_stated),
        HOSTED(test_invented_names_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
