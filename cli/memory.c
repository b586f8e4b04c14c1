/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for a process that has nothing better to do without it than to end. */
#include "cli/memory.h"

#include "cli/exit_code.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *have(void *memory)
{
    static const char message[] = "archway: out of memory\n";
    if (memory)
        return memory;
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(EXIT_FAILED);
}

void *cli_alloc(size_t count, size_t size)
{
    return have(calloc(count ? count : 1, size));
}

char *cli_copy(const char *text, size_t size)
{
    char *made = cli_alloc(size + 1, 1);
    memcpy(made, text, size);
    return made;
}

char *cli_copy_text(const char *text)
{
    return text ? cli_copy(text, strlen(text)) : NULL;
}

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old_size;
    if (new_size > 0)
        return have(realloc(old, new_size));
    free(old);
    return NULL;
}

kit_memory cli_memory(void)
{
    return (kit_memory){.resize = resize};
}

void cli_buf_init(kit_buf *buf)
{
    kit_buf_init(buf, cli_memory(), SIZE_MAX);
}

void cli_free_text(char **text)
{
    free(*text);
}
