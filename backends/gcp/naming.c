/* SPDX-License-Identifier: Apache-2.0 */
/* Names that Google accepts: of machines, of requests, in labels. */
#include "backends/gcp/create.h"

#include "kit/buf.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_NAME 63
#define NAME_PART 48
#define TOKEN_PART 6
#define DIGEST_SIZE 32

static int digest(const char *text, const char *purpose, unsigned char ret_digest[DIGEST_SIZE])
{
    char both[512];
    int size = snprintf(both, sizeof both, "%s %s", text, purpose);
    if (size < 0 || (size_t)size >= sizeof both)
        return -1;
    return EVP_Digest(both, (size_t)size, ret_digest, NULL, EVP_sha256(), NULL) ? 0 : -1;
}

/* A UUID of version 8 (made by rules of one's own): https://www.rfc-editor.org/rfc/rfc9562 */
int gcp_request_id(const char *text, const char *purpose, char ret_uuid[37])
{
    unsigned char bytes[DIGEST_SIZE];
    size_t at = 0;
    if (digest(text, purpose, bytes))
        return -1;
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x80);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            ret_uuid[at++] = '-';
        snprintf(ret_uuid + at, 3, "%02x", bytes[i]);
        at += 2;
    }
    return 0;
}

/* https://cloud.google.com/compute/docs/naming-resources */
const char *gcp_machine_name(aw_op *op, const aw_create *wish)
{
    unsigned char bytes[DIGEST_SIZE];
    kit_buf name;
    if (digest(wish->token, "name", bytes))
        return NULL;
    kit_buf_init(&name, kit_op_memory(op), LONGEST_NAME);
    if (!isalpha((unsigned char)wish->name[0]))
        kit_buf_add_text(&name, "m-");
    for (const char *c = wish->name; *c && name.size < NAME_PART; c++)
        kit_buf_add_char(&name,
                         isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-');
    kit_buf_add_char(&name, '-');
    for (int i = 0; i < TOKEN_PART; i++)
        kit_buf_addf(&name, "%02x", bytes[i]);
    return name.state == KIT_BUF_OK ? kit_buf_text(&name) : NULL;
}

int gcp_is_machine_name(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t size = strlen(text);
    return size > 0 && size <= LONGEST_NAME && strspn(text, allowed) == size;
}

/* https://cloud.google.com/compute/docs/labeling-resources#requirements */
void gcp_label_text(char ret_text[GCP_LABEL_SIZE], const char *text)
{
    size_t at = 0;
    for (; *text && at + 1 < GCP_LABEL_SIZE; text++) {
        unsigned char c = (unsigned char)*text;
        ret_text[at++] = (char)(isalnum(c) || c == '-' ? tolower(c) : '_');
    }
    ret_text[at] = '\0';
}

const char *gcp_data_word(const char *data, const char *name, size_t *ret_size)
{
    size_t name_size = strlen(name);
    while (data && *data) {
        size_t size = strcspn(data, ";");
        if (size > name_size && data[name_size] == '=' && !strncmp(data, name, name_size)) {
            *ret_size = size - name_size - 1;
            return data + name_size + 1;
        }
        data += size + (data[size] == ';');
    }
    return NULL;
}
