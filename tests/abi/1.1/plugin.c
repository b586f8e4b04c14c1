/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin of the second ABI, made with that header and nothing else. It is the one of the first ABI, which is kept
 * too, with what 1.1 brought: options of a query, deadlines, boot images, and what lies beside machines. */
#define archway_backend_v1 plugin_of_1_0
#include "tests/abi/1.0/plugin.c"
#undef archway_backend_v1

_Static_assert(AW_ABI_MINOR == 1, "the header of version 1.1");

/* ---- the options of a query ---- */

static const char *pool_of(const aw_offer_query *query)
{
    for (uint64_t i = 0; AW_HAS(query, option_count) && i < query->option_count; i++)
        if (strcmp(query->options[i].name, "pool") == 0)
            return query->options[i].value;
    return NULL;
}

static void list_pool(aw_op *op, const aw_offer_query *query)
{
    char url[256];
    const char *pool = pool_of(query);
    if (!pool) {
        list_offers(op, query);
        return;
    }
    if (strspn(pool, "abcdefghijklmnopqrstuvwxyz") != strlen(pool) || strlen(pool) > 100) {
        fail(op, AW_E_INVALID, "A pool of " TITLE " is named in small letters.");
        return;
    }
    snprintf(url, sizeof url, ENDPOINT "/types?pool=%s", pool);
    send(op, "types", "GET", url, (aw_bytes){0}, on_types, NULL);
}

/* ---- machines with a deadline ---- */

static void read_dated(aw_op *op, const char *line)
{
    char texts[4][65];
    const struct first *first = op->state;
    unsigned long long expires_s = 0;
    unsigned keep = 0;
    int count = sscanf(line, "machine " WORD " " WORD " " WORD " %64s %10llu %1u", texts[0],
                       texts[1], texts[2], texts[3], &expires_s, &keep);
    const aw_instance instance = {.size = sizeof instance,
                                  .state = state_of(texts[1]),
                                  .id = texts[0],
                                  .region = first->region,
                                  .owner = texts[2],
                                  .token = texts[3],
                                  .provider_state = texts[1],
                                  .expires_at_ms = expires_s * 1000,
                                  .keep = keep == 1};
    if (count == 6)
        aw_emit_instance(op, &instance);
    else
        read_machine(op, line);
}

static void on_dated(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    each_line(op, answer, read_dated);
}

static void list_dated(aw_op *op, const aw_list *wish)
{
    (void)wish;
    send(op, "machines", "GET", ENDPOINT "/machines", (aw_bytes){0}, on_dated, NULL);
}

/* ---- "images/1" ---- */

static void read_image(aw_op *op, const char *line)
{
    char id[64];
    char arch[64];
    unsigned gpu = 0;
    int count = sscanf(line, "image " WORD " " WORD " %1u", id, arch, &gpu);
    const aw_image image = {.size = sizeof image,
                            .arch = count == 3 ? aw_arch(op, arch) : AW_ARCH_UNKNOWN,
                            .gpu = gpu == 1,
                            .id = id,
                            .source = "its list of images"};
    if (image.arch != AW_ARCH_UNKNOWN)
        aw_emit_image(op, &image);
    else
        fail(op, AW_E_PROTOCOL, TITLE " has an image that cannot be read.");
}

static void on_images(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    each_line(op, answer, read_image);
}

static void list_images(aw_op *op, const aw_offer_query *query)
{
    (void)query;
    send(op, "images", "GET", ENDPOINT "/images", (aw_bytes){0}, on_images, NULL);
}

static const aw_images images = {.size = sizeof images, .list_images = list_images};

/* ---- "resources/1" ---- */

static void read_disk(aw_op *op, const char *line)
{
    char id[64];
    char owner[64];
    unsigned in_use = 0;
    const struct first *first = op->state;
    int count = sscanf(line, "disk " WORD " " WORD " %1u", id, owner, &in_use);
    const aw_resource disk = {.size = sizeof disk,
                              .kind = "disk",
                              .region = first->region,
                              .id = id,
                              .in_use = in_use == 1,
                              .owner = owner};
    if (count == 3)
        aw_emit_resource(op, &disk);
    else
        fail(op, AW_E_PROTOCOL, TITLE " has a disk that cannot be read.");
}

static void on_disks(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    each_line(op, answer, read_disk);
}

static void list_resources(aw_op *op, const aw_list *wish)
{
    (void)wish;
    send(op, "disks", "GET", ENDPOINT "/disks", (aw_bytes){0}, on_disks, NULL);
}

static void remove_resource(aw_op *op, const aw_resource *resource)
{
    char url[256];
    snprintf(url, sizeof url, ENDPOINT "/disks/%.100s", resource->id);
    send(op, "remove", "DELETE", url, (aw_bytes){0}, on_ended, on_not_ended);
}

static const aw_resources resources = {
    .size = sizeof resources, .list_resources = list_resources, .remove_resource = remove_resource};

static const void *extension(void *state, const char *id)
{
    (void)state;
    if (strcmp(id, AW_IMAGES) == 0)
        return &images;
    return strcmp(id, AW_RESOURCES) == 0 ? &resources : NULL;
}

static const aw_vtable vtable_1_1 = {
    .size = sizeof vtable_1_1,
    .open = open_first,
    .regions = regions,
    .list_offers = list_pool,
    .create = create,
    .get = get,
    .list = list_dated,
    .terminate = terminate,
    .authenticate = authenticate,
    .sign = sign,
    .classify = classify,
    .extension = extension,
};

extern AW_EXPORT const aw_backend_entry archway_backend_v1;
const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .capabilities = AW_CAP_IDEMPOTENT_CREATE,
    .provider = "second",
    .title = TITLE,
    .version = "1.1.0",
    .endpoint = ENDPOINT,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .credential_variables = credential_variables,
    .vtable = &vtable_1_1,
};
