/* SPDX-License-Identifier: Apache-2.0 */
/* One question to the mirror that the user named, if there is one, and then to the registry itself. */
#include "core/image_lookup.h"

#include "core/config_image.h"
#include "core/error.h"
#include "core/image_source.h"

#include <stdio.h>
#include <string.h>

int image_lookup_init(struct image_lookup *lookup, archway *aw, struct arena *arena,
                      const char *image, aw_error *ret_error)
{
    lookup->aw = aw;
    lookup->arena = arena;
    return image_reference_read(arena, image, &lookup->reference, ret_error);
}

void image_lookup_stop(struct image_lookup *lookup)
{
    op_destroy(lookup->op);
    lookup->op = NULL;
    image_source_put(lookup->source);
    lookup->source = NULL;
}

static void on_image(struct op *op, const struct image_facts *facts)
{
    struct image_lookup *lookup = op->owner;
    if (image_facts_copy(lookup->arena, facts, &lookup->facts))
        op_fail_memory(op, "the platforms of an image");
}

/* Whoever named the architecture need not ask. */
static void add_advice(aw_error *error)
{
    static const char advice[] = ". With --arch no registry need be asked";
    size_t size = strlen(error->message);
    if (error->code == AW_E_NO_MEMORY || error->code == AW_E_CANCELLED ||
        error->code == AW_E_INVALID)
        return;
    while (size && error->message[size - 1] == '.')
        size--;
    if (size + sizeof advice > sizeof error->message)
        size = sizeof error->message - sizeof advice;
    memcpy(error->message + size, advice, sizeof advice);
}

static bool is_worth_another_try(const struct image_lookup *lookup, const aw_error *error)
{
    return lookup->at_mirror && error->code != AW_E_NO_MEMORY && error->code != AW_E_CANCELLED &&
           loop_now_ms(lookup->aw->loop) < lookup->deadline_ms;
}

static int ask(struct image_lookup *lookup, const char *mirror, aw_error *ret_error);

static void on_done(struct op *op)
{
    struct image_lookup *lookup = op->owner;
    aw_error error = op->error;
    image_lookup_stop(lookup);
    if (is_worth_another_try(lookup, &error) && error.code) {
        context_log(lookup->aw, AW_LOG_WARNING, "the mirror %s: %s; asking %s itself",
                    error.backend, error.message, lookup->reference.registry);
        error = (aw_error){.size = sizeof error};
        if (ask(lookup, NULL, &error) == 0)
            return;
    }
    if (!lookup->needless)
        add_advice(&error);
    lookup->found(lookup, &error);
}

static const struct op_sink sink = {.image = on_image, .done = on_done};

static int ask(struct image_lookup *lookup, const char *mirror, aw_error *ret_error)
{
    uint64_t now_ms = loop_now_ms(lookup->aw->loop);
    uint64_t left_ms = lookup->deadline_ms > now_ms ? lookup->deadline_ms - now_ms : 1;
    lookup->at_mirror = mirror != NULL;
    lookup->source = image_source_get(lookup->aw, &lookup->reference, mirror, ret_error);
    if (!lookup->source)
        return -1;
    lookup->op = op_create(lookup->source->backend, OP_IMAGE, NULL, &sink, lookup, left_ms,
                           lookup->hard_deadline);
    if (!lookup->op)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for an image");
    op_start(lookup->op, &lookup->reference);
    return 0;
}

int image_lookup_start(struct image_lookup *lookup, uint64_t timeout_ms, bool hard_timeout,
                       aw_error *ret_error)
{
    lookup->deadline_ms = loop_now_ms(lookup->aw->loop) + timeout_ms;
    lookup->hard_deadline = hard_timeout;
    return ask(lookup, config_mirror_of(&lookup->aw->config, lookup->reference.registry),
               ret_error);
}
