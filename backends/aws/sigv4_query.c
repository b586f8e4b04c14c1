/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding, and the canonical query: each name and value encoded, in order. */
#include "backends/aws/sigv4_parts.h"

#include "kit/error.h"

/* Of a query whose parameters have been encoded, one after the other, into one text. */
struct parameter {
    uint16_t name;
    uint16_t name_size;
    uint16_t value;
    uint16_t value_size;
};

struct query {
    struct sigv4_text text;
    size_t count;
    struct parameter items[SIGV4_MAX_PARAMETERS];
    char memory[3 * SIGV4_MAX_URL];
};
_Static_assert(3 * SIGV4_MAX_URL <= UINT16_MAX, "a place in the text fits a parameter");

static void add_encoded(struct sigv4_text *out, char c, bool keeps_slash)
{
    static const char digits[] = "0123456789ABCDEF";
    if (sigv4_is(c, SIGV4_UNRESERVED) || (c == '/' && keeps_slash)) {
        sigv4_text_add_char(out, c);
    } else if (sigv4_text_has_room(out, 3)) {
        *out->at++ = '%';
        *out->at++ = digits[(unsigned char)c >> 4];
        *out->at++ = digits[c & 15];
    }
}

void sigv4_text_add_encoded(struct sigv4_text *out, aw_bytes bytes, bool keeps_slash)
{
    for (uint64_t i = 0; i < bytes.size; i++)
        add_encoded(out, bytes.data[i], keeps_slash);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The byte that "%XX" stands for; -1 when it is no escape. */
static int read_escape(const char *text, uint64_t size)
{
    int high = size >= 3 ? hex_digit(text[1]) : -1;
    int low = size >= 3 ? hex_digit(text[2]) : -1;
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

int sigv4_text_add_recoded(struct sigv4_text *out, aw_bytes bytes, bool keeps_slash,
                           aw_error *ret_error)
{
    for (uint64_t i = 0; i < bytes.size; i++) {
        int c = (unsigned char)bytes.data[i];
        if (c == '%') {
            c = read_escape(bytes.data + i, bytes.size - i);
            i += 2;
        }
        if (c < 0)
            return kit_error_set(
                ret_error, AW_E_INVALID,
                "The URL of a request to sign has a %% that two hexadecimal digits "
                "do not follow. Write %%25 for the character itself.");
        add_encoded(out, (char)c, keeps_slash);
    }
    return 0;
}

/* "name", "name=" or "name=value". */
static int add_parameter(struct query *query, aw_bytes text, aw_error *ret_error)
{
    static const char presigning[] = "X-Amz-";
    const char *equals = memchr(text.data, '=', text.size);
    uint64_t name_size = equals ? (uint64_t)(equals - text.data) : text.size;
    aw_bytes name = {.data = text.data, .size = name_size};
    aw_bytes value = {.data = text.data + name_size, .size = 0};
    if (equals)
        value = (aw_bytes){.data = equals + 1, .size = text.size - name_size - 1};
    const struct sigv4_text *out = &query->text;
    const char *at_name = out->at;
    if (sigv4_text_add_recoded(&query->text, name, false, ret_error))
        return -1;
    const char *at_value = out->at;
    if (sigv4_text_add_recoded(&query->text, value, false, ret_error))
        return -1;
    size_t prefix = sizeof presigning - 1;
    if ((size_t)(at_value - at_name) >= prefix && memcmp(at_name, presigning, prefix) == 0)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The URL of a request to sign is signed already: it has a parameter "
                             "that begins with X-Amz-. Leave these out.");
    query->items[query->count++] = (struct parameter){
        .name = (uint16_t)(at_name - out->start),
        .name_size = (uint16_t)(at_value - at_name),
        .value = (uint16_t)(at_value - out->start),
        .value_size = (uint16_t)(out->at - at_value),
    };
    return 0;
}

static int read_parameters(struct query *query, aw_bytes text, aw_error *ret_error)
{
    const char *end = text.data + text.size;
    for (const char *at = text.data; at < end;) {
        const char *ampersand = memchr(at, '&', (size_t)(end - at));
        const char *parameter_end = ampersand ? ampersand : end;
        aw_bytes parameter = {.data = at, .size = (uint64_t)(parameter_end - at)};
        at = parameter_end + 1;
        if (parameter.size == 0)
            continue;
        if (query->count == SIGV4_MAX_PARAMETERS)
            return kit_error_set(
                ret_error, AW_E_INVALID,
                "The URL of a request to sign may have at most %d parameters. Send "
                "them as the body of a POST.",
                SIGV4_MAX_PARAMETERS);
        if (add_parameter(query, parameter, ret_error))
            return -1;
    }
    return 0;
}

static int compare(const struct query *query, const struct parameter *a, const struct parameter *b)
{
    aw_bytes names[2] = {{query->memory + a->name, a->name_size},
                         {query->memory + b->name, b->name_size}};
    aw_bytes values[2] = {{query->memory + a->value, a->value_size},
                          {query->memory + b->value, b->value_size}};
    int order = sigv4_bytes_compare(names[0], names[1]);
    return order ? order : sigv4_bytes_compare(values[0], values[1]);
}

static void sort(struct query *query)
{
    for (size_t i = 1; i < query->count; i++) {
        struct parameter item = query->items[i];
        size_t place = i;
        for (; place > 0 && compare(query, &item, &query->items[place - 1]) < 0; place--)
            query->items[place] = query->items[place - 1];
        query->items[place] = item;
    }
}

int sigv4_url_add_query(struct sigv4_text *out, aw_bytes query_text, aw_error *ret_error)
{
    struct query query;
    if (query_text.size == 0)
        return 0;
    query.text = sigv4_text_in(query.memory, sizeof query.memory);
    query.count = 0;
    if (read_parameters(&query, query_text, ret_error))
        return -1;
    sort(&query);
    for (size_t i = 0; i < query.count; i++) {
        const struct parameter *item = &query.items[i];
        if (i > 0)
            sigv4_text_add_char(out, '&');
        sigv4_text_add(out, query.memory + item->name, item->name_size);
        sigv4_text_add_char(out, '=');
        sigv4_text_add(out, query.memory + item->value, item->value_size);
    }
    return 0;
}
