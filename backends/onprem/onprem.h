/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the backend for machines of one's own share. Each machine is a region. */
#ifndef ARCHWAY_BACKENDS_ONPREM_H
#define ARCHWAY_BACKENDS_ONPREM_H

#include "kit/buf.h"

#include <archway/backend.h>

#include <stdbool.h>

#define ONPREM_TITLE "A machine of your own"

#define ONPREM_STATE_DIR "/var/lib/archway"
#define ONPREM_KEYS_FILE ".ssh/authorized_keys"
#define ONPREM_BLOCKS_MAX 256
#define ONPREM_HOSTS_MAX 1000
#define ONPREM_SSH_ARGS_MAX 64

/* ---- a line of `hosts` (host.c, host_words.c) ---- */

struct onprem_host {
    const char *name; /* the region */
    const char *address;
    const char *user;     /* NULL, here and below: as ssh has it */
    const char *port;     /* digits */
    const char *identity; /* a file */
    const char *jump;
    const char *key; /* the pinned host key, "TYPE BASE64" */
    uint32_t arch;   /* as the user states it; AW_ARCH_UNKNOWN: not stated */
    uint32_t blocks; /* equal parts that are claimed one by one */
    uint32_t priced;
    uint64_t price_nusd_per_hour; /* of all of it */
};

/* Reads "ada@gh1.lab:2222 name=gh1 arch=arm64 price=1.20 blocks=4 key=\"ssh-ed25519 AAAA\"". AW_E_INVALID, with
 * what to write instead. Texts are the operation's. */
int onprem_host_read(aw_op *op, const char *line, struct onprem_host *ret_host,
                     aw_error *ret_error);

/* Cuts the next word off *line, in place, its double quotes taken away. NULL: none is left. Of an unfinished quote
 * *ret_error tells. */
char *onprem_word_next(char **line, aw_error *ret_error);
/* "1.25": dollars, at most nine decimals. -1: none. */
int onprem_price_read(const char *text, uint64_t *ret_nusd);

/* ---- the state of an opened backend (onprem.c) ---- */

struct onprem {
    const char *ssh; /* the program */
    const char *const *ssh_args;
    size_t ssh_arg_count;
    const char *connect_timeout; /* "ConnectTimeout=10" */
    const char *state_dir;
    const char *keys_file;
    bool sudo;
    struct onprem_host *hosts;
    size_t host_count;
};

/* The machine with this name. NULL: the operation has failed, for a machine that is not in the configuration may
 * well be there and hold a claim. */
const struct onprem_host *onprem_host_find(aw_op *op, const char *name);

/* ---- talking to a machine (ssh.c, fault.c, answer.c) ---- */

/* probe.sh and claim.sh. */
extern const aw_bytes onprem_probe_script;
extern const aw_bytes onprem_claim_script;

/* What a script said: lines of "WORD REST" between two marks. */
struct onprem_answer {
    char *at;
    const char *word;
    const char *rest; /* "" when there is none */
};
bool onprem_answer_next(struct onprem_answer *answer);

struct onprem_call {
    const struct onprem_host *host;
    const char *name; /* for errors and logs: "probe" */
    const char *command;
    kit_buf input; /* the script, perhaps with values before it */
    uint64_t timeout_ms;
    uint32_t attempts;
    void (*told)(aw_op *op, const struct onprem_call *call, struct onprem_answer *answer);
    void *arg;
};

/* A script that runs as the user who logs in. */
struct onprem_call *onprem_call_probe(aw_op *op, const struct onprem_host *host);
/* One that runs as root, unless the configuration says `sudo: false`, with these arguments (NULL ends them). Values
 * may be added to its input before the script is. */
struct onprem_call *onprem_call_claim(aw_op *op, const struct onprem_host *host, const char *name,
                                      const char *const *arguments);
/* Starts it. NULL, or what was added failed for want of memory: the operation has failed. */
void onprem_call_start(aw_op *op, struct onprem_call *call);

/* Reads the marks and passes on what the script itself calls a failure. -1: *ret_error. */
int onprem_answer_begin(aw_op *op, const aw_exit *result, struct onprem_answer *ret_answer,
                        aw_error *ret_error);
/* What ssh means when it ends with status 255, with the remedy. */
void onprem_fault_read(const aw_exit *result, aw_error *ret_error);
/* Was the connection dropped before a word was said, as by a server that has too many at once? */
bool onprem_fault_is_drop(const aw_exit *result);

/* ---- what a machine is (probe.c, gpu.c) ---- */

struct onprem_gpu {
    uint32_t count; /* 0: none */
    uint64_t memory_mib;
    const char *vendor;
    char name[64];
};

/* Reads "97871, NVIDIA GH200 480GB" and counts it: *gpu is what was counted so far. 0: it is another model. -1: it
 * cannot be read. */
int onprem_gpu_count(const char *vendor, const char *text, struct onprem_gpu *gpu);

struct onprem_probe {
    uint32_t arch;
    uint32_t cpus;
    uint64_t memory_mib;
    uint64_t disk_mib;
    const char *machine; /* `uname -m` */
    const char *os;
    uint32_t claimed;        /* blocks */
    uint32_t claimed_blocks; /* into how many the machine was cut for them; 0: none is claimed */
    struct onprem_gpu gpu;
};

/* Reports what is odd about its GPUs and goes on. -1: it cannot be offered, and *ret_error says why. */
int onprem_probe_read(aw_op *op, const struct onprem_host *host, struct onprem_answer *answer,
                      struct onprem_probe *ret_probe, aw_error *ret_error);

/* ---- claims (claims.c) ---- */

/* Calls `found` for each claim that was told. The instance's texts live as long as the operation. */
typedef void (*onprem_claim_fn)(aw_op *op, const aw_instance *claim, void *arg);
void onprem_claims_read(aw_op *op, const struct onprem_call *call, struct onprem_answer *answer,
                        onprem_claim_fn found, void *arg);

/* "host", or "host/4" for a part. NULL: no memory. */
const char *onprem_type_name(aw_op *op, uint32_t blocks);
uint64_t onprem_price_nusd(const struct onprem_host *host, uint32_t blocks);

/* ---- the vtable ---- */

void onprem_list_offers(aw_op *op, const aw_offer_query *query);
void onprem_list_images(aw_op *op, const aw_offer_query *query);
void onprem_create(aw_op *op, const aw_create *wish);
void onprem_get(aw_op *op, const aw_ref *ref);
void onprem_list(aw_op *op, const aw_list *wish);
void onprem_terminate(aw_op *op, const aw_ref *ref);

#endif
