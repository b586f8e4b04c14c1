/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creating a machine takes five steps, each in a file: the image (image.c), the reservation where one is named
 * (reservation.c), the network (network.c), the security group (group.c), and RunInstances in one zone after
 * the other (launch.c).
 */
#ifndef ARCHWAY_BACKENDS_AWS_LAUNCH_H
#define ARCHWAY_BACKENDS_AWS_LAUNCH_H

#include "backends/aws/machine.h"
#include "kit/wish.h"

#define LAUNCH_SUBNETS 64
#define LAUNCH_SECURITY_GROUPS 16
#define LAUNCH_TOKEN 65 /* 64 characters */

#define AWS_GROUP_NAME "archway"

struct subnet {
    const char *id;
    const char *zone;
    const char *vpc;
    size_t rank;   /* in the configuration */
    int is_unlike; /* it gives public addresses and none are wanted, or the other way round */
    int64_t free;  /* addresses */
};

struct launch {
    aw_op *op;
    const aw_create *wish;
    const char *image;
    const char *root_device;
    const char *reservation_zone;
    const char *market;  /* "capacity-block" or NULL */
    const char *tenancy; /* of the reservation; NULL: the default one */
    const char *vpc;
    struct subnet subnets[LAUNCH_SUBNETS]; /* one a zone, in the order in which they are tried */
    size_t subnet_count;
    size_t zone;                                /* the subnet that is tried */
    const char *groups[LAUNCH_SECURITY_GROUPS]; /* ids */
    size_t group_count;
    int group_is_new;
    unsigned group_tries; /* EC2 may not know a group yet that it has just made */
    const char *user_data;
    aw_error failure; /* of a zone that is sold out */
};

/* The steps, each of which calls the next one when it is done, or fails the operation. */
void launch_find_image(struct launch *launch);
/* The public parameter that names the current image; the request for it; the id in its answer, or NULL: the
 * operation has failed. */
const char *launch_image_parameter(uint32_t arch, int gpu);
void launch_image_request(kit_request *request, aw_op *op, const char *region,
                          const char *parameter);
const char *launch_image_id(aw_op *op, const aw_response *answer);
void launch_find_reservation(struct launch *launch);
void launch_find_network(struct launch *launch);
void launch_find_group(struct launch *launch);
void launch_run(struct launch *launch);

/* Is this an error about a group that EC2 will know in a moment? Then `again` is called in a moment. */
int launch_awaits_group(struct launch *launch, const aw_error *error, aw_timer_fn again);

/* The error as one of the wish: what it names and does not exist cannot be created from. */
void launch_fail_named(aw_op *op, const aw_error *error);

/* What cloud-init gets: the keys and the user's own data, in base64. NULL: the operation has failed, with
 * a sentence where it is longer than EC2's 16 KiB (userdata.c). */
const char *launch_user_data(aw_op *op, const aw_create *wish);

/* The token of RunInstances for a zone: the create's own, and a hash of the zone and of what is started there;
 * where that is too long the hash of both. */
int launch_token(const aw_create *wish, const char *zone, char ret_token[LAUNCH_TOKEN]);

#endif
