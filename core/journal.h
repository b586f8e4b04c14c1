/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: what was asked of providers, written down before it is asked, so that nothing that is paid for
 * is forgotten, whenever the process ends. It is an SQLite file that all contexts of a user's machine share;
 * in a replay it is in memory.
 *
 * What jobs write in one step of the loop is one transaction, committed at the end of the step: a thousand creates that
 * begin together wait for the disk once. Who must know that it is there waits (journal_wait), or commits at once
 * (journal_flush). Outside of a step each write is on the disk when its function returns.
 *
 *     intent --> known --> ending --> done          a machine's way
 *        |                             ^
 *        +---- known not to exist -----+
 *
 * An entry that is under way has a writer: the context that will bring it on. A writer that lives holds a lock,
 * which the kernel drops when its process ends, however it ends. What no living writer has, recovery takes up.
 */
#ifndef ARCHWAY_CORE_JOURNAL_H
#define ARCHWAY_CORE_JOURNAL_H

#include "core/arena.h"
#include "core/backend.h"

struct journal;

enum journal_state {
    JOURNAL_INTENT = 1, /* a create may have been sent */
    JOURNAL_KNOWN = 2,  /* its machine has a name at the provider */
    JOURNAL_ENDING = 3, /* its end is ordered, or about to be */
    JOURNAL_DONE = 4
};

/* How an entry came to be done. */
#define JOURNAL_ABSENT "absent"         /* no machine came of it */
#define JOURNAL_TERMINATED "terminated" /* the provider says that it is gone */
#define JOURNAL_MISSING "missing"       /* the provider lists it no more: it may do so again */

/* How long a provider's list may lag behind what was asked of it. What such an old request did not bring into a
 * whole list does not exist. */
#define JOURNAL_WINDOW_MS 65000u

/* An entry that a job has begun, or taken up again. */
struct journal_hold {
    int64_t entry;
    bool created_here; /* there was one already, of a create */
    bool was_open;     /* and it was not done: a machine may have come of it */
    uint64_t age_ms;   /* of that one: since a request may last have left for it */
};

/* An entry, as it is read. The texts live as long as the arena that was given. */
struct journal_entry {
    int64_t id;
    enum journal_state state;
    uint64_t created_at_ms;
    uint64_t expires_at_ms; /* 0: never */
    uint64_t age_ms; /* since a request may last have left for it; 0 when that cannot be told */
    uint64_t missing_at_ms; /* since when the provider does not list it; 0: it does */
    uint32_t arch;
    bool under_way; /* another context that lives has it */
    const char *backend;
    const char *endpoint;
    const char *account; /* that it was asked of; NULL: not known */
    const char *region;
    const char *zone;
    const char *instance_type;
    const char *name;
    const char *owner;
    const char *token;       /* NULL: not created by an Archway that wrote it down here */
    const char *instance_id; /* NULL: none is known */
    const char *data;
    const char *ending; /* JOURNAL_ABSENT ... when it is done */
};

/* The context's journal, opened at the first call; made when it is not there. NULL and *ret_error: the file
 * cannot be used, and nothing may be created. */
struct journal *journal_of(archway *aw, aw_error *ret_error);
/* The same where an empty one would do as well: 0 and NULL when there is no file so far. */
int journal_if_any(archway *aw, struct journal **ret_journal, aw_error *ret_error);
void journal_close(struct journal *journal);
const char *journal_path(const struct journal *journal); /* ":memory:" in a replay */

/* --- Steps: core/journal_step.c. --- */

/* One who waits for what has been written in this step. `written` comes at its end, with AW_OK, or why nothing of it
 * is on the disk. */
struct journal_wait {
    struct link link;
    void (*written)(struct journal_wait *wait, const aw_error *error);
    bool lost; /* the journal's own */
};
void journal_wait(struct journal *journal, struct journal_wait *wait);
void journal_leave(struct journal_wait *wait); /* again, or when not waiting, does nothing */
/* Commits what has been written so far. Those who wait are told at the end of the step. */
int journal_flush(struct journal *journal, aw_error *ret_error);
/* Around a step. The journal may be opened within it. */
void journal_step_begin(archway *aw);
void journal_step_end(archway *aw);

/* --- Creates: core/journal_create.c. Each returns 0, or -1 and why it could not be written. --- */

/* Before anything of a create leaves: wait for it. A token of the caller's takes its entry up again; AW_E_CONFLICT while
 * another living context has it. */
int journal_begin(struct journal *journal, const struct backend *backend, const aw_create *wish,
                  uint64_t price_nusd_per_hour, struct journal_hold *ret_hold, aw_error *ret_error);
/* Before each request that may make something, with credentials at hand: if the last note of it is not quite new, or
 * the account is not noted yet. On the disk at once. AW_E_CONFLICT when an earlier one was asked of another account. */
int journal_sending(struct journal *journal, const struct backend *backend, int64_t entry,
                    aw_error *ret_error);
/* Before the resource is made. On the disk at once. */
int journal_resource(struct journal *journal, int64_t entry, const aw_resource *resource,
                     aw_error *ret_error);
int journal_known(struct journal *journal, const struct backend *backend, int64_t entry,
                  const aw_instance *instance, aw_error *ret_error);

/* --- Accounts: core/journal_account.c. --- */

/* What the backend's credentials were of when they were last found (aw_credentials.account), or NULL. */
const char *journal_account(const struct backend *backend);
/* Is it another one than that? Not if either is not known. */
bool journal_is_elsewhere(const struct backend *backend, const char *account);
int journal_fail_elsewhere(const struct backend *backend, const char *account, aw_error *ret_error);
/* -1, with AW_E_CONFLICT, when the machine is known to be of another account: not to be found then says nothing. */
int journal_check_account(struct journal *journal, const struct backend *backend,
                          const char *instance_id, aw_error *ret_error);

/* --- Ends: core/journal_end.c. --- */

/* Before the order leaves: wait for it. Makes an entry of a machine that has none. One that is known to be gone stays
 * so, and *ret_hold is empty. */
int journal_order_end(struct journal *journal, const struct backend *backend, const aw_ref *ref,
                      struct journal_hold *ret_hold, aw_error *ret_error);
/* The provider refused the order: the machine is known as before. */
int journal_order_refused(struct journal *journal, int64_t entry, aw_error *ret_error);
int journal_done(struct journal *journal, int64_t entry, const char *ending, aw_error *ret_error);
/* Forgets what has been done for a month. */
int journal_prune(struct journal *journal, aw_error *ret_error);
/* The same for whichever entry knows this machine, if any: that its end was ordered, or whatever it says. */
int journal_gone(struct journal *journal, const char *backend, const char *instance_id,
                 bool if_ordered, aw_error *ret_error);
/* Lets go of an entry that stays open: recovery may take it up. Nothing is lost when it cannot be written. */
void journal_release(struct journal *journal, int64_t entry);

/* --- Reading: core/journal_read.c. --- */

/* Takes over what is under way and has no living writer, in the order of backend, region and token. Entries and
 * texts are in `arena`. */
int journal_claim(struct journal *journal, struct arena *arena, struct journal_entry **ret_entries,
                  size_t *ret_count, aw_error *ret_error);
/* How many there are to claim: cheap, takes nothing. */
int journal_claimable(struct journal *journal, size_t *ret_count, aw_error *ret_error);

/* A copy at the end of an array, with its texts in `arena`. NULL: no memory. */
struct journal_entry *journal_entry_keep(struct arena *arena, const struct journal_entry *entry,
                                         struct journal_entry **entries, size_t *count);

/* Calls `each` with all entries that are not done, of one backend, or of all when it is NULL. */
int journal_each(struct journal *journal, const char *backend,
                 int (*each)(void *arg, const struct journal_entry *entry), void *arg,
                 aw_error *ret_error);

/* What the backend emitted with a machine (aw_instance.data), in `arena`; NULL when nothing is known of it. */
int journal_data(struct journal *journal, const char *backend, const char *instance_id,
                 struct arena *arena, const char **ret_data, aw_error *ret_error);

/* --- Cleaning: core/journal_gc.c. What a listing finds is kept in a table of this connection's own, on the
 * disk: memory does not grow with it, and nobody waits for a lock meanwhile. --- */

/* Does the journal know this machine? 1: as one that lives, or may; 0: no, or it is done with it. By its id or
 * its token, whatever the backend is called now. */
int journal_knows(struct journal *journal, const aw_instance *instance, uint64_t *ret_expires_at_ms,
                  aw_error *ret_error);
/* Does a machine that lives, or may, need this resource? By its kind and id, or the token of its create. */
int journal_needs(struct journal *journal, const aw_resource *resource, aw_error *ret_error);

/* A number for a listing, which no other one of this context has. */
int64_t journal_find_place(struct journal *journal);

/* What may have to go. `place` is the number of a listing. */
struct journal_find {
    const char *kind; /* "machine", or as aw_resource has it */
    const char *id;
    const char *region;
    const char *zone;
    const char *name;
    const char *token;
    const char *data;
    uint64_t created_at_ms; /* 0: not said */
    uint64_t expires_at_ms;
    uint32_t verdict; /* the caller's */
    uint32_t counts;  /* 1: it would have to go, so this listing is a pass for it */
    /* By what the passes so far have seen, when it is read. */
    uint64_t first_seen_ms;
    uint32_t passes;
};
int journal_find_add(struct journal *journal, int64_t place, const struct journal_find *find,
                     aw_error *ret_error);
/* Forgets those of a listing. */
int journal_find_drop(struct journal *journal, int64_t place, aw_error *ret_error);
/* Counts a pass for each find of a whole listing that counts, unless the last one that did is not so long ago, and
 * forgets what earlier passes saw there and this one did not, or no longer counts. As one. */
int journal_find_count(struct journal *journal, int64_t place, const char *backend,
                       const char *region, bool machines, uint64_t apart_ms, aw_error *ret_error);
int journal_find_each(struct journal *journal, int64_t place, const char *backend,
                      const char *region, int (*each)(void *arg, const struct journal_find *find),
                      void *arg, aw_error *ret_error);

/* --- What a whole list shows of known machines. Only what is news is written. --- */

/* The provider lists it again. */
int journal_listed(struct journal *journal, const aw_instance *instance, aw_error *ret_error);
/* It does not; when it has not for longer than a list may lag behind, the entry is done. */
int journal_missing(struct journal *journal, const struct journal_entry *entry,
                    aw_error *ret_error);

/* Several writes as one: all of them or none, on the disk at once. */
int journal_group(struct journal *journal, aw_error *ret_error);
int journal_group_end(struct journal *journal, aw_error *ret_error); /* commits */
void journal_group_drop(struct journal *journal);

#endif
