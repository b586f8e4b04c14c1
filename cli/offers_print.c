/* SPDX-License-Identifier: Apache-2.0 */
/* Offers as a table, and for programs. */
#include "cli/memory.h"
#include "cli/offers.h"
#include "cli/record.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "cli/text.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static const struct column columns[] = {
    {"BACKEND", COLUMN_SHRINK},
    {"TYPE", COLUMN_PRECIOUS},
    {"REGION", COLUMN_PRECIOUS},
    {"ZONE", COLUMN_WIDE},
    {"ARCH", 0},
    {"KNOWN BY", COLUMN_WIDE},
    {"CPU", COLUMN_RIGHT},
    {"MEMORY", COLUMN_RIGHT},
    {"GPU", COLUMN_SHRINK},
    {"VENDOR", COLUMN_WIDE},
    {"DISK", COLUMN_RIGHT | COLUMN_WIDE},
    {"$/HOUR", COLUMN_RIGHT},
    {"AS IF", COLUMN_RIGHT},
    {"NOTE", COLUMN_SHRINK},
};

static const char *const csv_paths[] = {"backend",
                                        "instance_type",
                                        "region",
                                        "zone",
                                        "arch",
                                        "arch_source",
                                        "vcpus",
                                        "memory_mib",
                                        "gpu.vendor",
                                        "gpu.name",
                                        "gpu.count",
                                        "gpu.memory_mib",
                                        "disk_mib",
                                        "spot",
                                        "price_usd_per_hour",
                                        "price_nusd_per_hour",
                                        "availability",
                                        NULL};

static bool is_sold_out_everywhere(const aw_offer *offer)
{
    return offer->availability == AW_UNAVAILABLE && (!offer->region || !*offer->region);
}

static const char *place(const aw_offer *offer)
{
    if (is_sold_out_everywhere(offer))
        return "(sold out)";
    return offer->region && *offer->region ? offer->region : "-";
}

/* What sets it apart from a machine that can be had now and kept. */
static const char *note(const aw_offer *offer, const archway_ranking *ranking)
{
    if (ranking->emulated)
        return offer->spot ? "spot, emulated" : "emulated";
    if (offer->availability == AW_NO_QUOTA)
        return offer->spot ? "spot, no quota" : "no quota";
    if (offer->availability == AW_UNAVAILABLE && !is_sold_out_everywhere(offer))
        return offer->spot ? "spot, sold out" : "sold out";
    return offer->spot ? "spot" : NULL;
}

static void add_size_cell(struct text_table *table, uint64_t mib)
{
    kit_buf *cell = table_cell(table);
    if (mib > 0)
        text_add_size(cell, mib);
    table_cell_end(table);
}

static void add_price_cell(struct text_table *table, const aw_offer *offer)
{
    kit_buf *cell = table_cell(table);
    if (offer->priced)
        text_add_short_dollars(cell, offer->price_nusd_per_hour);
    else
        kit_buf_add_char(cell, '-');
    table_cell_end(table);
}

/* Of emulated ones only: of all others it is their price. */
static void add_effective_price_cell(struct text_table *table, const archway_ranking *ranking)
{
    kit_buf *cell = table_cell(table);
    if (ranking->emulated && ranking->effective_price_nusd_per_hour)
        text_add_short_dollars(cell, ranking->effective_price_nusd_per_hour);
    table_cell_end(table);
}

static void add_row(struct text_table *table, const char *backend, const aw_offer *offer,
                    const archway_ranking *ranking)
{
    table_add(table, backend);
    table_add(table, offer->instance_type);
    table_add(table, place(offer));
    table_add(table, offer->zone);
    table_add(table, archway_arch_name(offer->arch));
    table_add(table, archway_arch_source_name(offer->arch_source));
    kit_buf_addf(table_cell(table), "%" PRIu32, offer->vcpus);
    table_cell_end(table);
    add_size_cell(table, offer->memory_mib);
    text_add_gpu(table_cell(table), offer->gpu);
    table_cell_end(table);
    table_add(table, offer->gpu ? offer->gpu->vendor : NULL);
    add_size_cell(table, offer->disk_mib);
    add_price_cell(table, offer);
    add_effective_price_cell(table, ranking);
    table_add(table, note(offer, ranking));
}

/* One backend's offers need not say whose they are, where there is no room. */
static bool has_one_backend(const archway_job *job)
{
    aw_offer offer = {.size = sizeof offer};
    const char *first = NULL;
    const char *backend;
    for (uint64_t i = 0; archway_job_offer(job, i, &offer, &backend) == 0; i++) {
        if (first && strcmp(first, backend) != 0)
            return false;
        first = backend;
    }
    return true;
}

static void print_table(const archway_job *job, bool wide, kit_buf *out)
{
    KIT_CLEANUP(table_finish) struct text_table table;
    struct column shown[sizeof columns / sizeof *columns];
    aw_offer offer = {.size = sizeof offer};
    archway_ranking ranking = {.size = sizeof ranking};
    const char *backend;
    memcpy(shown, columns, sizeof shown);
    if (has_one_backend(job))
        shown[0].flags = COLUMN_OPTIONAL;
    table_init(&table, shown, sizeof shown / sizeof *shown);
    for (uint64_t i = 0; archway_job_offer(job, i, &offer, &backend) == 0; i++) {
        archway_job_ranking(job, i, &ranking);
        add_row(&table, backend, &offer, &ranking);
    }
    table_print(&table, wide, talk_colour(STDOUT_FILENO), out);
}

static json_t *add_ranking(json_t *object, const archway_job *job, uint64_t index)
{
    archway_ranking ranking = {.size = sizeof ranking};
    archway_job_ranking(job, index, &ranking);
    json_object_set_new(object, "emulated", json_boolean(ranking.emulated));
    json_object_set_new(object, "effective_price_nusd_per_hour",
                        json_integer((json_int_t)ranking.effective_price_nusd_per_hour));
    return object;
}

static json_t *rows(const archway_job *job)
{
    json_t *list = json_array();
    aw_offer offer = {.size = sizeof offer};
    const char *backend;
    for (uint64_t i = 0; archway_job_offer(job, i, &offer, &backend) == 0; i++)
        json_array_append_new(list, add_ranking(record_offer(backend, &offer), job, i));
    return list;
}

static json_t *record_findings(const archway_job *job)
{
    json_t *list = json_array();
    archway_finding finding = {.size = sizeof finding};
    for (uint64_t i = 0; archway_job_finding(job, i, &finding) == 0; i++)
        json_array_append_new(list, record_finding(&finding));
    return list;
}

/* What the backends and the filters did to the result. */
static json_t *record_result(const archway_job *job)
{
    json_t *object = json_object();
    json_object_set_new(object, "backends", record_backends(job));
    json_object_set_new(object, "problems", record_problems(job));
    json_object_set_new(object, "removed", record_removed(job));
    json_object_set_new(object, "findings", record_findings(job));
    return object;
}

static void print_names(const archway_job *job, kit_buf *out)
{
    aw_offer offer = {.size = sizeof offer};
    const char *backend;
    for (uint64_t i = 0; archway_job_offer(job, i, &offer, &backend) == 0; i++) {
        text_add_ref(out, backend, offer.region, offer.instance_type);
        kit_buf_add_char(out, '\n');
    }
}

int offers_print(enum format format, const archway_job *job)
{
    static const struct record_form form = {"offers", csv_paths, NULL, false};
    if (format == FORMAT_JSON || format == FORMAT_CSV)
        return record_write(format, &form, rows(job), record_result(job));
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    if (format == FORMAT_NAME)
        print_names(job, &out);
    else
        print_table(job, format == FORMAT_WIDE, &out);
    return output_write(&out);
}
