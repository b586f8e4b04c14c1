/* SPDX-License-Identifier: Apache-2.0 */
/* What DescribeInstanceTypes says of a type: its architecture, its sizes, its accelerators. */
#include "aws_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Lists types that have no prices and no zones. */
static const char *list_types(struct backend_host *host, const char *types)
{
    host->cached_count = 0;
    begin_and_answer(host, types, ZONES(""), PRICES(PRICE("another.type", "1")), SPOTS(""));
    return host_results(host);
}

#define ON_DEMAND USAGES(ITEM("on-demand"))
#define OF(name, words) TYPE(name, ON_DEMAND, words, "")
#define WITH(more) TYPES(TYPE("some.type", ON_DEMAND, ITEM("x86_64"), more))

static void test_the_answer_says_which_architecture_and_not_the_name(void **state)
{
    const char *results =
        list_types(*state, TYPES(OF("g5.xlarge", ITEM("x86_64")) OF("g5g.xlarge", ITEM("arm64"))
                                     OF("c7gn.large", ITEM("x86_64")) OF("m5.large", ITEM("arm64"))
                                         OF("zz-99top.nano", ITEM("arm64"))));
    assert_contains(results, "offer g5.xlarge in us-east-1: arch 1 by 1");
    assert_contains(results, "offer g5g.xlarge in us-east-1: arch 2 by 1");
    assert_contains(results, "offer c7gn.large in us-east-1: arch 1 by 1");
    assert_contains(results, "offer m5.large in us-east-1: arch 2 by 1");
    assert_contains(results, "offer zz-99top.nano in us-east-1: arch 2 by 1");
}

static void test_i386_beside_x86_64_is_amd64(void **state)
{
    const char *results = list_types(*state, TYPES(OF("t2.micro", ITEM("i386") ITEM("x86_64"))
                                                       OF("t2.nano", ITEM("x86_64") ITEM("i386"))));
    assert_contains(results, "offer t2.micro in us-east-1: arch 1 by 1");
    assert_contains(results, "offer t2.nano in us-east-1: arch 1 by 1");
    assert_lacks(results, "problem");
}

static void test_machines_for_macos_are_passed_over_in_silence(void **state)
{
    const char *results = list_types(*state, TYPES(OF("mac1.metal", ITEM("x86_64_mac"))
                                                       OF("mac2.metal", ITEM("arm64_mac"))
                                                           OF("t4g.nano", ITEM("arm64"))));
    assert_lacks(results, "mac");
    assert_contains(results, "offer t4g.nano in us-east-1: arch 2");
}

static void test_an_unknown_architecture_is_told_and_never_guessed(void **state)
{
    const char *results =
        list_types(*state, TYPES(OF("m5.large", ITEM("riscv64")) OF("c1.medium", ITEM("i386")) OF(
                               "m6.large", "") OF("m7.large", ITEM("x86_64") ITEM("riscv64"))));
    assert_contains(results, "problem 13: Instance type m5.large is left out: its architecture "
                             "\"riscv64\" is neither amd64 nor arm64");
    assert_contains(results, "problem 13: Instance type c1.medium is left out: its architecture "
                             "\"i386\"");
    assert_contains(results,
                    "problem 13: Instance type m6.large is left out: its architecture \"\"");
    assert_lacks(results, "offer m5.large");
    assert_lacks(results, "offer c1.medium");
    assert_lacks(results, "offer m6.large");
    assert_contains(results, "offer m7.large in us-east-1: arch 1");
}

static void test_a_type_that_runs_both_is_two_offers(void **state)
{
    const char *results =
        list_types(*state, TYPES(OF("chameleon.large", ITEM("arm64") ITEM("x86_64"))));
    assert_contains(results, "offer chameleon.large in us-east-1: arch 1 by 1");
    assert_contains(results, "offer chameleon.large in us-east-1: arch 2 by 1");
}

static void test_a_region_of_which_nothing_can_be_read_fails(void **state)
{
    struct backend_host *host = *state;
    list_types(host, TYPES(OF("m5.large", ITEM("riscv64"))));
    assert_failed(host, AW_E_PROTOCOL, "None of the 1 instance types of us-east-1 can be read");
}

static void test_one_type_that_cannot_be_read_does_not_hide_the_others(void **state)
{
    const char *results = list_types(
        *state, TYPES(ITEM("<instanceType>no.sizes</instanceType>" ARCHS(ITEM("arm64")))
                          ITEM("<instanceType>much.memory</instanceType>" ARCHS(ITEM("arm64"))
                                   SIZES("8", "99999999999999999999"))
                              ITEM("<instanceType>no vcpus!</instanceType>" ARCHS(ITEM("arm64"))
                                       SIZES("8", "1")) OF("good.type", ITEM("arm64"))));
    assert_contains(results, "Instance type no.sizes is left out: instanceTypeSet.item.vCpuInfo: "
                             "expected an element, found nothing");
    assert_contains(results, "Instance type much.memory is left out");
    assert_contains(results,
                    "Of the instance types of us-east-1 that AWS has answered, 1 cannot be "
                    "read; the first: \"no vcpus!\" is not the name of an instance type");
    assert_contains(results, "offer good.type");
}

static void test_a_gpu_has_a_maker_a_name_a_count_and_memory(void **state)
{
    assert_contains(
        list_types(*state, WITH(GPUS(GPU("NVIDIA", "A100",
                                         "<count>8</count><logicalGpuCount>8</logicalGpuCount>",
                                         "40960")))),
        ", 8 nvidia A100 of 40960 MiB,");
    assert_contains(
        list_types(*state, WITH(GPUS(GPU("AMD", "Radeon Pro V520", "<count>4</count>", "8192")))),
        ", 4 amd V520 of 8192 MiB,");
}

static void test_a_part_of_a_gpu_is_a_gpu(void **state)
{
    assert_contains(
        list_types(*state, WITH(GPUS(GPU("NVIDIA", "L4",
                                         "<count>0</count><logicalGpuCount>1</logicalGpuCount>"
                                         "<gpuPartitionSize>0.125</gpuPartitionSize>",
                                         "2861")))),
        ", 1 nvidia L4 of 2861 MiB,");
    assert_contains(list_types(*state, WITH(GPUS(GPU("NVIDIA", "L4", "<count>0</count>", "2861")))),
                    ", 1 nvidia L4 of 2861 MiB,");
}

static void test_gpus_of_one_kind_are_added_up_and_of_two_are_told(void **state)
{
    assert_contains(
        list_types(*state, WITH(GPUS(GPU("NVIDIA", "T4", "<count>2</count>", "16384")
                                         GPU("NVIDIA", "T4", "<count>1</count>", "16384")))),
        ", 3 nvidia T4 of 16384 MiB,");
    struct backend_host *host = *state;
    list_types(host, WITH(GPUS(GPU("NVIDIA", "T4", "<count>2</count>", "16384")
                                   GPU("NVIDIA", "L4", "<count>1</count>", "16384"))));
    assert_contains(host->error.message, "accelerators of several kinds, \"T4\" and \"L4\"");
}

static void test_other_accelerators_keep_their_names(void **state)
{
    assert_contains(
        list_types(*state, WITH(GPUS(GPU("Habana", "Gaudi HL-205", "<count>8</count>", "32768")))),
        ", 8 habana Gaudi of 32768 MiB,");
    assert_contains(
        list_types(
            *state,
            WITH("<neuronInfo><neuronDevices>" ITEM(
                "<count>16</count><name>Trainium</name><memoryInfo><sizeInMiB>32768</sizeInMiB>"
                "</memoryInfo>") "</neuronDevices></neuronInfo>")),
        ", 16 aws Trainium of 32768 MiB,");
    assert_contains(list_types(*state, WITH("<inferenceAcceleratorInfo><accelerators>" GPU(
                                           "AWS", "Inferentia", "<count>4</count>",
                                           "8192") "</accelerators></inferenceAcceleratorInfo>")),
                    ", 4 aws Inferentia of 8192 MiB,");
}

static void test_fpgas_and_video_encoders_are_no_gpus(void **state)
{
    const char *results = list_types(
        *state,
        WITH("<fpgaInfo><fpgas>" GPU(
            "Xilinx", "Virtex", "<count>8</count>",
            "65536") "</fpgas></fpgaInfo><mediaAcceleratorInfo>"
                     "<accelerators>" GPU("Xilinx", "U30", "<count>8</count>",
                                          "24576") "</accelerators></mediaAcceleratorInfo>"));
    assert_contains(results, "disk 0 MiB, availability 0");
}

static void test_local_disks_are_counted_in_decimal_gigabytes(void **state)
{
    assert_contains(
        list_types(*state, WITH("<instanceStorageInfo><totalSizeInGB>475</totalSizeInGB>"
                                "</instanceStorageInfo>")),
        "disk 452995 MiB,");
}

static void test_pages_follow_each_other_even_empty_ones(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, TYPES_THEN(OF("m6g.large", ITEM("arm64")), "a+b/c=="));
    host_answer(host, 200, ZONES(""));
    host_answer(host, 200, PRICES(PRICE("m5.large", "1")));
    host_answer(host, 200, SPOTS(""));
    assert_string_equal(host_last(host)->body, "Action=DescribeInstanceTypes&Version=2016-11-15"
                                               "&MaxResults=100&NextToken=a%2Bb%2Fc%3D%3D");
    host_answer(host, 200, EC2("DescribeInstanceTypes", "<instanceTypeSet/>" NEXT("t2")));
    host_answer(host, 200, EC2("DescribeInstanceTypes", NEXT("t3")));
    host_answer(host, 200,
                "<x:DescribeInstanceTypesResponse xmlns:x='urn:x'><!-- any legal XML -->"
                "<x:instanceTypeSet a='1'><x:item><x:instanceType><![CDATA[m5.]]>l&#97;rge"
                "</x:instanceType>" ARCHS(ITEM(" x86_64 "))
                    SIZES("2", "8192") "</x:item></x:instanceTypeSet><nextToken></nextToken>"
                                       "</x:DescribeInstanceTypesResponse>");
    assert_int_equal(host_waiting(host), 0);
    assert_contains(host_results(host), "offer m6g.large in us-east-1: arch 2");
    assert_contains(host_results(host),
                    "offer m5.large in us-east-1: arch 1 by 1, 2 vcpus, 8192 MiB");
}

static void test_a_page_that_leads_to_itself_ends_the_listing(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, TYPES_THEN("", "t1"));
    host_answer(host, 200, ZONES(""));
    host_answer(host, 200, PRICES(""));
    host_answer(host, 200, SPOTS(""));
    host_answer(host, 200, TYPES_THEN("", "t1"));
    assert_failed(host, AW_E_PROTOCOL, "its next page is the same one again");
}

static void test_pages_have_a_bound(void **state)
{
    struct backend_host *host = *state;
    char page[1024];
    begin_listing(host);
    for (int i = 0; i < 500 && !host->error.code; i++) {
        host->answered = 0;
        host->request_count = 1;
        snprintf(page, sizeof page, TYPES_THEN("", "token-%d"), i);
        host_answer(host, 200, page);
        host->requests[0] = host->requests[1];
    }
    assert_failed(host, AW_E_PROTOCOL, "it has more than 200 pages");
}

static void test_what_is_no_answer_fails_in_words(void **state)
{
    static const struct {
        const char *body;
        const char *words;
    } cases[] = {
        {"<html><title>Sign in</title></html>", "expected XML, found an HTML page"},
        {"{\"PriceList\":[]}", "expected XML, found JSON"},
        {"<DescribeInstanceTypesResponse><instanceTypeSet><item>", "cut off after 54 bytes"},
        {"<!DOCTYPE x [<!ENTITY e 'boom'>]><DescribeInstanceTypesResponse>&e;"
         "</DescribeInstanceTypesResponse>",
         "a document type"},
        {"<DescribeImagesResponse/>", "expected DescribeInstanceTypesResponse"},
        {"", "found nothing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct backend_host *host = *state;
        begin_listing(host);
        host_answer(host, 200, cases[i].body);
        assert_failed(host, AW_E_PROTOCOL, cases[i].words);
        assert_contains(host->error.message,
                        "AWS's answer to `DescribeInstanceTypes` cannot be read");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_the_answer_says_which_architecture_and_not_the_name),
        HOSTED(test_i386_beside_x86_64_is_amd64),
        HOSTED(test_machines_for_macos_are_passed_over_in_silence),
        HOSTED(test_an_unknown_architecture_is_told_and_never_guessed),
        HOSTED(test_a_type_that_runs_both_is_two_offers),
        HOSTED(test_a_region_of_which_nothing_can_be_read_fails),
        HOSTED(test_one_type_that_cannot_be_read_does_not_hide_the_others),
        HOSTED(test_a_gpu_has_a_maker_a_name_a_count_and_memory),
        HOSTED(test_a_part_of_a_gpu_is_a_gpu),
        HOSTED(test_gpus_of_one_kind_are_added_up_and_of_two_are_told),
        HOSTED(test_other_accelerators_keep_their_names),
        HOSTED(test_fpgas_and_video_encoders_are_no_gpus),
        HOSTED(test_local_disks_are_counted_in_decimal_gigabytes),
        HOSTED(test_pages_follow_each_other_even_empty_ones),
        HOSTED(test_a_page_that_leads_to_itself_ends_the_listing),
        HOSTED(test_pages_have_a_bound),
        HOSTED(test_what_is_no_answer_fails_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
