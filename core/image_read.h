/* SPDX-License-Identifier: Apache-2.0 */
/* The operation that asks a registry where an image can run. */
#ifndef ARCHWAY_CORE_IMAGE_READ_H
#define ARCHWAY_CORE_IMAGE_READ_H

#include "core/image_reference.h"

/* Emits the facts (op_sink.image) of one image of the operation's repository, or fails. One request where one is
 * enough: an index says it all; a single manifest takes its configuration too; an index within an index one
 * more. What is asked for by digest is compared with it. */
void image_read(aw_op *op, const struct image_reference *wish);

#endif
