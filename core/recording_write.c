/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a recording as a text that a person can read, and beside it what no person can. */
#include "core/lines.h"
#include "core/mem.h"
#include "core/named_values.h"
#include "core/recording.h"
#include "core/whole_file.h"
#include "kit/error.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LARGEST_INLINE ((size_t)8 * 1024)

struct writer {
    const struct recording *recording;
    const struct named_values *names;
    int folder_fd;
    const char *folder;
    char name[NAME_MAX - 32]; /* without ending */
    int asides;
    kit_buf text;
    aw_error *error;
};

static int fail_errno(const struct writer *writer, const char *name)
{
    return kit_error_set(writer->error, AW_E_INVALID, "%s/%s: cannot write the recording: %s.",
                         writer->folder, name, strerror(errno));
}

static int fail_memory(const struct writer *writer)
{
    return kit_error_set(writer->error, AW_E_NO_MEMORY, "%s: no memory to write the recording.",
                         writer->folder);
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t count = write(fd, data, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        data += count;
        size -= (size_t)count;
    }
    return 0;
}

/* Nobody sees a file that is half-written. */
static int write_file(const struct writer *writer, const char *name, const char *data, size_t size)
{
    char temporary[NAME_MAX + 1];
    snprintf(temporary, sizeof temporary, ".%s.tmp", name);
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    KIT_CLEANUP(close_fd) int fd = openat(writer->folder_fd, temporary, flags, 0600);
    if (fd < 0)
        return fail_errno(writer, temporary);
    if (write_all(fd, data, size) ||
        renameat(writer->folder_fd, temporary, writer->folder_fd, name) < 0) {
        fail_errno(writer, name);
        unlinkat(writer->folder_fd, temporary, 0);
        return -1;
    }
    return 0;
}

static bool is_control(char c)
{
    return ((unsigned char)c < ' ' && c != '\n' && c != '\t') || c == 0x7f;
}

static bool is_readable(aw_bytes text)
{
    if (text.size > LARGEST_INLINE)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (is_control(text.data[i]))
            return false;
    json_t *string = json_stringn(text.data, text.size);
    bool utf8 = string != NULL;
    json_decref(string);
    return utf8;
}

static int add_aside(struct writer *writer, aw_bytes text)
{
    char name[NAME_MAX];
    snprintf(name, sizeof name, "%s-%d.body", writer->name, ++writer->asides);
    kit_buf_addf(&writer->text, "@%s\n", name);
    return write_file(writer, name, text.data, text.size);
}

static bool needs_backslash(aw_bytes line, bool only, bool last)
{
    return text_starts(line, "\\") || text_starts(line, "<<<") || text_starts(line, ">>>") ||
           text_is(line, "end") || (only && text_starts(line, "@")) || (last && line.size == 0);
}

static void add_lines(struct writer *writer, aw_bytes text)
{
    bool only = !memchr(text.data, '\n', text.size);
    bool last = false;
    for (size_t at = 0; !last;) {
        const char *newline = memchr(text.data + at, '\n', text.size - at);
        size_t end = newline ? (size_t)(newline - text.data) : text.size;
        aw_bytes line = {text.data + at, end - at};
        last = !newline;
        if (needs_backslash(line, only, last))
            kit_buf_add_char(&writer->text, '\\');
        kit_buf_add(&writer->text, line.data, line.size);
        kit_buf_add_char(&writer->text, '\n');
        at = end + 1;
    }
}

static int add_text(struct writer *writer, aw_bytes text)
{
    if (text.size == 0)
        return 0;
    if (!is_readable(text))
        return add_aside(writer, text);
    add_lines(writer, text);
    return 0;
}

static int add_body(struct writer *writer, const struct recorded_message *message)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf text;
    kit_buf_init(&text, mem_kit(), SIZE_MAX);
    enum text_form form = text_form_of(message->headers, message->header_count, message->body);
    named_values_hide(writer->names, form, message->body, &text);
    if (text.state != KIT_BUF_OK)
        return fail_memory(writer);
    kit_buf_add_char(&writer->text, '\n');
    return add_text(writer, (aw_bytes){kit_buf_text(&text), text.size});
}

static int add_message(struct writer *writer, const struct recorded_message *message)
{
    for (size_t i = 0; i < message->header_count; i++) {
        const aw_header *header = &message->headers[i];
        kit_buf_addf(&writer->text, "%s: ", header->name);
        named_values_hide(writer->names, TEXT_PLAIN,
                          (aw_bytes){header->value, strlen(header->value)}, &writer->text);
        kit_buf_add_char(&writer->text, '\n');
    }
    return message->body.size ? add_body(writer, message) : 0;
}

static int add_arguments(struct writer *writer, const char *const *argv)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf argument;
    kit_buf_init(&argument, mem_kit(), SIZE_MAX);
    kit_buf_add_text(&writer->text, ">>> run [");
    for (size_t i = 0; argv[i]; i++) {
        kit_buf_clear(&argument);
        named_values_hide(writer->names, TEXT_PLAIN, (aw_bytes){argv[i], strlen(argv[i])},
                          &argument);
        if (argument.state != KIT_BUF_OK)
            return fail_memory(writer);
        kit_buf_add_text(&writer->text, i ? ",\"" : "\"");
        text_add_json(&writer->text, kit_buf_text(&argument));
        kit_buf_add_char(&writer->text, '"');
    }
    kit_buf_add_text(&writer->text, "]\n");
    return 0;
}

static int add_request(struct writer *writer, const struct recorded_exchange *exchange)
{
    kit_buf_add_char(&writer->text, '\n');
    if (!exchange->method && add_arguments(writer, exchange->argv))
        return -1;
    if (exchange->method) {
        kit_buf_addf(&writer->text, ">>> %s ", exchange->method);
        named_values_hide(writer->names, TEXT_URL, (aw_bytes){exchange->url, strlen(exchange->url)},
                          &writer->text);
        kit_buf_add_char(&writer->text, '\n');
    }
    return add_message(writer, &exchange->request);
}

static int add_exchange(struct writer *writer, const struct recorded_exchange *exchange)
{
    static const char *const ends[] = {[RECORDED_REFUSED] = "refused",
                                       [RECORDED_LOST] = "lost",
                                       [RECORDED_TIMEOUT] = "timeout",
                                       [RECORDED_TOO_LARGE] = "too-large"};
    if (add_request(writer, exchange))
        return -1;
    if (exchange->end == RECORDED_ANSWER)
        kit_buf_addf(&writer->text, "<<< %s%d", exchange->method ? "" : "exit ", exchange->status);
    else
        kit_buf_addf(&writer->text, "<<< %s", ends[exchange->end]);
    if (exchange->after_ms)
        kit_buf_addf(&writer->text, " after %llums", (unsigned long long)exchange->after_ms);
    kit_buf_add_char(&writer->text, '\n');
    return add_message(writer, &exchange->answer);
}

static void add_clock(struct writer *writer)
{
    uint64_t clock_ms = writer->recording->clock_ms;
    time_t seconds = (time_t)(clock_ms / 1000);
    struct tm parts;
    char text[32] = "";
    if (gmtime_r(&seconds, &parts))
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    kit_buf_addf(&writer->text, "clock %s", text);
    if (clock_ms % 1000)
        kit_buf_addf(&writer->text, ".%03d", (int)(clock_ms % 1000));
    kit_buf_add_text(&writer->text, "Z\n");
}

static void add_variable(struct writer *writer, const struct recorded_variable *variable)
{
    if (strpbrk(variable->value, "\r\n"))
        kit_buf_addf(&writer->text, "# %s has several lines, which cannot be recorded.\n",
                     variable->name);
    else
        kit_buf_addf(&writer->text, "env %s %s\n", variable->name, variable->value);
}

static bool has_hidden(const struct recording *recording)
{
    for (size_t i = 0; i < recording->exchange_count; i++)
        if (recording->exchanges[i].is_secret && recording->exchanges[i].end != RECORDED_NOTHING)
            return true;
    return false;
}

/* Of a conversation of `authenticate`, what cannot be told from others in a replay is not written. */
static bool is_written(const struct recorded_exchange *exchange)
{
    return exchange->end != RECORDED_NOTHING && (!exchange->is_secret || recording_hides(exchange));
}

static void add_acts(struct writer *writer)
{
    const struct recording *recording = writer->recording;
    if (recording->remark)
        kit_buf_addf(&writer->text, "# `archway check` passes over this: %s.\n", recording->remark);
    for (size_t i = 0; i < recording->act_count; i++) {
        const struct recorded_act *act = &recording->acts[i];
        kit_buf_addf(&writer->text, "%s %s%s%s%s%s\n", act->together ? "and" : "do", act->verb,
                     *act->inputs ? " " : "", act->inputs, *act->outcome ? " -> " : "",
                     act->outcome);
    }
}

static int add_preamble(struct writer *writer)
{
    const struct recording *recording = writer->recording;
    kit_buf_add_text(&writer->text, RECORDING_FIRST_LINE "\n");
    add_clock(writer);
    if (recording->any_order)
        kit_buf_add_text(&writer->text, "order any\n");
    if (recording->has_credentials || has_hidden(recording))
        kit_buf_add_text(&writer->text, "credentials " RECORDING_SECRET "\n");
    for (size_t i = 0; i < recording->token_count; i++)
        kit_buf_addf(&writer->text, "token %s\n", recording->tokens[i]);
    for (size_t i = 0; i < recording->variable_count; i++)
        add_variable(writer, &recording->variables[i]);
    for (size_t i = 0; i < recording->file_count; i++) {
        kit_buf_addf(&writer->text, "file %s\n", recording->files[i].path);
        if (add_text(writer, recording->files[i].content))
            return -1;
        kit_buf_add_text(&writer->text, "end\n");
    }
    add_acts(writer);
    return 0;
}

/* A name that nothing has yet: 20260501T120000Z-4711, 20260501T120000Z-4711-2, ... */
static void find_name(struct writer *writer, const char *name, char *ret_file, size_t size)
{
    int number = 1;
    do {
        snprintf(writer->name, sizeof writer->name, number > 1 ? "%.150s-%d" : "%.150s", name,
                 number);
        snprintf(ret_file, size, "%s.http", writer->name);
        number++;
    } while (faccessat(writer->folder_fd, ret_file, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
}

static int write_recording(struct writer *writer, const char *name)
{
    char file[NAME_MAX];
    find_name(writer, name, file, sizeof file);
    if (add_preamble(writer))
        return -1;
    for (size_t i = 0; i < writer->recording->exchange_count; i++) {
        const struct recorded_exchange *exchange = &writer->recording->exchanges[i];
        if (is_written(exchange) && add_exchange(writer, exchange))
            return -1;
    }
    if (writer->text.state != KIT_BUF_OK)
        return fail_memory(writer);
    return write_file(writer, file, kit_buf_text(&writer->text), writer->text.size);
}

int recording_write(const struct recording *recording, const struct named_values *names,
                    int folder_fd, const char *folder, const char *name, aw_error *ret_error)
{
    struct writer writer = {.recording = recording,
                            .names = names,
                            .folder_fd = folder_fd,
                            .folder = folder,
                            .error = ret_error};
    kit_buf_init(&writer.text, mem_kit(), SIZE_MAX);
    int result = write_recording(&writer, name);
    kit_buf_finish(&writer.text);
    return result;
}
