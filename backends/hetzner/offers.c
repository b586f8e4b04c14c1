/* SPDX-License-Identifier: Apache-2.0 */
/* What is sold: https://docs.hetzner.cloud/reference/cloud#server-types. A type in each of its locations is an
 * offer, since prices and stock differ. */
#include "backends/hetzner/hetzner.h"

#include "kit/error.h"
#include "kit/price.h"
#include "kit/time.h"
#include "kit/wish.h"

#include <string.h>

#define MOST_PAGES 100
#define NANO 1000000000ull
#define MOST_NANO (1000000 * NANO) /* an hour of anything */
#define MIB_PER_GB 1024

struct listing {
    uint64_t nusd_per_unit; /* of the prices' currency; 0: unknown */
};

/* In the type's own list of locations; absent when it has none. */
static kit_json_node place_find(const kit_json_node *places, const char *location)
{
    for (size_t i = 0; i < kit_json_count(places); i++) {
        kit_json_node place = kit_json_item(places, i);
        if (strcmp(kit_json_text(&place, "name"), location) == 0)
            return place;
    }
    return (kit_json_node){.document = places->document};
}

/* Announced first, and still to be had until the day comes. */
static bool is_withdrawn(aw_op *op, const kit_json_node *holder)
{
    kit_json_node deprecation = kit_json_find(holder, "deprecation");
    uint64_t after_ms = kit_time_read(kit_json_find_text(&deprecation, "unavailable_after", NULL));
    return after_ms > 0 && after_ms <= aw_now_ms(op);
}

/* Where the answer says nothing of stock, it is not known. */
static uint32_t availability_of(const kit_json_node *place)
{
    int available = kit_json_find_boolean(place, "available", -1);
    return available < 0 ? AW_AVAILABILITY_UNKNOWN : available == 0 ? AW_UNAVAILABLE : AW_AVAILABLE;
}

/* Without the value-added tax, which not everybody pays. */
static int price_read(const struct listing *listing, const kit_json_node *price,
                      aw_offer *ret_offer)
{
    uint64_t nano = 0;
    kit_json_node hourly = kit_json_object(price, "price_hourly");
    const char *net = kit_json_text(&hourly, "net");
    if (kit_price_read(net, &nano))
        return kit_error_set(&price->document->error, AW_E_PROTOCOL,
                             "price_hourly.net: expected an amount, found \"%.40s\"", net);
    ret_offer->price_nusd_per_hour =
        (uint64_t)((unsigned __int128)nano * listing->nusd_per_unit / NANO);
    ret_offer->priced = ret_offer->price_nusd_per_hour > 0;
    return 0;
}

/* Everything but place and price. */
static int type_read(aw_op *op, const kit_json_node *type, aw_offer *ret_offer)
{
    const char *arch = kit_json_text(type, "architecture");
    *ret_offer = (aw_offer){
        .size = sizeof *ret_offer,
        .arch = aw_arch(op, arch),
        .arch_source = AW_ARCH_SOURCE_API,
        .instance_type = kit_json_text(type, "name"),
        .vcpus = (uint32_t)kit_json_integer(type, "cores", 1, 65535),
        .memory_mib = (uint64_t)(kit_json_number(type, "memory", 0.25, 1 << 20) * MIB_PER_GB),
        .disk_mib = (uint64_t)kit_json_integer(type, "disk", 0, 1 << 20) * MIB_PER_GB,
    };
    if (!type->document->error.code && ret_offer->arch == AW_ARCH_UNKNOWN)
        kit_error_set(&type->document->error, AW_E_PROTOCOL,
                      "the type %.60s has the architecture \"%.40s\", which is neither amd64 nor "
                      "arm64",
                      ret_offer->instance_type, arch);
    return type->document->error.code ? -1 : 0;
}

static int emit_in(aw_op *op, const struct listing *listing, const kit_json_node *places,
                   const kit_json_node *price, aw_offer *offer)
{
    offer->region = kit_json_text(price, "location");
    kit_json_node place = place_find(places, offer->region);
    if (places->value && !place.value)
        return 0;
    if (is_withdrawn(op, &place))
        return 0;
    offer->availability = availability_of(&place);
    if (places->document->error.code || price_read(listing, price, offer))
        return -1;
    aw_emit_offer(op, offer);
    return 0;
}

static int emit_type(aw_op *op, const struct listing *listing, const kit_json_node *type)
{
    aw_offer offer;
    kit_json_node places = kit_json_find(type, "locations");
    kit_json_node prices = kit_json_array(type, "prices");
    if (type_read(op, type, &offer))
        return -1;
    if (is_withdrawn(op, type))
        return 0;
    for (size_t i = 0; i < kit_json_count(&prices); i++) {
        kit_json_node price = kit_json_item(&prices, i);
        if (emit_in(op, listing, &places, &price, &offer))
            return -1;
    }
    return 0;
}

/* One that cannot be read is told, and the others go on. */
static void report_unread(aw_op *op, kit_json *document)
{
    kit_report(op, document->error.code, HETZNER_TITLE "'s answer to `server-types`: %s",
               document->error.message);
    kit_json_forgive(document);
}

static int on_types(aw_op *op, void *owner, const aw_response *answer, const char **ret_token,
                    aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node types = kit_json_array(&root, "server_types");
    *ret_token = hetzner_page_next(op, &root);
    *ret_error = document.error;
    if (document.error.code)
        return -1;
    for (size_t i = 0; i < kit_json_count(&types); i++) {
        kit_json_node type = kit_json_item(&types, i);
        if (emit_type(op, owner, &type))
            report_unread(op, &document);
    }
    return 0;
}

static void ask_types(kit_request *request, aw_op *op, void *owner, const char *token)
{
    (void)owner;
    hetzner_request_init(request, op, "server-types", "GET", "server_types");
    hetzner_page_query(request, token);
}

static void on_rate(aw_op *op, void *arg, uint64_t nusd_per_unit)
{
    static const struct kit_pages pages = {.title = HETZNER_TITLE,
                                           .name = "server-types",
                                           .most = MOST_PAGES,
                                           .ask = ask_types,
                                           .read = on_types};
    struct listing *listing = arg;
    listing->nusd_per_unit = nusd_per_unit;
    kit_pages_start(op, &pages, listing);
}

/* The prices of types do not say in which currency they are; this answer does. */
static void on_pricing(aw_op *op, const aw_response *answer, void *arg)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node pricing = kit_json_object(&root, "pricing");
    const char *currency = kit_json_text(&pricing, "currency");
    if (document.error.code)
        return hetzner_fail_unread(op, "pricing", &document.error, AW_RETRY_NEVER);
    hetzner_rate_find(op, currency, on_rate, arg);
}

/* One listing covers all locations (AW_CAP_WHOLE_LISTING). */
void hetzner_list_offers(aw_op *op, const aw_offer_query *query)
{
    aw_error error;
    if (kit_query_options_check(query, HETZNER_TITLE, NULL, &error))
        return aw_fail(op, &error);
    struct listing *listing = aw_alloc(op, sizeof *listing);
    if (query->spot == AW_SPOT_ONLY || !listing)
        return;
    kit_request request;
    hetzner_request_init(&request, op, "pricing", "GET", "pricing");
    request.wire.flags = AW_REQUEST_SHARED;
    kit_request_send(&request, on_pricing, NULL, listing);
}
