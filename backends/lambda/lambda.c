/* SPDX-License-Identifier: Apache-2.0 */
/* The entry of the Lambda Cloud backend: what core reads before it runs, and `open`. */
#include "backends/lambda/lambda.h"

#include "kit/answer.h"
#include "kit/settings.h"

#include <string.h>

void lambda_request_init(kit_request *request, aw_op *op, const char *name, const char *method)
{
    const struct lambda *lambda = op->state;
    kit_request_init(request, op, name, method, lambda->endpoint);
}

void lambda_fail_unread(aw_op *op, const char *request, const aw_error *problem, uint32_t retry)
{
    kit_answer_fail_unread(op, "Lambda Cloud", request, problem, retry);
}

static void lambda_open(aw_op *op, const aw_settings *settings, void **ret_state)
{
    const char *endpoint = kit_setting_text(settings, "endpoint");
    struct lambda *lambda = aw_alloc(op, sizeof *lambda);
    char *copy = kit_copy_text(op, endpoint ? endpoint : LAMBDA_ENDPOINT);
    if (!lambda || !copy)
        return;
    lambda->endpoint = copy;
    *ret_state = lambda;
}

static const void *lambda_extension(void *state, const char *id)
{
    static const aw_images images = {.size = sizeof images, .list_images = lambda_list_images};
    (void)state;
    return strcmp(id, AW_IMAGES) == 0 ? &images : NULL;
}

static const aw_vtable vtable = {
    .size = sizeof vtable,
    .open = lambda_open,
    .regions = lambda_regions,
    .list_offers = lambda_list_offers,
    .create = lambda_create,
    .get = lambda_get,
    .list = lambda_list,
    .terminate = lambda_terminate,
    .authenticate = lambda_authenticate,
    .sign = lambda_sign,
    .classify = lambda_classify,
    .extension = lambda_extension,
};

static const aw_option options[] = {
    {"api_key", "the API key, from https://cloud.lambda.ai/api-keys", AW_OPTION_TEXT,
     AW_OPTION_SECRET},
};

static const aw_rate_limit limits[] = {
    {"*", 1, LAMBDA_PERIOD_MS},
    {LAMBDA_LAUNCH, 1, LAMBDA_LAUNCH_PERIOD_MS},
};

static const char *const secret_fields[] = {"jupyter_token", "jupyter_url", "private_key",
                                            "user_data", NULL};
static const char *const credential_variables[] = {"LAMBDA_API_KEY", NULL};
static const char *const credential_files[] = {"~/.lambda_cloud/lambda_keys", NULL};

const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .min_minor = 0,
    .capabilities = AW_CAP_IMAGE | AW_CAP_USER_DATA | AW_CAP_WHOLE_LISTING,
    .provider = "lambda",
    .title = "Lambda Cloud",
    .version = "0.1.0",
    .endpoint = LAMBDA_ENDPOINT,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .limits = limits,
    .limit_count = sizeof limits / sizeof limits[0],
    .secret_fields = secret_fields,
    .credential_variables = credential_variables,
    .credential_files = credential_files,
    .vtable = &vtable,
};
