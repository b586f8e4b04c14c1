/* SPDX-License-Identifier: Apache-2.0 */
/* From the command line to a trial on a real provider, and what is said of it. */
#include "cli/check_live.h"

#include "cli/check_report.h"
#include "cli/exit_code.h"
#include "cli/files.h"
#include "cli/memory.h"
#include "cli/offers.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_PRICE "0.10" /* dollars an hour */

int check_live_only(const struct options *options)
{
    static const enum option_id known[] = {OPTION_FIXTURES, OPTION_RULES, OPTION_POINTS,
                                           OPTION_LIST,     OPTION_LIVE,  OPTION_OUTPUT,
                                           OPTION_JSON,     OPTION_HELP,  OPTION_VERSION};
    for (size_t i = 0; i < options->value_count; i++) {
        size_t at = 0;
        while (at < sizeof known / sizeof *known && known[at] != options->values[i].id)
            at++;
        if (at == sizeof known / sizeof *known)
            return say_usage("--%s is for `archway check --live`",
                             option_rows[options->values[i].id].name);
    }
    return EXIT_OK;
}

static int refuse_others(const struct options *options)
{
    static const enum option_id others[] = {OPTION_FIXTURES, OPTION_RULES, OPTION_POINTS};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (options_count(options, others[i]))
            return say_usage("--%s is for checks on recordings, without --live",
                             option_rows[others[i]].name);
    if (options_count(options, OPTION_YES_SPEND) && !options_count(options, OPTION_SSH_KEY))
        return say_usage("a machine needs --ssh-key FILE, a public key that may log in");
    return EXIT_OK;
}

/* ---- which backend ---- */

/* The provider of the plugin in this file; NULL: it was refused, which is said. */
static const char *provider_at(const struct session *session, const char *path)
{
    archway_plugin_info info = {.size = sizeof info};
    for (uint64_t i = 0; archway_plugin_at(session->aw, i, &info) == 0; i++) {
        if (strcmp(info.path, path) != 0)
            continue;
        if (info.error->code == AW_OK)
            return info.provider;
        say_error(info.error);
        return NULL;
    }
    say_failure(AW_E_INVALID, "%s: only files whose name ends in .so are loaded", path);
    return NULL;
}

/* Its only backend, or the one that was named. NULL: that is said. */
static const char *backend_of(const struct session *session, const char *provider)
{
    const char *wanted = options_text(session->options, OPTION_BACKEND);
    const char *found = NULL;
    archway_backend_info info = {.size = sizeof info};
    for (uint64_t i = 0; archway_backend_at(session->aw, i, &info) == 0; i++) {
        bool fits = (!provider || strcmp(info.provider, provider) == 0) &&
                    (!wanted || strcmp(info.name, wanted) == 0);
        if (fits && found) {
            say_usage("there are several backends, %s and %s: name one with --backend", found,
                      info.name);
            return NULL;
        }
        found = fits ? info.name : found;
    }
    if (!found)
        say_failure(AW_E_UNAUTHENTICATED,
                    "no backend %s%s%s%s is configured, and no credentials of one were found: "
                    "`archway backends` shows what there is",
                    wanted ? "called " : "", wanted ? wanted : "", provider ? "of the type " : "",
                    provider ? provider : "");
    return found;
}

/* ---- what is told ---- */

static void on_note(const char *line, void *arg)
{
    struct check_report *report = arg;
    if (report->rows)
        say("%s", line);
    else
        check_report_note(report, line);
}

static void on_left(const archway_machine *machine, const char *token, void *arg)
{
    struct check_report *report = arg;
    KIT_CLEANUP(kit_buf_finish) kit_buf ref;
    cli_buf_init(&ref);
    if (machine->id)
        text_add_ref(&ref, machine->backend, machine->region, machine->id);
    if (machine->id)
        say("LEFT RUNNING, AND PAID FOR: %s, with the token %s; end it with: archway terminate %s",
            kit_buf_text(&ref), token, kit_buf_text(&ref));
    else
        say("PERHAPS LEFT RUNNING, AND PAID FOR: a machine of %s with the token %s; `archway "
            "recover` and `archway list` look for it",
            machine->backend, token);
    report->code = exit_code_worse(report->code, EXIT_FAILED);
}

static int exit_code(const struct check_report *report, bool spend)
{
    if (signals_pending())
        return EXIT_SIGNAL + signals_pending();
    if (report->broken)
        return EXIT_FAILED;
    /* Without a machine nothing of what was wanted is known. */
    return spend && report->skipped ? EXIT_NOTHING : EXIT_OK;
}

/* ---- the trial ---- */

static int try_backend(struct session *session, archway_check_live_options *how)
{
    aw_error error;
    struct check_report report;
    const struct options *options = session->options;
    KIT_CLEANUP(offers_drop_query) archway_query *query = NULL;
    int code = offers_query(options, &query);
    if (code != EXIT_OK)
        return code;
    if (!options_count(options, OPTION_MAX_PRICE))
        archway_query_set(query, "max-price", USUAL_PRICE, &error);
    if (!options_count(options, OPTION_SPOT))
        archway_query_set(query, "spot", "no", &error);
    how->query = query;
    check_report_begin(&report, options->format);
    signals_wake(session->aw);
    session->asked = true;
    code = archway_check_live(session->aw, how, check_report_result, &report, &error);
    signals_wake(NULL);
    if (code) {
        check_report_drop(&report);
        return say_refusal(&error);
    }
    code = check_report_end(&report);
    return exit_code_worse(code, exit_code(&report, how->spend));
}

static int with_session(struct session *session, const char *plugin)
{
    const struct options *options = session->options;
    KIT_CLEANUP(kit_buf_finish) kit_buf key;
    aw_error error;
    cli_buf_init(&key);
    const char *path = options_text(options, OPTION_SSH_KEY);
    const char *provider = plugin ? provider_at(session, plugin) : NULL;
    if (plugin && !provider)
        return EXIT_FAILED;
    if (path && file_read_public_key(path, &key, &error) != 0)
        return say_usage("--ssh-key: %s", error.message);
    const char *keys[] = {kit_buf_text(&key)};
    archway_check_live_options how = {
        .size = sizeof how,
        .spend = options_count(options, OPTION_YES_SPEND) > 0,
        .backend = backend_of(session, provider),
        .ssh_keys = keys,
        .ssh_key_count = path != NULL,
        .wait_ms = options->timeout_ms,
        .on_note = on_note,
        .on_left = on_left,
    };
    return how.backend ? try_backend(session, &how) : EXIT_CREDENTIALS;
}

int check_live(const struct options *options)
{
    struct session session;
    char plugin[PATH_MAX];
    const char *file = options->operand_count ? options->operands[0] : NULL;
    int code = refuse_others(options);
    if (code != EXIT_OK)
        return code;
    if (file && !realpath(file, plugin))
        return say_usage("%s: there is no such plugin", file);
    KIT_CLEANUP(cli_free_text)
    char *folder = file ? cli_copy(plugin, (size_t)(strrchr(plugin, '/') - plugin)) : NULL;
    code = session_open(&session, options, folder && !*folder ? "/" : folder);
    if (code != EXIT_OK)
        return code;
    return session_close(&session, with_session(&session, file ? plugin : NULL));
}
