/* SPDX-License-Identifier: Apache-2.0 */
/* archway offers */
#include "cli/exit_code.h"
#include "cli/offers.h"
#include "cli/verbs.h"

int run_offers(struct session *session)
{
    KIT_CLEANUP(offers_drop_query) archway_query *query = NULL;
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    int code = offers_query(session->options, &query);
    if (code == EXIT_OK)
        code = offers_ask(session, query, &job);
    if (!job || code >= EXIT_SIGNAL)
        return code;
    return exit_code_worse(code, offers_print(session->options->format, job));
}
