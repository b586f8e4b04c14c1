/* SPDX-License-Identifier: Apache-2.0 */
/* Whole conversations with EC2 and its token services in which each allocation of the plugin's fails in turn. */
#include "aws_chain.h"
#include "aws_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct answer {
    uint32_t status; /* 0: the end; 1: a timer rings; 2: a program ends */
    const char *body;
};

/* What is begun, in which world, what is answered, and what comes of it. */
struct conversation {
    void (*begin)(struct backend_host *host);
    const aw_header *variables;
    const aw_header *files;
    const struct answer *answers;
    const char *result;
};

static void answer(struct backend_host *host, const struct answer *given)
{
    if (given->status == 1)
        host_ring(host);
    else if (given->status == 2)
        host_exit(host, 0, given->body, "");
    else
        host_answer(host, given->status, given->body);
}

/* True: it went through. */
static bool hold(const struct conversation *conversation, unsigned fail_at)
{
    struct backend_host host;
    host_init(&host, &(struct host_world){.variables = conversation->variables,
                                          .files = conversation->files});
    host_begin(&host);
    host.fail_at = fail_at;
    conversation->begin(&host);
    for (const struct answer *at = conversation->answers; at->status && !host.error.code; at++)
        answer(&host, at);
    bool went_through = host.allocations < fail_at;
    if (went_through && host.error.code)
        fail_msg("%s", host.error.message);
    if (went_through)
        assert_contains(host_results(&host), conversation->result);
    else
        assert_int_equal(host.error.code, AW_E_NO_MEMORY);
    host_finish(&host);
    return went_through;
}

static void assert_told(const struct conversation *conversation)
{
    unsigned fail_at = 1;
    while (!hold(conversation, fail_at))
        fail_at++;
    assert_true(fail_at > 5);
}

static void authenticate(struct backend_host *host)
{
    vtable()->authenticate(&host->op);
}

static void test_every_source_of_credentials(void **state)
{
#define JSON_KEYS                                                                                  \
    "{\"Version\":1,\"Code\":\"Success\",\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"s\","      \
    "\"Token\":\"t\",\"SessionToken\":\"t\",\"Expiration\":\"2026-01-01T01:00:00Z\"}"
    static const aw_header work[] = {{"AWS_PROFILE", "work"}, {0}};
    static const aw_header pod[] = {
        {"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", "arn:aws:iam::1:role/r"}, {0}};
    static const aw_header task[] = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/1"},
                                     {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token"},
                                     {0}};
    static const aw_header token[] = {{"/token", "a.b.c"}, {0}};
    static const aw_header ec2[] = {{"/sys/class/dmi/id/sys_vendor", "Amazon EC2\n"}, {0}};
    static const aw_header role[] = {
        {CONFIG, "[profile work]\nrole_arn = a\nsource_profile = b\n[profile b]\nrole_arn = c\n"
                 "source_profile = d\n[profile d]\n" PAIR("AKID", "s")},
        {0}};
    static const aw_header sso[] = {
        {CONFIG,
         "[profile work]\nsso_region = eu-west-1\nsso_start_url = corp\nsso_account_id = 1\n"
         "sso_role_name = r\n"},
        {"~/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
         "{\"accessToken\":\"t\",\"expiresAt\":\"2026-01-01T01:00:00Z\"}"},
        {0}};
    static const aw_header process[] = {
        {CONFIG, "[profile work]\ncredential_process = get 'my keys' now\n"}, {0}};
    static const struct answer twice[] = {
        {200, ROLE_KEYS("AssumeRole", "ASIA")}, {200, ROLE_KEYS("AssumeRole", "ASIA")}, {0, NULL}};
    static const struct answer identity[] = {{200, ROLE_KEYS("AssumeRoleWithWebIdentity", "ASIA")},
                                             {0, NULL}};
    static const struct answer signed_on[] = {
        {200, "{\"roleCredentials\":{\"accessKeyId\":\"ASIA\",\"secretAccessKey\":\"s\","
              "\"sessionToken\":\"t\",\"expiration\":1767229200000}}"},
        {0, NULL}};
    static const struct answer printed[] = {{2, JSON_KEYS}, {0, NULL}};
    static const struct answer given[] = {{200, JSON_KEYS}, {0, NULL}};
    static const struct answer machine[] = {{200, "t"}, {200, "r"}, {200, JSON_KEYS}, {0, NULL}};
    static const struct conversation conversations[] = {
        {authenticate, work, role, twice, "key ASIA"},
        {authenticate, pod, token, identity, "key ASIA"},
        {authenticate, work, sso, signed_on, "key ASIA"},
        {authenticate, work, process, printed, "key ASIA"},
        {authenticate, task, token, given, "key ASIA"},
        {authenticate, NULL, ec2, machine, "key ASIA"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++)
        assert_told(&conversations[i]);
}

static void create(struct backend_host *host)
{
    static const char *const keys[] = {"ssh-ed25519 AAAA me"};
    static const aw_header options[] = {{"reservation", "cr-1"}, {"placement_group", "g"}};
    aw_create wish = wish_for_graviton();
    wish.image = NULL;
    wish.zone = "us-east-1a,us-east-1b";
    wish.ssh_keys = keys;
    wish.ssh_key_count = 1;
    wish.user_data = (aw_bytes){"#!/bin/sh\n", 10};
    wish.options = options;
    wish.option_count = 2;
    vtable()->create(&host->op, &wish);
}

static void test_a_create_with_all_its_steps(void **state)
{
    static const struct answer answers[] = {
        {200, "{\"Parameter\":{\"Value\":\"ami-1\"}}"},
        {200, IMAGE("arm64", VOLUME("8"))},
        {200, "<R><capacityReservationSet><item><state>active</state><instanceType>c7g.large"
              "</instanceType><availabilityZone>us-east-1a</availabilityZone><tenancy>dedicated"
              "</tenancy><availableInstanceCount>1</availableInstanceCount></item>"
              "</capacityReservationSet></R>"},
        {200, TWO_SUBNETS},
        {200, GROUPS("")},
        {400, EC2_ERROR("InvalidGroup.Duplicate", "It exists.")},
        {200, GROUPS("")},
        {1, NULL},
        {200, GROUPS(GROUP("sg-1", ""))},
        {200, "<R><return>true</return></R>"},
        {400, EC2_ERROR("InvalidGroup.NotFound", "No sg-1.")},
        {1, NULL},
        {200, STARTED("")},
        {0, NULL},
    };
    static const struct conversation conversation = {create, NULL, NULL, answers, "machine i-1"};
    (void)state;
    assert_told(&conversation);
}

#define LISTED(next)                                                                               \
    "<R><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceState>"     \
    "<code>16</code><name>running</name></instanceState><instanceType>c7g.large</instanceType>"    \
    "</item></instancesSet></item></reservationSet>" next "</R>"

static void list(struct backend_host *host)
{
    const aw_list wish = {.size = sizeof wish, .region = "us-east-1", .owner = "me", .token = "t"};
    vtable()->list(&host->op, &wish);
}

static void end(struct backend_host *host)
{
    const aw_ref ref = {.size = sizeof ref, .region = "us-east-1", .id = "i-1"};
    vtable()->terminate(&host->op, &ref);
}

static void get(struct backend_host *host)
{
    const aw_ref ref = {
        .size = sizeof ref, .region = "us-east-1", .id = "i-1", .data = "created=1767225590000"};
    vtable()->get(&host->op, &ref);
}

static void test_lists_and_ends(void **state)
{
    static const struct answer unseen = {
        400, EC2_ERROR("InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist")};
    static const struct answer pages[] = {
        {200, LISTED("<nextToken>a</nextToken>")}, {200, LISTED("")}, {0, NULL}};
    const struct answer found[] = {unseen, {1, NULL}, {200, LISTED("")}, {0, NULL}};
    const struct answer ended[] = {
        unseen,
        {1, NULL},
        {200, "<R><instancesSet><item><instanceId>i-1</instanceId><currentState><code>32</code>"
              "<name>shutting-down</name></currentState></item></instancesSet></R>"},
        {0, NULL}};
    const struct conversation conversations[] = {
        {list, NULL, NULL, pages, "machine i-1"},
        {get, NULL, NULL, found, "machine i-1"},
        {end, NULL, NULL, ended, "machine i-1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++)
        assert_told(&conversations[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_source_of_credentials),
        cmocka_unit_test(test_a_create_with_all_its_steps),
        cmocka_unit_test(test_lists_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
