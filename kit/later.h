/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading that can wait: large answers are copied, and each is handed to a function while nothing else is to be done,
 * in the order in which they came. So a request leaves, and other answers arrive, while they are read.
 */
#ifndef ARCHWAY_KIT_LATER_H
#define ARCHWAY_KIT_LATER_H

#include <archway/backend.h>

#include <stddef.h>

typedef struct kit_later kit_later;

typedef void (*kit_later_fn)(aw_op *op, aw_bytes body, void *arg);

/* Belongs to the operation. At most so many bytes wait; for more the first ones are read at once. NULL: no memory (the
 * operation has failed). */
kit_later *kit_later_create(aw_op *op, size_t most);
/* `read` gets a copy of the body, once. `in_haste`: nothing is read before it, however much waits, since a request is to
 * leave now. Returns -1 without memory (the operation has failed). */
int kit_later_add(kit_later *later, aw_bytes body, int in_haste, kit_later_fn read, void *arg);

#endif
