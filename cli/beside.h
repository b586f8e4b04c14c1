/* SPDX-License-Identifier: Apache-2.0 */
/* What lies at the same place beside the program in a build tree and where it is installed. */
#ifndef ARCHWAY_CLI_BESIDE_H
#define ARCHWAY_CLI_BESIDE_H

/* The absolute path of what `path` names from the program's own folder; NULL when it is not there. Freed with free. */
char *beside_program(const char *path);

#endif
