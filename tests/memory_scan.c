/* SPDX-License-Identifier: Apache-2.0 */
/* Reading this process's own memory, mapping by mapping. */
#include "tests/memory_scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* What frees memory may write over the beginning of it, so that any quarter counts. */
#define PIECES 4
#define PIECE (CANARY_SIZE / PIECES)
#define WINDOW ((size_t)1 << 20)
#define LARGEST_MAPPING ((uint64_t)1 << 28) /* larger ones are the sanitizers' own */

static char place[512];
static char first_letters[PIECES]; /* so that most of the memory is passed over quickly */

const char *canary_place(void)
{
    return place;
}

static char letter(unsigned index)
{
    uint32_t dice = (index + 1) * 2654435761u;
    dice = (dice ^ dice >> 15) * 2246822519u;
    return "abcdefghijklmnopqrstuvwxyz012345"[dice >> 27];
}

void canary_make(char *ret_text)
{
    for (unsigned i = 0; i < CANARY_SIZE; i++)
        ret_text[i] = letter(i);
    ret_text[CANARY_SIZE] = '\0';
}

static bool is_piece(const char *at)
{
    for (unsigned start = 0; start < CANARY_SIZE; start += PIECE) {
        unsigned same = 0;
        if (*at != first_letters[start / PIECE])
            continue;
        while (same < PIECE && at[same] == letter(start + same))
            same++;
        if (same == PIECE)
            return true;
    }
    return false;
}

/* Windows overlap, so that nothing lies across a border. */
static unsigned scan(int memory, uint64_t from, uint64_t to, char *window, const char *name)
{
    unsigned found = 0;
    for (uint64_t at = from; at < to; at += WINDOW - PIECE) {
        size_t size = to - at < WINDOW ? (size_t)(to - at) : WINDOW;
        ssize_t got = pread(memory, window, size, (off_t)at);
        for (ssize_t i = 0; i + PIECE <= got; i++) {
            if (!window[i] || !is_piece(window + i))
                continue;
            snprintf(place, sizeof place, "%#llx in %s", (long long)at + (long long)i, name);
            found++;
        }
    }
    return found;
}

struct mapping {
    unsigned long long from;
    unsigned long long to;
    char rights[8];
    char line[256];
};

static bool is_wanted(const struct mapping *mapping, const char *flags, enum memory_kind kind)
{
    return mapping->rights[0] == 'r' && mapping->to - mapping->from < LARGEST_MAPPING &&
           (kind == MEMORY_ALL || !strstr(flags, " dd"));
}

unsigned canary_count(enum memory_kind kind)
{
    struct mapping mapping = {0};
    char line[sizeof mapping.line];
    unsigned found = 0;
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    FILE *maps = fopen("/proc/self/smaps", "re");
    char *window = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!maps || memory < 0 || window == MAP_FAILED)
        abort();
    madvise(window, WINDOW, MADV_DONTDUMP);
    for (unsigned i = 0; i < PIECES; i++)
        first_letters[i] = letter(i * PIECE);
    while (fgets(line, sizeof line, maps)) {
        struct mapping next = {0};
        if (sscanf(line, "%llx-%llx %7s", &next.from, &next.to, next.rights) == 3) {
            memcpy(next.line, line, sizeof line);
            mapping = next;
        } else if (strncmp(line, "VmFlags:", 8) == 0 && is_wanted(&mapping, line, kind) &&
                   mapping.from != (uintptr_t)window) {
            found += scan(memory, mapping.from, mapping.to, window, mapping.line);
        }
    }
    munmap(window, WINDOW);
    fclose(maps);
    close(memory);
    return found;
}
