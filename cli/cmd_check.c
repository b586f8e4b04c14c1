/* SPDX-License-Identifier: Apache-2.0 */
/* archway check: a plugin's rules, on its recordings. */
#include "cli/check_live.h"
#include "cli/check_report.h"
#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/session.h"
#include "cli/talk.h"
#include "cli/verbs.h"

#include <archway/check.h>

#include <stdlib.h>

static int print_rules(void)
{
    const char *rule;
    const char *text;
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    for (uint64_t i = 0; archway_check_rule(i, &rule, &text) == 0; i++)
        kit_buf_addf(&out, "%-3s %s\n", rule, text);
    return output_write(&out);
}

/* -1: it is no number. */
static int read_points(const char *text, uint64_t *ret_points)
{
    char *end = NULL;
    if (!text)
        return 0;
    *ret_points = strtoull(text, &end, 10);
    return *text >= '1' && *text <= '9' && *end == '\0' ? 0 : -1;
}

int run_check(struct session *session)
{
    const struct options *options = session->options;
    struct check_report report;
    aw_error error;
    archway_check_options how = {.size = sizeof how,
                                 .fixtures = options_text(options, OPTION_FIXTURES),
                                 .rules = options_text(options, OPTION_RULES)};
    if (options_count(options, OPTION_LIST))
        return print_rules();
    if (options_count(options, OPTION_LIVE))
        return check_live(options);
    if (check_live_only(options) != EXIT_OK)
        return EXIT_USAGE;
    if (options->operand_count == 0)
        return say_usage("which plugin? Write `archway check FILE.so --fixtures DIR`");
    if (read_points(options_text(options, OPTION_POINTS), &how.points))
        return say_usage("--points takes a number, such as 100");
    check_report_begin(&report, options->format);
    if (archway_check_plugin(options->operands[0], &how, check_report_result, &report, &error)) {
        check_report_drop(&report);
        return say_refusal(&error);
    }
    int code = check_report_end(&report);
    return report.broken ? exit_code_worse(code, EXIT_FAILED) : code;
}
