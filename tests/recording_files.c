/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of recordings for one test, and requests that are made of a world. */
#include "tests/recording_files.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

char root[PATH_MAX];
struct loop *loop;

int make_folder(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/archway-recordings-XXXXXX");
    loop = loop_create(true);
    return mkdtemp(root) && loop ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

int remove_folder(void **state)
{
    (void)state;
    loop_destroy(loop);
    loop = NULL;
    return nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *in_folder(const char *name)
{
    static char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

void put_bytes(const char *name, const char *bytes, size_t size)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), 0600), 0); /* whatever the umask is */
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

char *get(const char *folder, const char *name, size_t *ret_size)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t room = 4 * 1024 * 1024;
    char *text = calloc(1, room);
    assert_non_null(text);
    *ret_size = fread(text, 1, room - 1, file);
    fclose(file);
    return text;
}

const char *only_file(const char *folder, const char *ending)
{
    static char name[NAME_MAX + 1];
    int count = 0;
    DIR *open_folder = opendir(folder);
    assert_non_null(open_folder);
    for (struct dirent *entry = readdir(open_folder); entry; entry = readdir(open_folder)) {
        size_t size = strlen(entry->d_name);
        if (size < strlen(ending) || strcmp(entry->d_name + size - strlen(ending), ending) != 0)
            continue;
        snprintf(name, sizeof name, "%s", entry->d_name);
        count++;
    }
    closedir(open_folder);
    assert_int_equal(count, 1);
    return name;
}

static void put_scenario(const char *text)
{
    char *whole = calloc(1, strlen(FIRST_LINE) + strlen(text) + 1);
    assert_non_null(whole);
    memcpy(whole, FIRST_LINE, strlen(FIRST_LINE));
    memcpy(whole + strlen(FIRST_LINE), text, strlen(text));
    put("scenario.http", whole);
    free(whole);
}

struct world *replay(const char *text)
{
    aw_error error = {0};
    put_scenario(text);
    struct world *world = world_replay_create(loop, in_folder("scenario.http"), &error);
    if (!world)
        fail_msg("%s", error.message);
    return world;
}

const char *refusal(const char *text)
{
    static aw_error error;
    put_scenario(text);
    struct world *world = world_replay_create(loop, in_folder("scenario.http"), &error);
    assert_null(world);
    assert_int_equal(error.code, AW_E_INVALID);
    return error.message;
}

void finish(struct world *world)
{
    aw_error error = {0};
    if (world->ops->finish(world, &error))
        fail_msg("%s", error.message);
    world->ops->destroy(world);
}

const char *finish_failed(struct world *world)
{
    static aw_error error;
    assert_int_equal(world->ops->finish(world, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    world->ops->destroy(world);
    return error.message;
}

static void keep(char *room, size_t room_size, aw_bytes bytes)
{
    assert_true(bytes.size < room_size);
    if (bytes.size)
        memcpy(room, bytes.data, bytes.size);
    room[bytes.size] = '\0';
}

static void on_answer(struct wire_call *call)
{
    struct asked *asked = call->owner;
    assert_false(asked->done);
    asked->done = true;
    asked->took_ms = loop_now_ms(loop) - asked->sent_at_ms;
    if (call->outcome != WIRE_ANSWERED)
        return;
    keep(asked->body, sizeof asked->body, call->answer.body);
    assert_int_equal(call->answer.body.data[call->answer.body.size], '\0');
    asked->body_size = call->answer.body.size;
    asked->answer_headers[0] = '\0';
    for (size_t i = 0, at = 0; i < call->answer.header_count; i++)
        at += (size_t)snprintf(asked->answer_headers + at, sizeof asked->answer_headers - at,
                               "%s: %s\n", call->answer.headers[i].name,
                               call->answer.headers[i].value);
}

void prepare(struct asked *asked, const char *method, const char *url, const char *body)
{
    memset(asked, 0, sizeof *asked);
    asked->request = (aw_request){.size = sizeof asked->request,
                                  .name = "test",
                                  .method = method,
                                  .url = url,
                                  .headers = asked->headers,
                                  .body = {body, body ? strlen(body) : 0}};
    asked->call = (struct wire_call){.request = &asked->request, .done = on_answer, .owner = asked};
}

void add_header(struct asked *asked, const char *name, const char *value)
{
    asked->headers[asked->request.header_count++] = (aw_header){name, value};
}

void send_off(struct asked *asked, struct world *world)
{
    asked->sent_at_ms = loop_now_ms(loop);
    world->ops->send(world, &asked->call);
    assert_false(asked->done);
}

void wait_for(struct asked *asked)
{
    for (int i = 0; i < 1000 && !asked->done; i++)
        loop_step(loop);
    assert_true(asked->done);
}

void ask(struct asked *asked, struct world *world, const char *method, const char *url,
         const char *body)
{
    prepare(asked, method, url, body);
    send_off(asked, world);
    wait_for(asked);
}

static void on_end(struct run_call *call)
{
    struct ran *ran = call->owner;
    assert_false(ran->done);
    ran->done = true;
    keep(ran->output, sizeof ran->output, call->result.output);
    keep(ran->errors, sizeof ran->errors, call->result.errors);
}

void prepare_run(struct ran *ran, const char *const *argv, const char *input)
{
    memset(ran, 0, sizeof *ran);
    ran->program = (aw_program){.size = sizeof ran->program,
                                .name = "test",
                                .argv = argv,
                                .input = {input, input ? strlen(input) : 0}};
    ran->call = (struct run_call){.program = &ran->program, .done = on_end, .owner = ran};
}

void start_run(struct ran *ran, struct world *world)
{
    world->ops->run(world, &ran->call);
    assert_false(ran->done);
    for (int i = 0; i < 1000 && !ran->done; i++)
        loop_step(loop);
    assert_true(ran->done);
}

void run(struct ran *ran, struct world *world, const char *const *argv, const char *input)
{
    prepare_run(ran, argv, input);
    start_run(ran, world);
}
