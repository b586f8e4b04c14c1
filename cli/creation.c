/* SPDX-License-Identifier: Apache-2.0 */
/* From the command line to a wish, and back to words. */
#include "cli/creation.h"

#include "cli/exit_code.h"
#include "cli/files.h"
#include "cli/memory.h"
#include "cli/offers.h"
#include "cli/parse.h"
#include "cli/record.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/tries.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* More than any provider takes; the backend knows its own limit. */
#define LARGEST_USER_DATA (16u << 20)
/* 3650 days. Dates have four digits for the year, and providers take less than all of them. */
#define LONGEST_TTL_MS (3650ull * 24 * 60 * 60 * 1000)

void creation_finish(struct creation *creation)
{
    for (uint32_t i = 0; i < creation->wish.ssh_key_count; i++)
        kit_buf_finish(&creation->keys[i]);
    kit_buf_finish(&creation->user_data);
    for (uint64_t i = 0; i < creation->wish.option_count; i++)
        free(creation->option_texts[i]);
    free(creation->option_texts);
    free(creation->provider_options);
    free(creation->keys);
    free(creation->key_texts);
}

static int read_keys(const struct options *options, struct creation *creation)
{
    aw_error error;
    size_t count = options_count(options, OPTION_SSH_KEY);
    if (count == 0)
        return say_usage("create needs --ssh-key FILE, a public key that may log in");
    creation->keys = cli_alloc(count, sizeof *creation->keys);
    creation->key_texts = cli_alloc(count, sizeof *creation->key_texts);
    options_texts(options, OPTION_SSH_KEY, creation->key_texts);
    for (size_t i = 0; i < count; i++) {
        if (file_read_public_key(creation->key_texts[i], &creation->keys[i], &error) != 0)
            return say_usage("--ssh-key: %s", error.message);
        creation->key_texts[i] = kit_buf_text(&creation->keys[i]);
        creation->wish.ssh_key_count++;
    }
    creation->wish.ssh_keys = creation->key_texts;
    return EXIT_OK;
}

static int read_user_data(const struct options *options, struct creation *creation)
{
    aw_error error;
    const char *path = options_text(options, OPTION_USER_DATA);
    if (!path)
        return EXIT_OK;
    if (file_read(path, LARGEST_USER_DATA, &creation->user_data, &error) != 0)
        return say_usage("--user-data: %s", error.message);
    creation->wish.user_data.data = kit_buf_text(&creation->user_data);
    creation->wish.user_data.size = creation->user_data.size;
    return EXIT_OK;
}

static int read_provider_options(const struct options *options, struct creation *creation)
{
    size_t count = options_count(options, OPTION_OPTION);
    creation->provider_options = cli_alloc(count + 1, sizeof *creation->provider_options);
    creation->option_texts = cli_alloc(count + 1, sizeof *creation->option_texts);
    options_texts(options, OPTION_OPTION, (const char **)creation->option_texts);
    creation->wish.options = creation->provider_options;
    for (size_t i = 0; i < count; i++) {
        const char *text = creation->option_texts[i];
        const char *equals = strchr(text, '=');
        if (!equals || equals == text)
            return say_usage("--option: write NAME=VALUE, and not `%s`", text);
        char *copy = cli_copy_text(text);
        copy[equals - text] = '\0';
        creation->option_texts[i] = copy;
        creation->provider_options[i] = (aw_header){copy, copy + (equals - text) + 1};
        creation->wish.option_count++;
    }
    return EXIT_OK;
}

static int read_ttl(const struct options *options, archway_wish *wish)
{
    aw_error error;
    uint64_t ttl_ms = 0;
    struct timespec now;
    const char *text = options_text(options, OPTION_TTL);
    if (!text)
        return EXIT_OK;
    if (parse_duration(text, &ttl_ms, &error) != 0)
        return say_usage("--ttl: %s", error.message);
    if (ttl_ms > LONGEST_TTL_MS)
        return say_usage("--ttl: \"%s\" is too long; write at most 3650d, or no --ttl", text);
    clock_gettime(CLOCK_REALTIME, &now);
    wish->expires_at_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + ttl_ms;
    return EXIT_OK;
}

static int read_words(const struct options *options, struct creation *creation)
{
    aw_error error;
    const char *root_disk = options_text(options, OPTION_ROOT_DISK);
    const char *max_tries = options_text(options, OPTION_MAX_TRIES);
    archway_wish *wish = &creation->wish;
    creation->explain = options_count(options, OPTION_EXPLAIN) > 0;
    wish->name = options_text(options, OPTION_NAME);
    wish->token = options_text(options, OPTION_TOKEN);
    wish->image = options_text(options, OPTION_BOOT_IMAGE);
    wish->no_bootstrap = options_count(options, OPTION_NO_BOOTSTRAP) > 0;
    if (!wish->name)
        return say_usage("create needs --name NAME, what to call the machine");
    if (parse_name(wish->name, &error) != 0)
        return say_usage("--name: %s", error.message);
    if (read_ttl(options, wish) != EXIT_OK)
        return EXIT_USAGE;
    if (root_disk && parse_size(root_disk, &wish->disk_mib, &error) != 0)
        return say_usage("--root-disk: %s", error.message);
    if (max_tries && parse_count(max_tries, &creation->max_tries, &error) != 0)
        return say_usage("--max-tries: %s", error.message);
    return EXIT_OK;
}

int creation_read(const struct options *options, struct creation *ret_creation)
{
    ret_creation->wish.size = sizeof ret_creation->wish;
    int code = read_words(options, ret_creation);
    if (code == EXIT_OK)
        code = read_keys(options, ret_creation);
    if (code == EXIT_OK)
        code = read_user_data(options, ret_creation);
    if (code == EXIT_OK)
        code = read_provider_options(options, ret_creation);
    return code;
}

static void add_offer(kit_buf *buf, const char *backend, const aw_offer *offer)
{
    kit_buf_addf(buf, "%s %s in %s, %s, %" PRIu32 " vCPUs, ", backend, offer->instance_type,
                 offer->region && *offer->region ? offer->region : "any region",
                 archway_arch_name(offer->arch), offer->vcpus);
    text_add_size(buf, offer->memory_mib);
    kit_buf_add_text(buf, offer->gpu ? ", " : "");
    text_add_gpu(buf, offer->gpu);
    kit_buf_add_text(buf, offer->spot ? ", spot" : "");
    if (!offer->priced) {
        kit_buf_add_text(buf, ", at an unknown price");
        return;
    }
    kit_buf_add_text(buf, ", ");
    text_add_dollars(buf, offer->price_nusd_per_hour);
    kit_buf_add_text(buf, " USD an hour");
}

static void say_offer(const struct creation *creation, const char *what, const archway_try *try)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf text;
    cli_buf_init(&text);
    add_offer(&text, try->backend, try->offer);
    say("%s %s: %s", what, creation->wish.name, kit_buf_text(&text));
}

void creation_say_choice(struct creation *creation, const archway_job *job)
{
    if (!creation->told)
        offers_say_findings(creation->explain, job);
    creation->told = true;
}

void creation_say_try(archway_job *job, uint64_t index, void *creation)
{
    archway_try try = {.size = sizeof try};
    if (archway_job_try(job, index, &try) != 0)
        return;
    creation_say_choice(creation, job);
    if (try.outcome == ARCHWAY_TRY_UNDER_WAY)
        say_offer(creation, index > 0 ? "instead, creating" : "creating", &try);
    else if (try.outcome == ARCHWAY_TRY_FAILED)
        say_error(try.error);
}

static json_t *record_plan(const struct session *session, const archway_wish *wish,
                           const archway_job *planned)
{
    json_t *plan = json_object();
    json_t *keys = json_array();
    archway_try first = {.size = sizeof first};
    archway_job_try(planned, 0, &first);
    for (uint32_t i = 0; i < wish->ssh_key_count; i++)
        json_array_append_new(keys, record_text(wish->ssh_keys[i]));
    json_object_set_new(plan, "name", record_text(wish->name));
    json_object_set_new(plan, "owner", record_text(archway_owner(session->aw)));
    json_object_set_new(plan, "token", record_text(wish->token));
    json_object_set_new(plan, "offer", record_offer(first.backend, first.offer));
    json_object_set_new(plan, "boot_image", record_text(wish->image));
    json_object_set_new(plan, "ssh_keys", keys);
    json_object_set_new(plan, "user_data_bytes", json_integer((json_int_t)wish->user_data.size));
    json_object_set_new(plan, "root_disk_mib",
                        wish->disk_mib ? json_integer((json_int_t)wish->disk_mib) : json_null());
    json_object_update_new(plan, tries_record(planned));
    return plan;
}

int creation_print(const struct session *session, struct creation *creation,
                   const archway_job *planned)
{
    archway_try first = {.size = sizeof first};
    if (archway_job_try(planned, 0, &first) != 0)
        return say_failure(AW_E_INTERNAL, "the best offer cannot be read");
    say_offer(creation, "would create", &first);
    tries_say_held(planned);
    if (session->options->format != FORMAT_JSON)
        return offers_print(session->options->format, planned);
    json_t *document = record_document();
    json_object_set_new(document, "plan", record_plan(session, &creation->wish, planned));
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    record_print(&out, document, JSON_INDENT(2));
    return output_write(&out);
}
