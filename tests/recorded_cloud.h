/* SPDX-License-Identifier: Apache-2.0 */
/* A provider on this machine that gives the answers of recordings, to whom they come and in what order ever. */
#ifndef ARCHWAY_TESTS_RECORDED_CLOUD_H
#define ARCHWAY_TESTS_RECORDED_CLOUD_H

#include <sys/types.h>

/*
 * Serves the recordings (a NULL ends them) in a process of its own. A request gets the first answer that is left of
 * those to the same method and path, or the last one again; of AWS's, which has one path, to the same action. Queries,
 * tokens and what is made of them do not count.
 */
pid_t recorded_cloud_start(const char *const *recordings, unsigned *ret_port);
/* Ends it. */
void recorded_cloud_stop(pid_t cloud);

#endif
