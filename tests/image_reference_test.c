/* SPDX-License-Identifier: Apache-2.0 */
/* The names of images, as https://github.com/distribution/reference reads them. */
#include "core/image_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHA "sha256:" HEX

static void accept(const char *text, const char *registry, const char *repository, const char *tag,
                   const char *digest)
{
    struct arena arena;
    struct image_reference found;
    aw_error error = {0};
    arena_init(&arena, false);
    if (image_reference_read(&arena, text, &found, &error))
        fail_msg("%s: %s", text, error.message);
    assert_string_equal(found.registry, registry);
    assert_string_equal(found.repository, repository);
    assert_string_equal(found.tag ? found.tag : "", tag);
    assert_string_equal(found.digest ? found.digest : "", digest);
    arena_finish(&arena);
}

static void refuse(const char *text, const char *says)
{
    struct arena arena;
    struct image_reference found = {.tag = "untouched"};
    aw_error error = {0};
    arena_init(&arena, false);
    if (!image_reference_read(&arena, text, &found, &error))
        fail_msg("%s was accepted", text);
    assert_int_equal(error.code, AW_E_INVALID);
    if (!strstr(error.message, says))
        fail_msg("%s: %s", text, error.message);
    assert_string_equal(found.tag, "untouched");
    arena_finish(&arena);
}

static void test_what_is_left_out_is_the_hub_its_library_and_latest(void **state)
{
    (void)state;
    accept("nginx", "docker.io", "library/nginx", "latest", "");
    accept("nginx:1.27", "docker.io", "library/nginx", "1.27", "");
    accept("org/app", "docker.io", "org/app", "latest", "");
    accept("docker.io/nginx", "docker.io", "library/nginx", "latest", "");
    accept("index.docker.io/nginx", "docker.io", "library/nginx", "latest", "");
    accept("registry-1.docker.io/library/nginx", "docker.io", "library/nginx", "latest", "");
    accept("a/b/c/d", "docker.io", "a/b/c/d", "latest", "");
    accept("nginx@" SHA, "docker.io", "library/nginx", "", SHA);
    accept("nginx:1.27@" SHA, "docker.io", "library/nginx", "1.27", SHA);
    accept("nginx@sha512:" HEX HEX, "docker.io", "library/nginx", "", "sha512:" HEX HEX);
}

static void test_a_first_piece_with_a_dot_or_a_port_or_localhost_is_a_registry(void **state)
{
    (void)state;
    accept("ghcr.io/org/app:v1.2", "ghcr.io", "org/app", "v1.2", "");
    accept("localhost/app", "localhost", "app", "latest", "");
    accept("localhost:5000/app", "localhost:5000", "app", "latest", "");
    accept("localhost:5000", "docker.io", "library/localhost", "5000", "");
    accept("127.0.0.1:5000/a:b", "127.0.0.1:5000", "a", "b", "");
    accept("[::1]:5000/a:b", "[::1]:5000", "a", "b", "");
    accept("[2001:db8::1]/a@" SHA, "[2001:db8::1]", "a", "", SHA);
    accept("host:80/a", "host:80", "a", "latest", "");
    accept("GHCR.io/a", "GHCR.io", "a", "latest", "");
    accept("xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com", "myimage", "xn--n3h.com", "");
}

static void test_a_repository_has_single_separators_within(void **state)
{
    (void)state;
    accept("x/a.b_c__d---e/f", "docker.io", "x/a.b_c__d---e/f", "latest", "");
    refuse("foo_bar.com/x", "its registry is no host");
}

static void test_the_name_is_written_out_whole(void **state)
{
    struct arena arena;
    struct image_reference found;
    (void)state;
    arena_init(&arena, false);
    assert_int_equal(image_reference_read(&arena, "nginx:1@" SHA, &found, NULL), 0);
    assert_string_equal(found.name, "docker.io/library/nginx:1@" SHA);
    assert_string_equal(image_reference_wanted(&found), SHA);
    assert_int_equal(image_reference_read(&arena, "nginx", &found, NULL), 0);
    assert_string_equal(image_reference_wanted(&found), "latest");
    arena_finish(&arena);
}

static void test_upper_case_is_refused_with_what_to_write(void **state)
{
    (void)state;
    refuse("NGINX", "repositories are written in lower case. Write nginx");
    refuse("NVIDIA/cuda:12", "Write nvidia/cuda");
    refuse("ghcr.io/Org/App", "Write org/app");
}

static void test_what_is_no_reference_is_refused_with_the_reason(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "it is empty"},
        {":tag", "write REPOSITORY:TAG"},
        {"ghcr.io/", "write REPOSITORY:TAG"},
        {"https://ghcr.io/org/app", "write it without https://"},
        {"docker://nginx", "write it without docker://"},
        {"nginx:", "a tag is"},
        {"nginx:.a", "a tag is"},
        {"nginx:-a", "a tag is"},
        {"nginx:a b", "a tag is"},
        {"nginx@", "a digest is"},
        {"nginx@sha256:abc", "a digest is"},
        {"nginx@md5:" HEX, "a digest is"},
        {"nginx@sha256:" HEX "00", "a digest is"},
        {"nginx@SHA256:" HEX, "a digest is"},
        {"a//b", "a repository is"},
        {"/a", "a repository is"},
        {"a/", "a repository is"},
        {"-a", "a repository is"},
        {"a-", "a repository is"},
        {"a..b", "a repository is"},
        {"a___b", "a repository is"},
        {"a._b", "a repository is"},
        {"a b", "a repository is"},
        {"a\nb", "a repository is"},
        {"../etc", "its registry is no host"},
        {"-.com/a", "its registry is no host"},
        {"a.-b.com/a", "its registry is no host"},
        {"host:port/a", "its registry is no host"},
        {"host:123456/a", "its registry is no host"},
        {"[::1/a", "its registry is no host"},
        {"a?.com/a", "its registry is no host"},
        {"user@host.com/a", "a digest is"},
        {HEX, "REPOSITORY@sha256:ID"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuse(cases[i].text, cases[i].says);
}

static void test_lengths_have_limits(void **state)
{
    char name[300];
    char tag[200] = "a:";
    (void)state;
    memset(name, 'x', sizeof name);
    name[1] = '/';
    name[255] = '\0';
    accept(name, "docker.io", name, "latest", "");
    name[255] = 'x';
    name[256] = '\0';
    refuse(name, "more than 255 characters");
    memset(tag + 2, 't', 128);
    accept(tag, "docker.io", "library/a", tag + 2, "");
    tag[130] = 't';
    refuse(tag, "a tag is at most 128");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_left_out_is_the_hub_its_library_and_latest),
        cmocka_unit_test(test_a_first_piece_with_a_dot_or_a_port_or_localhost_is_a_registry),
        cmocka_unit_test(test_a_repository_has_single_separators_within),
        cmocka_unit_test(test_the_name_is_written_out_whole),
        cmocka_unit_test(test_upper_case_is_refused_with_what_to_write),
        cmocka_unit_test(test_what_is_no_reference_is_refused_with_the_reason),
        cmocka_unit_test(test_lengths_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
