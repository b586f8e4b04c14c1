/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one AWS signature costs: a POST to EC2 with a body of 400 bytes, signed through the vtable
 * of the built plugin, by libcurl (the CPU time of a request that it signs without that of one that
 * comes signed) and by botocore, by turns. All are CPU times. Usage: sign_bench PLUGIN SCRIPT
 * ROUNDS
 */
#include "bench/botocore_signer.h"
#include "bench/curl_signer.h"
#include "bench/measure.h"
#include "bench/plugin_signer.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROUNDS 1000
#define SIGNATURES 20000
#define CURL_REQUESTS 1000
#define BOTOCORE_SIGNATURES 500

#define NEW_YEAR_2026_MS UINT64_C(1767225600000)
#define HOST "ec2.us-east-1.amazonaws.com"
#define FORM "application/x-www-form-urlencoded; charset=utf-8"
#define ID "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define BODY                                                                                       \
    "Action=DescribeInstanceTypes&Version=2016-11-15&MaxResults=100&InstanceType.1=p5.48xlarge"    \
    "&InstanceType.2=p5e.48xlarge&InstanceType.3=p4d.24xlarge&InstanceType.4=g6e.48xlarge"         \
    "&InstanceType.5=trn2.48xlarge&Filter.1.Name=processor-info.supported-architecture"            \
    "&Filter.1.Value.1=x86_64&Filter.2.Name=instance-storage-supported&Filter.2.Value.1=true"      \
    "&Filter.3.Name=hypervisor&Filter.3.Value.1=nitro&NextToken="
_Static_assert(sizeof BODY - 1 == 400, "the body has 400 bytes");

/* Of exactly this request at the beginning of 2026, by several signers. */
#define SIGNATURE "6e874f17cf8244604caac0a121e6c46976be3f9e5173ebc7c3b43d968fefee66"

static const aw_header headers[] = {{"Content-Type", FORM}};
static const aw_request post = {.size = sizeof post,
                                .name = "sign",
                                .method = "POST",
                                .url = "https://" HOST "/",
                                .headers = headers,
                                .header_count = 1,
                                .body = {BODY, sizeof BODY - 1},
                                .region = "us-east-1",
                                .service = "ec2"};
static const aw_request elsewhere = {.size = sizeof elsewhere,
                                     .name = "sign",
                                     .method = "POST",
                                     .url = "https://ec2.us-west-2.amazonaws.com/",
                                     .headers = headers,
                                     .header_count = 1,
                                     .body = {BODY, sizeof BODY - 1},
                                     .region = "us-east-1",
                                     .service = "ec2"};
static const aw_request get = {.size = sizeof get,
                               .name = "sign",
                               .method = "GET",
                               .url = "https://" HOST
                                      "/a/path?Version=2016-11-15&Action=DescribeRegions"
                                      "&Filter.1.Name=opt-in-status&Filter.1.Value.1=opted%20in"
                                      "&MaxResults=100&NextToken=a%2Bb%3D",
                               .headers = headers,
                               .header_count = 1,
                               .region = "us-east-1",
                               .service = "ec2"};

struct signers {
    struct plugin_signer *plugin;
    struct curl_signer *curl;
    struct botocore_signer botocore;
    int has_botocore;
};

/* Two requests by turns. A millisecond passes with each, so the date changes now and then, the day
 * never. */
static double plugin_ns(struct plugin_signer *plugin, const aw_request *first,
                        const aw_request *second, const char *token)
{
    const aw_credentials credentials = {
        .size = sizeof credentials, .key_id = ID, .secret = SECRET, .token = token};
    uint64_t start_ns = thread_cpu_ns();
    for (size_t i = 0; i < SIGNATURES; i++)
        plugin_signer_sign(plugin, i % 2 ? second : first, &credentials, NEW_YEAR_2026_MS + i);
    return (double)(thread_cpu_ns() - start_ns) / SIGNATURES;
}

static const char *known_authorization(struct plugin_signer *plugin)
{
    const aw_credentials credentials = {.size = sizeof credentials, .key_id = ID, .secret = SECRET};
    const char *authorization = plugin_signer_sign(plugin, &post, &credentials, NEW_YEAR_2026_MS);
    if (!strstr(authorization, "Signature=" SIGNATURE))
        die("the plugin signs wrongly: %s", authorization);
    return authorization;
}

/* All that sign are on one processor; libcurl's server is on another, so that each sleeps and wakes
 * as with a server that is elsewhere. */
static void stay_on(int processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        fprintf(stderr, "sign_bench: there is no processor %d to stay on\n", processor);
}

/* Its server's thread stays where this one is. */
static void start_curl(struct signers *signers, struct plugin_signer *plugin)
{
    signers->plugin = plugin;
    signers->curl = curl_signer_create(&(struct curl_signer_order){
        .host = HOST,
        .content_type = FORM,
        .body = BODY,
        .scope = "aws:amz:us-east-1:ec2",
        .credentials = ID ":" SECRET,
        .date = "20260101T000000Z",
        .authorization = known_authorization(plugin),
    });
}

static void start_botocore(struct signers *signers, const char *script)
{
    struct botocore_signer *botocore = &signers->botocore;
    signers->has_botocore = botocore_signer_start(botocore, script, BODY) == 0;
    if (!signers->has_botocore)
        fprintf(stderr, "sign_bench: no botocore (apt-get install python3-botocore)\n");
    else if (strcmp(botocore->signature, SIGNATURE) != 0)
        die("botocore %s signs otherwise: %s", botocore->version, botocore->signature);
    else
        fprintf(stderr, "sign_bench: botocore %s\n", botocore->version);
}

static double curl_ns(struct curl_signer *curl)
{
    double with = curl_signer_ns(curl, true, CURL_REQUESTS);
    return with - curl_signer_ns(curl, false, CURL_REQUESTS);
}

static void measure(struct signers *signers, size_t rounds)
{
    static double own[MOST_ROUNDS], curl[MOST_ROUNDS], botocore[MOST_ROUNDS];
    static double curl_ratio[MOST_ROUNDS], botocore_ratio[MOST_ROUNDS];
    curl_ns(signers->curl);
    for (size_t i = 0; i < rounds; i++) {
        own[i] = plugin_ns(signers->plugin, &post, &post, NULL);
        curl[i] = curl_ns(signers->curl);
        curl_ratio[i] = curl[i] / own[i];
        if (!signers->has_botocore)
            continue;
        botocore[i] = botocore_signer_ns(&signers->botocore, BOTOCORE_SIGNATURES);
        botocore_ratio[i] = botocore[i] / own[i];
    }
    report_samples("sign_archway", own, rounds, "ns");
    report_samples("sign_curl", curl, rounds, "ns");
    report_samples("sign_curl_ratio", curl_ratio, rounds, "times");
    if (!signers->has_botocore)
        return;
    report_samples("sign_botocore", botocore, rounds, "ns");
    report_samples("sign_botocore_ratio", botocore_ratio, rounds, "times");
}

static void measure_others(struct plugin_signer *plugin, size_t rounds)
{
    static double other[MOST_ROUNDS], query[MOST_ROUNDS], token[MOST_ROUNDS];
    static char long_token[1001];
    memset(long_token, 'T', sizeof long_token - 1);
    for (size_t i = 0; i < rounds; i++) {
        other[i] = plugin_ns(plugin, &post, &elsewhere, NULL);
        query[i] = plugin_ns(plugin, &get, &get, NULL);
        token[i] = plugin_ns(plugin, &post, &post, long_token);
    }
    report_samples("sign_archway_varied", other, rounds, "ns");
    report_samples("sign_archway_query", query, rounds, "ns");
    report_samples("sign_archway_token", token, rounds, "ns");
}

int main(int argc, char **argv)
{
    struct signers signers = {0};
    size_t rounds = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
    if (!rounds || rounds > MOST_ROUNDS)
        die("usage: sign_bench PLUGIN SCRIPT ROUNDS");
    stay_on(1);
    start_curl(&signers, plugin_signer_create(argv[1]));
    stay_on(0);
    start_botocore(&signers, argv[2]);
    measure(&signers, rounds);
    measure_others(signers.plugin, rounds);
    botocore_signer_stop(&signers.botocore);
    curl_signer_destroy(signers.curl);
    plugin_signer_destroy(signers.plugin);
    return 0;
}
