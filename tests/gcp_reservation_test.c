/* SPDX-License-Identifier: Apache-2.0 */
/* Machines and offers of a reservation that the user named. */
#include "gcp_answers.h"
#include "gcp_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OF_ZONE(zone, items) "\"zones/" zone "\":{\"reservations\":[" items "]}"
#define FOUND(zones) "{\"kind\":\"compute#reservationAggregatedList\",\"items\":{" zones "}}"
#define RESERVED(type, properties, numbers, more)                                                  \
    "{\"name\":\"mine\",\"status\":\"READY\",\"specificReservationRequired\":true,"                \
    "\"specificReservation\":{\"instanceProperties\":{\"machineType\":\"" type "\"" properties     \
    "}," numbers "}" more "}"
#define NUMBERS(count, used)                                                                       \
    "\"count\":\"" count "\",\"assuredCount\":\"" count "\",\"inUseCount\":\"" used "\""
#define AXION(numbers) RESERVED("c4a-standard-4", "", numbers, "")

/* Asks for a machine of a reservation, up to the question about it. */
static void ask(struct backend_host *host, aw_create *wish, const char *name)
{
    const aw_header option = {"reservation", name};
    wish->options = &option;
    wish->option_count = 1;
    gcp_begin(host, NULL);
    vtable()->create(&host->op, wish);
}

/* Answers that, and the rest as far as the insert. */
static void answer_until_insert(struct backend_host *host, const char *found)
{
    host_answer(host, 200, found);
    assert_asks(host, "/global/images/");
    host_answer(host, 200, IMAGE("ARM64"));
    assert_asks(host, "/global/firewalls/");
    host_answer(host, 200, "{}");
    assert_asks(host, "/instances?requestId=");
}

static void test_a_reservation_is_asked_for_by_all_its_names(void **state)
{
    static const struct {
        const char *name;
        const char *line;
        const char *value;
    } names[] = {
        {"mine", "projects/farm-proj-1/aggregated/reservations?", "\"mine\""},
        {"projects/shared-1/reservations/mine", "projects/shared-1/aggregated/reservations?",
         "\"projects/shared-1/reservations/mine\""},
        {"projects/shared-1/zones/us-central1-b/reservations/mine",
         "projects/shared-1/aggregated/reservations?", "\"projects/shared-1/reservations/mine\""},
        {COMPUTE_V1 "projects/shared-1/zones/us-central1-b/reservations/mine",
         "projects/shared-1/aggregated/reservations?", "\"projects/shared-1/reservations/mine\""},
        {"projects/shared-1/reservations/mine/reservationBlocks/b-1",
         "projects/shared-1/aggregated/reservations?",
         "\"projects/shared-1/reservations/mine/reservationBlocks/b-1\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct backend_host host;
        aw_create wish = wish_for_axion();
        ask(&host, &wish, names[i].name);
        assert_asks(&host, names[i].line);
        assert_contains(host_last(&host)->line, "&returnPartialSuccess=true&filter=name%3Dmine");
        answer_until_insert(&host, FOUND(OF_ZONE("us-central1-b", AXION(NUMBERS("4", "3")))));
        assert_contains(host_last(&host)->line, "/zones/us-central1-b/instances?");
        assert_contains(host_last(&host)->body,
                        "\"consumeReservationType\":\"SPECIFIC_RESERVATION\",\"key\":"
                        "\"compute.googleapis.com/reservation-name\",\"values\":[");
        assert_contains(host_last(&host)->body, names[i].value);
        assert_lacks(host_last(&host)->body, "RESERVATION_BOUND");
        host_finish(&host);
    }
}

static void test_what_names_no_reservation_is_told_how_to_write_one(void **state)
{
    static const char *const names[] = {
        "",
        "My reservation",
        "projects/p/reservations/",
        "projects/p/zones//reservations/mine",
        "projects/p/futureReservations/mine",
        "projects/p/reservations/mine/other/b",
        "reservations/mine",
        "projects//reservations/mine",
        "https://example.com/mine",
        "a/../b",
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct backend_host host;
        aw_create wish = wish_for_axion();
        ask(&host, &wish, names[i]);
        assert_failed(&host, AW_E_INVALID, "names no reservation: write NAME, or projects/PROJECT");
        assert_int_equal(host.request_count, 0);
        host_finish(&host);
    }
}

static void test_a_reservation_that_cannot_be_used_says_why(void **state)
{
#define OTHER(status, specific)                                                                    \
    FOUND(OF_ZONE("us-central1-b", "{\"name\":\"mine\",\"status\":\"" status                       \
                                   "\",\"specificReservationRequired\":" specific "}"))
    static const struct {
        const char *found;
        uint32_t code;
        const char *part;
    } cases[] = {
        {FOUND(""), AW_E_INVALID, "There is no reservation mine of machines in farm-proj-1: write"},
        {FOUND("\"zones/us-central1-a\":{\"warning\":{\"code\":\"NO_RESULTS_ON_PAGE\"}}"),
         AW_E_INVALID, "There is no reservation mine"},
        {FOUND("\"zones/us-central1-a\":{\"warning\":{\"code\":\"UNREACHABLE\"}}"),
         AW_E_UNAVAILABLE, "mine may be in us-central1-a, which does not answer now"},
        {"{\"items\":{},\"unreachables\":[\"zones/us-central1-a\"]}", AW_E_UNAVAILABLE,
         "mine may be in us-central1-a"},
        {OTHER("CREATING", "true"), AW_E_NO_CAPACITY, "mine is not ready: it is CREATING"},
        {OTHER("READY", "false"), AW_E_INVALID, "cannot be named: leave it out"},
        {FOUND(OF_ZONE("us-central1-a", AXION(NUMBERS("2", "2"))) "," OF_ZONE(
             "us-central1-b", AXION(NUMBERS("2", "3")))),
         AW_E_NO_CAPACITY, "mine has no machine left: all 4 are in use."},
        {FOUND(OF_ZONE("us-central1-f", AXION(NUMBERS("2", "0")))), AW_E_INVALID,
         "mine is in us-central1-f, where this offer is not."},
        {FOUND(OF_ZONE("us-central1-a", RESERVED("n2-standard-4", "", NUMBERS("2", "0"), ""))),
         AW_E_INVALID, "mine is for n2-standard-4, not for c4a-standard-4: choose an offer"},
        {FOUND(OF_ZONE("us-central1-a", RESERVED("", "", NUMBERS("2", "0"), ""))), AW_E_INVALID,
         "There is no reservation mine"},
        {"{\"items\":[]}", AW_E_PROTOCOL, "Google's answer to `reservations` cannot be read"},
        {FOUND(OF_ZONE("us-central1-a", AXION("\"count\":\"many\""))), AW_E_PROTOCOL,
         "count: expected an integer from 0 to 1000000, found \"many\""},
        {"<html>", AW_E_PROTOCOL, "Google's answer to `reservations` cannot be read"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        aw_create wish = wish_for_axion();
        ask(&host, &wish, "mine");
        host_answer(&host, 200, cases[i].found);
        assert_failed(&host, cases[i].code, cases[i].part);
        assert_int_equal(host_waiting(&host), 0);
        host_finish(&host);
    }
}

/* The project that it is shared with may use it, and need not be allowed to look at it. */
static void test_a_reservation_that_may_not_be_looked_at_is_tried(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    ask(&host, &wish, "projects/shared-1/reservations/mine");
    host_answer(&host, 403, GCP_ERROR(403, "forbidden", "Required 'compute.reservations.list'"));
    assert_asks(&host, "/global/images/");
    host_answer(&host, 200, IMAGE("ARM64"));
    host_answer(&host, 200, "{}");
    assert_asks(&host, "/zones/us-central1-a/instances?requestId=");
    assert_contains(host_last(&host)->body, "\"projects/shared-1/reservations/mine\"");
    host_finish(&host);
}

static void test_spot_machines_are_not_reserved(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    wish.spot = 1;
    ask(&host, &wish, "mine");
    assert_failed(&host, AW_E_INVALID, "choose an offer that is not spot");
    host_finish(&host);
}

/* The zone that is first among the offer's has none left; the next one that is sold out leads no further. */
static void test_zones_with_machines_left_are_tried(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    ask(&host, &wish, "mine");
    answer_until_insert(
        &host, FOUND(OF_ZONE("us-central1-a", AXION(NUMBERS("2", "2"))) "," OF_ZONE(
                   "us-central1-b", RESERVED("https://www.googleapis.com/compute/v1/machineTypes/"
                                             "c4a-standard-4",
                                             "", "\"count\":\"1\"", ""))));
    assert_contains(host_last(&host)->line, "/zones/us-central1-b/instances?");
    host_answer(&host, 200, FAILED("ZONE_RESOURCE_POOL_EXHAUSTED", "none left", 503));
    assert_failed(&host, AW_E_NO_CAPACITY, "none left");
    host_finish(&host);
}

static void test_a_machine_is_made_as_the_reservation_wants_it(void **state)
{
    static const char *const parts[] = {
        "\"minCpuPlatform\":\"Intel Cascade Lake\"",
        "\"resourcePolicies\":[\"projects/p/regions/r/resourcePolicies/close\"]",
        "\"provisioningModel\":\"RESERVATION_BOUND\"",
        "\"instanceTerminationAction\":\"DELETE\"",
        "{\"boot\":false,\"autoDelete\":true,\"type\":\"SCRATCH\",\"interface\":\"NVME\","
        "\"initializeParams\":{\"diskType\":\"zones/us-central1-b/diskTypes/local-ssd\","
        "\"diskSizeGb\":\"375\"}}",
    };
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    wish.arch = AW_ARCH_AMD64;
    wish.instance_type = "n1-standard-4";
    wish.offer_data = "gpu=nvidia;attach=nvidia-tesla-t4:2";
    ask(&host, &wish, "mine");
    host_answer(
        &host, 200,
        FOUND(OF_ZONE(
            "us-central1-b",
            RESERVED("n1-standard-4",
                     ",\"minCpuPlatform\":\"Intel Cascade Lake\",\"guestAccelerators\":[{"
                     "\"acceleratorType\":\"nvidia-tesla-t4\",\"acceleratorCount\":2}],"
                     "\"localSsds\":[{\"diskSizeGb\":\"375\",\"interface\":\"NVME\"}]",
                     NUMBERS("1", "0"),
                     ",\"reservationMode\":\"CALENDAR\",\"resourcePolicies\":{\"placement\":"
                     "\"projects/p/regions/r/resourcePolicies/close\"}"))));
    host_answer(&host, 200, IMAGE("X86_64"));
    host_answer(&host, 200, "{}");
    assert_asks(&host, "/zones/us-central1-b/instances?");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_contains(host_last(&host)->body, parts[i]);
    host_finish(&host);
}

/* https://cloud.google.com/compute/docs/instances/about-reservation-bound-vms */
static void test_machines_that_are_had_in_no_other_way_are_bound(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    wish.arch = AW_ARCH_AMD64;
    wish.instance_type = "a3-ultragpu-8g";
    wish.offer_data = "gpu=nvidia";
    ask(&host, &wish, "mine");
    host_answer(&host, 403, GCP_ERROR(403, "forbidden", "no"));
    host_answer(&host, 200, IMAGE("X86_64"));
    host_answer(&host, 200, "{}");
    assert_contains(host_last(&host)->body, "\"provisioningModel\":\"RESERVATION_BOUND\"");
    host_finish(&host);
}

/* ---- offers ---- */

#define T4 CARD("nvidia-tesla-t4", "4")
#define N1 TYPE("n1-standard-4", "4", "15360", ARCH("X86_64"))
#define N1_SKUS                                                                                    \
    SKU("N1 Predefined Instance Core running in Americas", "h", "31611000")                        \
    "," SKU("N1 Predefined Instance Ram running in Americas", "GiBy.h",                            \
            "4237000") "," SKU("Nvidia Tesla T4 GPU running in Americas", "h", "350000000")

/* Lists what a reservation has, of two zones with the same types. */
static const char *list(struct backend_host *host, const char *types, const char *skus,
                        const char *found)
{
    static const aw_header option = {"reservation", "mine"};
    const aw_offer_query query = {
        .size = sizeof query, .archs = AW_ARCH_ANY, .options = &option, .option_count = 1};
    host->cached_count = 0;
    host_begin(host);
    vtable()->list_offers(&host->op, &query);
    host_answer(host, 200, skus);
    host_answer(host, 200, ZONES(IOWA "," ZONE("us-central1", "b")));
    host_answer(host, 200, ACCELERATORS(SCOPE("us-central1-a", T4)));
    host_answer(host, 200, found);
    host_answer(host, 200, types);
    host_answer(host, 200, types);
    return host_results(host);
}

static void test_only_what_is_reserved_is_offered(void **state)
{
    struct backend_host *host = *state;
    const char *results = list(
        host, TYPES(C4A "," N2), SKUS(C4A_SKUS "," N2_SKUS),
        FOUND(OF_ZONE("us-central1-b", RESERVED("c4a-standard-8", "", NUMBERS("2", "1"),
                                                "")) "," OF_ZONE("us-central1-a",
                                                                 RESERVED("c4a-standard-8", "",
                                                                          NUMBERS("2", "2"), ""))));
    assert_int_equal(host->error.code, AW_OK);
    assert_contains(results, "offer c4a-standard-8 in us-central1: arch 2");
    assert_contains(results, "359200000 nusd, availability 1, zone us-central1-b\n");
    assert_lacks(results, "spot");
    assert_lacks(results, "n2-standard-8");
}

static void test_a_reservation_that_is_used_up_is_not_to_be_had(void **state)
{
    const char *results = list(
        *state, TYPES(C4A), SKUS(C4A_SKUS),
        FOUND(OF_ZONE("us-central1-b", RESERVED("c4a-standard-8", "", NUMBERS("2", "2"), ""))));
    assert_contains(results, "359200000 nusd, availability 2, zone us-central1-b\n");
}

static void test_gpus_must_be_those_of_the_reservation(void **state)
{
    const char *results =
        list(*state, TYPES(N1), SKUS(N1_SKUS),
             FOUND(OF_ZONE("us-central1-a", RESERVED("n1-standard-4",
                                                     ",\"guestAccelerators\":[{\"acceleratorType\":"
                                                     "\"nvidia-tesla-t4\",\"acceleratorCount\":2}]",
                                                     NUMBERS("2", "1"), ""))));
    assert_contains(results, "2 nvidia T4 of 16384 MiB, 889999000 nusd, availability 1");
    assert_lacks(results, "1 nvidia T4");
    assert_lacks(results, "4 nvidia T4");
    assert_lacks(results, ", 189999000 nusd"); /* without any */
}

/* Types that are had in no other way are there now; the calendar mode has prices of its own, or none. */
static void test_the_calendar_mode_has_its_own_prices(void **state)
{
#define A4 TYPES(TYPE("a4-highgpu-8g", "224", "4063232", BUNDLED("nvidia-b200", "8")))
#define CALENDAR                                                                                   \
    FOUND(OF_ZONE("us-central1-b",                                                                 \
                  RESERVED("a4-highgpu-8g",                                                        \
                           ",\"guestAccelerators\":[{\"acceleratorType\":"                         \
                           "\"nvidia-b200\",\"acceleratorCount\":8}]",                             \
                           NUMBERS("4", "0"), ",\"reservationMode\":\"CALENDAR\"")))
#define SLICE(words, units, nanos)                                                                 \
    SKU_OF(words "A4 Nvidia B200 (1 gpu slice) running in Americas", "Compute", "OnDemand",        \
           "\"us-central1\"", "h", RATE("USD", units, nanos))
    const char *results =
        list(*state, A4,
             SKUS(SLICE("", "16", "110000000") "," SLICE("DWS Calendar Mode ", "11", "277000000")),
             CALENDAR);
    assert_contains(results, "90216000000 nusd, availability 1, zone us-central1-b");
    results = list(*state, A4, SKUS(SLICE("", "16", "110000000")), CALENDAR);
    assert_contains(results, "8 nvidia B200");
    assert_lacks(results, "nusd");
}

static void test_where_the_mode_is_not_told_the_prices_tell(void **state)
{
#define OF_NO_MODE                                                                                 \
    FOUND(OF_ZONE("us-central1-b", RESERVED("a4-highgpu-8g",                                       \
                                            ",\"guestAccelerators\":[{\"acceleratorType\":"        \
                                            "\"nvidia-b200\",\"acceleratorCount\":8}]",            \
                                            NUMBERS("4", "0"), "")))
    const char *results =
        list(*state, A4, SKUS(SLICE("DWS Calendar Mode ", "11", "277000000")), OF_NO_MODE);
    assert_contains(results, "90216000000 nusd, availability 1, zone us-central1-b");
    results =
        list(*state, A4,
             SKUS(SLICE("", "16", "110000000") "," SLICE("DWS Calendar Mode ", "11", "277000000")),
             OF_NO_MODE);
    assert_contains(results, "128880000000 nusd, availability 1, zone us-central1-b");
}

static void test_offers_of_a_reservation_that_is_not_there_are_an_error(void **state)
{
    struct backend_host *host = *state;
    list(host, TYPES(C4A), SKUS(C4A_SKUS), FOUND(""));
    assert_failed(host, AW_E_INVALID, "There is no reservation mine of machines in p-1");
}

/* A create chooses among them, and asks for the reservation all the same. */
static void test_all_is_offered_where_a_reservation_may_not_be_looked_at(void **state)
{
    struct backend_host *host = *state;
    static const aw_header option = {"reservation", "projects/shared-1/reservations/mine"};
    const aw_offer_query query = {.size = sizeof query, .options = &option, .option_count = 1};
    host_begin(host);
    vtable()->list_offers(&host->op, &query);
    host_answer(host, 200, SKUS(C4A_SKUS));
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 403, REFUSAL("403", "forbidden", "not yours to see"));
    host_answer(host, 200, TYPES(C4A));
    assert_int_equal(host->error.code, AW_OK);
    assert_contains(host_results(host), "since it may not be looked at: not yours to see");
    assert_contains(host_results(host), "offer c4a-standard-8 in us-central1: arch 2");
}

static void test_a_zone_that_does_not_tell_is_named(void **state)
{
    const char *results = list(
        *state, TYPES(C4A), SKUS(C4A_SKUS),
        FOUND(OF_ZONE(
            "us-central1-b",
            RESERVED("c4a-standard-8", "", NUMBERS("2", "1"),
                     "")) ",\"zones/us-central1-a\":{\"warning\":{\"code\":\"UNREACHABLE\"}}"));
    assert_contains(results, "What the reservation mine has in us-central1-a is not known.");
    assert_contains(results, "availability 1, zone us-central1-b");
}

/* A core that is older than the field says nothing of options. */
static void test_other_options_of_a_query_are_refused_before_anybody_is_asked(void **state)
{
    struct backend_host *host = *state;
    static const aw_header option = {"NONSENSE", "1"};
    const aw_offer_query query = {.size = sizeof query, .options = &option, .option_count = 1};
    host_begin(host);
    vtable()->list_offers(&host->op, &query);
    assert_failed(host, AW_E_INVALID,
                  "Google Cloud has no option `NONSENSE`: there is `reservation`.");
    assert_int_equal(host->request_count, 0);
}

static void test_an_older_query_has_no_options(void **state)
{
    struct backend_host *host = *state;
    static const aw_header option = {"reservation", "mine"};
    const aw_offer_query query = {
        .size = offsetof(aw_offer_query, options), .options = &option, .option_count = 1};
    host_begin(host);
    vtable()->list_offers(&host->op, &query);
    assert_int_equal(host_waiting(host), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reservation_is_asked_for_by_all_its_names),
        cmocka_unit_test(test_what_names_no_reservation_is_told_how_to_write_one),
        cmocka_unit_test(test_a_reservation_that_cannot_be_used_says_why),
        cmocka_unit_test(test_a_reservation_that_may_not_be_looked_at_is_tried),
        cmocka_unit_test(test_spot_machines_are_not_reserved),
        cmocka_unit_test(test_zones_with_machines_left_are_tried),
        cmocka_unit_test(test_a_machine_is_made_as_the_reservation_wants_it),
        cmocka_unit_test(test_machines_that_are_had_in_no_other_way_are_bound),
        LISTED(test_only_what_is_reserved_is_offered),
        LISTED(test_a_reservation_that_is_used_up_is_not_to_be_had),
        LISTED(test_gpus_must_be_those_of_the_reservation),
        LISTED(test_the_calendar_mode_has_its_own_prices),
        LISTED(test_where_the_mode_is_not_told_the_prices_tell),
        LISTED(test_offers_of_a_reservation_that_is_not_there_are_an_error),
        LISTED(test_all_is_offered_where_a_reservation_may_not_be_looked_at),
        LISTED(test_a_zone_that_does_not_tell_is_named),
        LISTED(test_other_options_of_a_query_are_refused_before_anybody_is_asked),
        LISTED(test_an_older_query_has_no_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
