/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The further network cards of machines whose GPUs talk to those of others: each of the usual ones in a network of its
 * own, those for RDMA in subnetworks of one network. Which subnetworks these networks have in the region is asked.
 * https://cloud.google.com/compute/docs/gpus/gpu-network-bandwidth
 */
#include "backends/gcp/create.h"
#include "backends/gcp/page.h"

#include "kit/buf.h"
#include "kit/error.h"
#include "kit/pages.h"

#include <string.h>

enum {
    MOST_PAGES = 100
};

/* Beside the first one. */
static const struct cards {
    const char *machine_type;
    size_t usual;
    size_t rdma;
} known[] = {
    {"a3-edgegpu-8g", 4, 0},  {"a3-highgpu-8g", 4, 0}, {"a3-megagpu-8g", 8, 0},
    {"a3-ultragpu-8g", 1, 8}, {"a4-highgpu-8g", 1, 8}, {"a4x-highgpu-4g", 1, 4},
};

struct search {
    struct creation *creation;
    const char *project; /* of all these networks: a shared one's host, or this one */
    const char *region;
};

/* ---- what networks are called ---- */

/* A bare name is one of the project that has the first card's network. */
static const char *host_project(aw_op *op)
{
    const struct gcp *gcp = op->state;
    const char *at = strstr(gcp->network, "projects/");
    if (!at)
        return gcp->project;
    at += strlen("projects/");
    return kit_copy(op, at, strcspn(at, "/"));
}

/* ".../projects/P/..." -> "projects/P/..." */
static const char *path_of(const char *url)
{
    const char *path = strstr(url, "/projects/");
    return path ? path + 1 : url;
}

const char *creation_network(aw_op *op, const char *name)
{
    const char *last = gcp_last_part(name);
    const char *project = host_project(op);
    kit_buf path;
    if (!project || strstr(name, "projects/"))
        return project ? path_of(name) : NULL;
    kit_buf_init(&path, kit_op_memory(op), 1024);
    kit_buf_addf(&path, "projects/%s/global/networks/%s", project, last);
    return path.state == KIT_BUF_OK ? kit_buf_text(&path) : NULL;
}

const char *creation_subnetwork(aw_op *op, const char *name, const char *region)
{
    const char *project = host_project(op);
    kit_buf path;
    if (!project || strchr(name, '/'))
        return project ? path_of(name) : NULL;
    kit_buf_init(&path, kit_op_memory(op), 1024);
    kit_buf_addf(&path, "projects/%s/regions/%s/subnetworks/%s", project, region, name);
    return path.state == KIT_BUF_OK ? kit_buf_text(&path) : NULL;
}

static const struct cards *cards_of(const char *machine_type)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].machine_type, machine_type) == 0)
            return &known[i];
    return NULL;
}

/* ---- which subnetworks there are ---- */

struct record {
    char path[512];
    char network[512];
};

static void record_read(kit_scan *scan, struct record *record)
{
    *record = (struct record){.path = ""};
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "selfLink"))
            kit_scan_text(scan, record->path, sizeof record->path);
        else if (kit_scan_is(scan, "network"))
            kit_scan_text(scan, record->network, sizeof record->network);
}

/* The first of the cards of a kind that has no subnetwork yet and is in this network, or NULL. */
static struct creation_card *card_for(struct creation *creation, const char *network)
{
    for (size_t i = 0; i < creation->card_count; i++)
        if (!creation->cards[i].subnetwork && !strcmp(creation->cards[i].network, network))
            return &creation->cards[i];
    return NULL;
}

static int item_read(void *arg, kit_scan *scan, const char *zone, aw_error *ret_error)
{
    const struct search *search = arg;
    struct record record;
    (void)zone;
    record_read(scan, &record);
    struct creation_card *card = card_for(search->creation, path_of(record.network));
    if (!card || !*record.path)
        return 0;
    card->subnetwork = kit_copy_text(search->creation->op, path_of(record.path));
    return card->subnetwork
               ? 0
               : kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for a subnetwork");
}

static int page_read(aw_op *op, void *search, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    static const struct gcp_page page = {.items = "items", .read = item_read};
    return gcp_page_read(op, &page, search, answer->body, ret_token, ret_error);
}

static void ask(kit_request *request, aw_op *op, void *arg, const char *token)
{
    const struct gcp *gcp = op->state;
    const struct search *search = arg;
    kit_request_init(request, op, "subnetworks", "GET", gcp->compute);
    kit_request_path(request, "projects");
    kit_request_path(request, search->project);
    kit_request_path(request, "regions");
    kit_request_path(request, search->region);
    kit_request_path(request, "subnetworks");
    kit_request_query(request, "maxResults", "500");
    kit_request_query(request, "pageToken", token);
    request->wire.flags |= AW_REQUEST_SHARED;
}

/* ---- the cards ---- */

static size_t count_of(const struct creation *creation, const char *network)
{
    size_t count = 0;
    for (size_t i = 0; i < creation->card_count; i++)
        count += strcmp(creation->cards[i].network, network) == 0;
    return count;
}

static void ended(aw_op *op, void *arg, const aw_error *why)
{
    const struct search *search = arg;
    struct creation *creation = search->creation;
    size_t at = 0;
    while (at < creation->card_count && creation->cards[at].subnetwork)
        at++;
    if (why)
        aw_fail(op, why);
    else if (at == creation->card_count)
        creation_insert(creation);
    else
        kit_fail(op, AW_E_INVALID,
                 "%.60s needs %zu subnetwork%s of %.200s in %.60s, and there are fewer: make them, "
                 "or choose another region.",
                 creation->wish->instance_type, count_of(creation, creation->cards[at].network),
                 count_of(creation, creation->cards[at].network) == 1 ? "" : "s",
                 creation->cards[at].network, search->region);
}

static const struct kit_pages pages = {.title = "Google",
                                       .name = "subnetworks",
                                       .most = MOST_PAGES,
                                       .ask = ask,
                                       .read = page_read,
                                       .ended = ended};

/* -1: no memory. */
static int add(struct creation *creation, const char *network, const char *type)
{
    struct creation_card *card = &creation->cards[creation->card_count++];
    *card =
        (struct creation_card){.network = creation_network(creation->op, network), .type = type};
    return card->network ? 0 : -1;
}

/* As many as the configuration has networks for. */
static int cards_choose(struct creation *creation, const struct cards *cards)
{
    const struct gcp *gcp = creation->op->state;
    for (size_t i = 0; i < cards->usual && gcp->extra_networks && gcp->extra_networks[i]; i++)
        if (add(creation, gcp->extra_networks[i], "GVNIC"))
            return -1;
    for (size_t i = 0; i < cards->rdma && gcp->rdma_network; i++)
        if (add(creation, gcp->rdma_network, "MRDMA"))
            return -1;
    return 0;
}

void creation_find_networks(struct creation *creation)
{
    aw_op *op = creation->op;
    const struct cards *cards = cards_of(creation->wish->instance_type);
    struct search *search = aw_alloc(op, sizeof *search);
    if (!search || (cards && cards_choose(creation, cards)))
        return;
    if (!creation->card_count)
        return creation_insert(creation);
    *search = (struct search){
        .creation = creation, .project = host_project(op), .region = creation->wish->region};
    if (search->project)
        kit_pages_start(op, &pages, search);
}
