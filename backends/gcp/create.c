/* SPDX-License-Identifier: Apache-2.0 */
/* Inserting a machine, in one zone after the other while they are sold out. */
#include "backends/gcp/create.h"

#include "kit/buf.h"
#include "kit/error.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_NAME 63
#define NAME_PART 48
#define DIGEST_SIZE 32

static int digest(const char *token, const char *purpose, unsigned char ret_digest[DIGEST_SIZE])
{
    char text[512];
    snprintf(text, sizeof text, "%s %s", token, purpose);
    return EVP_Digest(text, strlen(text), ret_digest, NULL, EVP_sha256(), NULL) ? 0 : -1;
}

/* A UUID of version 8 (made by rules of one's own): https://www.rfc-editor.org/rfc/rfc9562 */
int gcp_request_id(const char *token, const char *purpose, char ret_uuid[37])
{
    unsigned char bytes[DIGEST_SIZE];
    size_t at = 0;
    if (digest(token, purpose, bytes))
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

void gcp_label_text(char *ret_text, size_t size, const char *text)
{
    size_t at = 0;
    for (; *text && at + 1 < size; text++)
        ret_text[at++] = (char)tolower((unsigned char)*text);
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

/* The user's name, as far as it goes, and a part that only this token has. */
static const char *machine_name(aw_op *op, const aw_create *wish)
{
    unsigned char bytes[DIGEST_SIZE];
    kit_buf name;
    kit_buf_init(&name, kit_op_memory(op), LONGEST_NAME);
    if (digest(wish->token, "name", bytes))
        return NULL;
    if (!isalpha((unsigned char)wish->name[0]))
        kit_buf_add_text(&name, "m-");
    for (const char *c = wish->name; *c && name.size < NAME_PART; c++)
        kit_buf_add_char(&name,
                         isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-');
    kit_buf_add_char(&name, '-');
    for (int i = 0; i < 6; i++)
        kit_buf_addf(&name, "%02x", bytes[i]);
    return name.state == KIT_BUF_OK ? kit_buf_text(&name) : NULL;
}

static void emit_new(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    const aw_instance instance = {
        .size = sizeof instance,
        .state = AW_STATE_PENDING,
        .arch = wish->arch,
        .spot = wish->spot,
        .id = creation->name,
        .region = wish->region,
        .zone = creation->zone,
        .name = creation->name,
        .instance_type = wish->instance_type,
        .ssh_user = "ubuntu",
        .owner = wish->owner,
        .token = wish->token,
        .provider_state = "PROVISIONING",
        .data = creation->zone,
    };
    aw_emit_instance(creation->op, &instance);
}

static void on_failed(struct creation *creation, const aw_error *error)
{
    /* Only a zone that certainly made nothing leads to the next one. */
    if (error->code == AW_E_NO_CAPACITY && error->retry != AW_RETRY_UNKNOWN && *creation->zones)
        creation_insert(creation);
    else
        aw_fail(creation->op, error);
}

static void on_ended(aw_op *op, const aw_error *error, void *arg)
{
    struct creation *creation = arg;
    (void)op;
    if (error->code)
        on_failed(creation, error);
    else
        emit_new(creation);
}

static void on_accepted(aw_op *op, const aw_response *answer, void *arg)
{
    struct creation *creation = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *operation = kit_json_text(&root, "name");
    if (document.error.code)
        gcp_fail_unread(op, "insert", &document.error);
    else
        gcp_watch(op, creation->zone, operation, on_ended, creation);
}

/* Whose machine has our name? It is ours if it has our token. */
static void on_namesake(aw_op *op, const aw_response *answer, void *arg)
{
    struct creation *creation = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    char token[65];
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node labels = kit_json_find(&root, "labels");
    gcp_label_text(token, 64, creation->wish->token);
    if (strcmp(kit_json_find_text(&labels, GCP_LABEL_TOKEN, ""), token) != 0)
        kit_fail(op, AW_E_CONFLICT, "There is a machine named %s already, and it is another's.",
                 creation->name);
    else if (gcp_emit_instance(op, &root))
        gcp_fail_unread(op, "get", &document.error);
}

static void look_at_namesake(struct creation *creation)
{
    kit_request request;
    gcp_compute_init(&request, creation->op, "get", "GET");
    kit_request_path(&request, "zones");
    kit_request_path(&request, creation->zone);
    kit_request_path(&request, "instances");
    kit_request_path(&request, creation->name);
    kit_request_send(&request, on_namesake, NULL, creation);
}

static void on_refused(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct creation *creation = arg;
    aw_error copy = *error;
    (void)op;
    (void)answer;
    if (error->code == AW_E_CONFLICT)
        return look_at_namesake(creation);
    /* What an insert names and does not exist (a type in this zone, a network), the wish named. */
    if (error->code == AW_E_NOT_FOUND)
        copy.code = strstr(error->message, "machineTypes") ? AW_E_NO_CAPACITY : AW_E_INVALID;
    on_failed(creation, &copy);
}

static const char *take_zone(struct creation *creation)
{
    size_t size = strcspn(creation->zones, ",");
    const char *zone = kit_copy(creation->op, creation->zones, size);
    creation->zones += size + (creation->zones[size] == ',');
    return zone;
}

void creation_insert(struct creation *creation)
{
    char request_id[37];
    kit_request request;
    creation->zone = take_zone(creation);
    if (!creation->zone)
        return;
    if (gcp_request_id(creation->wish->token, creation->zone, request_id))
        return kit_fail(creation->op, AW_E_INTERNAL, "libcrypto has no SHA-256.");
    gcp_compute_init(&request, creation->op, "insert", "POST");
    kit_request_path(&request, "zones");
    kit_request_path(&request, creation->zone);
    kit_request_path(&request, "instances");
    kit_request_query(&request, "requestId", request_id);
    kit_request_json(&request, creation_body(creation));
    /* The same request id is the same machine, however often it is asked for. */
    request.wire.flags |= AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_accepted, on_refused, creation);
}

void gcp_create(aw_op *op, const aw_create *wish)
{
    struct creation *creation = aw_alloc(op, sizeof *creation);
    aw_create *copy = kit_wish_copy(op, wish);
    if (!creation || !copy)
        return;
    creation->op = op;
    creation->wish = copy;
    creation->zones = copy->zone ? copy->zone : "";
    creation->name = machine_name(op, copy);
    if (!*creation->zones)
        kit_fail(op, AW_E_INVALID, "The offer names no zone.");
    else if (creation->name)
        creation_find_image(creation);
}
