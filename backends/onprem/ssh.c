/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A script on a machine, by the system's ssh client, whose own configuration, agent and known hosts count:
 * https://man.openbsd.org/ssh_config. Nothing is asked at a terminal, and no unknown host key is taken.
 */
#include "backends/onprem/onprem.h"

#include "kit/error.h"
#include "kit/shell.h"

#include <string.h>

#define INPUT_MAX ((size_t)1024 * 1024)
#define COMMAND_MAX ((size_t)64 * 1024)
#define ARGV_MAX (ONPREM_SSH_ARGS_MAX + 48)
#define PROBE_TIMEOUT_MS 60000
#define CLAIM_TIMEOUT_MS 90000
#define MOST_ATTEMPTS 4
#define FIRST_DELAY_MS 500

/* What the shell there is told, whichever shell that is: nothing in it has a single quote. */
#define HAND_OVER "sh -s -- \"$HOME\" \"$(id -un)\" \"$@\""
#define AS_USER "sh -c 'exec " HAND_OVER "' archway"
#define AS_ROOT                                                                                    \
    "sh -c 'if [ \"$(id -u)\" = 0 ]; then exec " HAND_OVER "; fi; exec sudo -n -- " HAND_OVER      \
    "' archway"

struct argv {
    const char *words[ARGV_MAX + 1];
    size_t count;
};

static void add(struct argv *argv, const char *word)
{
    if (argv->count < ARGV_MAX)
        argv->words[argv->count++] = word;
}

static void add_option(struct argv *argv, const char *option)
{
    add(argv, "-o");
    add(argv, option);
}

/* Only the pinned key counts then. %H is the name under which ssh looks for it. */
static int add_pin(aw_op *op, struct argv *argv, const char *key)
{
    kit_buf option;
    kit_buf_init(&option, kit_op_memory(op), COMMAND_MAX);
    kit_buf_addf(&option, "KnownHostsCommand=/bin/echo %%H %s", key);
    add_option(argv, kit_buf_text(&option));
    add_option(argv, "UserKnownHostsFile=/dev/null");
    add_option(argv, "GlobalKnownHostsFile=/dev/null");
    return option.state == KIT_BUF_OK ? 0 : -1;
}

static void add_host(struct argv *argv, const struct onprem_host *host)
{
    if (host->port) {
        add(argv, "-p");
        add(argv, host->port);
    }
    if (host->user) {
        add(argv, "-l");
        add(argv, host->user);
    }
    if (host->identity) {
        add(argv, "-i");
        add(argv, host->identity);
        add_option(argv, "IdentitiesOnly=yes");
    }
    if (host->jump) {
        add(argv, "-J");
        add(argv, host->jump);
    }
}

/* ssh takes the first value of an option, so these hold whatever the configuration says. */
static int make_argv(aw_op *op, const struct onprem_call *call, struct argv *argv)
{
    static const char *const fixed[] = {
        "BatchMode=yes",           "StrictHostKeyChecking=yes", "UpdateHostKeys=no",
        "LogLevel=ERROR",          "ServerAliveInterval=15",    "ServerAliveCountMax=4",
        "ClearAllForwardings=yes", "ForwardAgent=no",           "PermitLocalCommand=no",
        "RemoteCommand=none",
    };
    const struct onprem *onprem = op->state;
    add(argv, onprem->ssh);
    add(argv, "-T");
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        add_option(argv, fixed[i]);
    add_option(argv, onprem->connect_timeout);
    if (call->host->key && add_pin(op, argv, call->host->key))
        return -1;
    add_host(argv, call->host);
    for (size_t i = 0; i < onprem->ssh_arg_count; i++)
        add(argv, onprem->ssh_args[i]);
    add(argv, "--");
    add(argv, call->host->address);
    add(argv, call->command);
    return 0;
}

static void run(aw_op *op, struct onprem_call *call);

static void on_time(aw_op *op, void *arg)
{
    run(op, arg);
}

/* A server, or a machine in between, that has too many at the door drops some: again a little later. */
static void again(aw_op *op, struct onprem_call *call)
{
    uint16_t random = 0;
    uint64_t delay_ms = (uint64_t)FIRST_DELAY_MS << call->attempts;
    aw_random(op, &random, sizeof random);
    aw_after(op, delay_ms + random % delay_ms, on_time, call);
}

static void on_exit(aw_op *op, const aw_exit *result, void *arg)
{
    struct onprem_call *call = arg;
    struct onprem_answer answer;
    aw_error error;
    call->attempts++;
    if (result->status == 255 && onprem_fault_is_drop(result) && call->attempts < MOST_ATTEMPTS)
        return again(op, call);
    error.code = AW_OK;
    if (!onprem_answer_begin(op, result, &answer, &error))
        call->told(op, call, &answer);
    else if (error.code)
        aw_fail(op, &error);
}

static void on_error(aw_op *op, const aw_error *why, const aw_response *answer, void *arg)
{
    aw_error error;
    (void)answer;
    (void)arg;
    if (why->code == AW_E_TIMEOUT)
        kit_error_set(&error, why->code,
                      "the machine took the connection and did not answer in time. Is it "
                      "overloaded, or its disk?");
    else if (why->retry == AW_RETRY_UNKNOWN)
        error = *why;
    else
        kit_error_set(&error, why->code,
                      "%.300s. The ssh client (Debian: openssh-client) "
                      "is needed on this machine; `ssh:` names another",
                      why->message);
    error.retry = why->retry;
    aw_fail(op, &error);
}

static void run(aw_op *op, struct onprem_call *call)
{
    struct argv argv = {.count = 0};
    if (make_argv(op, call, &argv))
        return;
    const aw_program program = {
        .size = sizeof program,
        .name = call->name,
        .argv = argv.words,
        .input = {kit_buf_text(&call->input), call->input.size},
        .timeout_ms = call->timeout_ms,
    };
    aw_run(op, &program, on_exit, on_error, call);
}

static struct onprem_call *call_new(aw_op *op, const struct onprem_host *host, const char *name)
{
    struct onprem_call *call = aw_alloc(op, sizeof *call);
    if (!call)
        return NULL;
    call->host = host;
    call->name = name;
    call->timeout_ms = CLAIM_TIMEOUT_MS;
    kit_buf_init(&call->input, kit_op_memory(op), INPUT_MAX);
    return call;
}

static int make_command(aw_op *op, struct onprem_call *call, const char *start,
                        const char *const *arguments)
{
    kit_buf command;
    kit_buf_init(&command, kit_op_memory(op), COMMAND_MAX);
    kit_buf_add_text(&command, start);
    for (; *arguments; arguments++) {
        kit_buf_add_char(&command, ' ');
        kit_shell_add_quoted(&command, *arguments, strlen(*arguments));
    }
    call->command = kit_buf_text(&command);
    if (command.state == KIT_BUF_FULL)
        kit_fail(op, AW_E_INVALID, "the ssh keys and the name are too long for a command");
    return command.state == KIT_BUF_OK ? 0 : -1;
}

struct onprem_call *onprem_call_probe(aw_op *op, const struct onprem_host *host)
{
    const struct onprem *onprem = op->state;
    const char *const arguments[] = {onprem->state_dir, NULL};
    struct onprem_call *call = call_new(op, host, "probe");
    if (!call || make_command(op, call, "sh -s --", arguments))
        return NULL;
    call->timeout_ms = PROBE_TIMEOUT_MS;
    kit_buf_add(&call->input, onprem_probe_script.data, onprem_probe_script.size);
    return call;
}

struct onprem_call *onprem_call_claim(aw_op *op, const struct onprem_host *host, const char *name,
                                      const char *const *arguments)
{
    const struct onprem *onprem = op->state;
    struct onprem_call *call = call_new(op, host, name);
    if (!call || make_command(op, call, onprem->sudo ? AS_ROOT : AS_USER, arguments))
        return NULL;
    return call;
}

void onprem_call_start(aw_op *op, struct onprem_call *call)
{
    if (call->input.state == KIT_BUF_FULL)
        kit_fail(op, AW_E_INVALID, "the user data is larger than %zu bytes", INPUT_MAX);
    else if (call->input.state == KIT_BUF_OK)
        run(op, call);
}
