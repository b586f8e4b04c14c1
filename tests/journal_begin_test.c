/* SPDX-License-Identifier: Apache-2.0 */
/* Many begin with a journal at once, which nobody has had before. */
#include "core/context.h"
#include "core/journal.h"
#include "tests/recording_files.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BEGINNERS 8
#define ROUNDS 25

struct beginner {
    pthread_t thread;
    pthread_barrier_t *start;
    const char *path;
    aw_error error;
    bool failed;
};

static void *begin(void *arg)
{
    struct beginner *beginner = arg;
    const archway_options options = {
        .size = sizeof options, .owner = "me", .journal_path = beginner->path};
    archway *aw = NULL;
    beginner->failed = archway_open(&options, &aw, &beginner->error) != 0;
    pthread_barrier_wait(beginner->start);
    if (!beginner->failed)
        beginner->failed = !journal_of(aw, &beginner->error);
    archway_close(aw, NULL);
    return NULL;
}

static void begin_all(const char *path)
{
    pthread_barrier_t start;
    struct beginner beginners[BEGINNERS];
    pthread_barrier_init(&start, NULL, BEGINNERS);
    for (size_t i = 0; i < BEGINNERS; i++) {
        beginners[i] = (struct beginner){.start = &start, .path = path};
        assert_int_equal(pthread_create(&beginners[i].thread, NULL, begin, &beginners[i]), 0);
    }
    for (size_t i = 0; i < BEGINNERS; i++)
        pthread_join(beginners[i].thread, NULL);
    pthread_barrier_destroy(&start);
    for (size_t i = 0; i < BEGINNERS; i++)
        if (beginners[i].failed)
            fail_msg("%s", beginners[i].error.message);
}

static void test_none_of_them_finds_it_locked(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char path[PATH_SIZE];
        char name[32];
        snprintf(name, sizeof name, "journal-%d.db", round);
        snprintf(path, sizeof path, "%s", in_folder(name));
        begin_all(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_none_of_them_finds_it_locked, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
