/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the signer share: texts in the caller's memory, the canonical request, the keys. */
#ifndef ARCHWAY_BACKENDS_AWS_SIGV4_PARTS_H
#define ARCHWAY_BACKENDS_AWS_SIGV4_PARTS_H

#include "backends/aws/sigv4.h"

#include <stdbool.h>
#include <string.h>

#define SIGV4_HASH 32
#define SIGV4_HEX (2 * SIGV4_HASH)
#define SIGV4_DAY 8
#define SIGV4_MAX_HOST 264 /* a name of 253, brackets, a port */

/*
 * A text that is built in memory of a fixed size, on the stack: kit_buf's way (errors stick, ask once at the
 * end) where a call for each piece would take as long as the hashing. No NUL behind it.
 */
struct sigv4_text {
    char *start;
    char *at;
    char *end;
    bool is_full; /* something did not fit: the text is of no use */
};

static inline struct sigv4_text sigv4_text_in(char *memory, size_t size)
{
    return (struct sigv4_text){.start = memory, .at = memory, .end = memory + size};
}

static inline bool sigv4_text_has_room(struct sigv4_text *text, size_t size)
{
    bool fits = (size_t)(text->end - text->at) >= size;
    text->is_full |= !fits;
    return fits;
}

/* Where so many bytes may be written, after which `at` is to be moved; NULL: they do not fit. */
static inline char *sigv4_text_reserve(struct sigv4_text *text, size_t size)
{
    return sigv4_text_has_room(text, size) ? text->at : NULL;
}

static inline char *sigv4_put(char *at, aw_bytes bytes)
{
    memcpy(at, bytes.data, bytes.size);
    return at + bytes.size;
}

static inline void sigv4_text_add(struct sigv4_text *text, const char *data, size_t size)
{
    if (!sigv4_text_has_room(text, size))
        return;
    memcpy(text->at, data, size);
    text->at += size;
}

#define SIGV4_ADD(text, literal) sigv4_text_add(text, literal, sizeof(literal) - 1)

static inline void sigv4_text_add_bytes(struct sigv4_text *text, aw_bytes bytes)
{
    sigv4_text_add(text, bytes.data, bytes.size);
}

static inline void sigv4_text_add_char(struct sigv4_text *text, char c)
{
    if (sigv4_text_has_room(text, 1))
        *text->at++ = c;
}

static inline aw_bytes sigv4_text_bytes(const struct sigv4_text *text)
{
    return (aw_bytes){.data = text->start, .size = (uint64_t)(text->at - text->start)};
}

static inline bool sigv4_bytes_equal(aw_bytes bytes, const char *text, size_t size)
{
    return bytes.size == size && memcmp(bytes.data, text, size) == 0;
}

static inline int sigv4_bytes_compare(aw_bytes a, aw_bytes b)
{
    if (a.size > 0 && b.size > 0 && a.data[0] != b.data[0])
        return (unsigned char)a.data[0] < (unsigned char)b.data[0] ? -1 : 1;
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static inline bool sigv4_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The text without the white space around it. NULL: empty. */
static inline aw_bytes sigv4_trimmed(const char *text)
{
    if (!text)
        return (aw_bytes){.data = "", .size = 0};
    while (sigv4_is_space(*text))
        text++;
    size_t size = strlen(text);
    while (size > 0 && sigv4_is_space(text[size - 1]))
        size--;
    return (aw_bytes){.data = text, .size = size};
}

/* sigv4_class.c */

/* What a byte may stand in. */
enum sigv4_class {
    SIGV4_UNRESERVED = 1, /* the text of a URL, not encoded: A-Z a-z 0-9 - . _ ~ */
    SIGV4_NAME = 2,       /* a host, region, service or method: the same without ~ */
    SIGV4_TOKEN = 4,      /* the name of a header */
    SIGV4_LOWER = 8,      /* the same without A-Z */
    SIGV4_PATH = 16,      /* a path: all but control characters, ? and # */
    SIGV4_QUERY = 32,     /* a query: all but control characters and # */
    SIGV4_PLAIN = 64      /* a word: all but control characters and blanks */
};
extern const unsigned char sigv4_classes[256];

static inline bool sigv4_is(char c, enum sigv4_class class)
{
    return sigv4_classes[(unsigned char)c] & class;
}

/* How many bytes from the first on are of this class. */
static inline size_t sigv4_span(const char *text, size_t size, enum sigv4_class class)
{
    size_t i = 0;
    while (i < size && sigv4_is(text[i], class))
        i++;
    return i;
}

/* The same for SIGV4_PLAIN, eight at a time. */
size_t sigv4_plain_size(const char *text, size_t size);

/* sigv4_url.c */

/* The parts of a URL. They point into it, but for the host. */
struct sigv4_url {
    bool is_secure;
    aw_bytes host; /* as the HTTP library sends it: with the port, unless it is the scheme's own */
    aw_bytes path;
    aw_bytes query;
    char host_memory[SIGV4_MAX_HOST];
};

int sigv4_url_split(struct sigv4_url *url, const char *text, aw_error *ret_error);

/* ONCE: the path as it is on the wire, its escapes made canonical. AGAIN: its '%' encoded as well.
 * NORMALIZED: that, without dots and empty segments. */
enum sigv4_encoding {
    SIGV4_ENCODE_ONCE,
    SIGV4_ENCODE_AGAIN,
    SIGV4_ENCODE_NORMALIZED
};

int sigv4_url_add_path(struct sigv4_text *out, aw_bytes path, enum sigv4_encoding encoding,
                       aw_error *ret_error);

/* sigv4_query.c */

/* Adds the bytes percent-encoded, all but A-Z a-z 0-9 - . _ ~ and, with `keeps_slash`, '/'. */
void sigv4_text_add_encoded(struct sigv4_text *out, aw_bytes bytes, bool keeps_slash);
/* The same after decoding them. Fails where a '%' begins no escape. */
int sigv4_text_add_recoded(struct sigv4_text *out, aw_bytes bytes, bool keeps_slash,
                           aw_error *ret_error);

/* The parameters encoded, each with a '=', sorted by name and then by value. */
int sigv4_url_add_query(struct sigv4_text *out, aw_bytes query, aw_error *ret_error);

/* sigv4_headers.c */

struct sigv4_header {
    aw_bytes name; /* lower-case */
    aw_bytes value;
    bool is_plain; /* no blanks in the value, and nothing that is forbidden */
};

/* What is signed of the request's headers, and what signing adds. */
struct sigv4_headers {
    size_t count;
    bool has_host;
    aw_bytes content_hash; /* the request's own x-amz-content-sha256; size 0: none */
    size_t names_size;     /* of the request's own */
    unsigned char order[SIGV4_MAX_HEADERS + 4]; /* by name; of equal names the first one first */
    struct sigv4_header items[SIGV4_MAX_HEADERS + 4];
    char name_memory[SIGV4_MAX_NAMES];
};

int sigv4_headers_read(struct sigv4_headers *headers, const aw_request *request,
                       aw_error *ret_error);
/* `name` is lower-case and, like the value, outlives the list. */
void sigv4_headers_add(struct sigv4_headers *headers, aw_bytes name, aw_bytes value, bool is_plain);

/* "\nname:value" for each name. */
int sigv4_headers_write(const struct sigv4_headers *headers, struct sigv4_text *out,
                        aw_error *ret_error);
/* The names with ';' between them. */
void sigv4_headers_write_names(const struct sigv4_headers *headers, struct sigv4_text *out);

/* sigv4_canonical.c */

/* All that a canonical request is made of. */
struct sigv4_input {
    const aw_request *request;
    const char *service;
    enum sigv4_path path;
    aw_bytes time;
    aw_bytes token;    /* size 0: none */
    aw_bytes payload;  /* hash of the body */
    bool adds_payload; /* set here: x-amz-content-sha256 is one of the headers to send */
    aw_bytes names;    /* set here: the signed headers, within the text */
};

/* Adds the canonical request. The input's payload is replaced by UNSIGNED-PAYLOAD where the request says so. */
int sigv4_canonical(struct sigv4_input *input, struct sigv4_text *out, aw_error *ret_error);

/* sigv4_key.c */

/* What a key is derived from, and found again by: texts as they were given, none of them NULL. */
struct sigv4_terms {
    const char *key_id;
    const char *secret;
    const char *region;
    const char *service;
    uint64_t day; /* since 1970 */
    const char *day_text;
};

/* Before the others, each time: makes what is missing. */
int sigv4_keys_prepare(struct sigv4_keys *keys, aw_error *ret_error);
/* The hash of these bytes, in hex, added to the text. */
int sigv4_keys_add_hash(struct sigv4_keys *keys, aw_bytes data, struct sigv4_text *out,
                        aw_error *ret_error);
/* The same for a canonical request. */
int sigv4_keys_add_canonical_hash(struct sigv4_keys *keys, aw_bytes canonical,
                                  struct sigv4_text *out, aw_error *ret_error);
/* The derived key, good until the next call; NULL: terms that cannot be right, or no memory. */
const struct sigv4_key *sigv4_keys_find(struct sigv4_keys *keys, const struct sigv4_terms *terms,
                                        aw_error *ret_error);
/* The HMAC of these bytes under the key, in hex, added to the text. */
int sigv4_key_add_mac(struct sigv4_keys *keys, const struct sigv4_key *key, aw_bytes data,
                      struct sigv4_text *out, aw_error *ret_error);

/* sigv4_terms.c */

/* Could AWS have given these names, this key id and this secret? Asked before a key is derived. */
int sigv4_terms_check(const struct sigv4_terms *terms, aw_error *ret_error);

/* "20260101T000000Z" */
void sigv4_time_write(char out[SIGV4_TIME], uint64_t second);

#endif
