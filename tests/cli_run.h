/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the command as a user does: arguments in, exit code and both outputs out. Its environment is empty but
 * for the place of its journal and what the test adds, its working directory is an empty folder of the test's
 * own. */
#ifndef ARCHWAY_TESTS_CLI_RUN_H
#define ARCHWAY_TESTS_CLI_RUN_H

#include <jansson.h>
#include <sys/types.h>

#define FIXTURE(name) SOURCE_DIR "/fixtures/lambda/" name
#define PUBLIC_KEY FIXTURE("ssh-key.pub")
#define MACHINE "0920582c7ff041399e34823a0be62549"
#define MACHINE_REF "lambda/us-east-3/" MACHINE

/* The last run. The texts live until the next one. */
struct run {
    int code; /* 128 + signal when it was killed */
    char *out;
    char *err;
};
extern struct run run;

/* For cmocka's group setup and teardown. */
int cli_folder_enter(void **state);
int cli_folder_leave(void **state);

/* Runs `archway` with these arguments, to the end. */
#define archway(...) cli_run((const char *const[]){"archway", __VA_ARGS__, NULL})
void cli_run(const char *const *argv);

/* Later runs are of this program instead; NULL: of the command again. */
void cli_program(const char *path);

/* Adds to the environment of later runs; NULL: empties it again. */
void cli_environment(const char *name_and_value);

/* The same in two steps, for what happens in between. `out_fd` >= 0 is its stdout. */
pid_t cli_start(const char *const *argv, int out_fd);
void cli_finish(pid_t child);
/* Begins a run whose outputs nobody reads; the caller waits for it. */
pid_t cli_begin(const char *const *argv);

/* Writes a file into the folder, readable by the user alone. */
void cli_write(const char *name, const char *text);

/* The JSON on stdout; fails the test when it is none. */
json_t *cli_json(void);
/* "offers.0.gpu.name" of it, as text; "null", "true" and numbers as JSON has them. */
const char *cli_json_at(const json_t *root, const char *path);

#define assert_contains(text, part) cli_assert_contains(text, part, 1, __FILE__, __LINE__)
#define assert_lacks(text, part) cli_assert_contains(text, part, 0, __FILE__, __LINE__)
void cli_assert_contains(const char *text, const char *part, int wanted, const char *file,
                         int line);
/* The exit code, showing stderr when it is another. */
#define assert_code(code) cli_assert_code(code, __FILE__, __LINE__)
void cli_assert_code(int code, const char *file, int line);

#endif
