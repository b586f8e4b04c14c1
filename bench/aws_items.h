/* SPDX-License-Identifier: Apache-2.0 */
/* What EC2 and the price list say of one instance type, of AWS_CLOUD_TYPES. */
#ifndef ARCHWAY_BENCH_AWS_ITEMS_H
#define ARCHWAY_BENCH_AWS_ITEMS_H

#include "kit/buf.h"

/* An item of a set, made of a template with @NAME@, @ARCH@, @VCPUS@ and @MEMORY@ in it. */
void item_type_write(const char *template, unsigned number, kit_buf *text);
/* That a zone has the type, and what it costs there as spot. */
void item_zone_write(unsigned number, const char *region, char zone, kit_buf *text);
void item_spot_write(unsigned number, const char *region, char zone, kit_buf *text);
/* A product of the price list, as the JSON text that it is within an answer. */
void item_product_write(unsigned number, kit_buf *text);

#endif
