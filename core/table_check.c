/* SPDX-License-Identifier: Apache-2.0 */
/* What an offer must be like to be in the table. */
#include "core/table_rows.h"

#include "kit/error.h"
#include "kit/utf8.h"

#include <string.h>

enum {
    NAME_MAX_BYTES = 255,
    ZONE_MAX_BYTES = 1023,
    DATA_MAX_BYTES = 4095
};

static int refuse(const aw_offer *offer, const char *field, const char *problem,
                  aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_PROTOCOL, "the offer \"%.64s\" breaks a rule: its %s %s",
                         offer->instance_type ? offer->instance_type : "", field, problem);
}

struct text_rule {
    const char *field;
    const char *text;
    size_t max;
    bool required;
    bool shown; /* to people, so it must be clean */
};

/* Errors keep text clean; what comes through such a field as it was is clean. */
static bool is_clean(const char *text, size_t size)
{
    char copy[ZONE_MAX_BYTES + 1];
    if (kit_utf8_plain(text, size) == size)
        return true;
    kit_error_text(copy, sizeof copy, text);
    return strcmp(copy, text) == 0;
}

static int check_text(const aw_offer *offer, const struct text_rule *rule, aw_error *ret_error)
{
    const char *text = rule->text ? rule->text : "";
    if (rule->required && !*text)
        return refuse(offer, rule->field, "is missing", ret_error);
    size_t size = strnlen(text, rule->max + 1);
    if (size > rule->max)
        return refuse(offer, rule->field, "is too long", ret_error);
    if (rule->shown && !is_clean(text, size))
        return refuse(offer, rule->field, "has control characters or is no UTF-8", ret_error);
    return 0;
}

static int check_texts(const aw_offer *offer, aw_error *ret_error)
{
    const struct text_rule rules[] = {
        {"instance_type", offer->instance_type, NAME_MAX_BYTES, true, true},
        {"region", offer->region, NAME_MAX_BYTES, false, true},
        {"zone", offer->zone, ZONE_MAX_BYTES, false, true},
        {"data", offer->data, DATA_MAX_BYTES, false, false},
        {"quota", offer->quota, DATA_MAX_BYTES, false, false},
        {"gpu->name", offer->gpu ? offer->gpu->name : NULL, NAME_MAX_BYTES, offer->gpu != NULL,
         true},
        {"gpu->vendor", offer->gpu ? offer->gpu->vendor : NULL, NAME_MAX_BYTES, false, true},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (check_text(offer, &rules[i], ret_error) != 0)
            return -1;
    return 0;
}

struct number_rule {
    const char *field;
    uint64_t value;
    uint64_t max;
};

static int check_numbers(const aw_offer *offer, aw_error *ret_error)
{
    const struct number_rule rules[] = {
        {"spot", offer->spot, 1},
        {"priced", offer->priced, 1},
        {"memory_mib", offer->memory_mib, UINT32_MAX},
        {"disk_mib", offer->disk_mib, UINT32_MAX},
        {"gpu->memory_mib", offer->gpu ? offer->gpu->memory_mib : 0, UINT32_MAX},
        {"price_nusd_per_hour", offer->price_nusd_per_hour, INT64_MAX},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].value > rules[i].max)
            return refuse(offer, rules[i].field, "is too large to be true", ret_error);
    return 0;
}

int offer_check(const aw_offer *offer, aw_error *ret_error)
{
    if (check_texts(offer, ret_error) != 0)
        return -1;
    if (offer->arch != AW_ARCH_AMD64 && offer->arch != AW_ARCH_ARM64)
        return refuse(offer, "arch", "is neither amd64 nor arm64", ret_error);
    if (offer->gpu && offer->gpu->count == 0)
        return refuse(offer, "gpu->count", "is 0", ret_error);
    return check_numbers(offer, ret_error);
}
