/* SPDX-License-Identifier: Apache-2.0 */
/* The world of a recorder: it passes everything on to the one inside, and writes down what went by. */
#include "core/record.h"

#include "core/mem.h"
#include "core/secret_words.h"
#include "core/vec.h"
#include "core/whole_file.h"
#include "kit/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

bool recorder_keep_secret(struct recorder *recorder, const char *value)
{
    const char *copy = arena_text(&recorder->secrets, value);
    const char **slot = copy ? VEC_PUSH(&recorder->secret_words, &recorder->secret_count) : NULL;
    if (slot)
        *slot = copy;
    return slot != NULL;
}

static bool keep_variable(struct recorder *recorder, const char *name, const char *value,
                          bool secret)
{
    struct recorded_variable *known = recording_variable(&recorder->taken, name);
    struct recorded_variable variable = {.value = RECORDING_SECRET};
    if (known && (!secret || strcmp(known->value, RECORDING_SECRET) == 0))
        return true;
    if (secret && !recorder_keep_secret(recorder, value))
        return false;
    if (!secret)
        variable.value = recorder_take_text(recorder, (aw_bytes){value, strlen(value)}).data;
    variable.name = arena_text(&recorder->taken.arena, name);
    if (!variable.name || !variable.value)
        return false;
    if (!known)
        known = VEC_PUSH(&recorder->taken.variables, &recorder->taken.variable_count);
    if (known)
        *known = variable;
    return known != NULL;
}

/* Content without data: only that the file is there is known. */
static bool keep_file(struct recorder *recorder, const char *path, aw_bytes content)
{
    struct recorded_file *known = recording_file(&recorder->taken, path);
    struct recorded_file file = {.path = known ? known->path
                                               : arena_text(&recorder->taken.arena, path)};
    if (known && (known->content.data || !content.data))
        return true;
    if (content.data)
        file.content = recorder_take_text(recorder, content);
    if (!file.path || (content.data && !file.content.data))
        return false;
    if (!known)
        known = VEC_PUSH(&recorder->taken.files, &recorder->taken.file_count);
    if (known)
        *known = file;
    return known != NULL;
}

static const char *recorder_env(struct world *world, struct arena *arena, const char *name,
                                bool secret)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    const char *value = inner->ops->env(inner, arena, name, secret);
    if (value && !keep_variable(recorder, name, value, secret))
        recorder->incomplete = true;
    return value;
}

static int recorder_read_file(struct world *world, struct arena *arena, const char *path,
                              uint64_t max_size, bool secret, aw_bytes *ret_content,
                              aw_error *ret_error)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    if (inner->ops->read_file(inner, arena, path, max_size, secret, ret_content, ret_error))
        return -1;
    aw_bytes content = *ret_content;
    if (secret)
        content = (aw_bytes){RECORDING_SECRET, strlen(RECORDING_SECRET)};
    if (!keep_file(recorder, path, content))
        recorder->incomplete = true;
    return 0;
}

static bool recorder_file_exists(struct world *world, const char *path)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    bool exists = inner->ops->file_exists(inner, path);
    if (exists && !keep_file(recorder, path, (aw_bytes){0}))
        recorder->incomplete = true;
    return exists;
}

static void recorder_cache_put(struct world *world, const char *space, const char *key,
                               const void *data, uint64_t size)
{
    struct world *inner = recorder_of(world)->inner;
    inner->ops->cache_put(inner, space, key, data, size);
}

static void recorder_random(struct world *world, void *out, size_t size)
{
    struct world *inner = recorder_of(world)->inner;
    inner->ops->random(inner, out, size);
}

/* What is made of a token, a name say, is known again by the same one only. */
static void recorder_token(struct world *world, char ret_token[WORLD_TOKEN])
{
    struct recorder *recorder = recorder_of(world);
    struct recording *taken = &recorder->taken;
    recorder->inner->ops->token(recorder->inner, ret_token);
    const char *copy = arena_text(&taken->arena, ret_token);
    const char **slot = copy ? VEC_PUSH(&taken->tokens, &taken->token_count) : NULL;
    if (slot)
        *slot = copy;
    else
        recorder->incomplete = true;
}

static bool recorder_has_credentials(struct world *world)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    bool has_them = inner->ops->has_credentials(inner);
    recorder->taken.has_credentials = recorder->taken.has_credentials || has_them;
    return has_them;
}

static uint64_t recorder_wall_ms(struct world *world)
{
    struct world *inner = recorder_of(world)->inner;
    return inner->ops->wall_ms(inner);
}

static void recorder_name_value(struct world *world, const char *name, const char *value)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    if (!named_values_tell(&recorder->names, name, value))
        recorder->incomplete = true;
    inner->ops->name_value(inner, name, value);
}

static void recorder_hide(struct world *world, const char *secret)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    if (!secret_words_add(&recorder->secrets, &recorder->secret_words, &recorder->secret_count,
                          secret))
        recorder->incomplete = true;
    inner->ops->hide(inner, secret);
}

static int write_down(struct recorder *recorder, aw_error *ret_error)
{
    char name[64];
    char when[32] = "";
    struct tm parts;
    time_t seconds = (time_t)(recorder->taken.clock_ms / 1000);
    if (recorder->incomplete)
        return kit_error_set(ret_error, AW_E_NO_MEMORY,
                             "%s: no memory to record everything, so nothing "
                             "was written.",
                             recorder->folder);
    for (size_t i = 0; i < recorder->taken.file_count; i++)
        if (!recorder->taken.files[i].content.data)
            recorder->taken.files[i].content =
                (aw_bytes){RECORDING_SECRET, strlen(RECORDING_SECRET)};
    if (gmtime_r(&seconds, &parts))
        strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &parts);
    if (recorder->spoiled) {
        recorder->taken.act_count = 0;
        recorder->taken.remark = recorder->spoiled;
    }
    snprintf(name, sizeof name, "%s-%ld", when, (long)getpid());
    return recording_write(&recorder->taken, &recorder->names, recorder->folder_fd,
                           recorder->folder, name, ret_error);
}

static int recorder_finish(struct world *world, aw_error *ret_error)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    int written = write_down(recorder, ret_error);
    /* What went wrong inside says more. */
    return inner->ops->finish(inner, ret_error) ? -1 : written;
}

static void recorder_destroy(struct world *world)
{
    struct recorder *recorder = recorder_of(world);
    if (recorder->inner)
        recorder->inner->ops->destroy(recorder->inner);
    recorder_drop_flights(recorder);
    recording_finish(&recorder->taken);
    named_values_finish(&recorder->names);
    mem_free(recorder->secret_words);
    arena_finish(&recorder->secrets);
    close_fd(&recorder->folder_fd);
    mem_free(recorder->folder);
    mem_free(recorder);
}

static const struct world_ops recorder_ops = {
    .send = recorder_send,
    .cancel = recorder_cancel,
    .run = recorder_run,
    .cancel_run = recorder_cancel_run,
    .env = recorder_env,
    .read_file = recorder_read_file,
    .file_exists = recorder_file_exists,
    .cache_get = world_cache_nothing,
    .cache_put = recorder_cache_put,
    .random = recorder_random,
    .token = recorder_token,
    .has_credentials = recorder_has_credentials,
    .wall_ms = recorder_wall_ms,
    .name_value = recorder_name_value,
    .hide = recorder_hide,
    .finish = recorder_finish,
    .destroy = recorder_destroy,
};

static int open_folder(struct recorder *recorder, const char *folder, aw_error *ret_error)
{
    recorder->folder = mem_copy_text(folder);
    if (!recorder->folder)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "%s: no memory to record.", folder);
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return kit_error_set(ret_error, AW_E_INVALID, "%s: cannot make this folder: %s.", folder,
                             strerror(errno));
    recorder->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (recorder->folder_fd < 0 || faccessat(recorder->folder_fd, ".", W_OK, 0) < 0)
        return kit_error_set(ret_error, AW_E_INVALID, "%s: cannot write into this folder: %s.",
                             folder, strerror(errno));
    return 0;
}

struct world *world_record_create(struct world *inner, const char *folder, aw_error *ret_error)
{
    struct recorder *recorder = mem_alloc(sizeof *recorder);
    if (!recorder) {
        kit_error_set(ret_error, AW_E_NO_MEMORY, "%s: no memory to record.", folder);
        return NULL;
    }
    recorder->world = (struct world){.ops = &recorder_ops, .loop = inner->loop};
    recorder->inner = inner;
    recorder->folder_fd = -1;
    recording_init(&recorder->taken);
    recorder->taken.clock_ms = inner->ops->wall_ms(inner);
    named_values_init(&recorder->names);
    arena_init(&recorder->secrets, true);
    list_init(&recorder->flights);
    if (open_folder(recorder, folder, ret_error)) {
        recorder->inner = NULL;
        recorder_destroy(&recorder->world);
        return NULL;
    }
    return &recorder->world;
}
