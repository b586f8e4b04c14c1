/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a stage: the plugin's one backend, with the settings of the recording. */
#include "check/play.h"

#include "kit/error.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int play_config_file(void)
{
    int fd = memfd_create("configuration", MFD_CLOEXEC);
    if (fd >= 0 && fchmod(fd, 0600) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static json_t *settings_of(const struct recording *recording)
{
    for (size_t i = 0; i < recording->act_count; i++)
        if (strcmp(recording->acts[i].verb, "open") == 0)
            return json_loads(recording->acts[i].inputs, 0, NULL);
    return json_object();
}

/* JSON is YAML. */
int play_write_config(struct stage *stage, int fd, aw_error *ret_error)
{
    json_t *backend = settings_of(stage_recording(stage));
    const char *provider = stage_provider(stage);
    json_object_set_new(backend, "type", json_string(provider));
    json_object_set_new(backend, "name", json_string(provider));
    json_t *config = json_pack("{s:[o]}", "backends", backend);
    char *text = config ? json_dumps(config, JSON_INDENT(1)) : NULL;
    json_decref(config);
    bool written = text && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    free(text);
    if (written)
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID,
                         "the settings of `do open` are no JSON object, or cannot be written");
}
