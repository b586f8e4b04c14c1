/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archway/backend.h - the plugin ABI. A backend is one shared object that teaches Archway one
 * provider of machines. This header is all that it compiles against, and all that there is to read.
 *
 * A backend does no I/O. It turns a wish ("list what you sell", "start one of these") into HTTP
 * requests, and answers into facts. Archway's core sends, signs, waits, retries, paces, times out,
 * records and replays. So a backend has no threads, locks, sockets, files, environment or clock.
 *
 * The shape of every conversation
 * -------------------------------
 * Core makes an operation (aw_op), calls one function of the vtable, and the function returns at
 * once, having queued what it wants: requests, timers, programs. Each is queued with the function to
 * call when it is done. That function reads the answer, emits results, queues more, or fails the
 * operation:
 *
 *     static void on_machines(aw_op *op, const aw_response *answer, void *arg);
 *
 *     static void list(aw_op *op, const aw_list *wish)
 *     {
 *         aw_request request = { .size = sizeof request, .name = "list", .method = "GET",
 *                                .url = "https://api.example.com/v1/machines" };
 *         aw_send(op, &request, on_machines, NULL, NULL);
 *     }
 *
 * An operation is finished when nothing that it queued is outstanding: there is no "done" to call
 * and none to forget. It is cancelled when core stops calling it and drops its arena: there is no
 * clean-up to write. Both may happen between any two calls.
 *
 * Rules, each with the name that reports use
 * ------------------------------------------
 * Loading
 *   L1  The file exports exactly one symbol, `archway_backend_v1`, of type aw_backend_entry, constant
 *       and statically initialised. The major version of the ABI is in the name.
 *   L2  It links what it needs of libc, libm, libcrypto, jansson, expat; never libcurl or libarchway.
 *   L3  It has no mutable statics, no constructors, no thread-local storage, and is never unloaded.
 *   L4  It calls nothing that opens, sends, waits, prints, starts or ends something, or that asks for the
 *       time, randomness or the environment: it asks core (aw_send, aw_read_file, aw_now_ms, ...).
 *   L5  It is compiled with -fPIC and linked with -z now and -z relro, without a search path for libraries
 *       and without a stack that can be run.
 *   L6  It may be loaded and opened any number of times, with the same descriptor.
 *   L7  Loading and opening take no time to speak of: what is dear is asked for, or computed when needed.
 * Memory
 *   M1  Every pointer that a function is given is borrowed until that function returns. Keep a copy
 *       (aw_alloc) of what you need later.
 *   M2  What aw_alloc returned lives as long as its operation; for `open`, as long as the backend.
 *   M3  Nothing is allocated on one side and freed on the other. Core copies what is emitted, failed
 *       with, or queued before the call returns.
 *   M4  When memory runs out aw_alloc returns NULL and the operation has failed: just return.
 *   M5  What is allocated otherwise (by jansson, expat, libcrypto) is freed before the same call returns, or
 *       by `close`: an operation may end between any two calls.
 * Structs
 *   S1  A struct that may grow starts with `size`, set to sizeof by whoever made it. New fields are
 *       only added at the end. Whoever reads one reads at most `size` bytes and takes the rest as 0:
 *       what is newer than 1.0 says since when ("1.1"), and is read behind AW_HAS.
 *   S2  Zero everywhere means "not said". Start from `= { .size = sizeof x }`.
 *   S3  Structs marked "frozen" have no size and never change.
 *   S4  Text is UTF-8 and ends in NUL. NULL means absent. Times are milliseconds; wall times count
 *       from 1970-01-01T00:00:00Z. Prices are nano-dollars (1e-9 USD) an hour. Memory and disks are MiB.
 *   S5  `extension` has NULL for every id that it does not know, revisions among them.
 * Threads
 *   T1  All calls on one opened backend come one after another, perhaps on different threads.
 *   T2  Two backends, of one plugin too, may run at once. That is why L3 forbids mutable statics.
 * Conversations
 *   C1  Callbacks come later, never from inside the call that queued them.
 *   C2  After aw_fail nothing that the operation queues is carried out and no callback comes.
 *   C3  `sign` and `classify` are pure: same input, same output; no operation, no services.
 *   C4  Secrets come to `authenticate` and `sign` only, and may not be put in errors, logs or results.
 *   C5  Paging has a bound: stop with AW_E_PROTOCOL after as many pages as the provider could mean.
 *   C6  The same wishes, answers, time and randomness make the same requests and results, to the byte.
 *   C7  An operation may end between any two calls. The backend goes on as if it had not been.
 *   C8  Many operations are under way on one backend at once, and none of them sees another.
 * Errors (docs/errors.md)
 *   E1  Every status but success is an error, whatever body comes with it: 401 is unauthenticated, 403 denied,
 *       404 not found (or PROTOCOL, when the API itself did not say it), 409 conflict, 429 throttled, 5xx
 *       unavailable, other 4xx invalid or PROTOCOL; unless the provider's own words say it better.
 *   E2  An error is a sentence for a person, clean of control characters, and no code of core's (INTERNAL,
 *       CANCELLED) stands in for it.
 *   E3  An answer is hostile until it is read: cut off, of other types, out of bounds, empty, a page of HTML,
 *       nested without end. It fails the operation, or its part is reported; a listing that lacks something
 *       never looks whole. Names are 1 to 1024 bytes.
 * Results
 *   O1  An offer is of one of the two architectures, and says who says so. Others are reported.
 *   O2  An offer has a price, or says that it has none.
 *   O3  Numbers are those of a machine that there is, in the units of S4.
 *   I1  To end a machine that the provider does not know succeeds.
 *   I2  A create depends on its wish alone, token included: never on the time or on chance, so that the same
 *       token is the same create.
 *   I3  What is created carries the token and the owner.
 * What only a provider can tell (archway check --live)
 *   V1  Credentials are found where the user has them, and what can be rented is listed.
 *   V2  What `create` makes is what was ordered, in the words of `create`, `get` and `list` alike, and it comes to
 *       run, or says why not.
 *   V3  What was ended goes, and what was made beside it with it: `list` says so, or has it no more.
 *
 * The header compiles alone as C11 and C++17.
 */
#ifndef ARCHWAY_BACKEND_H
#define ARCHWAY_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AW_ABI_MAJOR 1
#define AW_ABI_MINOR 1
#define AW_MAGIC 0x31495741u /* "AWI1" as the bytes lie in the file */

/* ---------------------------------------------------------------------------------------------
 * Errors
 * --------------------------------------------------------------------------------------------- */

/*
 * What went wrong, and what whoever receives it must do. The list is closed within a major version;
 * a receiver takes a code that it does not know as AW_E_PROTOCOL. The codes are never mixed up:
 * an outage is not "no capacity", a bad key is not "nothing matched".
 */
enum aw_code {
    AW_OK = 0,
    AW_E_INVALID = 1,         /* the wish itself is wrong: change it, never repeat it */
    AW_E_UNAUTHENTICATED = 2, /* no or bad credentials: mend them */
    AW_E_DENIED = 3,          /* good credentials, no permission: ask an administrator */
    AW_E_NOT_FOUND = 4,       /* no such thing; for terminate that is success */
    AW_E_CONFLICT = 5,        /* it exists already, or is in use: read it again and decide */
    AW_E_NO_CAPACITY = 6,     /* sold out: try the next offer */
    AW_E_QUOTA = 7,           /* the account's limit: another region or family, or ask for more */
    AW_E_THROTTLED = 8,       /* asked too often: wait (core does) */
    AW_E_UNAVAILABLE = 9,     /* the provider or the way to it is down: again later (core does) */
    AW_E_TIMEOUT = 10,        /* the deadline passed: again with a longer one */
    AW_E_CANCELLED = 11,      /* the caller stopped it: nothing to do */
    AW_E_UNSUPPORTED = 12,    /* this provider has no such thing: do without */
    AW_E_PROTOCOL = 13,  /* the answer made no sense: report a bug, with the text of the error */
    AW_E_NO_MEMORY = 14, /* out of memory here */
    AW_E_INTERNAL = 15   /* a bug in Archway or in a plugin */
};

/* May the same request be sent again? */
enum aw_retry {
    AW_RETRY_NEVER = 0,  /* useless: the answer would be the same */
    AW_RETRY_SAFE = 1,   /* nothing has happened there: again is safe, even for a create */
    AW_RETRY_UNKNOWN = 2 /* it may have happened: again only if the request is repeatable */
};

/* What would make a repetition succeed. Core does it once per request, then sends again. */
enum aw_remedy {
    AW_REMEDY_NONE = 0,
    AW_REMEDY_CREDENTIALS =
        1,              /* drop the cached credentials and authenticate anew (401, expired token) */
    AW_REMEDY_CLOCK = 2 /* our clock is off: learn the offset from the answer's Date, sign again */
};

/* How far an error reaches: where not to try next. */
enum aw_scope {
    AW_SCOPE_UNKNOWN = 0,
    AW_SCOPE_ZONE = 1,
    AW_SCOPE_REGION = 2,
    AW_SCOPE_ACCOUNT = 3
};

/*
 * The one error type. It always lies in memory of core's or of the plugin's own stack and is copied
 * when passed on, so there is nothing to free. `message` is a sentence for a person: what was wrong and,
 * where known, what to do instead. The plugin leaves `backend`, `region` and `request` empty: core
 * fills them in, so that every error names the provider and the request.
 */
typedef struct aw_error {
    uint32_t size;
    uint32_t code;           /* enum aw_code */
    uint32_t retry;          /* enum aw_retry */
    uint32_t remedy;         /* enum aw_remedy */
    uint32_t scope;          /* enum aw_scope */
    uint32_t http_status;    /* 0 when there was no answer */
    uint64_t retry_after_ms; /* what the provider asked for; 0: core's own backoff */
    char provider_code[64];  /* the provider's own name for it, such as "VcpuLimitExceeded" */
    char request_id[96];     /* the provider's id of the request, for its support */
    char message[512];
    char backend[32];
    char region[64];
    char request[160];
} aw_error;

/* ---------------------------------------------------------------------------------------------
 * Architectures
 * --------------------------------------------------------------------------------------------- */

/* Bits, so that a wish can name both. Zero is "unknown" in a fact and is never offered as either. */
enum aw_arch {
    AW_ARCH_UNKNOWN = 0,
    AW_ARCH_AMD64 = 1,
    AW_ARCH_ARM64 = 2,
    AW_ARCH_ANY = 3
};

/* Who says which architecture an offer has. */
enum aw_arch_source {
    AW_ARCH_SOURCE_UNKNOWN = 0,
    AW_ARCH_SOURCE_API = 1,   /* the provider's API states it */
    AW_ARCH_SOURCE_RULE = 2,  /* a documented rule by name, because the API is silent */
    AW_ARCH_SOURCE_PROBE = 3, /* the machine was asked (uname -m) */
    AW_ARCH_SOURCE_USER = 4   /* the user's configuration states it */
};

/* ---------------------------------------------------------------------------------------------
 * Plain values (frozen)
 * --------------------------------------------------------------------------------------------- */

/* Frozen. */
typedef struct aw_header {
    const char *name;
    const char *value;
} aw_header;

/* Frozen. Bytes that need not end in NUL, though a response body always has one behind it. */
typedef struct aw_bytes {
    const char *data;
    uint64_t size;
} aw_bytes;

/* Frozen. One option of the backend's entry in the user's configuration; a scalar has one value. */
typedef struct aw_setting {
    const char *name;
    const char *const *values;
    uint64_t count;
} aw_setting;

/* ---------------------------------------------------------------------------------------------
 * What a backend is told
 * --------------------------------------------------------------------------------------------- */

/*
 * The user's configuration of one backend: every option but the secret ones (aw_secret has those).
 * `name` is what the user calls this backend ("lambda", "lambda-research"). Core has already refused
 * options that the entry does not declare and values of the wrong type.
 */
typedef struct aw_settings {
    uint32_t size;
    uint32_t count;
    const aw_setting *items;
    const char *name;
} aw_settings;

/* What `list_offers` is asked for. All but `region` are hints that may save requests: core filters. */
typedef struct aw_offer_query {
    uint32_t size;
    uint32_t archs; /* bits of enum aw_arch */
    uint32_t spot;  /* enum aw_spot */
    uint32_t reserved;
    const char *region; /* NULL when the plugin has AW_CAP_WHOLE_LISTING: all regions at once */
    /* 1.1: What the user asks of this provider alone, as in aw_create: "reservation". They are no hint: an offer that
     * does not fit is left out. An option of a wish that has nothing to do with offers changes nothing; what is no
     * option of the provider's fails the operation: AW_E_INVALID, with the names that there are. */
    const aw_header *options;
    uint64_t option_count;
} aw_offer_query;

enum aw_spot {
    AW_SPOT_ANY = 0,
    AW_SPOT_NO = 1,
    AW_SPOT_ONLY = 2
};

/*
 * What `create` is asked for: one machine. `token` is the idempotency token, 32 lower-case hex digits
 * unless the caller brought its own (at most 64 of [A-Za-z0-9-]): give it to the provider as its
 * idempotency key where there is one, and tag the machine with `owner` and `token` always, so that
 * `list` can find it again by either; with `expires_at_ms` too, if it is there (kit/tags.h). The first fields are those of the offer that was chosen.
 */
typedef struct aw_create {
    uint32_t size;
    uint32_t arch; /* enum aw_arch, one of the two */
    uint32_t spot; /* 1: interruptible */
    uint32_t ssh_key_count;
    const char *instance_type;
    const char *region;
    const char *zone;       /* NULL or "": any of the offer's zones */
    const char *offer_data; /* the offer's own `data`, back again */
    const char *name;       /* what the user calls it */
    const char *owner;
    const char *token;
    const char *image;           /* NULL: the provider's current default for `arch` */
    const char *const *ssh_keys; /* public keys, one line each, as in authorized_keys */
    aw_bytes user_data;          /* cloud-init; size 0: none */
    uint64_t disk_mib;           /* root disk; 0: the provider's default */
    uint64_t expires_at_ms;      /* ask the provider to end it by then, where it can; 0: never */
    const aw_header *tags;       /* further tags of the user's */
    uint64_t tag_count;
    const aw_header *options; /* what only this provider has: "reservation", "subnet" */
    uint64_t option_count;
} aw_create;

/* Names one machine, for `get` and `terminate`. `data` is what the backend emitted with it, or NULL. */
typedef struct aw_ref {
    uint32_t size;
    uint32_t reserved;
    const char *region;
    const char *zone;
    const char *id;
    const char *data;
} aw_ref;

/* What `list` is asked for. NULL means "whatever": with neither owner nor token, all of the account's. */
typedef struct aw_list {
    uint32_t size;
    uint32_t reserved;
    const char *region; /* NULL when the plugin has AW_CAP_WHOLE_LISTING */
    const char *owner;
    const char *token;
} aw_list;

/* ---------------------------------------------------------------------------------------------
 * What a backend answers
 * --------------------------------------------------------------------------------------------- */

/* A place that `list_offers` and `list` can be asked for. */
typedef struct aw_region {
    uint32_t size;
    uint32_t reserved;
    const char *name;
    const char *description;
} aw_region;

/* Accelerators of a machine, all alike. */
typedef struct aw_gpu {
    uint32_t size;
    uint32_t count;
    const char *vendor;  /* "nvidia", "amd", "aws", "intel", "google", ... */
    const char *name;    /* "GH200", "A100", "T4": no vendor, no memory, no form factor */
    uint64_t memory_mib; /* of each */
} aw_gpu;

enum aw_availability {
    AW_AVAILABILITY_UNKNOWN = 0,
    AW_AVAILABLE = 1,
    AW_UNAVAILABLE = 2,
    AW_NO_QUOTA = 3
};

/* Something that can be rented. One per instance type, region, spot or not; zones that differ in
 * nothing are one offer. An offer whose architecture is unknown is not emitted but reported. */
typedef struct aw_offer {
    uint32_t size;
    uint32_t arch;         /* enum aw_arch, one of the two */
    uint32_t arch_source;  /* enum aw_arch_source */
    uint32_t availability; /* enum aw_availability */
    uint32_t vcpus;
    uint32_t spot;   /* 1: interruptible */
    uint32_t priced; /* 1: it has a price. 0: the provider names none, which is not "free" */
    uint32_t reserved;
    uint64_t price_nusd_per_hour; /* the whole machine */
    uint64_t memory_mib;
    uint64_t disk_mib; /* local disk that comes with it; 0: none or by request */
    const aw_gpu *gpu; /* NULL: none */
    const char *instance_type;
    const char *region; /* NULL or "": sold out everywhere, so no region is named */
    const char *zone;   /* NULL, one zone, or several with commas between */
    const char *data;   /* opaque; comes back in aw_create */
    const char *quota;  /* what it takes of the account's: "NAME:8", several with commas between */
} aw_offer;

enum aw_state {
    AW_STATE_UNKNOWN = 0,
    AW_STATE_PENDING = 1, /* being made or booting */
    AW_STATE_RUNNING = 2,
    AW_STATE_STOPPING = 3, /* on its way to stopped */
    AW_STATE_STOPPED = 4,  /* not running, still there, perhaps still billed */
    AW_STATE_TERMINATING = 5,
    AW_STATE_TERMINATED = 6, /* gone: billing has ended */
    AW_STATE_FAILED = 7      /* there, billed, and of no use */
};

/* A machine, as the provider describes it now. */
typedef struct aw_instance {
    uint32_t size;
    uint32_t state; /* enum aw_state */
    uint32_t arch;  /* enum aw_arch; 0 where the provider does not say */
    uint32_t spot;
    uint32_t priced;
    uint32_t ssh_port; /* 0: 22 */
    uint64_t price_nusd_per_hour;
    uint64_t created_at_ms; /* 0 where the provider does not say */
    const char *id;
    const char *region;
    const char *zone;
    const char *name;
    const char *instance_type;
    const char *public_ip;
    const char *private_ip;
    const char *ssh_user;
    const char *owner;          /* the owner tag, NULL if it has none */
    const char *token;          /* the token tag, NULL if it has none */
    const char *provider_state; /* the provider's own word */
    const char *reason;         /* why it is in this state, in the provider's words */
    const char *data;           /* opaque; comes back in aw_ref */
    uint64_t expires_at_ms;     /* 1.1: its tag `archway-expires` (kit/tags.h); 0: it has none */
    uint32_t keep; /* 1.1: its tag `archway-keep` says that it is never to be cleaned away */
    uint32_t reserved;
} aw_instance;

/* Something that `create` makes beside the machine: emitted before the request that makes it leaves. The fields
 * behind `id` (1.1) are for those that `list_resources` emits; `create` leaves them out. */
typedef struct aw_resource {
    uint32_t size;
    uint32_t shared;  /* 1: found and reused by the next create, so it stays */
    const char *kind; /* "ssh-key", "security-group", "firewall", "disk", "address", "claim" */
    const char *region;
    const char *id;
    uint32_t in_use;        /* 1: something that exists has it, so it stays */
    uint32_t keep;          /* 1: as for aw_instance */
    uint64_t created_at_ms; /* 0 where the provider does not say */
    const char *owner;      /* the owner tag, NULL if it has none */
    const char *data;       /* opaque; comes back in remove_resource */
    const char *token;      /* the token tag of the create that it came with, NULL if it has none */
} aw_resource;

/* A limit of the account's in the operation's region. Offers name the ones that they need. */
typedef struct aw_quota {
    uint32_t size;
    uint32_t reserved;
    const char *name;
    uint64_t limit; /* in the unit in which offers count */
    uint64_t used;  /* 0 where the provider does not say */
} aw_quota;

/* 1.1: A boot image that a create would use which names none. */
typedef struct aw_image {
    uint32_t size;
    uint32_t arch; /* enum aw_arch, one of the two */
    uint32_t gpu;  /* 1: for machines with a GPU, whose driver it has */
    uint32_t reserved;
    const char *region; /* NULL: the same in all of them */
    const char *id;     /* as aw_create.image would name it */
    const char *name;   /* for people; NULL: nothing better than the id */
    const char *source; /* what says so: a parameter, a family; NULL: the backend itself */
} aw_image;

/*
 * What `authenticate` finds and `sign` uses. Which fields mean what is the backend's own affair:
 * AWS has key_id, secret and perhaps token; GCP and Lambda have token. `source` is where it was found,
 * in words that a person can follow up ("environment LAMBDA_API_KEY"), and is no secret.
 */
typedef struct aw_credentials {
    uint32_t size;
    uint32_t reserved;
    uint64_t expires_at_ms; /* 0: never. Core authenticates anew before */
    const char *key_id;
    const char *secret;
    const char *token;
    const char *source;
    /* 1.1: What tells accounts apart, as far as it is known without a request: the account's or project's id, which
     * is the same whichever key is used; else the text of `key_id` or `token` itself, which core does not give away:
     * the beginning of its SHA-256 takes its place. It stands in the journal and in messages ("account 123456789012",
     * "key 5d41402a"). What was asked of another account is never taken for something that does not exist. NULL: not
     * known. */
    const char *account;
} aw_credentials;

/* ---------------------------------------------------------------------------------------------
 * Requests and answers
 * --------------------------------------------------------------------------------------------- */

/*
 * May be sent again although the first one may have worked: a read, a delete, a create that carries
 * an idempotency key. GET and HEAD always are. Without it core sends again only what certainly did
 * nothing (AW_RETRY_SAFE) and otherwise fails with AW_RETRY_UNKNOWN.
 */
#define AW_REQUEST_REPEATABLE 0x1u
/* Sent without credentials and without `sign`: token endpoints, public price lists. */
#define AW_REQUEST_UNSIGNED 0x2u
/* Equal requests of this backend that are queued or under way share one answer: equal in method, URL, headers
 * and body, and in the region and service that they themselves name. For reads, and for writes of which a second does nothing more than the first. It is never taken for the
 * request that makes the machine. */
#define AW_REQUEST_SHARED 0x4u

/*
 * One HTTP request. `name` is short and stable ("launch"): it stands in errors and logs and selects
 * the rate limit. The URL is absolute and already encoded; https, or http on loopback only. Content
 * headers are given like any other. `sign` adds its own. Redirects are not followed. `authenticate` may
 * also ask link-local addresses (169.254.0.0/16, fe80::/10, fd00:ec2::/32) by plain http: that is where
 * machines find the metadata server of their cloud.
 */
typedef struct aw_request {
    uint32_t size;
    uint32_t flags; /* AW_REQUEST_* */
    const char *name;
    const char *method;
    const char *url;
    const aw_header *headers;
    uint64_t header_count;
    aw_bytes body;
    const char *region;                /* for `sign`; NULL: the operation's region */
    const char *service;               /* for `sign`; NULL: the backend's own default */
    uint64_t timeout_ms;               /* of one attempt; 0: core's default */
    uint64_t max_body;                 /* of the answer, in bytes; 0: core's default (64 MiB) */
    const aw_credentials *credentials; /* in `authenticate` only: sign with these */
    uint32_t max_attempts; /* 0: core's default; 1: never again (is there a metadata server?) */
    uint32_t reserved;
    const char *ca_file; /* certificates to trust instead of the usual authorities */
} aw_request;

/* One HTTP answer. Header names are lower-case. The body is decoded, and a NUL stands behind it. */
typedef struct aw_response {
    uint32_t size;
    uint32_t status;
    const aw_header *headers;
    uint64_t header_count;
    aw_bytes body;
} aw_response;

/* A program to run: found by absolute path or on PATH, never through a shell. */
typedef struct aw_program {
    uint32_t size;
    uint32_t reserved;
    const char *name;               /* for errors and logs: "ssh probe" */
    const char *const *argv;        /* ends in NULL. Never a secret: others can see it */
    const char *const *environment; /* additions, "NAME=value", ends in NULL; or NULL */
    aw_bytes input;
    uint64_t timeout_ms; /* 0: core's default (60 s) */
    uint64_t max_output; /* of each stream, in bytes; 0: core's default (1 MiB) */
} aw_program;

/* How it ended. A program that could not be started or did not end in time fails instead. */
typedef struct aw_exit {
    uint32_t size;
    int32_t status; /* exit code, or 128 + signal */
    aw_bytes output;
    aw_bytes errors;
} aw_exit;

/* ---------------------------------------------------------------------------------------------
 * Operations and the services of core
 * --------------------------------------------------------------------------------------------- */

typedef struct aw_host aw_host;

/* One wish under way. Core makes it; a backend reads these fields and calls the services with it. */
typedef struct aw_op {
    uint32_t size;
    uint32_t reserved;
    const aw_host *host;
    void *state; /* what `open` left in *state; shared by all operations of the backend */
} aw_op;

/* Called with an answer that `classify` found good. `arg` is what was queued with it. */
typedef void (*aw_answer_fn)(aw_op *op, const aw_response *answer, void *arg);
/* Called when a request failed for good. `answer` is NULL when there was none. */
typedef void (*aw_error_fn)(aw_op *op, const aw_error *error, const aw_response *answer, void *arg);
typedef void (*aw_exit_fn)(aw_op *op, const aw_exit *result, void *arg);
typedef void (*aw_timer_fn)(aw_op *op, void *arg);

enum aw_log_level {
    AW_LOG_ERROR = 1,
    AW_LOG_WARNING = 2,
    AW_LOG_INFO = 3,
    AW_LOG_DEBUG = 4
};

/*
 * The services. A backend calls them through the functions at the end of this header, from inside a
 * call of core's that gave it the operation, and at no other time. None of them calls back (C1).
 */
struct aw_host {
    uint32_t size;
    uint32_t minor; /* AW_ABI_MINOR of the core that runs this */

    void (*send)(aw_op *op, const aw_request *request, aw_answer_fn on_answer, aw_error_fn on_error,
                 void *arg);
    void (*run)(aw_op *op, const aw_program *program, aw_exit_fn on_exit, aw_error_fn on_error,
                void *arg);
    void (*after)(aw_op *op, uint64_t delay_ms, aw_timer_fn on_time, void *arg);

    void (*emit_region)(aw_op *op, const aw_region *region);
    void (*emit_offer)(aw_op *op, const aw_offer *offer);
    void (*emit_instance)(aw_op *op, const aw_instance *instance);
    void (*emit_resource)(aw_op *op, const aw_resource *resource);
    void (*emit_quota)(aw_op *op, const aw_quota *quota);
    void (*emit_credentials)(aw_op *op, const aw_credentials *credentials);
    void (*report)(aw_op *op, const aw_error *problem);
    void (*fail)(aw_op *op, const aw_error *error);

    void *(*alloc)(aw_op *op, size_t size);
    const char *(*env)(aw_op *op, const char *name);
    int32_t (*read_file)(aw_op *op, const char *path, uint64_t max_size, aw_bytes *ret_content,
                         aw_error *ret_error);
    int32_t (*cache_get)(aw_op *op, const char *key, uint64_t max_age_ms, aw_bytes *ret_content,
                         uint64_t *ret_age_ms);
    void (*cache_put)(aw_op *op, const char *key, const void *data, uint64_t size);
    const char *(*secret)(aw_op *op, const char *option);
    uint64_t (*now_ms)(aw_op *op);
    void (*random)(aw_op *op, void *out, size_t size);
    void (*log)(aw_op *op, uint32_t level, const char *message);
    uint32_t (*arch)(aw_op *op, const char *name);
    /* 1.1 */
    void (*emit_image)(aw_op *op, const aw_image *image);
};

/* What a header that `sign` adds gives away to who sees it. */
enum aw_secrecy {
    AW_SECRECY_NONE =
        0, /* a date, a signature of this one request: shown by `archway sign`, logged */
    AW_SECRECY_ALWAYS =
        1, /* proves by itself who asks, as a bearer's token does: shown to nobody */
    /* 1.1: A secret that is of use only beside another one, which is never sent, as AWS's session token beside its
     * key: `archway sign` shows it to who asks for it, since the request cannot be sent without it. */
    AW_SECRECY_UNLESS_ASKED = 2
};

/* Where `sign` puts the headers that it adds. `secret` is an enum aw_secrecy; what core does not know is
 * AW_SECRECY_ALWAYS. No secret is logged or recorded. */
typedef struct aw_header_sink aw_header_sink;
struct aw_header_sink {
    uint32_t size;
    uint32_t reserved;
    void (*add)(aw_header_sink *sink, const char *name, const char *value, size_t value_size,
                int32_t secret);
};

/* ---------------------------------------------------------------------------------------------
 * The vtable
 * --------------------------------------------------------------------------------------------- */

/*
 * Required: open, regions, list_offers, create, get, list, terminate, authenticate, sign, classify.
 * Optional: close, extension. A plugin that lacks a required one is refused when it is loaded.
 *
 * What each may do:          services   requests   results
 *   open                     yes        no         none; may fail the operation
 *   regions                  yes        yes        emit_region
 *   list_offers              yes        yes        emit_offer, report
 *   list_quotas (extension)  yes        yes        emit_quota
 *   list_images (extension)  yes        yes        emit_image, report
 *   list_resources (ext.)    yes        yes        emit_resource, report
 *   remove_resource (ext.)   yes        yes        none
 *   create                   yes        yes        emit_instance (one), emit_resource
 *   get                      yes        yes        emit_instance (one)
 *   list                     yes        yes        emit_instance
 *   terminate                yes        yes        perhaps emit_instance
 *   authenticate             yes        yes        emit_credentials (once)
 *   sign, classify, close, extension      no services
 */
typedef struct aw_vtable {
    uint32_t size;
    uint32_t reserved;

    /*
     * Called once for each entry of the user's configuration, before anything else on it. Reads the
     * settings, which must be right (AW_E_INVALID with a sentence that says what to write instead),
     * and leaves the backend's state in *ret_state. Memory from aw_alloc(op) lives until `close`.
     */
    void (*open)(aw_op *op, const aw_settings *settings, void **ret_state);

    /* Called last, with no operation left. Frees what did not come from aw_alloc. May be NULL. */
    void (*close)(void *state);

    /* Emits the places that the account can use. Called before a fan-out when the user named none. */
    void (*regions)(aw_op *op);

    /* Emits what can be rented in query->region, with prices. One that cannot be read is reported
     * (aw_report) and the others are emitted; if none can be read, the operation fails. */
    void (*list_offers)(aw_op *op, const aw_offer_query *query);

    /*
     * Starts one machine and returns as soon as the provider has given its id: it need not be
     * running. Emits the instance at once when the id is known; and all of them, should the provider
     * have made more than the one that was asked for: the first is the machine, the caller is told of
     * the others, and they are cleaned away. If the outcome is unknown the operation fails with
     * AW_RETRY_UNKNOWN, and core looks for the token with `list`; a backend never sends a second
     * launch of its own accord. Resources are emitted before they are made.
     */
    void (*create)(aw_op *op, const aw_create *wish);

    /* Emits the machine as it is now. One that is gone: AW_E_NOT_FOUND, or a state of TERMINATED. */
    void (*get)(aw_op *op, const aw_ref *ref);

    /* Emits the machines of an owner, or with a token, or all. Complete, or the operation fails. */
    void (*list)(aw_op *op, const aw_list *wish);

    /* Ends a machine. Finishes when the provider has taken the order; one that is gone is success. */
    void (*terminate)(aw_op *op, const aw_ref *ref);

    /*
     * Finds credentials and emits them, or fails with AW_E_UNAUTHENTICATED and a sentence that names
     * every place that was looked at. Core calls it when a request needs credentials and none are
     * fresh, once for all the requests that wait. What it sends is neither logged nor recorded in full.
     */
    void (*authenticate)(aw_op *op);

    /*
     * Adds the headers that prove who asks. Pure (C3), and called anew for every attempt, since a
     * signature carries the time. `now_ms` is already corrected by what was learnt of a skewed clock.
     * Returns 0, or fills ret_error and returns -1. request->region and ->service may be NULL.
     */
    int32_t (*sign)(void *state, const aw_request *request, const aw_credentials *credentials,
                    uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error);

    /*
     * Says what an answer means. Pure (C3). Fills `ret_error`, which comes with code AW_OK, when the
     * answer is no success; core then retries, remedies or fails by what it finds there. A body that
     * is not what the API promises (an HTML page with status 502) must still be classified, by status.
     */
    void (*classify)(void *state, const aw_request *request, const aw_response *answer,
                     aw_error *ret_error);

    /* Asks for an optional feature by its name and revision, "quotas/1". NULL: does not have it. */
    const void *(*extension)(void *state, const char *id);
} aw_vtable;

/*
 * The extension "quotas/1": aw_quotas. Core asks for a region's quotas beside its offers; an offer that
 * needs more of one than is left is shown as AW_NO_QUOTA. Failing does no harm: the offers stay as they are.
 */
typedef struct aw_quotas {
    uint32_t size;
    uint32_t reserved;
    /* Emits the quotas (emit_quota) that offers of query->region name. Services and requests: yes. */
    void (*list_quotas)(aw_op *op, const aw_offer_query *query);
} aw_quotas;
#define AW_QUOTAS "quotas/1"

/* The extension "images/1": aw_images (1.1). Core asks it when a person wants to know what a machine would boot. */
typedef struct aw_images {
    uint32_t size;
    uint32_t reserved;
    /* Emits, for each architecture and with GPUs or without, the boot image that a create without `image` would
     * use in query->region (NULL: see AW_CAP_WHOLE_LISTING). What there is none of is not emitted. Services and
     * requests: yes. */
    void (*list_images)(aw_op *op, const aw_offer_query *query);
} aw_images;
#define AW_IMAGES "images/1"

/*
 * The extension "resources/1": aw_resources (1.1). For what is left over when a create was broken off, or a machine
 * went without what came with it, such as a disk that was told to outlive it. `archway gc` lists what carries its
 * owner's tag, and removes what is neither shared nor in use, that no machine in the journal needs (by kind and id,
 * or by the token of its create), when it has been seen so for long enough and in two listings. A backend whose
 * create leaves nothing behind but what creates share (keys, firewall rules) has no use for it, nor has one that
 * has no way to tell an owner. Services and requests: yes, in both.
 */
typedef struct aw_resources {
    uint32_t size;
    uint32_t reserved;
    /* Emits (emit_resource) what carries the owner's tag in wish->region, all of it, or reports (aw_report) or
     * fails: what is incomplete is not acted upon. What is in use may be left out. */
    void (*list_resources)(aw_op *op, const aw_list *wish);
    /* Removes one that was emitted: its kind, region, id and data are given again. One that is gone is success; one
     * that is in use after all fails with AW_E_CONFLICT, and stays. */
    void (*remove_resource)(aw_op *op, const aw_resource *resource);
} aw_resources;
#define AW_RESOURCES "resources/1"

/* ---------------------------------------------------------------------------------------------
 * The entry
 * --------------------------------------------------------------------------------------------- */

/* Capabilities. */
#define AW_CAP_SPOT 0x1ull      /* has interruptible machines */
#define AW_CAP_IMAGE 0x2ull     /* create takes an image */
#define AW_CAP_USER_DATA 0x4ull /* create takes user data */
#define AW_CAP_DISK 0x8ull      /* create takes a disk size */
#define AW_CAP_ZONES 0x10ull    /* offers name zones */
#define AW_CAP_IDEMPOTENT_CREATE                                                                   \
    0x20ull /* the provider has an idempotency key: the same token is the same machine */
#define AW_CAP_EXPIRY 0x40ull /* the provider can end a machine by itself */
#define AW_CAP_WHOLE_LISTING                                                                       \
    0x80ull /* one answer covers all regions: listed once, with region NULL */

/* Frozen. At most `burst` requests at once, and one more every `period_ms`. `request` is an
 * aw_request.name, or "*" for all of them. Core holds requests back; it does not fail them. */
typedef struct aw_rate_limit {
    const char *request;
    uint32_t burst;
    uint32_t period_ms;
} aw_rate_limit;

enum aw_option_type {
    AW_OPTION_TEXT = 0,
    AW_OPTION_LIST = 1, /* of texts */
    AW_OPTION_INTEGER = 2,
    AW_OPTION_BOOLEAN = 3
};

#define AW_OPTION_SECRET 0x1u /* given to aw_secret only */

/* Frozen. An option that the user's configuration may have for this backend. `type`, `name`,
 * `endpoint`, `regions` and `rate_limit` are core's: every backend has them. */
typedef struct aw_option {
    const char *name;
    const char *help; /* a line */
    uint32_t type;    /* enum aw_option_type */
    uint32_t flags;   /* AW_OPTION_* */
} aw_option;

/*
 * What a plugin exports, under the name archway_backend_v1 and as data, so that core can judge it
 * from the file, before any of its code runs. The first four fields never move, whatever the version.
 */
typedef struct aw_backend_entry {
    uint32_t magic; /* AW_MAGIC */
    uint32_t size;
    uint32_t minor;        /* AW_ABI_MINOR that it was built with */
    uint32_t min_minor;    /* the oldest core that it can work with */
    uint64_t capabilities; /* AW_CAP_* */
    const char *provider;  /* [a-z][a-z0-9-]{0,30}: what the user writes as `type` */
    const char *title;     /* "Lambda Cloud" */
    const char *version;   /* of the plugin: "1.2.0" */
    const char *endpoint;  /* where it talks to unless `endpoint` says otherwise; for people */
    const aw_option *options;
    uint64_t option_count;
    const aw_rate_limit *limits;
    uint64_t limit_count;
    /* Names of JSON members, XML elements and headers whose values in answers are secret (a token, a
     * private key): they are masked in logs and recordings. Ends in NULL; NULL: none. */
    const char *const *secret_fields;
    /* Names of environment variables that say that the user has this provider, looked at when there
     * is no configuration file. Ends in NULL; NULL: only by configuration. */
    const char *const *credential_variables;
    /* Files that say so likewise; "~/" is the user's home. Ends in NULL or is NULL. */
    const char *const *credential_files;
    /* Called once per process, before any other call and with none at the same time: to initialise
     * a library that needs it. Returns 0, or fills ret_error and returns -1. May be NULL. */
    int32_t (*init)(const aw_host *host, aw_error *ret_error);
    const aw_vtable *vtable;
} aw_backend_entry;

#if defined(__GNUC__)
#define AW_EXPORT __attribute__((visibility("default")))
#else
#define AW_EXPORT
#endif

/* The symbol. A plugin defines it; core looks it up by this name. */
extern AW_EXPORT const aw_backend_entry archway_backend_v1;
#define AW_ENTRY_SYMBOL "archway_backend_v1"

/* ---------------------------------------------------------------------------------------------
 * The services, as a backend calls them
 * --------------------------------------------------------------------------------------------- */

/* Does a struct that starts with `size` reach as far as this field? For fields newer than 1.0. */
#define AW_HAS(pointer, field)                                                                     \
    ((pointer)->size >= (size_t)((const char *)&(pointer)->field - (const char *)(pointer)) +      \
                            sizeof((pointer)->field))

/*
 * Queues a request. `on_answer` gets an answer that `classify` found good. With `on_error` the
 * backend decides what a failure means (a 404 on terminate); with NULL it fails the operation.
 */
static inline void aw_send(aw_op *op, const aw_request *request, aw_answer_fn on_answer,
                           aw_error_fn on_error, void *arg)
{
    op->host->send(op, request, on_answer, on_error, arg);
}

/* Queues a program. `on_exit` gets its end, whatever its status. `on_error` as for aw_send. */
static inline void aw_run(aw_op *op, const aw_program *program, aw_exit_fn on_exit,
                          aw_error_fn on_error, void *arg)
{
    op->host->run(op, program, on_exit, on_error, arg);
}

/* Calls `on_time` in `delay_ms`. Waiting costs nothing, and in a replay no time either. */
static inline void aw_after(aw_op *op, uint64_t delay_ms, aw_timer_fn on_time, void *arg)
{
    op->host->after(op, delay_ms, on_time, arg);
}

/* Results. Core copies them and checks them: one that breaks a rule fails the operation. */
static inline void aw_emit_region(aw_op *op, const aw_region *region)
{
    op->host->emit_region(op, region);
}
static inline void aw_emit_offer(aw_op *op, const aw_offer *offer)
{
    op->host->emit_offer(op, offer);
}
static inline void aw_emit_instance(aw_op *op, const aw_instance *instance)
{
    op->host->emit_instance(op, instance);
}
static inline void aw_emit_resource(aw_op *op, const aw_resource *resource)
{
    op->host->emit_resource(op, resource);
}
static inline void aw_emit_quota(aw_op *op, const aw_quota *quota)
{
    op->host->emit_quota(op, quota);
}
/* 1.1: for `list_images`, which no older core calls. */
static inline void aw_emit_image(aw_op *op, const aw_image *image)
{
    if (AW_HAS(op->host, emit_image))
        op->host->emit_image(op, image);
}
static inline void aw_emit_credentials(aw_op *op, const aw_credentials *credentials)
{
    op->host->emit_credentials(op, credentials);
}

/* Says that a part of the result is missing, and why; the operation goes on and its result is marked
 * incomplete: a type of unknown architecture, a zone that did not answer. */
static inline void aw_report(aw_op *op, const aw_error *problem)
{
    op->host->report(op, problem);
}

/* Fails the operation. The first failure stands. Return after it; what was queued is dropped. */
static inline void aw_fail(aw_op *op, const aw_error *error)
{
    op->host->fail(op, error);
}

/* Zeroed memory that lives as long as the operation, aligned for anything; NULL: see M4. */
static inline void *aw_alloc(aw_op *op, size_t size)
{
    return op->host->alloc(op, size);
}

/* An environment variable, or NULL when it is unset or empty. Lives as long as the operation. */
static inline const char *aw_env(aw_op *op, const char *name)
{
    return op->host->env(op, name);
}

/*
 * A small file, whole; "~/" is the user's home. Returns 0, or fills ret_error (AW_E_NOT_FOUND,
 * AW_E_DENIED, AW_E_INVALID when it is larger than max_size) and returns -1; the operation goes on.
 * The content lives as long as the operation. What `open` and `authenticate` read lies in memory that is
 * wiped, and is no part of a recording.
 */
static inline int32_t aw_read_file(aw_op *op, const char *path, uint64_t max_size,
                                   aw_bytes *ret_content, aw_error *ret_error)
{
    return op->host->read_file(op, path, max_size, ret_content, ret_error);
}

/*
 * What aw_cache_put kept under this key, on this machine, for this backend, if it is no older than
 * `max_age_ms` (UINT64_MAX: however old). Returns 0, or -1 when there is nothing. For public facts that are
 * dear to fetch and change slowly: prices, types. In a replay there is never anything. The content lives as
 * long as the operation and may be anything: read it as you would read an answer.
 */
static inline int32_t aw_cache_get(aw_op *op, const char *key, uint64_t max_age_ms,
                                   aw_bytes *ret_content, uint64_t *ret_age_ms)
{
    return op->host->cache_get(op, key, max_age_ms, ret_content, ret_age_ms);
}

/* Keeps it, in the place of what was there. Nothing is said when it cannot. Never a secret. */
static inline void aw_cache_put(aw_op *op, const char *key, const void *data, uint64_t size)
{
    op->host->cache_put(op, key, data, size);
}

/* A secret option of the user's configuration, or NULL. In `authenticate` only; elsewhere NULL. */
static inline const char *aw_secret(aw_op *op, const char *option)
{
    return op->host->secret(op, option);
}

/* The wall clock. */
static inline uint64_t aw_now_ms(aw_op *op)
{
    return op->host->now_ms(op);
}

/* Random bytes, fit for keys; the same again in a replay. */
static inline void aw_random(aw_op *op, void *out, size_t size)
{
    op->host->random(op, out, size);
}

/* One line for the log. */
static inline void aw_log(aw_op *op, uint32_t level, const char *message)
{
    op->host->log(op, level, message);
}

/*
 * Reads the name of an architecture, in any case and of any of the spellings that providers, kernels
 * and image registries use: "x86_64", "aarch64", "ARM64", "arm64/v8". AW_ARCH_UNKNOWN for what is
 * neither (32-bit, big-endian, macOS): never guess then. This is the one place where names are read.
 */
static inline uint32_t aw_arch(aw_op *op, const char *name)
{
    return op->host->arch(op, name);
}

#ifdef __cplusplus
}
#endif

#endif
