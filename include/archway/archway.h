/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archway/archway.h - the server's API: one interface to rented machines of either CPU architecture.
 *
 * A context (archway) holds the loaded plugins, the backends of the user's configuration and one event
 * loop. Work is a job: started here, carried out while the loop runs, finished later, read and destroyed
 * by the caller. A host that just wants the answer writes
 *
 *     archway *aw = NULL;
 *     archway_job *job = NULL;
 *     if (archway_open(NULL, &aw, &error) == 0 && archway_offers(aw, query, 0, NULL, &job, &error) == 0)
 *         archway_run(aw, job);
 *
 * and one with a loop of its own polls archway_fd for reading, at most archway_timeout_ms long, and
 * then calls archway_step.
 *
 * Threads: a context and everything that came from it belong to one thread at a time. Different
 * contexts are independent. Only archway_wake may be called from any thread and from signal handlers.
 *
 * Errors: functions that can fail return 0, or -1 and fill *ret_error, which may be NULL. Outputs are
 * untouched on failure. enum aw_code says what the receiver must do. What a job ran into is in
 * archway_job_error and archway_job_problem.
 *
 * Memory: what an object hands out (strings, offers, instances) belongs to it and lives as long as it.
 * Every destroy takes NULL.
 *
 * Structs start with `size`, set by the caller to sizeof, for outputs too, and grow at the end only.
 */
#ifndef ARCHWAY_ARCHWAY_H
#define ARCHWAY_ARCHWAY_H

#include <archway/backend.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ARCHWAY_API AW_EXPORT

typedef struct archway archway;
typedef struct archway_job archway_job;
typedef struct archway_query archway_query;

/* ---------------------------------------------------------------------------------------------
 * The context
 * --------------------------------------------------------------------------------------------- */

/* One line of the log: no newline at the end, no secret in it. */
typedef void (*archway_log_fn)(uint32_t level, const char *line, void *arg);

/*
 * How to open a context. NULL fields take the default:
 *   config_path    ARCHWAY_CONFIG, else $XDG_CONFIG_HOME/archway/config.yaml, else
 *                  ~/.config/archway/config.yaml, if it is there. Without a file, every loaded backend
 *                  whose credentials are found in their usual places is used.
 *   plugin_dirs    searched first, in order; then ARCHWAY_BACKEND_PATH; then the installed folder.
 *   default_plugin_dir   takes the place of the installed folder, which is archway/backends beside the shared
 *                  library, and in a program with the static one where the build was to be installed.
 *   replay_path    a recorded conversation to answer from instead of the network. The clock is virtual,
 *                  the environment and the files are the recording's, and an unexpected request fails.
 *   record_dir     a folder to write the conversation to.
 *   owner          the tag on everything created; overrides the configuration's.
 *   log            gets the log; log_level is the most verbose level wanted (enum aw_log_level).
 *   refresh        1: what is kept on disk (prices, types) is asked for again.
 *   journal_path   the journal of what was created (docs/reliability.md); else `journal` of the configuration,
 *                  else $XDG_STATE_HOME/archway/journal.db, else ~/.local/state/archway/journal.db. It is
 *                  opened when it is first needed. In a replay it is in memory unless it is named here.
 *   only_configured 1: a plugin is passed over whose file says that it is for a provider that the configuration does
 *                  not name, if it names any and all of those are there: for a program that does one thing and
 *                  ends. It is not loaded, and archway_plugin_at does not show it.
 */
typedef struct archway_options {
    uint32_t size;
    uint32_t log_level;
    const char *config_path;
    const char *const *plugin_dirs;
    uint64_t plugin_dir_count;
    const char *default_plugin_dir;
    const char *replay_path;
    const char *record_dir;
    const char *owner;
    archway_log_fn log;
    void *log_arg;
    uint32_t refresh;
    uint32_t reserved;
    const char *journal_path;
    uint32_t only_configured;
    uint32_t reserved_2;
} archway_options;

/* Loads the plugins, reads the configuration, opens the backends. A plugin or backend that does not
 * fit is left out, with its reason in archway_plugin_at or archway_backend_at; a configuration
 * that cannot be understood fails. `options` may be NULL. */
ARCHWAY_API int archway_open(const archway_options *options, archway **ret_archway,
                             aw_error *ret_error);

/* Cancels and destroys the jobs that are left, closes the backends, wipes the credentials. Returns 0;
 * -1 when a replay was not used up or a recording could not be written, with the reason. */
ARCHWAY_API int archway_close(archway *aw, aw_error *ret_error);

/* "0.1.0" */
ARCHWAY_API const char *archway_version(void);

/* The owner tag in force. */
ARCHWAY_API const char *archway_owner(const archway *aw);

/* The configuration file in use, or NULL. */
ARCHWAY_API const char *archway_config_path(const archway *aw);

/* ---------------------------------------------------------------------------------------------
 * The loop
 * --------------------------------------------------------------------------------------------- */

/* A descriptor that is readable when there is work. It is the same for the life of the context. */
ARCHWAY_API int archway_fd(const archway *aw);

/* How long to poll it at most: milliseconds, 0 when there is work now, -1 when only it can tell. */
ARCHWAY_API int64_t archway_timeout_ms(const archway *aw);

/* Does what is due, without blocking. Callbacks of finished jobs are called from here. */
ARCHWAY_API void archway_step(archway *aw);

/* Runs the loop until `job` is finished (returns 0) or archway_wake is called (returns -1). */
ARCHWAY_API int archway_run(archway *aw, const archway_job *job);

/* Makes the archway_run in progress, or the next one, return. Any thread; async-signal-safe. */
ARCHWAY_API void archway_wake(archway *aw);

/* ---------------------------------------------------------------------------------------------
 * Plugins and backends
 * --------------------------------------------------------------------------------------------- */

/* A file that was looked at. `error.code` is AW_OK when it was loaded; otherwise the text fields
 * may be NULL and error.message says why it was refused and what to do. */
typedef struct archway_plugin_info {
    uint32_t size;
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t reserved;
    uint64_t capabilities;
    const char *path;
    const char *provider;
    const char *title;
    const char *version;
    const aw_error *error;
} archway_plugin_info;

/* A backend that is configured, or was found by its credentials. `error.code` is AW_OK when it is open. */
typedef struct archway_backend_info {
    uint32_t size;
    uint32_t reserved;
    const char *name;
    const char *provider;
    const char *endpoint;
    const aw_error *error;
} archway_backend_info;

ARCHWAY_API uint64_t archway_plugin_count(const archway *aw);
ARCHWAY_API int archway_plugin_at(const archway *aw, uint64_t index, archway_plugin_info *ret_info);
ARCHWAY_API uint64_t archway_backend_count(const archway *aw);
ARCHWAY_API int archway_backend_at(const archway *aw, uint64_t index,
                                   archway_backend_info *ret_info);

/* ---------------------------------------------------------------------------------------------
 * Queries
 * --------------------------------------------------------------------------------------------- */

/*
 * Which offers are wanted, filter by filter. A new query wants everything, cheapest first.
 *   backend, region, type   names, with commas between, written exactly; set again to add more. An offer
 *               that names no region (sold out everywhere) is not in any
 *   arch        amd64, arm64, any (and every other spelling of the two)
 *   image       a container image that is to run there. Unless `arch` or `cpu` names one of the two, its registry is
 *               asked (archway_image) and only machines on which it runs are wanted; no answer is an error. If one
 *               is named, that counts, and the image's lack of it is a finding
 *   emulation   yes: machines of the other architecture too, without GPUs and where none are asked for, ranked by
 *               their price times the factor of the configuration (`emulation_factor`); no (default)
 *   cpu         a range of vCPUs: 4, 4.., ..16, 4..8; perhaps with an architecture: arm:4..
 *   memory      a range of sizes: 16GB.., 16GB..64GB, 1.5TB. In MB, GB, TB (or MiB, GiB, TiB), which all
 *               count in 1024s; a bare number is GB
 *   disk        a range of sizes of the local disk that comes with it: 100GB..
 *   gpu         NAME[,NAME][:COUNT][:MEMORY] in any order, names without regard to case, memory of each:
 *               GH200, A100:8, H100:80GB.., 1..2, 0..1 (or none at all), none
 *   gpu-vendor  nvidia, amd, ..., with commas between; only machines with a GPU. Set again to add more
 *   spot        any, only, no
 *   max-price   dollars an hour, at most nine decimals: 2.5. Offers without a price are left out
 *   available   yes: not those that the provider calls sold out or over the account's quota (one that says
 *               nothing may have it); no: everything
 *   sort        price (default), cpu, memory, gpu (how many, then memory of each), name (of the type);
 *               "-" before it: descending. Offers without a price come last among equals
 *   limit       at most so many; 0: all
 *   option      NAME=VALUE: what only its provider has, as in a wish: reservation=NAME leaves what that reservation
 *               has. Set again to add more. A backend that has no such option fails and lists those that
 *               it has, so name the backend too. Such a query is asked for anew each time
 * Filters that do not add replace what was set before. Blanks around words do not count.
 * archway_query_set returns -1 with AW_E_INVALID and a sentence that says what to write instead; the query
 * is as before then. `cpu arm:4..` beside `arch amd64` is such an error.
 */
ARCHWAY_API archway_query *archway_query_create(void);
ARCHWAY_API void archway_query_destroy(archway_query *query);
ARCHWAY_API int archway_query_set(archway_query *query, const char *filter, const char *text,
                                  aw_error *ret_error);

/* ---------------------------------------------------------------------------------------------
 * Jobs
 * --------------------------------------------------------------------------------------------- */

typedef void (*archway_done_fn)(archway_job *job, void *arg);

/* How to run a job. `call` may be NULL. Without a timeout the job has its kind's own: 2 minutes for
 * reads, 10 for create and terminate, an hour for wait, and time spent in Archway's own rate limiter does
 * not count. A timeout holds for the whole job; offers and listings then show what has come. `on_done` is called from archway_step and may destroy the job. */
typedef struct archway_call {
    uint32_t size;
    uint32_t flags; /* ARCHWAY_SHOW_SECRETS, for archway_sign */
    uint64_t timeout_ms;
    archway_done_fn on_done;
    void *arg;
} archway_call;

/* Names a machine. `zone` and `data` are what an aw_instance said, or NULL; `region` may be NULL where the
 * backend lists all regions at once. */
typedef struct archway_machine {
    uint32_t size;
    uint32_t reserved;
    const char *backend;
    const char *region;
    const char *id;
    const char *zone;
    const char *data;
} archway_machine;

/* A machine to create: the offer, as a job handed it out, and what to make of it. aw_create in
 * backend.h describes the fields. `token`: NULL makes a new one; give your own to make a repetition
 * after your own crash the same create. When the configuration has a `bootstrap`, the machine runs it (docs/bootstrap.md)
 * unless `no_bootstrap` is 1; user data of your own is refused beside it. */
typedef struct archway_wish {
    uint32_t size;
    uint32_t ssh_key_count;
    const char *backend;
    const aw_offer *offer;
    const char *name;
    const char *token;
    const char *image;
    const char *const *ssh_keys;
    aw_bytes user_data;
    uint64_t disk_mib;
    const aw_header *options;
    uint64_t option_count;
    uint32_t no_bootstrap;
    uint32_t reserved;
    uint64_t expires_at_ms; /* when it is to end (docs/reliability.md); 0: when it is told to */
} archway_wish;

/*
 * A machine to create from the first offer that can be had. The offers that `query` allows are tried in its order,
 * one after the other, until a machine is made, `max_tries` have failed (0: 10), or an error ends it. What each
 * error means for the next try is in docs/placement.md; in short:
 *   no capacity                     the next offer
 *   quota                           not what needs as much of that quota in that region (or as far as the error
 *               says: zone, account); nothing more there when the offer names no quota
 *   unavailable, throttled, timeout    nothing more in that region, or as far as the error says
 *   unauthenticated, unsupported    nothing more on that backend (unsupported: as far as the error says)
 *   denied, invalid, and others     the end
 *   any error whose `retry` is AW_RETRY_UNKNOWN      the end: a machine may exist
 * A place (region, zones, type, spot or not) that had no capacity is tried behind all others for three minutes,
 * then for twice as long each time up to thirty, until a machine is made there. That is kept on disk.
 *
 * `wish` is as for archway_create, without `backend` and `offer`. With a token of the caller's the machine of an
 * earlier placement with it is looked for first, on every backend, or the one that `query` names; each try
 * then has a token made from it, which ends in "-" and eight hex digits of the place.
 *   max_age_ms  as for archway_offers
 *   plan_only   1: creates nothing; the tries, and the offers, are those that would be tried while each fails
 *   on_try      NULL, or called from archway_step when a try begins, and when it has ended. It may cancel the job
 *               but not destroy it
 * `query`, `wish` and all that it points to must stay until the job is done.
 */
typedef struct archway_placement {
    uint32_t size;
    uint32_t max_tries;
    uint32_t plan_only;
    uint32_t reserved;
    uint64_t max_age_ms;
    const archway_query *query;
    const archway_wish *wish;
    void (*on_try)(archway_job *job, uint64_t index, void *arg);
    void *arg;
} archway_placement;

/*
 * Asks the registry of a container image where that image can run: "nginx", "ghcr.io/org/app:1.2",
 * "localhost:5000/app@sha256:...", by the grammar of the ecosystem (no registry: docker.io, no tag: latest).
 * One request where one is enough. Logins are those of docker and podman; `registry_mirrors` of the
 * configuration are asked first. A tag's answer is kept on disk for five minutes, a digest's for good. The job
 * fails when the registry cannot be asked (nothing is ever guessed), and succeeds, with `archs` 0, when the image
 * is for neither of the two. AW_E_INVALID at once for what is no name of an image.
 */
ARCHWAY_API int archway_image(archway *aw, const char *image, const archway_call *call,
                              archway_job **ret_job, aw_error *ret_error);

/* Asks the backends that `query` allows for what they sell, all at once, and answers the query from
 * the table. A region that was asked less than `max_age_ms` ago is not asked again; 0: always asked.
 * `query` must stay until the job is done. */
ARCHWAY_API int archway_offers(archway *aw, const archway_query *query, uint64_t max_age_ms,
                               const archway_call *call, archway_job **ret_job,
                               aw_error *ret_error);

/* Creates one machine. Finishes when the provider has named it. If the outcome of the request is
 * unknown the provider is asked for the token before the job ends; an error whose `retry` is
 * AW_RETRY_UNKNOWN means that a machine may exist under archway_job_token. A token of your own names one
 * create at a time: AW_E_CONFLICT while another is under way. */
ARCHWAY_API int archway_create(archway *aw, const archway_wish *wish, const archway_call *call,
                               archway_job **ret_job, aw_error *ret_error);

/*
 * Creates one machine wherever it can be had, as the placement says. Without a timeout of the caller's each
 * part (the listing, each create) has its own kind's. Results: the machine, what was made beside it, the tries;
 * and the offers in the order of the walk, with their backends, problems and removals as for archway_offers. A
 * machine and no try: the token's machine was there already. When nothing could be had the error is that of
 * the only try, or the one that says best what to do: AW_E_NO_CAPACITY before AW_E_QUOTA before others;
 * AW_E_NOT_FOUND when no offer matched. AW_RETRY_UNKNOWN: as for archway_create. A token of your own names one
 * placement at a time.
 */
ARCHWAY_API int archway_place(archway *aw, const archway_placement *placement,
                              const archway_call *call, archway_job **ret_job, aw_error *ret_error);

/* Reads one machine. Fails with AW_E_NOT_FOUND when it is gone. */
ARCHWAY_API int archway_get(archway *aw, const archway_machine *machine, const archway_call *call,
                            archway_job **ret_job, aw_error *ret_error);

/* Lists the machines of `owner` (NULL: everybody's) on the named backend (NULL: on all), and those that the journal
 * knows and the provider does not list: archway_job_presence tells them apart. */
ARCHWAY_API int archway_list(archway *aw, const char *backend, const char *owner,
                             const archway_call *call, archway_job **ret_job, aw_error *ret_error);

/* Tells which boot image a create that names none would use, for each architecture and with GPUs or without, on
 * the named backend (NULL: on all) and in the named region (NULL: in all). */
ARCHWAY_API int archway_boot_images(archway *aw, const char *backend, const char *region,
                                    const archway_call *call, archway_job **ret_job,
                                    aw_error *ret_error);

/* Orders the end of a machine. One that is gone already is success. */
ARCHWAY_API int archway_terminate(archway *aw, const archway_machine *machine,
                                  const archway_call *call, archway_job **ret_job,
                                  aw_error *ret_error);

/*
 * Settles what an ended process left in the journal: creates of which it is not known what came of them, and
 * ends that were ordered and not seen. Each is looked for at its provider by its token, and ends as an outcome:
 * adopted, known not to exist, gone, ordered to end again; or it stays open, with the reason. Where a provider's
 * list may lag behind, the job looks again, for a minute at most. What was asked of another account than the
 * backend's credentials are of now (aw_credentials.account) and is not listed stays open. What a living process has
 * under way is not touched. Fails only when the journal cannot be used. `how` has bits: */
#define ARCHWAY_RECOVER_ONCE 0x1u /* look once, and leave the rest open */
/* The credentials are of the accounts that they were of, though other keys: what is not listed does not exist. */
#define ARCHWAY_RECOVER_SAME_ACCOUNT 0x2u
ARCHWAY_API int archway_recover(archway *aw, uint32_t how, const archway_call *call,
                                archway_job **ret_job, aw_error *ret_error);

/*
 * How to clean up. Start from ARCHWAY_GC_DEFAULTS.
 *   act        1: end and remove what was found; 0: only tell
 *   passes     in how many whole listings a thing must be found, half a minute apart at least. They are counted in
 *              the journal, from one call to the next; a call that acts makes those that are still lacking itself
 *   grace_ms   how old it must be. What its provider does not date counts from when it was first found
 *   most       at most so many are ended and removed by one call
 *   backend    this one only; NULL: all
 */
typedef struct archway_gc_options {
    uint32_t size;
    uint32_t act;
    uint32_t passes;
    uint32_t most;
    uint64_t grace_ms;
    const char *backend;
} archway_gc_options;
#define ARCHWAY_GC_DEFAULTS                                                                        \
    {                                                                                              \
        sizeof(archway_gc_options), 0, 2, 20, 600000, NULL                                         \
    }

/*
 * Finds what is paid for and nobody remembers: machines, and what was made beside them, that carry this context's
 * owner tag and are in no entry of the journal; and machines whose time (archway_wish.expires_at_ms) is up, known
 * or not. Every region is listed whole before anything of it is touched: an error, or a part that is missing,
 * leaves the region as it is and is a problem of the job's. What has the tag `archway-keep` stays. One owner tag
 * belongs to one journal: what other installations made must carry another. Outcomes tell what was found, why,
 * and what was done; archway_job_gc counts. `options` may be NULL.
 */
ARCHWAY_API int archway_gc(archway *aw, const archway_gc_options *options, const archway_call *call,
                           archway_job **ret_job, aw_error *ret_error);

/* How many writers of the journal have ended and left something to recover: 0 is the usual answer, and cheap. */
ARCHWAY_API int archway_recoverable(archway *aw, uint64_t *ret_count, aw_error *ret_error);

/* Waits until a machine is running (AW_STATE_RUNNING, with an address) or gone (AW_STATE_TERMINATED).
 * Any number of waits on one backend and region share one poll. */
ARCHWAY_API int archway_wait(archway *aw, const archway_machine *machine, uint32_t until_state,
                             const archway_call *call, archway_job **ret_job, aw_error *ret_error);

/* Show what is secret in the headers of archway_sign where its backend allows it: AWS's session token, without
 * which the signed request cannot be sent; never what proves by itself who asks. */
#define ARCHWAY_SHOW_SECRETS 0x1u

/* Signs a request without sending it. `at_ms` 0: now. The headers are in archway_job_header. */
ARCHWAY_API int archway_sign(archway *aw, const char *backend, const aw_request *request,
                             uint64_t at_ms, const archway_call *call, archway_job **ret_job,
                             aw_error *ret_error);

/* Looks at one backend's credentials, endpoint, proxy, CA and clock, with one real request. */
ARCHWAY_API int archway_check(archway *aw, const char *backend, const archway_call *call,
                              archway_job **ret_job, aw_error *ret_error);

/* Stops a job: it finishes with AW_E_CANCELLED at the next archway_step. What the provider has been
 * told already stays told: see archway_job_token. */
ARCHWAY_API void archway_cancel(archway_job *job);

/* Ends it if need be, without a callback, and frees it and its results. */
ARCHWAY_API void archway_job_destroy(archway_job *job);

ARCHWAY_API int archway_job_done(const archway_job *job);

/* AW_OK, or why there is no result at all. NULL while it runs. */
ARCHWAY_API const aw_error *archway_job_error(const archway_job *job);

/* What is missing from the result, and why: regions that failed, machines that could not be read. */
ARCHWAY_API uint64_t archway_job_problem_count(const archway_job *job);
ARCHWAY_API const aw_error *archway_job_problem(const archway_job *job, uint64_t index);

/* How far a job with several parts is. */
ARCHWAY_API void archway_job_progress(const archway_job *job, uint64_t *ret_done,
                                      uint64_t *ret_total);

/* The tries of archway_place, in order. */
enum archway_try_outcome {
    ARCHWAY_TRY_PLANNED = 0,
    ARCHWAY_TRY_UNDER_WAY = 1,
    ARCHWAY_TRY_FAILED = 2,
    ARCHWAY_TRY_MADE = 3
};
typedef struct archway_try {
    uint32_t size;
    uint32_t outcome; /* enum archway_try_outcome */
    const char *backend;
    const aw_offer *offer;
    const char *token;     /* NULL when it is only planned and the caller brought none */
    const aw_error *error; /* why it failed */
    uint64_t left_out;     /* offers that were not tried any more, since they would fail likewise */
    uint64_t held_until_ms; /* wall clock: sold out lately, so it comes last; 0: not so */
    uint32_t emulated;      /* 1: as for archway_ranking */
    uint32_t reserved;
} archway_try;
ARCHWAY_API uint64_t archway_job_try_count(const archway_job *job);
ARCHWAY_API int archway_job_try(const archway_job *job, uint64_t index, archway_try *ret_try);

/* Results of archway_offers, in the order asked for. The backend's name and the offer. */
ARCHWAY_API uint64_t archway_job_offer_count(const archway_job *job);
ARCHWAY_API int archway_job_offer(const archway_job *job, uint64_t index, aw_offer *ret_offer,
                                  const char **ret_backend);

/* How that offer was ranked. An emulated one is a machine of the other architecture (of its own: offer.arch), which
 * the query's filter `emulation` let in; its effective price is what the work costs that a native machine does
 * in an hour. Of all others it is their price. 0 where the offer has none. */
typedef struct archway_ranking {
    uint32_t size;
    uint32_t emulated; /* 1: yes */
    uint64_t effective_price_nusd_per_hour;
} archway_ranking;
ARCHWAY_API int archway_job_ranking(const archway_job *job, uint64_t index,
                                    archway_ranking *ret_ranking);

/* What archway_image found, or archway_offers for a query with an image. `archs` are the bits of the two that
 * it can run on, on Linux. -1: nothing was found, or asked. */
typedef struct archway_image_info {
    uint32_t size;
    uint32_t archs;
    uint32_t has_index; /* 1: an index says so; 0: the configuration of a single manifest */
    uint32_t reserved;
    const char *name;   /* written out: "docker.io/library/nginx:latest" */
    const char *digest; /* of the index or manifest under that name */
    uint64_t platform_count;
} archway_image_info;
ARCHWAY_API int archway_job_image(const archway_job *job, archway_image_info *ret_info);

/* One of its platforms, in the words and the order of the index; attestations are left out. */
typedef struct archway_platform {
    uint32_t size;
    uint32_t arch;  /* enum aw_arch: one of the two, or 0 */
    const char *os; /* "linux" */
    const char *architecture;
    const char *variant;    /* "v8"; NULL: none, here and below */
    const char *os_version; /* of Windows */
    const char *digest;     /* of the platform's own manifest */
} archway_platform;
ARCHWAY_API int archway_job_platform(const archway_job *job, uint64_t index,
                                     archway_platform *ret_platform);

/* How many offers each filter removed, in the order in which the filters look. NULL ends them. */
ARCHWAY_API const char *archway_job_removed(const archway_job *job, uint64_t index,
                                            uint64_t *ret_count);

/* How each backend did. */
typedef struct archway_backend_result {
    uint32_t size;
    uint32_t complete; /* 1: nothing of its answer is missing */
    uint64_t fetched_at_ms;
    const char *name;
    const aw_error *error; /* code AW_OK: it answered */
} archway_backend_result;
ARCHWAY_API uint64_t archway_job_backend_count(const archway_job *job);
ARCHWAY_API int archway_job_backend(const archway_job *job, uint64_t index,
                                    archway_backend_result *ret_result);

/* Results of archway_create, _place, _get, _list, _wait and perhaps _terminate. */
ARCHWAY_API uint64_t archway_job_instance_count(const archway_job *job);
ARCHWAY_API const aw_instance *archway_job_instance(const archway_job *job, uint64_t index,
                                                    const char **ret_backend);

/* Results of archway_boot_images. */
ARCHWAY_API uint64_t archway_job_boot_image_count(const archway_job *job);
ARCHWAY_API const aw_image *archway_job_boot_image(const archway_job *job, uint64_t index,
                                                   const char **ret_backend);

/* Who knows of an instance of an archway_list: its provider, the journal, or both. */
enum archway_presence {
    ARCHWAY_LISTED_ONLY = 0, /* the journal does not know it */
    ARCHWAY_KNOWN = 1,       /* both do */
    ARCHWAY_MISSING = 2,     /* the journal knows it, and its provider's whole list lacks it */
    ARCHWAY_UNSEEN = 3       /* likewise, but the list is not whole, or the machine is very new */
};
ARCHWAY_API uint32_t archway_job_presence(const archway_job *job, uint64_t index);

/* What archway_create made beside the machine. */
ARCHWAY_API uint64_t archway_job_resource_count(const archway_job *job);
ARCHWAY_API const aw_resource *archway_job_resource(const archway_job *job, uint64_t index);

/* The client token of an archway_create, or of the last try of an archway_place; and whether its request has left, so that a machine may exist: not
 * any more when it was refused. */
ARCHWAY_API const char *archway_job_token(const archway_job *job);
ARCHWAY_API int archway_job_sent(const archway_job *job);

/* What became of a thing that archway_recover or archway_gc looked at. */
enum archway_fate {
    ARCHWAY_FATE_OPEN = 0, /* not known yet: the reason says why; looked at again the next time */
    ARCHWAY_FATE_ADOPTED = 1, /* the machine exists, and the journal knows it now */
    ARCHWAY_FATE_ABSENT = 2,  /* known not to exist */
    ARCHWAY_FATE_ENDING = 3,  /* its end is ordered, and it is not gone yet */
    ARCHWAY_FATE_GONE = 4,    /* it has ended */
    ARCHWAY_FATE_WAITING = 5, /* too new, or found in too few passes so far */
    ARCHWAY_FATE_FOUND = 6,   /* to be ended: the next call that acts does so */
    ARCHWAY_FATE_KEPT = 7     /* stays, because it is marked so, shared or in use */
};
typedef struct archway_outcome {
    uint32_t size;
    uint32_t fate;    /* enum archway_fate */
    const char *kind; /* "machine", or as aw_resource has it */
    const char *backend;
    const char *region;
    const char *id; /* NULL: none is known */
    const char *name;
    const char *token;
    const char *reason; /* a sentence, or NULL */
    uint64_t created_at_ms;
    uint64_t expires_at_ms;
} archway_outcome;
/* At most 10000 are kept; archway_job_gc counts the others too. */
ARCHWAY_API uint64_t archway_job_outcome_count(const archway_job *job);
ARCHWAY_API int archway_job_outcome(const archway_job *job, uint64_t index,
                                    archway_outcome *ret_outcome);

/* Of the last pass of an archway_gc; `ended` of all of them. */
typedef struct archway_gc_counts {
    uint32_t size;
    uint32_t passes;  /* that this call made */
    uint64_t places;  /* backends and regions that were listed whole */
    uint64_t skipped; /* listings that were not, so that nothing of them was touched */
    uint64_t listed;  /* machines and other resources in them, whosever they are */
    uint64_t garbage; /* nobody's, and old enough */
    uint64_t expired; /* machines whose time is up */
    uint64_t waiting; /* nobody's so far: too new, or in too few passes */
    uint64_t kept;    /* nobody's, and to stay */
    uint64_t ended;   /* ended and removed, or ordered to be */
    uint64_t failed;  /* that could not be */
} archway_gc_counts;
ARCHWAY_API int archway_job_gc(const archway_job *job, archway_gc_counts *ret_counts);

/* The headers of archway_sign. A secret value is shown as "<secret>", with its prefix if it has one, unless
 * ARCHWAY_SHOW_SECRETS was given and its backend allows it. */
ARCHWAY_API uint64_t archway_job_header_count(const archway_job *job);
ARCHWAY_API int archway_job_header(const archway_job *job, uint64_t index, aw_header *ret_header);

/* What archway_check found: a subject ("credentials"), a verdict and a sentence. Of archway_offers and
 * archway_place: what machines must have in effect and where each part of it comes from, why offers of a type that
 * the query names were removed, what decides between equal prices (GOOD); what the user should know before buying
 * (NOTE: the image lacks the architecture that was asked for, the best offer is emulated); and that nothing but the
 * architecture is in the way (BAD). The subjects are the filters' names and "order". */
enum archway_verdict {
    ARCHWAY_GOOD = 0,
    ARCHWAY_NOTE = 1,
    ARCHWAY_BAD = 2
};
typedef struct archway_finding {
    uint32_t size;
    uint32_t verdict; /* enum archway_verdict */
    const char *subject;
    const char *text;
} archway_finding;
ARCHWAY_API uint64_t archway_job_finding_count(const archway_job *job);
ARCHWAY_API int archway_job_finding(const archway_job *job, uint64_t index,
                                    archway_finding *ret_finding);

/* ---------------------------------------------------------------------------------------------
 * Names
 * --------------------------------------------------------------------------------------------- */

/* "no_capacity", "arm64", "api", "running", "available"; "unknown" for what is not in the list. */
ARCHWAY_API const char *archway_code_name(uint32_t code);
ARCHWAY_API const char *archway_arch_name(uint32_t arch);
ARCHWAY_API const char *archway_arch_source_name(uint32_t source);
ARCHWAY_API const char *archway_state_name(uint32_t state);
ARCHWAY_API const char *archway_availability_name(uint32_t availability);
ARCHWAY_API const char *archway_fate_name(uint32_t fate);

/* Reads an architecture's name, whatever its spelling; "any" too. AW_E_INVALID with the accepted words. */
ARCHWAY_API int archway_arch_parse(const char *text, uint32_t *ret_arch, aw_error *ret_error);

#ifdef __cplusplus
}
#endif

#endif
