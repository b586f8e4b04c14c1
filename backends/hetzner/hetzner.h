/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Hetzner Cloud backend share. The API: https://docs.hetzner.cloud */
#ifndef ARCHWAY_BACKENDS_HETZNER_H
#define ARCHWAY_BACKENDS_HETZNER_H

#include "kit/json.h"
#include "kit/pages.h"
#include "kit/request.h"
#include "kit/settings.h"

#include <archway/backend.h>

#include <stdbool.h>

#define HETZNER_ENDPOINT "https://api.hetzner.cloud/v1"
/* The names of the provider's images stand for both architectures; the type decides. */
#define HETZNER_DEFAULT_IMAGE "ubuntu-24.04"
#define HETZNER_TITLE "Hetzner Cloud"

/* 3600 requests an hour and project, one more each second: https://docs.hetzner.cloud/#rate-limiting */
#define HETZNER_PERIOD_MS 1000

/* What every machine of ours is labelled with. A label has at most 63 characters, a token may have 64. */
#define HETZNER_LABEL_OWNER "archway-owner"
#define HETZNER_LABEL_TOKEN "archway-token"
#define HETZNER_LABEL_TOKEN_END "archway-token-end"
#define HETZNER_LABEL_MAX 63

struct hetzner_ids {
    int64_t *values;
    uint64_t count;
};

struct hetzner {
    const char *endpoint;
    uint64_t nusd_per_eur; /* 0: the European Central Bank is asked */
    struct hetzner_ids networks;
    struct hetzner_ids firewalls;
    bool with_ipv4;
};

/* Begins a request to the API (hetzner.c). */
void hetzner_request_init(kit_request *request, aw_op *op, const char *name, const char *method,
                          const char *resource);
/* Asks for a page of 50, the most there is; and finds the next one's number in an answer (NULL: none). */
void hetzner_page_query(kit_request *request, const char *page);
const char *hetzner_page_next(aw_op *op, const kit_json_node *root);

/* Fails the operation because an answer that was good by its status cannot be read. */
void hetzner_fail_unread(aw_op *op, const char *request, const aw_error *problem, uint32_t retry);

/* ---- money (currency.c) ---- */

/* Finds what a unit of the currency is worth, and then calls `found` with nano-dollars, or with 0, having
 * reported why it is not known. */
typedef void (*hetzner_rate_fn)(aw_op *op, void *arg, uint64_t nusd_per_unit);
void hetzner_rate_find(aw_op *op, const char *currency, hetzner_rate_fn found, void *arg);

/* ---- machines (servers.c) ---- */

/* Emits the machine in an answer. -1: it cannot be read; the error is the document's. */
int hetzner_emit_server(aw_op *op, const kit_json_node *server);
/* Whose is it? The text lives as long as the operation; NULL: nobody's of ours. */
const char *hetzner_token_of(aw_op *op, const kit_json_node *server);

/* ---- ssh keys (keys.c) ---- */

/* Finds the keys of the wish, registers those that are not there, and then calls `found` with as many ids. */
typedef void (*hetzner_keys_fn)(aw_op *op, void *arg, const int64_t *ids);
void hetzner_keys_find(aw_op *op, const aw_create *wish, hetzner_keys_fn found, void *arg);

/* ---- the vtable ---- */

void hetzner_list_offers(aw_op *op, const aw_offer_query *query);
void hetzner_list_images(aw_op *op, const aw_offer_query *query);
void hetzner_create(aw_op *op, const aw_create *wish);
void hetzner_get(aw_op *op, const aw_ref *ref);
void hetzner_list(aw_op *op, const aw_list *wish);
void hetzner_terminate(aw_op *op, const aw_ref *ref);
void hetzner_authenticate(aw_op *op);
int32_t hetzner_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                     uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error);
void hetzner_classify(void *state, const aw_request *request, const aw_response *answer,
                      aw_error *ret_error);

#endif
