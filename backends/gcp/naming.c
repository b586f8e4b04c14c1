/* SPDX-License-Identifier: Apache-2.0 */
/* Names that Google accepts: of machines, of requests, in labels. */
#include "backends/gcp/create.h"

#include "kit/token_name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_NAME 63

/* A UUID of version 8 (made by rules of one's own): https://www.rfc-editor.org/rfc/rfc9562 */
int gcp_request_id(const char *text, const char *purpose, char ret_uuid[37])
{
    unsigned char bytes[KIT_DIGEST_SIZE];
    size_t at = 0;
    if (kit_token_digest(text, purpose, bytes))
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
