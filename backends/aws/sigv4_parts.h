/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the signer share. Texts are written at a `char *` that each function takes and
 * returns moved on: what is read is limited first, and the memory has room for the most that can
 * come of it.
 */
#ifndef ARCHWAY_BACKENDS_AWS_SIGV4_PARTS_H
#define ARCHWAY_BACKENDS_AWS_SIGV4_PARTS_H

#include "backends/aws/sigv4.h"

#include <stdbool.h>
#include <string.h>

#define SIGV4_HASH 32
#define SIGV4_HEX (2 * SIGV4_HASH)
#define SIGV4_DAY 8
#define SIGV4_MAX_METHOD 32
#define SIGV4_MAX_HOST 264 /* a name of 253, brackets, a port */

static inline char *sigv4_put(char *at, aw_bytes bytes)
{
    memcpy(at, bytes.data, bytes.size);
    return at + bytes.size;
}

#define SIGV4_BYTES(literal) ((aw_bytes){.data = (literal), .size = sizeof(literal) - 1})
#define SIGV4_PUT(at, literal) sigv4_put(at, SIGV4_BYTES(literal))

static inline aw_bytes sigv4_between(const char *start, const char *end)
{
    return (aw_bytes){.data = start, .size = (uint64_t)(end - start)};
}

static inline bool sigv4_equal(aw_bytes bytes, const char *text, size_t size)
{
    return bytes.size == size && memcmp(bytes.data, text, size) == 0;
}

static inline int sigv4_compare(aw_bytes a, aw_bytes b)
{
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

/* At most three bytes for each of the path. NULL: refused. */
char *sigv4_put_path(char *at, aw_bytes path, enum sigv4_encoding encoding, aw_error *ret_error);

/* sigv4_query.c */

/* Percent-encoded, all but A-Z a-z 0-9 - . _ ~ and, with `keeps_slash`, '/': at most three bytes
 * for each. */
char *sigv4_put_encoded(char *at, aw_bytes bytes, bool keeps_slash);
/* The same after decoding them. NULL where a '%' begins no escape. */
char *sigv4_put_recoded(char *at, aw_bytes bytes, bool keeps_slash, aw_error *ret_error);

/* The parameters encoded, each with a '=', sorted by name and then by value: at most three bytes
 * for each of the query, and one more for each parameter. NULL: refused. */
char *sigv4_put_query(char *at, aw_bytes query, aw_error *ret_error);

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
    size_t names_size;     /* of the request's own headers */
    size_t values_size;
    unsigned char order[SIGV4_MAX_HEADERS + 4]; /* by name; of equal names the first one first */
    struct sigv4_header items[SIGV4_MAX_HEADERS + 4];
    char name_memory[SIGV4_MAX_NAMES];
};

int sigv4_headers_read(struct sigv4_headers *headers, const aw_request *request,
                       aw_error *ret_error);
/* `name` is lower-case and, like the value, outlives the list. */
void sigv4_headers_add(struct sigv4_headers *headers, aw_bytes name, aw_bytes value, bool is_plain);

/* "\nname:value" for each name: never longer than names and values and two bytes each. NULL:
 * refused. */
char *sigv4_put_headers(char *at, const struct sigv4_headers *headers, aw_error *ret_error);
/* The names with ';' between them. */
char *sigv4_put_names(char *at, const struct sigv4_headers *headers);

/* sigv4_canonical.c */

/* All that a canonical request is made of. */
struct sigv4_input {
    const aw_request *request;
    const char *service;
    enum sigv4_path path;
    aw_bytes time;
    aw_bytes token;   /* size 0: none */
    aw_bytes payload; /* the hash of the body */
};

/* The names and values of signing's own headers, but for the token: host, date, token, payload. */
#define SIGV4_OWN_NAMES (4 + 10 + 20 + 20)
#define SIGV4_OWN_VALUES (SIGV4_MAX_HOST + SIGV4_TIME + SIGV4_HEX)
#define SIGV4_ALL_NAMES (SIGV4_MAX_NAMES + SIGV4_OWN_NAMES + SIGV4_MAX_HEADERS + 4)
#define SIGV4_MAX_CANONICAL                                                                        \
    (SIGV4_MAX_METHOD + 3 * SIGV4_MAX_URL + SIGV4_MAX_PARAMETERS + 2 * SIGV4_ALL_NAMES +           \
     SIGV4_MAX_HEADERS + 4 + SIGV4_MAX_VALUES + SIGV4_OWN_VALUES + SIGV4_HEX + 8)

/* A canonical request, which is always longer than a block of SHA-256. */
struct sigv4_canonical {
    aw_bytes text;     /* in the memory below, or a key's last one */
    aw_bytes names;    /* the signed headers, within the text */
    aw_bytes payload;  /* UNSIGNED-PAYLOAD where the request says so */
    bool adds_payload; /* x-amz-content-sha256 is one of the headers to send */
    bool repeats;      /* it has no query, and no header that depends on the body */
    char memory[SIGV4_MAX_CANONICAL];
};

int sigv4_canonical_write(struct sigv4_canonical *canonical, const struct sigv4_input *input,
                          aw_error *ret_error);

/* sigv4_last.c */

/* Is the request the last one again? Then its canonical request, with this time and payload. */
bool sigv4_last_use(struct sigv4_last *last, const struct sigv4_input *input,
                    struct sigv4_canonical *ret_canonical);
/* Keeps it for the next, if it is small and can come again. */
void sigv4_last_keep(struct sigv4_last *last, const struct sigv4_input *input,
                     const struct sigv4_canonical *canonical);

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
/* The derived key, good until the next call; NULL: terms that cannot be right, or no memory. */
struct sigv4_key *sigv4_keys_find(struct sigv4_keys *keys, const struct sigv4_terms *terms,
                                  aw_error *ret_error);
/* The HMAC of these bytes under the key, in hex. */
int sigv4_key_mac(struct sigv4_keys *keys, const struct sigv4_key *key, aw_bytes data,
                  char ret_hex[SIGV4_HEX], aw_error *ret_error);

/* sigv4_hash.c */

/* The hash of these bytes; in hex; and for a canonical request. */
int sigv4_digest(struct sigv4_keys *keys, const EVP_MD_CTX *start, aw_bytes data,
                 unsigned char ret_hash[SIGV4_HASH]);
int sigv4_keys_hash(struct sigv4_keys *keys, aw_bytes data, char ret_hex[SIGV4_HEX],
                    aw_error *ret_error);
int sigv4_keys_hash_canonical(struct sigv4_keys *keys, aw_bytes canonical, char ret_hex[SIGV4_HEX],
                              aw_error *ret_error);
void sigv4_write_hex(const unsigned char hash[SIGV4_HASH], char ret_hex[SIGV4_HEX]);
/* Says that OpenSSL had no memory. Returns -1. */
int sigv4_no_memory(aw_error *ret_error);

/* sigv4_terms.c */

/* Could AWS have given these names, this key id and this secret? Asked before a key is derived. */
int sigv4_terms_check(const struct sigv4_terms *terms, aw_error *ret_error);

/* "20260101T000000Z" */
void sigv4_time_write(char out[SIGV4_TIME], uint64_t second);

#endif
