/* SPDX-License-Identifier: Apache-2.0 */
/* The entry of the backend for machines of one's own: what core reads before it runs, and `open`. */
#include "backends/onprem/onprem.h"

#include "kit/answer.h"
#include "kit/error.h"
#include "kit/kept.h"
#include "kit/settings.h"

#include <string.h>

#define CONNECT_TIMEOUT_MAX_S 300

const struct onprem_host *onprem_host_find(aw_op *op, const char *name)
{
    const struct onprem *onprem = op->state;
    for (size_t i = 0; name && i < onprem->host_count; i++)
        if (!strcmp(onprem->hosts[i].name, name))
            return &onprem->hosts[i];
    kit_fail(op, AW_E_INVALID,
             "no machine `%.80s` is in `hosts` of this backend, so it cannot be asked. If it was "
             "taken out while it held a claim, add it again",
             name ? name : "");
    return NULL;
}

static int check_apart(const struct onprem *onprem, const struct onprem_host *host,
                       aw_error *ret_error)
{
    for (size_t i = 0; i < onprem->host_count; i++)
        if (!strcmp(onprem->hosts[i].name, host->name))
            return kit_error_set(ret_error, AW_E_INVALID,
                                 "another one has the name `%s` already: write name=NAME",
                                 host->name);
    return 0;
}

static int read_hosts(aw_op *op, const aw_setting *lines, struct onprem *onprem)
{
    aw_error error = {.code = AW_OK};
    if (!lines || lines->count > ONPREM_HOSTS_MAX) {
        kit_fail(
            op, AW_E_INVALID,
            "`hosts` must be a list of 1 to %d machines: `hosts: [\"ada@gh1.lab price=1.20\"]`",
            ONPREM_HOSTS_MAX);
        return -1;
    }
    onprem->hosts = aw_alloc(op, lines->count * sizeof *onprem->hosts);
    for (uint64_t i = 0; onprem->hosts && i < lines->count; i++) {
        struct onprem_host *host = &onprem->hosts[i];
        if (onprem_host_read(op, lines->values[i], host, &error) ||
            check_apart(onprem, host, &error)) {
            if (error.code)
                kit_fail(op, error.code, "in `hosts`, \"%.120s\": %s", lines->values[i],
                         error.message);
            return -1;
        }
        onprem->host_count++;
    }
    return onprem->hosts ? 0 : -1;
}

static int read_ssh_args(aw_op *op, const aw_setting *args, struct onprem *onprem)
{
    if (!args)
        return 0;
    if (args->count > ONPREM_SSH_ARGS_MAX) {
        kit_fail(op, AW_E_INVALID, "`ssh_args` has more than %d words", ONPREM_SSH_ARGS_MAX);
        return -1;
    }
    const char **copy = aw_alloc(op, args->count * sizeof *copy);
    for (uint64_t i = 0; copy && i < args->count; i++) {
        copy[i] = kit_copy_text(op, args->values[i]);
        if (!copy[i])
            return -1;
    }
    onprem->ssh_args = copy;
    onprem->ssh_arg_count = args->count;
    return copy ? 0 : -1;
}

static int read_timeout(aw_op *op, const aw_settings *settings, struct onprem *onprem)
{
    const char *text = kit_setting_text(settings, "connect_timeout_s");
    uint64_t seconds = 10;
    kit_buf option;
    if (text && (kit_kept_number(text, CONNECT_TIMEOUT_MAX_S, &seconds) || !seconds)) {
        kit_fail(op, AW_E_INVALID, "`connect_timeout_s` must be a number from 1 to %d",
                 CONNECT_TIMEOUT_MAX_S);
        return -1;
    }
    kit_buf_init(&option, kit_op_memory(op), 64);
    kit_buf_addf(&option, "ConnectTimeout=%llu", (unsigned long long)seconds);
    onprem->connect_timeout = kit_buf_text(&option);
    return onprem->connect_timeout ? 0 : -1;
}

static int check_state_dir(aw_op *op, const char *path)
{
    if (path[0] == '/' && path[1])
        return 0;
    kit_fail(
        op, AW_E_INVALID,
        "`state_dir` must be an absolute path, the same for all servers that use the machines");
    return -1;
}

static void onprem_open(aw_op *op, const aw_settings *settings, void **ret_state)
{
    struct onprem *onprem = aw_alloc(op, sizeof *onprem);
    if (!onprem || kit_setting_own(op, settings, "ssh", "ssh", &onprem->ssh) ||
        kit_setting_own(op, settings, "state_dir", ONPREM_STATE_DIR, &onprem->state_dir) ||
        kit_setting_own(op, settings, "authorized_keys", ONPREM_KEYS_FILE, &onprem->keys_file))
        return;
    onprem->sudo = kit_setting_boolean(settings, "sudo", 1);
    if (check_state_dir(op, onprem->state_dir) || read_timeout(op, settings, onprem) ||
        read_ssh_args(op, kit_setting(settings, "ssh_args"), onprem) ||
        read_hosts(op, kit_setting(settings, "hosts"), onprem))
        return;
    *ret_state = onprem;
}

static void onprem_regions(aw_op *op)
{
    const struct onprem *onprem = op->state;
    for (size_t i = 0; i < onprem->host_count; i++) {
        const aw_region region = {.size = sizeof region,
                                  .name = onprem->hosts[i].name,
                                  .description = onprem->hosts[i].address};
        aw_emit_region(op, &region);
    }
}

/* There are no requests to sign, and so no answers and no credentials: ssh has its own. */
static void onprem_authenticate(aw_op *op)
{
    kit_fail(op, AW_E_UNSUPPORTED, "machines that are reached by ssh have no API to sign for");
}

static int32_t onprem_sign(void *state, const aw_request *request,
                           const aw_credentials *credentials, uint64_t now_ms,
                           aw_header_sink *ret_headers, aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)credentials;
    (void)now_ms;
    (void)ret_headers;
    return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                         "machines that are reached by ssh have no API to sign for");
}

static void onprem_classify(void *state, const aw_request *request, const aw_response *answer,
                            aw_error *ret_error)
{
    (void)state;
    (void)request;
    if (!kit_answer_is_good(answer))
        kit_answer_explain_status(answer, "This backend", "an answer", ret_error);
}

static const void *onprem_extension(void *state, const char *id)
{
    static const aw_images images = {.size = sizeof images, .list_images = onprem_list_images};
    (void)state;
    return strcmp(id, AW_IMAGES) == 0 ? &images : NULL;
}

static const aw_vtable vtable = {
    .size = sizeof vtable,
    .open = onprem_open,
    .regions = onprem_regions,
    .list_offers = onprem_list_offers,
    .create = onprem_create,
    .get = onprem_get,
    .list = onprem_list,
    .terminate = onprem_terminate,
    .authenticate = onprem_authenticate,
    .sign = onprem_sign,
    .classify = onprem_classify,
    .extension = onprem_extension,
};

static const aw_option options[] = {
    {"hosts",
     "the machines, one a line: \"[USER@]HOST[:PORT] name= arch= price= blocks= identity= jump= "
     "key=\"",
     AW_OPTION_LIST, 0},
    {"ssh", "the ssh client; default: ssh", AW_OPTION_TEXT, 0},
    {"ssh_args", "further arguments for it, such as [-F, /etc/archway/ssh_config]", AW_OPTION_LIST,
     0},
    {"connect_timeout_s", "how long to wait for a connection; default: 10", AW_OPTION_INTEGER, 0},
    {"sudo", "become root there by sudo; default: true", AW_OPTION_BOOLEAN, 0},
    {"state_dir", "where claims lie on the machines; default: " ONPREM_STATE_DIR, AW_OPTION_TEXT,
     0},
    {"authorized_keys", "where ssh keys of a create go; default: " ONPREM_KEYS_FILE, AW_OPTION_TEXT,
     0},
};

const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .min_minor = 0,
    .capabilities = AW_CAP_USER_DATA | AW_CAP_IDEMPOTENT_CREATE,
    .provider = "onprem",
    .title = "Machines of one's own",
    .version = "0.1.0",
    .endpoint = "ssh",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .vtable = &vtable,
};
