/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that plays the part of Google Cloud that lists. Prints its port and serves until its standard input
 * ends. Usage: fake_gcp LATENCY_MS whole|fields
 */
#include "bench/gcp_cloud.h"
#include "bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        die("usage: fake_gcp LATENCY_MS whole|fields");
    struct gcp_cloud *cloud = gcp_cloud_create(strcmp(argv[2], "whole") == 0);
    struct http_server *server =
        http_server_create(strtoull(argv[1], NULL, 10), gcp_cloud_answer, cloud);
    printf("%u\n", http_server_port(server));
    fflush(stdout);
    http_server_run(server, STDIN_FILENO);
    http_server_destroy(server);
    gcp_cloud_destroy(cloud);
    return 0;
}
