/* SPDX-License-Identifier: Apache-2.0 */
/* Which offers of a plugin are refused, and what is said about them. */
#include "core/table_rows.h"
#include "tests/sample_offer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static aw_gpu gh200;
static aw_offer offer;

static int make_offer(void **state)
{
    (void)state;
    gh200 = sample_gpu();
    offer = sample_offer(&gh200);
    return 0;
}

static void accept(void)
{
    aw_error error;
    if (offer_check(&offer, &error) != 0)
        fail_msg("%s", error.message);
}

static void refuse(const char *problem)
{
    aw_error error;
    assert_int_equal(offer_check(&offer, &error), -1);
    assert_int_equal(error.code, AW_E_PROTOCOL);
    if (!strstr(error.message, problem))
        fail_msg("\"%s\" does not say \"%s\"", error.message, problem);
}

static const char *text_of(char *buffer, size_t size)
{
    memset(buffer, 'x', size);
    buffer[size] = '\0';
    return buffer;
}

static void test_a_good_offer_may_leave_much_unsaid(void **state)
{
    (void)state;
    accept();
    offer = (aw_offer){.size = sizeof offer, .arch = AW_ARCH_AMD64, .instance_type = "a"};
    accept();
    gh200 = (aw_gpu){.size = sizeof gh200, .count = 1, .name = "T4G"};
    offer.gpu = &gh200;
    accept();
}

static void test_numbers_too_large_to_be_true_are_refused_by_name(void **state)
{
    (void)state;
    const aw_offer good = offer;
    offer.memory_mib = UINT32_MAX + 1ull;
    refuse("its memory_mib is too large");
    offer = good;
    offer.disk_mib = UINT64_MAX;
    refuse("its disk_mib is too large");
    offer = good;
    offer.price_nusd_per_hour = INT64_MAX + 1ull;
    refuse("its price_nusd_per_hour is too large");
    offer = good;
    offer.spot = 2;
    refuse("its spot is too large");
    offer = good;
    offer.priced = 7;
    refuse("its priced is too large");
    offer = good;
    gh200.memory_mib = UINT32_MAX + 1ull;
    refuse("its gpu->memory_mib is too large");
}

static void test_an_offer_that_breaks_a_rule_is_refused_by_name(void **state)
{
    (void)state;
    const aw_offer good = offer;
    offer.instance_type = "";
    refuse("its instance_type is missing");
    offer.instance_type = NULL;
    refuse("its instance_type is missing");
    offer = good;
    offer.arch = AW_ARCH_ANY;
    refuse("its arch is neither amd64 nor arm64");
    offer.arch = AW_ARCH_UNKNOWN;
    refuse("its arch is neither");
    offer.arch = AW_ARCH_ARM64 | 16;
    refuse("its arch is neither");
    offer = good;
    gh200.count = 0;
    refuse("its gpu->count is 0");
    gh200.count = 1;
    gh200.name = NULL;
    refuse("its gpu->name is missing");
    gh200.name = "GH200";
    gh200.vendor = "nv\tidia";
    refuse("its gpu->vendor has control characters");
}

static void test_texts_have_a_length_and_are_clean(void **state)
{
    (void)state;
    char text[4097];
    const aw_offer good = offer;
    offer.instance_type = text_of(text, 255);
    accept();
    offer.instance_type = text_of(text, 256);
    refuse("its instance_type is too long");
    offer.instance_type = "gpu\033[31m";
    refuse("its instance_type has control characters");
    offer = good;
    offer.region = text_of(text, 256);
    refuse("its region is too long");
    offer.region = "\xff";
    refuse("its region has control characters or is no UTF-8");
    offer = good;
    offer.zone = text_of(text, 1023);
    accept();
    offer.zone = text_of(text, 1024);
    refuse("its zone is too long");
    offer = good;
    offer.data = text_of(text, 4095);
    accept();
    offer.data = text_of(text, 4096);
    refuse("its data is too long");
}

#define OFFER_TEST(test) cmocka_unit_test_setup(test, make_offer)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFER_TEST(test_a_good_offer_may_leave_much_unsaid),
        OFFER_TEST(test_numbers_too_large_to_be_true_are_refused_by_name),
        OFFER_TEST(test_an_offer_that_breaks_a_rule_is_refused_by_name),
        OFFER_TEST(test_texts_have_a_length_and_are_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
