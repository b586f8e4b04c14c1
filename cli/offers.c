/* SPDX-License-Identifier: Apache-2.0 */
/* Hands the filters to the library word by word: it alone knows how they are written. */
#include "cli/offers.h"

#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/outcome.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <inttypes.h>
#include <string.h>

/* The library names the filter too, where a program would not know which one it was. */
static int say_filter(const char *name, const char *message)
{
    size_t size = strlen(name);
    if (strncmp(message, name, size) == 0 && strncmp(message + size, ": ", 2) == 0)
        message += size + 2;
    return say_usage("--%s: %s", name, message);
}

int offers_query(const struct options *options, archway_query **ret_query)
{
    aw_error error;
    archway_query *query = archway_query_create();
    if (!query)
        return say_failure(AW_E_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < options->value_count; i++) {
        const struct option_value *value = &options->values[i];
        const struct option_row *row = &option_rows[value->id];
        const char *text = value->text ? value->text : row->value;
        if (!row->filter || archway_query_set(query, row->filter, text, &error) == 0)
            continue;
        archway_query_destroy(query);
        return say_filter(row->name, error.message);
    }
    *ret_query = query;
    return EXIT_OK;
}

/* Each of the names that --backend was given, also with commas between. */
int offers_check_backends(const struct session *session)
{
    int code = session_need_backend(session, NULL);
    for (size_t i = 0; i < session->options->value_count && code == EXIT_OK; i++) {
        const char *rest = session->options->values[i].text;
        if (session->options->values[i].id != OPTION_BACKEND)
            continue;
        while (*rest && code == EXIT_OK) {
            size_t size = strcspn(rest, ",");
            KIT_CLEANUP(cli_free_text) char *name = cli_copy(rest, size);
            code = *name ? session_need_backend(session, name) : EXIT_OK;
            rest += size + (rest[size] == ',');
        }
    }
    return code;
}

static void say_nothing_matched(const archway_job *job)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf text;
    const char *filter;
    uint64_t count = 0;
    cli_buf_init(&text);
    for (uint64_t i = 0; (filter = archway_job_removed(job, i, &count)) != NULL; i++)
        kit_buf_addf(&text, "%s %s removed %" PRIu64, i > 0 ? "," : ":", filter, count);
    if (text.size == 0)
        say("there are no offers");
    else
        say("no offer matches%s", kit_buf_text(&text));
}

static void say_removed(const archway_job *job)
{
    const char *filter;
    uint64_t count = 0;
    for (uint64_t i = 0; (filter = archway_job_removed(job, i, &count)) != NULL; i++)
        say("%s removed %" PRIu64 " offer%s", filter, count, text_plural(count));
}

void offers_say_findings(bool explain, const archway_job *job)
{
    archway_finding finding = {.size = sizeof finding};
    for (uint64_t i = 0; archway_job_finding(job, i, &finding) == 0; i++)
        if (explain || finding.verdict != ARCHWAY_GOOD)
            say("%s: %s", finding.subject, finding.text);
    if (explain)
        say_removed(job);
}

int offers_ask(struct session *session, const archway_query *query, archway_job **ret_job)
{
    aw_error error;
    archway_call call = session_call(session);
    int code = offers_check_backends(session);
    if (code != EXIT_OK)
        return code;
    if (archway_offers(session->aw, query, 0, &call, ret_job, &error) != 0)
        return say_refusal(&error);
    code = outcome_run(session, *ret_job);
    offers_say_findings(options_count(session->options, OPTION_EXPLAIN) > 0, *ret_job);
    bool answered = code == EXIT_OK || code == EXIT_PARTIAL;
    return answered && archway_job_offer_count(*ret_job) == 0 ? offers_say_none(*ret_job) : code;
}

int offers_say_none(const archway_job *job)
{
    int code = outcome_code(job);
    if (code != EXIT_OK && code != EXIT_PARTIAL)
        return code;
    say_nothing_matched(job);
    return code == EXIT_OK ? EXIT_NOTHING : code;
}

void offers_drop_query(archway_query **query)
{
    archway_query_destroy(*query);
}
