/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User data for cloud-init. Keys travel in a part of their own, so that the user's part stays as it is:
 * https://cloudinit.readthedocs.io/en/latest/explanation/format.html#mime-multi-part-archive
 */
#include "backends/aws/launch.h"

#include "kit/error.h"

#include <openssl/evp.h>

/* https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
#define USER_DATA_MAX ((size_t)16 * 1024)
#define BOUNDARY "==archway-part=="

static void add_keys(kit_buf *text, const aw_create *wish)
{
    kit_buf_add_text(text, "#cloud-config\nssh_authorized_keys:\n");
    for (uint32_t i = 0; i < wish->ssh_key_count; i++) {
        /* In single quotes a quote is the only character that YAML reads as anything else. */
        kit_buf_add_text(text, "  - '");
        for (const char *c = wish->ssh_keys[i]; *c; c++)
            kit_buf_add_text(text, *c == '\'' ? "''" : (char[]){*c, '\0'});
        kit_buf_add_text(text, "'\n");
    }
}

static void add_parts(kit_buf *text, const aw_create *wish)
{
    kit_buf_add_text(text, "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"" BOUNDARY
                           "\"\n\n--" BOUNDARY "\nContent-Type: text/cloud-config\n\n");
    add_keys(text, wish);
    /* As plain text cloud-init looks at its first line to see what it is, as it would without us. */
    kit_buf_add_text(text, "\n--" BOUNDARY "\nContent-Type: text/plain\n\n");
    kit_buf_add(text, wish->user_data.data, wish->user_data.size);
    kit_buf_add_text(text, "\n--" BOUNDARY "--\n");
}

const char *launch_user_data(aw_op *op, const aw_create *wish)
{
    kit_buf text;
    kit_buf_init(&text, kit_op_memory(op), USER_DATA_MAX);
    if (wish->ssh_key_count && wish->user_data.size)
        add_parts(&text, wish);
    else if (wish->ssh_key_count)
        add_keys(&text, wish);
    else
        kit_buf_add(&text, wish->user_data.data, wish->user_data.size);
    if (text.state == KIT_BUF_FULL) {
        kit_fail(op, AW_E_INVALID,
                 "The user data has %llu bytes, and with the ssh keys it is longer than the 16 KiB "
                 "that EC2 takes: let it download the rest.",
                 (unsigned long long)wish->user_data.size);
        return NULL;
    }
    char *encoded = aw_alloc(op, text.size / 3 * 4 + 8);
    if (!encoded || text.state != KIT_BUF_OK)
        return NULL;
    EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)kit_buf_text(&text),
                    (int)text.size);
    return encoded;
}
