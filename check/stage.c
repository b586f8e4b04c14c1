/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a recording with the plugin behind the shim. */
#include "check/stage.h"

#include "check/play.h"

#include "core/backend.h"
#include "core/mem.h"
#include "core/vec.h"
#include "kit/error.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static _Thread_local struct stage *current;

struct stage *stage_current(void)
{
    return current;
}

void stage_adopt(struct stage *stage)
{
    current = stage;
}

const struct recording *stage_recording(const struct stage *stage)
{
    return &stage->replays[0]->recording;
}

const char *stage_provider(const struct stage *stage)
{
    return stage->subject->loaded.items[0].entry.provider;
}

/* Another clock and other random numbers, for what must not depend on them. */
static void change_day(struct replay *replay, const struct stage_knobs *knobs, size_t lane)
{
    replay->recording.clock_ms += knobs->later_ms;
    replay->random_state ^= knobs->other_seed + lane;
}

static void open_lane(struct stage *stage, struct world *replay)
{
    size_t lane = 0;
    while (stage->replays[lane])
        lane++;
    stage->replays[lane] = (struct replay *)(void *)replay;
    if (stage->knobs.lenient)
        stage->replays[lane]->recording.any_order = true;
    change_day(stage->replays[lane], &stage->knobs, lane);
}

static struct world *wrap_world(struct world *inner, void *arg, aw_error *ret_error)
{
    struct stage *stage = arg;
    open_lane(stage, inner);
    for (size_t i = 1; i < stage->knobs.lanes; i++) {
        struct world *replay =
            world_replay_create(inner->loop, stage_recording(stage)->path, ret_error);
        if (!replay)
            return NULL;
        open_lane(stage, replay);
    }
    stage->world = stage_world_create(stage, inner);
    stage->exchange_count = stage_recording(stage)->exchange_count;
    stage->has_acts = play_has_acts(stage_recording(stage));
    if (play_write_config(stage, stage->config_fd, ret_error) < 0)
        return NULL;
    return stage->world;
}

static int load_plugins(archway *aw, void *arg)
{
    struct stage *stage = arg;
    const struct plugin *plugin = &stage->subject->loaded.items[0];
    struct plugin *item = VEC_PUSH(&aw->plugins.items, &aw->plugins.count);
    if (!item)
        return -1;
    *item = *plugin;
    item->path = mem_copy_text(plugin->path);
    stage->real = &plugin->vtable;
    shim_set_vtable(stage);
    item->vtable = stage->shim;
    item->entry.vtable = &item->vtable;
    return 0;
}

static int backend_error(const struct stage *stage, aw_error *ret_error)
{
    const struct backend *backend = stage->aw->backend_count ? stage->aw->backends[0] : NULL;
    if (backend && backend->error.code == AW_OK)
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID, "the backend cannot be opened: %s",
                         backend ? backend->error.message : "it is not there");
}

bool stage_open(struct stage *stage, struct subject *subject, const char *recording,
                const struct stage_knobs *knobs)
{
    char config[64];
    *stage = (struct stage){.knobs = *knobs, .subject = subject, .noise = knobs->shuffle | 1};
    stage->config_fd = play_config_file();
    snprintf(config, sizeof config, "/proc/self/fd/%d", stage->config_fd);
    lender_init(&stage->lender, knobs->sizes);
    kit_buf_init(&stage->transcript, mem_kit(), (size_t)1 << 30);
    const archway_options options = {.size = sizeof options,
                                     .replay_path = recording,
                                     .config_path = config,
                                     .owner = STAGE_OWNER,
                                     .log_level = AW_LOG_DEBUG};
    const struct context_parts parts = {
        .wrap_world = wrap_world, .load_plugins = load_plugins, .arg = stage};
    stage_adopt(stage);
    shim_set_host(stage);
    return context_open(&options, &parts, &stage->aw, &stage->error) == 0 &&
           backend_error(stage, &stage->error) == 0;
}

int stage_close(struct stage *stage, aw_error *ret_error)
{
    stage_adopt(stage);
    int status = archway_close(stage->aw, ret_error);
    stage->aw = NULL;
    return status;
}

void stage_finish(struct stage *stage)
{
    stage_close(stage, NULL);
    for (size_t i = 0; i < stage->secret_count; i++)
        mem_free(stage->secrets[i]);
    lender_finish(&stage->lender);
    kit_buf_finish(&stage->transcript);
    if (stage->config_fd >= 0)
        close(stage->config_fd);
    stage_adopt(NULL);
}

static void *step_elsewhere(void *arg)
{
    struct stage *stage = arg;
    stage_adopt(stage);
    archway_step(stage->aw);
    return NULL;
}

bool stage_step(struct stage *stage)
{
    pthread_t thread;
    if (archway_timeout_ms(stage->aw) < 0)
        return false;
    if (stage->knobs.threads && pthread_create(&thread, NULL, step_elsewhere, stage) == 0)
        pthread_join(thread, NULL);
    else
        archway_step(stage->aw);
    return true;
}
