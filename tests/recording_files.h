/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of recordings for one test, and requests that are made of a world. */
#ifndef ARCHWAY_TESTS_RECORDING_FILES_H
#define ARCHWAY_TESTS_RECORDING_FILES_H

#include "core/loop.h"
#include "core/world.h"

#include <limits.h>

#define PATH_SIZE (PATH_MAX + NAME_MAX)
#define FIRST_LINE "archway-recording 1\n"
#define MACHINES "https://api.example.com/v1/machines"

extern char root[PATH_MAX];
extern struct loop *loop; /* with a virtual clock */

/* cmocka's setup and teardown. */
int make_folder(void **state);
int remove_folder(void **state);

/* A path in the folder; good until the next call. */
const char *in_folder(const char *name);
void put_bytes(const char *name, const char *bytes, size_t size);
void put(const char *name, const char *text);
/* The content of a file of a folder, with a NUL behind it; to be freed. */
char *get(const char *folder, const char *name, size_t *ret_size);
/* The name of the only file of the folder that ends so; good until the next call. */
const char *only_file(const char *folder, const char *ending);

/* A replay of "FIRST_LINE text", in the file scenario.http. */
struct world *replay(const char *text);
/* Why it cannot be read; good until the next call. */
const char *refusal(const char *text);
/* Ends the replay, which must have been used up. */
void finish(struct world *world);
/* Likewise, but it was not, or something else was wrong: the reason. */
const char *finish_failed(struct world *world);

/* A request under way, and how it ended. */
struct asked {
    struct wire_call call;
    aw_request request;
    aw_header headers[4];
    bool done;
    uint64_t took_ms;
    uint64_t sent_at_ms;
    char answer_headers[1024]; /* "name: value\n" each */
    char body[1024];
    size_t body_size;
};

/* Makes it, ready to be changed before it is sent. */
void prepare(struct asked *asked, const char *method, const char *url, const char *body);
void add_header(struct asked *asked, const char *name, const char *value);
void send_off(struct asked *asked, struct world *world);
void wait_for(struct asked *asked);
/* All of it at once. */
void ask(struct asked *asked, struct world *world, const char *method, const char *url,
         const char *body);

struct ran {
    struct run_call call;
    aw_program program;
    bool done;
    char output[1024];
    char errors[1024];
};

void prepare_run(struct ran *ran, const char *const *argv, const char *input);
void start_run(struct ran *ran, struct world *world); /* and waits for its end */
void run(struct ran *ran, struct world *world, const char *const *argv, const char *input);

#endif
