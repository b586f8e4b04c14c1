/* SPDX-License-Identifier: Apache-2.0 */
/* The world as it is. */
#include "core/arena.h"
#include "core/mem.h"
#include "core/real_cache.h"
#include "core/real_http.h"
#include "core/real_program.h"
#include "core/whole_file.h"
#include "core/world.h"
#include "kit/buf.h"
#include "kit/error.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define LONGEST_PATH 4096

struct real_world {
    struct world face; /* first */
    struct http *http;
    struct programs programs;
    bool refresh; /* what is on disk is not used */
};

static struct http *http_of(struct world *world)
{
    return ((struct real_world *)(void *)world)->http;
}

static void real_send(struct world *world, struct wire_call *call)
{
    http_send(http_of(world), call);
}

static void real_cancel(struct world *world, struct wire_call *call)
{
    http_cancel(http_of(world), call);
}

static struct programs *programs_of(struct world *world)
{
    return &((struct real_world *)(void *)world)->programs;
}

static void real_run(struct world *world, struct run_call *call)
{
    program_run(programs_of(world), call);
}

static void real_cancel_run(struct world *world, struct run_call *call)
{
    program_cancel(programs_of(world), call);
}

static const char *real_env(struct world *world, struct arena *arena, const char *name, bool secret)
{
    const char *value = getenv(name);
    (void)world;
    (void)secret;
    return value && *value ? arena_text(arena, value) : NULL;
}

/* `entry` holds the text, unless the environment does. NULL: the user has none. */
static const char *home(char *entry, size_t size)
{
    const char *variable = getenv("HOME");
    struct passwd storage;
    struct passwd *user = NULL;
    if (variable && *variable)
        return variable;
    return getpwuid_r(getuid(), &storage, entry, size, &user) == 0 && user ? user->pw_dir : NULL;
}

/* Writes the path with "~" replaced; -1 when it is too long. */
static int expand(const char *path, char *ret_path, size_t size)
{
    char entry[LONGEST_PATH];
    bool in_home = !strncmp(path, "~/", 2);
    const char *folder = in_home ? home(entry, sizeof entry) : "";
    const char *rest = in_home ? path + 1 : path;
    size_t folder_size = folder ? strlen(folder) : size;
    if (folder_size + strlen(rest) + 1 > size)
        return -1;
    memcpy(ret_path, folder, folder_size);
    memcpy(ret_path + folder_size, rest, strlen(rest) + 1);
    return 0;
}

static int real_read_file(struct world *world, struct arena *arena, const char *path,
                          uint64_t max_size, bool secret, aw_bytes *ret_content,
                          aw_error *ret_error)
{
    char full[LONGEST_PATH];
    (void)world;
    (void)secret;
    if (expand(path, full, sizeof full))
        return kit_error_set(ret_error, AW_E_INVALID, "the path of a file is too long");
    return whole_file_read(AT_FDCWD, full, O_NOCTTY, max_size, arena, ret_content, ret_error);
}

static bool real_file_exists(struct world *world, const char *path)
{
    char full[LONGEST_PATH];
    (void)world;
    return !expand(path, full, sizeof full) && access(full, R_OK) == 0;
}

static uint64_t real_wall_ms(struct world *world)
{
    struct timespec now;
    (void)world;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int real_cache_get(struct world *world, struct arena *arena, const char *space,
                          const char *key, uint64_t max_age_ms, aw_bytes *ret_content,
                          uint64_t *ret_age_ms)
{
    const struct real_world *real = (struct real_world *)(void *)world;
    /* However old is a last resort, and stays one. */
    if (real->refresh && max_age_ms != UINT64_MAX)
        return -1;
    return cache_read(arena, space, key, max_age_ms, real_wall_ms(world), ret_content, ret_age_ms);
}

static void real_cache_put(struct world *world, const char *space, const char *key,
                           const void *data, uint64_t size)
{
    cache_write(space, key, real_wall_ms(world), data, size);
}

static void real_random(struct world *world, void *out, size_t size)
{
    unsigned char *bytes = out;
    (void)world;
    while (size) {
        ssize_t got = getrandom(bytes, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        /* Without randomness tokens would collide: nothing may go on. */
        if (got < 0)
            abort();
        bytes += got;
        size -= (size_t)got;
    }
}

static void real_name_value(struct world *world, const char *name, const char *value)
{
    (void)world;
    (void)name;
    (void)value;
}

static int real_finish(struct world *world, aw_error *ret_error)
{
    (void)world;
    (void)ret_error;
    return 0;
}

static void real_destroy(struct world *world)
{
    programs_finish(programs_of(world));
    http_destroy(http_of(world));
    mem_free(world);
}

static void real_hide(struct world *world, const char *secret)
{
    (void)world;
    (void)secret;
}

static const struct world_ops real_ops = {
    .send = real_send,
    .cancel = real_cancel,
    .run = real_run,
    .cancel_run = real_cancel_run,
    .env = real_env,
    .read_file = real_read_file,
    .file_exists = real_file_exists,
    .cache_get = real_cache_get,
    .cache_put = real_cache_put,
    .random = real_random,
    .token = world_make_token,
    .has_credentials = world_has_none,
    .wall_ms = real_wall_ms,
    .name_value = real_name_value,
    .hide = real_hide,
    .finish = real_finish,
    .destroy = real_destroy,
};

struct world *world_real_create(struct loop *loop, bool refresh, aw_error *ret_error)
{
    struct real_world *world = mem_alloc(sizeof *world);
    if (!world) {
        kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory");
        return NULL;
    }
    world->face = (struct world){.ops = &real_ops, .loop = loop};
    world->refresh = refresh;
    programs_init(&world->programs, loop);
    world->http = http_create(loop, ret_error);
    if (!world->http) {
        mem_free(world);
        return NULL;
    }
    return &world->face;
}
