/* SPDX-License-Identifier: Apache-2.0 */
/* Making folders. */
#ifndef ARCHWAY_CORE_FOLDER_H
#define ARCHWAY_CORE_FOLDER_H

/* Makes the folders of an absolute path that ends in a file, for the user alone, where they are not there.
 * `path` is written to and restored. -1 and errno when one cannot be made. */
int folder_make_for(char *path);

#endif
