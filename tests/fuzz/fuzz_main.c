/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target without a fuzzer: on each file of a folder whole, cut at each of 64 places, and with
 * each of 128 bytes, spread over it, changed. */
#include "tests/emulated.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUTS 64
#define CHANGES 128
#define LARGEST ((size_t)1024 * 1024)

/* Each input gets a block of its own size, so that a read behind its end is seen. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    FUZZ_CHECK(copy != NULL);
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_variants(uint8_t *data, size_t size)
{
    run(data, size);
    for (size_t i = 0; i < CUTS; i += SWEEP_STEP)
        run(data, size * i / CUTS);
    for (size_t i = 0; i < CHANGES && size; i += SWEEP_STEP) {
        size_t at = size * i / CHANGES;
        uint8_t kept = data[at];
        data[at] = (uint8_t)(kept ^ (1u << (i % 8)));
        run(data, size);
        data[at] = i % 2 ? 0xff : 0;
        run(data, size);
        data[at] = kept;
    }
}

static void run_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(LARGEST);
    FUZZ_CHECK(file != NULL && data != NULL);
    size_t size = fread(data, 1, LARGEST, file);
    fclose(file);
    run_variants(data, size);
    free(data);
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (!folder) {
        fprintf(stderr, "Usage: %s FOLDER_OF_SEEDS\n", argv[0]);
        return 2;
    }
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        run_file(argv[1], entry->d_name);
        count++;
    }
    closedir(folder);
    printf("%zu seeds\n", count);
    return count ? 0 : 1;
}
