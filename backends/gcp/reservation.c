/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a reservation by its name: https://cloud.google.com/compute/docs/reference/rest/v1/reservations */
#include "backends/gcp/reservation.h"

#include "backends/gcp/machine.h"
#include "backends/gcp/page.h"

#include "kit/buf.h"
#include "kit/error.h"
#include "kit/pages.h"

#include <string.h>

enum {
    MOST_PAGES = 100,
    MOST_MACHINES = 1000000,
    MOST_GPUS = 1024,
    MOST_GIB = 1000000
};

const char *const gcp_wish_options[] = {GCP_RESERVATION, NULL};

struct search {
    struct gcp_reservation reservation;
    gcp_reservation_fn found;
    void *arg;
    struct gcp_reserved **last;
    const char *state; /* of one that cannot be used: "CREATING" */
    bool is_open;      /* there is one that takes whatever fits, and may not be named */
};

/* ---- its name ---- */

/* Takes "MARK/NAME" off the path, if it goes on so. NULL: it does not; "": what follows is no name. */
static const char *take(aw_op *op, const char **path, const char *mark)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-.:";
    size_t mark_size = strlen(mark);
    if (strncmp(*path, mark, mark_size) != 0 || (*path)[mark_size] != '/')
        return NULL;
    const char *name = *path + mark_size + 1;
    size_t size = strcspn(name, "/");
    *path = name + size + (name[size] == '/');
    return strspn(name, allowed) == size ? kit_copy(op, name, size) : "";
}

static const char *value_of(aw_op *op, const struct gcp_reservation *reservation, const char *block)
{
    kit_buf text;
    kit_buf_init(&text, kit_op_memory(op), 1024);
    kit_buf_addf(&text, "projects/%s/reservations/%s%s%s", reservation->project, reservation->name,
                 *block ? "/" : "", block);
    return text.state == KIT_BUF_OK ? kit_buf_text(&text) : NULL;
}

/* A block of it may follow. -1: it is no such path. */
static int path_read(aw_op *op, struct gcp_reservation *reservation)
{
    const char *path = strstr(reservation->text, "projects/");
    if (!path || (path != reservation->text && path[-1] != '/'))
        return -1;
    reservation->project = take(op, &path, "projects");
    reservation->zone = take(op, &path, "zones");
    reservation->name = take(op, &path, "reservations");
    bool is_zone = !reservation->zone || *reservation->zone;
    if (!reservation->project || !*reservation->project || !is_zone || !reservation->name ||
        (*path && strncmp(path, "reservationBlocks/", strlen("reservationBlocks/")) != 0))
        return -1;
    reservation->value = value_of(op, reservation, path);
    return reservation->value ? 0 : -1;
}

static int name_read(aw_op *op, struct gcp_reservation *reservation)
{
    const struct gcp *gcp = op->state;
    reservation->project = gcp->project;
    reservation->name = reservation->value = reservation->text;
    if (strchr(reservation->text, '/') && path_read(op, reservation))
        return -1;
    return gcp_is_machine_name(reservation->name) ? 0 : -1;
}

/* ---- what is found ---- */

struct record {
    struct gcp_reserved reserved;
    char name[256];
    char status[32];
    char machine_type[256];
    char gpu[256];
    char cpu_platform[64];
    char placement[512];
    char mode[32];
    unsigned gpu_kinds;
    int64_t count;
    int64_t in_use;
    bool is_specific;
};

static void accelerator_read(kit_scan *scan, struct record *record)
{
    record->gpu_kinds++;
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "acceleratorType"))
            kit_scan_text(scan, record->gpu, sizeof record->gpu);
        else if (kit_scan_is(scan, "acceleratorCount"))
            record->reserved.gpu_count = (uint32_t)kit_scan_integer(scan, 0, MOST_GPUS, 0);
}

static void disk_read(kit_scan *scan, struct gcp_reserved *reserved)
{
    struct gcp_reserved_disk disk = {.gib = 0};
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "diskSizeGb"))
            disk.gib = kit_scan_integer(scan, 1, MOST_GIB, 0);
        else if (kit_scan_is(scan, "interface"))
            kit_scan_text(scan, disk.interface, sizeof disk.interface);
    if (reserved->disk_count < GCP_RESERVED_DISKS)
        reserved->disks[reserved->disk_count++] = disk;
}

static void properties_read(kit_scan *scan, struct record *record)
{
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "machineType"))
            kit_scan_text(scan, record->machine_type, sizeof record->machine_type);
        else if (kit_scan_is(scan, "minCpuPlatform"))
            kit_scan_text(scan, record->cpu_platform, sizeof record->cpu_platform);
        else if (kit_scan_is(scan, "guestAccelerators"))
            for (kit_scan_array(scan); kit_scan_element(scan);)
                accelerator_read(scan, record);
        else if (kit_scan_is(scan, "localSsds"))
            for (kit_scan_array(scan); kit_scan_element(scan);)
                disk_read(scan, &record->reserved);
}

/* Of those that were asked for, `assuredCount` are there. */
static void specific_read(kit_scan *scan, struct record *record)
{
    int64_t count = 0;
    int64_t assured = -1;
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "instanceProperties"))
            properties_read(scan, record);
        else if (kit_scan_is(scan, "count"))
            count = kit_scan_integer(scan, 0, MOST_MACHINES, 0);
        else if (kit_scan_is(scan, "assuredCount"))
            assured = kit_scan_integer(scan, 0, MOST_MACHINES, 0);
        else if (kit_scan_is(scan, "inUseCount"))
            record->in_use = kit_scan_integer(scan, 0, MOST_MACHINES, 0);
    record->count = assured < 0 ? count : assured;
}

static void policies_read(kit_scan *scan, struct record *record)
{
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "placement"))
            kit_scan_text(scan, record->placement, sizeof record->placement);
}

static void record_read(kit_scan *scan, struct record *record)
{
    *record = (struct record){.name = ""};
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "name"))
            kit_scan_text(scan, record->name, sizeof record->name);
        else if (kit_scan_is(scan, "status"))
            kit_scan_text(scan, record->status, sizeof record->status);
        else if (kit_scan_is(scan, "reservationMode"))
            kit_scan_text(scan, record->mode, sizeof record->mode);
        else if (kit_scan_is(scan, "specificReservationRequired"))
            record->is_specific = kit_scan_boolean(scan, 0);
        else if (kit_scan_is(scan, "specificReservation"))
            specific_read(scan, record);
        else if (kit_scan_is(scan, "resourcePolicies"))
            policies_read(scan, record);
}

/* "" becomes NULL. -1: no memory. */
static int own(aw_op *op, const char *text, const char **ret_text)
{
    *ret_text = *text ? kit_copy_text(op, text) : NULL;
    return *text && !*ret_text ? -1 : 0;
}

static int keep(aw_op *op, struct search *search, const struct record *record, const char *zone)
{
    struct gcp_reserved *reserved = aw_alloc(op, sizeof *reserved);
    if (!reserved)
        return -1;
    *reserved = record->reserved;
    reserved->is_calendar = strcmp(record->mode, "CALENDAR") == 0;
    reserved->says_mode = *record->mode != '\0';
    reserved->count = (uint32_t)record->count;
    reserved->left =
        record->in_use < record->count ? (uint32_t)(record->count - record->in_use) : 0;
    if (own(op, zone, &reserved->zone) || own(op, record->cpu_platform, &reserved->cpu_platform) ||
        own(op, gcp_last_part(record->machine_type), &reserved->machine_type) ||
        own(op, gcp_last_part(record->gpu), &reserved->gpu) ||
        own(op, record->placement, &reserved->placement))
        return -1;
    *search->last = reserved;
    search->last = &reserved->next;
    return 0;
}

/* ---- pages ---- */

struct reading {
    aw_op *op;
    struct search *search;
};

static int item_read(void *arg, kit_scan *scan, const char *zone, aw_error *ret_error)
{
    const struct reading *reading = arg;
    struct search *search = reading->search;
    struct record record;
    record_read(scan, &record);
    const char *wanted = search->reservation.zone;
    if (strcmp(record.name, search->reservation.name) != 0 || (wanted && strcmp(wanted, zone) != 0))
        return 0;
    if (strcmp(record.status, "READY") != 0) {
        search->state = kit_copy_text(reading->op, record.status);
        return 0;
    }
    if (!record.is_specific) {
        search->is_open = true;
        return 0;
    }
    if (!*record.machine_type || record.gpu_kinds > 1 || !keep(reading->op, search, &record, zone))
        return 0;
    return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for a reservation");
}

static void note_lack(void *arg, const char *zone, const char *why)
{
    const struct reading *reading = arg;
    (void)why;
    reading->search->reservation.silent_zone = kit_copy_text(reading->op, zone);
}

static int page_read(aw_op *op, void *search, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    static const struct gcp_page page = {
        .items = "items", .of_zone = "reservations", .read = item_read, .lack = note_lack};
    struct reading reading = {op, search};
    return gcp_page_read(op, &page, &reading, answer->body, ret_token, ret_error);
}

static void ask(kit_request *request, aw_op *op, void *arg, const char *token)
{
    const struct gcp *gcp = op->state;
    const struct search *search = arg;
    kit_buf filter;
    kit_buf_init(&filter, kit_op_memory(op), 128);
    kit_buf_addf(&filter, "name=%s", search->reservation.name);
    kit_request_init(request, op, "reservations", "GET", gcp->compute);
    kit_request_path(request, "projects");
    kit_request_path(request, search->reservation.project);
    kit_request_path(request, "aggregated");
    kit_request_path(request, "reservations");
    kit_request_query(request, "maxResults", "500");
    kit_request_query(request, "returnPartialSuccess", "true");
    kit_request_query(request, "filter", kit_buf_text(&filter));
    kit_request_query(request, "pageToken", token);
}

/* Why nothing can be had of it. */
static void explain(const struct search *search, aw_error *ret_why)
{
    const struct gcp_reservation *reservation = &search->reservation;
    if (search->state)
        kit_error_set(ret_why, AW_E_NO_CAPACITY,
                      "The reservation %.120s is not ready: it is %.30s.", reservation->text,
                      search->state);
    else if (search->is_open)
        kit_error_set(ret_why, AW_E_INVALID,
                      "The reservation %.120s goes to whatever machine fits it, and cannot be "
                      "named: leave it out, and it is used first.",
                      reservation->text);
    else if (reservation->silent_zone)
        kit_error_set(ret_why, AW_E_UNAVAILABLE,
                      "The reservation %.120s may be in %.60s, which does not answer now.",
                      reservation->text, reservation->silent_zone);
    else
        kit_error_set(ret_why, AW_E_INVALID,
                      "There is no reservation %.63s of machines in %.60s%s%.60s: write its name, "
                      "or projects/PROJECT/reservations/NAME of one that is shared.",
                      reservation->name, reservation->project, reservation->zone ? ", " : "",
                      reservation->zone ? reservation->zone : "");
}

static void ended(aw_op *op, void *arg, const aw_error *why)
{
    struct search *search = arg;
    aw_error reason = {.size = sizeof reason};
    if (!why && !search->reservation.first) {
        explain(search, &reason);
        why = &reason;
    }
    search->found(op, &search->reservation, why, search->arg);
}

static const struct kit_pages pages = {.title = "Google",
                                       .name = "reservations",
                                       .most = MOST_PAGES,
                                       .ask = ask,
                                       .read = page_read,
                                       .ended = ended};

void gcp_reservation_find(aw_op *op, const char *text, gcp_reservation_fn found, void *arg)
{
    struct search *search = aw_alloc(op, sizeof *search);
    const char *copy = kit_copy_text(op, text);
    if (!search || !copy || gcp_needs_project(op))
        return;
    *search = (struct search){.reservation = {.text = copy}, .found = found, .arg = arg};
    search->last = &search->reservation.first;
    if (name_read(op, &search->reservation))
        kit_fail(op, AW_E_INVALID,
                 "`%.120s` names no reservation: write NAME, or projects/PROJECT/reservations/NAME "
                 "of one that is shared.",
                 text);
    else
        kit_pages_start(op, &pages, search);
}

/* ---- what it is good for ---- */

bool gcp_reserved_fits(const struct gcp_reserved *reserved, const char *machine_type,
                       const char *gpu, uint32_t gpu_count)
{
    if (strcmp(reserved->machine_type, machine_type) != 0)
        return false;
    if (!gpu)
        return !reserved->gpu || strncmp(machine_type, "n1-", 3) != 0;
    return reserved->gpu && !strcmp(reserved->gpu, gpu) && reserved->gpu_count == gpu_count;
}

bool gcp_is_bound(const struct gcp_reserved *reserved, const char *machine_type)
{
    static const char *const bound[] = {"a4x-", "a4-", "a3-ultragpu-"};
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        if (strncmp(bound[i], machine_type, strlen(bound[i])) == 0)
            return true;
    return reserved && reserved->is_calendar;
}
