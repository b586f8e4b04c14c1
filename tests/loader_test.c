/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins that do not fit are refused with the reason and the remedy, and those beside them load. */
#include "core/mem.h"
#include "tests/loader_files.h"

#include <elf.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void test_good_plugins_load_in_the_order_of_their_names(void **state)
{
    (void)state;
    put("good_too");
    put("good");
    load();
    assert_int_equal(plugins.count, 2);
    assert_loaded("good.so");
    assert_loaded("good_too.so");
    assert_string_equal(plugins.items[0].entry.provider, "good");
    assert_string_equal(plugins.items[0].entry.title, "A test's plugin");
    assert_string_equal(plugins.items[0].entry.version, "1.2.3");
    assert_null(plugins_find(&plugins, "nobody"));
}

static void test_each_broken_plugin_is_refused_with_its_reason_and_the_good_ones_load(void **state)
{
    (void)state;
    static const struct {
        const char *plugin;
        const char *reason;
    } broken[] = {
        {"no_symbol", "does not define archway_backend_v1"},
        {"symbol_of_dependency", "does not define archway_backend_v1"},
        {"symbol_imported", "does not define archway_backend_v1"},
        {"symbol_is_code", "archway_backend_v1 is not initialised data"},
        {"symbol_is_zeroes", "archway_backend_v1 is not initialised data"},
        {"wrong_magic", "its magic number is 0x12345678"},
        {"newer_major", "built for ABI 2, this core speaks 1: update archway"},
        {"newer_minor", "needs a newer core: it needs ABI 1.99"},
        {"short_entry", "its entry is 120 bytes, and ABI 1.0 has 128"},
        {"long_entry", "claims to be larger than it is"},
        {"no_vtable", "has no vtable"},
        {"short_vtable", "lacks `sign`"},
        {"odd_vtable", "the size of its vtable"},
        {"no_classify", "lacks `classify`"},
        {"bad_provider", "its provider id \"Bad Provider\""},
        {"no_title", "it has no title"},
        {"bad_option", "an option's name"},
        {"core_option", "an option that is core's"},
        {"many_options", "number of options makes no sense"},
        {"no_burst", "a rate limit has no request, no burst"},
        {"init_fails", "init failed: The toaster is not plugged in: plug it in."},
        {"init_fails_silently", "init failed: it does not say why"},
        {"init_has_no_memory", "init failed"},
        {"undefined_symbol", "undefined symbol: defined_nowhere"},
        {"links_curl", "links libcurl"},
        {"links_archway", "links libarchway.so"},
    };
    size_t count = sizeof broken / sizeof broken[0];
    put_as("good", folder, "a_good.so");
    for (size_t i = 0; i < count; i++)
        put(broken[i].plugin);
    put_as("good_too", folder, "z_good.so");
    load();
    assert_int_equal(plugins.count, count + 2);
    for (size_t i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.so", broken[i].plugin);
        assert_says(file(name), broken[i].reason);
    }
    assert_loaded("a_good.so");
    assert_loaded("z_good.so");
}

static void test_a_plugin_for_a_provider_that_nobody_wants_is_not_loaded(void **state)
{
    static const char *const wanted[] = {"good-too", "lambda", NULL};
    const char *folders[] = {folder};
    (void)state;
    put("good");
    put("good_too");
    put("wrong_magic");
    assert_int_equal(plugins_load_for(&plugins, folders, 1, wanted, &host), 0);
    assert_loaded("good_too.so");
    assert_null(plugins_find(&plugins, "good"));
    assert_int_equal(plugins.count, 2);
    assert_says(file("wrong_magic.so"), "its magic number is 0x12345678");
}

static void test_a_refused_plugin_still_tells_its_abi(void **state)
{
    (void)state;
    put("newer_major");
    load();
    assert_int_equal(file("newer_major.so")->error.code, AW_E_UNSUPPORTED);
    assert_int_equal(file("newer_major.so")->abi_major, 2);
    assert_null(file("newer_major.so")->entry.provider);
}

static void test_truncated_and_foreign_files_are_refused_beside_a_good_one(void **state)
{
    (void)state;
    static char bytes[PLUGIN_SIZE];
    char path[PATH_SIZE];
    size_t size = read_plugin("good_too", bytes, sizeof bytes);
    write_file(join(path, folder, "empty.so"), bytes, 0);
    write_file(join(path, folder, "head.so"), bytes, 40);
    write_file(join(path, folder, "half.so"), bytes, size / 2);
    write_file(join(path, folder, "nearly.so"), bytes, size - 1);
    uint16_t machine = bytes[18] == 62 ? 183 : 62;
    memcpy(bytes + 18, &machine, sizeof machine);
    write_file(join(path, folder, "foreign.so"), bytes, size);
    write_file(join(path, folder, "text.so"), "INPUT(libm.so.6)\n", 17);
    put("good");
    load();
    assert_says(file("empty.so"), "is empty");
    assert_says(file("head.so"), "truncated");
    assert_says(file("half.so"), "truncated");
    assert_says(file("nearly.so"), "truncated");
    assert_says(file("foreign.so"), machine == 183 ? "is for aarch64, this is x86-64"
                                                   : "is for x86-64, this is aarch64");
    assert_says(file("text.so"), "no ELF");
    assert_loaded("good.so");
}

static void test_of_two_plugins_for_one_provider_the_first_wins(void **state)
{
    (void)state;
    char first[PATH_SIZE];
    const char *folders[] = {folder, elsewhere};
    put_as("good", elsewhere, "again.so");
    put_as("good", folder, "b.so");
    put_as("good", folder, "a.so");
    assert_int_equal(plugins_load(&plugins, folders, 2, &host), 0);
    join(first, folder, "a.so");
    assert_loaded("a.so");
    assert_int_equal(plugins.count, 3);
    for (size_t i = 1; i < 3; i++) {
        assert_int_equal(plugins.items[i].error.code, AW_E_CONFLICT);
        assert_says(&plugins.items[i], first);
    }
}

static void test_a_provider_whose_first_plugin_is_refused_is_served_by_the_second(void **state)
{
    (void)state;
    assert_int_equal(chmod(put_as("good", folder, "a.so"), 0666), 0);
    put_as("good", folder, "b.so");
    load();
    assert_says(file("a.so"), "others can write");
    assert_loaded("b.so");
}

/* Empties the filter of the GNU hash table, which the dynamic linker asks first: then it finds none of
 * the file's symbols, though all are there. */
static void hide_symbols(char *bytes)
{
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    Elf64_Dyn entry;
    uint32_t table[4];
    memcpy(&header, bytes, sizeof header);
    size_t at = header.e_phoff;
    do {
        memcpy(&segment, bytes + at, sizeof segment);
        at += sizeof segment;
    } while (segment.p_type != PT_DYNAMIC);
    at = segment.p_offset;
    do {
        memcpy(&entry, bytes + at, sizeof entry);
        at += sizeof entry;
    } while (entry.d_tag != DT_GNU_HASH);
    memcpy(table, bytes + entry.d_un.d_ptr, sizeof table);
    memset(bytes + entry.d_un.d_ptr + sizeof table, 0, table[2] * sizeof(uint64_t));
}

static void test_a_symbol_that_the_dynamic_linker_finds_in_a_dependency_is_refused(void **state)
{
    (void)state;
    static char bytes[PLUGIN_SIZE];
    char path[PATH_SIZE];
    size_t size = read_plugin("both_hashes", bytes, sizeof bytes);
    write_file(join(path, folder, "whole.so"), bytes, size);
    hide_symbols(bytes);
    write_file(join(path, folder, "hidden.so"), bytes, size);
    load();
    assert_says(file("hidden.so"), "is a dependency's");
    assert_loaded("whole.so");
}

static void test_init_is_called_once_per_process(void **state)
{
    (void)state;
    put("init_tells");
    load();
    assert_int_equal(inits, 1);
    load();
    load();
    assert_loaded("init_tells.so");
    assert_int_equal(inits, 1);
}

static void test_an_init_that_failed_is_not_tried_again(void **state)
{
    (void)state;
    put("init_fails");
    load();
    load();
    assert_int_equal(inits, 1);
    assert_int_equal(file("init_fails.so")->error.code, AW_E_UNAVAILABLE);
    assert_says(file("init_fails.so"), "The toaster is not plugged in: plug it in.");
}

static void test_a_file_that_changed_after_it_was_loaded_is_refused(void **state)
{
    (void)state;
    put_as("good", folder, "plugin.so");
    load();
    assert_loaded("plugin.so");
    char path[PATH_SIZE];
    assert_int_equal(unlink(join(path, folder, "plugin.so")), 0);
    static char bytes[PLUGIN_SIZE];
    size_t size = read_plugin("pairs/pair_newer", bytes, sizeof bytes);
    write_file(path, bytes, size);
    load();
    assert_says(file("plugin.so"), "is not what the file holds");
}

static void *load_in_thread(void *arg)
{
    const char *folders[] = {folder};
    return plugins_load(arg, folders, 1, &host) == 0 ? arg : NULL;
}

static void test_two_contexts_on_two_threads_share_one_init(void **state)
{
    (void)state;
    struct plugins other = {0};
    pthread_t thread;
    put("init_tells");
    assert_int_equal(pthread_create(&thread, NULL, load_in_thread, &other), 0);
    load();
    void *result = NULL;
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &other);
    assert_int_equal(other.items[0].error.code, AW_OK);
    assert_loaded("init_tells.so");
    assert_int_equal(inits, 1);
    plugins_finish(&other);
}

static int fail_at_zero(void *arg)
{
    int *left = arg;
    return (*left)-- == 0;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    char missing[PATH_SIZE];
    const char *folders[] = {join(missing, root, "missing"), folder, elsewhere};
    put("good");
    put("init_tells");
    put("no_symbol");
    int result = -1;
    int failures = 0;
    for (; result < 0; failures++) {
        int left = failures;
        mem_set_fault(fail_at_zero, &left);
        result = plugins_load(&plugins, folders, 3, &host);
        mem_set_fault(NULL, NULL);
        assert_true(failures < 100);
        if (result < 0)
            assert_int_equal(plugins.count, 0);
    }
    assert_true(failures > 10);
    assert_int_equal(plugins.count, 4);
    assert_int_equal(inits, 1);
    assert_loaded("good.so");
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, make_files, remove_files)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(test_good_plugins_load_in_the_order_of_their_names),
        STORY(test_each_broken_plugin_is_refused_with_its_reason_and_the_good_ones_load),
        STORY(test_a_plugin_for_a_provider_that_nobody_wants_is_not_loaded),
        STORY(test_a_refused_plugin_still_tells_its_abi),
        STORY(test_truncated_and_foreign_files_are_refused_beside_a_good_one),
        STORY(test_of_two_plugins_for_one_provider_the_first_wins),
        STORY(test_a_provider_whose_first_plugin_is_refused_is_served_by_the_second),
        STORY(test_a_symbol_that_the_dynamic_linker_finds_in_a_dependency_is_refused),
        STORY(test_init_is_called_once_per_process),
        STORY(test_an_init_that_failed_is_not_tried_again),
        STORY(test_a_file_that_changed_after_it_was_loaded_is_refused),
        STORY(test_two_contexts_on_two_threads_share_one_init),
        STORY(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
