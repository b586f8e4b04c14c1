/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User data for cloud-init. Keys travel in a part of their own, so that the user's part stays as it is:
 * https://cloudinit.readthedocs.io/en/latest/explanation/format.html
 */
#include "backends/aws/launch.h"

#include "kit/error.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

/* https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
#define USER_DATA_MAX ((size_t)16 * 1024)
/* As much as is looked at to say how much it is. */
#define TEXT_MAX ((size_t)64 * 1024 * 1024)
#define BOUNDARY "==archway=="

static int is_key(const char *key)
{
    for (const char *c = key; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return 0;
    return *key;
}

/* How the lists of two parts become one; else the user's keys would take the place of ours. */
static void add_keys(kit_buf *text, const aw_create *wish)
{
    kit_buf_add_text(text, "#cloud-config\n"
                           "merge_how: list(append)+dict(no_replace,recurse_list)+str()\n"
                           "ssh_authorized_keys:\n");
    for (uint32_t i = 0; i < wish->ssh_key_count; i++) {
        /* In single quotes a quote is the only character that YAML reads as anything else. */
        kit_buf_add_text(text, "  - '");
        for (const char *c = wish->ssh_keys[i]; *c; c++)
            kit_buf_add_text(text, *c == '\'' ? "''" : (char[]){*c, '\0'});
        kit_buf_add_text(text, "'\n");
    }
}

static int starts_with(const aw_bytes *bytes, const char *start)
{
    size_t size = strlen(start);
    return bytes->size >= size && !strncasecmp(bytes->data, start, size);
}

/* The memory is the operation's, so that there is nothing to free. */
static void add_base64(kit_buf *text, const aw_bytes *bytes)
{
    size_t room = bytes->size / 3 * 4 + 8;
    char *encoded = text->memory.resize(text->memory.context, NULL, 0, room);
    if (!encoded) {
        text->state = KIT_BUF_NO_MEMORY;
        return;
    }
    EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)bytes->data, (int)bytes->size);
    kit_buf_add_text(text, encoded);
}

/* What it is cloud-init sees at its first line, as it would without us; but not that it is a message of parts
 * itself, nor that it is compressed. */
static void add_user_part(kit_buf *text, const aw_bytes *data)
{
    if (starts_with(data, "Content-Type:") || starts_with(data, "MIME-Version:")) {
        kit_buf_add(text, data->data, data->size);
    } else if (starts_with(data, "\x1f\x8b")) {
        kit_buf_add_text(text, "Content-Type: application/gzip\n"
                               "Content-Transfer-Encoding: base64\n\n");
        add_base64(text, data);
    } else {
        kit_buf_add_text(text, "Content-Type: text/plain\n\n");
        kit_buf_add(text, data->data, data->size);
    }
}

/* A machine that is switched off from within is terminated (InstanceInitiatedShutdownBehavior). */
static void add_end(kit_buf *text, const aw_create *wish)
{
    kit_buf_addf(text,
                 "#!/bin/sh\n"
                 "left=$(((%" PRIu64 " - $(date +%%s)) / 60))\n"
                 "[ \"$left\" -gt 0 ] || left=0\n"
                 "shutdown -P \"+$left\"\n",
                 wish->expires_at_ms / 1000);
}

static void begin_part(kit_buf *text, const char *type)
{
    kit_buf_addf(text, "\n--" BOUNDARY "\nContent-Type: %s\n\n", type);
}

static void add_parts(kit_buf *text, const aw_create *wish)
{
    kit_buf_add_text(text, "MIME-Version: 1.0\n"
                           "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\n");
    if (wish->user_data.size) {
        kit_buf_add_text(text, "\n--" BOUNDARY "\n");
        add_user_part(text, &wish->user_data);
    }
    if (wish->ssh_key_count) {
        begin_part(text, "text/cloud-config");
        add_keys(text, wish);
    }
    if (wish->expires_at_ms) {
        begin_part(text, "text/x-shellscript");
        add_end(text, wish);
    }
    kit_buf_add_text(text, "\n--" BOUNDARY "--\n");
}

static void add_all(kit_buf *text, const aw_create *wish)
{
    if (wish->expires_at_ms || (wish->ssh_key_count && wish->user_data.size))
        add_parts(text, wish);
    else if (wish->ssh_key_count)
        add_keys(text, wish);
    else
        kit_buf_add(text, wish->user_data.data, wish->user_data.size);
}

/* Returns -1 with the operation failed. */
static int check(aw_op *op, const aw_create *wish)
{
    const aw_bytes *data = &wish->user_data;
    for (uint32_t i = 0; i < wish->ssh_key_count; i++)
        if (!is_key(wish->ssh_keys[i])) {
            kit_fail(op, AW_E_INVALID,
                     "The %u. ssh key is empty or has a line break or another control character "
                     "in it: give each as one line.",
                     (unsigned)i + 1);
            return -1;
        }
    if (data->size <= TEXT_MAX / 4 && !memmem(data->data, data->size, BOUNDARY, strlen(BOUNDARY)))
        return 0;
    kit_fail(op, AW_E_INVALID,
             "The user data is larger than EC2's 16 KiB, or has \"" BOUNDARY "\" in it, which "
             "separates it from the ssh keys.");
    return -1;
}

const char *launch_user_data(aw_op *op, const aw_create *wish)
{
    kit_buf text;
    kit_buf_init(&text, kit_op_memory(op), TEXT_MAX);
    if (check(op, wish))
        return NULL;
    add_all(&text, wish);
    if (text.size > USER_DATA_MAX) {
        kit_fail(op, AW_E_INVALID,
                 "The user data with the ssh keys has %zu bytes, and EC2 takes at most %zu (16 "
                 "KiB): compress it with gzip, or let it download the rest.",
                 text.size, USER_DATA_MAX);
        return NULL;
    }
    kit_buf encoded;
    aw_bytes plain = {kit_buf_text(&text), text.size};
    kit_buf_init(&encoded, kit_op_memory(op), USER_DATA_MAX * 2);
    if (text.state == KIT_BUF_OK)
        add_base64(&encoded, &plain);
    return text.state == KIT_BUF_OK && encoded.state == KIT_BUF_OK ? kit_buf_text(&encoded) : NULL;
}
