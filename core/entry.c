/* SPDX-License-Identifier: Apache-2.0 */
/* Versions, sizes and contents of a plugin's entry, and its init. */
#include "core/entry.h"

#include "core/error.h"
#include "core/mem.h"
#include "core/sized.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define PROVIDER_MAX 31
#define OPTION_NAME_MAX 63
#define LIST_MAX 256

/* The entry as ABI 1.0 has it. No field before `vtable` can ever be missing. */
#define ENTRY_SIZE_1_0 (offsetof(aw_backend_entry, vtable) + sizeof(const aw_vtable *))
#define VTABLE_SIZE_MIN (2 * sizeof(uint32_t))

/* A struct with a pointer in it has a size that is a multiple of the pointer's. */
#define SIZE_STEP sizeof(void *)

/* What became of the `init` of a loaded object. It is called once per process, so this outlives contexts. */
struct once {
    struct once *next;
    const void *exported;
    aw_error error;
};
static struct once *onces;
static pthread_mutex_t onces_lock = PTHREAD_MUTEX_INITIALIZER;

static int refuse(aw_error *error, const char *what)
{
    return kit_error_set(error, AW_E_INVALID, "The plugin is wrong: %s. Ask its author to mend it.",
                         what);
}

int entry_check_version(const struct elf_entry *head, aw_error *ret_error)
{
    if (head->abi_major != AW_ABI_MAJOR)
        return kit_error_set(
            ret_error, AW_E_UNSUPPORTED,
            "The plugin is built for ABI %u, this core speaks %u: update archway, or "
            "install an older build of the plugin.",
            head->abi_major, AW_ABI_MAJOR);
    if (head->magic != AW_MAGIC)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "The plugin is wrong: its magic number is 0x%08x instead of 0x%08x. Ask its "
            "author to start the entry with AW_MAGIC.",
            head->magic, AW_MAGIC);
    if (head->size < ENTRY_SIZE_1_0 || head->size % SIZE_STEP)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "The plugin is wrong: its entry is %u bytes, and ABI 1.0 has %zu. Ask its "
            "author to set its size to sizeof(aw_backend_entry).",
            head->size, ENTRY_SIZE_1_0);
    if (head->min_minor > AW_ABI_MINOR)
        return kit_error_set(
            ret_error, AW_E_UNSUPPORTED,
            "The plugin needs a newer core: it needs ABI %u.%u, this core speaks %u.%u. "
            "Update archway, or install an older build of the plugin.",
            AW_ABI_MAJOR, head->min_minor, AW_ABI_MAJOR, AW_ABI_MINOR);
    return 0;
}

static bool is_word(const char *name, size_t max, const char *others)
{
    size_t size = strnlen(name, max + 1);
    if (size > max || name[0] < 'a' || name[0] > 'z')
        return false;
    for (size_t i = 1; i < size; i++)
        if (!(name[i] >= 'a' && name[i] <= 'z') && !(name[i] >= '0' && name[i] <= '9') &&
            !strchr(others, name[i]))
            return false;
    return true;
}

static int check_texts(const aw_backend_entry *entry, aw_error *error)
{
    if (!entry->provider || !is_word(entry->provider, PROVIDER_MAX, "-"))
        return kit_error_set(error, AW_E_INVALID,
                             "The plugin is wrong: its provider id \"%.40s\" is not of the form "
                             "[a-z][a-z0-9-]{0,30}. Ask its author to mend it.",
                             entry->provider ? entry->provider : "");
    if (!entry->title || !entry->title[0])
        return refuse(error, "it has no title");
    if (!entry->version || !entry->version[0])
        return refuse(error, "it does not say its version");
    return 0;
}

/* Options that every backend has; core reads them. */
static bool is_core_option(const char *name)
{
    static const char *const names[] = {"type", "name", "endpoint", "regions", "rate_limit"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_repeated(const aw_option *options, uint64_t index)
{
    for (uint64_t i = 0; i < index; i++)
        if (strcmp(options[i].name, options[index].name) == 0)
            return true;
    return false;
}

static int check_options(const aw_backend_entry *entry, aw_error *error)
{
    if (entry->option_count > LIST_MAX || (entry->option_count && !entry->options))
        return refuse(error, "its number of options makes no sense");
    for (uint64_t i = 0; i < entry->option_count; i++) {
        const aw_option *option = &entry->options[i];
        if (!option->name || !is_word(option->name, OPTION_NAME_MAX, "_-"))
            return refuse(error, "an option's name is not of the form [a-z][a-z0-9_-]*");
        if (is_core_option(option->name))
            return refuse(error,
                          "it declares an option that is core's (type, name, endpoint, regions, "
                          "rate_limit)");
        if (is_repeated(entry->options, i))
            return refuse(error, "it declares an option twice");
        if (!option->help || option->type > AW_OPTION_BOOLEAN)
            return refuse(error, "an option has no help or an unknown type");
    }
    return 0;
}

static int check_limits(const aw_backend_entry *entry, aw_error *error)
{
    if (entry->limit_count > LIST_MAX || (entry->limit_count && !entry->limits))
        return refuse(error, "its number of rate limits makes no sense");
    for (uint64_t i = 0; i < entry->limit_count; i++) {
        const aw_rate_limit *limit = &entry->limits[i];
        if (!limit->request || !limit->request[0] || limit->burst == 0 || limit->period_ms == 0)
            return refuse(error, "a rate limit has no request, no burst or no period");
    }
    return 0;
}

static const char *missing_function(const aw_vtable *vtable)
{
    if (!vtable->open)
        return "open";
    if (!vtable->regions)
        return "regions";
    if (!vtable->list_offers)
        return "list_offers";
    if (!vtable->create)
        return "create";
    if (!vtable->get)
        return "get";
    if (!vtable->list)
        return "list";
    if (!vtable->terminate)
        return "terminate";
    if (!vtable->authenticate)
        return "authenticate";
    if (!vtable->sign)
        return "sign";
    return vtable->classify ? NULL : "classify";
}

static int copy_vtable(const aw_vtable *theirs, aw_vtable *ret_vtable, aw_error *error)
{
    if (!theirs)
        return refuse(error, "its entry has no vtable");
    if (theirs->size < VTABLE_SIZE_MIN || theirs->size % SIZE_STEP)
        return refuse(error, "the size of its vtable is not sizeof(aw_vtable)");
    SIZED_COPY(ret_vtable, theirs);
    const char *missing = missing_function(ret_vtable);
    if (missing)
        return kit_error_set(
            error, AW_E_INVALID,
            "The plugin is wrong: its vtable lacks `%s`, which every backend must have. "
            "Ask its author to add it.",
            missing);
    return 0;
}

int entry_copy(const void *exported, const struct elf_entry *head, aw_backend_entry *ret_entry,
               aw_vtable *ret_vtable, aw_error *ret_error)
{
    const uint32_t first[] = {head->magic, head->size, head->minor, head->min_minor};
    aw_backend_entry entry = {0};
    aw_vtable vtable = {0};
    if (memcmp(exported, first, sizeof first) != 0)
        return kit_error_set(
            ret_error, AW_E_CONFLICT,
            "What was loaded is not what the file holds: it changed while this process "
            "ran. Start it again.");
    memcpy(&entry, exported, head->size < sizeof entry ? head->size : sizeof entry);
    entry.size = sizeof entry;
    if (check_texts(&entry, ret_error) < 0 || check_options(&entry, ret_error) < 0 ||
        check_limits(&entry, ret_error) < 0 || copy_vtable(entry.vtable, &vtable, ret_error) < 0)
        return -1;
    *ret_entry = entry;
    *ret_vtable = vtable;
    return 0;
}

static void run_init(const aw_backend_entry *entry, const aw_host *host, aw_error *ret_error)
{
    aw_error theirs = {.size = sizeof theirs};
    aw_error ours;
    if (entry->init(host, &theirs) == 0)
        return;
    error_copy(&ours, &theirs);
    /* No memory there is no reason to give up here. */
    bool odd = ours.code == AW_OK || ours.code == AW_E_NO_MEMORY;
    kit_error_set(ret_error, odd ? AW_E_INTERNAL : ours.code, "The plugin's init failed: %s",
                  ours.message[0] ? ours.message : "it does not say why. Ask its author.");
}

static struct once *once_of(const void *exported, const aw_backend_entry *entry,
                            const aw_host *host)
{
    for (struct once *once = onces; once; once = once->next)
        if (once->exported == exported)
            return once;
    struct once *once = mem_alloc(sizeof *once);
    if (!once)
        return NULL;
    run_init(entry, host, &once->error);
    once->exported = exported;
    once->next = onces;
    onces = once;
    return once;
}

int entry_init(const void *exported, const aw_backend_entry *entry, const aw_host *host,
               aw_error *error)
{
    if (!entry->init)
        return 0;
    pthread_mutex_lock(&onces_lock);
    struct once *once = once_of(exported, entry, host);
    pthread_mutex_unlock(&onces_lock);
    if (!once)
        return kit_error_set(error, AW_E_NO_MEMORY, "No memory is left to load plugins.");
    return once->error.code ? error_pass(error, &once->error) : 0;
}
