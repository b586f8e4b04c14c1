/* SPDX-License-Identifier: Apache-2.0 */
/* A reservation that the user named: it decides which of the offer's zones are tried. */
#include "backends/gcp/create.h"

#include "kit/buf.h"
#include "kit/error.h"

#include <stdlib.h>
#include <string.h>

bool creation_attached(const struct creation *creation, struct creation_gpu *ret_gpu)
{
    size_t size = 0;
    const char *attach = gcp_data_word(creation->wish->offer_data, "attach", &size);
    const char *colon = attach ? memchr(attach, ':', size) : NULL;
    unsigned long count = colon ? strtoul(colon + 1, NULL, 10) : 0;
    if (count == 0 || count > GCP_MOST_ATTACHED || (size_t)(colon - attach) >= sizeof ret_gpu->type)
        return false;
    *ret_gpu = (struct creation_gpu){.count = (uint32_t)count};
    memcpy(ret_gpu->type, attach, (size_t)(colon - attach));
    return true;
}

static bool fits(const struct creation *creation, const struct gcp_reserved *reserved)
{
    struct creation_gpu gpu;
    bool has_gpu = creation_attached(creation, &gpu);
    return gcp_reserved_fits(reserved, creation->wish->instance_type, has_gpu ? gpu.type : NULL,
                             has_gpu ? gpu.count : 0);
}

const struct gcp_reserved *creation_reserved(const struct creation *creation, const char *zone)
{
    const struct gcp_reserved *at = creation->reservation ? creation->reservation->first : NULL;
    while (at && (strcmp(at->zone, zone) != 0 || !fits(creation, at)))
        at = at->next;
    return at;
}

/* Those of the offer's zones where it has a machine left; "": none. And how many machines it has in the offer's zones
 * altogether, left or not. */
static const char *zones_left(const struct creation *creation, uint64_t *ret_count)
{
    kit_buf zones;
    *ret_count = 0;
    kit_buf_init(&zones, kit_op_memory(creation->op), (size_t)8 * 1024);
    for (const char *zone = creation->zones; *zone;) {
        size_t size = strcspn(zone, ",");
        const char *name = kit_copy(creation->op, zone, size);
        const struct gcp_reserved *reserved = name ? creation_reserved(creation, name) : NULL;
        *ret_count += reserved ? reserved->count : 0;
        if (reserved && reserved->left)
            kit_buf_addf(&zones, "%s%s", zones.size ? "," : "", name);
        zone += size + (zone[size] == ',');
    }
    return zones.state == KIT_BUF_OK ? kit_buf_text(&zones) : "";
}

static void fail_unfit(const struct creation *creation)
{
    const struct gcp_reserved *first = creation->reservation->first;
    const char *text = creation->reservation->text;
    if (fits(creation, first))
        kit_fail(creation->op, AW_E_INVALID,
                 "The reservation %.120s is in %.60s, where this offer is not.", text, first->zone);
    else
        kit_fail(creation->op, AW_E_INVALID,
                 "The reservation %.120s is for %.60s%s%.60s, not for %.60s: choose an offer that "
                 "fits it.",
                 text, first->machine_type, first->gpu ? " with " : "",
                 first->gpu ? first->gpu : "", creation->wish->instance_type);
}

static void use(struct creation *creation)
{
    uint64_t count = 0;
    const char *zones = zones_left(creation, &count);
    if (*zones) {
        creation->zones = zones;
        creation_find_image(creation);
    } else if (count) {
        kit_fail(creation->op, AW_E_NO_CAPACITY,
                 "The reservation %.120s has no machine left: all %llu are in use.",
                 creation->reservation->text, (unsigned long long)count);
    } else {
        fail_unfit(creation);
    }
}

static void on_found(aw_op *op, struct gcp_reservation *reservation, const aw_error *why, void *arg)
{
    struct creation *creation = arg;
    creation->reservation = reservation;
    if (!why)
        return use(creation);
    /* Whoever may use a reservation that is shared need not see it. */
    if (why->code != AW_E_DENIED)
        return aw_fail(op, why);
    aw_log(op, AW_LOG_WARNING,
           "The reservation may not be looked at, so it is not known whether it fits.");
    creation_find_image(creation);
}

void creation_find_reservation(struct creation *creation)
{
    const char *text = kit_wish_option(creation->wish, GCP_RESERVATION);
    if (!text)
        creation_find_image(creation);
    else if (creation->wish->spot)
        kit_fail(creation->op, AW_E_INVALID,
                 "A reservation is of machines on demand: choose an offer that is not spot, or "
                 "leave the reservation out.");
    else
        gcp_reservation_find(creation->op, text, on_found, creation);
}
