/* SPDX-License-Identifier: Apache-2.0 */
/* A shared object with faults, each of which a sanitizer must see, as in a plugin. */
#include "tests/sanitizers/planted.h"

#include <stdlib.h>
#include <string.h>

int planted(const char *fault, int number)
{
    volatile char *block = malloc(4);
    if (!block)
        return 1;
    if (strcmp(fault, "overflow") == 0)
        block[number] = 1; /* 4 are there */
    if (strcmp(fault, "use_after_free") == 0) {
        free((void *)block);
        return block[0];
    }
    if (strcmp(fault, "leak") == 0)
        block = NULL;
    if (strcmp(fault, "shift") == 0)
        number = 1 << (number * 8);
    free((void *)block);
    return number;
}
