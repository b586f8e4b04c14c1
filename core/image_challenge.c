/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading www-authenticate: one or more schemes, each with parameters, and commas between all of them
 * (https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1).
 */
#include "core/image_challenge.h"

#include <string.h>
#include <strings.h>

#define TOKEN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"
#define BLANKS " \t"

struct reader {
    const char *at;
    struct image_challenge *best;
    struct image_challenge current;
};

static void keep_current(struct reader *reader)
{
    struct image_challenge *current = &reader->current;
    if (current->scheme == IMAGE_BEARER && !*current->realm)
        current->scheme = IMAGE_OPEN;
    if (current->scheme > reader->best->scheme)
        *reader->best = *current;
    *current = (struct image_challenge){0};
}

/* Quoted or not. False: too long, or the quote does not end. */
static bool read_value(struct reader *reader, char *ret, size_t ret_size)
{
    size_t size = 0;
    bool quoted = *reader->at == '"';
    if (quoted)
        reader->at++;
    for (; *reader->at && (quoted ? *reader->at != '"' : strchr(TOKEN "/:=", *reader->at) != NULL);
         reader->at++) {
        if (quoted && *reader->at == '\\' && reader->at[1])
            reader->at++;
        if (size + 1 < ret_size)
            ret[size] = *reader->at;
        size++;
    }
    ret[size < ret_size ? size : 0] = '\0';
    if (quoted && *reader->at != '"')
        return false;
    reader->at += quoted;
    return size < ret_size;
}

static bool read_parameter(struct reader *reader, const char *name, size_t name_size)
{
    struct image_challenge *current = &reader->current;
    char other[256];
    if (name_size == 5 && !strncasecmp(name, "realm", name_size))
        return read_value(reader, current->realm, sizeof current->realm);
    if (name_size == 7 && !strncasecmp(name, "service", name_size))
        return read_value(reader, current->service, sizeof current->service);
    if (name_size == 5 && !strncasecmp(name, "scope", name_size))
        return read_value(reader, current->scope, sizeof current->scope);
    read_value(reader, other, sizeof other);
    return true;
}

static void begin_scheme(struct reader *reader, const char *name, size_t name_size)
{
    keep_current(reader);
    if (name_size == 6 && !strncasecmp(name, "Bearer", name_size))
        reader->current.scheme = IMAGE_BEARER;
    else if (name_size == 5 && !strncasecmp(name, "Basic", name_size))
        reader->current.scheme = IMAGE_BASIC;
}

/* A word is the name of a parameter when an "=" follows it, and of a scheme otherwise. */
static bool read_word(struct reader *reader)
{
    const char *word = reader->at;
    size_t size = strspn(word, TOKEN);
    const char *behind = word + size + strspn(word + size, BLANKS);
    if (!size)
        return false;
    if (*behind != '=') {
        reader->at = word + size;
        begin_scheme(reader, word, size);
        return true;
    }
    reader->at = behind + 1 + strspn(behind + 1, BLANKS);
    return read_parameter(reader, word, size);
}

static void read_header(const char *text, struct image_challenge *best)
{
    struct reader reader = {.at = text, .best = best};
    for (;;) {
        reader.at += strspn(reader.at, BLANKS ",");
        if (!*reader.at)
            break;
        if (!read_word(&reader))
            return; /* what was being read is not to be trusted */
    }
    keep_current(&reader);
}

bool image_challenge_read(const aw_response *answer, struct image_challenge *ret)
{
    struct image_challenge best = {0};
    for (uint64_t i = 0; i < answer->header_count; i++)
        if (!strcmp(answer->headers[i].name, "www-authenticate"))
            read_header(answer->headers[i].value, &best);
    if (best.scheme == IMAGE_OPEN)
        return false;
    *ret = best;
    return true;
}
