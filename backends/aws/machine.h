/* SPDX-License-Identifier: Apache-2.0 */
/* A machine as EC2 describes it, and how Archway marks its own. */
#ifndef ARCHWAY_BACKENDS_AWS_MACHINE_H
#define ARCHWAY_BACKENDS_AWS_MACHINE_H

#include "backends/aws/aws.h"

#define AWS_TAG_OWNER "archway-owner"
#define AWS_TAG_TOKEN "archway-token"
#define AWS_TAG_SSH_USER "archway-ssh-user"

/* The value of a tag in the item's tagSet, or NULL. */
const char *aws_tag(const kit_xml_node *item, const char *key);

/* What is known of a machine beside the answer, for what the answer lacks. */
struct machine_context {
    const char *region;
    const char *owner; /* NULL: it must say so itself */
    const char *token;
};

/* Emits an item of an instancesSet. -1: it cannot be read, and the document's error says why. */
int machine_emit(aw_op *op, kit_xml *document, const kit_xml_node *item,
                 const struct machine_context *context);

/* Emits what TerminateInstances says of it: its id and state. */
int machine_emit_change(aw_op *op, kit_xml *document, const kit_xml_node *item, const char *region);

/* EC2 may not know a machine in the first minute. Until when is that so? `data` is what was emitted with it;
 * NULL: nobody knows when it was created, and `fallback_ms` is the answer. */
uint64_t machine_unseen_until_ms(const char *data, uint64_t fallback_ms);

#endif
