/* SPDX-License-Identifier: Apache-2.0 */
/* archway check: a plugin's rules, as TAP (testanything.org, version 14) or JSON. */
#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/record.h"
#include "cli/session.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <archway/check.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct report {
    json_t *rows; /* NULL: TAP */
    uint64_t count;
    uint64_t broken;
    uint64_t skipped;
    int code;
};

/* Each line of a text behind "# ". */
static void add_lines(kit_buf *out, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, "\n");
        kit_buf_addf(out, "#   %.*s\n", (int)size, text);
        text += size + (text[size] == '\n');
    }
}

static void print_result(const struct report *report, const archway_check_result *result,
                         kit_buf *out)
{
    bool broken = result->outcome == ARCHWAY_CHECK_BROKEN;
    bool skipped = result->outcome == ARCHWAY_CHECK_SKIPPED;
    kit_buf_addf(out, "%s %" PRIu64 " - %s %s", broken ? "not ok" : "ok", report->count,
                 result->rule, result->text);
    if (skipped)
        kit_buf_addf(out, " # SKIP %s", result->detail);
    else if (result->possible)
        kit_buf_addf(out, " (%" PRIu64 " of %" PRIu64 " tried)", result->tried, result->possible);
    else
        kit_buf_addf(out, " (%" PRIu64 " tried)", result->tried);
    kit_buf_add_char(out, '\n');
    if (!skipped)
        add_lines(out, result->detail);
}

static json_t *record_result(const archway_check_result *result)
{
    static const char *const words[] = {"kept", "broken", "skipped"};
    json_t *object = json_object();
    json_object_set_new(object, "rule", record_text(result->rule));
    json_object_set_new(object, "text", record_text(result->text));
    json_object_set_new(object, "outcome", record_text(words[result->outcome]));
    json_object_set_new(object, "detail", record_text(*result->detail ? result->detail : NULL));
    json_object_set_new(object, "tried", json_integer((json_int_t)result->tried));
    json_object_set_new(
        object, "possible",
        json_integer((json_int_t)(result->possible ? result->possible : result->tried)));
    return object;
}

static void on_result(const archway_check_result *result, void *arg)
{
    struct report *report = arg;
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    report->count++;
    report->broken += result->outcome == ARCHWAY_CHECK_BROKEN;
    report->skipped += result->outcome == ARCHWAY_CHECK_SKIPPED;
    if (report->rows) {
        json_array_append_new(report->rows, record_result(result));
        return;
    }
    print_result(report, result, &out);
    report->code = exit_code_worse(report->code, output_write(&out));
}

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

static int print_end(const struct report *report)
{
    static const char *const csv_paths[] = {"rule", "outcome", "text", "detail", NULL};
    static const struct record_form form = {"rules", csv_paths, "rule", false};
    if (report->rows)
        return record_write(FORMAT_JSON, &form, report->rows, NULL);
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    kit_buf_addf(&out,
                 "1..%" PRIu64 "\n# %" PRIu64 " kept, %" PRIu64 " broken, %" PRIu64 " skipped\n",
                 report->count, report->count - report->broken - report->skipped, report->broken,
                 report->skipped);
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

static int start(void)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    kit_buf_add_text(&out, "TAP version 14\n");
    return output_write(&out);
}

int run_check(struct session *session)
{
    const struct options *options = session->options;
    aw_error error;
    archway_check_options how = {.size = sizeof how,
                                 .fixtures = options_text(options, OPTION_FIXTURES),
                                 .rules = options_text(options, OPTION_RULES)};
    if (options_count(options, OPTION_LIST))
        return print_rules();
    if (options->operand_count == 0)
        return say_usage("which plugin? Write `archway check FILE.so --fixtures DIR`");
    if (read_points(options_text(options, OPTION_POINTS), &how.points))
        return say_usage("--points takes a number, such as 100");
    bool json = !format_is_for_people(options->format);
    struct report report = {.rows = json ? json_array() : NULL, .code = EXIT_OK};
    if (!json)
        report.code = start();
    if (archway_check_plugin(options->operands[0], &how, on_result, &report, &error)) {
        json_decref(report.rows);
        return say_refusal(&error);
    }
    int code = exit_code_worse(report.code, print_end(&report));
    return report.broken ? exit_code_worse(code, EXIT_FAILED) : code;
}
