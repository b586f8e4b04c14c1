/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing a request with a recorded one, part by part. */
#include "core/diff.h"

#include "core/lines.h"
#include "core/mem.h"
#include "kit/error.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

enum {
    EXCERPT_BEFORE = 12,
    EXCERPT_SIZE = 40,
    SHOWN_NAME = 40
};

#define RENDERED_MAX (4 * RECORDING_MAX_BYTES)

struct diff {
    const struct recorded_exchange *expected;
    const struct outgoing *actual;
    const struct named_values *names;
    kit_buf *report; /* NULL: nobody wants to know where */
    kit_buf text;    /* what is expected, rendered */
    bool different;
};

__attribute__((format(printf, 2, 3))) static void differ(struct diff *diff, const char *format, ...)
{
    diff->different = true;
    if (!diff->report)
        return;
    if (diff->report->size)
        kit_buf_add_text(diff->report, "; ");
    va_list args;
    va_start(args, format);
    kit_buf_vaddf(diff->report, format, args);
    va_end(args);
}

static bool is_over(const struct diff *diff)
{
    return diff->text.state != KIT_BUF_OK || (diff->different && !diff->report);
}

static aw_bytes bytes_of(const char *text)
{
    return (aw_bytes){text, strlen(text)};
}

static bool equal(aw_bytes a, aw_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static size_t common_prefix(aw_bytes a, aw_bytes b)
{
    size_t shorter = a.size < b.size ? a.size : b.size;
    size_t size = 0;
    while (size < shorter && a.data[size] == b.data[size])
        size++;
    return size;
}

/* A few bytes around `at`, in quotes; what is no printable ASCII is a '?'. */
static void add_excerpt(kit_buf *report, aw_bytes text, size_t at)
{
    size_t from = at > EXCERPT_BEFORE ? at - EXCERPT_BEFORE : 0;
    size_t to = text.size - from > EXCERPT_SIZE ? from + EXCERPT_SIZE : text.size;
    kit_buf_add_text(report, from ? "\"..." : "\"");
    for (size_t i = from; i < to; i++)
        kit_buf_add_char(report, text.data[i] >= ' ' && text.data[i] <= '~' ? text.data[i] : '?');
    kit_buf_add_text(report, to < text.size ? "...\"" : "\"");
}

static void differ_at(struct diff *diff, const char *part, const char *name, aw_bytes expected,
                      aw_bytes actual)
{
    size_t at = common_prefix(expected, actual);
    differ(diff, "%s%.*s at byte %zu", part, SHOWN_NAME, name, at);
    if (!diff->report || diff->actual->secret)
        return;
    kit_buf_add_text(diff->report, ": expected ");
    add_excerpt(diff->report, expected, at);
    kit_buf_add_text(diff->report, ", sent ");
    add_excerpt(diff->report, actual, at);
}

/* The text with its placeholders replaced, in `diff->text`. False: that cannot be done, which is a
 * difference too. */
static bool render(struct diff *diff, enum text_form form, aw_bytes text, aw_bytes *ret_rendered)
{
    aw_error error = {0};
    kit_buf_clear(&diff->text);
    if (named_values_render(diff->names, diff->names->count, form, text, &diff->text, &error)) {
        differ(diff, "%s", error.message);
        return false;
    }
    *ret_rendered = (aw_bytes){kit_buf_text(&diff->text), diff->text.size};
    return diff->text.state == KIT_BUF_OK;
}

static void compare_text(struct diff *diff, enum text_form form, const char *part, const char *name,
                         aw_bytes expected, aw_bytes actual)
{
    aw_bytes rendered;
    bool masked = diff->actual->secret && text_is(expected, RECORDING_SECRET);
    if (masked || is_over(diff) || !render(diff, form, expected, &rendered))
        return;
    if (!equal(rendered, actual))
        differ_at(diff, part, name, rendered, actual);
}

/* In a secret conversation the recording may end in ?<secret>: up to there they must be equal. */
static void compare_url(struct diff *diff)
{
    aw_bytes expected = bytes_of(diff->expected->url);
    aw_bytes actual = bytes_of(diff->actual->url);
    const char *query = strchr(diff->expected->url, '?');
    if (diff->actual->secret && query && strcmp(query + 1, RECORDING_SECRET) == 0) {
        expected.size = (size_t)(query - expected.data);
        actual.size = strcspn(actual.data, "?");
    }
    compare_text(diff, TEXT_URL, "URL", "", expected, actual);
}

static bool is_named(const aw_header *header, const char *name)
{
    return strcasecmp(header->name, name) == 0;
}

/* The header of that name with as many of the same name before it, or NULL. */
static const aw_header *find_header(const aw_header *headers, size_t count, const char *name,
                                    size_t before)
{
    for (size_t i = 0; i < count; i++)
        if (is_named(&headers[i], name) && before-- == 0)
            return &headers[i];
    return NULL;
}

static size_t count_before(const aw_header *headers, size_t index)
{
    size_t count = 0;
    for (size_t i = 0; i < index; i++)
        count += is_named(&headers[i], headers[index].name);
    return count;
}

static void compare_headers(struct diff *diff)
{
    const struct recorded_message *expected = &diff->expected->request;
    const struct outgoing *actual = diff->actual;
    for (size_t i = 0; i < expected->header_count; i++) {
        const aw_header *header = &expected->headers[i];
        const aw_header *sent = find_header(actual->headers, actual->header_count, header->name,
                                            count_before(expected->headers, i));
        if (sent)
            compare_text(diff, TEXT_PLAIN, "header ", header->name, bytes_of(header->value),
                         text_trim(bytes_of(sent->value)));
        else
            differ(diff, "header %.*s was not sent", SHOWN_NAME, header->name);
    }
    for (size_t i = 0; i < actual->header_count; i++)
        if (!find_header(expected->headers, expected->header_count, actual->headers[i].name,
                         count_before(actual->headers, i)))
            differ(diff, "header %.*s is not in the recording", SHOWN_NAME,
                   actual->headers[i].name);
}

static void compare_body(struct diff *diff, const char *part)
{
    const struct recorded_message *request = &diff->expected->request;
    enum text_form form = text_form_of(request->headers, request->header_count, request->body);
    compare_text(diff, form, part, "", request->body, diff->actual->body);
}

static void compare_request(struct diff *diff)
{
    const char *expected = diff->expected->method;
    const char *actual = diff->actual->method;
    if (strcmp(expected, actual) != 0)
        differ(diff, "method: expected %.*s, sent %.*s", SHOWN_NAME, expected, SHOWN_NAME, actual);
    compare_url(diff);
    compare_headers(diff);
    compare_body(diff, "body");
}

static void compare_program(struct diff *diff)
{
    const char *const *expected = diff->expected->argv;
    const char *const *actual = diff->actual->argv;
    size_t i = 0;
    for (; expected[i] && actual[i]; i++)
        compare_text(diff, TEXT_PLAIN, i ? "argument" : "program", "", bytes_of(expected[i]),
                     bytes_of(actual[i]));
    if (expected[i] || actual[i])
        differ(diff, "%s arguments than expected", actual[i] ? "more" : "fewer");
    compare_body(diff, "input");
}

static void compare(struct diff *diff)
{
    bool request_expected = diff->expected->method != NULL;
    if (request_expected != (diff->actual->method != NULL))
        differ(diff, request_expected ? "expected a request, not a program"
                                      : "expected a program, not a request");
    else if (request_expected)
        compare_request(diff);
    else
        compare_program(diff);
}

enum diff_result diff_compare(const struct recorded_exchange *expected,
                              const struct outgoing *actual, const struct named_values *names,
                              kit_buf *report)
{
    struct diff diff = {.expected = expected, .actual = actual, .names = names, .report = report};
    kit_buf_init(&diff.text, mem_kit(), RENDERED_MAX);
    compare(&diff);
    bool failed = diff.text.state != KIT_BUF_OK;
    kit_buf_finish(&diff.text);
    if (failed)
        return DIFF_NO_MEMORY;
    return diff.different ? DIFF_DIFFERENT : DIFF_EQUAL;
}

static size_t argument_likeness(const char *const *a, const char *const *b)
{
    size_t count = 0;
    while (a[count] && b[count] && strcmp(a[count], b[count]) == 0)
        count++;
    return count;
}

size_t diff_likeness(const struct recorded_exchange *expected, const struct outgoing *actual)
{
    if (!expected->method || !actual->method)
        return expected->method || actual->method ? 0
                                                  : argument_likeness(expected->argv, actual->argv);
    aw_bytes expected_url = bytes_of(expected->url);
    aw_bytes actual_url = bytes_of(actual->url);
    size_t score = common_prefix(expected_url, actual_url);
    if (strcmp(expected->method, actual->method) == 0)
        score += 16;
    if (equal(expected_url, actual_url))
        score += 4096 + common_prefix(expected->request.body, actual->body);
    return score;
}
