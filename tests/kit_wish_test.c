/* SPDX-License-Identifier: Apache-2.0 */
/* A wish that outlives the call that brought it. */
#include "kit/wish.h"

#include "kit_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A wish whose every text lies in memory that the test overwrites. */
struct source {
    char type[16], region[16], zone[16], data[16], name[16], owner[16], token[16], image[16];
    char key[16], bytes[8], tag[2][8], option[2][16];
    const char *keys[1];
    aw_header tags[1], options[1];
    aw_create wish;
};

static void fill(struct source *source)
{
    *source = (struct source){
        .type = "c7g.large",
        .region = "eu-west-1",
        .zone = "eu-west-1a",
        .data = "gpu=x",
        .name = "runner",
        .owner = "me",
        .token = "0123",
        .image = "ami-1",
        .key = "ssh-rsa A",
        .bytes = "#!\0x",
        .tag = {"team", "a"},
        .option = {"subnet", "subnet-1"},
    };
    source->keys[0] = source->key;
    source->tags[0] = (aw_header){source->tag[0], source->tag[1]};
    source->options[0] = (aw_header){source->option[0], source->option[1]};
    source->wish = (aw_create){
        .size = sizeof source->wish,
        .arch = AW_ARCH_ARM64,
        .spot = 1,
        .ssh_key_count = 1,
        .instance_type = source->type,
        .region = source->region,
        .zone = source->zone,
        .offer_data = source->data,
        .name = source->name,
        .owner = source->owner,
        .token = source->token,
        .image = source->image,
        .ssh_keys = source->keys,
        .user_data = {source->bytes, 4},
        .disk_mib = 7,
        .tags = source->tags,
        .tag_count = 1,
        .options = source->options,
        .option_count = 1,
    };
}

static void assert_is_whole(const aw_create *wish)
{
    assert_int_equal(wish->arch, AW_ARCH_ARM64);
    assert_int_equal(wish->disk_mib, 7);
    assert_string_equal(wish->instance_type, "c7g.large");
    assert_string_equal(wish->region, "eu-west-1");
    assert_string_equal(wish->zone, "eu-west-1a");
    assert_string_equal(wish->offer_data, "gpu=x");
    assert_string_equal(wish->name, "runner");
    assert_string_equal(wish->owner, "me");
    assert_string_equal(wish->token, "0123");
    assert_string_equal(wish->image, "ami-1");
    assert_string_equal(wish->ssh_keys[0], "ssh-rsa A");
    assert_memory_equal(wish->user_data.data, "#!\0x", 4);
    assert_string_equal(wish->tags[0].name, "team");
    assert_string_equal(wish->tags[0].value, "a");
    assert_string_equal(kit_wish_option(wish, "subnet"), "subnet-1");
    assert_null(kit_wish_option(wish, "colour"));
}

static void test_a_copy_needs_nothing_of_its_source(void **state)
{
    struct kit_host host;
    struct source source;
    (void)state;
    kit_host_init(&host);
    fill(&source);
    const aw_create *copy = kit_wish_copy(&host.op, &source.wish);
    memset(&source, 'x', sizeof source);
    assert_non_null(copy);
    assert_is_whole(copy);
    kit_host_finish(&host);
}

static void test_what_is_not_said_stays_so(void **state)
{
    const aw_create wish = {.size = sizeof wish, .token = "0123"};
    struct kit_host host;
    (void)state;
    kit_host_init(&host);
    const aw_create *copy = kit_wish_copy(&host.op, &wish);
    assert_non_null(copy);
    assert_null(copy->image);
    assert_null(copy->zone);
    assert_int_equal(copy->user_data.size, 0);
    assert_null(kit_wish_option(copy, "subnet"));
    kit_host_finish(&host);
}

/* The core of an older ABI has a shorter struct: what stands behind it is none of the wish. */
static void test_a_shorter_wish_is_read_to_its_end(void **state)
{
    struct source source;
    struct kit_host host;
    (void)state;
    kit_host_init(&host);
    fill(&source);
    source.wish.size = (uint32_t)offsetof(aw_create, options);
    const aw_create *copy = kit_wish_copy(&host.op, &source.wish);
    assert_non_null(copy);
    assert_int_equal(copy->size, sizeof *copy);
    assert_string_equal(copy->tags[0].name, "team");
    assert_int_equal(copy->option_count, 0);
    kit_host_finish(&host);
}

static void assert_refused(const aw_header *option, const char *const *known, const char *message)
{
    const aw_create wish = {.size = sizeof wish, .options = option, .option_count = 1};
    const aw_offer_query query = {.size = sizeof query, .options = option, .option_count = 1};
    aw_error error = {.size = sizeof error};
    assert_int_equal(kit_wish_options_check(&wish, "Acme", known, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    assert_string_equal(error.message, message);
    error = (aw_error){.size = sizeof error};
    assert_int_equal(kit_query_options_check(&query, "Acme", known, &error), -1);
    assert_string_equal(error.message, message);
}

static void test_an_unknown_option_is_refused_with_those_that_there_are(void **state)
{
    static const char *const one[] = {"pool", NULL};
    static const char *const three[] = {"pool", "subnet", "rack", NULL};
    static const aw_header colour = {"colour", "blue"};
    static const aw_header sub_net = {"sub-net", "s-1"};
    (void)state;
    assert_refused(&colour, NULL, "Acme has no option `colour`: it has none.");
    assert_refused(&colour, one, "Acme has no option `colour`: there is `pool`.");
    assert_refused(&sub_net, three,
                   "Acme has no option `sub-net`: there are `pool`, `subnet` and `rack`. "
                   "Did you mean `subnet`?");
}

static void test_an_option_that_is_given_twice_is_refused(void **state)
{
    static const char *const known[] = {"pool", "subnet", NULL};
    static const aw_header options[] = {{"pool", "a"}, {"subnet", "s-1"}, {"pool", "b"}};
    const aw_offer_query query = {.size = sizeof query, .options = options, .option_count = 3};
    aw_error error = {.size = sizeof error};
    (void)state;
    assert_int_equal(kit_query_options_check(&query, "Acme", known, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    assert_string_equal(error.message,
                        "The option `pool` is given twice, and Acme takes one: choose.");
}

static void test_known_options_and_queries_without_any_pass(void **state)
{
    static const char *const known[] = {"pool", "subnet", NULL};
    static const aw_header both[] = {{"subnet", "s-1"}, {"pool", "p"}};
    const aw_create wish = {.size = sizeof wish, .options = both, .option_count = 2};
    const aw_offer_query older = {.size = offsetof(aw_offer_query, options), .option_count = 7};
    aw_error error = {.size = sizeof error};
    (void)state;
    assert_int_equal(kit_wish_options_check(&wish, "Acme", known, &error), 0);
    assert_int_equal(kit_query_options_check(&older, "Acme", NULL, &error), 0);
    assert_int_equal(error.code, AW_OK);
}

static void test_without_memory_there_is_no_copy(void **state)
{
    bool copied = false;
    unsigned fail_at = 0;
    (void)state;
    while (!copied) {
        struct kit_host host;
        struct source source;
        kit_host_init(&host);
        host.fail_at = ++fail_at;
        fill(&source);
        copied = kit_wish_copy(&host.op, &source.wish) != NULL;
        assert_int_equal(copied, fail_at > host.allocations);
        kit_host_finish(&host);
    }
    assert_true(fail_at > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_copy_needs_nothing_of_its_source),
        cmocka_unit_test(test_what_is_not_said_stays_so),
        cmocka_unit_test(test_a_shorter_wish_is_read_to_its_end),
        cmocka_unit_test(test_an_unknown_option_is_refused_with_those_that_there_are),
        cmocka_unit_test(test_an_option_that_is_given_twice_is_refused),
        cmocka_unit_test(test_known_options_and_queries_without_any_pass),
        cmocka_unit_test(test_without_memory_there_is_no_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
