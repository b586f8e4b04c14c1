/* SPDX-License-Identifier: Apache-2.0 */
/* The wish of a create: checked, and copied into its job. */
#include "core/job_wish.h"

#include "core/backend.h"
#include "core/bootstrap.h"
#include "core/error.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_TOKEN 64

static int check_token(const char *token, aw_error *ret_error)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    size_t size = strlen(token);
    if (size >= 8 && size <= LONGEST_TOKEN && strspn(token, allowed) == size)
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID,
                         "the token must be 8 to %d of A-Z a-z 0-9 and -: it names this one create",
                         LONGEST_TOKEN);
}

static const char *make_token(archway_job *job)
{
    char text[WORLD_TOKEN];
    job->aw->world->ops->token(job->aw->world, text);
    return job_text(job, text);
}

static const char *const *copy_keys(archway_job *job, const archway_wish *wish)
{
    const char **keys = arena_alloc(&job->arena, (wish->ssh_key_count + 1) * sizeof *keys);
    for (uint32_t i = 0; keys && i < wish->ssh_key_count; i++)
        keys[i] = job_text(job, wish->ssh_keys[i]);
    return keys;
}

static const aw_header *copy_options(archway_job *job, const archway_wish *wish)
{
    aw_header *options = arena_alloc(&job->arena, (wish->option_count + 1) * sizeof *options);
    for (uint64_t i = 0; options && i < wish->option_count; i++) {
        options[i].name = job_text(job, wish->options[i].name);
        options[i].value = job_text(job, wish->options[i].value);
    }
    return options;
}

int wish_copy(archway_job *job, const archway_wish *wish, aw_create *ret_wish)
{
    const aw_offer *offer = wish->offer;
    job->token = wish->token ? job_text(job, wish->token) : make_token(job);
    *ret_wish = (aw_create){
        .size = sizeof *ret_wish,
        .arch = offer->arch,
        .spot = offer->spot,
        .ssh_key_count = wish->ssh_key_count,
        .instance_type = job_text(job, offer->instance_type),
        .region = job_text(job, offer->region ? offer->region : ""),
        .zone = job_text(job, offer->zone),
        .offer_data = job_text(job, offer->data),
        .name = job_text(job, wish->name),
        .owner = job->aw->owner,
        .token = job->token,
        .image = job_text(job, wish->image),
        .ssh_keys = copy_keys(job, wish),
        .user_data = {.data = arena_copy(&job->arena, wish->user_data.data, wish->user_data.size),
                      .size = wish->user_data.size},
        .disk_mib = wish->disk_mib,
        .options = copy_options(job, wish),
        .option_count = wish->option_count,
        .expires_at_ms = wish->expires_at_ms,
    };
    return job->arena.exhausted ? -1 : 0;
}

static bool has_bootstrap(const struct backend *backend, const archway_wish *wish)
{
    return backend->aw->config.bootstrap && !wish->no_bootstrap;
}

int wish_boot(struct arena *arena, const struct backend *backend, const archway_wish *wish,
              aw_create *create, aw_error *ret_error)
{
    const struct bootstrap *bootstrap = backend->aw->config.bootstrap;
    kit_buf script;
    if (!has_bootstrap(backend, wish))
        return 0;
    kit_buf_init(&script, arena_kit(arena), BOOTSTRAP_MAX);
    if (bootstrap_write(bootstrap, create->arch, &script, ret_error))
        return -1;
    create->user_data = (aw_bytes){kit_buf_text(&script), script.size};
    return 0;
}

int wish_check_words(const archway_wish *wish, aw_error *ret_error)
{
    if (!wish->name || !*wish->name)
        return kit_error_set(ret_error, AW_E_INVALID, "a create needs a name");
    return wish->token ? check_token(wish->token, ret_error) : 0;
}

int wish_check(const struct backend *backend, const archway_wish *wish, aw_error *ret_error)
{
    if (!wish->offer || !wish->offer->instance_type)
        return kit_error_set(ret_error, AW_E_INVALID, "a create needs an offer");
    if (wish->image && !backend_can(backend, AW_CAP_IMAGE))
        return kit_error_set(ret_error, AW_E_UNSUPPORTED, "`%s` takes no image", backend->name);
    if (wish->user_data.size && !backend_can(backend, AW_CAP_USER_DATA))
        return kit_error_set(ret_error, AW_E_UNSUPPORTED, "`%s` takes no user data", backend->name);
    if (wish->user_data.size && has_bootstrap(backend, wish))
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "there is user data, and a `bootstrap` in the configuration that would "
            "be it: give no user data, or say that this machine runs no bootstrap "
            "(--no-bootstrap)");
    if (has_bootstrap(backend, wish) && !backend_can(backend, AW_CAP_USER_DATA))
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "`%s` takes no user data, and so no `bootstrap`", backend->name);
    if (wish->disk_mib && !backend_can(backend, AW_CAP_DISK))
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "`%s` has disks of a fixed size: leave the disk size out",
                             backend->name);
    return wish_check_words(wish, ret_error);
}
