/* SPDX-License-Identifier: Apache-2.0 */
/* Creating a machine on Google Cloud, played by hand: the wish, and what Google answers to its steps. */
#ifndef ARCHWAY_TESTS_GCP_LAUNCH_H
#define ARCHWAY_TESTS_GCP_LAUNCH_H

#include "backend_host.h"

#include <string.h>

#define TOKEN "00112233445566778899aabbccddeeff"
#define COMPUTE_V1 "https://compute.googleapis.com/compute/v1/"
#define PROJECT COMPUTE_V1 "projects/farm-proj-1/"
#define GCP_ERROR(code, reason, message)                                                           \
    "{\"error\":{\"code\":" #code ",\"message\":\"" message                                        \
    "\",\"errors\":[{\"domain\":\"global\",\"reason\":\"" reason "\"}]}}"
#define IMAGE(arch) "{\"name\":\"an-image\",\"architecture\":\"" arch "\"}"
#define OPERATION(status) "{\"name\":\"operation-1\",\"status\":\"" status "\"}"
#define FAILED(code, message, http)                                                                \
    "{\"name\":\"operation-1\",\"status\":\"DONE\",\"httpErrorStatusCode\":" #http                 \
    ",\"error\":{\"errors\":[{\"code\":\"" code "\",\"message\":\"" message "\"}]}}"

/* A wish for a c4a-standard-4, whose other fields a test sets. */
static inline aw_create wish_for_axion(void)
{
    return (aw_create){.size = sizeof(aw_create),
                       .arch = AW_ARCH_ARM64,
                       .instance_type = "c4a-standard-4",
                       .region = "us-central1",
                       .zone = "us-central1-a,us-central1-b",
                       .name = "runner",
                       .owner = "my-server",
                       .token = TOKEN};
}

/* Opens the backend in a project, with further settings. */
static inline void gcp_begin(struct backend_host *host, const aw_settings *settings)
{
    static const aw_header variables[] = {{"GOOGLE_CLOUD_PROJECT", "farm-proj-1"}, {NULL, NULL}};
    host_init(host, &(struct host_world){.variables = variables, .settings = settings});
    host_begin(host);
}

static inline void assert_asks(const struct backend_host *host, const char *line)
{
    if (host->error.code)
        assert_contains(host->error.message, line);
    assert_contains(host_last(host)->line, line);
    if (host_waiting(host) != 1)
        assert_contains("nothing is asked", line);
}

/* Begins to create, and answers as far as the insert; `arch` is the image's. */
static inline void launch_until_insert(struct backend_host *host, const aw_create *wish,
                                       const aw_settings *settings)
{
    gcp_begin(host, settings);
    vtable()->create(&host->op, wish);
    assert_asks(host, "/global/images/");
    host_answer(host, 200, wish->arch == AW_ARCH_ARM64 ? IMAGE("ARM64") : IMAGE("X86_64"));
    if (strstr(host_last(host)->line, "/firewalls/"))
        host_answer(host, 200, "{}");
    assert_asks(host, "/instances?requestId=");
}

#endif
