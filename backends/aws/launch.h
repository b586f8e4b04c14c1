/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creating a machine takes four steps, each in a file: the image (image.c), the network (network.c), the
 * security group (group.c), and RunInstances in one zone after the other (launch.c).
 */
#ifndef ARCHWAY_BACKENDS_AWS_LAUNCH_H
#define ARCHWAY_BACKENDS_AWS_LAUNCH_H

#include "backends/aws/aws.h"
#include "kit/wish.h"

#define LAUNCH_SUBNETS 64

#define AWS_TAG_OWNER "archway-owner"
#define AWS_TAG_TOKEN "archway-token"
#define AWS_GROUP_NAME "archway"

struct subnet {
    const char *id;
    const char *zone;
};

struct launch {
    aw_op *op;
    const aw_create *wish;
    const char *image;
    const char *root_device;
    const char *vpc;
    struct subnet subnets[LAUNCH_SUBNETS]; /* one a zone, in the order in which they are tried */
    size_t subnet_count;
    size_t next_subnet;
    const char *group;
    const char *user_data; /* as it is sent */
    const char *market;    /* "spot", "capacity-block" or NULL */
    const char *reservation_zone;
    aw_error failure; /* of the last zone */
};

/* The steps, each of which calls the next one when it is done, or fails the operation. */
void launch_find_image(struct launch *launch);
void launch_find_reservation(struct launch *launch);
void launch_find_network(struct launch *launch);
void launch_find_group(struct launch *launch);
void launch_run(struct launch *launch);

/* What cloud-init gets: the keys and the user's own data, in base64. NULL: the operation has failed, with
 * a sentence where it is longer than EC2's 16 KiB (userdata.c). */
const char *launch_user_data(aw_op *op, const aw_create *wish);

/* The token of RunInstances for one zone: 64 hex digits made of the create's token and the zone. */
int launch_token(const aw_create *wish, const char *zone, char ret_token[65]);

/* Emits an instance of a DescribeInstances or RunInstances answer (instances.c). -1: it cannot be read. */
int aws_emit_instance(aw_op *op, kit_xml *document, const kit_xml_node *item, const char *region);

/* The value of a tag in a tagSet, or NULL. */
const char *aws_tag(const kit_xml_node *item, const char *key);

#endif
