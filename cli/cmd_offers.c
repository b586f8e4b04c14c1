/* SPDX-License-Identifier: Apache-2.0 */
/* archway offers */
#include "cli/exit_code.h"
#include "cli/offers.h"
#include "cli/seen.h"
#include "cli/talk.h"
#include "cli/verbs.h"

/* What one provider calls so is nothing to another, which would refuse it. */
static int check_option(const struct session *session)
{
    if (!options_count(session->options, OPTION_OPTION) ||
        options_count(session->options, OPTION_BACKEND) || archway_backend_count(session->aw) < 2)
        return EXIT_OK;
    return say_usage("--option needs --backend NAME: an option is one provider's own");
}

int run_offers(struct session *session)
{
    KIT_CLEANUP(offers_drop_query) archway_query *query = NULL;
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    int code = check_option(session);
    if (code == EXIT_OK)
        code = offers_query(session->options, &query);
    if (code == EXIT_OK)
        code = offers_ask(session, query, &job);
    if (!job || code >= EXIT_SIGNAL)
        return code;
    if (!options_text(session->options, OPTION_REPLAY))
        seen_note(job);
    return exit_code_worse(code, offers_print(session->options->format, job));
}
