/* SPDX-License-Identifier: Apache-2.0 */
/* One file a key: a line that says what it is and when it was written, then the content. */
#include "core/real_cache.h"

#include "core/arena.h"
#include "core/folder.h"
#include "core/mem.h"
#include "kit/buf.h"
#include "kit/url.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONGEST_PATH ((size_t)4096)
#define LARGEST_FILE ((uint64_t)64 * 1024 * 1024)
#define HEADER_SIZE 64

/* "archway-cache 1 SIZE WHEN" and blanks up to the newline that ends the header. */
static void make_header(char header[HEADER_SIZE + 1], uint64_t now_ms, uint64_t size)
{
    char text[HEADER_SIZE];
    snprintf(text, sizeof text, "archway-cache 1 %llu %llu", (unsigned long long)size,
             (unsigned long long)now_ms);
    snprintf(header, HEADER_SIZE + 1, "%-*s\n", HEADER_SIZE - 1, text);
}

static int read_header(const char *data, uint64_t *ret_size, uint64_t *ret_written_ms)
{
    unsigned long long size;
    unsigned long long written_ms;
    if (sscanf(data, "archway-cache 1 %llu %llu", &size, &written_ms) != 2)
        return -1;
    *ret_size = size;
    *ret_written_ms = written_ms;
    return 0;
}

static int add_root(kit_buf *path)
{
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    if (cache && *cache == '/')
        kit_buf_addf(path, "%s/archway", cache);
    else if (home && *home == '/')
        kit_buf_addf(path, "%s/.cache/archway", home);
    else
        return -1;
    return 0;
}

/* Takes the key encoded, so that it is one name whatever is in it. */
static char *make_path(const char *space, const char *key, const char *suffix)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf path;
    kit_buf_init(&path, mem_kit(), LONGEST_PATH);
    if (add_root(&path))
        return NULL;
    kit_url_add_segment(&path, space);
    kit_url_add_segment(&path, key);
    kit_buf_add_text(&path, suffix);
    return kit_buf_take(&path);
}

static char *read_file(struct arena *arena, int fd, uint64_t *ret_size)
{
    struct stat status;
    if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
        status.st_size < HEADER_SIZE || (uint64_t)status.st_size > LARGEST_FILE)
        return NULL;
    size_t size = (size_t)status.st_size;
    char *data = arena_alloc(arena, size + 1);
    if (!data || read(fd, data, size) != status.st_size)
        return NULL;
    *ret_size = size - HEADER_SIZE;
    return data;
}

int cache_read(struct arena *arena, const char *space, const char *key, uint64_t max_age_ms,
               uint64_t now_ms, aw_bytes *ret_content, uint64_t *ret_age_ms)
{
    KIT_CLEANUP(mem_free_text) char *path = make_path(space, key, "");
    uint64_t size = 0;
    uint64_t stated = 0;
    uint64_t written_ms = 0;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
    if (fd < 0)
        return -1;
    const char *data = read_file(arena, fd, &size);
    close(fd);
    if (!data || read_header(data, &stated, &written_ms) || stated != size || written_ms > now_ms ||
        now_ms - written_ms > max_age_ms)
        return -1;
    *ret_content = (aw_bytes){.data = data + HEADER_SIZE, .size = size};
    *ret_age_ms = now_ms - written_ms;
    return 0;
}

static int write_all(int fd, const char *data, uint64_t size)
{
    while (size) {
        ssize_t written = write(fd, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        data += written;
        size -= (uint64_t)written;
    }
    return 0;
}

void cache_write(const char *space, const char *key, uint64_t now_ms, const void *data,
                 uint64_t size)
{
    char header[HEADER_SIZE + 1];
    KIT_CLEANUP(mem_free_text) char *path = make_path(space, key, "");
    KIT_CLEANUP(mem_free_text) char *draft = make_path(space, key, ".XXXXXX");
    if (!path || !draft || size > LARGEST_FILE - HEADER_SIZE || folder_make_for(draft))
        return;
    int fd = mkostemp(draft, O_CLOEXEC);
    if (fd < 0)
        return;
    make_header(header, now_ms, size);
    int failed = write_all(fd, header, HEADER_SIZE) || write_all(fd, data, size);
    failed |= close(fd);
    if (failed || rename(draft, path))
        unlink(draft);
}
