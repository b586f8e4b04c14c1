/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries copy secrets into memory of their own. These make them wipe what they free: the same heap, so
 * whoever else uses the library in this process notices nothing.
 */
#ifndef ARCHWAY_CORE_WIPE_H
#define ARCHWAY_CORE_WIPE_H

#include <stddef.h>

void wipe_free(void *pointer);
void *wipe_resize(void *old, size_t size);

/* Lets jansson wipe, unless the program has given it memory of its own. Again does nothing. */
void wipe_json(void);

#endif
