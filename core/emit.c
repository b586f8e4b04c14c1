/* SPDX-License-Identifier: Apache-2.0 */
/* Results on their way from a plugin to whoever asked: checked, and read by the smaller size. */
#include "core/backend.h"
#include "core/error.h"
#include "core/host.h"
#include "core/sized.h"

#include <string.h>

#define LONGEST_TEXT 1024u

/* May this operation have such a result? */
static bool welcome(struct op *op, const void *receiver, const char *what)
{
    if (op->failed)
        return false;
    if (!receiver)
        op_refuse(op, what);
    return receiver != NULL;
}

static bool too_long(const char *text)
{
    return text && strnlen(text, LONGEST_TEXT + 1) > LONGEST_TEXT;
}

void emit_region(aw_op *face, const aw_region *region)
{
    struct op *op = op_of(face);
    aw_region copy;
    if (!welcome(op, (const void *)op->sink->region, "emitted a region where none was asked for"))
        return;
    SIZED_COPY(&copy, region);
    if (!copy.name || !*copy.name || too_long(copy.name) || too_long(copy.description))
        op_refuse(op, "emitted a region without a name");
    else
        op->sink->region(op, &copy);
}

void emit_offer(aw_op *face, const aw_offer *offer)
{
    struct op *op = op_of(face);
    aw_offer copy;
    if (!welcome(op, (const void *)op->sink->offer, "emitted an offer where none was asked for"))
        return;
    SIZED_COPY(&copy, offer);
    op->sink->offer(op, &copy);
}

static bool instance_is_sane(const aw_instance *instance)
{
    return instance->id && *instance->id && !too_long(instance->id) && instance->region &&
           !too_long(instance->region) && !too_long(instance->name) &&
           !too_long(instance->instance_type) && !too_long(instance->reason) &&
           instance->state <= AW_STATE_FAILED && instance->arch < AW_ARCH_ANY;
}

void emit_instance(aw_op *face, const aw_instance *instance)
{
    struct op *op = op_of(face);
    aw_instance copy;
    if (!welcome(op, (const void *)op->sink->instance,
                 "emitted a machine where none was asked for"))
        return;
    SIZED_COPY(&copy, instance);
    if (!instance_is_sane(&copy))
        op_refuse(op, "emitted a machine without an id or a region, or in no known state");
    else
        op->sink->instance(op, &copy);
}

void emit_resource(aw_op *face, const aw_resource *resource)
{
    struct op *op = op_of(face);
    aw_resource copy;
    if (!welcome(op, (const void *)op->sink->resource,
                 "emitted a resource where none was asked for"))
        return;
    SIZED_COPY(&copy, resource);
    if (!copy.kind || !copy.id || too_long(copy.kind) || too_long(copy.id) ||
        too_long(copy.region) || too_long(copy.owner) || too_long(copy.data) ||
        too_long(copy.token))
        op_refuse(op, "emitted a resource without a kind or an id");
    else
        op->sink->resource(op, &copy);
}

void emit_quota(aw_op *face, const aw_quota *quota)
{
    struct op *op = op_of(face);
    aw_quota copy;
    if (!welcome(op, (const void *)op->sink->quota, "emitted a quota where none was asked for"))
        return;
    SIZED_COPY(&copy, quota);
    if (!copy.name || !*copy.name || too_long(copy.name))
        op_refuse(op, "emitted a quota without a name");
    else
        op->sink->quota(op, &copy);
}

void emit_image(aw_op *face, const aw_image *image)
{
    struct op *op = op_of(face);
    aw_image copy;
    if (!welcome(op, (const void *)op->sink->boot_image,
                 "emitted an image where none was asked for"))
        return;
    SIZED_COPY(&copy, image);
    bool has_arch = copy.arch == AW_ARCH_AMD64 || copy.arch == AW_ARCH_ARM64;
    if (!has_arch || !copy.id || !*copy.id || too_long(copy.id) || too_long(copy.name) ||
        too_long(copy.region) || too_long(copy.source))
        op_refuse(op, "emitted an image without an id or an architecture");
    else
        op->sink->boot_image(op, &copy);
}

void emit_credentials(aw_op *face, const aw_credentials *credentials)
{
    struct op *op = op_of(face);
    aw_credentials copy;
    if (!welcome(op, (const void *)op->sink->credentials,
                 "emitted credentials outside of authenticate"))
        return;
    SIZED_COPY(&copy, credentials);
    op->sink->credentials(op, &copy);
}

void emit_problem(aw_op *face, const aw_error *problem)
{
    struct op *op = op_of(face);
    aw_error copy;
    if (!welcome(op, (const void *)op->sink->problem, "reported a problem where none can be told"))
        return;
    error_copy(&copy, problem);
    op_sign_error(op, &copy);
    op->sink->problem(op, &copy);
}
