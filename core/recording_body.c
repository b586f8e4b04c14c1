/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies in a recording and beside it. */
#include "core/mem.h"
#include "core/recording_parse.h"
#include "core/vec.h"
#include "core/whole_file.h"
#include "kit/error.h"

#include <fcntl.h>
#include <string.h>

int parser_no_memory(struct parser *parser)
{
    return kit_error_set(parser->lines.error, AW_E_NO_MEMORY, "%s: no memory to read it.",
                         parser->lines.path);
}

const char *parser_text(struct parser *parser, aw_bytes text)
{
    const char *copy = arena_copy(&parser->recording->arena, text.data, text.size);
    if (!copy)
        parser_no_memory(parser);
    return copy;
}

static const aw_bytes *find_aside(const struct recording *recording, const char *name)
{
    for (size_t i = 0; i < recording->aside_count; i++)
        if (strcmp(recording->asides[i].path, name) == 0)
            return &recording->asides[i].content;
    return NULL;
}

static int read_aside(struct parser *parser, int line, const char *name, aw_bytes *ret_content)
{
    struct recording *recording = parser->recording;
    aw_error error = {0};
    struct recorded_file *slot = VEC_PUSH(&recording->asides, &recording->aside_count);
    if (!slot)
        return parser_no_memory(parser);
    slot->path = name;
    if (whole_file_read(parser->folder_fd, name, O_NOFOLLOW, RECORDING_MAX_BYTES, &recording->arena,
                        &slot->content, &error)) {
        if (error.code == AW_E_NO_MEMORY)
            return parser_no_memory(parser);
        return lines_fail(&parser->lines, line, "the body @%s: %s", name, error.message);
    }
    *ret_content = slot->content;
    return 0;
}

static int find_or_read_aside(struct parser *parser, int line, aw_bytes text, aw_bytes *ret_content)
{
    const char *name = parser_text(parser, text);
    if (!name)
        return -1;
    if (!name[0] || name[0] == '.' || strchr(name, '/'))
        return lines_fail(
            &parser->lines, line,
            "expected @ and the name of a file beside the recording: no folders, no dot "
            "in front. A body that begins with @ is written with \\ before it.");
    const aw_bytes *known = find_aside(parser->recording, name);
    if (!known)
        return read_aside(parser, line, name, ret_content);
    *ret_content = *known;
    return 0;
}

/* Takes the backslash off the lines that begin with one. */
static int unescape(struct parser *parser, aw_bytes text, aw_bytes *ret_body)
{
    char *copy = arena_alloc(&parser->recording->arena, text.size + 1);
    if (!copy)
        return parser_no_memory(parser);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool first = i == 0 || text.data[i - 1] == '\n';
        if (!first || text.data[i] != '\\')
            copy[size++] = text.data[i];
    }
    *ret_body = (aw_bytes){copy, size};
    return 0;
}

int parser_body(struct parser *parser, bool (*ends)(aw_bytes line), aw_bytes *ret_body)
{
    int line = parser->lines.number;
    aw_bytes text = lines_until(&parser->lines, ends);
    while (text.size && text.data[text.size - 1] == '\n')
        text.size--;
    if (text_starts(text, "@") && !memchr(text.data, '\n', text.size))
        return find_or_read_aside(parser, line, (aw_bytes){text.data + 1, text.size - 1}, ret_body);
    return unescape(parser, text, ret_body);
}
