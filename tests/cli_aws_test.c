/* SPDX-License-Identifier: Apache-2.0 */
/* AWS at the command line: where credentials came from, signatures, machines, and no secret anywhere. */
#include "cli_run.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#undef FIXTURE
#define FIXTURE(name) SOURCE_DIR "/fixtures/aws/" name ".http"
#define REPLAY(name) "--replay", FIXTURE(name)
#define KEY SOURCE_DIR "/fixtures/lambda/ssh-key.pub"
#define AWS_MACHINE "i-0a1b2c3d4e5f67890"
#define ROLE "role arn:aws:iam::123456789012:role/farm"

static void assert_holds_no_secret(const char *text)
{
    assert_lacks(text, "s3cr3t");
    assert_lacks(text, "replayed-secret");
}

/* Everything that was written into a folder of the test's. Returns the number of recordings. */
static int assert_files_hold_no_secret(const char *folder)
{
    static char text[256 * 1024];
    int count = 0;
    DIR *files = opendir(folder);
    assert_non_null(files);
    for (struct dirent *entry = readdir(files); entry; entry = readdir(files)) {
        char path[512];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        assert_holds_no_secret(text);
        assert_contains(text, "archway-recording 1");
        count++;
    }
    closedir(files);
    return count;
}

/* ---- doctor ---- */

static void test_doctor_says_where_credentials_were_found(void **state)
{
    static const struct {
        const char *recording;
        const char *source;
    } cases[] = {
        {FIXTURE("credentials-role"), ROLE " by role arn:aws:iam::123456789012:role/door by "
                                           "~/.aws/credentials, profile base (before it: "},
        {FIXTURE("credentials-web-identity"), ROLE " by /var/run/secrets/token (before it: "},
        {FIXTURE("credentials-sso"), "single sign-on (before it: "},
        {FIXTURE("credentials-sso-renewed"), "single sign-on (before it: "},
        {FIXTURE("credentials-process"), "credential_process (before it: "},
        {FIXTURE("credentials-container"), "container (before it: "},
        {FIXTURE("credentials-imds"), "instance metadata (before it: "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        archway("doctor", "--replay", cases[i].recording, "--record", "found", "-v", "-v");
        assert_code(0);
        assert_contains(run.out, cases[i].source);
        assert_contains(run.out, "environment: AWS_ACCESS_KEY_ID is not set");
        assert_contains(run.out, "), accepted\n");
        assert_contains(run.out, "1 regions");
        assert_holds_no_secret(run.out);
        assert_holds_no_secret(run.err);
    }
    assert_int_equal(assert_files_hold_no_secret("found"), sizeof cases / sizeof *cases);
}

static void test_doctor_says_why_there_are_none(void **state)
{
    static const struct {
        const char *recording;
        int code;
        const char *problem;
    } cases[] = {
        {FIXTURE("credentials-sso-expired"), 4,
         "single sign-on: it has expired: run `aws sso login --profile work`."},
        {FIXTURE("credentials-process-fails"), 4,
         "/opt/my tools/get-keys ended with status 3: run it by hand to see why."},
        {FIXTURE("credentials-imds-hops"), 4, "HttpPutResponseHopLimit is 2"},
        {FIXTURE("credentials-outage"), 1, ROLE ": the connection was refused."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        archway("doctor", "--replay", cases[i].recording, "--record", "none", "-v", "-v");
        assert_code(cases[i].code);
        assert_contains(run.out, cases[i].problem);
        assert_holds_no_secret(run.out);
        assert_holds_no_secret(run.err);
    }
    assert_int_equal(assert_files_hold_no_secret("none"), sizeof cases / sizeof *cases);
}

static void test_a_role_that_may_not_be_assumed_is_an_administrators_affair(void **state)
{
    (void)state;
    cli_write("config.yaml", "backends:\n  - type: aws\n    profile: outer\n");
    archway("doctor", "--config", "config.yaml", REPLAY("credentials-role-denied"));
    assert_code(4);
    assert_contains(run.out, ROLE ": User: arn:aws:iam::123456789012:user/ada is not authorized");
    archway("list", "--json", "--config", "config.yaml", REPLAY("credentials-role-denied"));
    assert_code(4);
    assert_contains(run.out, "\"code\": \"denied\"");
    assert_contains(run.out, "\"provider_code\": \"AccessDenied\"");
}

/* ---- sign ---- */

#define KEYS                                                                                       \
    "archway-recording 1\nenv AWS_ACCESS_KEY_ID AKIDEXAMPLE\nenv AWS_SECRET_ACCESS_KEY <secret>\n"

static void test_a_request_is_signed_as_ec2_wants_it(void **state)
{
    (void)state;
    cli_write("keys.http", KEYS "env AWS_SESSION_TOKEN <secret>\nenv AWS_REGION us-east-1\n");
    archway("sign", "aws", "POST", "https://ec2.us-east-1.amazonaws.com/", "-H",
            "content-type: application/x-www-form-urlencoded; charset=utf-8", "--data",
            "Action=DescribeRegions&Version=2016-11-15", "--at", "20260601T120000Z", "--replay",
            "keys.http");
    assert_code(0);
    assert_contains(run.out, "x-amz-date: 20260601T120000Z\n");
    assert_contains(run.out, "x-amz-security-token: <secret>\n");
    assert_contains(run.out,
                    "authorization: AWS4-HMAC-SHA256 "
                    "Credential=AKIDEXAMPLE/20260601/us-east-1/ec2/aws4_request, "
                    "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=");
    assert_holds_no_secret(run.out);
}

/* As it is pasted into a command that sends the request. */
static void test_a_session_token_is_shown_to_who_asks_for_it(void **state)
{
    (void)state;
    cli_write("keys.http", KEYS "env AWS_SESSION_TOKEN <secret>\nenv AWS_REGION us-east-1\n");
    archway("sign", "aws", "GET", "https://ec2.us-east-1.amazonaws.com/", "--show-secrets", "-vv",
            "--replay", "keys.http");
    assert_code(0);
    assert_contains(run.out, "x-amz-security-token: replayed-secret\n");
    assert_holds_no_secret(run.err);
    archway("sign", "aws", "GET", "https://ec2.us-east-1.amazonaws.com/", "--show-secrets",
            "--json", "--replay", "keys.http");
    assert_contains(run.out, "\"value\": \"replayed-secret\"");
}

static void test_the_region_to_sign_for_is_the_profiles_or_is_asked_for(void **state)
{
    (void)state;
    cli_write("keys.http", KEYS "file ~/.aws/config\n[default]\nregion = eu-south-2\nend\n");
    archway("sign", "aws", "GET", "https://ec2.eu-south-2.amazonaws.com/", "--replay", "keys.http");
    assert_code(0);
    assert_contains(run.out, "/eu-south-2/ec2/aws4_request");
    cli_write("keys.http", KEYS);
    archway("sign", "aws", "GET", "https://ec2.eu-south-2.amazonaws.com/", "--replay", "keys.http");
    assert_code(2);
    assert_contains(run.err, "write `--region us-east-1`, or set AWS_REGION");
}

static void test_other_services_and_regions_can_be_signed_for(void **state)
{
    (void)state;
    cli_write("keys.http", KEYS);
    archway("sign", "aws", "GET", "https://s3.eu-west-1.amazonaws.com/bucket/key", "--region",
            "eu-west-1", "--service", "s3", "--at", "20260601T120000Z", "--json", "--replay",
            "keys.http");
    assert_code(0);
    assert_contains(run.out, "Credential=AKIDEXAMPLE/20260601/eu-west-1/s3/aws4_request, "
                             "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=");
    assert_contains(run.out, "x-amz-content-sha256");
}

static void test_nothing_is_signed_without_credentials(void **state)
{
    (void)state;
    cli_write("none.http", "archway-recording 1\nenv AWS_PROFILE work\n");
    archway("sign", "aws", "GET", "https://ec2.us-east-1.amazonaws.com/", "--replay", "none.http");
    assert_code(4);
    assert_contains(run.err, "shared files: there is no profile `work`");
}

/* ---- machines ---- */

static void test_why_a_spot_machine_ended_is_shown(void **state)
{
    (void)state;
    archway("show", "aws/us-east-1/" AWS_MACHINE, REPLAY("show-spot-interrupted"));
    assert_code(0);
    assert_contains(run.out, "state     terminated (\"terminated\"): "
                             "Server.SpotInstanceTermination: Spot instance termination\n");
    assert_contains(run.out, "type      m7i.large\n");
    assert_contains(run.out, "arch      amd64\n");
}

static void test_a_machine_that_ec2_does_not_know_yet_is_shown_all_the_same(void **state)
{
    (void)state;
    archway("show", "aws/us-east-1/" AWS_MACHINE, REPLAY("show-not-yet"));
    assert_code(0);
    assert_contains(run.out, "state     pending (\"pending\")\n");
}

static void test_machines_of_all_pages_are_listed(void **state)
{
    (void)state;
    archway("list", "-o", "name", REPLAY("list-pages"));
    assert_code(0);
    assert_string_equal(run.out, "aws/us-east-1/i-00000000000000001\n"
                                 "aws/us-east-1/i-00000000000000002\n"
                                 "aws/us-east-1/i-00000000000000003\n");
}

static void test_a_machine_is_terminated_by_its_reference(void **state)
{
    (void)state;
    archway("terminate", "aws/us-east-1/" AWS_MACHINE, REPLAY("terminate-not-yet"));
    assert_code(0);
    assert_contains(run.out, "terminating  aws/us-east-1/" AWS_MACHINE);
    const char *told =
        strstr(run.err, "EC2 does not know the machine " AWS_MACHINE "; one that was "
                        "just made may not be known yet, so it is asked again for "
                        "up to 60 s\n");
    assert_non_null(told);
    assert_null(strstr(told + strlen("EC2 does not know"), "does not know"));
    archway("terminate", "aws/us-east-1/" AWS_MACHINE, REPLAY("terminate-protected"));
    assert_code(4);
    assert_contains(run.err, "'disableApiTermination'");
}

/* Nobody is asked: nothing listens at the proxy. */
static void test_doctor_names_the_place_and_the_authorities_that_are_used(void **state)
{
    (void)state;
    cli_write("plain.yaml", "owner: me\nbackends:\n  - type: aws\n");
    cli_environment("AWS_ACCESS_KEY_ID=AKIDEXAMPLE");
    cli_environment("AWS_SECRET_ACCESS_KEY=none");
    cli_environment("AWS_MAX_ATTEMPTS=1");
    cli_environment("HTTPS_PROXY=http://127.0.0.1:1");
    cli_environment("AWS_REGION=cn-north-1");
    cli_environment("AWS_CA_BUNDLE=/none/authorities.pem");
    archway("doctor", "--config", "plain.yaml");
    assert_contains(run.out, "  good  endpoint      https://ec2.cn-north-1.amazonaws.com.cn\n");
    assert_contains(run.out, "  bad   ca            /none/authorities.pem, ");
    cli_environment("AWS_ENDPOINT_URL_EC2=http://127.0.0.1:1/base");
    archway("doctor", "--config", "plain.yaml");
    assert_contains(run.out, "  good  endpoint      http://127.0.0.1:1\n");
    cli_environment(NULL);
}

/* ---- what is kept on disk ---- */

#define NOWHERE "http://127.0.0.1:1/"
#define CACHE "archway/aws%20http%3A%2F%2F127.0.0.1%3A1"

/* As it would lie there, had AWS answered a minute ago. */
static void keep(const char *kind, const char *line)
{
    char content[256];
    char file[512];
    char name[128];
    snprintf(content, sizeof content, "archway-aws %s-1 " NOWHERE "\n%s\nend\n", kind, line);
    int head = snprintf(file, 65, "archway-cache 1 %zu %llu", strlen(content),
                        ((unsigned long long)time(NULL) - 60) * 1000);
    snprintf(file + head, sizeof file - (size_t)head, "%*s\n%s", 63 - head, "", content);
    snprintf(name, sizeof name, "%s/%s-1-us-east-1", CACHE, kind);
    cli_write(name, file);
}

static void keep_a_region(void)
{
    char here[400];
    char variable[512];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(variable, sizeof variable, "XDG_CACHE_HOME=%s", here);
    cli_environment(variable);
    cli_environment("AWS_ACCESS_KEY_ID=AKIDEXAMPLE");
    cli_environment("AWS_SECRET_ACCESS_KEY=none");
    cli_environment("AWS_MAX_ATTEMPTS=1");
    mkdir("archway", 0700);
    mkdir(CACHE, 0700);
    keep("types", "c7g.large\t2\t3\t2\t4096\t0");
    keep("zones", "c7g.large\tab");
    keep("prices", "c7g.large\t72500000");
    cli_write("kept.yaml", "owner: me\nbackends:\n  - type: aws\n    endpoint: " NOWHERE
                           "\n    regions: [us-east-1]\n");
}

static void test_what_is_kept_is_not_asked_for_unless_it_is_refreshed(void **state)
{
    (void)state;
    keep_a_region();
    archway("offers", "--config", "kept.yaml", "--on-demand");
    assert_code(0);
    assert_contains(run.out, "0.0725");
    assert_lacks(run.err, "old");
    archway("offers", "--config", "kept.yaml", "--on-demand", "--refresh");
    assert_code(6);
    assert_contains(run.out, "0.0725");
    assert_contains(run.err, "The instance types of us-east-1 are 1 minutes old");
    assert_contains(run.err, "The on-demand prices of us-east-1 are 1 minutes old");
    cli_environment(NULL);
}

/* Nobody answers there: neither spot prices nor quotas can be had. */
static void test_what_is_not_needed_may_fail(void **state)
{
    (void)state;
    keep_a_region();
    archway("offers", "--config", "kept.yaml", "--on-demand");
    assert_code(0);
    assert_contains(run.err, "aws/us-east-1: the quotas are not known, so no offer is marked");
    assert_lacks(run.err, "spot");
    archway("offers", "--config", "kept.yaml", "--spot");
    assert_code(6);
    assert_contains(run.err, "The spot prices of us-east-1 are not known");
    assert_lacks(run.err, "on-demand");
    cli_environment(NULL);
}

static void test_a_type_that_only_reservations_have_is_not_to_be_had_without_one(void **state)
{
    (void)state;
    keep_a_region();
    keep("types", "p5.4xlarge\t1\t4\t16\t262144\t0");
    archway("create", "--config", "kept.yaml", "--ssh-key", KEY, "--name", "block", "--type",
            "p5.4xlarge", "--on-demand", "--dry-run");
    assert_code(3);
    assert_contains(run.err, "available removed 1");
    cli_environment(NULL);
}

static void test_a_reservation_leaves_what_it_has(void **state)
{
    (void)state;
    archway("offers", REPLAY("offers-reservation"), "--json", "--option",
            "reservation=cr-0123456789abcdef0");
    assert_code(6); /* without a price list */
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "offers.0.instance_type"), "c7g.large");
    assert_string_equal(cli_json_at(root, "offers.0.zone"), "us-east-1b");
    assert_string_equal(cli_json_at(root, "offers.0.availability"), "available");
    assert_string_equal(cli_json_at(root, "offers.1.instance_type"), "");
    json_decref(root);
    archway("create", REPLAY("offers-reservation"), "--ssh-key", KEY, "--name", "reserved",
            "--dry-run", "--option", "reservation=cr-0123456789abcdef0");
    assert_contains(run.out, "c7g.large");
    assert_lacks(run.out, "m7i.large");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doctor_says_where_credentials_were_found),
        cmocka_unit_test(test_doctor_says_why_there_are_none),
        cmocka_unit_test(test_doctor_names_the_place_and_the_authorities_that_are_used),
        cmocka_unit_test(test_a_role_that_may_not_be_assumed_is_an_administrators_affair),
        cmocka_unit_test(test_a_request_is_signed_as_ec2_wants_it),
        cmocka_unit_test(test_a_session_token_is_shown_to_who_asks_for_it),
        cmocka_unit_test(test_the_region_to_sign_for_is_the_profiles_or_is_asked_for),
        cmocka_unit_test(test_other_services_and_regions_can_be_signed_for),
        cmocka_unit_test(test_nothing_is_signed_without_credentials),
        cmocka_unit_test(test_why_a_spot_machine_ended_is_shown),
        cmocka_unit_test(test_a_machine_that_ec2_does_not_know_yet_is_shown_all_the_same),
        cmocka_unit_test(test_machines_of_all_pages_are_listed),
        cmocka_unit_test(test_a_machine_is_terminated_by_its_reference),
        cmocka_unit_test(test_what_is_kept_is_not_asked_for_unless_it_is_refreshed),
        cmocka_unit_test(test_what_is_not_needed_may_fail),
        cmocka_unit_test(test_a_type_that_only_reservations_have_is_not_to_be_had_without_one),
        cmocka_unit_test(test_a_reservation_leaves_what_it_has),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
