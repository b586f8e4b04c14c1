/* SPDX-License-Identifier: Apache-2.0 */
/* Which project is meant, and which zone is preferred, in the order of Google's own tools. */
#include "backends/gcp/gcp.h"

#include "kit/buf.h"
#include "kit/error.h"
#include "kit/settings.h"

#include <string.h>
#include <strings.h>

#define LARGEST_FILE ((uint64_t)1024 * 1024)
#define LONGEST_PATH ((size_t)4096)
#define BLANKS " \t\r"

static const char *join(aw_op *op, const char *folder, const char *middle, const char *name)
{
    kit_buf path;
    kit_buf_init(&path, kit_op_memory(op), LONGEST_PATH);
    kit_buf_addf(&path, "%s%s%s", folder, middle, name);
    return path.state == KIT_BUF_OK ? kit_buf_text(&path) : "";
}

int gcp_is_project(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-.:";
    return strspn(text, allowed) == strlen(text);
}

static const char *gcloud_folder(aw_op *op)
{
    const char *folder = aw_env(op, "CLOUDSDK_CONFIG");
    return folder ? folder : "~/.config/gcloud";
}

/* The value in "name = value", as Python's configparser reads it, or NULL: it is another name's. Cuts the line. */
static const char *value_of(char *line, const char *name)
{
    size_t size = strlen(name);
    if (strncasecmp(line, name, size) != 0)
        return NULL;
    char *value = line + size + strspn(line + size, BLANKS);
    if (*value != '=' && *value != ':')
        return NULL;
    value += 1 + strspn(value + 1, BLANKS);
    value[strcspn(value, BLANKS)] = '\0';
    return *value ? value : NULL;
}

/* A property of gcloud's: "project = my-project" behind a line "[core]". */
static const char *read_property(char *text, const char *section, const char *name)
{
    int is_inside = 0;
    for (char *line = text; line && *line;) {
        char *next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        line += strspn(line, BLANKS);
        if (*line == '[')
            is_inside = !strncmp(line, section, strlen(section));
        const char *value = is_inside ? value_of(line, name) : NULL;
        if (value)
            return value;
        line = next;
    }
    return NULL;
}

/* gcloud keeps the name of the configuration in use in a file of its own. */
static const char *configuration_name(aw_op *op)
{
    aw_bytes content;
    const char *name = aw_env(op, "CLOUDSDK_ACTIVE_CONFIG_NAME");
    if (name)
        return name;
    if (aw_read_file(op, join(op, gcloud_folder(op), "/", "active_config"), 4096, &content, NULL))
        return "default";
    char *text = kit_copy(op, content.data, content.size);
    if (text)
        text[strcspn(text, BLANKS "\n")] = '\0';
    return text && *text ? text : "default";
}

static const char *property_of_gcloud(aw_op *op, const char *section, const char *name)
{
    aw_bytes content;
    const char *path =
        join(op, gcloud_folder(op), "/configurations/config_", configuration_name(op));
    if (aw_read_file(op, path, LARGEST_FILE, &content, NULL))
        return NULL;
    char *text = kit_copy(op, content.data, content.size);
    return text ? read_property(text, section, name) : NULL;
}

/* A service account's key names the project that the account belongs to. */
static const char *project_of_key(aw_op *op, const char *path)
{
    aw_bytes content;
    if (!path || aw_read_file(op, path, LARGEST_FILE, &content, NULL))
        return NULL;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, content.data, content.size);
    return kit_copy_text(op, kit_json_find_text(&root, "project_id", NULL));
}

/* The first of these variables that is set. */
static const char *own_variable(aw_op *op, const char *const *names)
{
    for (; *names; names++) {
        const char *value = aw_env(op, *names);
        if (value && *value)
            return kit_copy_text(op, value);
    }
    return NULL;
}

static const char *find_project(aw_op *op, const aw_settings *settings)
{
    static const char *const variables[] = {"GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT",
                                            "GCLOUD_PROJECT", NULL};
    const char *key_file = kit_setting_text(settings, "credentials_file");
    const char *project = kit_copy_text(op, kit_setting_text(settings, "project"));
    if (!project)
        project = own_variable(op, variables);
    if (!key_file)
        key_file = aw_env(op, "GOOGLE_APPLICATION_CREDENTIALS");
    if (!project)
        project = project_of_key(op, key_file);
    return project ? project : property_of_gcloud(op, "[core]", "project");
}

static const char *find_zone(aw_op *op, const aw_settings *settings)
{
    static const char *const variables[] = {"CLOUDSDK_COMPUTE_ZONE", NULL};
    const char *zone = kit_copy_text(op, kit_setting_text(settings, "zone"));
    if (!zone)
        zone = own_variable(op, variables);
    return zone ? zone : property_of_gcloud(op, "[compute]", "zone");
}

int gcp_project_open(aw_op *op, const aw_settings *settings, struct gcp *ret_gcp)
{
    ret_gcp->project = find_project(op, settings);
    ret_gcp->zone = find_zone(op, settings);
    ret_gcp->no_project = "write `project:` in the configuration, set GOOGLE_CLOUD_PROJECT, or run "
                          "`gcloud config set project`.";
    if (!ret_gcp->project || gcp_is_project(ret_gcp->project))
        return 0;
    kit_fail(
        op, AW_E_INVALID,
        "`%.60s` cannot be a project's id: that is 6 to 30 of a-z, 0-9 and -, perhaps behind a "
        "domain and a colon.",
        ret_gcp->project);
    return -1;
}
