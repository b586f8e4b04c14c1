/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for images in replays of fixtures/registry. */
#ifndef ARCHWAY_TESTS_IMAGE_STAGE_H
#define ARCHWAY_TESTS_IMAGE_STAGE_H

#include "tests/replay_session.h"

/* An answer that is expected, or an error. */
struct image_case {
    const char *recording; /* a file of fixtures/registry, without ".http" */
    const char *image;
    const char *config; /* text of a configuration, or NULL */
    uint32_t archs;
    uint32_t code;
    const char *says; /* a part of the error's message */
};

/* Opens a session on the recording. With a configuration the test is in a folder of its own (tests/config_file.h). */
void image_open(struct session *session, const struct image_case *wanted);
/* Asks, and returns the finished job. */
archway_job *image_ask(struct session *session, const char *image);
/* Closes it: everything recorded must have been asked for. */
void image_close(struct session *session);

/* Runs the case and checks it. */
void image_check(const struct image_case *wanted);

#endif
