/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, programs and answers in a recording. */
#include "core/mem.h"
#include "core/recording_parse.h"
#include "core/vec.h"
#include "kit/error.h"
#include "kit/json.h"

#include <string.h>

static bool is_marker(aw_bytes line)
{
    return text_starts(line, "<<<") || text_starts(line, ">>>");
}

static bool ends_headers(aw_bytes line)
{
    return line.size == 0 || is_marker(line);
}

static size_t count_headers(const struct parser *parser)
{
    struct lines ahead = parser->lines;
    size_t count = 0;
    while (!lines_ended(&ahead) && !ends_headers(lines_peek(&ahead))) {
        lines_skip(&ahead);
        count++;
    }
    return count;
}

/* What a program wrote to stderr is kept to the byte; the space around the value of a header is not. */
static int parse_header(struct parser *parser, bool program, aw_header *ret_header)
{
    aw_bytes line = lines_peek(&parser->lines);
    const char *colon = memchr(line.data, ':', line.size);
    aw_bytes name = {line.data, colon ? (size_t)(colon - line.data) : 0};
    if (name.size == 0 || text_trim(name).size != name.size || memchr(name.data, ' ', name.size))
        return lines_fail(
            &parser->lines, 0,
            "expected a header (name: value), an empty line before the body, or the next "
            "line that starts with <<< or >>>.");
    aw_bytes value = {colon + 1, line.size - name.size - 1};
    if (program && text_starts(value, " "))
        value = (aw_bytes){value.data + 1, value.size - 1};
    char *lower = arena_copy(&parser->recording->arena, name.data, name.size);
    ret_header->value = parser_text(parser, program ? value : text_trim(value));
    if (!lower || !ret_header->value)
        return parser_no_memory(parser);
    for (char *c = lower; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c += 'a' - 'A';
    ret_header->name = lower;
    return 0;
}

static int parse_message(struct parser *parser, bool program, struct recorded_message *message)
{
    size_t count = count_headers(parser);
    aw_header *headers = arena_alloc(&parser->recording->arena, (count + 1) * sizeof *headers);
    if (!headers)
        return parser_no_memory(parser);
    for (size_t i = 0; i < count; i++) {
        if (parse_header(parser, program, &headers[i]))
            return -1;
        if (program && strcmp(headers[i].name, "stderr") != 0)
            return lines_fail(&parser->lines, 0, "expected `stderr: text` or an empty line.");
        lines_skip(&parser->lines);
    }
    message->headers = headers;
    message->header_count = count;
    if (!lines_ended(&parser->lines) && !is_marker(lines_peek(&parser->lines)))
        lines_skip(&parser->lines);
    return parser_body(parser, is_marker, &message->body);
}

static int copy_arguments(struct parser *parser, const kit_json_node *list,
                          struct recorded_exchange *exchange)
{
    size_t count = kit_json_count(list);
    const char **argv = arena_alloc(&parser->recording->arena, (count + 1) * sizeof *argv);
    if (!argv)
        return parser_no_memory(parser);
    for (size_t i = 0; i < count; i++) {
        kit_json_node item = kit_json_item(list, i);
        const char *text = json_string_value(item.value);
        argv[i] = text ? parser_text(parser, (aw_bytes){text, strlen(text)}) : NULL;
        if (text && !argv[i])
            return -1;
    }
    exchange->argv = argv;
    return 0;
}

static bool is_texts(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return false;
    return json_array_size(list) > 0;
}

static int parse_program(struct parser *parser, aw_bytes text, struct recorded_exchange *exchange)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node list = kit_json_parse_bytes(&document, text.data, text.size);
    if (!is_texts(list.value))
        return lines_fail(&parser->lines, 0,
                          "expected the program and its arguments as JSON, such as "
                          "`>>> run [\"ssh\",\"host\",\"uname -m\"]`.");
    return copy_arguments(parser, &list, exchange);
}

static bool is_method(aw_bytes word)
{
    for (size_t i = 0; i < word.size; i++)
        if (word.data[i] < 'A' || word.data[i] > 'Z')
            return false;
    return word.size > 0;
}

static int parse_request(struct parser *parser, struct recorded_exchange *exchange)
{
    aw_bytes rest = lines_peek(&parser->lines);
    aw_bytes marker = text_word(&rest);
    aw_bytes method = text_word(&rest);
    exchange->line = parser->lines.number;
    if (text_is(marker, ">>>") && text_is(method, "run"))
        return parse_program(parser, rest, exchange);
    aw_bytes url = text_word(&rest);
    if (!text_is(marker, ">>>") || !is_method(method) || url.size == 0 || rest.size > 0)
        return lines_fail(
            &parser->lines, 0,
            "expected a request, `>>> METHOD URL` (spaces in it encoded as %%20), or a "
            "program, `>>> run [...]`.");
    exchange->method = parser_text(parser, method);
    exchange->url = parser_text(parser, url);
    return exchange->method && exchange->url ? 0 : -1;
}

static int fail_answer(struct parser *parser, const struct recorded_exchange *exchange)
{
    return lines_fail(&parser->lines, 0, "expected the answer to line %d: %s.", exchange->line,
                      exchange->method
                          ? "`<<< STATUS`, perhaps with `after 80ms` and `cut after 20`, "
                            "or `<<< refused`, `<<< lost`, `<<< timeout`, `<<< too-large`"
                          : "`<<< exit STATUS`, perhaps with `after 80ms`, "
                            "or `<<< refused`, `<<< timeout`, `<<< too-large`");
}

/* The word behind <<<: how it ended. `rest` is what follows. */
static bool parse_end(struct recorded_exchange *exchange, aw_bytes *rest)
{
    static const struct {
        const char *word;
        enum recorded_end end;
    } ends[] = {{"refused", RECORDED_REFUSED},
                {"lost", RECORDED_LOST},
                {"timeout", RECORDED_TIMEOUT},
                {"too-large", RECORDED_TOO_LARGE}};
    aw_bytes word = text_word(rest);
    bool program = !exchange->method;
    uint64_t status = 0;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (text_is(word, ends[i].word))
            exchange->end = ends[i].end;
    if (exchange->end != RECORDED_NOTHING)
        return !program || exchange->end != RECORDED_LOST;
    if (program && !text_is(word, "exit"))
        return false;
    if (!text_number(program ? text_word(rest) : word, program ? 255 : 599, &status))
        return false;
    exchange->end = RECORDED_ANSWER;
    exchange->status = (int)status;
    return program || status >= 100;
}

static bool parse_options(struct recorded_exchange *exchange, aw_bytes rest)
{
    while (rest.size) {
        aw_bytes word = text_word(&rest);
        bool cut = text_is(word, "cut");
        if (cut)
            word = text_word(&rest);
        if (!text_is(word, "after"))
            return false;
        aw_bytes value = text_word(&rest);
        if (cut && (!exchange->method || exchange->end != RECORDED_ANSWER))
            return false;
        if (cut)
            exchange->end = RECORDED_CUT;
        if (cut ? !text_number(value, RECORDING_MAX_BYTES, &exchange->cut_after)
                : !text_duration_ms(value, &exchange->after_ms))
            return false;
    }
    return true;
}

static int parse_answer(struct parser *parser, struct recorded_exchange *exchange)
{
    aw_bytes rest = lines_peek(&parser->lines);
    if (!text_is(text_word(&rest), "<<<") || !parse_end(exchange, &rest) ||
        !parse_options(exchange, rest))
        return fail_answer(parser, exchange);
    lines_skip(&parser->lines);
    return parse_message(parser, !exchange->method, &exchange->answer);
}

int parser_exchange(struct parser *parser)
{
    struct recording *recording = parser->recording;
    struct recorded_exchange exchange = {0};
    if (parse_request(parser, &exchange))
        return -1;
    lines_skip(&parser->lines);
    if (!exchange.method && !lines_ended(&parser->lines) &&
        !ends_headers(lines_peek(&parser->lines)))
        return lines_fail(
            &parser->lines, 0,
            "expected an empty line before the input of the program, or its end (<<<).");
    if (parse_message(parser, false, &exchange.request) || parse_answer(parser, &exchange))
        return -1;
    struct recorded_exchange *slot = VEC_PUSH(&recording->exchanges, &recording->exchange_count);
    if (!slot)
        return parser_no_memory(parser);
    *slot = exchange;
    return 0;
}
