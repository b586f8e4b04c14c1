/* SPDX-License-Identifier: Apache-2.0 */
/* Every listing but that of machines is read here, so that a large page is never a tree in memory. */
#include "backends/gcp/page.h"

#include "backends/gcp/gcp.h"

#include "kit/error.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    LONGEST_SCOPE = 256
};

struct reading {
    const struct gcp_page *page;
    void *owner;
    kit_scan scan;
    char token[GCP_LONGEST_TOKEN];
    char zone[LONGEST_SCOPE]; /* the one that is being read; "": none */
};

static int items_read(struct reading *reading, aw_error *ret_error)
{
    const char *zone = reading->page->of_zone ? reading->zone : NULL;
    for (kit_scan_array(&reading->scan); kit_scan_element(&reading->scan);)
        if (reading->page->read(reading->owner, &reading->scan, zone, ret_error))
            return -1;
    return 0;
}

/* A page may have nothing of a zone, and says so in a warning, too. */
static void warning_read(struct reading *reading)
{
    kit_scan *scan = &reading->scan;
    char code[64] = "";
    char message[256] = "";
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "code"))
            kit_scan_text(scan, code, sizeof code);
        else if (kit_scan_is(scan, "message"))
            kit_scan_text(scan, message, sizeof message);
    if (*code && strcmp(code, "NO_RESULTS_ON_PAGE") != 0)
        reading->page->lack(reading->owner, reading->zone, *message ? message : code);
}

static int zone_read(struct reading *reading, aw_error *ret_error)
{
    kit_scan *scan = &reading->scan;
    char scope[LONGEST_SCOPE];
    snprintf(scope, sizeof scope, "%.*s", (int)scan->name_size, scan->name);
    kit_error_text(reading->zone, sizeof reading->zone, gcp_last_part(scope));
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "warning"))
            warning_read(reading);
        else if (kit_scan_is(scan, reading->page->of_zone) && items_read(reading, ret_error))
            return -1;
    return 0;
}

static int zones_read(struct reading *reading, aw_error *ret_error)
{
    for (kit_scan_object(&reading->scan); kit_scan_member(&reading->scan);)
        if (zone_read(reading, ret_error))
            return -1;
    return 0;
}

static void unreachables_read(struct reading *reading)
{
    char scope[LONGEST_SCOPE];
    for (kit_scan_array(&reading->scan); kit_scan_element(&reading->scan);)
        if (kit_scan_text(&reading->scan, scope, sizeof scope))
            reading->page->lack(reading->owner, gcp_last_part(scope), "it cannot be reached");
}

static int member_read(struct reading *reading, aw_error *ret_error)
{
    kit_scan *scan = &reading->scan;
    const struct gcp_page *page = reading->page;
    if (kit_scan_is(scan, "nextPageToken"))
        kit_scan_text(scan, reading->token, sizeof reading->token);
    else if (page->of_zone && kit_scan_is(scan, "unreachables"))
        unreachables_read(reading);
    else if (kit_scan_is(scan, page->items))
        return page->of_zone ? zones_read(reading, ret_error) : items_read(reading, ret_error);
    return 0;
}

int gcp_page_read(aw_op *op, const struct gcp_page *page, void *owner, aw_bytes body,
                  const char **ret_token, aw_error *ret_error)
{
    struct reading reading = {.page = page, .owner = owner};
    kit_scan_init(&reading.scan, body.data, (size_t)body.size);
    for (kit_scan_object(&reading.scan); kit_scan_member(&reading.scan);)
        if (member_read(&reading, ret_error))
            return -1;
    if (kit_scan_finish(&reading.scan, ret_error))
        return -1;
    if (reading.scan.problem.code) {
        *ret_error = reading.scan.problem;
        return -1;
    }
    *ret_token = kit_copy_text(op, reading.token);
    return *ret_token ? 0
                      : kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for a page's token");
}

/* ---- the token alone ---- */

/* False: it is not within these bytes, or empty. */
static bool token_find(const char *data, size_t size, char token[GCP_LONGEST_TOKEN])
{
    static const char name[] = "\"nextPageToken\":";
    kit_scan scan;
    const char *at = memmem(data, size, name, sizeof name - 1);
    if (!at)
        return false;
    at += sizeof name - 1;
    kit_scan_init(&scan, at, (size_t)(data + size - at));
    return kit_scan_text(&scan, token, GCP_LONGEST_TOKEN) && *token;
}

const char *gcp_page_peek(aw_op *op, aw_bytes body)
{
    char token[GCP_LONGEST_TOKEN];
    const char *data = body.data;
    size_t size = body.size < GCP_LONGEST_TOKEN ? (size_t)body.size : GCP_LONGEST_TOKEN;
    bool is_found = size > 0 && (token_find(data + (body.size - size), size, token) ||
                                 token_find(data, size, token));
    return kit_copy_text(op, is_found ? token : "");
}
