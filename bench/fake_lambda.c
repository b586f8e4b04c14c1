/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that plays Lambda Cloud: the cloud of the tests, which also sells all that the real one does. Prints its
 * port, serves until its standard input ends, and then prints what it saw.
 * Usage: fake_lambda TYPES_FILE LATENCY_MS BOOT_MS END_MS
 */
#include "bench/http_server.h"
#include "bench/measure.h"
#include "core/mem.h"
#include "tests/cloud/cloud.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TYPES_PATH "/api/v1/instance-types"
#define LARGEST_TYPES ((size_t)1 << 20)

struct fake {
    struct cloud *cloud;
    kit_buf types; /* the answer to TYPES_PATH */
};

struct machine_counts {
    uint64_t launches;
    uint64_t launched_twice; /* launches with the token of an earlier one */
    uint64_t left;           /* machines that nobody has ordered to end */
};

struct request_counts {
    uint64_t listings;
    uint64_t refused; /* answers that were errors */
};

static uint64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void read_types(struct fake *fake, const char *path)
{
    char chunk[16384];
    size_t size;
    FILE *file = fopen(path, "re");
    if (!file)
        die("%s cannot be read", path);
    kit_buf_init(&fake->types, mem_kit(), LARGEST_TYPES);
    while ((size = fread(chunk, 1, sizeof chunk, file)) > 0)
        kit_buf_add(&fake->types, chunk, size);
    fclose(file);
}

static unsigned answer(void *arg, const struct http_request *request, kit_buf *body)
{
    struct fake *fake = arg;
    const aw_header authorization = {"authorization", request->authorization};
    const struct cloud_request asked = {
        .method = request->method,
        .path = request->path,
        .query = "",
        .headers = &authorization,
        .header_count = 1,
        .body = request->body,
        .body_size = request->body_size,
    };
    struct cloud_answer answered;
    if (!strcmp(request->method, "GET") && !strcmp(request->path, TYPES_PATH)) {
        kit_buf_add(body, fake->types.data, fake->types.size);
        return 200;
    }
    cloud_answer(fake->cloud, &asked, wall_ms(), &answered);
    kit_buf_add(body, answered.body.data, answered.body.size);
    kit_buf_finish(&answered.body);
    return answered.status;
}

static struct machine_counts count_machines(const json_t *truth)
{
    struct machine_counts counts = {0};
    json_t *tokens = json_object();
    const json_t *machine;
    size_t i;
    json_array_foreach(json_object_get(truth, "machines"), i, machine)
    {
        const char *token = json_string_value(json_object_get(machine, "token"));
        counts.launches++;
        counts.launched_twice += json_object_get(tokens, token) != NULL;
        counts.left += json_integer_value(json_object_get(machine, "ended_ms")) == 0;
        json_object_set_new(tokens, token, json_true());
    }
    json_decref(tokens);
    return counts;
}

static struct request_counts count_requests(const json_t *truth)
{
    struct request_counts counts = {0};
    const json_t *request;
    size_t i;
    json_array_foreach(json_object_get(truth, "requests"), i, request)
    {
        const char *name = json_string_value(json_object_get(request, "request"));
        counts.listings += !strcmp(name, "instances");
        counts.refused += json_integer_value(json_object_get(request, "status")) >= 400;
    }
    return counts;
}

static void print_counts(const struct http_counts *http, const struct cloud *cloud)
{
    json_t *truth = cloud_truth(cloud, wall_ms());
    struct machine_counts machines = count_machines(truth);
    struct request_counts requests = count_requests(truth);
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
           " %" PRIu64 "\n",
           http->requests, http->connections, http->connections_at_once, machines.launches,
           machines.launched_twice, requests.listings, requests.refused, machines.left);
    json_decref(truth);
}

static struct cloud *make_cloud(const char *boot_ms, const char *end_ms)
{
    char script[128];
    struct cloud *cloud = cloud_create();
    snprintf(script, sizeof script, "{\"lambda\": {\"boot_ms\": %lu, \"end_ms\": %lu}}",
             strtoul(boot_ms, NULL, 10), strtoul(end_ms, NULL, 10));
    cloud_script_text(cloud, script, wall_ms());
    return cloud;
}

int main(int argc, char **argv)
{
    struct fake fake;
    if (argc != 5)
        die("usage: fake_lambda TYPES_FILE LATENCY_MS BOOT_MS END_MS");
    raise_descriptor_limit();
    read_types(&fake, argv[1]);
    fake.cloud = make_cloud(argv[3], argv[4]);
    struct http_server *server = http_server_create(strtoull(argv[2], NULL, 10), answer, &fake);
    printf("%u\n", http_server_port(server));
    fflush(stdout);
    http_server_run(server, STDIN_FILENO);
    print_counts(http_server_counts(server), fake.cloud);
    http_server_destroy(server);
    cloud_destroy(fake.cloud);
    kit_buf_finish(&fake.types);
    return 0;
}
