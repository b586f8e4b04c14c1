/* SPDX-License-Identifier: Apache-2.0 */
/* Where the user's key is in memory: where no core dump shows it, and nowhere in the end. */
#include "core/arena.h"
#include "core/world.h"
#include "tests/authority.h"
#include "tests/emulated.h"
#include "tests/live_cloud.h"
#include "tests/memory_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/archway-secret-XXXXXX";
static pid_t cloud_process;
static char token_url[128];

static void say_secret(struct peer *peer, const struct heard *heard, void *arg)
{
    char secret[CANARY_SIZE + 1];
    char answer[512];
    (void)heard;
    (void)arg;
    canary_make(secret);
    snprintf(answer, sizeof answer,
             "HTTP/1.1 200 OK\r\nx-token: %s\r\nContent-Length: %d\r\n\r\n%s", secret, CANARY_SIZE,
             secret);
    peer_say(peer, answer);
}

/* The cloud, a server of tokens and whoever else knows the key is a process of its own. */
static void be_the_cloud(int ready)
{
    static struct live_cloud cloud = {.lock = PTHREAD_MUTEX_INITIALIZER};
    char text[CANARY_SIZE + 1];
    struct tls_server *server =
        server_start(&(struct server_plan){.script = live_cloud_answer, .arg = &cloud});
    struct tls_server *tokens = server_start(&(struct server_plan){.script = say_secret});
    canary_make(text);
    live_config_write("config.yaml", server, text);
    int fd = open("key", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool told = write(fd, text, CANARY_SIZE) == CANARY_SIZE;
    const char *url = server_url(tokens, "/token");
    told = told && write(ready, url, strlen(url) + 1) > 0;
    while (told)
        pause();
    _exit(1);
}

static int start_cloud(void **state)
{
    int ready[2];
    if (authority_create(state) || !mkdtemp(folder) || chdir(folder) || pipe(ready))
        return -1;
    cloud_process = fork();
    if (cloud_process == 0)
        be_the_cloud(ready[1]);
    close(ready[1]);
    ssize_t size = read(ready[0], token_url, sizeof token_url);
    close(ready[0]);
    unsetenv("https_proxy");
    unsetenv("HTTPS_PROXY");
    return cloud_process > 0 && size > 1 ? 0 : -1;
}

static int stop_cloud(void **state)
{
    kill(cloud_process, SIGKILL);
    waitpid(cloud_process, NULL, 0);
    live_config_remove("config.yaml");
    unlink("key");
    return authority_remove(state) || chdir("/") || rmdir(folder);
}

static void assert_absent(enum memory_kind kind)
{
    if (canary_count(kind))
        fail_msg("a piece of the secret is at %s", canary_place());
}

static void test_the_scanner_sees_a_secret_in_a_core_dump(void **state)
{
    (void)state;
    char *text = malloc(CANARY_SIZE + 1);
    assert_absent(MEMORY_ALL);
    canary_make(text);
    assert_true(canary_count(MEMORY_DUMPED) >= 4);
    explicit_bzero(text, CANARY_SIZE + 1);
    assert_absent(MEMORY_ALL);
    free(text);
}

static void test_a_secret_arena_is_in_no_core_dump_and_wiped(void **state)
{
    (void)state;
    NOT_EMULATED(SCAN_REASON);
    struct arena arena;
    arena_init(&arena, true);
    for (int i = 0; i < 3; i++)
        canary_make(arena_alloc(&arena, 1500));
    assert_absent(MEMORY_DUMPED);
    assert_true(canary_count(MEMORY_ALL) >= 12);
    arena_finish(&arena);
    assert_absent(MEMORY_ALL);
}

static void test_the_key_of_a_conversation_is_in_no_core_dump_and_gone_in_the_end(void **state)
{
    (void)state;
    NOT_EMULATED(SCAN_REASON);
    archway_query *query = archway_query_create();
    archway *aw = live_open("config.yaml");
    assert_absent(MEMORY_DUMPED);
    archway_job_destroy(live_succeed(aw, live_offers(aw, query, NULL)));
    archway_job_destroy(live_succeed(aw, live_create(aw, NULL)));
    archway_job_destroy(live_succeed(aw, live_list(aw, NULL)));
    archway_job_destroy(live_succeed(aw, live_terminate(aw, NULL)));
    assert_absent(MEMORY_DUMPED);
    assert_true(canary_count(MEMORY_ALL) > 0);
    assert_int_equal(archway_close(aw, NULL), 0);
    archway_query_destroy(query);
    assert_absent(MEMORY_ALL);
}

static struct loop *loop;
static struct world *world;
static bool done;

static void open_world(void)
{
    aw_error error;
    loop = loop_create(false);
    world = world_real_create(loop, false, &error);
    assert_non_null(world);
    done = false;
}

static void close_world(void)
{
    world->ops->destroy(world);
    loop_destroy(loop);
}

static void on_ended(struct run_call *call)
{
    done = call->started && call->result.output.size == CANARY_SIZE;
    assert_true(done);
    assert_absent(MEMORY_DUMPED);
}

static void test_what_a_secret_program_says_is_in_no_core_dump(void **state)
{
    (void)state;
    NOT_EMULATED(SCAN_REASON);
    const aw_program program = {
        .size = sizeof program, .name = "key", .argv = (const char *const[]){"cat", "key", NULL}};
    struct run_call call = {.program = &program, .secret = true, .done = on_ended};
    open_world();
    world->ops->run(world, &call);
    while (!done)
        loop_wait(loop);
    close_world();
    assert_absent(MEMORY_ALL);
}

static void on_answer(struct wire_call *call)
{
    done = call->outcome == WIRE_ANSWERED && call->answer.body.size == CANARY_SIZE;
    assert_true(done);
}

static void test_a_secret_answer_is_gone_in_the_end(void **state)
{
    (void)state;
    NOT_EMULATED(SCAN_REASON);
    const aw_request request = {
        .size = sizeof request, .name = "token", .method = "GET", .url = token_url};
    struct wire_call call = {
        .request = &request, .secret = true, .timeout_ms = 20000, .done = on_answer};
    open_world();
    world->ops->send(world, &call);
    while (!done)
        loop_wait(loop);
    assert_absent(MEMORY_DUMPED);
    close_world();
    assert_absent(MEMORY_ALL);
}

static void test_a_secret_file_is_in_no_core_dump(void **state)
{
    (void)state;
    NOT_EMULATED(SCAN_REASON);
    struct arena arena;
    aw_bytes content = {0};
    arena_init(&arena, true);
    open_world();
    assert_int_equal(world->ops->read_file(world, &arena, "key", 1000, true, &content, NULL), 0);
    assert_int_equal(content.size, CANARY_SIZE);
    assert_absent(MEMORY_DUMPED);
    arena_finish(&arena);
    close_world();
    assert_absent(MEMORY_ALL);
}

#define TEST(test) cmocka_unit_test(test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_scanner_sees_a_secret_in_a_core_dump),
        TEST(test_a_secret_arena_is_in_no_core_dump_and_wiped),
        TEST(test_the_key_of_a_conversation_is_in_no_core_dump_and_gone_in_the_end),
        TEST(test_what_a_secret_program_says_is_in_no_core_dump),
        TEST(test_a_secret_answer_is_gone_in_the_end),
        TEST(test_a_secret_file_is_in_no_core_dump),
    };
    return cmocka_run_group_tests(tests, start_cloud, stop_cloud);
}
