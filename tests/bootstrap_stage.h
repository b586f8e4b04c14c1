/* SPDX-License-Identifier: Apache-2.0 */
/* A machine for bootstrap scripts to run on: a root folder, a folder with the only programs there are, and a server
 * that has the agent. */
#ifndef ARCHWAY_TESTS_BOOTSTRAP_STAGE_H
#define ARCHWAY_TESTS_BOOTSTRAP_STAGE_H

#include "core/bootstrap.h"

/* What the agent is: it writes its arguments and what it finds in VALUE, each with a NUL behind it. */
#define AGENT "#!/bin/sh\nprintf '%s\\0' \"$@\" \"$VALUE\"\n"

struct stage {
    char folder[64];
    struct tls_server *server;
    unsigned failures;      /* so many answers are "503" first; UINT_MAX: all are "404" */
    char url[256];          /* of the agent, with {arch} replaced by anything */
    char sha256[65];        /* the right one */
    const char *block;      /* ARCHWAY_BLOCK; NULL: none */
    struct bootstrap agent; /* of both architectures; tests change it */
    char said[8192];        /* what the script wrote to stderr, at the end of a run */
};

/* For cmocka's setup and teardown of each test. *state is the stage. */
int stage_open(void **state);
int stage_close(void **state);

/* A program of the machine, as the body of a shell script; or none of that name. */
void stage_program(const struct stage *stage, const char *name, const char *body);
void stage_no_program(const struct stage *stage, const char *name);
/* `uname -m` there. */
void stage_machine(const struct stage *stage, const char *machine);

/* Writes the script for that architecture and runs it to its end. Returns its status. */
int stage_run(struct stage *stage, uint32_t arch);

/* A file below the machine's root, or NULL when it is not there. Lives until the next call. */
const char *stage_file(const struct stage *stage, const char *path);
/* What the stub programs were called with, a line each. */
const char *stage_calls(const struct stage *stage);
/* Runs the agent as its unit would, and gives its output. */
size_t stage_agent(const struct stage *stage, char *block, size_t size);
/* Runs what the bootstrap left to be done at the end. */
int stage_undo(const struct stage *stage);

void stage_said(const struct stage *stage, const char *part);

#endif
