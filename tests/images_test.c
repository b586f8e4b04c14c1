/* SPDX-License-Identifier: Apache-2.0 */
/* What machines boot, asked of each backend through its loaded plugin. */
#include "core/mem.h"
#include "kit/buf.h"

#include <archway/archway.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/"

/* All that a job found, a line each, and its problems. */
static void describe(const archway_job *job, kit_buf *text)
{
    const aw_image *image;
    const char *backend = NULL;
    for (uint64_t i = 0; (image = archway_job_boot_image(job, i, &backend)) != NULL; i++)
        kit_buf_addf(text, "%s %s %s %s %s (%s)\n", backend, image->region ? image->region : "all",
                     archway_arch_name(image->arch), image->gpu ? "gpu" : "cpu", image->id,
                     image->name ? image->name : "");
    for (uint64_t i = 0; i < archway_job_problem_count(job); i++)
        kit_buf_addf(text, "%s %s: %s\n", archway_job_problem(job, i)->backend,
                     archway_job_problem(job, i)->region,
                     archway_code_name(archway_job_problem(job, i)->code));
}

static void assert_images(const char *provider, const char *region, const char *expected)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf text;
    char recording[512];
    char config[512];
    archway *aw = NULL;
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    snprintf(recording, sizeof recording, FIXTURES "%s/images.http", provider);
    snprintf(config, sizeof config, FIXTURES "%s/images.yaml", provider);
    const archway_options options = {.size = sizeof options,
                                     .config_path = access(config, F_OK) ? NULL : config,
                                     .default_plugin_dir = PLUGIN_DIR,
                                     .replay_path = recording,
                                     .owner = "my-server"};
    if (archway_open(&options, &aw, &error) ||
        archway_boot_images(aw, provider, region, NULL, &job, &error))
        fail_msg("%s", error.message);
    while (!archway_job_done(job))
        archway_run(aw, job);
    kit_buf_init(&text, mem_kit(), 65536);
    describe(job, &text);
    assert_string_equal(kit_buf_text(&text), expected);
    archway_job_destroy(job);
    if (archway_close(aw, &error))
        fail_msg("%s", error.message);
}

static void test_ec2_names_the_current_images_of_a_region(void **state)
{
    (void)state;
    assert_images("aws", NULL,
                  "aws eu-west-1 amd64 cpu ami-0e86e20dae9224db8 ()\n"
                  "aws eu-west-1 amd64 gpu ami-0f0e1d2c3b4a59687 ()\n"
                  "aws eu-west-1 arm64 cpu ami-0c1a7f89451184c8b ()\n");
}

static void
test_google_is_asked_once_for_all_regions_and_a_family_that_is_gone_is_told(void **state)
{
    (void)state;
    assert_images(
        "gcp", NULL,
        "gcp all amd64 cpu projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64 "
        "(ubuntu-2404-noble-amd64-v20260812)\n"
        "gcp all amd64 gpu projects/ubuntu-os-accelerator-images/global/images/family/"
        "ubuntu-accelerator-2404-amd64-with-nvidia-580 "
        "(ubuntu-accelerator-2404-amd64-with-nvidia-580-v20260805)\n"
        "gcp all arm64 cpu projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-arm64 "
        "(ubuntu-2404-noble-arm64-v20260812)\n"
        "gcp : not_found\n");
}

#define STACK_EAST "e57d5fc7-36e7-4f9a-953f-3429c1f7e3b7 (Lambda Stack 24.04)\n"
#define STACK_SOUTH "21c00c0d-7a24-49ad-8192-a6858dd00dad (Lambda Stack 24.04)\n"

static void test_lambda_has_its_latest_stack_of_each_region(void **state)
{
    (void)state;
    assert_images("lambda", NULL,
                  "lambda us-east-3 arm64 cpu " STACK_EAST "lambda us-east-3 arm64 gpu " STACK_EAST
                  "lambda us-south-2 amd64 cpu " STACK_SOUTH
                  "lambda us-south-2 amd64 gpu " STACK_SOUTH);
}

static void test_one_region_may_be_asked_for(void **state)
{
    (void)state;
    assert_images("lambda", "us-south-2",
                  "lambda us-south-2 amd64 cpu " STACK_SOUTH
                  "lambda us-south-2 amd64 gpu " STACK_SOUTH);
}

static void test_hetzner_names_one_for_both(void **state)
{
    (void)state;
    assert_images("hetzner", NULL,
                  "hetzner all amd64 cpu ubuntu-24.04 ()\nhetzner all arm64 cpu ubuntu-24.04 ()\n");
}

static void test_a_machine_of_ones_own_has_what_is_installed(void **state)
{
    (void)state;
    assert_images("onprem", NULL,
                  "onprem gh1.lab arm64 gpu Ubuntu 24.04.2 LTS ()\nonprem gh2.lab: unavailable\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ec2_names_the_current_images_of_a_region),
        cmocka_unit_test(
            test_google_is_asked_once_for_all_regions_and_a_family_that_is_gone_is_told),
        cmocka_unit_test(test_lambda_has_its_latest_stack_of_each_region),
        cmocka_unit_test(test_one_region_may_be_asked_for),
        cmocka_unit_test(test_hetzner_names_one_for_both),
        cmocka_unit_test(test_a_machine_of_ones_own_has_what_is_installed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
