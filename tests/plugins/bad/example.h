/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning of a bad plugin: the example, under another name. */
#ifndef ARCHWAY_BAD_EXAMPLE_H
#define ARCHWAY_BAD_EXAMPLE_H

#define archway_backend_v1 good_entry
#include "docs/example/example.c"
#undef archway_backend_v1

extern AW_EXPORT const aw_backend_entry archway_backend_v1;

#endif
