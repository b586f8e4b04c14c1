/* SPDX-License-Identifier: Apache-2.0 */
/* Partial success, in one place. */
#include "cli/outcome.h"

#include "cli/exit_code.h"
#include "cli/talk.h"

static int say_backends(const archway_job *job, bool *ret_some_worked, bool *ret_some_failed)
{
    int code = EXIT_OK;
    archway_backend_result result = {.size = sizeof result};
    for (uint64_t i = 0; archway_job_backend(job, i, &result) == 0; i++) {
        if (result.error->code == AW_OK) {
            *ret_some_worked = true;
            *ret_some_failed |= !result.complete;
            continue;
        }
        *ret_some_failed = true;
        code = exit_code_worse(code, say_error(result.error));
    }
    return code;
}

static void say_problems(const archway_job *job)
{
    for (uint64_t i = 0; i < archway_job_problem_count(job); i++)
        say_error(archway_job_problem(job, i));
}

int outcome_run(struct session *session, archway_job *job)
{
    bool some_worked = false;
    bool some_failed = false;
    KIT_CLEANUP(kit_buf_finish) kit_buf doing;
    session_asking(session, &doing);
    int code = session_run(session, &job, 1, kit_buf_text(&doing));
    if (code != EXIT_OK) {
        say("interrupted");
        return code;
    }
    const aw_error *error = archway_job_error(job);
    int worst = say_backends(job, &some_worked, &some_failed);
    say_problems(job);
    if (worst != EXIT_OK && !some_worked)
        return worst;
    if (error->code != AW_OK)
        return say_error(error);
    some_failed |= archway_job_problem_count(job) > 0;
    return some_failed ? EXIT_PARTIAL : EXIT_OK;
}
