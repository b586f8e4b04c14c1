/* SPDX-License-Identifier: Apache-2.0 */
/* Exit codes, from errors and from several outcomes. */
#include "cli/exit_code.h"

#include <archway/archway.h>

#include <stddef.h>

int exit_code_of(uint32_t code)
{
    switch (code) {
    case AW_OK:
        return EXIT_OK;
    case AW_E_NOT_FOUND:
        return EXIT_NOTHING;
    case AW_E_UNAUTHENTICATED:
    case AW_E_DENIED:
        return EXIT_CREDENTIALS;
    case AW_E_NO_CAPACITY:
    case AW_E_QUOTA:
        return EXIT_CAPACITY;
    default:
        return EXIT_FAILED;
    }
}

static size_t rank(int code)
{
    static const int by_rank[] = {EXIT_OK,       EXIT_PARTIAL,     EXIT_NOTHING,
                                  EXIT_CAPACITY, EXIT_CREDENTIALS, EXIT_USAGE};
    size_t count = sizeof by_rank / sizeof *by_rank;
    for (size_t i = 0; i < count; i++)
        if (by_rank[i] == code)
            return i;
    return code >= EXIT_SIGNAL ? count + 1 : count;
}

int exit_code_worse(int a, int b)
{
    return rank(b) > rank(a) ? b : a;
}
