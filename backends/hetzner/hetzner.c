/* SPDX-License-Identifier: Apache-2.0 */
/* The entry of the Hetzner Cloud backend: what core reads before it runs, `open`, and the regions. */
#include "backends/hetzner/hetzner.h"

#include "kit/answer.h"
#include "kit/error.h"
#include "kit/price.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PAGES 1000
#define MOST_DIGITS 18

void hetzner_request_init(kit_request *request, aw_op *op, const char *name, const char *method,
                          const char *resource)
{
    const struct hetzner *hetzner = op->state;
    kit_request_init(request, op, name, method, hetzner->endpoint);
    kit_request_path(request, resource);
}

/* https://docs.hetzner.cloud/#pagination */
void hetzner_page_query(kit_request *request, const char *page)
{
    kit_request_query(request, "per_page", "50");
    kit_request_query(request, "page", page ? page : "1");
}

const char *hetzner_page_next(aw_op *op, const kit_json_node *root)
{
    char text[24];
    kit_json_node meta = kit_json_find(root, "meta");
    kit_json_node pagination = kit_json_find(&meta, "pagination");
    int64_t next = kit_json_find_integer(&pagination, "next_page", 1, MOST_PAGES, 0);
    snprintf(text, sizeof text, "%" PRId64, next);
    return next ? kit_copy_text(op, text) : NULL;
}

void hetzner_fail_unread(aw_op *op, const char *request, const aw_error *problem, uint32_t retry)
{
    kit_answer_fail_unread(op, HETZNER_TITLE, request, problem, retry);
}

/* ---- open ---- */

/* A list of ids, as the API and its console show them. -1: the operation has failed. */
static int ids_read(aw_op *op, const aw_settings *settings, const char *name,
                    struct hetzner_ids *ret_ids)
{
    const aw_setting *setting = kit_setting(settings, name);
    if (!setting)
        return 0;
    ret_ids->count = setting->count;
    ret_ids->values = aw_alloc(op, (size_t)setting->count * sizeof *ret_ids->values);
    for (uint64_t i = 0; ret_ids->values && i < setting->count; i++) {
        const char *text = setting->values[i];
        size_t size = strlen(text);
        if (size == 0 || size > MOST_DIGITS || strspn(text, "0123456789") != size) {
            kit_fail(op, AW_E_INVALID, "`%s` has \"%.60s\": write ids, which are numbers.", name,
                     text);
            return -1;
        }
        ret_ids->values[i] = strtoll(text, NULL, 10);
    }
    return ret_ids->values ? 0 : -1;
}

static int rate_read(const aw_settings *settings, uint64_t *ret_nusd, aw_error *ret_error)
{
    const char *text = kit_setting_text(settings, "usd_per_eur");
    if (text && (kit_price_read(text, ret_nusd) || *ret_nusd == 0))
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "`usd_per_eur` is \"%.60s\": write what a euro costs in dollars, as in "
            "\"1.16\".",
            text);
    return 0;
}

static void hetzner_open(aw_op *op, const aw_settings *settings, void **ret_state)
{
    aw_error error;
    struct hetzner *hetzner = aw_alloc(op, sizeof *hetzner);
    if (!hetzner || kit_setting_own(op, settings, "endpoint", HETZNER_ENDPOINT, &hetzner->endpoint))
        return;
    if (rate_read(settings, &hetzner->nusd_per_eur, &error))
        return aw_fail(op, &error);
    if (ids_read(op, settings, "networks", &hetzner->networks) ||
        ids_read(op, settings, "firewalls", &hetzner->firewalls))
        return;
    hetzner->with_ipv4 = kit_setting_boolean(settings, "ipv4", 1);
    *ret_state = hetzner;
}

/* ---- regions: what the API calls locations ---- */

static int on_locations(aw_op *op, void *owner, const aw_response *answer, const char **ret_token,
                        aw_error *ret_error)
{
    (void)owner;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node locations = kit_json_array(&root, "locations");
    for (size_t i = 0; i < kit_json_count(&locations); i++) {
        kit_json_node location = kit_json_item(&locations, i);
        aw_region region = {.size = sizeof region,
                            .name = kit_json_name(&location, "name"),
                            .description = kit_json_find_name(&location, "description")};
        if (!document.error.code)
            aw_emit_region(op, &region);
    }
    *ret_token = hetzner_page_next(op, &root);
    *ret_error = document.error;
    return document.error.code ? -1 : 0;
}

static void ask_locations(kit_request *request, aw_op *op, void *owner, const char *token)
{
    (void)owner;
    hetzner_request_init(request, op, "locations", "GET", "locations");
    hetzner_page_query(request, token);
}

static void hetzner_regions(aw_op *op)
{
    static const struct kit_pages pages = {.title = HETZNER_TITLE,
                                           .name = "locations",
                                           .most = MOST_PAGES,
                                           .ask = ask_locations,
                                           .read = on_locations};
    kit_pages_start(op, &pages, NULL);
}

/* ---- the entry ---- */

static const void *hetzner_extension(void *state, const char *id)
{
    static const aw_images images = {.size = sizeof images, .list_images = hetzner_list_images};
    (void)state;
    return strcmp(id, AW_IMAGES) == 0 ? &images : NULL;
}

static const aw_vtable vtable = {
    .size = sizeof vtable,
    .open = hetzner_open,
    .regions = hetzner_regions,
    .list_offers = hetzner_list_offers,
    .create = hetzner_create,
    .get = hetzner_get,
    .list = hetzner_list,
    .terminate = hetzner_terminate,
    .authenticate = hetzner_authenticate,
    .sign = hetzner_sign,
    .classify = hetzner_classify,
    .extension = hetzner_extension,
};

static const aw_option options[] = {
    {"api_token", "the API token of the project, with read and write access", AW_OPTION_TEXT,
     AW_OPTION_SECRET},
    {"usd_per_eur", "what a euro costs, \"1.16\"; else the European Central Bank is asked",
     AW_OPTION_TEXT, 0},
    {"networks", "ids of private networks that machines join", AW_OPTION_LIST, 0},
    {"firewalls", "ids of firewalls that are applied to machines", AW_OPTION_LIST, 0},
    {"ipv4", "a public IPv4 address, which costs extra: true (as without it) or false",
     AW_OPTION_BOOLEAN, 0},
};

/* The full bucket holds an hour's worth; less is taken at once, since others use the project, too. */
static const aw_rate_limit limits[] = {{"*", 60, HETZNER_PERIOD_MS}};

static const char *const secret_fields[] = {"root_password", "user_data", NULL};
static const char *const credential_variables[] = {"HCLOUD_TOKEN", NULL};
static const char *const credential_files[] = {"~/.config/hcloud/cli.toml", NULL};

const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .min_minor = 0,
    .capabilities =
        AW_CAP_IMAGE | AW_CAP_USER_DATA | AW_CAP_IDEMPOTENT_CREATE | AW_CAP_WHOLE_LISTING,
    .provider = "hetzner",
    .title = HETZNER_TITLE,
    .version = "0.1.0",
    .endpoint = HETZNER_ENDPOINT,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .limits = limits,
    .limit_count = sizeof limits / sizeof limits[0],
    .secret_fields = secret_fields,
    .credential_variables = credential_variables,
    .credential_files = credential_files,
    .vtable = &vtable,
};
