/* SPDX-License-Identifier: Apache-2.0 */
/* Public ssh keys: read and compared. */
#include "kit/ssh_key.h"

#include "kit/error.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static const char *const key_types[] = {
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
};

static bool is_key_type(const char *text, size_t size)
{
    for (size_t i = 0; i < sizeof key_types / sizeof key_types[0]; i++) {
        if (strlen(key_types[i]) == size && memcmp(key_types[i], text, size) == 0)
            return true;
    }
    return false;
}

/* Splits "type blob comment"; the line has no line break. */
static void key_split(const char *line, kit_ssh_key *ret_key)
{
    ret_key->line = line;
    ret_key->line_size = strlen(line);
    ret_key->type = line;
    ret_key->type_size = strcspn(line, " \t");
    ret_key->blob = line + ret_key->type_size;
    ret_key->blob += strspn(ret_key->blob, " \t");
    ret_key->blob_size = strcspn(ret_key->blob, " \t");
}

static bool is_base64(const char *text, size_t size)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t plain = strspn(text, alphabet);
    return size > 0 && size % 4 == 0 && plain <= size && size - plain <= 2 &&
           strspn(text + plain, "=") >= size - plain;
}

/* The decoded blob begins with the length and the name of the type again: a cheap proof that it is
 * whole in front and belongs to its type. Takes its digest on the way. */
static bool blob_read(kit_ssh_key *key)
{
    unsigned char bytes[KIT_SSH_KEY_MAX];
    if (!is_base64(key->blob, key->blob_size))
        return false;
    int size = EVP_DecodeBlock(bytes, (const unsigned char *)key->blob, (int)key->blob_size);
    if (size < 0)
        return false;
    size -= (key->blob[key->blob_size - 1] == '=') + (key->blob[key->blob_size - 2] == '=');
    if ((size_t)size <= 4 + key->type_size || bytes[0] || bytes[1] || bytes[2] ||
        bytes[3] != key->type_size || memcmp(bytes + 4, key->type, key->type_size) != 0)
        return false;
    return EVP_Digest(bytes, (size_t)size, key->digest, NULL, EVP_sha256(), NULL) == 1;
}

/* What it is instead, in words; NULL when there is nothing better to say. */
static const char *mistake_of(const char *line)
{
    if (strstr(line, "PRIVATE KEY"))
        return "The ssh key is a private key: it must stay where it is. Give the public one, from "
               "the file whose name ends in .pub.";
    if (strpbrk(line, "\r\n"))
        return "The ssh key has more than one line. Exactly one public key is taken; give one line "
               "of the file.";
    if (strlen(line) > KIT_SSH_KEY_MAX)
        return "The ssh key is longer than the 4096 characters that are taken. Shorten its "
               "comment, or use an ed25519 key.";
    return NULL;
}

int kit_ssh_key_read(const char *line, kit_ssh_key *ret_key, aw_error *ret_error)
{
    const char *mistake = mistake_of(line);
    if (mistake)
        return kit_error_set(ret_error, AW_E_INVALID, "%s", mistake);
    kit_ssh_key key = {.line = NULL};
    key_split(line, &key);
    if (!is_key_type(key.type, key.type_size) || !blob_read(&key))
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "The ssh key is not a whole public key. It must be one line as in a .pub "
            "file: a type such as ssh-ed25519, a space, the key in base64.");
    snprintf(key.name, sizeof key.name, "archway-%02x%02x%02x%02x%02x%02x%02x%02x", key.digest[0],
             key.digest[1], key.digest[2], key.digest[3], key.digest[4], key.digest[5],
             key.digest[6], key.digest[7]);
    *ret_key = key;
    return 0;
}

bool kit_ssh_key_is(const kit_ssh_key *key, const char *line)
{
    kit_ssh_key other;
    key_split(line + strspn(line, " \t\r\n"), &other);
    other.blob_size = strcspn(other.blob, " \t\r\n");
    return other.type_size == key->type_size && other.blob_size == key->blob_size &&
           memcmp(other.type, key->type, key->type_size) == 0 &&
           memcmp(other.blob, key->blob, key->blob_size) == 0;
}
