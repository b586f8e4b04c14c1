/* SPDX-License-Identifier: Apache-2.0 */
/* archway gc */
#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/parse.h"
#include "cli/recovery.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int read_count(const struct options *options, enum option_id id, uint32_t *ret_count)
{
    const char *text = options_text(options, id);
    if (!text)
        return EXIT_OK;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[digits])
        return say_usage("--%s: \"%s\" is no count; write one of at most nine digits",
                         option_rows[id].name, text);
    *ret_count = (uint32_t)strtoul(text, NULL, 10);
    return EXIT_OK;
}

static int read_options(const struct options *options, archway_gc_options *ret_how)
{
    aw_error error;
    const char *grace = options_text(options, OPTION_GRACE);
    ret_how->act = options_count(options, OPTION_YES) > 0;
    ret_how->backend = options_text(options, OPTION_BACKEND);
    if (grace && strspn(grace, "0") > 0 && strspn(grace, "0smhd") == strlen(grace))
        ret_how->grace_ms = 0;
    else if (grace && parse_duration(grace, &ret_how->grace_ms, &error) != 0)
        return say_usage("--grace: %s", error.message);
    int code = read_count(options, OPTION_PASSES, &ret_how->passes);
    if (code == EXIT_OK && ret_how->passes == 0)
        code = say_usage("--passes: \"0\" would look at nothing; write 1 or more");
    return code == EXIT_OK ? read_count(options, OPTION_MAX, &ret_how->most) : code;
}

static void say_counts(const archway_gc_counts *counts, const archway_gc_options *how)
{
    say("%" PRIu64 " listed in %" PRIu64 " place%s: %" PRIu64 " forgotten, %" PRIu64
        " expired, %" PRIu64 " waiting, %" PRIu64 " kept; %" PRIu64 " ended",
        counts->listed, counts->places, text_plural(counts->places), counts->garbage,
        counts->expired, counts->waiting, counts->kept, counts->ended);
    if (counts->skipped > 0)
        say("%" PRIu64 " listing%s not whole, so nothing of it was touched", counts->skipped,
            counts->skipped == 1 ? " was" : "s were");
    if (!how->act && counts->garbage + counts->expired > 0)
        say("nothing was ended: `archway gc --yes` does it");
}

static int judge(const archway_gc_counts *counts)
{
    if (counts->failed > 0 || (counts->skipped > 0 && counts->places > 0))
        return EXIT_PARTIAL;
    return counts->skipped > 0 ? EXIT_FAILED : EXIT_OK;
}

int run_gc(struct session *session)
{
    aw_error error;
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    archway_gc_options how = ARCHWAY_GC_DEFAULTS;
    archway_gc_counts counts = {.size = sizeof counts};
    archway_call call = session_call(session);
    int code = read_options(session->options, &how);
    if (code == EXIT_OK)
        code = session_need_backend(session, how.backend);
    if (code == EXIT_OK)
        code = recovery_begin(session);
    if (code != EXIT_OK)
        return code;
    if (archway_gc(session->aw, &how, &call, &job, &error) != 0)
        return say_refusal(&error);
    code = session_run_one(session, job, "looking for what nobody remembers");
    if (code != EXIT_OK)
        return code;
    for (uint64_t i = 0; i < archway_job_problem_count(job); i++)
        say_error(archway_job_problem(job, i));
    archway_job_gc(job, &counts);
    say_counts(&counts, &how);
    code = judge(&counts);
    return exit_code_worse(code, gc_print(session->options->format, job, &counts, how.act));
}
