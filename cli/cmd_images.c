/* SPDX-License-Identifier: Apache-2.0 */
/* archway images */
#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/outcome.h"
#include "cli/record.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "cli/verbs.h"

#include <unistd.h>

static json_t *record_image(const char *backend, const aw_image *image)
{
    json_t *object = json_object();
    json_object_set_new(object, "backend", record_text(backend));
    json_object_set_new(object, "region", record_text(image->region));
    json_object_set_new(object, "arch", record_text(archway_arch_name(image->arch)));
    json_object_set_new(object, "gpu", json_boolean(image->gpu));
    json_object_set_new(object, "id", record_text(image->id));
    json_object_set_new(object, "name", record_text(image->name));
    json_object_set_new(object, "source", record_text(image->source));
    return object;
}

static json_t *rows(const archway_job *job)
{
    json_t *list = json_array();
    const char *backend = NULL;
    const aw_image *image;
    for (uint64_t i = 0; (image = archway_job_boot_image(job, i, &backend)) != NULL; i++)
        json_array_append_new(list, record_image(backend, image));
    return list;
}

static json_t *record_result(const archway_job *job)
{
    json_t *object = json_object();
    json_object_set_new(object, "backends", record_backends(job));
    json_object_set_new(object, "problems", record_problems(job));
    return object;
}

static void print_table(const archway_job *job, bool wide, kit_buf *out)
{
    static const struct column columns[] = {
        {"BACKEND", 0}, {"REGION", 0},           {"ARCH", 0},         {"GPU", 0},
        {"IMAGE", 0},   {"NAME", COLUMN_SHRINK}, {"BY", COLUMN_WIDE},
    };
    KIT_CLEANUP(table_finish) struct text_table table;
    const char *backend = NULL;
    const aw_image *image;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (uint64_t i = 0; (image = archway_job_boot_image(job, i, &backend)) != NULL; i++) {
        table_add(&table, backend);
        table_add(&table, image->region ? image->region : "all");
        table_add(&table, archway_arch_name(image->arch));
        table_add(&table, image->gpu ? "yes" : "no");
        table_add(&table, image->id);
        table_add(&table, image->name);
        table_add(&table, image->source);
    }
    table_print(&table, wide, talk_colour(STDOUT_FILENO), out);
}

static int print_images(enum format format, const archway_job *job)
{
    static const char *const csv_paths[] = {"backend", "region", "arch",   "gpu",
                                            "id",      "name",   "source", NULL};
    static const struct record_form form = {"images", csv_paths, "id", false};
    if (!format_is_for_people(format))
        return record_write(format, &form, rows(job), record_result(job));
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    print_table(job, format == FORMAT_WIDE, &out);
    return output_write(&out);
}

int run_images(struct session *session)
{
    aw_error error;
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    const char *backend = options_text(session->options, OPTION_BACKEND);
    const char *region = options_text(session->options, OPTION_REGION);
    archway_call call = session_call(session);
    int code = session_need_backend(session, backend);
    if (code != EXIT_OK)
        return code;
    if (archway_boot_images(session->aw, backend, region, &call, &job, &error) != 0)
        return say_refusal(&error);
    code = outcome_run(session, job);
    if (code >= EXIT_SIGNAL)
        return code;
    if (code == EXIT_OK && archway_job_boot_image_count(job) == 0) {
        say("no boot image is known%s%s", region ? " in " : "", region ? region : "");
        code = EXIT_NOTHING;
    }
    return exit_code_worse(code, print_images(session->options->format, job));
}
