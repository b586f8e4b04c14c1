/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the library as the command line says, and runs its loop beside signals and progress. */
#include "cli/session.h"

#include "cli/beside.h"
#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/signals.h"
#include "cli/talk.h"
#include "cli/verbs.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_EVERY_MS 500
#define CANCEL_WITHIN_MS 300

static uint64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint32_t log_level(const struct options *options)
{
    switch (options_count(options, OPTION_VERBOSE)) {
    case 0:
        return AW_LOG_WARNING;
    case 1:
        return AW_LOG_INFO;
    default:
        return AW_LOG_DEBUG;
    }
}

/* The library takes absolute folders only; a user's are meant from where he stands. */
static char *absolute_dir(const char *given)
{
    KIT_CLEANUP(cli_free_text) char *here = get_current_dir_name();
    KIT_CLEANUP(kit_buf_finish) kit_buf path;
    cli_buf_init(&path);
    if (*given != '/' && here)
        kit_buf_addf(&path, "%s/", here);
    kit_buf_add_text(&path, given);
    return kit_buf_take(&path);
}

static char **absolute_dirs(const struct options *options, const char *first, size_t *ret_count)
{
    size_t count = options_count(options, OPTION_BACKEND_DIR) + (first != NULL);
    const char **given = cli_alloc(count, sizeof *given);
    char **dirs = cli_alloc(count, sizeof *dirs);
    if (first)
        given[0] = first;
    options_texts(options, OPTION_BACKEND_DIR, given + (first != NULL));
    for (size_t i = 0; i < count; i++)
        dirs[i] = absolute_dir(given[i]);
    free(given);
    *ret_count = count;
    return dirs;
}

static void free_dirs(char **dirs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(dirs[i]);
    free(dirs);
}

int session_open(struct session *session, const struct options *options, const char *plugin_dir)
{
    aw_error error;
    size_t dir_count = 0;
    char **dirs = absolute_dirs(options, plugin_dir, &dir_count);
    char *default_dir = beside_program(ARCHWAY_PLUGIN_SUBDIR);
    archway_options how = {
        .size = sizeof how,
        .log_level = log_level(options),
        .config_path = options_text(options, OPTION_CONFIG),
        .plugin_dirs = (const char *const *)dirs,
        .plugin_dir_count = dir_count,
        .default_plugin_dir = default_dir,
        .replay_path = options_text(options, OPTION_REPLAY),
        .record_dir = options_text(options, OPTION_RECORD),
        .log = talk_log,
        .refresh = options_count(options, OPTION_REFRESH) > 0,
        .only_configured = !options->verb || options->verb->bit != VERB_BACKENDS,
    };
    *session = (struct session){.options = options};
    int result = archway_open(&how, &session->aw, &error);
    free_dirs(dirs, dir_count);
    free(default_dir);
    if (result == 0)
        return EXIT_OK;
    return error.code == AW_E_NOT_FOUND ? say_usage("%s", error.message) : say_refusal(&error);
}

int session_close(struct session *session, int code)
{
    aw_error error;
    bool went_well = code == EXIT_OK || code == EXIT_PARTIAL || code == EXIT_NOTHING;
    if (archway_close(session->aw, &error) == 0 || !went_well || !session->asked)
        return code;
    return exit_code_worse(code, say_error(&error));
}

archway_call session_call(const struct session *session)
{
    return (archway_call){.size = sizeof(archway_call), .timeout_ms = session->options->timeout_ms};
}

static bool all_done(archway_job *const *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (jobs[i] && !archway_job_done(jobs[i]))
            return false;
    return true;
}

static void show_progress(archway_job *const *jobs, size_t count, const char *doing,
                          uint64_t started_ms)
{
    uint64_t all_parts_done = 0;
    uint64_t all_parts = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t done = 0;
        uint64_t total = 0;
        if (jobs[i])
            archway_job_progress(jobs[i], &done, &total);
        all_parts_done += done;
        all_parts += total;
    }
    talk_progress(doing, all_parts_done, all_parts, monotonic_ms() - started_ms);
}

/* Waits for work, a signal, or so many milliseconds, and does what is due. */
static void turn(archway *aw, int64_t most_ms)
{
    int64_t timeout_ms = archway_timeout_ms(aw);
    struct pollfd fds[] = {{.fd = archway_fd(aw), .events = POLLIN},
                           {.fd = signals_fd(), .events = POLLIN}};
    if (timeout_ms < 0 || timeout_ms > most_ms)
        timeout_ms = most_ms;
    poll(fds, signals_pending() ? 1 : 2, (int)timeout_ms);
    archway_step(aw);
}

static int stop(struct session *session, archway_job *const *jobs, size_t count)
{
    uint64_t until_ms = monotonic_ms() + CANCEL_WITHIN_MS;
    talk_progress(NULL, 0, 0, 0);
    for (size_t i = 0; i < count; i++)
        if (jobs[i])
            archway_cancel(jobs[i]);
    while (!all_done(jobs, count) && monotonic_ms() < until_ms)
        turn(session->aw, 10);
    return EXIT_SIGNAL + signals_pending();
}

int session_run(struct session *session, archway_job *const *jobs, size_t count, const char *doing)
{
    uint64_t started_ms = monotonic_ms();
    session->asked = true;
    while (!all_done(jobs, count)) {
        if (signals_pending())
            return stop(session, jobs, count);
        show_progress(jobs, count, doing, started_ms);
        turn(session->aw, PROGRESS_EVERY_MS);
    }
    talk_progress(NULL, 0, 0, 0);
    return EXIT_OK;
}

int session_run_one(struct session *session, archway_job *job, const char *doing)
{
    int code = session_run(session, &job, 1, doing);
    if (code != EXIT_OK) {
        say("interrupted");
        return code;
    }
    const aw_error *error = archway_job_error(job);
    return error->code == AW_OK ? EXIT_OK : say_error(error);
}

void session_drop_job(archway_job **job)
{
    archway_job_destroy(*job);
}

static int no_backend(const struct session *session)
{
    uint64_t plugins = 0;
    archway_plugin_info info = {.size = sizeof info};
    for (uint64_t i = 0; archway_plugin_at(session->aw, i, &info) == 0; i++)
        plugins += info.error->code == AW_OK;
    if (plugins == 0)
        return say_failure(AW_E_UNAUTHENTICATED,
                           "no backend could be loaded; `archway backends` says why");
    return say_failure(AW_E_UNAUTHENTICATED,
                       "no backend has credentials: set a provider's environment variable, or "
                       "write a configuration file with a `backends:` list");
}

static int unknown_backend(const struct session *session, const char *name)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf names;
    archway_backend_info info = {.size = sizeof info};
    cli_buf_init(&names);
    for (uint64_t i = 0; archway_backend_at(session->aw, i, &info) == 0; i++)
        kit_buf_addf(&names, "%s%s", i > 0 ? ", " : "", info.name);
    return say_usage("no backend is called \"%s\"; there is: %s", name, kit_buf_text(&names));
}

int session_need_backend(const struct session *session, const char *name)
{
    archway_backend_info info = {.size = sizeof info};
    if (archway_backend_count(session->aw) == 0)
        return no_backend(session);
    if (!name)
        return EXIT_OK;
    for (uint64_t i = 0; archway_backend_at(session->aw, i, &info) == 0; i++)
        if (strcmp(info.name, name) == 0)
            return EXIT_OK;
    return unknown_backend(session, name);
}

void session_asking(const struct session *session, kit_buf *ret_text)
{
    uint64_t count = archway_backend_count(session->aw);
    archway_backend_info info = {.size = sizeof info};
    cli_buf_init(ret_text);
    if (count == 1 && archway_backend_at(session->aw, 0, &info) == 0)
        kit_buf_addf(ret_text, "asking %s", info.name);
    else
        kit_buf_addf(ret_text, "asking %" PRIu64 " backends", count);
}
