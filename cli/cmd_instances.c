/* SPDX-License-Identifier: Apache-2.0 */
/* archway list, archway show */
#include "cli/exit_code.h"
#include "cli/machine.h"
#include "cli/outcome.h"
#include "cli/recovery.h"
#include "cli/talk.h"
#include "cli/verbs.h"

int run_list(struct session *session)
{
    aw_error error;
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    const char *backend = options_text(session->options, OPTION_BACKEND);
    const char *owner = archway_owner(session->aw);
    archway_call call = session_call(session);
    int code = session_need_backend(session, backend);
    if (code != EXIT_OK)
        return code;
    code = recovery_begin(session);
    if (code != EXIT_OK)
        return code;
    if (options_count(session->options, OPTION_ALL))
        owner = NULL;
    if (archway_list(session->aw, backend, owner, &call, &job, &error) != 0)
        return say_refusal(&error);
    code = outcome_run(session, job);
    if (code >= EXIT_SIGNAL)
        return code;
    if (code == EXIT_OK && archway_job_instance_count(job) == 0)
        say("there are no machines%s%s", owner ? " of owner " : "", owner ? owner : "");
    return exit_code_worse(code, machines_print(session->options->format, job));
}

int run_show(struct session *session)
{
    aw_error error;
    KIT_CLEANUP(machine_finish) struct machine machine = {0};
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    archway_call call = session_call(session);
    int code = machines_find(session, session->options->operands, 1, &machine);
    if (code != EXIT_OK)
        return code;
    archway_machine name = machine_name(&machine);
    if (archway_get(session->aw, &name, &call, &job, &error) != 0)
        return say_refusal(&error);
    code = session_run_one(session, job, "asking for it");
    if (code != EXIT_OK)
        return code;
    const char *backend;
    const aw_instance *instance = archway_job_instance(job, 0, &backend);
    if (!instance)
        return say_failure(AW_E_INTERNAL, "the backend %s did not say what it found",
                           machine.backend);
    return machine_print(session->options->format, backend, instance, NULL);
}
