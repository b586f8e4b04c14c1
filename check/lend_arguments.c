/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments of the plugin's functions, lent with all that they point to. */
#include "check/lend.h"

#include <string.h>

static aw_bytes bytes(struct lender *lender, aw_bytes from)
{
    return (aw_bytes){from.data ? lend_bytes(lender, from.data, from.size) : NULL, from.size};
}

/* A response's body and a program's output have a NUL behind them. */
static aw_bytes terminated(struct lender *lender, aw_bytes from)
{
    char *copy = NULL;
    if (from.data) {
        copy = lend_bytes(lender, from.data, from.size + 1);
        copy[from.size] = '\0';
    }
    return (aw_bytes){copy, from.size};
}

static const aw_header *headers(struct lender *lender, const aw_header *from, uint64_t count)
{
    aw_header *copy = lend_bytes(lender, from, count * sizeof *copy);
    for (uint64_t i = 0; i < count; i++) {
        aw_header header = {lend_text(lender, from[i].name), lend_text(lender, from[i].value)};
        memcpy((char *)copy + i * sizeof header, &header, sizeof header);
    }
    return copy;
}

static const char *const *texts(struct lender *lender, const char *const *from, uint64_t count)
{
    char *copy = lend_bytes(lender, from, count * sizeof *from);
    for (uint64_t i = 0; i < count; i++) {
        const char *text = lend_text(lender, from[i]);
        memcpy(copy + i * sizeof text, &text, sizeof text);
    }
    return (const char *const *)(void *)copy;
}

const aw_settings *lend_settings(struct lender *lender, const aw_settings *settings)
{
    aw_settings copy = *settings;
    char *items = lend_bytes(lender, settings->items, settings->count * sizeof(aw_setting));
    for (uint32_t i = 0; i < settings->count; i++) {
        const aw_setting *from = &settings->items[i];
        aw_setting item = {lend_text(lender, from->name), texts(lender, from->values, from->count),
                           from->count};
        memcpy(items + i * sizeof item, &item, sizeof item);
    }
    copy.items = (const aw_setting *)(void *)items;
    copy.name = lend_text(lender, settings->name);
    return lend_struct(lender, &copy, sizeof copy, FIRST_SIZE(aw_settings, name));
}

const aw_offer_query *lend_query(struct lender *lender, const aw_offer_query *query)
{
    aw_offer_query copy = *query;
    copy.region = lend_text(lender, query->region);
    copy.options = headers(lender, query->options, query->option_count);
    return lend_struct(lender, &copy, sizeof copy, FIRST_SIZE(aw_offer_query, region));
}

const aw_create *lend_create(struct lender *lender, const aw_create *wish)
{
    aw_create copy = *wish;
    copy.instance_type = lend_text(lender, wish->instance_type);
    copy.region = lend_text(lender, wish->region);
    copy.zone = lend_text(lender, wish->zone);
    copy.offer_data = lend_text(lender, wish->offer_data);
    copy.name = lend_text(lender, wish->name);
    copy.owner = lend_text(lender, wish->owner);
    copy.token = lend_text(lender, wish->token);
    copy.image = lend_text(lender, wish->image);
    copy.ssh_keys = texts(lender, wish->ssh_keys, wish->ssh_key_count);
    copy.user_data = bytes(lender, wish->user_data);
    copy.tags = headers(lender, wish->tags, wish->tag_count);
    copy.options = headers(lender, wish->options, wish->option_count);
    return lend_struct(lender, &copy, sizeof copy, FIRST_SIZE(aw_create, option_count));
}

const aw_ref *lend_ref(struct lender *lender, const aw_ref *ref)
{
    aw_ref copy = *ref;
    copy.region = lend_text(lender, ref->region);
    copy.zone = lend_text(lender, ref->zone);
    copy.id = lend_text(lender, ref->id);
    copy.data = lend_text(lender, ref->data);
    return lend_struct(lender, &copy, sizeof copy, FIRST_SIZE(aw_ref, data));
}

const aw_list *lend_list(struct lender *lender, const aw_list *wish)
{
    aw_list copy = *wish;
    copy.region = lend_text(lender, wish->region);
    copy.owner = lend_text(lender, wish->owner);
    copy.token = lend_text(lender, wish->token);
    return lend_struct(lender, &copy, sizeof copy, FIRST_SIZE(aw_list, token));
}

const aw_request *lend_request(struct lender *lender, const aw_request *request)
{
    aw_request copy = *request;
    copy.name = lend_text(lender, request->name);
    copy.method = lend_text(lender, request->method);
    copy.url = lend_text(lender, request->url);
    copy.headers = headers(lender, request->headers, request->header_count);
    copy.body = bytes(lender, request->body);
    copy.region = lend_text(lender, request->region);
    copy.service = lend_text(lender, request->service);
    copy.ca_file = lend_text(lender, request->ca_file);
    return lend_struct(lender, &copy, sizeof copy, FIRST_SIZE(aw_request, ca_file));
}

const aw_response *lend_answer(struct lender *lender, const aw_response *answer)
{
    if (!answer)
        return NULL;
    aw_response copy = *answer;
    copy.headers = headers(lender, answer->headers, answer->header_count);
    copy.body = terminated(lender, answer->body);
    return lend_struct(lender, &copy, sizeof copy, FIRST_SIZE(aw_response, body));
}

const aw_credentials *lend_credentials(struct lender *lender, const aw_credentials *credentials)
{
    if (!credentials)
        return NULL;
    aw_credentials copy = *credentials;
    copy.key_id = lend_text(lender, credentials->key_id);
    copy.secret = lend_text(lender, credentials->secret);
    copy.token = lend_text(lender, credentials->token);
    copy.source = lend_text(lender, credentials->source);
    return lend_struct(lender, &copy, sizeof copy, FIRST_SIZE(aw_credentials, source));
}

const aw_error *lend_error(struct lender *lender, const aw_error *error)
{
    return lend_struct(lender, error, sizeof *error, FIRST_SIZE(aw_error, request));
}

const aw_exit *lend_exit(struct lender *lender, const aw_exit *result)
{
    aw_exit copy = *result;
    copy.output = terminated(lender, result->output);
    copy.errors = terminated(lender, result->errors);
    return lend_struct(lender, &copy, sizeof copy, FIRST_SIZE(aw_exit, errors));
}

const aw_host *lend_host(struct lender *lender, const aw_host *host)
{
    return lend_struct(lender, host, sizeof *host, FIRST_SIZE(aw_host, arch));
}
