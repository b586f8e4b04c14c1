/* SPDX-License-Identifier: Apache-2.0 */
/* Partial success, in one place. */
#include "cli/outcome.h"

#include "cli/exit_code.h"
#include "cli/talk.h"

/* How the backends did, all together: the worst failure, and whether there was a success. */
static int judge_backends(const archway_job *job, bool *ret_some_worked, bool *ret_complete)
{
    int code = EXIT_OK;
    archway_backend_result result = {.size = sizeof result};
    for (uint64_t i = 0; archway_job_backend(job, i, &result) == 0; i++) {
        code = exit_code_worse(code, exit_code_of(result.error->code));
        *ret_some_worked |= result.error->code == AW_OK;
        *ret_complete &= result.complete != 0;
    }
    return code;
}

void outcome_say_problems(const archway_job *job)
{
    for (uint64_t i = 0; i < archway_job_problem_count(job); i++)
        say_error(archway_job_problem(job, i));
}

int outcome_code(const archway_job *job)
{
    bool some_worked = false;
    bool complete = true;
    int code = judge_backends(job, &some_worked, &complete);
    if (code == EXIT_OK)
        return complete ? EXIT_OK : EXIT_PARTIAL;
    return some_worked ? EXIT_PARTIAL : code;
}

int outcome_run(struct session *session, archway_job *job)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf doing;
    session_asking(session, &doing);
    int code = session_run(session, &job, 1, kit_buf_text(&doing));
    if (code != EXIT_OK) {
        say("interrupted");
        return code;
    }
    outcome_say_problems(job);
    if (archway_job_error(job)->code != AW_OK)
        return say_error(archway_job_error(job));
    return outcome_code(job);
}
