/* SPDX-License-Identifier: Apache-2.0 */
/* Machines on Google Cloud: what families need, networks, images, names and labels, and ends that nobody knows. */
#include "gcp_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_body_of(const aw_create *wish, const aw_settings *settings, const char *part)
{
    struct backend_host host;
    launch_until_insert(&host, wish, settings);
    assert_contains(host_last(&host)->body, part);
    host_finish(&host);
}

static void test_families_get_the_disk_and_the_card_that_they_take(void **state)
{
    static const struct {
        const char *type;
        const char *disk;
        const char *nic;
    } cases[] = {
        {"c4a-standard-4", "diskTypes/hyperdisk-balanced\"", "\"nicType\":\"GVNIC\""},
        {"c4a-standard-4-lssd", "diskTypes/hyperdisk-balanced\"", "\"nicType\":\"GVNIC\""},
        {"c4a-highmem-96-metal", "diskTypes/hyperdisk-balanced\"", "\"nicType\":\"IDPF\""},
        {"n4a-standard-2", "diskTypes/hyperdisk-balanced\"", "\"nicType\":\"GVNIC\""},
        {"a4x-highgpu-4g", "diskTypes/hyperdisk-balanced\"", "\"nicType\":\"GVNIC\""},
        {"a3-ultragpu-8g", "diskTypes/hyperdisk-balanced\"", "\"nicType\":\"GVNIC\""},
        {"a3-highgpu-8g", "diskTypes/hyperdisk-balanced\"", "\"nicType\":\"GVNIC\""},
        {"h3-standard-88", "diskTypes/hyperdisk-balanced\"", "\"nicType\":\"GVNIC\""},
        {"m3-ultramem-32", "diskTypes/pd-balanced\"", "\"nicType\":\"GVNIC\""},
        {"t2a-standard-1", "diskTypes/pd-balanced\"", "\"nicType\":\"GVNIC\""},
        {"c3-standard-4", "diskTypes/pd-balanced\"", "\"nicType\":\"GVNIC\""},
        {"c3-standard-192-metal", "diskTypes/hyperdisk-balanced\"", "\"nicType\":\"IDPF\""},
        {"e2-medium", "diskTypes/pd-balanced\"", "\"accessConfigs\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        aw_create wish = wish_for_axion();
        wish.instance_type = cases[i].type;
        assert_body_of(&wish, NULL, cases[i].disk);
        assert_body_of(&wish, NULL, cases[i].nic);
    }
}

static void test_what_cannot_be_moved_stays_and_a_spot_machine_leaves_nothing(void **state)
{
    aw_create wish = wish_for_axion();
    (void)state;
    assert_body_of(&wish, NULL, "\"scheduling\":{\"automaticRestart\":true}");
    wish.instance_type = "c4a-highmem-96-metal";
    assert_body_of(
        &wish, NULL,
        "\"scheduling\":{\"automaticRestart\":true,\"onHostMaintenance\":\"TERMINATE\"}");
    wish.spot = 1;
    assert_body_of(&wish, NULL,
                   "\"scheduling\":{\"automaticRestart\":false,\"onHostMaintenance\":\"TERMINATE\","
                   "\"provisioningModel\":\"SPOT\",\"instanceTerminationAction\":\"DELETE\","
                   "\"preemptible\":true}");
}

static void test_a_machine_ends_by_itself_where_google_can_do_it(void **state)
{
    static const struct {
        uint64_t left_s;
        const char *part;
    } cases[] = {
        {7200,
         "\"instanceTerminationAction\":\"DELETE\",\"terminationTime\":\"2026-01-01T02:00:00Z\""},
        {1, "\"terminationTime\":\"2026-01-01T00:00:31Z\""},
        {(uint64_t)121 * 24 * 3600, "\"scheduling\":{\"automaticRestart\":true}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        aw_create wish = wish_for_axion();
        wish.expires_at_ms = 1767225600000u + cases[i].left_s * 1000;
        assert_body_of(&wish, NULL, cases[i].part);
    }
}

static void test_a_shared_network_needs_no_rule_of_ours(void **state)
{
    static const char *const values[] = {"projects/host-1/global/networks/shared", "s1"};
    static const aw_setting items[] = {{"network", &values[0], 1}, {"subnetwork", &values[1], 1}};
    static const aw_settings settings = {
        .size = sizeof settings, .count = 2, .items = items, .name = "gcp"};
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    gcp_begin(&host, &settings);
    vtable()->create(&host.op, &wish);
    host_answer(&host, 200, IMAGE("ARM64"));
    assert_asks(&host, "/instances?requestId=");
    assert_contains(host_last(&host)->body,
                    "\"network\":\"projects/host-1/global/networks/shared\","
                    "\"subnetwork\":\"projects/host-1/regions/us-central1/subnetworks/s1\"");
    assert_string_equal(host_results(&host), "");
    host_finish(&host);
}

static void test_the_firewall_rule_is_made_once(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    gcp_begin(&host, NULL);
    vtable()->create(&host.op, &wish);
    host_answer(&host, 200, IMAGE("ARM64"));
    assert_asks(&host, "GET " PROJECT "global/firewalls/archway-ssh-default");
    host_answer(&host, 404, GCP_ERROR(404, "notFound", "no rule"));
    assert_contains(host_results(&host), "resource firewall archway-ssh-default, shared 1");
    assert_asks(&host, "POST " PROJECT "global/firewalls");
    host_answer(&host, 200, OPERATION("RUNNING"));
    host_ring(&host);
    assert_asks(&host, "GET " PROJECT "global/operations/operation-1");
    host_answer(&host, 200, FAILED("QUOTA_EXCEEDED", "Quota 'FIREWALLS' exceeded.", 403));
    assert_failed(&host, AW_E_QUOTA, "FIREWALLS");
    host_finish(&host);
}

/* ---- images ---- */

static void test_the_image_follows_architecture_and_gpu(void **state)
{
    static const struct {
        uint32_t arch;
        const char *data;
        const char *image;
        const char *line;
    } cases[] = {
        {AW_ARCH_ARM64, NULL, NULL, "ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-arm64"},
        {AW_ARCH_AMD64, "", NULL, "ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64"},
        {AW_ARCH_AMD64, "gpu=nvidia", NULL, "family/ubuntu-accelerator-2404-amd64-with-nvidia-580"},
        {AW_ARCH_ARM64, "gpu=nvidia", NULL, "family/ubuntu-accelerator-2404-arm64-with-nvidia-580"},
        {AW_ARCH_ARM64, NULL, "mine", "GET " PROJECT "global/images/mine"},
        {AW_ARCH_ARM64, NULL, "family/mine", "GET " PROJECT "global/images/family/mine"},
        {AW_ARCH_ARM64, NULL, "https://www.googleapis.com/compute/v1/projects/p-1/global/images/i",
         "GET " COMPUTE_V1 "projects/p-1/global/images/i"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        aw_create wish = wish_for_axion();
        wish.arch = cases[i].arch;
        wish.offer_data = cases[i].data;
        wish.image = cases[i].image;
        gcp_begin(&host, NULL);
        vtable()->create(&host.op, &wish);
        assert_asks(&host, cases[i].line);
        host_finish(&host);
    }
}

static void test_an_image_for_the_other_architecture_is_refused(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    wish.image = "mine";
    gcp_begin(&host, NULL);
    vtable()->create(&host.op, &wish);
    host_answer(&host, 200, IMAGE("X86_64"));
    assert_failed(&host, AW_E_INVALID, "The image an-image is for X86_64 and c4a-standard-4");
    host_finish(&host);
}

static void test_an_image_without_a_name_is_refused(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    wish.image = "";
    gcp_begin(&host, NULL);
    vtable()->create(&host.op, &wish);
    assert_failed(&host, AW_E_INVALID, "The name of the image is empty: write projects/P/");
    assert_int_equal(host.request_count, 0);
    host_finish(&host);
}

static void test_an_option_that_is_not_known_is_told(void **state)
{
    static const aw_header option = {"subnet", "s-1"};
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    wish.options = &option;
    wish.option_count = 1;
    gcp_begin(&host, NULL);
    vtable()->create(&host.op, &wish);
    assert_failed(&host, AW_E_INVALID,
                  "Google Cloud has no option `subnet`: there is `reservation`.");
    assert_int_equal(host.request_count, 0);
    host_finish(&host);
}

/* ---- names ---- */

static void test_names_and_labels_are_such_as_google_takes(void **state)
{
    static const struct {
        const char *name;
        const char *part;
    } cases[] = {
        {"Ada's Runner", "\"name\":\"ada-s-runner-"},
        {"7of9", "\"name\":\"m-7of9-"},
        {"a-name-that-is-much-longer-than-any-that-google-would-take-for-a-machine",
         "\"name\":\"a-name-that-is-much-longer-than-any-that-google-"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        aw_create wish = wish_for_axion();
        wish.name = cases[i].name;
        wish.owner = "Team.A";
        wish.token = "Build-0001";
        assert_body_of(&wish, NULL, cases[i].part);
        assert_body_of(
            &wish, NULL,
            "\"labels\":{\"archway-owner\":\"team_a\",\"archway-token\":\"build-0001\"}");
        assert_body_of(&wish, NULL, "{\"key\":\"archway-token\",\"value\":\"Build-0001\"}");
    }
}

static void test_no_id_leads_anywhere_else(void **state)
{
    static const char *const ids[] = {"", "..", "a/../b", "A", "a b", "x?y"};
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct backend_host host;
        const aw_ref ref = {.size = sizeof ref, .zone = "us-central1-a", .id = ids[i]};
        gcp_begin(&host, NULL);
        vtable()->terminate(&host.op, &ref);
        assert_failed(&host, AW_E_INVALID, "No machine can be named");
        assert_int_equal(host.request_count, 0);
        host_finish(&host);
    }
}

static void test_namesakes_are_not_ended(void **state)
{
    static const char two[] =
        "{\"items\":{\"zones/us-central1-a\":{\"instances\":[{\"name\":\"one\",\"zone\":"
        "\"z/us-central1-a\"}]},\"zones/us-central1-b\":{\"instances\":[{\"name\":\"one\","
        "\"zone\":\"z/us-central1-b\"}]}}}";
    struct backend_host host;
    const aw_ref ref = {.size = sizeof ref, .region = "us-central1", .id = "one"};
    (void)state;
    gcp_begin(&host, NULL);
    vtable()->terminate(&host.op, &ref);
    host_answer(&host, 200, two);
    assert_failed(&host, AW_E_INVALID, "in us-central1-a and in us-central1-b: name the zone");
    host_finish(&host);
}

/* ---- ends ---- */

static void test_the_zone_of_the_configuration_comes_first(void **state)
{
    static const char *const zone[] = {"us-central1-b"};
    static const aw_setting items[] = {{"zone", zone, 1}};
    static const aw_settings settings = {
        .size = sizeof settings, .count = 1, .items = items, .name = "gcp"};
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    launch_until_insert(&host, &wish, &settings);
    assert_asks(&host, "zones/us-central1-b/instances");
    host_answer(&host, 400,
                GCP_ERROR(400, "invalid",
                          "Invalid value for field 'resource.machineType': 'zones/us-central1-b/"
                          "machineTypes/c4a-standard-4'. The referenced resource does not exist."));
    assert_asks(&host, "zones/us-central1-a/instances");
    host_answer(&host, 400, GCP_ERROR(400, "invalid", "Invalid value for field 'resource.name'"));
    assert_failed(&host, AW_E_INVALID, "resource.name");
    host_finish(&host);
}

static void test_a_zone_of_which_nothing_is_known_is_the_last(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    launch_until_insert(&host, &wish, NULL);
    host_answer(&host, 200, OPERATION("PENDING"));
    host_ring(&host);
    host_answer(&host, 403, GCP_ERROR(403, "forbidden", "no operations for you"));
    assert_failed(&host, AW_E_DENIED, "no operations for you");
    assert_int_equal(host.error.retry, AW_RETRY_UNKNOWN);
    host_finish(&host);
}

static void test_a_policy_of_the_organisation_is_an_administrators(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    launch_until_insert(&host, &wish, NULL);
    host_answer(&host, 412,
                GCP_ERROR(412, "conditionNotMet",
                          "Constraint constraints/compute.vmExternalIpAccess violated"));
    assert_failed(&host, AW_E_DENIED, "vmExternalIpAccess");
    host_finish(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families_get_the_disk_and_the_card_that_they_take),
        cmocka_unit_test(test_what_cannot_be_moved_stays_and_a_spot_machine_leaves_nothing),
        cmocka_unit_test(test_a_machine_ends_by_itself_where_google_can_do_it),
        cmocka_unit_test(test_a_shared_network_needs_no_rule_of_ours),
        cmocka_unit_test(test_the_firewall_rule_is_made_once),
        cmocka_unit_test(test_the_image_follows_architecture_and_gpu),
        cmocka_unit_test(test_an_option_that_is_not_known_is_told),
        cmocka_unit_test(test_an_image_without_a_name_is_refused),
        cmocka_unit_test(test_an_image_for_the_other_architecture_is_refused),
        cmocka_unit_test(test_names_and_labels_are_such_as_google_takes),
        cmocka_unit_test(test_no_id_leads_anywhere_else),
        cmocka_unit_test(test_namesakes_are_not_ended),
        cmocka_unit_test(test_the_zone_of_the_configuration_comes_first),
        cmocka_unit_test(test_a_zone_of_which_nothing_is_known_is_the_last),
        cmocka_unit_test(test_a_policy_of_the_organisation_is_an_administrators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
