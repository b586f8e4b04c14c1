/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing JSON, and saying what it is that came instead of it. */
#include "kit/error.h"
#include "kit/json.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { MAX_DEPTH = 64, MAX_TITLE = 60, MAX_CHARACTER = 4 };

#define PARSE_FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL)

/* RFC 8259 lets a reader pass over it, and files from Windows begin with it. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct shape {
    size_t depth; /* the deepest */
    bool closed;  /* all that was opened is closed again */
};

/* Looks at brackets and quotes only. Comes before the parser, which recurses. */
static struct shape measure(const char *data, size_t size)
{
    struct shape shape = {0};
    size_t depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < size; i++) {
        char c = data[i];
        if (in_text && c == '\\')
            i++;
        else if (c == '"')
            in_text = !in_text;
        else if (!in_text && (c == '[' || c == '{'))
            depth++;
        else if (!in_text && (c == ']' || c == '}') && depth > 0)
            depth--;
        if (depth > shape.depth)
            shape.depth = depth;
    }
    shape.closed = depth == 0 && !in_text;
    return shape;
}

static bool starts_with(const char *data, size_t size, const char *word)
{
    size_t length = strlen(word);
    return size >= length && strncasecmp(data, word, length) == 0;
}

static size_t find_word(const char *data, size_t size, const char *word)
{
    size_t at = 0;
    while (at < size && !starts_with(data + at, size - at, word))
        at++;
    return at;
}

static size_t count_blanks(const char *data, size_t size)
{
    size_t count = 0;
    while (count < size && isspace((unsigned char)data[count]))
        count++;
    return count;
}

static void copy_title(char title[MAX_TITLE], const char *data, size_t size)
{
    char raw[MAX_TITLE + 4] = ""; /* more than fits, so that a long one is cut between characters */
    size_t blanks = count_blanks(data, size);
    data += blanks;
    size = find_word(data, size - blanks, "<");
    while (size > 0 && isspace((unsigned char)data[size - 1]))
        size--;
    memcpy(raw, data, size < sizeof raw ? size : sizeof raw - 1);
    kit_error_text(title, MAX_TITLE, raw);
}

/* A proxy's or a provider's error page says in its title what it is about. */
static void refuse_html(kit_json *document, const char *data, size_t size)
{
    char title[MAX_TITLE] = "";
    size_t from = find_word(data, size, "<title>");
    if (from < size)
        copy_title(title, data + from + strlen("<title>"), size - from - strlen("<title>"));
    if (title[0])
        kit_error_set(&document->error, AW_E_PROTOCOL,
                      "expected JSON, found an HTML page with the title \"%s\"", title);
    else
        kit_error_set(&document->error, AW_E_PROTOCOL, "expected JSON, found an HTML page");
}

static bool is_binary(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (iscntrl((unsigned char)data[i]) && !isspace((unsigned char)data[i]))
            return true;
    return false;
}

/* Returns -1 with the error set when it does not even begin like JSON. */
static int check_start(kit_json *document, const char *data, size_t size)
{
    size_t blanks = count_blanks(data, size);
    data += blanks;
    size -= blanks;
    if (size == 0)
        return kit_error_set(&document->error, AW_E_PROTOCOL, "expected JSON, found nothing");
    if (strchr("{[\"-0123456789tfn", *data) && *data)
        return 0;
    if (*data != '<')
        return kit_error_set(&document->error, AW_E_PROTOCOL, "expected JSON, found %s",
                             is_binary(data, size) ? "binary data" : "plain text");
    if (!starts_with(data, size, "<!doctype html") && !starts_with(data, size, "<html"))
        return kit_error_set(&document->error, AW_E_PROTOCOL, "expected JSON, found XML");
    refuse_html(document, data, size);
    return -1;
}

/* What jansson quotes of the text ("near '...'") is left out: it may be a secret. A key is none. */
static void refuse_syntax(kit_json *document, const json_error_t *problem, struct shape shape,
                          size_t size)
{
    enum json_error_code code = json_error_code(problem);
    size_t position = problem->position < 0 ? 0 : (size_t)problem->position;
    bool quotes_key = code == json_error_duplicate_key;
    const char *quote = quotes_key ? NULL : strstr(problem->text, " near ");
    size_t length = quote ? (size_t)(quote - problem->text) : strlen(problem->text);
    if (code == json_error_out_of_memory || length == 0)
        kit_error_set(&document->error, AW_E_NO_MEMORY, "no memory for reading JSON");
    else if (!shape.closed && position + MAX_CHARACTER >= size)
        kit_error_set(&document->error, AW_E_PROTOCOL,
                      "expected JSON, found only its beginning: it is cut off after %zu bytes",
                      size);
    else
        kit_error_set(&document->error, AW_E_PROTOCOL,
                      "expected JSON, found a mistake in line %d, column %d: %.*s", problem->line,
                      problem->column, (int)length, problem->text);
}

static void parse(kit_json *document, const char *data, size_t size)
{
    if (starts_with(data, size, BYTE_ORDER_MARK)) {
        data += strlen(BYTE_ORDER_MARK);
        size -= strlen(BYTE_ORDER_MARK);
    }
    if (check_start(document, data, size) != 0)
        return;
    struct shape shape = measure(data, size);
    if (shape.depth > MAX_DEPTH) {
        kit_error_set(&document->error, AW_E_PROTOCOL,
                      "expected JSON of at most %d levels, found %zu levels", MAX_DEPTH,
                      shape.depth);
        return;
    }
    json_error_t problem;
    document->root = json_loadb(data, size, PARSE_FLAGS, &problem);
    if (!document->root)
        refuse_syntax(document, &problem, shape, size);
}

kit_json_node kit_json_parse_bytes(kit_json *document, const char *data, size_t size)
{
    memset(document, 0, sizeof *document);
    parse(document, data ? data : "", size);
    return (kit_json_node){
        .document = document,
        .value = json_is_null(document->root) ? NULL : document->root,
    };
}

kit_json_node kit_json_parse(kit_json *document, const aw_response *answer)
{
    aw_bytes body = answer ? answer->body : (aw_bytes){0};
    return kit_json_parse_bytes(document, body.data, body.size);
}

void kit_json_finish(kit_json *document)
{
    json_decref(document->root);
    document->root = NULL;
}

void kit_json_forgive(kit_json *document)
{
    memset(&document->error, 0, sizeof document->error);
}
