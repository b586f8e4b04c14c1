/* SPDX-License-Identifier: Apache-2.0 */
/* Which base URLs of an API are taken. */
#include "core/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void refuse(const char *url, const char *words)
{
    const char *fault = endpoint_fault(url);
    if (!fault || !strstr(fault, words))
        fail_msg("%s: %s", url, fault ? fault : "taken");
}

static void test_https_is_taken_anywhere(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "https://api.example.com",          "https://api.example.com/v1/",
        "https://api.example.com:65535/v1", "https://192.0.2.1:8443",
        "https://[2001:db8::1]:8443/",      "https://api.example.com/a%20b",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
        if (endpoint_fault(urls[i]))
            fail_msg("%s %s", urls[i], endpoint_fault(urls[i]));
}

static void test_plain_http_is_taken_on_this_machine_only(void **state)
{
    (void)state;
    assert_null(endpoint_fault("http://127.0.0.1:8080/api/v1"));
    assert_null(endpoint_fault("http://127.255.0.9"));
    assert_null(endpoint_fault("http://[::1]:80"));
    assert_null(endpoint_fault("http://localhost"));
    static const char *const urls[] = {
        "http://api.example.com",
        "http://128.0.0.1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://[::2]",
        "http://[::ffff:127.0.0.1]",
        "http://2130706433",
        "http://127.1",
        "http://0x7f.0.0.1",
        "http://localhost.",
        "http://0.0.0.0",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
        refuse(urls[i], "on this machine only");
}

static void test_other_schemes_are_refused(void **state)
{
    (void)state;
    refuse("ftp://example.com", "must start with https://");
    refuse("example.com", "must start with https://");
    refuse("file:///etc/passwd", "must start with https://");
    refuse("", "must start with https://");
}

static void test_credentials_do_not_stand_in_a_url(void **state)
{
    (void)state;
    refuse("https://me:secret@example.com", "user or a password");
    refuse("http://127.0.0.1@example.com", "user or a password");
    refuse("http://127.0.0.1:80@example.com/", "user or a password");
}

static void test_a_base_url_ends_before_its_query(void **state)
{
    (void)state;
    refuse("https://example.com/v1?key=1", "before the first `?`");
    refuse("https://example.com?key=1", "before the first `?`");
    refuse("https://example.com/#top", "before the first `?`");
}

static void test_host_and_port_are_what_they_should_be(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "https://",      "https:///v1",
        "https://:80",   "https://exa mple.com",
        "https://[::1",  "https://[nonsense]/",
        "https://[]",    "https://127.0.0.1\\example.com",
        "https://a%2eb", "https://b\303\274cher.example",
    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        refuse(hosts[i], "must name a host");
    static const char *const ports[] = {"https://a:",   "https://a:0",      "https://a:65536",
                                        "https://a:8o", "https://a:000080", "https://[::1]80"};
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        refuse(ports[i], "a port from 1 to 65535");
    refuse("https://a/b c", "percent-encoded");
    refuse("https://a/b\n", "percent-encoded");
}

static void test_a_host_as_long_as_can_be(void **state)
{
    (void)state;
    char url[512] = "https://";
    memset(url + 8, 'a', 253);
    assert_null(endpoint_fault(url));
    url[8 + 253] = 'a';
    refuse(url, "must name a host");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_https_is_taken_anywhere),
        cmocka_unit_test(test_plain_http_is_taken_on_this_machine_only),
        cmocka_unit_test(test_other_schemes_are_refused),
        cmocka_unit_test(test_credentials_do_not_stand_in_a_url),
        cmocka_unit_test(test_a_base_url_ends_before_its_query),
        cmocka_unit_test(test_host_and_port_are_what_they_should_be),
        cmocka_unit_test(test_a_host_as_long_as_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
