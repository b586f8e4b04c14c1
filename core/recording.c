/* SPDX-License-Identifier: Apache-2.0 */
/* A recording in memory, and how its file is found and its first part read. */
#include "core/recording.h"

#include "core/mem.h"
#include "core/recording_parse.h"
#include "core/vec.h"
#include "core/whole_file.h"
#include "kit/error.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_CLOCK_MS 1767225600000u /* 2026-01-01T00:00:00Z */

void recording_init(struct recording *recording)
{
    *recording = (struct recording){.clock_ms = DEFAULT_CLOCK_MS};
    arena_init(&recording->arena, false);
}

void recording_finish(struct recording *recording)
{
    mem_free(recording->variables);
    mem_free(recording->files);
    mem_free(recording->acts);
    mem_free(recording->exchanges);
    mem_free(recording->asides);
    mem_free(recording->tokens);
    arena_finish(&recording->arena);
    recording_init(recording);
}

static bool is_hidden(aw_bytes body)
{
    return text_is(body, RECORDING_SECRET);
}

bool recording_hides(const struct recorded_exchange *exchange)
{
    return is_hidden(exchange->request.body) || is_hidden(exchange->answer.body);
}

struct recorded_variable *recording_variable(const struct recording *recording, const char *name)
{
    for (size_t i = 0; i < recording->variable_count; i++)
        if (strcmp(recording->variables[i].name, name) == 0)
            return &recording->variables[i];
    return NULL;
}

struct recorded_file *recording_file(const struct recording *recording, const char *path)
{
    for (size_t i = 0; i < recording->file_count; i++)
        if (strcmp(recording->files[i].path, path) == 0)
            return &recording->files[i];
    return NULL;
}

static int parse_clock(struct parser *parser, aw_bytes rest)
{
    if (!text_time_ms(rest, &parser->recording->clock_ms))
        return lines_fail(&parser->lines, 0,
                          "expected a time in UTC, such as `clock 2026-05-01T12:00:00Z`.");
    return 0;
}

static int parse_order(struct parser *parser, aw_bytes rest)
{
    if (!text_is(rest, "any"))
        return lines_fail(&parser->lines, 0,
                          "expected `order any`, or no such line when the order is strict.");
    parser->recording->any_order = true;
    return 0;
}

static int parse_credentials(struct parser *parser, aw_bytes rest)
{
    if (!text_is(rest, RECORDING_SECRET))
        return lines_fail(&parser->lines, 0,
                          "expected `credentials <secret>`, or no such line when `authenticate` is "
                          "played like everything else.");
    parser->recording->has_credentials = true;
    return 0;
}

static int parse_token(struct parser *parser, aw_bytes rest)
{
    struct recording *recording = parser->recording;
    const char *token = parser_text(parser, rest);
    if (!token)
        return -1;
    if (strlen(token) != RECORDING_TOKEN || strspn(token, "0123456789abcdef") != RECORDING_TOKEN)
        return lines_fail(&parser->lines, 0,
                          "expected 32 lower-case hex digits, such as `token "
                          "00112233445566778899aabbccddeeff`.");
    const char **slot = VEC_PUSH(&recording->tokens, &recording->token_count);
    if (!slot)
        return parser_no_memory(parser);
    *slot = token;
    return 0;
}

static int parse_variable(struct parser *parser, aw_bytes rest)
{
    struct recording *recording = parser->recording;
    aw_bytes name = text_word(&rest);
    if (name.size == 0 || rest.size == 0)
        return lines_fail(&parser->lines, 0,
                          "expected a name and a value, such as `env EXAMPLE_API_KEY <secret>`.");
    struct recorded_variable variable = {.name = parser_text(parser, name),
                                         .value = parser_text(parser, rest)};
    if (!variable.name || !variable.value)
        return -1;
    if (recording_variable(recording, variable.name))
        return lines_fail(&parser->lines, 0, "%s is here for the second time: keep one line of it.",
                          variable.name);
    struct recorded_variable *slot = VEC_PUSH(&recording->variables, &recording->variable_count);
    if (!slot)
        return parser_no_memory(parser);
    *slot = variable;
    return 0;
}

static bool is_end(aw_bytes line)
{
    return text_is(line, "end");
}

static int parse_file(struct parser *parser, aw_bytes rest)
{
    struct recording *recording = parser->recording;
    int first_line = parser->lines.number;
    struct recorded_file file = {.path = parser_text(parser, rest)};
    if (!file.path)
        return -1;
    if (!file.path[0])
        return lines_fail(&parser->lines, 0,
                          "expected a path, such as `file ~/.example/credentials`.");
    if (recording_file(recording, file.path))
        return lines_fail(&parser->lines, 0, "%s is here for the second time: keep one of it.",
                          file.path);
    lines_skip(&parser->lines);
    if (parser_body(parser, is_end, &file.content))
        return -1;
    if (lines_ended(&parser->lines))
        return lines_fail(&parser->lines, first_line,
                          "expected a line `end` after the last line of this file.");
    struct recorded_file *slot = VEC_PUSH(&recording->files, &recording->file_count);
    if (!slot)
        return parser_no_memory(parser);
    *slot = file;
    return 0;
}

/* Takes the word behind the last arrow off; empty when there is none. */
static aw_bytes take_outcome(aw_bytes *rest)
{
    for (size_t at = rest->size; at-- > 1;) {
        char c = rest->data[at];
        if (c == '>' && rest->data[at - 1] == '-') {
            aw_bytes outcome = {rest->data + at + 1, rest->size - at - 1};
            *rest = text_trim((aw_bytes){rest->data, at - 1});
            return text_trim(outcome);
        }
        if (!(c >= 'a' && c <= 'z') && c != '_' && c != ' ')
            break;
    }
    return (aw_bytes){rest->data, 0};
}

static int parse_act(struct parser *parser, aw_bytes rest, bool together)
{
    struct recording *recording = parser->recording;
    aw_bytes outcome = take_outcome(&rest);
    aw_bytes verb = text_word(&rest);
    if (verb.size == 0 || (together && recording->act_count == 0))
        return lines_fail(&parser->lines, 0,
                          "expected what was done, such as `do list` or `do terminate "
                          "{\"id\":\"m-1\"} -> denied`, and the first one with `do`.");
    struct recorded_act act = {.line = parser->lines.number,
                               .together = together,
                               .verb = parser_text(parser, verb),
                               .inputs = parser_text(parser, text_trim(rest)),
                               .outcome = parser_text(parser, outcome)};
    if (!act.verb || !act.inputs || !act.outcome)
        return -1;
    struct recorded_act *slot = VEC_PUSH(&recording->acts, &recording->act_count);
    if (!slot)
        return parser_no_memory(parser);
    *slot = act;
    return 0;
}

static int parse_do(struct parser *parser, aw_bytes rest)
{
    return parse_act(parser, rest, false);
}

static int parse_and(struct parser *parser, aw_bytes rest)
{
    return parse_act(parser, rest, true);
}

static int parse_line(struct parser *parser, aw_bytes line)
{
    static const struct {
        const char *word;
        int (*parse)(struct parser *parser, aw_bytes rest);
    } kinds[] = {
        {"clock", parse_clock}, {"order", parse_order},  {"credentials", parse_credentials},
        {"token", parse_token}, {"env", parse_variable}, {"file", parse_file},
        {"do", parse_do},       {"and", parse_and}};
    aw_bytes rest = line;
    aw_bytes word = text_word(&rest);
    if (word.size == 0 || word.data[0] == '#')
        return 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (text_is(word, kinds[i].word))
            return kinds[i].parse(parser, rest);
    return lines_fail(&parser->lines, 0,
                      "expected `clock`, `order any`, `credentials <secret>`, `token`, `env`, "
                      "`file`, `do`, a comment (#) or the first request (>>> METHOD URL).");
}

static int parse(struct parser *parser)
{
    struct lines *lines = &parser->lines;
    if (!text_is(lines_peek(lines), RECORDING_FIRST_LINE))
        return lines_fail(lines, 0,
                          "expected `" RECORDING_FIRST_LINE
                          "`: this is no recording, or one of another revision, "
                          "or it has carriage returns.");
    lines_skip(lines);
    while (!lines_ended(lines) && !text_starts(lines_peek(lines), ">>>")) {
        if (parse_line(parser, lines_peek(lines)))
            return -1;
        lines_skip(lines);
    }
    while (!lines_ended(lines))
        if (parser_exchange(parser))
            return -1;
    return 0;
}

static int open_folder(const struct recording *recording)
{
    char folder[PATH_MAX];
    size_t size = (size_t)(recording->name - recording->path);
    if (size >= sizeof folder)
        return -1;
    memcpy(folder, recording->path, size);
    folder[size] = '\0';
    return open(size ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int refuse_nul(struct parser *parser, const char *nul)
{
    while (parser->lines.at + lines_peek(&parser->lines).size < nul)
        lines_skip(&parser->lines);
    return lines_fail(
        &parser->lines, 0,
        "a recording is text, and here is a NUL: put such a body into a file beside it "
        "and write @name.");
}

int recording_read(struct recording *recording, const char *path, aw_error *ret_error)
{
    aw_bytes text = {0};
    recording->path = arena_text(&recording->arena, path);
    if (!recording->path)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "%s: no memory to read it.", path);
    const char *slash = strrchr(recording->path, '/');
    recording->name = slash ? slash + 1 : recording->path;
    if (whole_file_read(AT_FDCWD, path, 0, RECORDING_MAX_BYTES, &recording->arena, &text,
                        ret_error))
        return -1;
    KIT_CLEANUP(close_fd) int folder_fd = open_folder(recording);
    struct parser parser = {.lines = {.path = recording->path,
                                      .error = ret_error,
                                      .at = text.data,
                                      .end = text.data + text.size,
                                      .number = 1},
                            .recording = recording,
                            .folder_fd = folder_fd};
    const char *nul = memchr(text.data, '\0', text.size);
    return nul ? refuse_nul(&parser, nul) : parse(&parser);
}
