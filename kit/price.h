/* SPDX-License-Identifier: Apache-2.0 */
/* Prices as APIs write them. */
#ifndef ARCHWAY_KIT_PRICE_H
#define ARCHWAY_KIT_PRICE_H

#include <stdint.h>

/* Reads "0.0384000000" as nano-units (nano-dollars of dollars, say), rounded at the tenth digit behind the
 * point. -1 for what is no such number, and for more than a million. */
int kit_price_read(const char *text, uint64_t *ret_nano);

#endif
