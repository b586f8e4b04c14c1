/* SPDX-License-Identifier: Apache-2.0 */
/* Copying a wish, field by field. */
#include "kit/wish.h"

#include "kit/memory.h"

#include <string.h>

static int own_text(aw_op *op, const char **text)
{
    const char *copy = kit_copy_text(op, *text);
    if (*text && !copy)
        return -1;
    *text = copy;
    return 0;
}

static int own_user_data(aw_op *op, aw_bytes *user_data)
{
    if (!user_data->size) {
        user_data->data = "";
        return 0;
    }
    user_data->data = kit_copy(op, user_data->data, user_data->size);
    return user_data->data ? 0 : -1;
}

static int own_keys(aw_op *op, aw_create *wish)
{
    const char **keys = aw_alloc(op, (wish->ssh_key_count + (size_t)1) * sizeof *keys);
    if (!keys)
        return -1;
    for (uint32_t i = 0; i < wish->ssh_key_count; i++) {
        keys[i] = kit_copy_text(op, wish->ssh_keys[i]);
        if (!keys[i])
            return -1;
    }
    wish->ssh_keys = keys;
    return 0;
}

static int own_pairs(aw_op *op, const aw_header **pairs, uint64_t count)
{
    aw_header *copy = aw_alloc(op, (count + 1) * sizeof *copy);
    if (!copy)
        return -1;
    for (uint64_t i = 0; i < count; i++) {
        copy[i] = (*pairs)[i];
        if (own_text(op, &copy[i].name) || own_text(op, &copy[i].value))
            return -1;
    }
    *pairs = copy;
    return 0;
}

static int own_texts(aw_op *op, aw_create *wish)
{
    const char **texts[] = {
        &wish->instance_type, &wish->region, &wish->zone,  &wish->offer_data,
        &wish->name,          &wish->owner,  &wish->token, &wish->image,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (own_text(op, texts[i]))
            return -1;
    return 0;
}

aw_create *kit_wish_copy(aw_op *op, const aw_create *wish)
{
    aw_create *copy = aw_alloc(op, sizeof *copy);
    if (!copy)
        return NULL;
    memcpy(copy, wish, wish->size < sizeof *copy ? wish->size : sizeof *copy);
    copy->size = sizeof *copy;
    if (own_user_data(op, &copy->user_data) || own_texts(op, copy) || own_keys(op, copy) ||
        own_pairs(op, &copy->tags, copy->tag_count) ||
        own_pairs(op, &copy->options, copy->option_count))
        return NULL;
    return copy;
}
