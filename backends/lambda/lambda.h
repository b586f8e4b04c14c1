/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Lambda Cloud backend share. */
#ifndef ARCHWAY_BACKENDS_LAMBDA_H
#define ARCHWAY_BACKENDS_LAMBDA_H

#include "kit/json.h"
#include "kit/request.h"
#include "kit/ssh_key.h"

#include <archway/backend.h>

#include <stdbool.h>

#define LAMBDA_ENDPOINT "https://cloud.lambda.ai/api/v1"

/* What Lambda Cloud documents: one request a second, and one launch every twelve. */
#define LAMBDA_PERIOD_MS 1000
#define LAMBDA_LAUNCH_PERIOD_MS 12000

/* The requests that the rest tells apart by name. */
#define LAMBDA_LAUNCH "launch"

/* The tags that every machine of ours carries. */
#define LAMBDA_TAG_OWNER "archway-owner"
#define LAMBDA_TAG_TOKEN "archway-token"

/* Lambda's limits on texts of a launch, in characters. */
#define LAMBDA_NAME_MAX 64

/* ---- ssh keys (known_keys.c) ---- */

/*
 * Names under which keys are known to be registered, so that the next create need not ask again.
 * Its size is fixed, since the memory of `open` is; the newest takes the place of the oldest.
 */
#define LAMBDA_KNOWN_KEYS 16
struct lambda_known_key {
    unsigned char digest[KIT_SSH_DIGEST_SIZE];
    char name[4 * LAMBDA_NAME_MAX + 1]; /* "": free */
};
struct lambda_known_keys {
    struct lambda_known_key keys[LAMBDA_KNOWN_KEYS];
    size_t next;
};
/* NULL: not known. The text lives until the next call of `learn` or `forget`. */
const char *lambda_known_keys_find(const struct lambda_known_keys *known, const kit_ssh_key *key);
void lambda_known_keys_learn(struct lambda_known_keys *known, const kit_ssh_key *key,
                             const char *name);
void lambda_known_keys_forget(struct lambda_known_keys *known, const kit_ssh_key *key);

/* ---- the state of an opened backend (lambda.c) ---- */

struct lambda {
    const char *endpoint;
    struct lambda_known_keys known_keys;
};

/* Begins a request to the backend's endpoint. */
void lambda_request_init(kit_request *request, aw_op *op, const char *name, const char *method);

/* Fails the operation because an answer that was good by its status cannot be read. `retry`: may
 * the request be sent again (enum aw_retry)? */
void lambda_fail_unread(aw_op *op, const char *request, const aw_error *problem, uint32_t retry);

/* ---- reading instance types ---- */

/* The accelerators of a type (gpu.c). */
struct lambda_gpu {
    uint32_t count; /* 0: none */
    uint64_t memory_mib;
    const char *vendor;
    char name[64];
};

/* Reads them from the words "8x A100 (80 GB SXM4)" and "A100 (80 GB SXM4)", and from specs.gpus.
 * Fails where these contradict each other or have words in them that are not known. */
int lambda_gpu_read(const char *description, const char *gpu_description, uint32_t gpus,
                    struct lambda_gpu *ret_gpu, aw_error *ret_error);

/* Reads the architecture of an instance type, and who says so (arch.c). Fails when the API states
 * one that is neither of the two. */
int lambda_arch_read(aw_op *op, const kit_json_node *type, uint32_t *ret_arch, uint32_t *ret_source,
                     aw_error *ret_error);

/* Cents to nano-dollars; the price of a type, 0 where it names none (offers.c). */
uint64_t lambda_price_read(const kit_json_node *type);

/* ---- the wish of a create (wish.c) ---- */

/* One machine on its way: a copy of the wish, and how far it is. */
struct lambda_creation {
    aw_create wish;
    kit_ssh_key key;
    const char *key_name;
    bool key_remembered; /* the name comes from an earlier create: it may be gone by now */
    bool key_retried;    /* it was gone, and the keys have been listed anew: not once more */
    bool relisted;       /* they have been listed anew after a registration found a duplicate */
};

/* Is it something that Lambda Cloud can do? Nothing has been sent yet. */
int lambda_wish_check(const aw_create *wish, aw_error *ret_error);
/* Copies it into the operation's memory; NULL when there is none. */
struct lambda_creation *lambda_wish_copy(aw_op *op, const aw_create *wish);

/* ---- the vtable ---- */

void lambda_regions(aw_op *op);
void lambda_list_offers(aw_op *op, const aw_offer_query *query);
void lambda_list_images(aw_op *op, const aw_offer_query *query);
void lambda_create(aw_op *op, const aw_create *wish);
void lambda_get(aw_op *op, const aw_ref *ref);
void lambda_list(aw_op *op, const aw_list *wish);
void lambda_terminate(aw_op *op, const aw_ref *ref);
void lambda_authenticate(aw_op *op);
int32_t lambda_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                    uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error);
void lambda_classify(void *state, const aw_request *request, const aw_response *answer,
                     aw_error *ret_error);

#endif
