/* SPDX-License-Identifier: Apache-2.0 */
/* Which login is found under which name, and what challenges say. */
#include "core/image_challenge.h"
#include "core/image_crypto.h"
#include "core/image_login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* "ada:one", "bob:two", "eve:three" */
#define ADA "{\"auth\":\"YWRhOm9uZQ==\"}"
#define BOB "{\"auth\":\"Ym9iOnR3bw==\"}"
#define EVE "{\"auth\":\"ZXZlOnRocmVl\"}"

static struct arena arena;

static struct image_login find(const char *file, const char *registry, const char *repository)
{
    struct image_login found = {0};
    aw_error error = {0};
    if (image_login_read(&arena, (aw_bytes){file, strlen(file)}, registry, repository, &found,
                         &error))
        fail_msg("%s", error.message);
    return found;
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, true);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_finish(&arena);
    return 0;
}

static void test_the_longest_name_counts(void **state)
{
    static const char file[] =
        "{\"auths\":{\"r.io\":" ADA ",\"r.io/team\":" BOB ",\"r.io/team/app\":" EVE "}}";
    (void)state;
    assert_string_equal(find(file, "r.io", "team/app").user, "eve");
    assert_string_equal(find(file, "r.io", "team/app").password, "three");
    assert_string_equal(find(file, "r.io", "team/other").user, "bob");
    assert_string_equal(find(file, "r.io", "teams/app").user, "ada");
    assert_null(find(file, "r.io:5000", "team/app").user);
    assert_null(find(file, "other.io", "team/app").user);
}

static void test_the_hub_is_known_by_its_old_address(void **state)
{
    (void)state;
    assert_string_equal(
        find("{\"auths\":{\"https://index.docker.io/v1/\":" ADA "}}", "docker.io", "library/a")
            .user,
        "ada");
    assert_string_equal(find("{\"auths\":{\"docker.io\":" ADA "}}", "docker.io", "library/a").user,
                        "ada");
    assert_string_equal(image_login_server("docker.io"), "https://index.docker.io/v1/");
    assert_string_equal(image_login_server("r.io:5000"), "r.io:5000");
}

static void test_a_part_of_another_registry_is_not_this_one(void **state)
{
    (void)state;
    assert_null(find("{\"auths\":{\"r.io/private\":" ADA "}}", "r.io", "public/app").user);
    assert_null(
        find("{\"auths\":{\"xr.io\":" ADA ",\"r.io.evil.com\":" BOB "}}", "r.io", "a").user);
    assert_string_equal(find("{\"auths\":{\"http://R.io/v2/\":" ADA "}}", "r.io", "a").user, "ada");
}

static void test_a_helper_is_named_for_a_registry_or_for_all(void **state)
{
    static const char file[] =
        "{\"credsStore\":\"desktop\",\"credHelpers\":{\"r.io\":\"ecr-login\"},"
        "\"auths\":{\"r.io\":" ADA ",\"s.io\":{},\"t.io\":" BOB "}}";
    (void)state;
    struct image_login found = find(file, "r.io", "a");
    assert_string_equal(found.helper, "ecr-login");
    assert_false(found.helper_is_for_all);
    found = find(file, "s.io", "a");
    assert_string_equal(found.helper, "desktop");
    assert_true(found.helper_is_for_all);
    assert_null(find(file, "t.io", "a").helper);
    assert_string_equal(find(file, "t.io", "a").user, "bob");
}

static void test_tokens_take_the_place_of_passwords(void **state)
{
    struct image_login found = {0};
    static const char answer[] = "{\"Username\":\"<token>\",\"Secret\":\"long one\"}";
    (void)state;
    assert_int_equal(
        image_login_read_helper(&arena, (aw_bytes){answer, strlen(answer)}, &found, NULL), 0);
    assert_string_equal(found.identity_token, "long one");
    assert_null(found.user);
    found = find("{\"auths\":{\"r.io\":{\"username\":\"u\",\"password\":\"p\"}}}", "r.io", "a");
    assert_string_equal(found.user, "u");
    assert_string_equal(found.password, "p");
}

static void test_a_file_that_makes_no_sense_is_refused_without_its_content(void **state)
{
    static const char *const files[] = {
        "",
        "not json",
        "[]",
        "{\"auths\":{\"r.io\":{\"auth\":\"!secret!\"}}}",
        "{\"auths\":{\"r.io\":{\"auth\":\"c2VjcmV0\"}}}", /* no colon */
        "{\"credHelpers\":{\"r.io\":\"../secret\"}}",
        "{\"credHelpers\":{\"r.io\":7}}"};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct image_login found = {.user = "untouched"};
        aw_error error = {0};
        assert_int_equal(image_login_read(&arena, (aw_bytes){files[i], strlen(files[i])}, "r.io",
                                          "a", &found, &error),
                         -1);
        assert_string_equal(found.user, "untouched");
        assert_null(strstr(error.message, "secret"));
    }
}

static bool challenge(const char *header, struct image_challenge *ret)
{
    const aw_header headers[] = {{"content-type", "text/plain"}, {"www-authenticate", header}};
    const aw_response answer = {.size = sizeof answer, .headers = headers, .header_count = 2};
    return image_challenge_read(&answer, ret);
}

static void test_the_best_challenge_is_taken(void **state)
{
    struct image_challenge found = {0};
    (void)state;
    assert_true(challenge("Basic realm=\"a, b\", Bearer realm=\"https://a/t\",service=\"s\\\"x\","
                          "scope=\"repository:a:pull\" , error=invalid_token",
                          &found));
    assert_int_equal(found.scheme, IMAGE_BEARER);
    assert_string_equal(found.realm, "https://a/t");
    assert_string_equal(found.service, "s\"x");
    assert_string_equal(found.scope, "repository:a:pull");
    assert_true(challenge("bearer REALM=https://a/t", &found));
    assert_string_equal(found.realm, "https://a/t");
    assert_true(challenge("Basic", &found));
    assert_int_equal(found.scheme, IMAGE_BASIC);
}

static void test_a_challenge_that_cannot_be_met_is_none(void **state)
{
    struct image_challenge found = {.scheme = IMAGE_BASIC};
    char long_realm[1200] = "Bearer realm=\"";
    (void)state;
    memset(long_realm + strlen(long_realm), 'a', 1100);
    assert_false(challenge("", &found));
    assert_false(challenge("Digest realm=\"a\"", &found));
    assert_false(challenge("Bearer service=\"a\"", &found));
    assert_false(challenge("Bearer realm=\"https://a", &found));
    assert_false(challenge(long_realm, &found));
    assert_int_equal(found.scheme, IMAGE_BASIC);
}

static void test_digests_are_those_of_the_standard(void **state)
{
    char digest[IMAGE_DIGEST_SIZE];
    (void)state;
    assert_int_equal(image_digest((aw_bytes){"abc", 3}, NULL, digest), 0);
    assert_string_equal(digest,
                        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(image_digest((aw_bytes){"abc", 3}, "sha512:", digest), 0);
    assert_string_equal(digest,
                        "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55"
                        "d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49"
                        "f");
    assert_string_equal(image_base64(&arena, "ada:one"), "YWRhOm9uZQ==");
    assert_string_equal(image_base64_decode(&arena, "YWRhOm9uZQ=="), "ada:one");
    assert_null(image_base64_decode(&arena, "YWRh="));
    assert_null(image_base64_decode(&arena, "===="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_longest_name_counts),
        cmocka_unit_test(test_the_hub_is_known_by_its_old_address),
        cmocka_unit_test(test_a_part_of_another_registry_is_not_this_one),
        cmocka_unit_test(test_a_helper_is_named_for_a_registry_or_for_all),
        cmocka_unit_test(test_tokens_take_the_place_of_passwords),
        cmocka_unit_test(test_a_file_that_makes_no_sense_is_refused_without_its_content),
        cmocka_unit_test(test_the_best_challenge_is_taken),
        cmocka_unit_test(test_a_challenge_that_cannot_be_met_is_none),
        cmocka_unit_test(test_digests_are_those_of_the_standard),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
