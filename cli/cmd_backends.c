/* SPDX-License-Identifier: Apache-2.0 */
/* archway backends */
#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/record.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <inttypes.h>
#include <unistd.h>

static const struct {
    uint64_t bit;
    const char *word;
} capabilities[] = {
    {AW_CAP_SPOT, "spot"},           {AW_CAP_IMAGE, "image"},
    {AW_CAP_USER_DATA, "user-data"}, {AW_CAP_DISK, "disk"},
    {AW_CAP_ZONES, "zones"},         {AW_CAP_IDEMPOTENT_CREATE, "idempotent-create"},
    {AW_CAP_EXPIRY, "expiry"},       {AW_CAP_WHOLE_LISTING, "whole-listing"},
};

static json_t *record_capabilities(uint64_t bits)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++)
        if (bits & capabilities[i].bit)
            json_array_append_new(list, json_string(capabilities[i].word));
    return list;
}

/* "1.0"; nothing of a file that was refused before it could be read. */
static void add_abi(kit_buf *buf, const archway_plugin_info *plugin)
{
    if (plugin->abi_major > 0)
        kit_buf_addf(buf, "%" PRIu32 ".%" PRIu32, plugin->abi_major, plugin->abi_minor);
}

static json_t *record_plugin(const archway_plugin_info *plugin)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf abi;
    json_t *object = json_object();
    cli_buf_init(&abi);
    add_abi(&abi, plugin);
    json_object_set_new(object, "provider", record_text(plugin->provider));
    json_object_set_new(object, "title", record_text(plugin->title));
    json_object_set_new(object, "version", record_text(plugin->version));
    json_object_set_new(object, "abi", record_text(kit_buf_text(&abi)));
    json_object_set_new(object, "capabilities", record_capabilities(plugin->capabilities));
    json_object_set_new(object, "file", record_text(plugin->path));
    json_object_set_new(object, "loaded", json_boolean(plugin->error->code == AW_OK));
    json_object_set_new(object, "error", record_error(plugin->error));
    return object;
}

static json_t *record_backend(const archway_backend_info *backend)
{
    json_t *object = json_object();
    json_object_set_new(object, "name", record_text(backend->name));
    json_object_set_new(object, "provider", record_text(backend->provider));
    json_object_set_new(object, "endpoint", record_text(backend->endpoint));
    json_object_set_new(object, "ok", json_boolean(backend->error->code == AW_OK));
    json_object_set_new(object, "error", record_error(backend->error));
    return object;
}

static json_t *plugin_rows(const archway *aw)
{
    json_t *list = json_array();
    archway_plugin_info plugin = {.size = sizeof plugin};
    for (uint64_t i = 0; archway_plugin_at(aw, i, &plugin) == 0; i++)
        json_array_append_new(list, record_plugin(&plugin));
    return list;
}

static json_t *backend_rows(const archway *aw)
{
    json_t *list = json_array();
    archway_backend_info backend = {.size = sizeof backend};
    for (uint64_t i = 0; archway_backend_at(aw, i, &backend) == 0; i++)
        json_array_append_new(list, record_backend(&backend));
    return list;
}

static json_t *record_rest(const archway *aw)
{
    json_t *object = json_object();
    json_object_set_new(object, "backends", backend_rows(aw));
    json_object_set_new(object, "owner", record_text(archway_owner(aw)));
    json_object_set_new(object, "config", record_text(archway_config_path(aw)));
    return object;
}

static void add_words(kit_buf *out, uint64_t bits)
{
    const char *separator = "";
    for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++) {
        if (!(bits & capabilities[i].bit))
            continue;
        kit_buf_addf(out, "%s%s", separator, capabilities[i].word);
        separator = ", ";
    }
}

static void print_loaded(const archway_plugin_info *plugin, kit_buf *out)
{
    text_add_clean(out, plugin->provider);
    kit_buf_add_char(out, ' ');
    text_add_clean(out, plugin->version);
    kit_buf_add_text(out, " (");
    text_add_clean(out, plugin->title);
    kit_buf_add_text(out, "), loaded\n  ABI           ");
    add_abi(out, plugin);
    kit_buf_add_text(out, "\n  capabilities  ");
    add_words(out, plugin->capabilities);
    kit_buf_add_text(out, "\n  file          ");
    text_add_clean(out, plugin->path);
    kit_buf_add_char(out, '\n');
}

static void print_refused(const archway_plugin_info *plugin, kit_buf *out)
{
    text_add_clean(out, plugin->provider ? plugin->provider : "?");
    kit_buf_add_text(out, ", refused\n  why           ");
    text_add_clean(out, plugin->error->message);
    kit_buf_add_text(out, "\n  file          ");
    text_add_clean(out, plugin->path);
    kit_buf_add_char(out, '\n');
}

static void print_plugins(const archway *aw, kit_buf *out)
{
    archway_plugin_info plugin = {.size = sizeof plugin};
    for (uint64_t i = 0; archway_plugin_at(aw, i, &plugin) == 0; i++) {
        kit_buf_add_text(out, i > 0 ? "\n" : "");
        if (plugin.error->code == AW_OK)
            print_loaded(&plugin, out);
        else
            print_refused(&plugin, out);
    }
}

static void print_backends(const archway *aw, kit_buf *out)
{
    static const struct column columns[] = {
        {"IN USE AS", 0}, {"PROVIDER", 0}, {"ENDPOINT", 0}, {"PROBLEM", 0}};
    KIT_CLEANUP(table_finish) struct text_table table;
    archway_backend_info backend = {.size = sizeof backend};
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (uint64_t i = 0; archway_backend_at(aw, i, &backend) == 0; i++) {
        table_add(&table, backend.name);
        table_add(&table, backend.provider);
        table_add(&table, backend.endpoint);
        table_add(&table, backend.error->message);
    }
    kit_buf_add_text(out, out->size > 0 && archway_backend_count(aw) > 0 ? "\n" : "");
    table_print(&table, true, talk_colour(STDOUT_FILENO), out);
}

static int print_all(const archway *aw, enum format format)
{
    static const char *const csv_paths[] = {"provider", "title",  "version",       "abi",
                                            "file",     "loaded", "error.message", NULL};
    static const struct record_form form = {"plugins", csv_paths, "provider", false};
    if (!format_is_for_people(format))
        return record_write(format, &form, plugin_rows(aw), record_rest(aw));
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    print_plugins(aw, &out);
    print_backends(aw, &out);
    return output_write(&out);
}

int run_backends(struct session *session)
{
    int code = print_all(session->aw, session->options->format);
    if (archway_plugin_count(session->aw) > 0)
        return code;
    say("no plugin was found; --backend-dir or ARCHWAY_BACKEND_PATH names folders of them");
    return exit_code_worse(code, EXIT_NOTHING);
}
