/* SPDX-License-Identifier: Apache-2.0 */
/* Signing when OpenSSL runs out of memory: it fails, adds nothing, leaks nothing, and works
 * afterwards. */
#include "header_collector.h"

#include "backends/aws/sigv4.h"
#include "core/mem.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned allocations;
static unsigned fail_at; /* 0: none */
static long live;

static void *allocate(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (++allocations == fail_at)
        return NULL;
    live++;
    return malloc(size ? size : 1);
}

static void *reallocate(void *old, size_t size, const char *file, int line)
{
    if (!old)
        return allocate(size, file, line);
    return ++allocations == fail_at ? NULL : realloc(old, size);
}

static void release(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    live -= block != NULL;
    free(block);
}

static int sign(struct sigv4_keys *keys, const char *region, struct header_collector *found,
                aw_error *ret_error)
{
    aw_credentials credentials = {.size = sizeof credentials,
                                  .key_id = "AKIDEXAMPLE",
                                  .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
    aw_request request = {.size = sizeof request,
                          .name = "test",
                          .method = "POST",
                          .url = "https://ec2.us-east-1.amazonaws.com/",
                          .body = {"Action=DescribeRegions", 22}};
    struct sigv4_scope scope = {.region = region, .service = "ec2"};
    collector_init(found);
    *ret_error = (aw_error){.size = sizeof *ret_error};
    return sigv4_sign(keys, &scope, &request, &credentials, UINT64_C(1767225600000), &found->face,
                      ret_error);
}

static struct sigv4_keys *new_keys(void)
{
    struct sigv4_keys *keys = mem_alloc(sizeof *keys);
    assert_non_null(keys);
    return keys;
}

static void drop(struct sigv4_keys *keys)
{
    sigv4_keys_finish(keys);
    mem_free(keys);
}

/* Until a first signature with fresh keys meets no failure any more. Returns how many did. */
static unsigned sweep(const char *expected)
{
    struct header_collector found;
    aw_error error;
    for (unsigned n = 1; n < 1000; n++) {
        struct sigv4_keys *keys = new_keys();
        allocations = 0;
        fail_at = n;
        int status = sign(keys, "us-east-1", &found, &error);
        unsigned reached = allocations >= n;
        fail_at = 0;
        if (status) {
            assert_int_equal(found.count, 0);
            assert_true(error.code == AW_E_NO_MEMORY || error.code == AW_E_INTERNAL);
            assert_true(strstr(error.message, "memory") != NULL);
            assert_int_equal(ERR_peek_error(), 0);
            assert_int_equal(sign(keys, "us-east-1", &found, &error), 0);
        }
        assert_string_equal(collected_value(&found, "authorization"), expected);
        drop(keys);
        if (!reached)
            return n - 1;
    }
    return 0;
}

static void test_every_failed_allocation_fails_one_signature_only(void **state)
{
    (void)state;
    char expected[1024];
    struct header_collector found;
    aw_error error;
    struct sigv4_keys *keys = new_keys();
    assert_int_equal(sign(keys, "us-east-1", &found, &error), 0);
    snprintf(expected, sizeof expected, "%s", collected_value(&found, "authorization"));
    drop(keys);
    long before = live;
    assert_true(sweep(expected) > 10);
    assert_int_equal(live, before);
}

static void test_signing_takes_no_memory_that_it_keeps(void **state)
{
    (void)state;
    struct header_collector found;
    aw_error error;
    struct sigv4_keys *keys = new_keys();
    assert_int_equal(sign(keys, "us-east-1", &found, &error), 0);
    long before = live;
    allocations = 0;
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(sign(keys, "us-east-1", &found, &error), 0);
    assert_int_equal(live, before);
    /* One for the state of each of the four hashes: OpenSSL's own. */
    assert_true(allocations <= 400);
    drop(keys);
}

int main(void)
{
    if (!CRYPTO_set_mem_functions(allocate, reallocate, release))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_failed_allocation_fails_one_signature_only),
        cmocka_unit_test(test_signing_takes_no_memory_that_it_keeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
