/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that plays the part of AWS that lists. Prints its port and serves until its standard input ends.
 * Usage: fake_aws TEMPLATE LATENCY_MS all|types
 */
#include "bench/aws_cloud.h"
#include "bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 4)
        die("usage: fake_aws TEMPLATE LATENCY_MS all|types");
    struct aws_cloud *cloud = aws_cloud_create(argv[1], strcmp(argv[3], "all") == 0);
    struct http_server *server =
        http_server_create(strtoull(argv[2], NULL, 10), aws_cloud_answer, cloud);
    printf("%u\n", http_server_port(server));
    fflush(stdout);
    http_server_run(server, STDIN_FILENO);
    http_server_destroy(server);
    aws_cloud_destroy(cloud);
    return 0;
}
