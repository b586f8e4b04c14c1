/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that plays Lambda Cloud. Prints its port, serves until its standard input ends, and then
 * prints what it saw. Usage: fake_lambda TYPES_FILE LATENCY_MS BOOT_MS END_MS
 */
#include "bench/lambda_cloud.h"
#include "bench/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void print_counts(const struct http_counts *http, const struct lambda_counts *lambda)
{
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
           " %" PRIu64 "\n",
           http->requests, http->connections, http->connections_at_once, lambda->launches,
           lambda->launched_twice, lambda->listings, lambda->refused, lambda->left);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        die("usage: fake_lambda TYPES_FILE LATENCY_MS BOOT_MS END_MS");
    raise_descriptor_limit();
    struct lambda_cloud *cloud =
        lambda_cloud_create(argv[1], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
    struct http_server *server =
        http_server_create(strtoull(argv[2], NULL, 10), lambda_cloud_answer, cloud);
    printf("%u\n", http_server_port(server));
    fflush(stdout);
    http_server_run(server, STDIN_FILENO);
    struct lambda_counts counts = lambda_cloud_counts(cloud);
    print_counts(http_server_counts(server), &counts);
    http_server_destroy(server);
    lambda_cloud_destroy(cloud);
    return 0;
}
