/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing JSON, and saying what it is that came instead of it. */
#include "kit/body.h"
#include "kit/error.h"
#include "kit/json.h"

#include <stdbool.h>
#include <string.h>

enum {
    MAX_DEPTH = 64,
    MAX_CHARACTER = 4
};

#define PARSE_FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL)

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

/* Returns -1 with the error set when it does not even begin like JSON. */
static int check_start(kit_json *document, const char *data, size_t size)
{
    size_t blanks = kit_body_count_blanks(data, size);
    if (blanks < size && data[blanks] && strchr("{[\"-0123456789tfn", data[blanks]))
        return 0;
    char found[KIT_BODY_FOUND];
    kit_body_describe(data, size, found);
    return kit_error_set(&document->error, AW_E_PROTOCOL, "expected JSON, found %s", found);
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
    size_t mark = kit_body_count_mark(data, size);
    data += mark;
    size -= mark;
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
