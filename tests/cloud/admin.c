/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The script's words:
 *   {"reset": true}                               no rules, no limits, knobs as at the start
 *   {"aws": {"hidden_ms": 500, "page": 2, ...}}   knobs of a cloud (struct knobs)
 *   {"faults": [{"cloud": "aws", "request": "RunInstances", "do": "reset-after", "skip": 0, "count": 1}]}
 *   {"capacity": [{"place": "us-east-1a", "type": "c7g.large", "left": 0}]}
 *   {"end": ["i-..."]}                            machines that the provider ends by itself
 *   {"disks": [{"id": "vol-...", "attached": "another"}]} what somebody does to disks (tests/cloud/disks.h)
 *   {"ahead_ms": 66000}                           the cloud's clock is ahead of the machine's
 *   {"speed": 20, "speed_from_ms": 1780000000000} and goes so much faster since then
 */
#include "tests/cloud/admin.h"

#include "tests/cloud/disks.h"
#include "tests/cloud/parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void reset(struct cloud *cloud)
{
    cloud->faults = (struct faults){0};
    for (enum cloud_id id = 0; id < CLOUDS; id++)
        knobs_init(&cloud->knobs[id]);
}

static int set_knobs(struct knobs *knobs, const json_t *values)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)values, name, value) if (knob_set(knobs, name, value)) return -1;
    return 0;
}

static int each(struct cloud *cloud, const json_t *list,
                int (*add)(struct faults *faults, const json_t *item))
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (add(&cloud->faults, json_array_get(list, i)))
            return -1;
    return 0;
}

static void end_by_itself(struct cloud *cloud, const char *id, uint64_t now_ms)
{
    for (size_t i = 0; i < cloud->truth.machine_count; i++) {
        struct machine *machine = cloud->truth.machines[i];
        struct call call = {.cloud = cloud, .id = machine->cloud, .now_ms = now_ms};
        if (strcmp(machine->id, id) == 0)
            machine_end(&call, machine, "by the provider");
    }
}

static void set_time(const json_t *script, const char *name, uint64_t *number)
{
    const json_t *value = json_object_get(script, name);
    if (json_is_integer(value))
        *number = (uint64_t)json_integer_value(value);
}

int cloud_script(struct cloud *cloud, const json_t *script, uint64_t now_ms)
{
    const json_t *ended = json_object_get(script, "end");
    const json_t *disks = json_object_get(script, "disks");
    if (!json_is_object(script))
        return -1;
    if (json_is_true(json_object_get(script, "reset")))
        reset(cloud);
    set_time(script, "ahead_ms", &cloud->ahead_ms);
    set_time(script, "speed", &cloud->speed);
    set_time(script, "speed_from_ms", &cloud->speed_from_ms);
    for (enum cloud_id id = 0; id < CLOUDS; id++)
        if (set_knobs(&cloud->knobs[id], json_object_get(script, cloud_name(id))))
            return -1;
    for (size_t i = 0; i < json_array_size(ended); i++)
        end_by_itself(cloud, json_string_value(json_array_get(ended, i)), now_ms);
    for (size_t i = 0; i < json_array_size(disks); i++)
        if (disk_script(cloud, json_array_get(disks, i)))
            return -1;
    return each(cloud, json_object_get(script, "faults"), faults_add) ||
                   each(cloud, json_object_get(script, "capacity"), capacity_set)
               ? -1
               : 0;
}

void cloud_script_text(struct cloud *cloud, const char *script, uint64_t now_ms)
{
    json_t *root = json_loads(script, JSON_REJECT_DUPLICATES, NULL);
    if (!root || cloud_script(cloud, root, now_ms))
        cloud_die("a script that is not understood", script);
    json_decref(root);
}

json_t *cloud_truth(const struct cloud *cloud, uint64_t now_ms)
{
    return truth_json(&cloud->truth, now_ms);
}

void admin_answer(struct call *call)
{
    const struct cloud_request *request = call->request;
    if (strcmp(request->path, "/_truth") == 0)
        return answer_json(call, 200, cloud_truth(call->cloud, call->now_ms));
    json_t *script = json_loadb(request->body, request->body_size, JSON_REJECT_DUPLICATES, NULL);
    int failed = strcmp(request->path, "/_script") != 0 || !script ||
                 cloud_script(call->cloud, script, call->now_ms);
    json_decref(script);
    answer_json(call, failed ? 400 : 200, json_pack("{s:b}", "understood", !failed));
}

/* ---- what clients are told ---- */

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        cloud_die("cannot be written", path);
    close(fd);
}

void cloud_config_write(const char *folder, unsigned port)
{
    char text[2048];
    snprintf(text, sizeof text,
             "owner: cloud-tests\nbackends:\n"
             "  - type: aws\n    endpoint: http://127.0.0.1:%u/aws\n    rate_limit: false\n"
             "    access_key_id: " CLOUD_AWS_KEY_ID "\n"
             "    secret_access_key: " CLOUD_AWS_SECRET "\n"
             "  - type: gcp\n    project: " CLOUD_GCP_PROJECT "\n"
             "    endpoint: http://127.0.0.1:%u/compute/v1\n"
             "    billing_endpoint: http://127.0.0.1:%u/v1\n    credentials_file: %s/gcp.json\n"
             "  - type: lambda\n    endpoint: http://127.0.0.1:%u/api/v1\n    rate_limit: false\n"
             "    api_key: " CLOUD_LAMBDA_KEY "\n",
             port, port, port, folder, port);
    write_file(folder, "config.yaml", text);
    snprintf(text, sizeof text,
             "{\"type\":\"authorized_user\",\"client_id\":\"tests\",\"client_secret\":\"none\","
             "\"refresh_token\":\"" CLOUD_GCP_REFRESH "\",\"token_uri\":"
             "\"http://127.0.0.1:%u/token\"}",
             port);
    write_file(folder, "gcp.json", text);
}
