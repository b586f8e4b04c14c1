/* SPDX-License-Identifier: Apache-2.0 */
/* archway doctor */
#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/record.h"
#include "cli/session.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One check for each backend that is looked at. */
struct checkup {
    const char **names;
    archway_job **jobs; /* NULL where the check could not be started */
    aw_error *errors;
    size_t count;
};

static void checkup_init(struct checkup *checkup, const struct session *session)
{
    archway_backend_info info = {.size = sizeof info};
    size_t most = (size_t)archway_backend_count(session->aw);
    const char *only = options_text(session->options, OPTION_BACKEND);
    *checkup = (struct checkup){
        .names = cli_alloc(most, sizeof *checkup->names),
        .jobs = cli_alloc(most, sizeof *checkup->jobs),
        .errors = cli_alloc(most, sizeof *checkup->errors),
    };
    for (uint64_t i = 0; archway_backend_at(session->aw, i, &info) == 0; i++)
        if (!only || strcmp(info.name, only) == 0)
            checkup->names[checkup->count++] = info.name;
}

static void checkup_finish(struct checkup *checkup)
{
    for (size_t i = 0; i < checkup->count; i++)
        archway_job_destroy(checkup->jobs[i]);
    free(checkup->names);
    free(checkup->jobs);
    free(checkup->errors);
}

static int run_checks(struct session *session, struct checkup *checkup)
{
    archway_call call = session_call(session);
    for (size_t i = 0; i < checkup->count; i++)
        archway_check(session->aw, checkup->names[i], &call, &checkup->jobs[i],
                      &checkup->errors[i]);
    int code = session_run(session, checkup->jobs, checkup->count, "looking");
    if (code != EXIT_OK)
        say("interrupted");
    for (size_t i = 0; i < checkup->count && code == EXIT_OK; i++)
        if (checkup->jobs[i])
            checkup->errors[i] = *archway_job_error(checkup->jobs[i]);
    return code;
}

static json_t *record_backend_finding(const char *backend, const archway_finding *finding)
{
    json_t *object = json_object();
    json_object_set_new(object, "backend", record_text(backend));
    json_object_update_new(object, record_finding(finding));
    return object;
}

static int worse_finding(int code, const archway_finding *finding)
{
    if (finding->verdict != ARCHWAY_BAD)
        return code;
    /* Bad credentials make other things bad, and are what the user must mend first. */
    if (code == EXIT_CREDENTIALS || strcmp(finding->subject, "credentials") == 0)
        return EXIT_CREDENTIALS;
    return exit_code_worse(code, EXIT_FAILED);
}

/* The findings of every backend, and what kept others from being found. Returns an exit code. */
static int collect(const struct checkup *checkup, json_t *ret_rows)
{
    int code = EXIT_OK;
    for (size_t i = 0; i < checkup->count; i++) {
        const archway_job *job = checkup->jobs[i];
        archway_finding finding = {.size = sizeof finding};
        for (uint64_t k = 0; job && archway_job_finding(job, k, &finding) == 0; k++) {
            json_array_append_new(ret_rows, record_backend_finding(checkup->names[i], &finding));
            code = worse_finding(code, &finding);
        }
        if (job && archway_job_finding_count(job) > 0)
            continue;
        code = exit_code_worse(code, say_error(&checkup->errors[i]));
    }
    return code;
}

static void print_row(const json_t *row, bool colour, kit_buf *out)
{
    const char *verdict = json_string_value(json_object_get(row, "verdict"));
    const char *paint = strcmp(verdict, "bad") == 0 ? "\033[31m" : "\033[32m";
    if (!colour || strcmp(verdict, "note") == 0)
        paint = "";
    kit_buf_addf(out, "  %s%-4s%s  %-12s  %s\n", paint, verdict, *paint ? "\033[0m" : "",
                 json_string_value(json_object_get(row, "subject")),
                 json_string_value(json_object_get(row, "text")));
}

static void print_people(const json_t *rows, kit_buf *out)
{
    size_t index;
    json_t *row;
    const char *last = "";
    bool colour = talk_colour(STDOUT_FILENO);
    json_array_foreach(rows, index, row)
    {
        const char *backend = json_string_value(json_object_get(row, "backend"));
        if (strcmp(backend, last) != 0)
            kit_buf_addf(out, "%s\n", backend);
        last = backend;
        print_row(row, colour, out);
    }
}

static int print_findings(enum format format, json_t *rows)
{
    static const char *const csv_paths[] = {"backend", "subject", "verdict", "text", NULL};
    static const struct record_form form = {"findings", csv_paths, "backend", false};
    if (!format_is_for_people(format))
        return record_write(format, &form, rows, NULL);
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    print_people(rows, &out);
    json_decref(rows);
    return output_write(&out);
}

int run_doctor(struct session *session)
{
    KIT_CLEANUP(checkup_finish) struct checkup checkup = {0};
    int code = session_need_backend(session, options_text(session->options, OPTION_BACKEND));
    if (code != EXIT_OK)
        return code;
    checkup_init(&checkup, session);
    code = run_checks(session, &checkup);
    if (code != EXIT_OK)
        return code;
    json_t *rows = json_array();
    code = collect(&checkup, rows);
    return exit_code_worse(code, print_findings(session->options->format, rows));
}
