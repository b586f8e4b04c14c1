/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays that grow. */
#ifndef ARCHWAY_CORE_VEC_H
#define ARCHWAY_CORE_VEC_H

#include <stddef.h>

/*
 * Makes room for one more at the end of *items, which holds *count of `item_size`, and returns it,
 * zeroed. NULL when there is no memory; the array is as before then. Free the array with mem_free.
 */
void *vec_push(void **items, size_t *count, size_t item_size);

#define VEC_PUSH(items, count) vec_push((void **)(items), (count), sizeof **(items))

#endif
