/* SPDX-License-Identifier: Apache-2.0 */
/* Which project is meant, and where Google is. */
#include "backend_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COMPUTE "https://compute.googleapis.com/compute/v1/"
#define GCLOUD "~/.config/gcloud/"
#define KEY "{\"type\":\"service_account\",\"project_id\":\"of-the-key\"}"

static void assert_regions_at(const struct host_world *world, const char *line)
{
    struct backend_host host;
    host_init(&host, world);
    host_begin(&host);
    vtable()->regions(&host.op);
    if (host.error.code)
        fail_msg("%s", host.error.message);
    assert_string_equal(host_last(&host)->line, line);
    host_answer(&host, 200,
                "{\"items\":[{\"name\":\"us-central1\",\"description\":\"Iowa\"},"
                "{\"name\":\"europe-west4\"}]}");
    assert_contains(host_results(&host), "region us-central1 (Iowa)\nregion europe-west4");
    host_finish(&host);
}

static void test_the_project_is_looked_for_in_googles_order(void **state)
{
    static const struct {
        const aw_header variables[3];
        const aw_header files[4];
        const char *project;
    } cases[] = {
        {{{"GOOGLE_CLOUD_PROJECT", "one"}, {"CLOUDSDK_CORE_PROJECT", "two"}}, {{0}}, "one"},
        {{{"CLOUDSDK_CORE_PROJECT", "two"}, {"GCLOUD_PROJECT", "three"}}, {{0}}, "two"},
        {{{"GCLOUD_PROJECT", "three"}}, {{0}}, "three"},
        {{{"GOOGLE_APPLICATION_CREDENTIALS", "/k"}},
         {{"/k", KEY}, {GCLOUD "configurations/config_default", "[core]\nproject = four\n"}},
         "of-the-key"},
        {{{0}},
         {{GCLOUD "configurations/config_default",
           "[compute]\nproject = no\nzone=z\n[core]\naccount = a\n  project=four  \n"}},
         "four"},
        {{{0}},
         {{GCLOUD "active_config", "work\n"},
          {GCLOUD "configurations/config_work", "[core]\r\nproject = five\r\n"},
          {GCLOUD "configurations/config_default", "[core]\nproject = four\n"}},
         "five"},
        {{{"CLOUDSDK_ACTIVE_CONFIG_NAME", "play"}, {"CLOUDSDK_CONFIG", "/g"}},
         {{"/g/configurations/config_play", "[core]\nprojects = no\nproject = six"}},
         "six"},
        {{{0}}, {{GCLOUD "configurations/config_default", "[core]\nProject : seven\n"}}, "seven"},
        {{{"GOOGLE_CLOUD_PROJECT", "example.com:old"}}, {{0}}, "example.com%3Aold"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[256];
        snprintf(line, sizeof line, "GET " COMPUTE "projects/%s/regions?maxResults=500",
                 cases[i].project);
        assert_regions_at(
            &(struct host_world){.variables =
                                     cases[i].variables[0].name ? cases[i].variables : NULL,
                                 .files = cases[i].files[0].name ? cases[i].files : NULL},
            line);
    }
}

static void test_the_configuration_comes_first(void **state)
{
    static const char *const project[] = {"mine-1"};
    static const aw_setting items[] = {{"project", project, 1}};
    static const aw_settings settings = {
        .size = sizeof settings, .count = 1, .items = items, .name = "gcp"};
    static const aw_header variables[] = {{"GOOGLE_CLOUD_PROJECT", "one"}, {0}};
    (void)state;
    assert_regions_at(&(struct host_world){.variables = variables, .settings = &settings},
                      "GET " COMPUTE "projects/mine-1/regions?maxResults=500");
}

static void test_google_may_be_elsewhere(void **state)
{
    static const aw_header variables[] = {
        {"GOOGLE_CLOUD_PROJECT", "one"},
        {"CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", "http://127.0.0.1:8080/compute/v1/"},
        {0}};
    (void)state;
    assert_regions_at(&(struct host_world){.variables = variables},
                      "GET http://127.0.0.1:8080/compute/v1/projects/one/regions?maxResults=500");
}

static void test_without_a_project_the_remedy_is_told(void **state)
{
    struct backend_host host;
    aw_create wish = {.size = sizeof wish,
                      .arch = AW_ARCH_ARM64,
                      .instance_type = "c4a-standard-1",
                      .zone = "us-central1-a",
                      .name = "a",
                      .owner = "o",
                      .token = "t"};
    (void)state;
    host_init(&host, NULL);
    host_begin(&host);
    vtable()->regions(&host.op);
    assert_failed(&host, AW_E_INVALID, "set GOOGLE_CLOUD_PROJECT");
    host_begin(&host);
    vtable()->create(&host.op, &wish);
    assert_failed(&host, AW_E_INVALID, "gcloud config set project");
    assert_int_equal(host.request_count, 0);
    host_finish(&host);
}

static void test_a_project_that_would_lead_elsewhere_is_refused(void **state)
{
    static const aw_header variables[] = {{"GOOGLE_CLOUD_PROJECT", "a/../b"}, {0}};
    struct backend_host host;
    (void)state;
    host_init(&host, &(struct host_world){.variables = variables});
    assert_failed(&host, AW_E_INVALID, "`a/../b` cannot be a project's id");
    host_finish(&host);
}

/* What the configuration says of networks and projects is looked at before anything is asked. */
static void test_values_that_cannot_be_are_told_at_once(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        const char *part;
    } cases[] = {
        {"network", "../x", "`network` cannot be `../x`: write NAME, or projects/HOST"},
        {"network", "a b", "`network` cannot be `a b`"},
        {"subnetwork", "projects/../x", "`subnetwork` cannot be `projects/../x`"},
        {"extra_networks", "x\ny", "`extra_networks` cannot be"},
        {"rdma_network", "Roce", "`rdma_network` cannot be `Roce`"},
        {"zone", "us-central1", "`us-central1` is no zone: write one, such as `us-central1-a`"},
        {"zone", "a", "`a` is no zone"},
        {"zone", "us-central1-", "`us-central1-` is no zone"},
        {"service_account", "me", "`service_account` cannot be `me`: write its email"},
        {"quota_project", "a\nb", "cannot be the project whose quota is used: write its id"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        const aw_setting item = {cases[i].name, &cases[i].value, 1};
        const aw_settings settings = {
            .size = sizeof settings, .count = 1, .items = &item, .name = "gcp"};
        host_init(&host, &(struct host_world){.settings = &settings});
        assert_failed(&host, AW_E_INVALID, cases[i].part);
        host_finish(&host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_project_is_looked_for_in_googles_order),
        cmocka_unit_test(test_the_configuration_comes_first),
        cmocka_unit_test(test_google_may_be_elsewhere),
        cmocka_unit_test(test_without_a_project_the_remedy_is_told),
        cmocka_unit_test(test_a_project_that_would_lead_elsewhere_is_refused),
        cmocka_unit_test(test_values_that_cannot_be_are_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
