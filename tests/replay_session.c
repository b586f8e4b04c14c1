/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a session on a recording and running it. */
#include "tests/replay_session.h"

#include "core/context.h"
#include "core/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

bool session_open(struct session *session, const struct session_options *options)
{
    const archway_options known = {
        .size = sizeof known,
        .log_level = options->log ? AW_LOG_DEBUG : 0,
        .config_path = options->config,
        .default_plugin_dir = options->plugin_dir,
        .replay_path = options->recording,
        .owner = "my-server",
        .journal_path = options->journal,
        .log = options->log,
        .log_arg = options->log_arg,
    };
    *session = (struct session){.aw = NULL};
    return archway_open(&known, &session->aw, &session->error) == 0;
}

static void count_done(archway_job *job, void *arg)
{
    struct session *session = arg;
    assert_true(archway_job_done(job));
    session->dones++;
}

archway_call session_call(struct session *session, uint64_t timeout_ms)
{
    return (archway_call){.size = sizeof(archway_call),
                          .timeout_ms = timeout_ms,
                          .on_done = count_done,
                          .arg = session};
}

void session_run(struct session *session, const archway_job *job)
{
    for (unsigned i = 0; i < MOST_STEPS && !archway_job_done(job); i++) {
        if (archway_timeout_ms(session->aw) < 0)
            fail_msg("the job waits for nothing and is not done");
        archway_step(session->aw);
    }
    assert_true(archway_job_done(job));
}

void session_drain(struct session *session)
{
    unsigned dones = session->dones;
    for (unsigned i = 0; i < MOST_STEPS && archway_timeout_ms(session->aw) >= 0; i++)
        archway_step(session->aw);
    assert_int_equal(archway_timeout_ms(session->aw), -1);
    assert_int_equal(session->dones, dones);
}

uint64_t session_now_ms(const struct session *session)
{
    return loop_now_ms(session->aw->loop);
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    size_t end_size = strlen(end);
    return size >= end_size && !strcmp(text + size - end_size, end);
}

static bool contains(aw_bytes text, const char *part)
{
    return text.data && memmem(text.data, text.size, part, strlen(part));
}

static bool is_meant_program(const struct recorded_exchange *recorded, const char *part)
{
    for (const char *const *word = recorded->argv; word && *word; word++)
        if (strstr(*word, part))
            return true;
    return false;
}

/* An API of one URL tells its requests apart by their bodies; one with request ids, by what is before them. */
static bool is_meant(const struct recorded_exchange *recorded, const char *url_end)
{
    if (!strncmp(url_end, "run=", 4))
        return is_meant_program(recorded, url_end + 4);
    if (!recorded->method)
        return false;
    if (strchr(url_end, '?'))
        return recorded->url && strstr(recorded->url, url_end);
    if (strchr(url_end, '='))
        return contains(recorded->request.body, url_end);
    return ends_with(recorded->url, url_end);
}

/* EC2 says with a 500 that it is sold out, and with a 503 that it was asked too often. */
static bool nothing_happened(const struct recorded_exchange *recorded)
{
    if (recorded->end != RECORDED_ANSWER)
        return recorded->end == RECORDED_REFUSED;
    if (recorded->argv)
        return contains(recorded->answer.body, "\nfail ") ||
               (recorded->answer.header_count &&
                strstr(recorded->answer.headers[0].value, "a password is required"));
    return (recorded->status >= 400 && recorded->status < 500) ||
           contains(recorded->answer.body, "<Code>InsufficientInstanceCapacity<") ||
           contains(recorded->answer.body, "<Code>RequestLimitExceeded<");
}

static bool asked(const struct session *session, const char *url_end, bool and_may_have_made)
{
    const struct replay *replay = (const struct replay *)(const void *)session->aw->world;
    for (size_t i = 0; i < replay->recording.exchange_count; i++) {
        const struct recorded_exchange *recorded = replay->exchanges[i].recorded;
        if (replay->exchanges[i].used && is_meant(recorded, url_end) &&
            !(and_may_have_made && nothing_happened(recorded)))
            return true;
    }
    return false;
}

bool session_asked(const struct session *session, const char *url_end)
{
    return asked(session, url_end, false);
}

bool session_may_have_made(const struct session *session, const char *url_end)
{
    return asked(session, url_end, true);
}
