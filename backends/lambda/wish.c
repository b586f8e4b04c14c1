/* SPDX-License-Identifier: Apache-2.0 */
/* The wish of a create: what Lambda Cloud would refuse is refused before anything is sent. */
#include "backends/lambda/lambda.h"

#include "kit/error.h"
#include "kit/tags.h"
#include "kit/wish.h"

#include <string.h>

#define TAG_KEY_MAX 55
#define TAG_VALUE_MAX 128
#define USER_DATA_MAX (1024 * 1024)

/* Characters of UTF-8, by counting the bytes that begin one. */
static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static bool is_empty(const char *text)
{
    return !text || !*text;
}

/* ^[a-z][a-z0-9-:]+$ */
static bool is_tag_key(const char *key)
{
    size_t size = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-:");
    return key[0] >= 'a' && key[0] <= 'z' && key[size] == '\0' && size >= 2 && size <= TAG_KEY_MAX;
}

static int tags_check(const aw_create *wish, aw_error *ret_error)
{
    if (characters(wish->owner) > TAG_VALUE_MAX)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "The owner is longer than the %d characters of a tag of Lambda Cloud. Write "
            "a shorter `owner:`.",
            TAG_VALUE_MAX);
    for (uint64_t i = 0; i < wish->tag_count; i++) {
        const aw_header *tag = &wish->tags[i];
        if (!is_tag_key(tag->name))
            return kit_error_set(
                ret_error, AW_E_INVALID,
                "Lambda Cloud takes no tag named \"%.80s\": it must be 2 to %d of a-z, 0-9, "
                "\"-\" and \":\" and begin with a letter.",
                tag->name, TAG_KEY_MAX);
        if (strcmp(tag->name, LAMBDA_TAG_OWNER) == 0 || strcmp(tag->name, LAMBDA_TAG_TOKEN) == 0 ||
            strcmp(tag->name, KIT_TAG_EXPIRES) == 0)
            return kit_error_set(ret_error, AW_E_INVALID,
                                 "The tag \"%s\" is Archway's own: use another.", tag->name);
        if (characters(tag->value) > TAG_VALUE_MAX)
            return kit_error_set(
                ret_error, AW_E_INVALID,
                "The value of the tag \"%s\" is longer than the %d characters that Lambda "
                "Cloud takes.",
                tag->name, TAG_VALUE_MAX);
    }
    return 0;
}

static int user_data_check(const aw_bytes *data, aw_error *ret_error)
{
    if (data->size > USER_DATA_MAX)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "The user data has %llu bytes, but Lambda Cloud takes at most 1 MB. Let it "
            "download the rest.",
            (unsigned long long)data->size);
    if (data->size > 0 && memchr(data->data, '\0', data->size))
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "The user data is not text: Lambda Cloud takes cloud-init as plain text only, "
            "neither compressed nor binary.");
    return 0;
}

static int ssh_keys_check(const aw_create *wish, aw_error *ret_error)
{
    if (wish->ssh_key_count == 0)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "Lambda Cloud starts no machine without an ssh key. Give one (--ssh-key FILE).");
    if (wish->ssh_key_count > 1)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "Lambda Cloud takes exactly one ssh key for a machine, and %u were given. Give "
            "one and let the user data add the others.",
            (unsigned)wish->ssh_key_count);
    return 0;
}

int lambda_wish_check(const aw_create *wish, aw_error *ret_error)
{
    if (wish->spot)
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "Lambda Cloud has no interruptible machines. Ask for on-demand ones.");
    if (wish->disk_mib)
        return kit_error_set(
            ret_error, AW_E_UNSUPPORTED,
            "The disks of Lambda Cloud's machines have a fixed size. Ask for no size.");
    if (is_empty(wish->instance_type))
        return kit_error_set(ret_error, AW_E_INVALID, "The wish names no instance type.");
    if (is_empty(wish->region)) {
        kit_error_set(
            ret_error, AW_E_NO_CAPACITY,
            "%.60s is sold out in every region of Lambda Cloud. Take another offer, or try later.",
            wish->instance_type);
        ret_error->scope = AW_SCOPE_ACCOUNT;
        return -1;
    }
    if (is_empty(wish->owner) || is_empty(wish->token))
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The wish has no owner or no token to tag with.");
    if (wish->name && characters(wish->name) > LAMBDA_NAME_MAX)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "The name is longer than the %d characters that Lambda Cloud takes: \"%.100s\".",
            LAMBDA_NAME_MAX, wish->name);
    if (kit_wish_options_check(wish, "Lambda Cloud", NULL, ret_error) ||
        ssh_keys_check(wish, ret_error) || tags_check(wish, ret_error))
        return -1;
    return user_data_check(&wish->user_data, ret_error);
}

static const char *text_copy(aw_op *op, const char *text, bool *failed)
{
    const char *copy = kit_copy_text(op, text);
    *failed = *failed || (text && !copy);
    return copy;
}

static aw_header *tags_copy(aw_op *op, const aw_header *tags, uint64_t count, bool *failed)
{
    if (count == 0)
        return NULL;
    aw_header *copy = count < SIZE_MAX / sizeof *copy ? aw_alloc(op, count * sizeof *copy) : NULL;
    *failed = *failed || !copy;
    for (uint64_t i = 0; copy && i < count; i++)
        copy[i] =
            (aw_header){text_copy(op, tags[i].name, failed), text_copy(op, tags[i].value, failed)};
    return copy;
}

struct lambda_creation *lambda_wish_copy(aw_op *op, const aw_create *wish)
{
    struct lambda_creation *creation = aw_alloc(op, sizeof *creation);
    if (!creation)
        return NULL;
    bool failed = false;
    creation->wish = (aw_create){
        .size = sizeof creation->wish,
        .arch = wish->arch,
        .instance_type = text_copy(op, wish->instance_type, &failed),
        .region = text_copy(op, wish->region, &failed),
        .name = text_copy(op, wish->name, &failed),
        .owner = text_copy(op, wish->owner, &failed),
        .token = text_copy(op, wish->token, &failed),
        .image = text_copy(op, wish->image, &failed),
        .user_data = {kit_copy(op, wish->user_data.data, wish->user_data.size),
                      wish->user_data.size},
        .tags = tags_copy(op, wish->tags, wish->tag_count, &failed),
        .tag_count = wish->tag_count,
    };
    failed = failed || (wish->user_data.data && !creation->wish.user_data.data);
    return failed ? NULL : creation;
}
