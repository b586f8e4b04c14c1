/* SPDX-License-Identifier: Apache-2.0 */
/* Whom HTTP over TLS believes, and how it says that it does not. */
#include "tests/authority.h"
#include "tests/http_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct http_call call;

static void answer(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    peer_answer(peer, "fine");
}

static void ask(enum server_kind kind)
{
    server_stop(server);
    server = server_start(&(struct server_plan){.kind = kind, .script = answer});
    http_do(&call, "GET", server_url(server, "/"));
}

/* Not even the request has left. */
static void assert_distrusted(const char *why)
{
    assert_outcome(&call, WIRE_FORBIDDEN, "the server's certificate is not trusted");
    assert_outcome(&call, WIRE_FORBIDDEN, why);
    assert_outcome(&call, WIRE_FORBIDDEN, "SSL_CERT_FILE");
    assert_int_equal(server_requests(server), 0);
}

/* A new world, as it is with another environment. */
static void look_again(const char *name, const char *value)
{
    http_world_close(NULL);
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    unsetenv("CURL_CA_BUNDLE");
    if (name)
        setenv(name, value, 1);
    assert_int_equal(http_world_open(NULL), 0);
}

static int close_world(void **state)
{
    int result = http_world_close(state);
    unsetenv("CURL_CA_BUNDLE");
    return setenv("SSL_CERT_FILE", authority_file(), 1) || result;
}

static void test_a_server_that_the_named_authority_vouches_for_is_trusted(void **state)
{
    (void)state;
    ask(SERVER_TRUSTED);
    assert_answered(&call, 200, "fine");
    look_again("CURL_CA_BUNDLE", authority_file());
    ask(SERVER_TRUSTED);
    assert_answered(&call, 200, "fine");
}

static void test_a_request_may_name_its_own_authorities(void **state)
{
    (void)state;
    look_again(NULL, NULL);
    ask(SERVER_TRUSTED);
    assert_distrusted("certificate");
    http_call_init(&call, "GET", server_url(server, "/"));
    call.request.ca_file = authority_file();
    http_call_send(&call);
    http_call_wait(&call, 1);
    assert_answered(&call, 200, "fine");
}

static void test_a_name_that_the_certificate_has_too_is_trusted(void **state)
{
    (void)state;
    char url[64];
    ask(SERVER_TRUSTED);
    snprintf(url, sizeof url, "https://localhost:%d/", server_port(server));
    http_do(&call, "GET", url);
    assert_answered(&call, 200, "fine");
}

static void test_without_the_authority_nobody_is_trusted(void **state)
{
    (void)state;
    look_again(NULL, NULL);
    ask(SERVER_TRUSTED);
    assert_distrusted("unable to get local issuer certificate");
}

static void test_a_server_that_vouches_for_itself_is_not_trusted(void **state)
{
    (void)state;
    ask(SERVER_SELF_SIGNED);
    assert_distrusted("self-signed certificate");
}

static void test_a_certificate_for_another_name_is_not_trusted(void **state)
{
    (void)state;
    ask(SERVER_WRONG_NAME);
    assert_distrusted("127.0.0.1");
}

static void test_a_certificate_that_has_expired_is_not_trusted(void **state)
{
    (void)state;
    ask(SERVER_EXPIRED);
    assert_distrusted("certificate has expired");
}

static void test_authorities_that_are_not_there_are_told_of(void **state)
{
    (void)state;
    look_again("SSL_CERT_FILE", "/nowhere/ca.pem");
    ask(SERVER_TRUSTED);
    assert_distrusted("/nowhere/ca.pem");
}

static void test_the_environment_counts_as_it_was_when_the_world_began(void **state)
{
    (void)state;
    setenv("SSL_CERT_FILE", "/nowhere/ca.pem", 1);
    ask(SERVER_TRUSTED);
    assert_answered(&call, 200, "fine");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, http_world_open, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_server_that_the_named_authority_vouches_for_is_trusted),
        TEST(test_a_request_may_name_its_own_authorities),
        TEST(test_a_name_that_the_certificate_has_too_is_trusted),
        TEST(test_without_the_authority_nobody_is_trusted),
        TEST(test_a_server_that_vouches_for_itself_is_not_trusted),
        TEST(test_a_certificate_for_another_name_is_not_trusted),
        TEST(test_a_certificate_that_has_expired_is_not_trusted),
        TEST(test_authorities_that_are_not_there_are_told_of),
        TEST(test_the_environment_counts_as_it_was_when_the_world_began),
    };
    return cmocka_run_group_tests(tests, authority_create, authority_remove);
}
