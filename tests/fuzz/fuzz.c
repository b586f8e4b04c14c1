/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets share. */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/archway-fuzz-XXXXXX";
static char path[64];

void fuzz_check(int holds, const char *condition)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", condition);
    abort();
}

void fuzz_check_error(const aw_error *error)
{
    FUZZ_CHECK(error->code != AW_OK);
    FUZZ_CHECK(error->message[0] != '\0');
    FUZZ_CHECK(memchr(error->message, '\0', sizeof error->message) != NULL);
    for (const char *c = error->message; *c; c++)
        FUZZ_CHECK((unsigned char)*c >= ' ' && *c != 0x7f);
}

static void remove_file(void)
{
    unlink(path);
    rmdir(folder);
}

static void make_folder(void)
{
    if (!mkdtemp(folder)) {
        perror(folder);
        exit(1);
    }
    snprintf(path, sizeof path, "%s/input", folder);
    atexit(remove_file);
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    if (!path[0])
        make_folder();
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
    return path;
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}
