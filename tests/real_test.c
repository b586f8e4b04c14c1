/* SPDX-License-Identifier: Apache-2.0 */
/* The world as it is, but for the network and programs: environment, files, time, randomness. */
#include "core/arena.h"
#include "core/mem.h"
#include "core/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct loop *loop;
static struct world *world;
static struct arena arena;
static char folder[] = "/tmp/archway-real-XXXXXX";

static int open_world(void **state)
{
    aw_error error = {0};
    (void)state;
    loop = loop_create(false);
    world = loop ? world_real_create(loop, false, &error) : NULL;
    arena_init(&arena, false);
    return world && mkdtemp(folder) && chdir(folder) == 0 ? setenv("HOME", folder, 1) : -1;
}

static int close_world(void **state)
{
    (void)state;
    arena_finish(&arena);
    world->ops->destroy(world);
    loop_destroy(loop);
    return chdir("/") || rmdir(folder);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void assert_reads(const char *path, uint64_t max_size, const char *text)
{
    aw_bytes content = {0};
    aw_error error = {0};
    if (world->ops->read_file(world, &arena, path, max_size, false, &content, &error))
        fail_msg("%s", error.message);
    assert_int_equal(content.size, strlen(text));
    assert_string_equal(content.data, text);
}

static void assert_refused(const char *path, uint64_t max_size, uint32_t code, const char *why)
{
    aw_bytes content = {.size = 77};
    aw_error error = {0};
    assert_int_equal(world->ops->read_file(world, &arena, path, max_size, false, &content, &error),
                     -1);
    assert_int_equal(error.code, code);
    if (!strstr(error.message, why))
        fail_msg("\"%s\" does not say \"%s\"", error.message, why);
    assert_int_equal(content.size, 77);
}

static const char *env(const char *name)
{
    return world->ops->env(world, &arena, name, false);
}

static void test_a_variable_is_what_the_environment_says_at_that_time(void **state)
{
    (void)state;
    setenv("ARCHWAY_TEST", "first", 1);
    const char *first = env("ARCHWAY_TEST");
    setenv("ARCHWAY_TEST", "second", 1);
    assert_string_equal(first, "first");
    assert_string_equal(env("ARCHWAY_TEST"), "second");
}

static void test_a_variable_that_is_empty_or_unset_is_none(void **state)
{
    (void)state;
    setenv("ARCHWAY_TEST", "", 1);
    assert_null(env("ARCHWAY_TEST"));
    unsetenv("ARCHWAY_TEST");
    assert_null(env("ARCHWAY_TEST"));
}

static void test_a_file_is_read_whole(void **state)
{
    (void)state;
    write_file("some", "two\nlines", 0600);
    write_file("empty", "", 0600);
    assert_reads("some", 9, "two\nlines");
    assert_reads("empty", 0, "");
    unlink("some");
    unlink("empty");
}

static void test_a_tilde_is_the_users_home(void **state)
{
    (void)state;
    write_file("keys", "k", 0600);
    assert_reads("~/keys", 10, "k");
    assert_true(world->ops->file_exists(world, "~/keys"));
    assert_false(world->ops->file_exists(world, "~/locks"));
    assert_false(world->ops->file_exists(world, "~keys"));
    unlink("keys");
}

static void test_without_a_home_variable_the_system_knows_the_users_home(void **state)
{
    (void)state;
    const struct passwd *user = getpwuid(getuid());
    unsetenv("HOME");
    assert_true(world->ops->file_exists(world, "~/.") == (user && access(user->pw_dir, R_OK) == 0));
    setenv("HOME", folder, 1);
}

static void test_a_missing_file_is_told_from_one_that_may_not_be_read(void **state)
{
    (void)state;
    uid_t user = geteuid();
    write_file("locked", "secret", 0);
    assert_refused("missing", 10, AW_E_NOT_FOUND, "missing: cannot read this file: No such file");
    assert_refused("locked/inside", 10, AW_E_NOT_FOUND, "Not a directory");
    assert_int_equal(chmod(folder, 0755), 0);
    if (user == 0)
        assert_int_equal(seteuid(65534), 0);
    assert_refused("locked", 10, AW_E_DENIED, "locked: cannot read this file: Permission denied");
    if (user == 0)
        assert_int_equal(seteuid(user), 0);
    unlink("locked");
}

static void test_a_file_larger_than_allowed_is_refused_with_the_limit(void **state)
{
    (void)state;
    write_file("large", "0123456789", 0600);
    assert_reads("large", 10, "0123456789");
    assert_refused("large", 9, AW_E_INVALID, "more than 9");
    unlink("large");
}

static void test_what_is_no_file_is_refused_without_waiting(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_refused("pipe", 10, AW_E_INVALID, "pipe: this is not a regular file");
    assert_refused("/", 10, AW_E_INVALID, "this is a folder");
    unlink("pipe");
}

static void test_a_path_without_end_is_refused(void **state)
{
    (void)state;
    static char path[9000] = "~/";
    memset(path + 2, 'x', sizeof path - 3);
    assert_refused(path, 10, AW_E_INVALID, "too long");
    assert_false(world->ops->file_exists(world, path));
}

static int fail_always(void *arg)
{
    (void)arg;
    return 1;
}

static void test_without_memory_a_file_is_refused_as_that(void **state)
{
    (void)state;
    struct arena fresh;
    arena_init(&fresh, false);
    aw_bytes content = {0};
    aw_error error = {0};
    write_file("some", "text", 0600);
    mem_set_fault(fail_always, NULL);
    assert_int_equal(world->ops->read_file(world, &fresh, "some", 10, false, &content, &error), -1);
    assert_null(world->ops->env(world, &fresh, "HOME", false));
    assert_null(world_real_create(loop, false, &error));
    mem_set_fault(NULL, NULL);
    assert_int_equal(error.code, AW_E_NO_MEMORY);
    unlink("some");
}

static void test_random_bytes_fill_all_and_differ(void **state)
{
    (void)state;
    static unsigned char first[1024], second[1024];
    size_t zeros = 0;
    world->ops->random(world, first, sizeof first);
    world->ops->random(world, second, sizeof second);
    assert_memory_not_equal(first, second, sizeof first);
    for (size_t i = 0; i < sizeof first; i++)
        zeros += first[i] == 0;
    assert_true(zeros < 40);
}

static void test_the_wall_clock_counts_from_1970(void **state)
{
    (void)state;
    uint64_t before_ms = (uint64_t)time(NULL) * 1000;
    uint64_t now_ms = world->ops->wall_ms(world);
    assert_in_range(now_ms, before_ms, before_ms + 60000);
}

static void test_the_real_world_has_nothing_to_finish(void **state)
{
    (void)state;
    world->ops->name_value(world, "token", "0123");
    assert_int_equal(world->ops->finish(world, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_variable_is_what_the_environment_says_at_that_time),
        cmocka_unit_test(test_a_variable_that_is_empty_or_unset_is_none),
        cmocka_unit_test(test_a_file_is_read_whole),
        cmocka_unit_test(test_a_tilde_is_the_users_home),
        cmocka_unit_test(test_without_a_home_variable_the_system_knows_the_users_home),
        cmocka_unit_test(test_a_missing_file_is_told_from_one_that_may_not_be_read),
        cmocka_unit_test(test_a_file_larger_than_allowed_is_refused_with_the_limit),
        cmocka_unit_test(test_what_is_no_file_is_refused_without_waiting),
        cmocka_unit_test(test_a_path_without_end_is_refused),
        cmocka_unit_test(test_without_memory_a_file_is_refused_as_that),
        cmocka_unit_test(test_random_bytes_fill_all_and_differ),
        cmocka_unit_test(test_the_wall_clock_counts_from_1970),
        cmocka_unit_test(test_the_real_world_has_nothing_to_finish),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
