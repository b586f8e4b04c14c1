/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The project's quotas: in each region of CPUs by family, of CPUs and GPUs by model, of the same as spot, and of all
 * regions together. https://cloud.google.com/compute/resource-usage
 */
#include "backends/gcp/offers.h"

#include "kit/error.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define PREEMPTIBLE "PREEMPTIBLE_"
#define GPUS_OF_ALL "GPUS_ALL_REGIONS"
#define CPUS_OF_ALL "CPUS_ALL_REGIONS"

enum {
    MOST_PAGES = 20,
    MOST_METRICS = 256, /* that count here, of one region */
    LONGEST_METRIC = 64
};

#define MOST_UNITS 1e12

/* ---- what counts against which ---- */

/* The older families share one quota; each of the others has its own: "C4A_CPUS". */
static void cpu_metric_add(kit_buf *text, const char *machine_type)
{
    static const char *const sharing[] = {"e2-", "f1-", "g1-", "n1-"};
    for (size_t i = 0; i < sizeof sharing / sizeof *sharing; i++)
        if (strncmp(sharing[i], machine_type, strlen(sharing[i])) == 0) {
            kit_buf_add_text(text, "CPUS");
            return;
        }
    for (const char *c = machine_type; *c && *c != '-'; c++)
        kit_buf_add_char(text, (char)toupper((unsigned char)*c));
    kit_buf_add_text(text, "_CPUS");
}

static void region_add(kit_buf *text, const char *region)
{
    if (text->size)
        kit_buf_add_char(text, ',');
    kit_buf_add_text(text, region);
    kit_buf_add_char(text, '/');
}

/* Every offer has some of these, so they are written without printf. */
static void number_add(kit_buf *text, uint32_t number)
{
    char digits[12];
    char *at = digits + sizeof digits;
    *--at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    kit_buf_add_char(text, ':');
    kit_buf_add_text(text, at);
}

void gcp_quota_write(kit_buf *text, const char *region, const struct gcp_machine *machine,
                     const struct gcp_attached *attached, bool spot)
{
    const struct gcp_facts *facts = &machine->facts;
    const struct gcp_gpu *gpu = attached->count ? attached->gpu : facts->gpu;
    uint32_t count = attached->count ? attached->count : facts->gpu_count;
    region_add(text, region);
    if (spot)
        kit_buf_add_text(text, PREEMPTIBLE "CPUS");
    else
        cpu_metric_add(text, machine->name);
    number_add(text, facts->vcpus);
    if (!spot) {
        kit_buf_add_text(text, "," CPUS_OF_ALL);
        number_add(text, facts->vcpus);
    }
    if (!gpu)
        return;
    region_add(text, region);
    kit_buf_add_text(text, spot ? PREEMPTIBLE : "");
    kit_buf_add_text(text, gpu->quota);
    number_add(text, count);
    kit_buf_add_text(text, "," GPUS_OF_ALL);
    number_add(text, count);
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    return size >= strlen(end) && strcmp(text + size - strlen(end), end) == 0;
}

/* Is it one that offers name? Commitments and virtual workstations have others. */
static bool counts(const char *metric)
{
    return (ends_with(metric, "CPUS") || ends_with(metric, "_GPUS") ||
            ends_with(metric, "_ALL_REGIONS")) &&
           !strstr(metric, "COMMITTED") && !strstr(metric, "_VWS_");
}

/* ---- reading ---- */

struct quota {
    char metric[LONGEST_METRIC];
    double limit;
    double usage;
};

/* The quotas of one place. */
struct place {
    char name[GCP_LONGEST_NAME]; /* "" for all regions together */
    struct quota quotas[MOST_METRICS];
    size_t count;
};

/* An integer in an answer may have a fraction: limits are written 24.0. */
static double number_of(const kit_json_node *quota, const char *name)
{
    kit_json_node node = kit_json_find(quota, name);
    double number = json_is_number(node.value) ? json_number_value(node.value) : -1;
    return number >= 0 && number <= MOST_UNITS ? number : -1;
}

static void quotas_read(const kit_json_node *list, struct place *place)
{
    size_t count = kit_json_count(list);
    place->count = 0;
    for (size_t i = 0; i < count && place->count < MOST_METRICS; i++) {
        struct quota *quota = &place->quotas[place->count];
        kit_json_node item = kit_json_item(list, i);
        const char *metric = kit_json_find_text(&item, "metric", "");
        quota->limit = number_of(&item, "limit");
        quota->usage = number_of(&item, "usage");
        snprintf(quota->metric, sizeof quota->metric, "%s", metric);
        if (counts(metric) && quota->limit >= 0)
            place->count++;
    }
}

static const struct quota *quota_of(const struct place *place, const char *metric)
{
    for (size_t i = 0; i < place->count; i++)
        if (strcmp(place->quotas[i].metric, metric) == 0)
            return &place->quotas[i];
    return NULL;
}

/* A project that was never given a quota of its own for spot machines starts them on the usual one: of GPUs that is
 * known; of CPUs there are many, so none is named.
 * https://cloud.google.com/compute/docs/instances/create-use-spot#quota */
static const struct quota *effective(const struct place *place, const struct quota *quota)
{
    size_t prefix = strlen(PREEMPTIBLE);
    if (strncmp(quota->metric, PREEMPTIBLE, prefix) != 0 || quota->limit > 0)
        return quota;
    if (strcmp(quota->metric, PREEMPTIBLE "CPUS") == 0)
        return NULL;
    const struct quota *usual = quota_of(place, quota->metric + prefix);
    return usual ? usual : quota;
}

static uint64_t rounded_up(double number)
{
    uint64_t whole = (uint64_t)number;
    return whole + ((double)whole < number);
}

static void quotas_emit(aw_op *op, const struct place *place)
{
    char name[LONGEST_METRIC + GCP_LONGEST_NAME + 1];
    for (size_t i = 0; i < place->count; i++) {
        const struct quota *quota = effective(place, &place->quotas[i]);
        snprintf(name, sizeof name, "%s%s%s", place->name, *place->name ? "/" : "",
                 place->quotas[i].metric);
        const aw_quota emitted = {
            .size = sizeof emitted,
            .name = name,
            .limit = quota ? (uint64_t)quota->limit : 0,
            .used = quota && quota->usage > 0 ? rounded_up(quota->usage) : 0,
        };
        if (quota)
            aw_emit_quota(op, &emitted);
    }
}

/* ---- the regions ---- */

static void ask(kit_request *request, aw_op *op, void *place, const char *token)
{
    (void)place;
    gcp_compute_init(request, op, "regions", "GET");
    kit_request_path(request, "regions");
    kit_request_query(request, "maxResults", "500");
    kit_request_query(request, "fields", "items(name,quotas),nextPageToken");
    kit_request_query(request, "pageToken", token);
}

static int page_read(aw_op *op, void *arg, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    struct place *place = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node items = kit_json_find(&root, "items");
    size_t count = kit_json_count(&items);
    for (size_t i = 0; i < count && !document.error.code; i++) {
        kit_json_node item = kit_json_item(&items, i);
        const char *name = kit_json_find_text(&item, "name", "");
        kit_json_node quotas = kit_json_find(&item, "quotas");
        snprintf(place->name, sizeof place->name, "%s", name);
        quotas_read(&quotas, place);
        if (gcp_is_name(name))
            quotas_emit(op, place);
    }
    *ret_token = kit_copy_text(op, kit_json_find_text(&root, "nextPageToken", ""));
    if (document.error.code)
        *ret_error = document.error;
    else if (!*ret_token)
        kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for a page's token");
    return document.error.code || !*ret_token ? -1 : 0;
}

static void ended(aw_op *op, void *place, const aw_error *why)
{
    (void)place;
    if (why)
        aw_fail(op, why);
}

static const struct kit_pages pages = {.title = "Google",
                                       .name = "regions",
                                       .most = MOST_PAGES,
                                       .ask = ask,
                                       .read = page_read,
                                       .ended = ended};

/* ---- the project ---- */

static void on_project(aw_op *op, const aw_response *answer, void *arg)
{
    struct place *place = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node quotas = kit_json_find(&root, "quotas");
    quotas_read(&quotas, place);
    if (document.error.code)
        gcp_fail_unread(op, "project", &document.error);
    else
        quotas_emit(op, place);
}

/* Whoever may not look at the project may still know the regions' quotas. */
static void on_no_project(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    char line[640];
    (void)answer;
    (void)arg;
    snprintf(line, sizeof line, "The quotas of all regions together are not known: %s",
             error->message);
    aw_log(op, AW_LOG_INFO, line);
}

void gcp_list_quotas(aw_op *op, const aw_offer_query *query)
{
    struct place *project = aw_alloc(op, sizeof *project);
    struct place *region = aw_alloc(op, sizeof *region);
    kit_request request;
    (void)query;
    if (!project || !region)
        return;
    gcp_compute_init(&request, op, "project", "GET");
    kit_request_query(&request, "fields", "quotas");
    kit_request_send(&request, on_project, on_no_project, project);
    kit_pages_start(op, &pages, region);
}
