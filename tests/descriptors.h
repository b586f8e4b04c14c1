/* SPDX-License-Identifier: Apache-2.0 */
/* How many descriptors this process has open: leaks show. */
#ifndef ARCHWAY_TESTS_DESCRIPTORS_H
#define ARCHWAY_TESTS_DESCRIPTORS_H

#include <dirent.h>
#include <stddef.h>

static inline size_t descriptor_count(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

#endif
