/* SPDX-License-Identifier: Apache-2.0 */
/* What Lambda Cloud sells, as offers: types, regions, architectures, GPUs. */
#include "lambda_world.h"

#include "backends/lambda/lambda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ITEM(name, type, regions)                                                                  \
    "\"" name "\":{\"instance_type\":" type ",\"regions_with_capacity_available\":[" regions "]}"
#define REGION(name) "{\"name\":\"" name "\",\"description\":\"\"}"
#define A10 TYPE("gpu_1x_a10", "A10 (24 GB PCIe)", "75", SPECS("1"), "")

static void list_offers(struct backend_host *host, const char *types)
{
    aw_offer_query query = {.size = sizeof query};
    host_begin(host);
    vtable()->list_offers(&host->op, &query);
    assert_int_equal(host->request_count, 1);
    host_answer(host, 200, types);
}

static void test_there_are_no_options(void **state)
{
    static const aw_header option = {"reservation", "r-1"};
    struct backend_host *host = *state;
    const aw_offer_query query = {.size = sizeof query, .options = &option, .option_count = 1};
    vtable()->list_offers(&host->op, &query);
    assert_failed(host, AW_E_INVALID, "Lambda Cloud has no option `reservation`: it has none.");
    assert_int_equal(host->request_count, 0);
}

static void test_a_type_is_an_offer_in_each_region_that_has_it(void **state)
{
    struct backend_host *host = *state;
    list_offers(host, "{\"data\":{" ITEM("gpu_1x_gh200", GH200,
                                         REGION("us-east-3") "," REGION("us-west-1")) "}}");
    assert_string_equal(host_last(host)->line, "GET https://cloud.lambda.ai/api/v1/instance-types");
    assert_true(host_last(host)->flags & AW_REQUEST_SHARED);
    assert_string_equal(
        host_results(host),
        "offer gpu_1x_gh200 in us-east-3: arch 2 by 2, 64 vcpus, 442368 MiB, disk 4194304 MiB, "
        "1 nvidia GH200 of 98304 MiB, 1490000000 nusd, availability 1\n"
        "offer gpu_1x_gh200 in us-west-1: arch 2 by 2, 64 vcpus, 442368 MiB, disk 4194304 MiB, "
        "1 nvidia GH200 of 98304 MiB, 1490000000 nusd, availability 1\n");
}

static void test_a_type_that_no_region_has_is_sold_out(void **state)
{
    struct backend_host *host = *state;
    list_offers(host, "{\"data\":{" ITEM("gpu_1x_a10", A10, "") "}}");
    assert_string_equal(host_results(host),
                        "offer gpu_1x_a10 in -: arch 1 by 2, 64 vcpus, 442368 MiB, disk "
                        "4194304 MiB, 1 nvidia A10 of 24576 MiB, 750000000 nusd, "
                        "availability 2\n");
}

static void test_the_statement_of_the_api_goes_before_the_rule(void **state)
{
    struct backend_host *host = *state;
    list_offers(host, "{\"data\":{" ITEM("gpu_1x_new",
                                         TYPE("gpu_1x_new", "N9 (96 GB)", "100", SPECS("1"),
                                              ",\"architecture\":\"aarch64\""),
                                         REGION("us-east-1")) "}}");
    assert_contains(host_results(host), "gpu_1x_new in us-east-1: arch 2 by 1,");
}

static void test_an_unreadable_architecture_is_reported_and_never_taken_for_amd64(void **state)
{
    struct backend_host *host = *state;
    list_offers(host, "{\"data\":{" ITEM("gpu_1x_odd",
                                         TYPE("gpu_1x_odd", "N9 (96 GB)", "100", SPECS("1"),
                                              ",\"architecture\":\"riscv64\""),
                                         REGION("us-east-1")) "," ITEM("gpu_1x_a10", A10, "") "}}");
    assert_lacks(host_results(host), "offer gpu_1x_odd");
    assert_contains(host_results(host),
                    "Instance type gpu_1x_odd is left out: architecture \"riscv64\"");
    assert_contains(host_results(host), "offer gpu_1x_a10");
    assert_int_equal(host->error.code, AW_OK);
}

static void test_the_rule_knows_the_superchips_and_only_them(void **state)
{
    static const struct {
        const char *item;
        const char *arch;
    } cases[] = {
        {ITEM("x", TYPE("gpu_4x_gb200", "GB200 (186 GB)", "1", SPECS("1"), ""), ""), "arch 2 by 2"},
        {ITEM("x", TYPE("gpu_1x_gb300", "GB300 (288 GB)", "1", SPECS("1"), ""), ""), "arch 2 by 2"},
        {ITEM("x", TYPE("gpu_1x_b200_sxm6", "B200 (180 GB SXM6)", "1", SPECS("1"), ""), ""),
         "arch 1 by 2"},
        {ITEM("x", TYPE("gpu_1x_h100", "H100 (80 GB PCIe)", "1", SPECS("1"), ""), ""),
         "arch 1 by 2"},
        {ITEM("x", TYPE("gpu_1x_xgh200", "XGH200 (80 GB)", "1", SPECS("1"), ""), ""),
         "arch 1 by 2"},
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kit_buf body;
        kit_buf_init(&body, kit_op_memory(&host->op), 4096);
        host_begin(host);
        kit_buf_addf(&body, "{\"data\":{%s}}", cases[i].item);
        aw_offer_query query = {.size = sizeof query};
        vtable()->list_offers(&host->op, &query);
        host_answer(host, 200, kit_buf_text(&body));
        assert_contains(host_results(host), cases[i].arch);
    }
}

static void test_a_type_without_a_price_is_unpriced_and_not_free(void **state)
{
    struct backend_host *host = *state;
    list_offers(host, "{\"data\":{" ITEM("gpu_1x_a10",
                                         TYPE("gpu_1x_a10", "A10 (24 GB)", "0", SPECS("1"), ""),
                                         "") "}}");
    assert_contains(host_results(host), "24576 MiB, availability 2");
    list_offers(host, "{\"data\":{" ITEM("gpu_1x_a10",
                                         TYPE("gpu_1x_a10", "A10 (24 GB)", "null", SPECS("1"), ""),
                                         "") "}}");
    assert_contains(host_results(host), "24576 MiB, availability 2");
}

static void test_a_number_that_cannot_be_true_leaves_out_its_type_alone(void **state)
{
    static const char *const bad[] = {
        ITEM("bad", TYPE("bad", "A10 (24 GB)", "99999999999999", SPECS("1"), ""), ""),
        ITEM("bad", TYPE("bad", "A10 (24 GB)", "-5", SPECS("1"), ""), ""),
        ITEM("bad", TYPE("bad", "A10 (24 GB)", "\"75\"", SPECS("1"), ""), ""),
        ITEM("bad", TYPE("bad", "A10 (24 GB)", "75", SPECS("2"), ""), ""),
        ITEM("bad", TYPE("bad", "A10 (24 FB)", "75", SPECS("1"), ""), ""),
        ITEM("bad", TYPE("", "A10 (24 GB)", "75", SPECS("1"), ""), ""),
        ITEM("bad", TYPE("bad", "A10 (24 GB)", "75", "{}", ""), ""),
        ITEM("bad", A10, REGION("")),
        ITEM("bad", A10, "7"),
        "\"bad\":null",
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        kit_buf body;
        host_begin(host);
        kit_buf_init(&body, kit_op_memory(&host->op), 4096);
        kit_buf_addf(&body, "{\"data\":{%s," ITEM("gpu_1x_gh200", GH200, "") "}}", bad[i]);
        aw_offer_query query = {.size = sizeof query};
        vtable()->list_offers(&host->op, &query);
        host_answer(host, 200, kit_buf_text(&body));
        assert_int_equal(host->error.code, AW_OK);
        assert_contains(host_results(host), "problem 13: Instance type bad is left out");
        assert_contains(host_results(host), "offer gpu_1x_gh200 in -");
        assert_lacks(host_results(host), "offer bad");
    }
}

static void test_a_listing_of_which_nothing_can_be_read_fails(void **state)
{
    struct backend_host *host = *state;
    list_offers(host, "{\"data\":{\"a\":7,\"b\":[]}}");
    assert_failed(host, AW_E_PROTOCOL, "None of the 2 instance types");
    list_offers(host, "{\"data\":[]}");
    assert_failed(host, AW_E_PROTOCOL, "data: expected an object");
    list_offers(host, "<html><title>Hello</title></html>");
    assert_failed(host, AW_E_PROTOCOL, "HTML");
    list_offers(host, "{\"data\":{}}");
    assert_int_equal(host->error.code, AW_OK);
}

static void test_gpus_are_read_from_the_words_of_the_provider(void **state)
{
    static const struct {
        const char *description;
        const char *gpu_description;
        uint32_t gpus;
        const char *name; /* NULL: none */
        uint64_t memory_mib;
    } cases[] = {
        {"8x Tesla V100 (16 GB)", "Tesla V100 (16 GB)", 8, "V100", 16384},
        {"8x Tesla V100 (16 GB)", "", 8, "V100", 16384},
        {"1x RTX 6000 (24 GB)", "RTX 6000 (24 GB)", 1, "RTX 6000", 24576},
        {"8x A100 (80 GB SXM4)", "A100 (80 GB SXM4)", 8, "A100", 81920},
        {"1x A10 (24 GB PCIe)", "A10 (24 GB PCIe)", 1, "A10", 24576},
        {"1x GH200 (96 GB)", "GH200 (96 GB)", 1, "GH200", 98304},
        {"GH200 (96 GB)", "N/A", 1, "GH200", 98304},
        {"1x NVIDIA H100 SXM5 (80GB HBM3)", "", 1, "H100", 81920},
        {"4x CPU General (16 GiB)", "N/A", 0, NULL, 0},
        {"4x CPU General (16 GiB)", "", 0, NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct lambda_gpu gpu;
        aw_error error = {.code = AW_OK};
        if (lambda_gpu_read(cases[i].description, cases[i].gpu_description, cases[i].gpus, &gpu,
                            &error))
            fail_msg("%s: %s", cases[i].description, error.message);
        assert_int_equal(gpu.count, cases[i].gpus);
        assert_int_equal(gpu.memory_mib, cases[i].memory_mib);
        if (cases[i].name)
            assert_string_equal(gpu.name, cases[i].name);
        if (cases[i].name)
            assert_string_equal(gpu.vendor, "nvidia");
    }
}

static void test_words_about_gpus_that_are_not_understood_are_refused(void **state)
{
    static const struct {
        const char *description;
        const char *gpu_description;
        uint32_t gpus;
    } cases[] = {
        {"8x A100 (40 GB)", "A100 (40 GB)", 4},
        {"1x A100 (40 GB)", "A100 (40 GB)", 0},
        {"4x CPU General (16 GiB)", "N/A", 1},
        {"1x A100", "A100", 1},
        {"1x A100 (40 GB", "A100 (40 GB", 1},
        {"1x A100 (40 GB) or so", "A100 (40 GB) or so", 1},
        {"1x A100 (40 GB cheap)", "A100 (40 GB cheap)", 1},
        {"1x A100 (0 GB)", "A100 (0 GB)", 1},
        {"1x A100 (99999999999999999999 GB)", "A100 (99999999999999999999 GB)", 1},
        {"1x  (40 GB)", " (40 GB)", 1},
        {"1x A\x1b[31m (40 GB)", "A\x1b[31m (40 GB)", 1},
        {"", "", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct lambda_gpu gpu;
        aw_error error = {.code = AW_OK};
        if (lambda_gpu_read(cases[i].description, cases[i].gpu_description, cases[i].gpus, &gpu,
                            &error) == 0)
            fail_msg("%s was read as %u of %s", cases[i].description, gpu.count, gpu.name);
        assert_int_equal(error.code, AW_E_PROTOCOL);
    }
}

static void test_regions_are_those_of_the_images_each_once(void **state)
{
    struct backend_host *host = *state;
    host_begin(host);
    vtable()->regions(&host->op);
    assert_string_equal(host_last(host)->line, "GET https://cloud.lambda.ai/api/v1/images");
    host_answer(
        host, 200,
        "{\"data\":[{\"region\":{\"name\":\"us-east-3\",\"description\":\"Washington, DC\"}},"
        "{\"region\":{\"name\":\"us-west-1\",\"description\":\"California\"}},"
        "{\"region\":{\"name\":\"us-east-3\",\"description\":\"Washington, DC\"}}]}");
    assert_string_equal(host_results(host),
                        "region us-east-3 (Washington, DC)\nregion us-west-1 (California)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_there_are_no_options),
        HOSTED(test_a_type_is_an_offer_in_each_region_that_has_it),
        HOSTED(test_a_type_that_no_region_has_is_sold_out),
        HOSTED(test_the_statement_of_the_api_goes_before_the_rule),
        HOSTED(test_an_unreadable_architecture_is_reported_and_never_taken_for_amd64),
        HOSTED(test_the_rule_knows_the_superchips_and_only_them),
        HOSTED(test_a_type_without_a_price_is_unpriced_and_not_free),
        HOSTED(test_a_number_that_cannot_be_true_leaves_out_its_type_alone),
        HOSTED(test_a_listing_of_which_nothing_can_be_read_fails),
        cmocka_unit_test(test_gpus_are_read_from_the_words_of_the_provider),
        cmocka_unit_test(test_words_about_gpus_that_are_not_understood_are_refused),
        HOSTED(test_regions_are_those_of_the_images_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
