/* SPDX-License-Identifier: Apache-2.0 */
/* Reads user data, request bodies and public keys. */
#include "cli/files.h"

#include "cli/memory.h"
#include "kit/error.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGEST_KEY_FILE 65536

static void close_file(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* errno says why. */
static int refuse_file(const char *path, aw_error *ret_error)
{
    if (!*path)
        return kit_error_set(ret_error, AW_E_INVALID, "\"\" names no file");
    return kit_error_set(ret_error, AW_E_INVALID, "%s cannot be read: %s", path, strerror(errno));
}

static ssize_t read_more(int fd, kit_buf *content)
{
    char chunk[16384];
    ssize_t size = read(fd, chunk, sizeof chunk);
    if (size > 0)
        kit_buf_add(content, chunk, (size_t)size);
    return size;
}

int file_read(const char *path, size_t max, kit_buf *ret_content, aw_error *ret_error)
{
    kit_buf content;
    KIT_CLEANUP(close_file) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return refuse_file(path, ret_error);
    ssize_t size;
    kit_buf_init(&content, cli_memory(), max);
    while ((size = read_more(fd, &content)) > 0 && content.state == KIT_BUF_OK)
        ;
    if (size == 0) {
        *ret_content = content;
        return 0;
    }
    kit_buf_finish(&content);
    if (size > 0)
        return kit_error_set(ret_error, AW_E_INVALID, "%s is larger than %zu bytes", path, max);
    return refuse_file(path, ret_error);
}

static int refuse_private_key(const char *path, aw_error *ret_error)
{
    static const char *const starts[] = {"-----BEGIN", "PuTTY-User"};
    char start[sizeof "-----BEGIN"] = "";
    KIT_CLEANUP(close_file) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, start, sizeof start - 1) < 0)
        return refuse_file(path, ret_error);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strcmp(start, starts[i]) == 0)
            return kit_error_set(ret_error, AW_E_INVALID,
                                 "%s is a private key, and there is no %s.pub beside it; make one "
                                 "with: ssh-keygen -y -f %s > %s.pub",
                                 path, path, path, path);
    return 0;
}

/* "ssh-ed25519 AAAA... comment": a type, a space, something in base64. */
static int is_public_key(const char *line)
{
    static const char base64[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    size_t type_size = strcspn(line, " ");
    const char *blob = line + type_size;
    if (type_size < 4 || *blob != ' ' || !memchr(line, '-', type_size))
        return 0;
    blob++;
    size_t blob_size = strspn(blob, base64);
    return strncmp(blob, "AAAA", 4) == 0 && (blob[blob_size] == ' ' || blob[blob_size] == '\0');
}

/* Keeps the only line that is neither empty nor a comment. Returns how many there are. */
static size_t take_line(char *text, char **ret_line)
{
    size_t count = 0;
    char *rest = text;
    char *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        size_t size = strlen(line);
        while (size > 0 && isspace((unsigned char)line[size - 1]))
            line[--size] = '\0';
        if (size == 0 || line[0] == '#')
            continue;
        *ret_line = line;
        count++;
    }
    return count;
}

static int read_key(const char *path, kit_buf *ret_key, aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf content = {0};
    char *line = NULL;
    if (file_read(path, LARGEST_KEY_FILE, &content, ret_error) != 0)
        return -1;
    size_t count = content.data ? take_line(content.data, &line) : 0;
    if (count > 1 && is_public_key(line))
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "%s holds %zu keys; give --ssh-key once for each, with a file of its own", path, count);
    if (count == 0 || !is_public_key(line))
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s holds no public key such as \"ssh-ed25519 AAAA... me@home\"",
                             path);
    cli_buf_init(ret_key);
    kit_buf_add_text(ret_key, line);
    return 0;
}

int file_read_public_key(const char *path, kit_buf *ret_key, aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf beside;
    cli_buf_init(&beside);
    kit_buf_addf(&beside, "%s.pub", path);
    if (access(kit_buf_text(&beside), F_OK) == 0)
        return read_key(kit_buf_text(&beside), ret_key, ret_error);
    if (refuse_private_key(path, ret_error) != 0)
        return -1;
    return read_key(path, ret_key, ret_error);
}
