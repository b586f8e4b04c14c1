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
    size_t count;
    struct parameter items[SIGV4_MAX_PARAMETERS];
    char text[3 * SIGV4_MAX_URL];
};
_Static_assert(3 * SIGV4_MAX_URL <= UINT16_MAX, "a place in the text fits a parameter");

static char *put_encoded(char *at, char c, bool keeps_slash)
{
    static const char digits[] = "0123456789ABCDEF";
    if (sigv4_is(c, SIGV4_UNRESERVED) || (c == '/' && keeps_slash)) {
        *at++ = c;
        return at;
    }
    *at++ = '%';
    *at++ = digits[(unsigned char)c >> 4];
    *at++ = digits[c & 15];
    return at;
}

char *sigv4_put_encoded(char *at, aw_bytes bytes, bool keeps_slash)
{
    for (uint64_t i = 0; i < bytes.size; i++)
        at = put_encoded(at, bytes.data[i], keeps_slash);
    return at;
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

char *sigv4_put_recoded(char *at, aw_bytes bytes, bool keeps_slash, aw_error *ret_error)
{
    for (uint64_t i = 0; i < bytes.size; i++) {
        int c = (unsigned char)bytes.data[i];
        if (c == '%') {
            c = read_escape(bytes.data + i, bytes.size - i);
            i += 2;
        }
        if (c < 0) {
            kit_error_set(
                ret_error, AW_E_INVALID,
                "The URL of a request to sign has a %% that two hexadecimal digits do not "
                "follow. Write %%25 for the character itself.");
            return NULL;
        }
        at = put_encoded(at, (char)c, keeps_slash);
    }
    return at;
}

static int refuse_presigned(aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_INVALID,
                         "The URL of a request to sign is signed already: it has a parameter that "
                         "begins with X-Amz-. Leave these out.");
}

/* "name", "name=" or "name=value", encoded at *at, which moves on. */
static int read_parameter(struct query *query, aw_bytes text, char **at, aw_error *ret_error)
{
    const char *end = text.data + text.size;
    const char *equals = memchr(text.data, '=', text.size);
    const char *name_end = equals ? equals : end;
    char *name = *at;
    char *value = sigv4_put_recoded(name, sigv4_between(text.data, name_end), false, ret_error);
    if (!value)
        return -1;
    if (value - name >= 6 && memcmp(name, "X-Amz-", 6) == 0)
        return refuse_presigned(ret_error);
    *at = sigv4_put_recoded(value, sigv4_between(equals ? equals + 1 : end, end), false, ret_error);
    if (!*at)
        return -1;
    query->items[query->count++] = (struct parameter){
        .name = (uint16_t)(name - query->text),
        .name_size = (uint16_t)(value - name),
        .value = (uint16_t)(value - query->text),
        .value_size = (uint16_t)(*at - value),
    };
    return 0;
}

static int read_parameters(struct query *query, aw_bytes text, aw_error *ret_error)
{
    const char *end = text.data + text.size;
    char *at = query->text;
    for (const char *from = text.data; from < end;) {
        const char *ampersand = memchr(from, '&', (size_t)(end - from));
        aw_bytes parameter = sigv4_between(from, ampersand ? ampersand : end);
        from += parameter.size + 1;
        if (parameter.size == 0)
            continue;
        if (query->count == SIGV4_MAX_PARAMETERS)
            return kit_error_set(
                ret_error, AW_E_INVALID,
                "The URL of a request to sign may have at most %d parameters. Send "
                "them as the body of a POST.",
                SIGV4_MAX_PARAMETERS);
        if (read_parameter(query, parameter, &at, ret_error))
            return -1;
    }
    return 0;
}

static int compare(const struct query *query, const struct parameter *a, const struct parameter *b)
{
    aw_bytes names[2] = {{query->text + a->name, a->name_size},
                         {query->text + b->name, b->name_size}};
    aw_bytes values[2] = {{query->text + a->value, a->value_size},
                          {query->text + b->value, b->value_size}};
    int order = sigv4_compare(names[0], names[1]);
    return order ? order : sigv4_compare(values[0], values[1]);
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

static char *put_sorted(char *at, aw_bytes text, aw_error *ret_error)
{
    struct query query;
    query.count = 0;
    if (read_parameters(&query, text, ret_error))
        return NULL;
    sort(&query);
    for (size_t i = 0; i < query.count; i++) {
        const struct parameter *item = &query.items[i];
        if (i > 0)
            *at++ = '&';
        at = sigv4_put(at, (aw_bytes){query.text + item->name, item->name_size});
        *at++ = '=';
        at = sigv4_put(at, (aw_bytes){query.text + item->value, item->value_size});
    }
    return at;
}

char *sigv4_put_query(char *at, aw_bytes query, aw_error *ret_error)
{
    return query.size == 0 ? at : put_sorted(at, query, ret_error);
}
