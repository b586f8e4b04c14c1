/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that plays EC2 with so many machines of the owner "bench", a thousand a page. Prints its port and serves
 * until its standard input ends. Machine n has the token "bench-token-n". Usage: fake_machines COUNT
 */
#include "bench/http_server.h"
#include "bench/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define A_PAGE 1000u

static uint64_t machine_count;

static void add_tag(kit_buf *body, const char *key, const char *value)
{
    kit_buf_addf(body, "<item><key>%s</key><value>%s</value></item>", key, value);
}

static void add_machine(kit_buf *body, uint64_t number)
{
    char token[40];
    snprintf(token, sizeof token, "bench-token-%06" PRIu64, number);
    kit_buf_addf(body,
                 "<item><reservationId>r-%" PRIu64 "</reservationId><instancesSet><item>"
                 "<instanceId>i-%017" PRIu64 "</instanceId><imageId>ami-0123456789abcdef0</imageId>"
                 "<instanceState><code>16</code><name>running</name></instanceState>"
                 "<instanceType>c7g.medium</instanceType><architecture>arm64</architecture>"
                 "<launchTime>2026-01-01T00:00:00.000Z</launchTime>"
                 "<placement><availabilityZone>us-east-1a</availabilityZone></placement>"
                 "<privateIpAddress>10.0.0.1</privateIpAddress><tagSet>",
                 number, number);
    add_tag(body, "Name", "bench");
    add_tag(body, "archway-owner", "bench");
    add_tag(body, "archway-token", token);
    kit_buf_add_text(body, "</tagSet></item></instancesSet></item>\n");
}

static unsigned answer(void *arg, const struct http_request *request, kit_buf *body)
{
    (void)arg;
    const char *next = strstr(request->body, "NextToken=");
    uint64_t from = next ? strtoull(next + strlen("NextToken="), NULL, 10) : 0;
    uint64_t to = from + A_PAGE < machine_count ? from + A_PAGE : machine_count;
    if (!strstr(request->body, "Action=DescribeInstances"))
        return 400;
    kit_buf_add_text(body, "<DescribeInstancesResponse "
                           "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><reservationSet>\n");
    for (uint64_t number = from; number < to; number++)
        add_machine(body, number);
    kit_buf_add_text(body, "</reservationSet>");
    if (to < machine_count)
        kit_buf_addf(body, "<nextToken>%" PRIu64 "</nextToken>", to);
    kit_buf_add_text(body, "</DescribeInstancesResponse>");
    return 200;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        die("usage: fake_machines COUNT");
    machine_count = strtoull(argv[1], NULL, 10);
    struct http_server *server = http_server_create(0, answer, NULL);
    printf("%u\n", http_server_port(server));
    fflush(stdout);
    http_server_run(server, STDIN_FILENO);
    http_server_destroy(server);
    return 0;
}
