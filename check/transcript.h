/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin did, as text, so that two runs can be compared. */
#ifndef ARCHWAY_CHECK_TRANSCRIPT_H
#define ARCHWAY_CHECK_TRANSCRIPT_H

#include "check/stage.h"

/* Of a request of `authenticate` only what tells it from others: it may hold secrets. */
void transcript_request(struct stage *stage, const struct op *op, const aw_request *request);
void transcript_program(struct stage *stage, const aw_program *program, bool secret);
void transcript_timer(struct stage *stage, uint64_t delay_ms);
void transcript_region(struct stage *stage, const aw_region *region);
void transcript_offer(struct stage *stage, const aw_offer *offer);
void transcript_instance(struct stage *stage, const aw_instance *instance);
void transcript_resource(struct stage *stage, const aw_resource *resource);
void transcript_quota(struct stage *stage, const aw_quota *quota);
/* Where they were found; their values become the stage's secrets. */
void transcript_credentials(struct stage *stage, const aw_credentials *credentials);
void transcript_error(struct stage *stage, const char *what, const aw_error *error);
void transcript_text(struct stage *stage, const char *what, aw_bytes text);

/* A line each, for results too. `changing`: with what may differ although nothing is missing. */
void offer_line(kit_buf *out, const aw_offer *offer, bool changing);
void instance_line(kit_buf *out, const aw_instance *instance);
void outcome_line(kit_buf *out, const archway_outcome *outcome);
void image_line(kit_buf *out, const aw_image *image);

/* The first line that is not the same; "" when all are. Cut to fit. */
void transcript_difference(const char *first, const char *second, char *ret_text, size_t text_size);

#endif
