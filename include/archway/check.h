/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archway/check.h - is a plugin right? For the command `archway check`, and for whoever tests plugins.
 *
 * The rules are those of archway/backend.h, by the names that they have there. Each is tried in a process of
 * its own, with limits on memory and time, so that a plugin that crashes, hangs or eats memory breaks a
 * rule and not the caller. Nothing is sent: conversations are replayed from the plugin's own recordings, as
 * they were, and disturbed: stopped, without memory, with answers that are cut, odd or endless.
 */
#ifndef ARCHWAY_CHECK_H
#define ARCHWAY_CHECK_H

#include <archway/archway.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How to check. Zero fields take the default:
 *   fixtures     a folder of the plugin's recordings, and those below it; NULL: no conversations are tried.
 *   rules        names of rules, or how they begin, with commas between ("L,M1"); NULL: all.
 *   points       at most so many of a rule's conversations are played on one recording, evenly spread over
 *                all that there are (every allocation, every byte, every value ...); 0: 100.
 *   patience_ms  how long one conversation may take before it counts as hanging; 0: 20 seconds.
 */
typedef struct archway_check_options {
    uint32_t size;
    uint32_t reserved;
    const char *fixtures;
    const char *rules;
    uint64_t points;
    uint64_t patience_ms;
} archway_check_options;

enum archway_check_outcome {
    ARCHWAY_CHECK_KEPT = 0,
    ARCHWAY_CHECK_BROKEN = 1,
    ARCHWAY_CHECK_SKIPPED = 2
};

/*
 * What became of one rule. `detail` says how it is broken, a line for each of the first cases, each with
 * the recording and the place; or why it was skipped; or which recordings were passed over. `tried` of `possible` conversations (or other
 * attempts) were made; `possible` is 0 when all were. Lives until the callback returns.
 */
typedef struct archway_check_result {
    uint32_t size;
    uint32_t outcome; /* enum archway_check_outcome */
    const char *rule; /* "M1" */
    const char *text; /* what the plugin does when it keeps it */
    const char *detail;
    uint64_t tried;
    uint64_t possible;
} archway_check_result;

typedef void (*archway_check_fn)(const archway_check_result *result, void *arg);

/*
 * Tries the rules on the plugin at `path` and tells each result. A plugin that cannot be loaded has its file
 * looked at, and no more. Returns 0 when every rule was tried, kept or not, and -1 when the checks could
 * not be made. It forks: call it from a process of one thread.
 */
ARCHWAY_API int archway_check_plugin(const char *path, const archway_check_options *options,
                                     archway_check_fn on_result, void *arg, aw_error *ret_error);

/*
 * How to try a backend on its real provider. Zero fields take the default:
 *   backend      its name in the context's configuration
 *   query        which offers may be rented. It must say what an hour may cost at most (max-price), and is
 *                restricted to the backend by the call
 *   ssh_keys     public keys for the machine, as for archway_wish
 *   spend        1: a machine is rented, and ended again. 0: it is only said which one it would be
 *   wait_ms      how long the machine may take to run, and again to be gone; 0: ten minutes
 *   on_note      told, a line each, what is about to be done and what it costs; NULL: nobody
 *   on_left      told of each machine that may be there still at the end, with its token. `machine->id` is NULL when
 *                only the token is known. Somebody must see to it
 */
typedef struct archway_check_live_options {
    uint32_t size;
    uint32_t spend;
    const char *backend;
    archway_query *query;
    const char *const *ssh_keys;
    uint64_t ssh_key_count;
    uint64_t wait_ms;
    void (*on_note)(const char *line, void *arg);
    void (*on_left)(const archway_machine *machine, const char *token, void *arg);
} archway_check_live_options;

/*
 * Tries the rules that only a provider can tell, on the backend of an open context: its offers are asked for, and
 * the cheapest machine that the query allows is rented, waited for, found again by owner and by token, asked for
 * again with its token, ended, and ended again. It is in the journal as any machine is, and has a deadline of an
 * hour. archway_wake stops the checks, and what was made is ended all the same, unless it comes a second time.
 * Returns 0 when the checks were made, whatever came of them, and -1 when they could not be. `arg` goes to all three
 * callbacks.
 */
ARCHWAY_API int archway_check_live(archway *aw, const archway_check_live_options *options,
                                   archway_check_fn on_result, void *arg, aw_error *ret_error);

/* The rules, in the order in which they are tried: 0, or -1 behind the last one. */
ARCHWAY_API int archway_check_rule(uint64_t index, const char **ret_rule, const char **ret_text);

#ifdef __cplusplus
}
#endif

#endif
