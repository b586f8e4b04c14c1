/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what lies beside the program. */
#include "cli/beside.h"

#include "cli/memory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *beside_program(const char *path)
{
    char program[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program);
    const char *slash = size > 0 ? memrchr(program, '/', (size_t)size) : NULL;
    if (!slash || size == sizeof program)
        return NULL;
    KIT_CLEANUP(kit_buf_finish) kit_buf whole;
    cli_buf_init(&whole);
    kit_buf_add(&whole, program, (size_t)(slash - program) + 1);
    kit_buf_add_text(&whole, path);
    return realpath(kit_buf_text(&whole), NULL);
}
