/* SPDX-License-Identifier: Apache-2.0 */
/* The least of a core that a plugin can be opened in: memory, and nothing else. */
#include "bench/plugin_signer.h"

#include "bench/measure.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BLOCKS 64
#define LONGEST_VALUE 8192

struct plugin_signer {
    aw_header_sink sink; /* first */
    aw_op op;
    aw_host host;
    void *handle;
    const aw_vtable *vtable;
    char authorization[LONGEST_VALUE];
    void *blocks[MOST_BLOCKS];
    size_t block_count;
};

/* The op is a part of the signer. */
static struct plugin_signer *signer_of(aw_op *op)
{
    return (struct plugin_signer *)(void *)((char *)op - offsetof(struct plugin_signer, op));
}

static void *allocate(aw_op *op, size_t size)
{
    struct plugin_signer *signer = signer_of(op);
    void *block = calloc(1, size);
    if (!block || signer->block_count == MOST_BLOCKS)
        die("no memory for the plugin");
    signer->blocks[signer->block_count++] = block;
    return block;
}

static const char *no_variable(aw_op *op, const char *name)
{
    (void)op;
    (void)name;
    return NULL;
}

static int32_t no_file(aw_op *op, const char *path, uint64_t max_size, aw_bytes *ret_content,
                       aw_error *ret_error)
{
    (void)op;
    (void)max_size;
    (void)ret_content;
    ret_error->code = AW_E_NOT_FOUND;
    snprintf(ret_error->message, sizeof ret_error->message, "%s is not there", path);
    return -1;
}

static void fail_op(aw_op *op, const aw_error *error)
{
    (void)op;
    die("the plugin cannot be opened: %s", error->message);
}

static void log_nothing(aw_op *op, uint32_t level, const char *message)
{
    (void)op;
    (void)level;
    (void)message;
}

static void keep(aw_header_sink *sink, const char *name, const char *value, size_t size,
                 int32_t secret)
{
    struct plugin_signer *signer = (struct plugin_signer *)(void *)sink;
    (void)secret;
    if (name[0] != 'a' || size >= sizeof signer->authorization)
        return;
    memcpy(signer->authorization, value, size);
    signer->authorization[size] = '\0';
}

static const aw_backend_entry *load(struct plugin_signer *signer, const char *path)
{
    signer->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const aw_backend_entry *entry = signer->handle ? dlsym(signer->handle, AW_ENTRY_SYMBOL) : NULL;
    if (!entry || entry->magic != AW_MAGIC)
        die("%s: %s", path, signer->handle ? "no plugin" : dlerror());
    return entry;
}

struct plugin_signer *plugin_signer_create(const char *path)
{
    struct plugin_signer *signer = calloc(1, sizeof *signer);
    aw_error error = {.size = sizeof error};
    if (!signer)
        die("no memory");
    const aw_backend_entry *entry = load(signer, path);
    signer->vtable = entry->vtable;
    signer->sink = (aw_header_sink){.size = sizeof signer->sink, .add = keep};
    signer->host = (aw_host){.size = sizeof signer->host,
                             .minor = AW_ABI_MINOR,
                             .alloc = allocate,
                             .env = no_variable,
                             .secret = no_variable,
                             .read_file = no_file,
                             .fail = fail_op,
                             .log = log_nothing};
    signer->op = (aw_op){.size = sizeof signer->op, .host = &signer->host};
    if (entry->init && entry->init(&signer->host, &error))
        die("%s: %s", path, error.message);
    const aw_settings settings = {.size = sizeof settings, .name = "bench"};
    signer->vtable->open(&signer->op, &settings, &signer->op.state);
    return signer;
}

void plugin_signer_destroy(struct plugin_signer *signer)
{
    if (signer->vtable->close)
        signer->vtable->close(signer->op.state);
    for (size_t i = 0; i < signer->block_count; i++)
        free(signer->blocks[i]);
    dlclose(signer->handle);
    free(signer);
}

const char *plugin_signer_sign(struct plugin_signer *signer, const aw_request *request,
                               const aw_credentials *credentials, uint64_t now_ms)
{
    aw_error error = {.size = sizeof error};
    if (signer->vtable->sign(signer->op.state, request, credentials, now_ms, &signer->sink, &error))
        die("%s", error.message);
    return signer->authorization;
}
