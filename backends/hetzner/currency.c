/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a unit of the prices' currency is worth. Hetzner Cloud's prices are in euros, and Archway's in dollars:
 * the rate is the user's, or the European Central Bank's of the last working day, kept for a day.
 * https://data.ecb.europa.eu/help/api/data
 */
#include "backends/hetzner/hetzner.h"

#include "kit/answer.h"
#include "kit/error.h"
#include "kit/kept.h"

#include <inttypes.h>
#include <string.h>

#define RATE_HOST "https://data-api.ecb.europa.eu"
#define RATE_SERIES "EXR/D.USD.EUR.SP00.A"
#define NANO 1000000000ull
#define DAY_MS UINT64_C(86400000)
#define MOST_RATE 1000.0
#define LARGEST_ANSWER (1 << 20)

struct exchange {
    hetzner_rate_fn found;
    void *arg;
    uint64_t kept; /* nano-dollars of a euro, by what was kept; 0: nothing */
};

static int load(aw_op *op, void *owner, char *const fields[KIT_KEPT_FIELDS], int only_check)
{
    struct exchange *exchange = owner;
    uint64_t nusd;
    (void)op;
    if (kit_kept_number(fields[0], (uint64_t)MOST_RATE * NANO, &nusd) || nusd == 0 || fields[1])
        return -1;
    if (!only_check)
        exchange->kept = nusd;
    return 0;
}

static const struct kit_kept kept = {
    .key = "eur", .first = "dollars of a euro, by the European Central Bank", .load = load};

static void keep(aw_op *op, uint64_t nusd)
{
    kit_buf text;
    kit_kept_begin(&text, &kept);
    kit_buf_addf(&text, "%" PRIu64 "\n", nusd);
    kit_kept_save(&text, op, &kept);
}

/* {"dataSets":[{"series":{"0:0:0:0:0":{"observations":{"0":[1.1567, 0]}}}}]}: the only value there is. */
static uint64_t rate_in(const kit_json_node *root)
{
    void *first = NULL;
    void *second = NULL;
    kit_json_node one = {.document = root->document};
    kit_json_node last = one;
    kit_json_node sets = kit_json_array(root, "dataSets");
    kit_json_node set = kit_json_item(&sets, 0);
    kit_json_node series = kit_json_object(&set, "series");
    kit_json_next(&series, &first, &one);
    kit_json_node observations = kit_json_object(&one, "observations");
    kit_json_next(&observations, &second, &last);
    json_t *value = json_array_get(last.value, 0);
    double rate = json_number_value(value);
    return rate > 0.01 && rate < MOST_RATE ? (uint64_t)(rate * (double)NANO + 0.5) : 0;
}

static void go_on_without(aw_op *op, const struct exchange *exchange, const char *why)
{
    if (exchange->kept == 0)
        kit_report(op, AW_E_UNAVAILABLE,
                   "Prices are in euros, and what a euro costs is not known (%.200s), so that "
                   "there are none in dollars. Set the option `usd_per_eur`.",
                   why);
    exchange->found(op, exchange->arg, exchange->kept);
}

static void on_rate(aw_op *op, const aw_response *answer, void *arg)
{
    const struct exchange *exchange = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    uint64_t nusd = rate_in(&root);
    if (document.error.code || nusd == 0)
        return go_on_without(op, exchange,
                             document.error.code ? document.error.message
                                                 : "the European Central Bank names no rate");
    keep(op, nusd);
    exchange->found(op, exchange->arg, nusd);
}

/* An older one is better than none. */
static void on_no_rate(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct exchange *exchange = arg;
    uint64_t age_ms = 0;
    (void)answer;
    if (error->code == AW_E_NO_MEMORY)
        return aw_fail(op, error);
    kit_kept_load(op, &kept, exchange, UINT64_MAX, &age_ms);
    go_on_without(op, exchange, error->message);
}

static void ask(aw_op *op, struct exchange *exchange)
{
    kit_request request;
    kit_request_init(&request, op, "exchange-rate", "GET", RATE_HOST "/service/data/" RATE_SERIES);
    kit_request_query(&request, "lastNObservations", "1");
    kit_request_query(&request, "format", "jsondata");
    request.wire.flags = AW_REQUEST_UNSIGNED | AW_REQUEST_SHARED;
    request.wire.max_body = LARGEST_ANSWER;
    request.wire.max_attempts = 2;
    kit_request_send(&request, on_rate, on_no_rate, exchange);
}

void hetzner_rate_find(aw_op *op, const char *currency, hetzner_rate_fn found, void *arg)
{
    const struct hetzner *hetzner = op->state;
    uint64_t age_ms = 0;
    struct exchange *exchange = aw_alloc(op, sizeof *exchange);
    if (!exchange)
        return;
    *exchange = (struct exchange){.found = found, .arg = arg};
    if (strcmp(currency, "USD") == 0)
        return found(op, arg, NANO);
    if (strcmp(currency, "EUR") != 0) {
        kit_report(op, AW_E_UNSUPPORTED,
                   "Prices are in %.8s, which is neither dollars nor euros, so none is shown.",
                   currency);
        return found(op, arg, 0);
    }
    if (hetzner->nusd_per_eur)
        return found(op, arg, hetzner->nusd_per_eur);
    if (kit_kept_load(op, &kept, exchange, DAY_MS, &age_ms) == 0)
        return found(op, arg, exchange->kept);
    ask(op, exchange);
}
