/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of AWS that lists: pages of instance types of the size and shape that EC2 answers with, the zones
 * that have them, the price list and spot prices. Which region is asked it knows from the signature.
 */
#ifndef ARCHWAY_BENCH_AWS_CLOUD_H
#define ARCHWAY_BENCH_AWS_CLOUD_H

#include "bench/http_server.h"

#include <stdbool.h>

#define AWS_CLOUD_TYPES 1263 /* as many as the largest region has */
#define AWS_CLOUD_REGIONS 30

struct aws_cloud;

/* `template_path`: the item of one type. Without `all`, zones and prices are empty sets. Ends the program
 * when it cannot. */
struct aws_cloud *aws_cloud_create(const char *template_path, bool all);
void aws_cloud_destroy(struct aws_cloud *cloud);

/* An http_answer_fn. */
unsigned aws_cloud_answer(void *cloud, const struct http_request *request, kit_buf *body);

/* The regions, the largest first. */
const char *aws_cloud_region(unsigned number);

#endif
