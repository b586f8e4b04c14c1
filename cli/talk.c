/* SPDX-License-Identifier: Apache-2.0 */
/* Talk on stderr, one whole line at a time, so that lines of several processes do not mix. */
#include "cli/talk.h"

#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/record.h"
#include "cli/text.h"
#include "kit/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Shorter waits show no progress: a line that comes and goes at once only flickers. */
#define PROGRESS_AFTER_MS 200
#define SECONDS_AFTER_MS 2000
#define CLEAR_LINE "\r\033[K"

static struct {
    bool json;
    bool on_terminal;
    const char *last_hint;
    char progress[160]; /* the line that stands there, "" for none */
} talk;

static bool is_terminal(int fd)
{
    const char *kind = getenv("TERM");
    return isatty(fd) && kind && *kind && strcmp(kind, "dumb") != 0;
}

bool talk_colour(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    return is_terminal(fd) && (!no_color || !*no_color);
}

void talk_init(bool json)
{
    talk.json = json;
    talk.on_terminal = is_terminal(STDERR_FILENO);
}

static void emit(const kit_buf *lines)
{
    talk_progress(NULL, 0, 0, 0);
    fwrite(kit_buf_text(lines), 1, lines->size, stderr);
    fflush(stderr);
}

static void add_line(kit_buf *buf, const char *format, va_list args)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf line;
    cli_buf_init(&line);
    kit_buf_vaddf(&line, format, args);
    kit_buf_add_text(buf, "archway: ");
    text_add_clean(buf, kit_buf_text(&line));
    kit_buf_add_char(buf, '\n');
}

void say(const char *format, ...)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf lines;
    va_list args;
    cli_buf_init(&lines);
    va_start(args, format);
    add_line(&lines, format, args);
    va_end(args);
    emit(&lines);
}

static void add_place(kit_buf *buf, const aw_error *error)
{
    text_add_clean(buf, error->backend);
    if (*error->backend && *error->region)
        kit_buf_add_char(buf, '/');
    text_add_clean(buf, error->region);
    if (*error->backend || *error->region)
        kit_buf_add_text(buf, ": ");
}

/* What its support would ask for: "HTTP 401, code global/invalid-api-key, request id 7". */
static void add_details(kit_buf *buf, const aw_error *error)
{
    size_t start = buf->size;
    if (error->http_status)
        kit_buf_addf(buf, ", HTTP %" PRIu32, error->http_status);
    if (*error->provider_code)
        kit_buf_addf(buf, ", code %s", error->provider_code);
    if (*error->request_id)
        kit_buf_addf(buf, ", request id %s", error->request_id);
    bool lost = error->code == AW_E_UNAVAILABLE || error->code == AW_E_TIMEOUT ||
                error->code == AW_E_PROTOCOL;
    if (*error->request && (lost || buf->size > start))
        kit_buf_addf(buf, ", request %s", error->request);
}

/* Once for several errors of a kind. */
static void add_hint(kit_buf *buf, const aw_error *error)
{
    const char *hint = record_hint(error);
    if (!hint || hint == talk.last_hint)
        return;
    talk.last_hint = hint;
    kit_buf_addf(buf, "  %s\n", hint);
}

static void add_error(kit_buf *buf, const aw_error *error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf details;
    cli_buf_init(&details);
    kit_buf_add_text(buf, "archway: ");
    add_place(buf, error);
    text_add_clean(buf, error->message);
    kit_buf_add_char(buf, '\n');
    add_details(&details, error);
    if (details.size > 0) {
        kit_buf_add_text(buf, "  (");
        text_add_clean(buf, kit_buf_text(&details) + strlen(", "));
        kit_buf_add_text(buf, ")\n");
    }
    add_hint(buf, error);
}

static void add_error_json(kit_buf *buf, const aw_error *error)
{
    json_t *object = json_object();
    json_object_set_new(object, "error", record_error(error));
    record_print(buf, object, JSON_COMPACT);
}

int say_error(const aw_error *error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf lines;
    cli_buf_init(&lines);
    if (talk.json)
        add_error_json(&lines, error);
    else
        add_error(&lines, error);
    emit(&lines);
    return exit_code_of(error->code);
}

int say_refusal(const aw_error *error)
{
    int code = say_error(error);
    return error->code == AW_E_INVALID ? EXIT_USAGE : code;
}

__attribute__((format(printf, 2, 0))) static void say_own(uint32_t code, const char *format,
                                                          va_list args)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf text;
    aw_error error;
    cli_buf_init(&text);
    kit_buf_vaddf(&text, format, args);
    kit_error_set(&error, code, "%s", kit_buf_text(&text));
    say_error(&error);
}

int say_failure(uint32_t code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_own(code, format, args);
    va_end(args);
    return exit_code_of(code);
}

int say_usage(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_own(AW_E_INVALID, format, args);
    va_end(args);
    return EXIT_USAGE;
}

void talk_log(uint32_t level, const char *line, void *arg)
{
    (void)level;
    (void)arg;
    say("%s", line);
}

static void clear_progress(void)
{
    if (*talk.progress)
        fputs(CLEAR_LINE, stderr);
    *talk.progress = '\0';
}

void talk_progress(const char *doing, uint64_t done, uint64_t total, uint64_t elapsed_ms)
{
    char parts[48] = "";
    char seconds[32] = "";
    char line[sizeof talk.progress];
    if (!doing || !talk.on_terminal || elapsed_ms < PROGRESS_AFTER_MS) {
        clear_progress();
        return;
    }
    if (total > 1)
        snprintf(parts, sizeof parts, " %" PRIu64 "/%" PRIu64, done, total);
    if (elapsed_ms >= SECONDS_AFTER_MS)
        snprintf(seconds, sizeof seconds, " (%" PRIu64 " s)", elapsed_ms / 1000);
    snprintf(line, sizeof line, "%s ...%s%s", doing, parts, seconds);
    if (strcmp(line, talk.progress) == 0)
        return;
    memcpy(talk.progress, line, sizeof line);
    fprintf(stderr, CLEAR_LINE "%s", line);
    fflush(stderr);
}
