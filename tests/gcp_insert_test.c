/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent to make and to end machines, field by field beside what gcloud 528 sends for the same wish. */
#include "gcp_launch.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SAME(path, value)                                                                          \
    {                                                                                              \
        path, value, value                                                                         \
    }
#define LONGEST 4096

/* A field that gcloud sends, and what is sent here; NULL: it is not sent. Addresses are shortened to what stands
 * behind ".../projects/farm-proj-1/": the API takes either, and one that names no host holds behind any proxy. */
struct field {
    const char *path;
    const char *gcloud;
    const char *ours;
};

static void print_scalar(const json_t *value, char *text, size_t size)
{
    if (json_is_string(value))
        snprintf(text, size, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, size, "%d", (int)json_integer_value(value));
    else
        snprintf(text, size, "%s", json_is_true(value) ? "true" : "false");
}

static const struct field *find(const struct field *fields, const char *path)
{
    while (fields->path && strcmp(fields->path, path) != 0)
        fields++;
    return fields->path ? fields : NULL;
}

/* Checks every scalar of the tree against the table; the number of them. */
static size_t check(const json_t *value, const char *path, const struct field *fields)
{
    char inner[256];
    char text[LONGEST];
    const char *key;
    json_t *member;
    size_t count = 0;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)value, key, member)
        {
            snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "." : "", key);
            count += check(member, inner, fields);
        }
        return count;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        snprintf(inner, sizeof inner, "%s[%d]", path, (int)i);
        count += check(json_array_get(value, i), inner, fields);
    }
    if (json_is_array(value))
        return count;
    print_scalar(value, text, sizeof text);
    const struct field *field = find(fields, path);
    if (!field || !field->ours)
        fail_msg("%s is sent, as \"%s\"", path, text);
    assert_string_equal(text, field->ours);
    return 1;
}

static void assert_body(const char *body, const struct field *fields)
{
    size_t expected = 0;
    json_t *root = json_loads(body, 0, NULL);
    assert_non_null(root);
    for (const struct field *field = fields; field->path; field++)
        expected += field->ours != NULL;
    assert_int_equal(check(root, "", fields), expected);
    json_decref(root);
}

/* What differs in every body. */
#define ALWAYS                                                                                     \
    /* gcloud writes out two defaults of the API's. */                                             \
    {"canIpForward", "false", NULL}, {"deletionProtection", "false", NULL},                        \
        SAME("disks[0].autoDelete", "true"), SAME("disks[0].boot", "true"),                        \
        SAME("disks[0].mode", "READ_WRITE"),                                                       \
        SAME("disks[0].type", "PERSISTENT"), /* Whose it is and which create made it. */           \
        {"labels.archway-owner", NULL, "my-server"}, {"labels.archway-token", NULL, TOKEN},        \
        {"disks[0].initializeParams.labels.archway-owner", NULL, "my-server"},                     \
        {"disks[0].initializeParams.labels.archway-token", NULL, TOKEN},                           \
        {"disks[0].initializeParams.description", NULL, "archway-token=" TOKEN},                   \
        {"metadata.items[0].key", NULL, "archway-owner"},                                          \
        {"metadata.items[0].value", NULL, "my-server"},                                            \
        {"metadata.items[1].key", NULL, "archway-token"},                                          \
        {"metadata.items[1].value", NULL, TOKEN},                                                  \
    {                                                                                              \
        "tags.items[0]", NULL, "archway" /* The firewall rule's. */                                \
    }
/* The same thing, under the name that the console gives it; it has no meaning. */
#define PUBLIC                                                                                     \
    {"networkInterfaces[0].accessConfigs[0].name", "external-nat", "External NAT"},                \
        SAME("networkInterfaces[0].accessConfigs[0].type", "ONE_TO_ONE_NAT")
#define DEFAULT_NETWORK                                                                            \
    SAME("networkInterfaces[0].network", "projects/farm-proj-1/global/networks/default")

/* gcloud compute instances create arm2 --machine-type c4a-standard-4 --zone us-central1-a
 * --image-family debian-12-arm64 --image-project debian-cloud --provisioning-model SPOT
 * --instance-termination-action DELETE --max-run-duration 2h --boot-disk-type hyperdisk-balanced
 * --boot-disk-size 40GB --no-service-account --no-scopes --metadata ssh-keys=... */
static void test_a_spot_axion_for_two_hours(void **state)
{
    static const struct field fields[] = {
        ALWAYS,
        PUBLIC,
        DEFAULT_NETWORK,
        /* Names differ because here a part of each is the token's. */
        {"name", "arm2", "runner-51e2e6da467c"},
        SAME("machineType", "zones/us-central1-a/machineTypes/c4a-standard-4"),
        /* gcloud asks for the family's view in a zone, which is the family's image wherever the zone is. */
        {"disks[0].initializeParams.sourceImage",
         "projects/debian-cloud/zones/-/imageFamilyViews/debian-12-arm64",
         "projects/debian-cloud/global/images/family/debian-12-arm64"},
        SAME("disks[0].initializeParams.diskType",
             "zones/us-central1-a/diskTypes/hyperdisk-balanced"),
        SAME("disks[0].initializeParams.diskSizeGb", "40"),
        SAME("scheduling.automaticRestart", "false"),
        SAME("scheduling.instanceTerminationAction", "DELETE"),
        /* Whenever the same create is sent again, its end is the same. */
        {"scheduling.maxRunDuration.seconds", "7200", NULL},
        {"scheduling.terminationTime", NULL, "2026-01-01T02:00:00Z"},
        SAME("scheduling.preemptible", "true"),
        SAME("scheduling.provisioningModel", "SPOT"),
        /* The API's own choice for spot, said aloud. */
        {"scheduling.onHostMaintenance", NULL, "TERMINATE"},
        {"labels.archway-expires", NULL, "1767232800"},
        {"disks[0].initializeParams.labels.archway-expires", NULL, "1767232800"},
        /* The only card that Axion takes, said aloud. */
        {"networkInterfaces[0].nicType", NULL, "GVNIC"},
        SAME("metadata.items[2].key", "ssh-keys"),
        /* The user of Ubuntu's images. */
        {"metadata.items[2].value", "debian:ssh-ed25519 AAAA test", "ubuntu:ssh-ed25519 AAAA test"},
        /* Without it a project that uses OS Login would not look at the key. */
        {"metadata.items[3].key", NULL, "enable-oslogin"},
        {"metadata.items[3].value", NULL, "FALSE"},
        {NULL, NULL, NULL},
    };
    static const char *const keys[] = {"ssh-ed25519 AAAA test"};
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    wish.spot = 1;
    wish.image = "projects/debian-cloud/global/images/family/debian-12-arm64";
    wish.disk_mib = 40 * 1024;
    wish.expires_at_ms = 1767225600000u + 7200 * 1000;
    wish.ssh_keys = keys;
    wish.ssh_key_count = 1;
    launch_until_insert(&host, &wish, NULL);
    assert_body(host_last(&host)->body, fields);
    host_finish(&host);
}

/* gcloud compute instances create arm1 --machine-type t2a-standard-4 --boot-disk-size 40GB --boot-disk-type
 * pd-balanced --labels owner=farm,lease=l1 --metadata-from-file startup-script=user-data.sh ... */
static void test_an_ampere_with_labels_and_a_script(void **state)
{
    static const struct field fields[] = {
        ALWAYS,
        PUBLIC,
        DEFAULT_NETWORK,
        {"name", "arm1", "runner-51e2e6da467c"},
        SAME("machineType", "zones/us-central1-a/machineTypes/t2a-standard-4"),
        {"disks[0].initializeParams.sourceImage",
         "projects/debian-cloud/zones/-/imageFamilyViews/debian-12-arm64",
         "projects/debian-cloud/global/images/family/debian-12-arm64"},
        SAME("disks[0].initializeParams.diskType", "zones/us-central1-a/diskTypes/pd-balanced"),
        SAME("disks[0].initializeParams.diskSizeGb", "40"),
        SAME("labels.owner", "farm"),
        SAME("labels.lease", "l1"),
        /* What pays for a machine pays for its disk. */
        {"disks[0].initializeParams.labels.owner", NULL, "farm"},
        {"disks[0].initializeParams.labels.lease", NULL, "l1"},
        SAME("scheduling.automaticRestart", "true"),
        {"networkInterfaces[0].nicType", NULL, "GVNIC"},
        /* User data is cloud-init's, which takes scripts, too, and runs in every image of Ubuntu's. */
        {"metadata.items[2].key", "startup-script", "user-data"},
        SAME("metadata.items[2].value", "#!/bin/sh\necho \"h\xc3\xa9llo & <world>\" > /root/hi\n"),
        /* A machine can do nothing in the project unless the configuration names an account; gcloud gives it
         * the default one with seven scopes. */
        {"serviceAccounts[0].email", "default", NULL},
        {"serviceAccounts[0].scopes[0]", "https://www.googleapis.com/auth/devstorage.read_only",
         NULL},
        {NULL, NULL, NULL},
    };
    static const aw_header tags[] = {{"Owner", "farm"}, {"lease", "l1"}};
    static const char script[] = "#!/bin/sh\necho \"h\xc3\xa9llo & <world>\" > /root/hi\n";
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    wish.instance_type = "t2a-standard-4";
    wish.image = "projects/debian-cloud/global/images/family/debian-12-arm64";
    wish.disk_mib = 40 * 1024 - 100; /* whole GiB, never less than was asked for */
    wish.tags = tags;
    wish.tag_count = 2;
    wish.user_data = (aw_bytes){script, strlen(script)};
    launch_until_insert(&host, &wish, NULL);
    assert_body(host_last(&host)->body, fields);
    host_finish(&host);
}

/* gcloud compute instances create gpu2 --accelerator type=nvidia-l4,count=1 --maintenance-policy TERMINATE
 * --preemptible --image-family debian-12 ...; there on an n2, which the API would refuse, here on an n1. */
static void test_a_gpu_that_is_attached(void **state)
{
    static const struct field fields[] = {
        ALWAYS,
        PUBLIC,
        DEFAULT_NETWORK,
        {"name", "gpu2", "runner-51e2e6da467c"},
        {"machineType", "zones/us-central1-a/machineTypes/n2-standard-4",
         "zones/us-central1-a/machineTypes/n1-standard-4"},
        SAME("guestAccelerators[0].acceleratorCount", "1"),
        {"guestAccelerators[0].acceleratorType", "zones/us-central1-a/acceleratorTypes/nvidia-l4",
         "zones/us-central1-a/acceleratorTypes/nvidia-tesla-t4"},
        {"disks[0].initializeParams.sourceImage",
         "projects/debian-cloud/zones/-/imageFamilyViews/debian-12",
         "projects/debian-cloud/global/images/family/debian-12"},
        /* Without it the disk would be a slow one, pd-standard. */
        {"disks[0].initializeParams.diskType", NULL, "zones/us-central1-a/diskTypes/pd-balanced"},
        SAME("scheduling.automaticRestart", "false"),
        SAME("scheduling.onHostMaintenance", "TERMINATE"),
        SAME("scheduling.preemptible", "true"),
        /* --preemptible is the old kind of spot, which ends after a day and stays there stopped. */
        {"scheduling.provisioningModel", NULL, "SPOT"},
        {"scheduling.instanceTerminationAction", NULL, "DELETE"},
        {"serviceAccounts[0].email", "default", NULL},
        {NULL, NULL, NULL},
    };
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    wish.arch = AW_ARCH_AMD64;
    wish.spot = 1;
    wish.instance_type = "n1-standard-4";
    wish.offer_data = "gpu=nvidia;attach=nvidia-tesla-t4:1";
    wish.image = "projects/debian-cloud/global/images/family/debian-12";
    launch_until_insert(&host, &wish, NULL);
    assert_body(host_last(&host)->body, fields);
    host_finish(&host);
}

/* gcloud compute instances create gpu1 --machine-type g2-standard-4 --maintenance-policy TERMINATE --no-address
 * --subnet projects/farm-proj-1/regions/us-central1/subnetworks/s1 --image debian-12-v20260812 ... */
static void test_a_gpu_that_is_built_in_and_no_address(void **state)
{
    static const struct field fields[] = {
        ALWAYS,
        /* gcloud leaves the network to the subnetwork; both may be named. */
        {"networkInterfaces[0].network", NULL, "projects/farm-proj-1/global/networks/default"},
        SAME("networkInterfaces[0].subnetwork",
             "projects/farm-proj-1/regions/us-central1/subnetworks/s1"),
        {"name", "gpu1", "runner-51e2e6da467c"},
        SAME("machineType", "zones/us-central1-a/machineTypes/g2-standard-4"),
        SAME("disks[0].initializeParams.sourceImage",
             "projects/debian-cloud/global/images/debian-12-v20260812"),
        {"disks[0].initializeParams.diskType", NULL, "zones/us-central1-a/diskTypes/pd-balanced"},
        SAME("scheduling.automaticRestart", "true"),
        SAME("scheduling.onHostMaintenance", "TERMINATE"),
        {"serviceAccounts[0].email", "default", "runner@farm-proj-1.iam.gserviceaccount.com"},
        /* One scope for all: what the account may do is told by its roles. */
        {"serviceAccounts[0].scopes[0]", "https://www.googleapis.com/auth/devstorage.read_only",
         "https://www.googleapis.com/auth/cloud-platform"},
        {NULL, NULL, NULL},
    };
    static const char *const values[] = {"s1", "false",
                                         "runner@farm-proj-1.iam.gserviceaccount.com"};
    static const aw_setting items[] = {{"subnetwork", &values[0], 1},
                                       {"public_ip", &values[1], 1},
                                       {"service_account", &values[2], 1}};
    static const aw_settings settings = {
        .size = sizeof settings, .count = 3, .items = items, .name = "gcp"};
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    wish.arch = AW_ARCH_AMD64;
    wish.instance_type = "g2-standard-4";
    wish.offer_data = "gpu=nvidia";
    wish.image = "projects/debian-cloud/global/images/debian-12-v20260812";
    launch_until_insert(&host, &wish, &settings);
    assert_body(host_last(&host)->body, fields);
    host_finish(&host);
}

/* gcloud sends no request id, neither here nor there: a repetition of its may be a second request. And it adds
 * alt=json, which is the default. */
static void test_the_addresses_of_insert_and_delete(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    const aw_ref ref = {.size = sizeof ref, .zone = "us-central1-a", .id = "arm1"};
    (void)state;
    launch_until_insert(&host, &wish, NULL);
    assert_string_equal(host_last(&host)->line,
                        "POST " PROJECT "zones/us-central1-a/instances?requestId="
                        "50454231-b38d-83e2-9411-31f3f59433bd");
    assert_int_equal(host_last(&host)->flags, AW_REQUEST_REPEATABLE);
    host_begin(&host);
    vtable()->terminate(&host.op, &ref);
    assert_contains(host_last(&host)->line,
                    "DELETE " PROJECT "zones/us-central1-a/instances/arm1?requestId=");
    assert_string_equal(host_last(&host)->body, "");
    assert_int_equal(host_last(&host)->flags, AW_REQUEST_REPEATABLE);
    host_finish(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_spot_axion_for_two_hours),
        cmocka_unit_test(test_an_ampere_with_labels_and_a_script),
        cmocka_unit_test(test_a_gpu_that_is_attached),
        cmocka_unit_test(test_a_gpu_that_is_built_in_and_no_address),
        cmocka_unit_test(test_the_addresses_of_insert_and_delete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
