/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a registry: manifests and configurations, redirects and challenges, until all platforms are known. */
#include "core/image_read.h"

#include "core/endpoint.h"
#include "core/image_crypto.h"
#include "core/image_facts.h"
#include "core/image_registry.h"
#include "core/op.h"
#include "kit/answer.h"
#include "kit/error.h"
#include "kit/request.h"

#include <stdio.h>
#include <string.h>

/* What registries must take of a manifest; a configuration is smaller still. */
#define LARGEST_BODY (4u * 1024u * 1024u)
#define MOST_REDIRECTS 5
#define MOST_DEPTH 3
#define MOST_CHILDREN 16
#define LONGEST_URL 8192u
#define TAG_IS_FRESH_MS (5u * 60u * 1000u)

static const char accept_manifests[] =
    IMAGE_INDEX_OCI ", " IMAGE_INDEX_DOCKER ", " IMAGE_MANIFEST_OCI ", " IMAGE_MANIFEST_DOCKER;

struct reading {
    aw_op *op;
    struct image_registry *registry;
    const struct image_reference *wish;
    struct image_facts facts;
    struct image_platform **last;
    size_t children; /* asked for so far */
    size_t pending;
    const char *cache_key;
};

/* One thing that is asked for. */
struct step {
    struct reading *reading;
    const char *url;
    const char *digest;   /* what it must have; NULL: it is asked for by tag */
    const char *manifest; /* of a configuration: the digest of the manifest that names it */
    unsigned depth;
    unsigned redirects;
    bool is_config;
    bool is_signed;
    bool was_challenged;
};

static bool ask(struct step *step);

/* Its words stand behind the image's name. */
static void fail_unread(const struct reading *reading, const aw_error *problem)
{
    kit_fail(reading->op, problem->code, "%s: %s", reading->wish->name, problem->message);
}

static const char *cache_key(aw_op *op, const struct image_registry *registry, const char *wanted)
{
    kit_buf key;
    kit_buf_init(&key, kit_op_memory(op), 1024);
    kit_buf_addf(&key, "image %s %s", registry->repository, wanted);
    return kit_buf_take(&key);
}

static void emit(const struct reading *reading)
{
    struct op *op = op_of(reading->op);
    op->sink->image(op, &reading->facts);
}

static void finish(struct reading *reading)
{
    struct op *op = op_of(reading->op);
    if (!reading->facts.platforms) {
        kit_fail(reading->op, AW_E_UNSUPPORTED, "%s: it names no platform that it runs on",
                 reading->wish->name);
        return;
    }
    image_facts_complete(&reading->facts);
    const char *text = image_facts_write(&op->arena, &reading->facts);
    if (text)
        aw_cache_put(reading->op, reading->cache_key, text, strlen(text));
    emit(reading);
}

static void step_done(struct reading *reading)
{
    if (--reading->pending == 0 && !op_of(reading->op)->failed)
        finish(reading);
}

static bool ask_for(struct reading *reading, const struct step *like, const char *kind,
                    const char *name)
{
    struct step *step = aw_alloc(reading->op, sizeof *step);
    kit_buf url;
    kit_buf_init(&url, kit_op_memory(reading->op), LONGEST_URL);
    kit_buf_addf(&url, "%s/%s/%s", reading->registry->base, kind, name);
    if (!step)
        return false;
    *step = *like;
    step->reading = reading;
    step->url = kit_buf_take(&url);
    reading->pending++;
    return step->url && ask(step);
}

static void add_platforms(struct reading *reading, struct image_platform *platforms)
{
    *reading->last = platforms;
    while (*reading->last)
        reading->last = &(*reading->last)->next;
}

static void ask_for_child(const struct step *parent, const char *digest)
{
    struct reading *reading = parent->reading;
    const struct step like = {.digest = digest, .depth = parent->depth + 1};
    if (++reading->children > MOST_CHILDREN || like.depth > MOST_DEPTH)
        kit_fail(reading->op, AW_E_PROTOCOL,
                 "%s: its index leads to too many others (%u of them, %u deep at most)",
                 reading->wish->name, MOST_CHILDREN, MOST_DEPTH);
    else
        ask_for(reading, &like, "manifests", digest);
}

static void read_manifest(const struct step *step, const aw_response *answer)
{
    struct reading *reading = step->reading;
    struct image_document document;
    aw_error error = {0};
    if (image_document_read(&op_of(reading->op)->arena, kit_answer_header(answer, "content-type"),
                            answer->body, &document, &error)) {
        /* What stands beside images in an index need not be one. */
        if (step->depth == 0 || error.code != AW_E_UNSUPPORTED)
            fail_unread(reading, &error);
        return;
    }
    if (step->depth == 0)
        reading->facts.has_index = !document.config;
    add_platforms(reading, document.platforms);
    const struct step config = {.digest = document.config,
                                .manifest = step->digest ? step->digest : reading->facts.digest,
                                .depth = step->depth,
                                .is_config = true};
    if (document.config)
        ask_for(reading, &config, "blobs", document.config);
    for (const struct image_child *child = document.children; child; child = child->next)
        if (!op_of(reading->op)->failed)
            ask_for_child(step, child->digest);
}

static void read_config(const struct step *step, const aw_response *answer)
{
    struct reading *reading = step->reading;
    struct image_platform *platform = aw_alloc(reading->op, sizeof *platform);
    aw_error error = {0};
    if (!platform)
        return;
    if (image_config_read(&op_of(reading->op)->arena, answer->body, platform, &error)) {
        fail_unread(reading, &error);
        return;
    }
    platform->digest = step->manifest;
    add_platforms(reading, platform);
}

/* Of what is asked for by tag, only the registry can say what it should be. */
static const char *promised(const struct step *step, const aw_response *answer)
{
    const char *told = kit_answer_header(answer, "docker-content-digest");
    if (step->digest)
        return step->digest;
    return told && image_digest_is_good(told) ? told : NULL;
}

static int verify(struct step *step, const aw_response *answer)
{
    struct reading *reading = step->reading;
    const char *expected = promised(step, answer);
    char found[IMAGE_DIGEST_SIZE];
    if (image_digest(answer->body, expected, found)) {
        kit_fail(reading->op, AW_E_INTERNAL, "libcrypto cannot compute a digest");
        return -1;
    }
    if (expected && strcmp(expected, found) != 0) {
        kit_fail(reading->op, AW_E_PROTOCOL,
                 "%s: what came is not what was asked for: its digest is %s instead of %s",
                 reading->wish->name, found, expected);
        return -1;
    }
    if (step->depth == 0 && !step->is_config)
        reading->facts.digest = kit_copy_text(reading->op, found);
    return reading->facts.digest ? 0 : -1;
}

/* Only https, and plain http on this machine for a registry that speaks it too. */
static const char *check_redirect(const struct step *step, const char *url)
{
    bool plain = !strncmp(step->reading->registry->base, "http://", 7);
    if (!plain && strncmp(url, "https://", 8) != 0)
        return "must start with https://";
    return url_fault(url);
}

/* Where a location leads, seen from the step's URL; NULL: no memory, or a form that no registry uses. */
static const char *resolve(const struct step *step, const char *location)
{
    const char *host = strstr(step->url, "://") + 3;
    int scheme = (int)(host - step->url) - 2;
    int origin = (int)(host - step->url) + (int)strcspn(host, "/?#");
    kit_buf url;
    kit_buf_init(&url, kit_op_memory(step->reading->op), LONGEST_URL);
    if (!strncmp(location, "//", 2))
        kit_buf_addf(&url, "%.*s%s", scheme, step->url, location);
    else if (*location == '/')
        kit_buf_addf(&url, "%.*s%s", origin, step->url, location);
    else
        kit_buf_add_text(&url, location);
    return kit_buf_take(&url);
}

static void follow(struct step *step, const char *location)
{
    struct reading *reading = step->reading;
    const char *url = resolve(step, location);
    const char *fault = url ? check_redirect(step, url) : NULL;
    if (!url || fault || ++step->redirects > MOST_REDIRECTS) {
        kit_fail(reading->op, AW_E_PROTOCOL, "%s: %s redirects to an address that is not asked: %s",
                 reading->wish->name, reading->registry->name,
                 !url    ? "it is too long"
                 : fault ? fault
                         : "it redirects again and again");
        return;
    }
    step->url = url;
    reading->pending++;
    ask(step);
}

static void on_answer(aw_op *op, const aw_response *answer, void *arg)
{
    struct step *step = arg;
    (void)op;
    if (!kit_answer_is_good(answer))
        follow(step, kit_answer_header(answer, "location"));
    else if (verify(step, answer) == 0)
        step->is_config ? read_config(step, answer) : read_manifest(step, answer);
    step_done(step->reading);
}

static bool take_challenge(struct step *step, const aw_error *error, const aw_response *answer)
{
    struct image_registry *registry = step->reading->registry;
    if (!answer || error->http_status != 401 || step->is_signed || step->was_challenged ||
        !image_same_origin(registry->base, step->url))
        return false;
    step->was_challenged = true;
    return image_challenge_read(answer, &registry->challenge);
}

/* A registry says of what is private and of what is not there the same. */
static void fail_refused(const struct step *step, const aw_error *error)
{
    const struct reading *reading = step->reading;
    bool refused = error->code == AW_E_UNAUTHENTICATED || error->code == AW_E_DENIED;
    aw_error told = *error;
    bool advised = strstr(error->message, "docker login");
    if (refused && !advised && (step->is_signed || step->was_challenged)) {
        snprintf(told.message, sizeof told.message,
                 "%.300s. It may be private, or not exist: look at its name, or log in with "
                 "`docker login %.80s`",
                 error->message, reading->registry->name);
    }
    aw_fail(reading->op, &told);
}

static void on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct step *step = arg;
    (void)op;
    if (take_challenge(step, error, answer))
        ask(step);
    else
        fail_refused(step, error);
}

/* Signed once the registry has said that it wants that, and never after a redirect to another. */
static bool ask(struct step *step)
{
    const struct image_registry *registry = step->reading->registry;
    kit_request request;
    step->is_signed =
        registry->challenge.scheme != IMAGE_OPEN && image_same_origin(registry->base, step->url);
    kit_request_init(&request, step->reading->op, step->is_config ? "configuration" : "manifest",
                     "GET", step->url);
    kit_request_header(&request, "accept", step->is_config ? "*/*" : accept_manifests);
    request.wire.flags = AW_REQUEST_SHARED | (step->is_signed ? 0 : AW_REQUEST_UNSIGNED);
    request.wire.max_body = LARGEST_BODY;
    kit_request_send(&request, on_answer, on_error, step);
    return !op_of(step->reading->op)->failed;
}

static bool find_kept(struct reading *reading)
{
    struct op *op = op_of(reading->op);
    uint64_t max_age_ms = reading->wish->digest ? UINT64_MAX : TAG_IS_FRESH_MS;
    uint64_t age_ms = 0;
    aw_bytes kept;
    return !aw_cache_get(reading->op, reading->cache_key, max_age_ms, &kept, &age_ms) &&
           !image_facts_read(&op->arena, kept, &reading->facts);
}

void image_read(aw_op *op, const struct image_reference *wish)
{
    struct image_registry *registry = op->state;
    struct reading *reading = aw_alloc(op, sizeof *reading);
    const struct step first = {.digest = wish->digest};
    if (!reading)
        return;
    *reading = (struct reading){.op = op, .registry = registry, .wish = wish};
    reading->last = &reading->facts.platforms;
    reading->cache_key = cache_key(op, registry, image_reference_wanted(wish));
    if (!reading->cache_key)
        return;
    if (find_kept(reading))
        emit(reading);
    else
        ask_for(reading, &first, "manifests", image_reference_wanted(wish));
}
