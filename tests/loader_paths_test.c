/* SPDX-License-Identifier: Apache-2.0 */
/* Where a plugin lies, who owns it and who may write to it. */
#include "tests/loader_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void test_a_file_that_others_can_write_is_refused(void **state)
{
    (void)state;
    assert_int_equal(chmod(put_as("good", folder, "others.so"), 0646), 0);
    assert_int_equal(chmod(put_as("good", folder, "group.so"), 0664), 0);
    put("good_too");
    load();
    assert_says(file("others.so"), "others can write to this plugin");
    assert_says(file("others.so"), "chmod go-w");
    assert_says(file("group.so"), "others can write to this plugin");
    assert_loaded("good_too.so");
}

static void test_a_strangers_file_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(put("good"), 65534, 65534), 0);
    put("good_too");
    load();
    assert_says(file("good.so"), "belongs to user 65534");
    assert_loaded("good_too.so");
}

static void test_a_folder_that_others_can_write_is_refused_whole(void **state)
{
    (void)state;
    const char *folders[] = {folder, elsewhere};
    put("good");
    put_as("good_too", elsewhere, "good_too.so");
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(plugins_load(&plugins, folders, 2, &host), 0);
    assert_int_equal(plugins.count, 2);
    assert_says(item(folder), "others can write to this folder");
    assert_null(plugins_find(&plugins, "good"));
    assert_non_null(plugins_find(&plugins, "good-too"));
}

static void test_a_relative_folder_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    const char *folders[] = {".", "", folder, "no/such/folder"};
    put("good");
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(plugins_load(&plugins, folders, 4, &host), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(plugins.count, 4);
    assert_says(item("."), "not an absolute path");
    assert_says(item(""), "not an absolute path");
    assert_says(item("no/such/folder"), "not an absolute path");
    assert_loaded("good.so");
}

static void test_a_missing_folder_is_told_unless_it_is_the_default_one(void **state)
{
    (void)state;
    char missing[PATH_SIZE];
    const char *folders[] = {join(missing, root, "missing"), folder, missing};
    put("good");
    assert_int_equal(plugins_load(&plugins, folders, 3, &host), 0);
    assert_int_equal(plugins.count, 2);
    assert_says(item(missing), "cannot be found");
    assert_loaded("good.so");
}

static void test_what_is_no_folder_is_refused(void **state)
{
    (void)state;
    const char *path = put("good");
    const char *folders[] = {path, folder};
    assert_int_equal(plugins_load(&plugins, folders, 2, &host), 0);
    assert_int_equal(plugins.count, 2);
    assert_says(&plugins.items[0], "cannot open this folder");
    assert_int_equal(plugins.items[1].error.code, AW_OK);
}

static void test_a_folder_named_twice_is_searched_once(void **state)
{
    (void)state;
    char again[PATH_SIZE];
    char link_path[PATH_SIZE];
    snprintf(again, sizeof again, "%.4000s/../plugins/", folder);
    assert_int_equal(symlink(folder, join(link_path, root, "link")), 0);
    const char *folders[] = {folder, again, link_path};
    put("good");
    assert_int_equal(plugins_load(&plugins, folders, 3, &host), 0);
    assert_int_equal(plugins.count, 1);
    assert_loaded("good.so");
}

static void test_only_names_that_end_in_so_are_plugins(void **state)
{
    (void)state;
    put("good");
    put_as("good_too", folder, ".hidden.so");
    put_as("good_too", folder, "library.so.1");
    put_as("good_too", folder, ".so");
    put_as("good_too", folder, "README");
    load();
    assert_int_equal(plugins.count, 1);
    assert_loaded("good.so");
}

static void test_what_is_no_file_is_refused_without_waiting_for_it(void **state)
{
    (void)state;
    char path[PATH_SIZE];
    assert_int_equal(mkdir(join(path, folder, "folder.so"), 0755), 0);
    assert_int_equal(mkfifo(join(path, folder, "pipe.so"), 0600), 0);
    assert_int_equal(symlink("/nowhere", join(path, folder, "dangling.so")), 0);
    put("good");
    load();
    assert_says(file("folder.so"), "not a regular file");
    assert_says(file("pipe.so"), "not a regular file");
    assert_says(file("dangling.so"), "cannot be found");
    assert_loaded("good.so");
}

static void test_a_link_is_as_good_as_the_file_and_the_folder_that_it_leads_to(void **state)
{
    (void)state;
    char unsafe[PATH_SIZE];
    char path[PATH_SIZE];
    make_folder(unsafe, "unsafe");
    assert_int_equal(symlink(put_as("good", elsewhere, "good.so"), join(path, folder, "safe.so")),
                     0);
    assert_int_equal(symlink(put_as("good_too", unsafe, "bad.so"), join(path, folder, "unsafe.so")),
                     0);
    assert_int_equal(chmod(unsafe, 0777), 0);
    load();
    assert_loaded("safe.so");
    assert_says(file("unsafe.so"), "others can write to this folder");
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, make_files, remove_files)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(test_a_file_that_others_can_write_is_refused),
        STORY(test_a_strangers_file_is_refused),
        STORY(test_a_folder_that_others_can_write_is_refused_whole),
        STORY(test_a_relative_folder_is_refused_wherever_it_stands),
        STORY(test_a_missing_folder_is_told_unless_it_is_the_default_one),
        STORY(test_what_is_no_folder_is_refused),
        STORY(test_a_folder_named_twice_is_searched_once),
        STORY(test_only_names_that_end_in_so_are_plugins),
        STORY(test_what_is_no_file_is_refused_without_waiting_for_it),
        STORY(test_a_link_is_as_good_as_the_file_and_the_folder_that_it_leads_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
