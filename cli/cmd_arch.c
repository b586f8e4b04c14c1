/* SPDX-License-Identifier: Apache-2.0 */
/* archway arch */
#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/record.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <string.h>
#include <unistd.h>

static const struct column columns[] = {
    {"OS", 0},      {"ARCHITECTURE", 0},       {"VARIANT", 0}, {"OS VERSION", COLUMN_OPTIONAL},
    {"RUNS ON", 0}, {"DIGEST", COLUMN_SHRINK},
};

static const char *const csv_paths[] = {"os",   "architecture", "variant", "os_version",
                                        "arch", "digest",       NULL};

static const uint32_t both[] = {AW_ARCH_AMD64, AW_ARCH_ARM64};
#define BOTH (sizeof both / sizeof *both)

static const char *runs_on(uint32_t arch)
{
    return arch ? archway_arch_name(arch) : NULL;
}

static void add_archs(kit_buf *out, uint32_t archs, const char *between)
{
    const char *before = "";
    for (size_t i = 0; i < BOTH; i++) {
        if (!(archs & both[i]))
            continue;
        kit_buf_addf(out, "%s%s", before, archway_arch_name(both[i]));
        before = between;
    }
}

static void print_platforms(const archway_job *job, bool wide, kit_buf *out)
{
    KIT_CLEANUP(table_finish) struct text_table table;
    archway_platform platform = {.size = sizeof platform};
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (uint64_t i = 0; archway_job_platform(job, i, &platform) == 0; i++) {
        table_add(&table, platform.os);
        table_add(&table, platform.architecture);
        table_add(&table, platform.variant);
        table_add(&table, platform.os_version);
        table_add(&table, runs_on(platform.arch));
        table_add(&table, platform.digest);
    }
    table_print(&table, wide, talk_colour(STDOUT_FILENO), out);
}

static void print_people(const archway_job *job, const archway_image_info *image, bool wide,
                         kit_buf *out)
{
    kit_buf_addf(out, "image   %s\ndigest  %s\nruns on ", image->name, image->digest);
    add_archs(out, image->archs, ", ");
    if (!image->archs)
        kit_buf_add_text(out, "neither amd64 nor arm64");
    kit_buf_addf(out, " (%s)\n\n",
                 image->has_index ? "says its index" : "says the configuration of its manifest");
    print_platforms(job, wide, out);
}

static json_t *record_platform(const archway_platform *platform)
{
    json_t *object = json_object();
    json_object_set_new(object, "os", record_text(platform->os));
    json_object_set_new(object, "architecture", record_text(platform->architecture));
    json_object_set_new(object, "variant", record_text(platform->variant));
    json_object_set_new(object, "os_version", record_text(platform->os_version));
    json_object_set_new(object, "arch", record_text(runs_on(platform->arch)));
    json_object_set_new(object, "digest", record_text(platform->digest));
    return object;
}

static json_t *record_platforms(const archway_job *job)
{
    json_t *list = json_array();
    archway_platform platform = {.size = sizeof platform};
    for (uint64_t i = 0; archway_job_platform(job, i, &platform) == 0; i++)
        json_array_append_new(list, record_platform(&platform));
    return list;
}

static json_t *record_archs(uint32_t archs)
{
    json_t *list = json_array();
    for (size_t i = 0; i < BOTH; i++)
        if (archs & both[i])
            json_array_append_new(list, record_text(archway_arch_name(both[i])));
    return list;
}

static json_t *record_image(const archway_image_info *image)
{
    json_t *object = json_object();
    json_object_set_new(object, "image", record_text(image->name));
    json_object_set_new(object, "digest", record_text(image->digest));
    json_object_set_new(object, "source", record_text(image->has_index ? "index" : "manifest"));
    json_object_set_new(object, "architectures", record_archs(image->archs));
    return object;
}

static int print(enum format format, const archway_job *job, const archway_image_info *image)
{
    static const struct record_form form = {"platforms", csv_paths, NULL, false};
    if (format == FORMAT_JSON || format == FORMAT_CSV)
        return record_write(format, &form, record_platforms(job), record_image(image));
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    if (format == FORMAT_NAME) {
        add_archs(&out, image->archs, "\n");
        kit_buf_add_text(&out, image->archs ? "\n" : "");
    } else {
        print_people(job, image, format == FORMAT_WIDE, &out);
    }
    return output_write(&out);
}

int run_arch(struct session *session)
{
    aw_error error;
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    archway_image_info image = {.size = sizeof image};
    archway_call call = session_call(session);
    if (archway_image(session->aw, session->options->operands[0], &call, &job, &error) != 0)
        return say_refusal(&error);
    int code = session_run_one(session, job, "asking the registry");
    if (code != EXIT_OK)
        return code;
    if (archway_job_image(job, &image) != 0)
        return say_failure(AW_E_INTERNAL, "the registry was asked and there is no answer");
    code = print(session->options->format, job, &image);
    if (code == EXIT_OK && !image.archs) {
        say("%s runs on neither amd64 nor arm64 Linux", image.name);
        return EXIT_NOTHING;
    }
    return code;
}
