/* SPDX-License-Identifier: Apache-2.0 */
/* The further network cards of machines whose GPUs talk to those of others. */
#include "gcp_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define V1 "https://www.googleapis.com/compute/v1/"
#define SUBNETWORK_OF(project, network, name)                                                      \
    "{\"name\":\"" name "\",\"network\":\"" V1 "projects/" project "/global/networks/" network     \
    "\",\"selfLink\":\"" V1 "projects/" project "/regions/us-central1/subnetworks/" name "\"}"
#define SUBNETWORK(network, name) SUBNETWORK_OF("farm-proj-1", network, name)
#define PAGE(items) "{\"kind\":\"compute#subnetworkList\",\"items\":[" items "]}"
#define RDMA_3 SUBNETWORK("roce", "r1") "," SUBNETWORK("roce", "r2") "," SUBNETWORK("roce", "r3")
#define CARD(network, name, type)                                                                  \
    "{\"network\":\"projects/farm-proj-1/global/networks/" network                                 \
    "\",\"subnetwork\":\"projects/farm-proj-1/regions/us-central1/subnetworks/" name               \
    "\",\"nicType\":\"" type "\"}"

static const char *const extra_values[] = {"gvnic-1", "gvnic-2", "gvnic-3", "gvnic-4",
                                           "gvnic-5", "gvnic-6", "gvnic-7", "gvnic-8"};
static const char *const rdma_value[] = {"roce"};
static const aw_setting both_items[] = {{"extra_networks", extra_values, 8},
                                        {"rdma_network", rdma_value, 1}};
static const aw_settings both = {
    .size = sizeof both, .count = 2, .items = both_items, .name = "gcp"};

static aw_create wish_for(const char *type)
{
    aw_create wish = wish_for_axion();
    wish.instance_type = type;
    wish.offer_data = "gpu=nvidia";
    wish.arch = strncmp(type, "a4x-", 4) == 0 ? AW_ARCH_ARM64 : AW_ARCH_AMD64;
    return wish;
}

/* Answers as far as what comes after the firewall rule. */
static void begin(struct backend_host *host, const aw_create *wish, const aw_settings *settings)
{
    gcp_begin(host, settings);
    vtable()->create(&host->op, wish);
    host_answer(host, 200, wish->arch == AW_ARCH_ARM64 ? IMAGE("ARM64") : IMAGE("X86_64"));
    if (strstr(host_last(host)->line, "/firewalls/"))
        host_answer(host, 200, "{}");
}

static size_t count_in(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

static const char *page_of(unsigned rdma)
{
    static char page[8192];
    size_t size =
        (size_t)snprintf(page, sizeof page, "{\"items\":[%s", SUBNETWORK("default", "default"));
    for (unsigned i = 1; i <= 8; i++)
        size += (size_t)snprintf(page + size, sizeof page - size,
                                 ",{\"network\":\"" PROJECT "global/networks/gvnic-%u\","
                                 "\"selfLink\":\"" PROJECT "regions/us-central1/subnetworks/g%u\"}",
                                 i, i);
    for (unsigned i = 1; i <= rdma; i++)
        size += (size_t)snprintf(page + size, sizeof page - size,
                                 ",{\"network\":\"" PROJECT "global/networks/roce\","
                                 "\"selfLink\":\"" PROJECT "regions/us-central1/subnetworks/r%u\"}",
                                 i);
    snprintf(page + size, sizeof page - size, "]}");
    return page;
}

/* https://cloud.google.com/compute/docs/gpus/gpu-network-bandwidth */
static void test_machines_have_the_cards_of_their_kind(void **state)
{
    static const struct {
        const char *type;
        size_t gvnic; /* with the first one */
        size_t rdma;
    } cases[] = {
        {"a3-edgegpu-8g", 5, 0},  {"a3-highgpu-8g", 5, 0}, {"a3-megagpu-8g", 9, 0},
        {"a3-ultragpu-8g", 2, 8}, {"a4-highgpu-8g", 2, 8}, {"a4x-highgpu-4g", 2, 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        aw_create wish = wish_for(cases[i].type);
        begin(&host, &wish, &both);
        assert_asks(&host, "GET " PROJECT "regions/us-central1/subnetworks?maxResults=500");
        host_answer(&host, 200, page_of(8));
        assert_asks(&host, "/instances?requestId=");
        assert_int_equal(count_in(host_last(&host)->body, "\"GVNIC\""), cases[i].gvnic);
        assert_int_equal(count_in(host_last(&host)->body, "\"MRDMA\""), cases[i].rdma);
        assert_int_equal(count_in(host_last(&host)->body, "accessConfigs"), 1);
        host_finish(&host);
    }
}

static void test_cards_stand_in_their_order(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for("a4x-highgpu-4g");
    (void)state;
    begin(&host, &wish, &both);
    host_answer(&host, 200, page_of(9));
    assert_contains(
        host_last(&host)->body,
        "\"nicType\":\"GVNIC\"}," CARD("gvnic-1", "g1", "GVNIC") "," CARD(
            "roce", "r1", "MRDMA") "," CARD("roce", "r2",
                                            "MRDMA") "," CARD("roce", "r3",
                                                              "MRDMA") "," CARD("roce", "r4",
                                                                                "MRDMA") "]");
    host_finish(&host);
}

static void test_subnetworks_come_on_several_pages(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for("a4x-highgpu-4g");
    (void)state;
    begin(&host, &wish, &both);
    host_answer(&host, 200, "{\"items\":[" RDMA_3 "],\"nextPageToken\":\"more+\"}");
    assert_asks(&host, "&pageToken=more%2B");
    host_answer(&host, 200, PAGE(SUBNETWORK("roce", "r4") "," SUBNETWORK("gvnic-1", "g1")));
    assert_asks(&host, "/instances?requestId=");
    assert_contains(host_last(&host)->body, CARD("roce", "r4", "MRDMA"));
    host_finish(&host);
}

static void test_too_few_subnetworks_are_told(void **state)
{
    static const struct {
        const char *page;
        const char *part;
    } cases[] = {
        {PAGE(SUBNETWORK("gvnic-1", "g1") "," RDMA_3),
         "a4x-highgpu-4g needs 4 subnetworks of projects/farm-proj-1/global/networks/roce in "
         "us-central1, and there are fewer"},
        {PAGE(RDMA_3), "needs 1 subnetwork of projects/farm-proj-1/global/networks/gvnic-1 in"},
        {PAGE(""), "needs 1 subnetwork of projects/farm-proj-1/global/networks/gvnic-1 in"},
        {PAGE("{\"network\":\"" V1 "projects/farm-proj-1/global/networks/gvnic-1\"}"),
         "needs 1 subnetwork of"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        aw_create wish = wish_for("a4x-highgpu-4g");
        begin(&host, &wish, &both);
        host_answer(&host, 200, cases[i].page);
        assert_failed(&host, AW_E_INVALID, cases[i].part);
        assert_int_equal(host_waiting(&host), 0);
        host_finish(&host);
    }
}

static void test_what_cannot_be_read_is_an_error(void **state)
{
    static const char *const pages[] = {"<html>", "[]", "{\"items\":{}}",
                                        "{\"items\":[{\"selfLink\":7}]}"};
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct backend_host host;
        aw_create wish = wish_for("a4-highgpu-8g");
        begin(&host, &wish, &both);
        host_answer(&host, 200, pages[i]);
        assert_failed(&host, AW_E_PROTOCOL, "Google's answer to `subnetworks` cannot be read");
        host_finish(&host);
    }
}

static void test_only_these_machines_have_further_cards(void **state)
{
    static const char *const types[] = {"c4a-standard-4", "a2-highgpu-8g", "a3-highgpu-1g",
                                        "a4-highgpu-8", "g2-standard-4"};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct backend_host host;
        aw_create wish = wish_for(types[i]);
        begin(&host, &wish, &both);
        assert_asks(&host, "/instances?requestId=");
        assert_int_equal(count_in(host_last(&host)->body, "\"network\":"), 1);
        host_finish(&host);
    }
}

static void test_without_such_networks_there_is_one_card(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for("a4-highgpu-8g");
    (void)state;
    begin(&host, &wish, NULL);
    assert_asks(&host, "/instances?requestId=");
    assert_int_equal(count_in(host_last(&host)->body, "\"network\":"), 1);
    host_finish(&host);
}

static void test_a_shared_network_has_the_others_beside_it(void **state)
{
    static const char *const values[] = {"projects/host-1/global/networks/shared", "gvnic-1"};
    static const aw_setting items[] = {{"network", &values[0], 1},
                                       {"extra_networks", &values[1], 1}};
    static const aw_settings settings = {
        .size = sizeof settings, .count = 2, .items = items, .name = "gcp"};
    struct backend_host host;
    aw_create wish = wish_for("a3-megagpu-8g");
    (void)state;
    begin(&host, &wish, &settings);
    assert_asks(&host, "projects/host-1/regions/us-central1/subnetworks?maxResults=500");
    host_answer(&host, 200,
                PAGE(SUBNETWORK("gvnic-1", "ours") "," SUBNETWORK_OF("host-1", "gvnic-1", "g1")));
    assert_contains(host_last(&host)->body,
                    "{\"network\":\"projects/host-1/global/networks/gvnic-1\",\"subnetwork\":"
                    "\"projects/host-1/regions/us-central1/subnetworks/g1\"");
    host_finish(&host);
}

/* A network with the profile for RDMA is in one zone, and the API does not say in which before an insert. */
static void test_a_network_that_is_in_another_zone_leads_there(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for("a4-highgpu-8g");
    (void)state;
    begin(&host, &wish, &both);
    host_answer(&host, 200, page_of(8));
    assert_asks(&host, "/zones/us-central1-a/instances?requestId=");
    host_answer(&host, 400,
                GCP_ERROR(400, "invalid",
                          "Invalid value: Network profile only allows resource creation in "
                          "location us-central1-b."));
    assert_asks(&host, "/zones/us-central1-b/instances?requestId=");
    assert_int_equal(count_in(host_last(&host)->body, "\"MRDMA\""), 8);
    host_finish(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machines_have_the_cards_of_their_kind),
        cmocka_unit_test(test_cards_stand_in_their_order),
        cmocka_unit_test(test_subnetworks_come_on_several_pages),
        cmocka_unit_test(test_too_few_subnetworks_are_told),
        cmocka_unit_test(test_what_cannot_be_read_is_an_error),
        cmocka_unit_test(test_only_these_machines_have_further_cards),
        cmocka_unit_test(test_without_such_networks_there_is_one_card),
        cmocka_unit_test(test_a_shared_network_has_the_others_beside_it),
        cmocka_unit_test(test_a_network_that_is_in_another_zone_leads_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
