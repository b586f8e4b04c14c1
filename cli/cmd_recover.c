/* SPDX-License-Identifier: Apache-2.0 */
/* archway recover */
#include "cli/exit_code.h"
#include "cli/recovery.h"
#include "cli/talk.h"
#include "cli/verbs.h"

int run_recover(struct session *session)
{
    aw_error error;
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    archway_call call = session_call(session);
    bool same = options_count(session->options, OPTION_SAME_ACCOUNT) > 0;
    if (archway_recover(session->aw, same ? ARCHWAY_RECOVER_SAME_ACCOUNT : 0, &call, &job,
                        &error) != 0)
        return say_refusal(&error);
    int code = session_run_one(session, job, "settling what earlier runs left");
    if (code != EXIT_OK)
        return code;
    for (uint64_t i = 0; i < archway_job_problem_count(job); i++)
        say_error(archway_job_problem(job, i));
    if (archway_job_outcome_count(job) == 0)
        say("nothing was left to recover");
    code = outcomes_are_open(job) ? EXIT_PARTIAL : EXIT_OK;
    return exit_code_worse(code, outcomes_print(session->options->format, job));
}
