/* SPDX-License-Identifier: Apache-2.0 */
/* The results of checks, as TAP (testanything.org, version 14) or JSON. */
#include "cli/check_report.h"

#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/text.h"

#include <inttypes.h>
#include <string.h>

/* Each line of a text behind "# ". */
static void add_lines(kit_buf *out, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, "\n");
        kit_buf_addf(out, "#   %.*s\n", (int)size, text);
        text += size + (text[size] == '\n');
    }
}

static void print_result(const struct check_report *report, const archway_check_result *result,
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

void check_report_result(const archway_check_result *result, void *arg)
{
    struct check_report *report = arg;
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

static int print_start(void)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    kit_buf_add_text(&out, "TAP version 14\n");
    return output_write(&out);
}

void check_report_begin(struct check_report *report, enum format format)
{
    bool json = !format_is_for_people(format);
    *report = (struct check_report){.rows = json ? json_array() : NULL, .code = EXIT_OK};
    if (!json)
        report->code = print_start();
}

void check_report_note(struct check_report *report, const char *line)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    kit_buf_addf(&out, "# %s\n", line);
    if (!report->rows)
        report->code = exit_code_worse(report->code, output_write(&out));
}

void check_report_drop(struct check_report *report)
{
    json_decref(report->rows);
    report->rows = NULL;
}

int check_report_end(struct check_report *report)
{
    static const char *const csv_paths[] = {"rule", "outcome", "text", "detail", NULL};
    static const struct record_form form = {"rules", csv_paths, "rule", false};
    if (report->rows)
        return exit_code_worse(report->code, record_write(FORMAT_JSON, &form, report->rows, NULL));
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    kit_buf_addf(&out,
                 "1..%" PRIu64 "\n# %" PRIu64 " kept, %" PRIu64 " broken, %" PRIu64 " skipped\n",
                 report->count, report->count - report->broken - report->skipped, report->broken,
                 report->skipped);
    return exit_code_worse(report->code, output_write(&out));
}
