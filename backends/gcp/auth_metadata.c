/* SPDX-License-Identifier: Apache-2.0 */
/* The token of the machine itself: https://cloud.google.com/compute/docs/access/authenticate-workloads */
#include "backends/gcp/auth.h"

#include "kit/answer.h"
#include "kit/buf.h"

#include <string.h>
#include <strings.h>

/* By address, since a name may take long not to be found. */
#define METADATA_ADDRESS "169.254.169.254"
#define PATIENCE_MS 1000u

static int file_has(aw_op *op, const char *path, const char *prefix)
{
    aw_bytes content;
    return !aw_read_file(op, path, 4096, &content, NULL) && content.size >= strlen(prefix) &&
           !strncmp(content.data, prefix, strlen(prefix));
}

/* https://cloud.google.com/compute/docs/instances/detect-compute-engine */
static int looks_like_google(aw_op *op)
{
    return file_has(op, "/sys/class/dmi/id/product_name", "Google");
}

static void on_token(aw_op *op, const aw_response *answer, void *arg)
{
    struct auth *auth = arg;
    const char *flavor = kit_answer_header(answer, "metadata-flavor");
    if (!flavor || strcmp(flavor, "Google") != 0)
        auth_fail(auth, "what answered is no metadata server of Google's");
    else
        auth_on_token(op, answer, auth);
}

void auth_by_metadata(struct auth *auth)
{
    const struct gcp *gcp = auth->op->state;
    const char *host = aw_env(auth->op, "GCE_METADATA_HOST");
    const char *never = aw_env(auth->op, "NO_GCE_CHECK");
    kit_request request;
    kit_buf url;
    int is_asked_for = host || gcp->instance_metadata;
    if (never && !strcasecmp(never, "true") && !is_asked_for)
        return auth_fail(auth, "there is no such file, and NO_GCE_CHECK forbids to look further: "
                               "run `gcloud auth application-default login`");
    if (!is_asked_for && !looks_like_google(auth->op))
        return auth_fail(auth, "there is no such file, and this is no machine of Google's: run "
                               "`gcloud auth application-default login`, or name a key file in "
                               "GOOGLE_APPLICATION_CREDENTIALS");
    auth->source = "the metadata server";
    kit_buf_init(&url, kit_op_memory(auth->op), 1024);
    kit_buf_addf(&url, "http://%s/computeMetadata/v1/instance/service-accounts/default/token",
                 host ? host : METADATA_ADDRESS);
    kit_request_init(&request, auth->op, "metadata", "GET",
                     url.state == KIT_BUF_OK ? kit_buf_text(&url) : "");
    kit_request_header(&request, "metadata-flavor", "Google");
    request.wire.flags |= AW_REQUEST_UNSIGNED;
    request.wire.timeout_ms = PATIENCE_MS;
    request.wire.max_attempts = 1;
    kit_request_send(&request, on_token, auth_on_error, auth);
}
