/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Archway adds to a request: one machine is read again and again, over one kept connection to a server
 * that answers at once, by archway_get and by plain libcurl in turns. Archway's share is the job, the
 * credentials, the signature, the retry rules and reading the JSON; curl's loop throws the body away.
 * Usage: requests ROUNDS REQUESTS_A_ROUND
 */
#include "bench/curl_loop.h"
#include "bench/measure.h"
#include "bench/rig.h"
#include "tests/cloud/cloud.h"

#include <stdlib.h>

#define MOST_ROUNDS 1000

static double archway_round_us(archway *aw, const archway_machine *machine, size_t requests)
{
    uint64_t start_us = now_us();
    for (size_t i = 0; i < requests; i++) {
        aw_error error;
        archway_job *job = NULL;
        if (archway_get(aw, machine, NULL, &job, &error))
            die("%s", error.message);
        rig_run(aw, job, "get");
        archway_job_destroy(job);
    }
    return (double)(now_us() - start_us) / (double)requests;
}

static double curl_round_us(struct curl_loop *loop, size_t requests)
{
    uint64_t start_us = now_us();
    for (size_t i = 0; i < requests; i++)
        curl_loop_get(loop);
    return (double)(now_us() - start_us) / (double)requests;
}

static void measure(archway *aw, const archway_machine *machine, struct curl_loop *loop,
                    size_t rounds, size_t requests)
{
    double archway_us[MOST_ROUNDS];
    double curl_us[MOST_ROUNDS];
    double ratios[MOST_ROUNDS];
    archway_round_us(aw, machine, requests);
    curl_round_us(loop, requests);
    for (size_t i = 0; i < rounds; i++) {
        archway_us[i] = archway_round_us(aw, machine, requests);
        curl_us[i] = curl_round_us(loop, requests);
        ratios[i] = archway_us[i] / curl_us[i];
    }
    report_samples("request_archway", archway_us, rounds, "us");
    report_samples("request_curl", curl_us, rounds, "us");
    report_samples("request_ratio", ratios, rounds, "times");
}

int main(int argc, char **argv)
{
    struct rig rig = {0};
    struct rig_counts counts;
    aw_offer offer;
    aw_error error;
    char url[256];
    archway_job *made = NULL;
    size_t rounds = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
    size_t requests = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
    if (!rounds || rounds > MOST_ROUNDS || !requests)
        die("usage: requests ROUNDS REQUESTS_A_ROUND");
    rig_start(&rig, 0, 0, 0);
    archway *aw = rig_open(&rig);
    archway_job *offers = rig_offer(aw, "gpu", "GH200", &offer);
    const archway_wish wish = rig_wish(&offer, "bench");
    if (archway_create(aw, &wish, NULL, &made, &error))
        die("%s", error.message);
    rig_run(aw, made, "create");
    const archway_machine machine = rig_machine(made);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/v1/instances/%s", rig.port, machine.id);
    struct curl_loop *loop = curl_loop_create(url, "Authorization: Bearer " CLOUD_LAMBDA_KEY);

    measure(aw, &machine, loop, rounds, requests);

    curl_loop_destroy(loop);
    archway_job_destroy(made);
    archway_job_destroy(offers);
    archway_close(aw, NULL);
    rig_stop(&rig, &counts);
    return 0;
}
