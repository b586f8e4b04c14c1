/* SPDX-License-Identifier: Apache-2.0 */
/* Which project is meant, in the order of Google's own tools. */
#include "backends/gcp/gcp.h"

#include "kit/buf.h"
#include "kit/settings.h"

#include <string.h>

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

static const char *gcloud_folder(aw_op *op)
{
    const char *folder = aw_env(op, "CLOUDSDK_CONFIG");
    return folder ? folder : "~/.config/gcloud";
}

/* "project = my-project" in the section [core]. */
static const char *read_project(aw_op *op, char *text)
{
    int in_core = 0;
    for (char *line = text; line && *line;) {
        char *next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        line += strspn(line, BLANKS);
        if (*line == '[')
            in_core = !strncmp(line, "[core]", 6);
        else if (in_core && !strncmp(line, "project", 7)) {
            char *value = line + 7 + strspn(line + 7, BLANKS);
            if (*value == '=') {
                value += 1 + strspn(value + 1, BLANKS);
                value[strcspn(value, BLANKS)] = '\0';
                return *value ? kit_copy_text(op, value) : NULL;
            }
        }
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

static const char *project_of_gcloud(aw_op *op)
{
    aw_bytes content;
    const char *path =
        join(op, gcloud_folder(op), "/configurations/config_", configuration_name(op));
    if (aw_read_file(op, path, LARGEST_FILE, &content, NULL))
        return NULL;
    char *text = kit_copy(op, content.data, content.size);
    return text ? read_project(op, text) : NULL;
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

int gcp_project_open(aw_op *op, const aw_settings *settings, struct gcp *ret_gcp)
{
    static const char *const variables[] = {"GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT",
                                            "GCLOUD_PROJECT"};
    const char *key_file = kit_setting_text(settings, "credentials_file");
    const char *project = kit_copy_text(op, kit_setting_text(settings, "project"));
    for (size_t i = 0; !project && i < sizeof variables / sizeof *variables; i++)
        project = aw_env(op, variables[i]);
    if (!key_file)
        key_file = aw_env(op, "GOOGLE_APPLICATION_CREDENTIALS");
    if (!project)
        project = project_of_key(op, key_file);
    if (!project)
        project = project_of_gcloud(op);
    ret_gcp->project = project;
    ret_gcp->no_project = "write `project:` in the configuration, set GOOGLE_CLOUD_PROJECT, or run "
                          "`gcloud config set project`.";
    return 0;
}
