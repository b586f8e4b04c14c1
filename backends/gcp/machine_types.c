/* SPDX-License-Identifier: Apache-2.0 */
/* The machine types of a zone, a page at a time, kept as a few numbers each. */
#include "backends/gcp/offers.h"
#include "backends/gcp/page.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

enum {
    MOST_PAGES = 100,
    MOST_VCPUS = 65535,
    MOST_MEMORY_MIB = 1 << 30,
    MOST_GPUS = 1024,
    MOST_PARTITIONS = 1024
};

static void ask(kit_request *request, aw_op *op, void *arg, const char *token)
{
    const struct gcp_zone *zone = arg;
    gcp_compute_init(request, op, "machineTypes", "GET");
    kit_request_path(request, "zones");
    kit_request_path(request, zone->name);
    kit_request_path(request, "machineTypes");
    kit_request_query(request, "maxResults", "500");
    kit_request_query(request, "fields",
                      "items(name,guestCpus,memoryMb,architecture,accelerators,bundledLocalSsds,"
                      "deprecated),nextPageToken");
    kit_request_query(request, "prettyPrint", "false");
    kit_request_query(request, "pageToken", token);
}

/* ---- reading one ---- */

struct record {
    char name[256];
    char architecture[64];
    char accelerator[128];
    char deprecation[32];
    int64_t vcpus;
    int64_t memory_mib;
    int64_t gpus;
    int64_t partitions;
    unsigned accelerator_kinds;
};

static void accelerator_read(kit_scan *scan, struct record *record)
{
    record->accelerator_kinds++;
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "guestAcceleratorType"))
            kit_scan_text(scan, record->accelerator, sizeof record->accelerator);
        else if (kit_scan_is(scan, "guestAcceleratorCount"))
            record->gpus = kit_scan_integer(scan, 1, MOST_GPUS, 0);
}

static void partitions_read(kit_scan *scan, struct record *record)
{
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "partitionCount"))
            record->partitions = kit_scan_integer(scan, 0, MOST_PARTITIONS, 0);
}

static void deprecation_read(kit_scan *scan, struct record *record)
{
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "state"))
            kit_scan_text(scan, record->deprecation, sizeof record->deprecation);
}

static void member_read(kit_scan *scan, struct record *record)
{
    if (kit_scan_is(scan, "name"))
        kit_scan_text(scan, record->name, sizeof record->name);
    else if (kit_scan_is(scan, "guestCpus"))
        record->vcpus = kit_scan_integer(scan, 1, MOST_VCPUS, 0);
    else if (kit_scan_is(scan, "memoryMb"))
        record->memory_mib = kit_scan_integer(scan, 1, MOST_MEMORY_MIB, 0);
    else if (kit_scan_is(scan, "architecture"))
        kit_scan_text(scan, record->architecture, sizeof record->architecture);
    else if (kit_scan_is(scan, "bundledLocalSsds"))
        partitions_read(scan, record);
    else if (kit_scan_is(scan, "deprecated"))
        deprecation_read(scan, record);
    else if (kit_scan_is(scan, "accelerators"))
        for (kit_scan_array(scan); kit_scan_element(scan);)
            accelerator_read(scan, record);
}

static void record_read(kit_scan *scan, struct record *record)
{
    *record = (struct record){0};
    for (kit_scan_object(scan); kit_scan_member(scan);)
        member_read(scan, record);
}

/* ---- what it says ---- */

/* TPUs are no GPUs: what runs on them is built for them. */
static bool has_tpu(const struct record *record)
{
    return (!strncmp(record->name, "ct", 2) && strchr("0123456789", record->name[2])) ||
           !strncmp(record->name, "tpu", 3);
}

static bool is_offered(const struct record *record)
{
    bool is_deprecated = *record->deprecation && strcmp(record->deprecation, "ACTIVE") != 0;
    return !is_deprecated && !has_tpu(record);
}

static void arch_find(aw_op *op, const struct record *record, struct gcp_facts *facts,
                      aw_error *problem)
{
    bool is_said =
        *record->architecture && strcmp(record->architecture, "ARCHITECTURE_UNSPECIFIED") != 0;
    facts->arch = is_said ? aw_arch(op, record->architecture) : gcp_arch_by_rule(record->name);
    facts->arch_source = is_said ? AW_ARCH_SOURCE_API : AW_ARCH_SOURCE_RULE;
    if (facts->arch != AW_ARCH_UNKNOWN || problem->code)
        return;
    if (is_said)
        kit_error_set(problem, AW_E_PROTOCOL, "its architecture \"%s\" is neither amd64 nor arm64",
                      record->architecture);
    else
        kit_error_set(problem, AW_E_PROTOCOL,
                      "Google names no architecture for it, and its family is not known");
}

static void gpu_find(const struct record *record, struct gcp_facts *facts, aw_error *problem)
{
    if (record->accelerator_kinds == 0 || problem->code)
        return;
    facts->gpu = gcp_gpu_of(record->accelerator);
    facts->gpu_count = (uint32_t)record->gpus;
    if (record->accelerator_kinds > 1)
        kit_error_set(problem, AW_E_PROTOCOL, "it has accelerators of several kinds");
    else if (!facts->gpu)
        kit_error_set(problem, AW_E_PROTOCOL, "its accelerator \"%s\" is not known",
                      record->accelerator);
    else if (facts->gpu_count == 0)
        kit_error_set(problem, AW_E_PROTOCOL, "it does not say how many GPUs it has");
}

static void sizes_find(const struct record *record, struct gcp_facts *facts, aw_error *problem)
{
    facts->vcpus = (uint32_t)record->vcpus;
    facts->memory_mib = (uint32_t)record->memory_mib;
    facts->local_ssd_gib =
        gcp_local_ssd_gib(record->name, facts->vcpus, (uint32_t)record->partitions);
    if (problem->code == AW_OK && (record->vcpus == 0 || record->memory_mib == 0))
        kit_error_set(problem, AW_E_PROTOCOL,
                      "it does not say how many vCPUs or how much memory "
                      "it has");
}

/* `problem` is what could not be read of it, if anything. -1: no memory, or too many. */
static int record_use(struct gcp_zone *zone, const struct record *record, aw_error *problem,
                      aw_error *ret_error)
{
    struct gcp_facts facts = {0};
    if (!is_offered(record))
        return 0;
    if (!gcp_is_name(record->name)) {
        if (!problem->code)
            kit_error_set(problem, AW_E_PROTOCOL, "\"%.80s\" is not the name of one", record->name);
        gcp_problem_keep(zone->listing, &zone->problems, problem,
                         "A machine type of %s is left out", zone->name);
        return 0;
    }
    sizes_find(record, &facts, problem);
    gpu_find(record, &facts, problem);
    arch_find(zone->listing->op, record, &facts, problem);
    facts.problem = problem->code ? problem->message : NULL;
    return gcp_listing_machine(zone->listing, zone, record->name, &facts, ret_error);
}

/* ---- pages ---- */

static int item_read(void *zone, kit_scan *scan, const char *name, aw_error *ret_error)
{
    struct record record;
    (void)name;
    record_read(scan, &record);
    if (!scan->is_broken && record_use(zone, &record, &scan->problem, ret_error))
        return -1;
    kit_scan_forgive(scan);
    return 0;
}

static int page_read(aw_op *op, void *zone, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    static const struct gcp_page page = {.items = "items", .read = item_read};
    return gcp_page_read(op, &page, zone, answer->body, ret_token, ret_error);
}

/* One zone that fails leaves out no other. */
static void ended(aw_op *op, void *arg, const aw_error *why)
{
    struct gcp_zone *zone = arg;
    (void)op;
    struct gcp_listing *listing = zone->listing;
    if (why && listing->zones_failed++ == 0)
        listing->zone_problem = *why;
    if (why)
        gcp_problem_keep(listing, &zone->problems, why, "The machine types of %s are not known",
                         zone->name);
    gcp_listing_settle(listing);
}

static const struct kit_pages pages = {.title = "Google",
                                       .name = "machineTypes",
                                       .most = MOST_PAGES,
                                       .ask = ask,
                                       .read = page_read,
                                       .ended = ended,
                                       .peek = gcp_page_peek};

void gcp_machine_types_start(struct gcp_zone *zone)
{
    zone->listing->zones_asked++;
    gcp_listing_wait(zone->listing);
    kit_pages_start_late(zone->listing->op, &pages, zone, zone->listing->later);
}
