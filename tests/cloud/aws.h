/* SPDX-License-Identifier: Apache-2.0 */
/* The services of AWS: what their files share. */
#ifndef ARCHWAY_TESTS_CLOUD_AWS_H
#define ARCHWAY_TESTS_CLOUD_AWS_H

#include "tests/cloud/parts.h"

#define AWS_VPC "vpc-0a1b2c3d4e5f60718"
#define AWS_ACCOUNT "123456789012"

/* A request of EC2's under way. */
struct query {
    struct call *call;
    const char *action;
    char region[32];
    json_t *form;
};

/* Checks the signature (tests/cloud/aws_auth.c), by which region and service are told. Returns NULL when it is
 * right; else the code that EC2 answers with. */
const char *aws_auth_check(const struct call *call, char region[32], char service[32]);

/* An error of EC2's or of a JSON service's, whichever is asked. */
void aws_fail(struct call *call, unsigned status, const char *code, const char *message);

/* The JSON services: the price list, quotas, parameters. */
void aws_json_answer(struct call *call, const char *region);

/* Actions. */
void ec2_regions(struct query *query);
void ec2_types(struct query *query);
void ec2_zones(struct query *query);
void ec2_spot_prices(struct query *query);
void ec2_images(struct query *query);
void ec2_subnets(struct query *query);
void ec2_groups(struct query *query);
void ec2_group_create(struct query *query);
void ec2_group_open(struct query *query);
void ec2_group_delete(struct query *query);
void ec2_run(struct query *query);
void ec2_describe(struct query *query);
void ec2_terminate(struct query *query);
void ec2_volumes(struct query *query);
void ec2_volume_delete(struct query *query);
void ec2_nothing(struct query *query); /* an empty set of what there is none of here */

/* "ami-...", of an architecture. */
const char *ec2_image_of(uint32_t arch);
/* Does the VPC have this group in the query's region? */
bool ec2_group_is_there(const struct query *query, const char *id);
/* The zone of a subnet of the query's region, or NULL. */
const char *ec2_zone_of(const struct query *query, const char *subnet);
void ec2_subnet_id(const char *zone, char *text, size_t size);

/* Do the tags pass the query's filters "tag:NAME"? */
bool ec2_tags_allow(const json_t *form, const json_t *tags);

/* One of the values of a filter ("Filter.N.Name" is `name`) is `value`, or there is no such filter. */
bool ec2_filter_allows(const json_t *form, const char *name, const char *value);

/* XML: an element is opened and closed, or has a text. */
void xml_begin(struct query *query);
void xml_end(struct query *query);
void xml_open(kit_buf *body, const char *name);
void xml_close(kit_buf *body, const char *name);
void xml_text(kit_buf *body, const char *name, const char *text);
void xml_number(kit_buf *body, const char *name, uint64_t number);
void xml_tags(kit_buf *body, const json_t *tags);

#endif
