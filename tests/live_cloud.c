/* SPDX-License-Identifier: Apache-2.0 */
/* One machine's life on a cloud on loopback. */
#include "tests/live_cloud.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#define MACHINE_ID "0920582c7ff041399e34823a0be62549"
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d"

static const char machine[] =
    "{\"id\": \"" MACHINE_ID "\", \"name\": \"trainer\", \"ip\": \"192.0.2.1\", "
    "\"status\": \"active\", \"ssh_key_names\": [\"laptop\"], \"file_system_names\": [], "
    "\"region\": {\"name\": \"us-east-3\", \"description\": \"Washington DC, USA\"}, "
    "\"instance_type\": {\"name\": \"gpu_1x_gh200\", \"description\": \"1x GH200 (96 GB)\", "
    "\"gpu_description\": \"GH200 (96 GB)\", \"price_cents_per_hour\": 149, \"specs\": "
    "{\"vcpus\": 64, \"memory_gib\": 432, \"storage_gib\": 4096, \"gpus\": 1}}, \"tags\": %s}";

static void say_data(struct peer *peer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say_data(struct peer *peer, const char *format, ...)
{
    char data[4096];
    char body[sizeof data + 16];
    va_list args;
    va_start(args, format);
    vsnprintf(data, sizeof data, format, args);
    va_end(args);
    snprintf(body, sizeof body, "{\"data\": %s}", data);
    peer_answer(peer, body);
}

static void say_types(struct peer *peer)
{
    char body[4096] = {0};
    int fd = open(SOURCE_DIR "/fixtures/lambda/gh200.json", O_RDONLY | O_CLOEXEC);
    ssize_t size = read(fd, body, sizeof body - 1);
    close(fd);
    if (size > 0)
        peer_answer(peer, body);
}

/* The tags that the launch asked for are those that the machine has. */
static void launch(struct peer *peer, const struct heard *heard, struct live_cloud *cloud)
{
    const char *tags = strstr(heard->body, "\"tags\":");
    tags = tags ? strchr(tags, '[') : NULL;
    const char *end = tags ? strchr(tags, ']') : NULL;
    if (!end)
        return peer_end(peer);
    cloud->launches++;
    snprintf(cloud->tags, sizeof cloud->tags, "%.*s", (int)(end - tags + 1), tags);
    if (cloud->lose_launch)
        return peer_reset(peer);
    if (cloud->stall_launch)
        return;
    say_data(peer, "{\"instance_ids\": [\"" MACHINE_ID "\"]}");
}

static void say_machines(struct peer *peer, const struct live_cloud *cloud)
{
    char text[2048] = "";
    if (cloud->tags[0])
        snprintf(text, sizeof text, machine, cloud->tags);
    say_data(peer, "[%s]", text);
}

static bool is_for(const struct heard *heard, const char *path)
{
    const char *found = strstr(heard->head, path);
    return found && found < strstr(heard->head, "\r\n") && found[strlen(path)] == ' ';
}

static void answer(struct peer *peer, const struct heard *heard, struct live_cloud *cloud)
{
    if (is_for(heard, "/instance-types"))
        say_types(peer);
    else if (is_for(heard, "/ssh-keys"))
        say_data(peer, "[{\"id\": \"1\", \"name\": \"laptop\", \"public_key\": \"%s\"}]", KEY);
    else if (is_for(heard, "/instance-operations/launch"))
        launch(peer, heard, cloud);
    else if (is_for(heard, "/instances"))
        say_machines(peer, cloud);
    else if (is_for(heard, "/instances/" MACHINE_ID))
        say_data(peer, machine, cloud->tags);
    else if (is_for(heard, "/images"))
        say_data(peer, "[{\"id\": \"1\", \"region\": {\"name\": \"us-east-3\"}}]");
    else
        peer_say(peer, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

static void terminate(struct peer *peer, struct live_cloud *cloud)
{
    cloud->terminated = true;
    peer_answer(peer, "{\"data\": {\"terminated_instances\": [{\"id\": \"" MACHINE_ID "\"}]}}");
}

void live_cloud_answer(struct peer *peer, const struct heard *heard, void *arg)
{
    struct live_cloud *cloud = arg;
    if (cloud->stalls)
        return peer_wait(peer);
    pthread_mutex_lock(&cloud->lock);
    snprintf(cloud->head, sizeof cloud->head, "%s", heard->head);
    if (cloud->busy) {
        cloud->busy--;
        peer_say(peer, "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
    } else if (is_for(heard, "/instance-operations/terminate")) {
        terminate(peer, cloud);
    } else {
        answer(peer, heard, cloud);
    }
    pthread_mutex_unlock(&cloud->lock);
    if (cloud->stall_launch && is_for(heard, "/instance-operations/launch"))
        peer_wait(peer);
}

void live_config_write(const char *path, const struct tls_server *at, const char *key)
{
    char text[2048];
    char *here = get_current_dir_name();
    int size = snprintf(text, sizeof text,
                        "owner: my-server\njournal: %s/journal.db\nbackends:\n  - type: lambda\n"
                        "    endpoint: %s\n    rate_limit: false\n    api_key: %s\n",
                        here, server_url(at, "/api/v1"), key);
    free(here);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, (size_t)size), size);
    close(fd);
}

void live_config_remove(const char *path)
{
    unlink(path);
    unlink("journal.db");
    unlink("journal.db-writers");
}

archway *live_open(const char *config_path)
{
    archway_options options = {
        .size = sizeof options, .default_plugin_dir = PLUGIN_DIR, .config_path = config_path};
    archway *aw = NULL;
    aw_error error = {0};
    archway_backend_info info = {.size = sizeof info};
    if (archway_open(&options, &aw, &error))
        fail_msg("%s", error.message);
    assert_int_equal(archway_backend_at(aw, 0, &info), 0);
    if (info.error->code)
        fail_msg("%s", info.error->message);
    return aw;
}

static archway_job *begun(int status, archway_job *job, const aw_error *error)
{
    if (status)
        fail_msg("%s", error->message);
    return job;
}

archway_job *live_offers(archway *aw, const archway_query *query, const archway_call *call)
{
    archway_job *job = NULL;
    aw_error error = {0};
    int status = archway_offers(aw, query, 0, call, &job, &error);
    return begun(status, job, &error);
}

archway_job *live_create(archway *aw, const archway_call *call)
{
    static const char *const keys[] = {KEY};
    const aw_offer offer = {.size = sizeof offer,
                            .arch = AW_ARCH_ARM64,
                            .instance_type = "gpu_1x_gh200",
                            .region = "us-east-3"};
    const archway_wish wish = {.size = sizeof wish,
                               .ssh_key_count = 1,
                               .backend = "lambda",
                               .offer = &offer,
                               .name = "trainer",
                               .ssh_keys = keys};
    archway_job *job = NULL;
    aw_error error = {0};
    int status = archway_create(aw, &wish, call, &job, &error);
    return begun(status, job, &error);
}

archway_job *live_list(archway *aw, const archway_call *call)
{
    archway_job *job = NULL;
    aw_error error = {0};
    int status = archway_list(aw, "lambda", "my-server", call, &job, &error);
    return begun(status, job, &error);
}

archway_job *live_terminate(archway *aw, const archway_call *call)
{
    static const archway_machine it = {
        .size = sizeof it, .backend = "lambda", .region = "us-east-3", .id = MACHINE_ID};
    archway_job *job = NULL;
    aw_error error = {0};
    int status = archway_terminate(aw, &it, call, &job, &error);
    return begun(status, job, &error);
}

archway_job *live_succeed(archway *aw, archway_job *job)
{
    while (archway_run(aw, job))
        continue;
    if (archway_job_error(job)->code)
        fail_msg("%s", archway_job_error(job)->message);
    return job;
}
