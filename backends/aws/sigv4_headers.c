/* SPDX-License-Identifier: Apache-2.0 */
/* The headers that are signed: which of the request's, in which order, and how they are written. */
#include "backends/aws/sigv4_parts.h"

#include "kit/error.h"

enum fate {
    SIGNED,
    SKIPPED,
    REFUSED
};

/* What becomes of a header, where it is not simply signed. */
static enum fate fate_of(aw_bytes name)
{
    static const struct {
        const char *name;
        size_t size;
        enum fate fate;
    } others[] = {
#define OTHER(name, fate) {name, sizeof(name) - 1, fate}
        OTHER("authorization", REFUSED),
        OTHER("x-amz-date", REFUSED),
        OTHER("x-amz-security-token", REFUSED),
        OTHER("connection", SKIPPED),
        OTHER("expect", SKIPPED),
        OTHER("keep-alive", SKIPPED),
        OTHER("te", SKIPPED),
        OTHER("trailer", SKIPPED),
        OTHER("transfer-encoding", SKIPPED),
        OTHER("upgrade", SKIPPED),
        OTHER("user-agent", SKIPPED),
        OTHER("x-amzn-trace-id", SKIPPED),
#undef OTHER
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (sigv4_equal(name, others[i].name, others[i].size))
            return others[i].fate;
    return name.size >= 6 && memcmp(name.data, "proxy-", 6) == 0 ? SKIPPED : SIGNED;
}

static int refuse_name(const char *name, aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_INVALID,
                         "The header \"%.64s\" of a request to sign has no name, or a character in "
                         "it that HTTP does not allow.",
                         name);
}

/* A copy in lower case; NULL: it has a character that no name has. */
static const char *lower(struct sigv4_headers *headers, aw_bytes name)
{
    char *copy = headers->name_memory + headers->names_size;
    for (uint64_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (!sigv4_is(c, SIGV4_TOKEN))
            return NULL;
        copy[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    return copy;
}

/* The name itself where it is in lower case, as most are written. */
static int read_name(struct sigv4_headers *headers, const char *text, aw_bytes *ret_name,
                     aw_error *ret_error)
{
    aw_bytes name = {.data = text, .size = strlen(text)};
    if (name.size > SIGV4_MAX_NAMES - headers->names_size)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The names of the headers of a request to sign may have at most %d "
                             "bytes together.",
                             SIGV4_MAX_NAMES);
    if (sigv4_span(text, name.size, SIGV4_LOWER) < name.size)
        name.data = lower(headers, name);
    if (name.size == 0 || !name.data)
        return refuse_name(text, ret_error);
    headers->names_size += name.size;
    *ret_name = name;
    return 0;
}

void sigv4_headers_add(struct sigv4_headers *headers, aw_bytes name, aw_bytes value, bool is_plain)
{
    unsigned char *order = headers->order;
    size_t place = headers->count;
    struct sigv4_header *item = &headers->items[headers->count];
    item->name = name;
    item->value = value;
    item->is_plain = is_plain;
    headers->values_size += value.size;
    while (place > 0 && sigv4_compare(name, headers->items[order[place - 1]].name) < 0) {
        order[place] = order[place - 1];
        place--;
    }
    order[place] = (unsigned char)headers->count++;
}

static int read_header(struct sigv4_headers *headers, const aw_header *header, aw_error *ret_error)
{
    aw_bytes name;
    if (read_name(headers, header->name, &name, ret_error))
        return -1;
    enum fate fate = fate_of(name);
    if (fate == REFUSED)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The request to sign already has the header %.*s, which signing adds. "
                             "Leave it out.",
                             (int)name.size, name.data);
    if (fate == SKIPPED)
        return 0;
    aw_bytes value = {.data = header->value, .size = strlen(header->value)};
    if (sigv4_equal(name, "host", 4))
        headers->has_host = true;
    else if (sigv4_equal(name, "x-amz-content-sha256", 20))
        headers->content_hash = value;
    sigv4_headers_add(headers, name, value, false);
    return 0;
}

int sigv4_headers_read(struct sigv4_headers *headers, const aw_request *request,
                       aw_error *ret_error)
{
    headers->count = 0;
    headers->has_host = false;
    headers->content_hash = (aw_bytes){.data = "", .size = 0};
    headers->names_size = 0;
    headers->values_size = 0;
    if (request->header_count > SIGV4_MAX_HEADERS)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "A request to sign may have at most %d headers.", SIGV4_MAX_HEADERS);
    for (uint64_t i = 0; i < request->header_count; i++)
        if (read_header(headers, &request->headers[i], ret_error))
            return -1;
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Without the blanks around it, and each run of blanks within it one space: never longer than it
 * was. Returns where it ends; NULL: it has a control character. */
static char *put_folded(char *start, aw_bytes value)
{
    const char *from = value.data;
    const char *end = from + value.size;
    char *at = start;
    while (from < end) {
        size_t size = sigv4_plain_size(from, (size_t)(end - from));
        at = sigv4_put(at, (aw_bytes){.data = from, .size = size});
        const char *blanks = from += size;
        while (from < end && is_blank(*from))
            from++;
        if (size == 0 && from == blanks)
            return NULL;
        if (from < end && from > blanks && at > start)
            *at++ = ' ';
    }
    return at;
}

static const struct sigv4_header *item_at(const struct sigv4_headers *headers, size_t place)
{
    return &headers->items[headers->order[place]];
}

static bool repeats(const struct sigv4_headers *headers, size_t place)
{
    if (place == 0)
        return false;
    aw_bytes last = item_at(headers, place - 1)->name;
    return sigv4_equal(item_at(headers, place)->name, last.data, last.size);
}

/* "\nname:value", or ",value" for one more of the same name. */
static char *put_header(char *at, const struct sigv4_header *header, bool is_repeated)
{
    if (is_repeated) {
        *at++ = ',';
    } else {
        *at++ = '\n';
        at = sigv4_put(at, header->name);
        *at++ = ':';
    }
    return header->is_plain ? sigv4_put(at, header->value) : put_folded(at, header->value);
}

char *sigv4_put_headers(char *at, const struct sigv4_headers *headers, aw_error *ret_error)
{
    if (headers->values_size > SIGV4_MAX_VALUES + SIGV4_OWN_VALUES) {
        kit_error_set(ret_error, AW_E_INVALID,
                      "The values of the headers of a request to sign and the session token may "
                      "have at most %d bytes together.",
                      SIGV4_MAX_VALUES);
        return NULL;
    }
    for (size_t i = 0; i < headers->count; i++) {
        const struct sigv4_header *header = item_at(headers, i);
        at = put_header(at, header, repeats(headers, i));
        if (at)
            continue;
        kit_error_set(ret_error, AW_E_INVALID,
                      "The header %.*s of a request to sign has a control character in its value.",
                      (int)header->name.size, header->name.data);
        return NULL;
    }
    return at;
}

char *sigv4_put_names(char *at, const struct sigv4_headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (repeats(headers, i))
            continue;
        if (i > 0)
            *at++ = ';';
        at = sigv4_put(at, item_at(headers, i)->name);
    }
    return at;
}
