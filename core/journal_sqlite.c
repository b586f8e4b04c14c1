/* SPDX-License-Identifier: Apache-2.0 */
/* Loading SQLite. */
#include "core/journal_sqlite.h"

#include "kit/error.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY "libsqlite3.so.0"

static const struct {
    const char *name;
    size_t offset;
} members[] = {
#define MEMBER(name) {"sqlite3_" #name, offsetof(struct journal_sqlite, name)},
    JOURNAL_SQLITE_FUNCTIONS(MEMBER)
#undef MEMBER
};

struct journal_sqlite journal_sqlite;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool loaded;

static int find_all(void *library, struct journal_sqlite *ret_sqlite)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        void *function = dlsym(library, members[i].name);
        if (!function)
            return -1;
        memcpy((char *)ret_sqlite + members[i].offset, &function, sizeof function);
    }
    return 0;
}

/* It stays until the process ends: other threads may use it. */
static int load(aw_error *ret_error)
{
    struct journal_sqlite found;
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library || find_all(library, &found))
        return kit_error_set(ret_error, AW_E_UNAVAILABLE,
                             "SQLite, which keeps the journal, cannot be loaded: %s. Install "
                             "it (libsqlite3-0 in Debian).",
                             dlerror());
    journal_sqlite = found;
    loaded = true;
    return 0;
}

int journal_sqlite_load(aw_error *ret_error)
{
    pthread_mutex_lock(&lock);
    int result = loaded ? 0 : load(ret_error);
    pthread_mutex_unlock(&lock);
    return result;
}
