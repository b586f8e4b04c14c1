/* SPDX-License-Identifier: Apache-2.0 */
/* Each bad plugin breaks the rule that it is there for, and no other; a good one breaks none. */
#include "tests/emulated.h"

#include <archway/check.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define EXAMPLE SOURCE_DIR "/docs/example/fixtures"
#define OWN(name) SOURCE_DIR "/tests/plugins/bad/recordings/" name

struct report {
    char broken[64]; /* the rules, once each, with blanks between */
    char details[8192];
    char skipped[512];
    unsigned count;
};

static void note(char *list, size_t size, const char *word)
{
    size_t used = strlen(list);
    if (!strstr(list, word))
        snprintf(list + used, size - used, "%s%s", used ? " " : "", word);
}

static void on_result(const archway_check_result *result, void *arg)
{
    struct report *report = arg;
    size_t used = strlen(report->details);
    report->count++;
    if (result->outcome == ARCHWAY_CHECK_SKIPPED)
        note(report->skipped, sizeof report->skipped, result->rule);
    if (result->outcome != ARCHWAY_CHECK_BROKEN)
        return;
    note(report->broken, sizeof report->broken, result->rule);
    snprintf(report->details + used, sizeof report->details - used, "%s: %s\n", result->rule,
             result->detail);
}

static void check_file(const char *path, const char *fixtures, const char *rules,
                       struct report *report)
{
    aw_error error = {0};
    const archway_check_options options = {.size = sizeof options,
                                           .fixtures = fixtures,
                                           .rules = rules,
                                           .points = rules ? 24 : 24 / SWEEP_STEP,
                                           .patience_ms = 30000};
    *report = (struct report){.count = 0};
    if (archway_check_plugin(path, &options, on_result, report, &error))
        fail_msg("%s: %s", path, error.message);
}

static void check(const char *name, const char *fixtures, const char *rules, struct report *report)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/plugins/bad/%s.so", BINARY_DIR, name);
    check_file(path, fixtures, rules, report);
}

static void test_a_good_plugin_keeps_all_rules_and_all_are_tried(void **state)
{
    struct report report;
    (void)state;
    check("plain", EXAMPLE, NULL, &report);
    assert_string_equal(report.details, "");
    assert_string_equal(report.skipped, "");
    assert_true(report.count > 30);
}

static void assert_only_says(const struct report *report, const char *details)
{
    assert_string_equal(report->broken, "L6");
    assert_string_equal(report->details, details);
    assert_int_equal(report->count, 33);
    assert_non_null(strstr(report->skipped, "L1 L2 L3 L4 L5 L7 S5 C6"));
}

static void test_a_file_that_is_no_plugin_is_told_once(void **state)
{
    struct report report;
    (void)state;
    check_file(SOURCE_DIR "/LICENSE", EXAMPLE, NULL, &report);
    assert_only_says(&report, "L6: The file is no ELF shared object: take it out of this folder, "
                              "or build it again.\n");
}

/* Writes a plugin for the other one of the two machines. */
static void write_foreign(const char *path)
{
    static char bytes[1 << 20];
    FILE *file = fopen(BINARY_DIR "/tests/plugins/bad/plain.so", "r");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_in_range(size, 64, sizeof bytes - 1);
    uint16_t machine = bytes[18] == 62 ? 183 : 62; /* e_machine: x86-64 and aarch64 */
    memcpy(bytes + 18, &machine, sizeof machine);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void test_a_plugin_for_another_machine_is_told_once(void **state)
{
    struct report report;
    const char *path = BINARY_DIR "/tests/plugins/bad/foreign.so";
    (void)state;
    write_foreign(path);
    check_file(path, EXAMPLE, NULL, &report);
    assert_string_equal(report.broken, "L6");
    assert_non_null(strstr(report.details, "L6: The file is for "));
    assert_null(strchr(strchr(report.details, '\n') + 1, '\n'));
    assert_int_equal(report.count, 33);
    remove(path);
}

/* A plugin, the rules that it breaks, and what the report says; perhaps with recordings of its own, and
 * on these rules only. */
struct bad {
    const char *name;
    const char *broken;
    const char *says;
    const char *fixtures;
    const char *rules;
};

/* Those that it breaks: all that an emulator has the time for. */
static const char *broken_rules(const struct bad *bad)
{
    static char rules[64];
    snprintf(rules, sizeof rules, "%s", bad->broken);
    for (char *blank = rules; (blank = strchr(blank, ' ')) != NULL;)
        *blank = ',';
    return rules;
}

/* Did it? Says so if not. */
static bool breaks_its_rule(const struct bad *bad)
{
    struct report report;
    const char *rules = SWEEP_STEP > 1 ? broken_rules(bad) : bad->rules;
    check(bad->name, bad->fixtures ? bad->fixtures : EXAMPLE, rules, &report);
    if (strcmp(report.broken, bad->broken) == 0 && strstr(report.details, bad->says))
        return true;
    print_error("%s was to break [%s] and say \"%s\", and broke [%s]:\n%s\n", bad->name,
                bad->broken, bad->says, report.broken, report.details);
    return false;
}

static void assert_all_break(const struct bad *plugins, size_t count)
{
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += !breaks_its_rule(&plugins[i]);
    assert_int_equal(wrong, 0);
}

#define ASSERT_ALL_BREAK(list) assert_all_break((list), sizeof(list) / sizeof *(list))

static void test_what_the_file_shows_is_told(void **state)
{
    static const struct bad plugins[] = {
        {"exports", "L1", "it exports exported_too too", NULL, NULL},
        {"links_yaml", "L2", "it links libyaml-0.so.2", NULL, NULL},
        {"mutable_static", "L3", "the mutable static `calls`", NULL, NULL},
        {"constructor", "L3", "has a constructor or destructor", NULL, NULL},
        {"calls_getenv", "L4", "it uses getenv", NULL, "L,S5"},
        {"lazy", "L5", "link with -Wl,-z,now", NULL, NULL},
        {"runpath", "L5", "has a search path", NULL, NULL},
        {"run_stack", "L5", "wants a stack that can be run", NULL, "L1,L2,L3,L4,L5"},
        {"odd_provider", "L6", "its provider id \"Bad Cloud\"", NULL, NULL},
        {"slow", "L7", "ms of CPU time to load and open", NULL, "L1,L6,L7"},
        {"any_extension", "S5", "it says that it has \"no-such/1\"", NULL, "L,S5"},
    };
    (void)state;
    ASSERT_ALL_BREAK(plugins);
}

static void test_what_a_conversation_shows_is_told(void **state)
{
    static const struct bad plugins[] = {
        {"other_request", "C6", "list.http: ", NULL, NULL},
        {"impure_sign", "C3", "`sign` of the request", NULL, NULL},
        {"tells_secret", "C4", "a secret is shown, in what begins \"log\"", NULL, NULL},
        {"endless_pages", "C5", "only the deadline ended it, after 2", NULL, NULL},
        {"one_at_a_time", "C7 C8", "stopped after", NULL, NULL},
        {"shared_token", "C8", "`create` has other results alone than beside others", NULL, NULL},
        {"keeps_pointer", "M1", "SIGSEGV", NULL, NULL},
        {"trusts_memory", "M4", "SIGSEGV", NULL, NULL},
        {"leaks", "M5", "bytes in 32 conversations", NULL, NULL},
        {"reads_beyond", "S1", "SIGSEGV", NULL, NULL},
        {"exact_size", "S1", "list.http: ", NULL, NULL},
        {"one_thread", "T1", "Bad Cloud wants its own thread.", NULL, NULL},
    };
    (void)state;
    ASSERT_ALL_BREAK(plugins);
}

static void test_what_an_answer_shows_is_told(void **state)
{
    static const struct bad plugins[] = {
        {"wrong_status", "E1", "answered with status 429 and \"\" is called unavailable", NULL,
         NULL},
        {"no_sentence", "E2", "the error \"bad\" is no sentence", NULL, NULL},
        {"takes_half", "E3", "`offers` lacks something, and does not say so", NULL, NULL},
        {"trusts_id", "E3", "emitted a machine without an id", NULL, NULL},
        {"unsourced_arch", "O1", "does not say who states its architecture", NULL, NULL},
        {"price_without_priced", "O2", "has a price, and says that it has none", NULL, NULL},
        {"no_vcpus", "O3", "has 0 vCPUs", NULL, NULL},
        {"gone_is_failure", "I1", "comes out as \"conflict\"", OWN("gone_is_failure"), NULL},
        {"timed_create", "I2", "makes another request", OWN("timed_create"), NULL},
        {"untagged", "I3", "has the owner in it", OWN("untagged"), NULL},
    };
    (void)state;
    ASSERT_ALL_BREAK(plugins);
}

static void test_without_recordings_what_needs_some_is_skipped(void **state)
{
    struct report report;
    (void)state;
    check("plain", NULL, "C6,M1", &report);
    assert_int_equal(report.count, 2);
    assert_string_equal(report.skipped, "C6 M1");
}

static void test_a_folder_that_is_not_there_is_an_error(void **state)
{
    aw_error error = {0};
    struct report report = {.count = 0};
    const archway_check_options options = {.size = sizeof options, .fixtures = "/nowhere"};
    (void)state;
    assert_int_equal(archway_check_plugin(BINARY_DIR "/tests/plugins/bad/plain.so", &options,
                                          on_result, &report, &error),
                     -1);
    assert_non_null(strstr(error.message, "/nowhere: this folder of recordings cannot be read"));
    assert_int_equal(archway_check_plugin("/nowhere/x.so", NULL, on_result, &report, &error), -1);
    assert_non_null(strstr(error.message, "/nowhere/x.so: there is no such plugin"));
    assert_int_equal(report.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_plugin_keeps_all_rules_and_all_are_tried),
        cmocka_unit_test(test_a_file_that_is_no_plugin_is_told_once),
        cmocka_unit_test(test_a_plugin_for_another_machine_is_told_once),
        cmocka_unit_test(test_what_the_file_shows_is_told),
        cmocka_unit_test(test_what_a_conversation_shows_is_told),
        cmocka_unit_test(test_what_an_answer_shows_is_told),
        cmocka_unit_test(test_without_recordings_what_needs_some_is_skipped),
        cmocka_unit_test(test_a_folder_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
