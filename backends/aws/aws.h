/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the AWS backend share: its state, its functions of the vtable, its services' requests. */
#ifndef ARCHWAY_BACKENDS_AWS_AWS_H
#define ARCHWAY_BACKENDS_AWS_AWS_H

#include "kit/request.h"
#include "kit/xml.h"

/* The services that are asked. Their names in hosts, signatures and variables are in endpoint.c. */
enum aws_service {
    AWS_EC2,
    AWS_STS,
    AWS_PRICING,
    AWS_QUOTAS,
    AWS_SSM,
    AWS_SSO,
    AWS_SSO_OIDC,
    AWS_SERVICES
};

/* An opened backend. What `open` put into it never changes, but for the keys that signatures derive. */
struct aws {
    const char *endpoints[AWS_SERVICES]; /* the user's, each ending in a slash; NULL: by region */
    int use_fips;
    int use_dualstack;
    const char *default_region; /* whom to ask what no region is named for; never NULL */
    int region_is_chosen;       /* by the user; else it is a guess */
    const char *profile;        /* of the shared files; NULL: AWS_PROFILE or "default" */
    int instance_metadata; /* ask IMDS for credentials though this looks like no machine of EC2's */
    /* How machines are created. */
    const char *const *vpcs;    /* ids, of any regions; ends in NULL. NULL: the default ones */
    const char *const *subnets; /* likewise. NULL: all of the VPC */
    const char *const *security_groups; /* likewise. NULL: Archway's own */
    const char *instance_profile;       /* a name or an ARN; NULL: none */
    int public_ip;
    const char *ca_file;   /* AWS_CA_BUNDLE, ca_bundle of the profile, or NULL */
    uint32_t max_attempts; /* AWS_MAX_ATTEMPTS, max_attempts of the profile; 0: core's own number */
    struct sigv4_keys *keys;
};

/* ---- the vtable ---- */

void aws_regions(aw_op *op); /* regions.c */
void aws_list_offers(aw_op *op, const aw_offer_query *query);
void aws_list_quotas(aw_op *op, const aw_offer_query *query);
void aws_list_images(aw_op *op, const aw_offer_query *query);
void aws_list_volumes(aw_op *op, const aw_list *wish);
void aws_remove_volume(aw_op *op, const aw_resource *volume);
void aws_create(aw_op *op, const aw_create *wish);
void aws_get(aw_op *op, const aw_ref *ref);
void aws_list(aw_op *op, const aw_list *wish);
void aws_terminate(aw_op *op, const aw_ref *ref);
void aws_authenticate(aw_op *op);
int32_t aws_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                 uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error); /* sign.c */
void aws_classify(void *state, const aw_request *request, const aw_response *answer,
                  aw_error *ret_error); /* classify.c */

/* ---- where services are (endpoint.c) ---- */

struct shared;

/* Reads into the state what the configuration, the environment and the shared config file say of endpoints, in that
 * order. Returns 0, or -1 when the operation has failed. */
int aws_endpoints_open(aw_op *op, const aw_settings *settings, const struct shared *shared,
                       struct aws *ret_aws);

/*
 * The URL of a service in a region, with a slash at its end: the user's own, or
 * https://ec2.REGION.amazonaws.com/ by the rules of the partition, FIPS and dual-stack. In the arena;
 * NULL: the operation has failed. *ret_signing_region is where a signature counts: the region itself,
 * or for the price list the place that has the region's prices. `region` NULL: the default one.
 */
const char *aws_endpoint(aw_op *op, enum aws_service service, const char *region,
                         const char **ret_signing_region);

/* Where the price list of a region's partition is asked ("us-east-1"). NULL: that partition has none. */
const char *aws_price_place(const char *region);

/* What prices of a region are in where it is not dollars: "yuan". */
const char *aws_currency(const char *region);

/* The name of a service in a signature: "ec2", "sts", "pricing", "servicequotas", "ssm". */
const char *aws_signing_name(enum aws_service service);

/* The options that a wish may have. The names of all, and NULL (launch.c). */
#define AWS_OPTION_RESERVATION "reservation" /* of a capacity reservation or block, its id */
#define AWS_OPTION_PLACEMENT_GROUP "placement_group" /* its name */
#define AWS_OPTION_SUBNET "subnet"     /* its id, in the place of the configured ones */
#define AWS_OPTION_SSH_USER "ssh_user" /* who may log in, where the image is the user's */
extern const char *const aws_wish_options[];

/* ---- requests ---- */

/*
 * A request of EC2's or STS's query API: POST, form-encoded, with Action and Version (query.c).
 * `action` is also its name in errors, logs and limits. Reads are marked repeatable: every action that
 * begins with Describe, Get or List.
 */
void aws_query_init(kit_request *request, aw_op *op, enum aws_service service, const char *action,
                    const char *region);
/* Adds a parameter, its name formatted: aws_query_add(r, "arm64", "Filter.%d.Value.%d", 1, 1). NULL
 * values add nothing. */
void aws_query_add(kit_request *request, const char *value, const char *name_format, ...)
    __attribute__((format(printf, 3, 4)));

/* The token of the next page, or NULL when there is none (absent or empty). */
const char *aws_next_token(const kit_xml_node *root);

/* A request of a JSON 1.1 service (price list, quotas, SSM): POST with X-Amz-Target (json.c). `body` is
 * taken over. These are all reads, and marked repeatable. */
void aws_json_init(kit_request *request, aw_op *op, enum aws_service service, const char *action,
                   const char *region, json_t *body);

/* Fails with "AWS's answer to `ACTION` cannot be read: why". */
void aws_fail_unread(aw_op *op, const char *action, const aw_error *problem);

#endif
