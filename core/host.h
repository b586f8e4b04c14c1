/* SPDX-License-Identifier: Apache-2.0 */
/* The services of core, as the table that every operation carries. */
#ifndef ARCHWAY_CORE_HOST_H
#define ARCHWAY_CORE_HOST_H

#include <archway/backend.h>

/* Stateless, so one serves all contexts. */
extern const aw_host host_services;

/* Results (core/emit.c). */
void emit_region(aw_op *face, const aw_region *region);
void emit_offer(aw_op *face, const aw_offer *offer);
void emit_instance(aw_op *face, const aw_instance *instance);
void emit_resource(aw_op *face, const aw_resource *resource);
void emit_quota(aw_op *face, const aw_quota *quota);
void emit_image(aw_op *face, const aw_image *image);
void emit_credentials(aw_op *face, const aw_credentials *credentials);
void emit_problem(aw_op *face, const aw_error *problem);

/* Programs (core/program_task.c). */
void program_start(aw_op *face, const aw_program *program, aw_exit_fn on_exit, aw_error_fn on_error,
                   void *arg);

#endif
