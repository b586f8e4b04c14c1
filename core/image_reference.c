/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the name of an image: cut into its parts first, then each part judged by itself. */
#include "core/image_reference.h"

#include "core/error.h"
#include "kit/buf.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LONGEST_NAME 255u
#define LONGEST_TAG 128u
#define LONGEST_TEXT 1024u
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* The parts as they were written. */
struct parts {
    char *registry; /* NULL: none */
    char *path;
    char *tag;
    char *digest;
};

static int refuse(aw_error *ret_error, const char *text, const char *what)
{
    return kit_error_set(ret_error, AW_E_INVALID, "\"%.200s\" is no name of an image: %s", text,
                         what);
}

static bool is_all(const char *text, const char *allowed)
{
    return text[strspn(text, allowed)] == '\0';
}

int image_digest_is_good(const char *digest)
{
    size_t size = !strncmp(digest, "sha256:", 7) ? 64 : !strncmp(digest, "sha512:", 7) ? 128 : 0;
    return size && strlen(digest + 7) == size && is_all(digest + 7, DIGITS "abcdef");
}

static bool label_is_good(const char *label, size_t size)
{
    return size && label[0] != '-' && label[size - 1] != '-' &&
           strspn(label, LOWER UPPER DIGITS "-") >= size;
}

static bool host_is_good(const char *host, size_t size)
{
    if (size > 2 && host[0] == '[' && host[size - 1] == ']')
        return strspn(host + 1, "abcdefABCDEF" DIGITS ":.") == size - 2;
    for (size_t at = 0; at <= size;) {
        const char *dot = memchr(host + at, '.', size - at);
        size_t end = dot ? (size_t)(dot - host) : size;
        if (!label_is_good(host + at, end - at))
            return false;
        at = end + 1;
    }
    return size > 0 && size <= LONGEST_NAME;
}

static bool registry_is_good(const char *registry)
{
    const char *from = strchr(registry, ']');
    const char *colon = strchr(from ? from : registry, ':');
    size_t size = colon ? (size_t)(colon - registry) : strlen(registry);
    size_t digits = colon ? strlen(colon + 1) : 1;
    return host_is_good(registry, size) && digits >= 1 && digits <= 5 &&
           (!colon || is_all(colon + 1, DIGITS));
}

/* How long the separator is that stands between two runs of letters and digits: a dot, one or two underscores,
 * any number of dashes. 0: none of these. */
static size_t separator(const char *text)
{
    if (*text == '.')
        return 1;
    if (*text == '_')
        return text[1] == '_' ? 2 : 1;
    return strspn(text, "-");
}

static bool path_is_good(const char *path)
{
    for (;;) {
        size_t run = strspn(path, LOWER DIGITS);
        if (!run)
            return false;
        path += run;
        if (!*path)
            return true;
        size_t gap = *path == '/' ? 1 : separator(path);
        if (!gap)
            return false;
        path += gap;
    }
}

static bool tag_is_good(const char *tag)
{
    return *tag && strlen(tag) <= LONGEST_TAG && is_all(tag, LOWER UPPER DIGITS "_.-") &&
           *tag != '.' && *tag != '-';
}

/* The first piece names a registry when it could not be a part of a repository's name. */
static bool is_registry(const char *piece, size_t size)
{
    bool localhost = size == 9 && !strncmp(piece, "localhost", size);
    return localhost || memchr(piece, '.', size) || memchr(piece, ':', size) || piece[0] == '[';
}

/* Cuts a copy of the text, in place. */
static struct parts cut(char *text)
{
    struct parts parts = {0};
    char *at = strchr(text, '@');
    if (at) {
        *at = '\0';
        parts.digest = at + 1;
    }
    char *slash = strrchr(text, '/');
    char *colon = strrchr(slash ? slash : text, ':');
    if (colon) {
        *colon = '\0';
        parts.tag = colon + 1;
    }
    slash = strchr(text, '/');
    if (slash && is_registry(text, (size_t)(slash - text))) {
        *slash = '\0';
        parts.registry = text;
        parts.path = slash + 1;
    } else {
        parts.path = text;
    }
    return parts;
}

static int refuse_path(const char *text, const char *path, aw_error *ret_error)
{
    char lower[LONGEST_NAME + 1] = "";
    size_t size = strlen(path);
    for (size_t i = 0; i < size && size <= LONGEST_NAME; i++)
        lower[i] = (char)tolower((unsigned char)path[i]);
    if (strpbrk(path, UPPER) && path_is_good(lower))
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "\"%.200s\" is no name of an image: repositories are written in lower case. "
            "Write %.255s",
            text, lower);
    return refuse(ret_error, text,
                  "a repository is written in lower-case letters and digits with single . _ or - "
                  "between them, such as library/nginx");
}

static int check(const char *text, const struct parts *parts, aw_error *ret_error)
{
    if (parts->registry && !registry_is_good(parts->registry))
        return refuse(ret_error, text,
                      "its registry is no host, such as ghcr.io or localhost:5000");
    if (!*parts->path)
        return refuse(ret_error, text, "write REPOSITORY:TAG, such as nginx:1.27");
    if (strlen(parts->path) > LONGEST_NAME)
        return refuse(ret_error, text, "its repository has more than 255 characters");
    if (!path_is_good(parts->path))
        return refuse_path(text, parts->path, ret_error);
    if (parts->tag && !tag_is_good(parts->tag))
        return refuse(ret_error, text,
                      "a tag is at most 128 of A-Z a-z 0-9 _ . - and starts with none of . and -");
    if (parts->digest && !image_digest_is_good(parts->digest))
        return refuse(ret_error, text,
                      "a digest is sha256: and 64 lower-case hexadecimal digits (or sha512: and "
                      "128)");
    if (!parts->registry && strlen(parts->path) == 64 && is_all(parts->path, DIGITS "abcdef"))
        return refuse(ret_error, text,
                      "that is the id of an image on one machine. Write REPOSITORY@sha256:ID");
    return 0;
}

/* What people paste that is close to a reference and none. */
static int check_text(const char *text, aw_error *ret_error)
{
    if (!*text)
        return refuse(ret_error, text, "it is empty. Write REPOSITORY:TAG, such as nginx:1.27");
    if (strlen(text) > LONGEST_TEXT)
        return refuse(ret_error, text, "it is too long");
    if (strstr(text, "://"))
        return kit_error_set(ret_error, AW_E_INVALID,
                             "\"%.200s\" is no name of an image: write it without %.*s://", text,
                             (int)strcspn(text, ":"), text);
    return 0;
}

static int write_name(struct arena *arena, struct image_reference *reference, aw_error *ret_error)
{
    kit_buf name;
    kit_buf_init(&name, arena_kit(arena), 2 * LONGEST_TEXT);
    kit_buf_addf(&name, "%s/%s", reference->registry, reference->repository);
    if (reference->tag)
        kit_buf_addf(&name, ":%s", reference->tag);
    if (reference->digest)
        kit_buf_addf(&name, "@%s", reference->digest);
    reference->name = kit_buf_take(&name);
    if (!reference->name)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the name of an image");
    return 0;
}

/* One piece alone belongs to the hub's own collection. */
static const char *whole_path(struct arena *arena, const char *registry, const char *path)
{
    kit_buf whole;
    if (strcmp(registry, IMAGE_HUB) != 0 || strchr(path, '/'))
        return path;
    kit_buf_init(&whole, arena_kit(arena), LONGEST_TEXT);
    kit_buf_addf(&whole, "library/%s", path);
    return kit_buf_take(&whole);
}

int image_reference_read(struct arena *arena, const char *text, struct image_reference *ret,
                         aw_error *ret_error)
{
    if (check_text(text, ret_error))
        return -1;
    char *copy = arena_text(arena, text);
    if (!copy)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the name of an image");
    struct parts parts = cut(copy);
    if (check(text, &parts, ret_error))
        return -1;
    struct image_reference reference = {.digest = parts.digest, .tag = parts.tag};
    bool hub = !parts.registry || !strcasecmp(parts.registry, "index.docker.io") ||
               !strcasecmp(parts.registry, "registry-1.docker.io");
    reference.registry = hub ? IMAGE_HUB : parts.registry;
    reference.repository = whole_path(arena, reference.registry, parts.path);
    if (!reference.tag && !reference.digest)
        reference.tag = "latest";
    if (!reference.repository)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the name of an image");
    if (write_name(arena, &reference, ret_error))
        return -1;
    *ret = reference;
    return 0;
}
