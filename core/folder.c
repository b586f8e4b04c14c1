/* SPDX-License-Identifier: Apache-2.0 */
/* Making the folders of a path. */
#include "core/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

int folder_make_for(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = mkdir(path, 0700) && errno != EEXIST;
        *slash = '/';
        if (failed)
            return -1;
    }
    return 0;
}
