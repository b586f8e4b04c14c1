/* SPDX-License-Identifier: Apache-2.0 */
/* The values of a bootstrap as the beginning of its script. Each is one word of the shell's. */
#include "core/bootstrap.h"

#include "core/mem.h"
#include "kit/error.h"
#include "kit/shell.h"

#include <string.h>

#define FIRST_LINES "#!/bin/sh\n# Written by Archway.\n"

static void add_value(kit_buf *script, const char *name, const char *value)
{
    kit_buf_addf(script, "%s=", name);
    kit_shell_add_quoted(script, value, strlen(value));
    kit_buf_add_char(script, '\n');
}

/* What the unit runs: a script beside the agent, called as it is with ".start" behind it. */
static void add_start(const struct bootstrap *bootstrap, kit_buf *start)
{
    for (size_t i = 0; i < bootstrap->variable_count; i++) {
        kit_buf_add_text(start, "export ");
        add_value(start, bootstrap->variables[i].name, bootstrap->variables[i].value);
    }
    kit_buf_add_text(start, "exec \"${0%.start}\"");
    for (size_t i = 0; i < bootstrap->argument_count; i++) {
        kit_buf_add_char(start, ' ');
        kit_shell_add_quoted(start, bootstrap->arguments[i], strlen(bootstrap->arguments[i]));
    }
}

static void add_all(const struct bootstrap *bootstrap, const struct bootstrap_agent *agent,
                    const char *arch, kit_buf *script)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf start;
    kit_buf_init(&start, script->memory, BOOTSTRAP_MAX);
    add_start(bootstrap, &start);
    kit_buf_add_text(script, FIRST_LINES);
    add_value(script, "wanted", arch);
    add_value(script, "url", agent->url);
    add_value(script, "sha256", agent->sha256);
    add_value(script, "docker", bootstrap->docker ? "true" : "false");
    if (start.state == KIT_BUF_OK)
        add_value(script, "start", kit_buf_text(&start));
    else
        script->state = start.state;
    kit_buf_add(script, bootstrap_script.data, bootstrap_script.size);
}

int bootstrap_write(const struct bootstrap *bootstrap, uint32_t arch, kit_buf *ret_script,
                    aw_error *ret_error)
{
    bool is_arm = arch == AW_ARCH_ARM64;
    const char *name = is_arm ? "arm64" : "amd64";
    const struct bootstrap_agent *agent = is_arm ? &bootstrap->arm64 : &bootstrap->amd64;
    if (!agent->url)
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "`bootstrap` in the configuration has no agent for %s: write its "
                             "`sha256` (and `url`) below `%s:` there, or ask for the other "
                             "architecture",
                             name, name);
    add_all(bootstrap, agent, name, ret_script);
    if (ret_script->state == KIT_BUF_NO_MEMORY)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the bootstrap");
    if (ret_script->state == KIT_BUF_FULL || ret_script->size > BOOTSTRAP_MAX)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "`bootstrap` in the configuration makes a script of more than the %zu "
                             "bytes that clouds take as user data. Let the agent fetch the rest",
                             BOOTSTRAP_MAX);
    return 0;
}
