/* SPDX-License-Identifier: Apache-2.0 */
/* Where a repository is asked, and keeping it for the next question. */
#include "core/image_source.h"

#include "core/endpoint.h"
#include "core/error.h"
#include "core/image_lookup.h"
#include "core/image_registry.h"
#include "core/mem.h"
#include "kit/buf.h"

#include <string.h>

#define MOST_KEPT 64
#define LONGEST_URL 2048u

/* https://github.com/distribution/reference: the hub's API is at another host than its name. */
#define HUB_API "registry-1.docker.io"

static void destroy(struct image_source *source)
{
    list_remove(&source->link);
    backend_destroy(source->backend);
    arena_finish(&source->arena);
    mem_free(source);
}

/* Registries on this machine speak plain http, as with docker, unless they have the port of https. */
static const char *scheme_of(const char *registry)
{
    char host[256] = "";
    bool bracketed = *registry == '[';
    const char *port = strrchr(registry, ':');
    if (bracketed && port < strchr(registry, ']'))
        port = NULL;
    size_t size = port ? (size_t)(port - registry) : strlen(registry);
    if (bracketed && size > 2)
        memcpy(host, registry + 1, size - 2 < sizeof host - 1 ? size - 2 : sizeof host - 1);
    else
        memcpy(host, registry, size < sizeof host - 1 ? size : sizeof host - 1);
    bool https_port = port && !strcmp(port, ":443");
    return endpoint_host_is_loopback(host) && !https_port ? "http" : "https";
}

static char *endpoint_of(struct arena *arena, const struct image_reference *reference,
                         const char *mirror)
{
    kit_buf url;
    bool hub = !strcmp(reference->registry, IMAGE_HUB);
    kit_buf_init(&url, arena_kit(arena), LONGEST_URL);
    if (mirror)
        kit_buf_add_text(&url, mirror);
    else
        kit_buf_addf(&url, "%s://%s", scheme_of(reference->registry),
                     hub ? HUB_API : reference->registry);
    return kit_buf_take(&url);
}

/* Whose logins are taken: of a mirror its own. */
static const char *name_of(struct arena *arena, const struct image_reference *reference,
                           const char *mirror)
{
    const char *host = mirror ? strstr(mirror, "://") + 3 : reference->registry;
    return arena_copy(arena, host, strcspn(host, "/"));
}

static int describe(struct image_source *source, const struct image_reference *reference,
                    const char *mirror)
{
    static const char *const names[] = {"endpoint", IMAGE_SETTING_REGISTRY,
                                        IMAGE_SETTING_REPOSITORY};
    struct arena *arena = &source->arena;
    source->values[0] = endpoint_of(arena, reference, mirror);
    source->values[1] = name_of(arena, reference, mirror);
    source->values[2] = arena_text(arena, reference->repository);
    for (size_t i = 0; i < 3; i++) {
        if (!source->values[i])
            return -1;
        source->settings[i] =
            (aw_setting){.name = names[i], .values = &source->values[i], .count = 1};
    }
    source->config = (struct config_backend){
        .type = image_plugin.entry.provider,
        .name = source->values[1],
        .endpoint = source->values[0],
        .settings = source->settings,
        .setting_count = 3,
    };
    return 0;
}

static struct image_source *create(archway *aw, const struct image_reference *reference,
                                   const char *mirror, aw_error *ret_error)
{
    struct image_source *source = mem_alloc(sizeof *source);
    if (!source) {
        kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for a registry");
        return NULL;
    }
    list_init(&source->link);
    arena_init(&source->arena, false);
    if (describe(source, reference, mirror) == 0)
        source->backend = backend_create_own(aw, &image_plugin, &source->config);
    if (!source->backend)
        kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for a registry");
    else if (source->backend->error.code)
        error_pass(ret_error, &source->backend->error);
    else
        return source;
    destroy(source);
    return NULL;
}

static struct image_source *find(archway *aw, const struct image_reference *reference,
                                 const char *mirror)
{
    KIT_CLEANUP(arena_finish) struct arena arena;
    arena_init(&arena, false);
    const char *endpoint = endpoint_of(&arena, reference, mirror);
    for (struct link *link = aw->image_sources.next; endpoint && link != &aw->image_sources;
         link = link->next) {
        struct image_source *source = list_item(link, struct image_source, link);
        if (!strcmp(source->values[0], endpoint) &&
            !strcmp(source->values[2], reference->repository))
            return source;
    }
    return NULL;
}

/* Those that nobody uses, the oldest first, until there is room for one more. */
static void make_room(archway *aw)
{
    size_t count = 0;
    for (struct link *link = aw->image_sources.next; link != &aw->image_sources; link = link->next)
        count++;
    for (struct link *link = aw->image_sources.next;
         link != &aw->image_sources && count >= MOST_KEPT;) {
        struct image_source *source = list_item(link, struct image_source, link);
        link = link->next;
        if (source->users)
            continue;
        destroy(source);
        count--;
    }
}

struct image_source *image_source_get(archway *aw, const struct image_reference *reference,
                                      const char *mirror, aw_error *ret_error)
{
    struct image_source *source = find(aw, reference, mirror);
    if (!source) {
        make_room(aw);
        source = create(aw, reference, mirror, ret_error);
    }
    if (!source)
        return NULL;
    source->users++;
    list_remove(&source->link);
    list_append(&aw->image_sources, &source->link);
    return source;
}

void image_source_put(struct image_source *source)
{
    if (source)
        source->users--;
}

void image_sources_finish(archway *aw)
{
    while (!list_empty(&aw->image_sources))
        destroy(list_item(aw->image_sources.next, struct image_source, link));
}
