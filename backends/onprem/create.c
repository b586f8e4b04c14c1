/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claiming a machine, or one block of it, in one go: the claim, the ssh keys, the bootstrap's start. The claim is
 * made on the machine, under a lock, and carries the token: the same token again is the same claim. It is the machine
 * that `list` finds, and nothing beside it.
 */
#include "backends/onprem/onprem.h"

#include "kit/error.h"
#include "kit/kept.h"
#include "kit/shell.h"
#include "kit/tags.h"
#include "kit/wish.h"

#include <stdio.h>
#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define NAME_CHARACTERS LETTERS DIGITS "._ -"
#define KEY_TYPE LETTERS DIGITS "-.@"
#define KEY_BLOB LETTERS DIGITS "+/="
#define SHORTEST_KEY 16
#define NAME_MAX 128
#define KEYS_MAX 32
#define FIXED_ARGUMENTS 10
#define SCRIPT_MARK "#!"

struct creation {
    const char *token;
    bool emitted;
};

static int check_name(const aw_create *wish, aw_error *ret_error)
{
    const char *name = wish->name ? wish->name : "";
    if (strspn(name, NAME_CHARACTERS) == strlen(name) && strlen(name) <= NAME_MAX)
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID,
                         "The name \"%.100s\" cannot be written to a machine: use at most %d of "
                         "A-Z a-z 0-9 . _ - and blanks.",
                         name, NAME_MAX);
}

static int check_user_data(const aw_bytes *data, aw_error *ret_error)
{
    if (!data->size)
        return 0;
    if (memchr(data->data, '\0', data->size) || data->size < 3 ||
        strncmp(data->data, SCRIPT_MARK, strlen(SCRIPT_MARK)) != 0)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "On a machine of your own the user data must be a script that begins "
                             "with #! (there is no cloud-init that would read anything else).");
    return 0;
}

static int check_wish(const aw_create *wish, aw_error *ret_error)
{
    if (wish->spot)
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "Machines of your own are not interruptible. Ask for on-demand ones.");
    if (wish->disk_mib || wish->image)
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "Machines of your own have the disks and the system that they have. "
                             "Ask for no size and no image.");
    if (kit_wish_options_check(wish, ONPREM_TITLE, NULL, ret_error))
        return -1;
    if (wish->tag_count)
        return kit_error_set(ret_error, AW_E_INVALID, "Machines of your own know no tag `%.60s`.",
                             wish->tags[0].name);
    if (!wish->owner || !*wish->owner || !wish->token || !*wish->token)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The wish has no owner or no token to claim with.");
    if (wish->ssh_key_count > KEYS_MAX)
        return kit_error_set(ret_error, AW_E_INVALID, "Give at most %d ssh keys.", KEYS_MAX);
    return check_name(wish, ret_error) || check_user_data(&wish->user_data, ret_error) ? -1 : 0;
}

/* "TYPE BASE64" without options before it and a comment behind it, in which anything may stand. NULL: it is no key
 * (*ret_error says so), or there is no memory. */
static const char *key_read(aw_op *op, const char *line, aw_error *ret_error)
{
    const char *type = line + strspn(line, " \t");
    size_t type_size = strspn(type, KEY_TYPE);
    const char *blob = type + type_size + strspn(type + type_size, " \t");
    size_t blob_size = strspn(blob, KEY_BLOB);
    bool known =
        !strncmp(type, "ssh-", 4) || !strncmp(type, "ecdsa-", 6) || !strncmp(type, "sk-", 3);
    if (!known || blob == type + type_size || blob_size < SHORTEST_KEY ||
        !strchr(" \t\r\n", blob[blob_size])) {
        kit_error_set(ret_error, AW_E_INVALID,
                      "An ssh key is no public key as in authorized_keys: \"%.40s\". Give the "
                      "content of a .pub file.",
                      line);
        return NULL;
    }
    kit_buf key;
    kit_buf_init(&key, kit_op_memory(op), type_size + 1 + blob_size);
    kit_buf_add(&key, type, type_size);
    kit_buf_add_char(&key, ' ');
    kit_buf_add(&key, blob, blob_size);
    return kit_buf_text(&key);
}

/* Reads the offer's data, "MACHINE GPUS". */
static int data_read(aw_op *op, const char *data, const char **ret_machine, const char **ret_gpus)
{
    char *machine = kit_copy_text(op, data ? data : "");
    char *gpus = machine ? strchr(machine, ' ') : NULL;
    uint64_t count = 0;
    if (gpus)
        *gpus++ = '\0';
    if (!gpus || kit_kept_number(gpus, 1024, &count)) {
        if (machine)
            kit_fail(op, AW_E_INVALID,
                     "The offer does not say what the machine is. List the offers again.");
        return -1;
    }
    *ret_machine = machine;
    *ret_gpus = gpus;
    return 0;
}

static void on_claim(aw_op *op, const aw_instance *claim, void *arg)
{
    struct creation *creation = arg;
    if (creation->emitted || strcmp(claim->id, creation->token) != 0)
        return;
    creation->emitted = true;
    aw_emit_instance(op, claim);
}

static void on_told(aw_op *op, const struct onprem_call *call, struct onprem_answer *answer)
{
    struct creation *creation = call->arg;
    onprem_claims_read(op, call, answer, on_claim, creation);
    if (creation->emitted)
        return;
    aw_error error;
    kit_error_set(&error, AW_E_PROTOCOL, "the machine did not tell the claim that it made");
    error.retry = AW_RETRY_UNKNOWN;
    aw_fail(op, &error);
}

static uint32_t blocks_of(const aw_create *wish, const struct onprem_host *host)
{
    unsigned blocks = 1;
    if (sscanf(wish->instance_type ? wish->instance_type : "", "host/%u", &blocks) != 1)
        blocks = 1;
    return blocks == host->blocks ? blocks : 0;
}

static struct onprem_call *make_call(aw_op *op, const aw_create *wish,
                                     const struct onprem_host *host)
{
    const struct onprem *onprem = op->state;
    const char *arguments[FIXED_ARGUMENTS + KEYS_MAX + 1] = {
        onprem->state_dir, "claim", wish->token, wish->owner, wish->name ? wish->name : ""};
    char blocks[16];
    char expires[KIT_EXPIRES_SIZE];
    aw_error error = {.code = AW_OK};
    snprintf(blocks, sizeof blocks, "%u", host->blocks);
    kit_expires_text(wish->expires_at_ms, expires);
    arguments[5] = blocks;
    arguments[8] = onprem->keys_file;
    arguments[9] = *expires ? expires : "0";
    if (data_read(op, wish->offer_data, &arguments[6], &arguments[7]))
        return NULL;
    for (uint32_t i = 0; i < wish->ssh_key_count; i++) {
        arguments[FIXED_ARGUMENTS + i] = key_read(op, wish->ssh_keys[i], &error);
        if (error.code)
            aw_fail(op, &error);
        if (!arguments[FIXED_ARGUMENTS + i])
            return NULL;
    }
    return onprem_call_claim(op, host, "claim", arguments);
}

static void add_input(struct onprem_call *call, const aw_bytes *user_data)
{
    if (user_data->size) {
        kit_buf_add_text(&call->input, "archway_user_data=");
        kit_shell_add_quoted(&call->input, user_data->data, user_data->size);
        kit_buf_add_char(&call->input, '\n');
    }
    kit_buf_add(&call->input, onprem_claim_script.data, onprem_claim_script.size);
}

void onprem_create(aw_op *op, const aw_create *wish)
{
    aw_error error;
    const struct onprem_host *host = onprem_host_find(op, wish->region);
    if (!host)
        return;
    if (check_wish(wish, &error))
        return aw_fail(op, &error);
    if (!blocks_of(wish, host))
        return kit_fail(op, AW_E_INVALID,
                        "The machine is not cut as `%.40s` says: its blocks= has changed. List the "
                        "offers again.",
                        wish->instance_type ? wish->instance_type : "");
    struct creation *creation = aw_alloc(op, sizeof *creation);
    struct onprem_call *call = creation ? make_call(op, wish, host) : NULL;
    if (!call)
        return;
    creation->token = kit_copy_text(op, wish->token);
    if (!creation->token)
        return;
    add_input(call, &wish->user_data);
    call->told = on_told;
    call->arg = creation;
    onprem_call_start(op, call);
}
