/* SPDX-License-Identifier: Apache-2.0 */
/* The machine, its programs, and the server with the agent. */
#include "tests/bootstrap_stage.h"

#include "core/mem.h"
#include "tests/tls_server.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* All that a script may use besides what a test adds. */
#define TOOLS "sh sed env mkdir mv rm cat chmod sha256sum date curl printf"

static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int shell(const char *format, ...)
{
    char command[4096];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_in_range(size, 1, sizeof command - 1);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void answer(struct peer *peer, const struct heard *heard, void *arg)
{
    const struct stage *stage = arg;
    if (stage->failures == UINT_MAX)
        peer_say(peer, "HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nno\n");
    else if (heard->number <= stage->failures)
        peer_say(peer, "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 3\r\n\r\nno\n");
    else
        peer_answer(peer, AGENT);
}

static void write_text(const struct stage *stage, const char *name, const char *text, mode_t mode)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", stage->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

void stage_program(const struct stage *stage, const char *name, const char *body)
{
    char path[128];
    char text[1024];
    snprintf(path, sizeof path, "bin/%s", name);
    snprintf(text, sizeof text, "#!/bin/sh\necho \"%s $*\" >>%s/calls\n%s\n", name, stage->folder,
             body);
    stage_no_program(stage, name);
    write_text(stage, path, text, 0755);
}

void stage_no_program(const struct stage *stage, const char *name)
{
    assert_int_equal(shell("rm -f %s/bin/%s", stage->folder, name), 0);
}

void stage_machine(const struct stage *stage, const char *machine)
{
    char body[64];
    snprintf(body, sizeof body, "echo %s", machine);
    stage_program(stage, "uname", body);
}

static void hash_agent(struct stage *stage)
{
    write_text(stage, "agent", AGENT, 0644);
    assert_int_equal(shell("sha256sum %1$s/agent >%1$s/hash", stage->folder), 0);
    char path[128];
    snprintf(path, sizeof path, "%s/hash", stage->folder);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%64[0-9a-f]", stage->sha256), 1);
    fclose(file);
}

int stage_open(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    const struct server_plan plan = {.kind = SERVER_PLAIN, .script = answer, .arg = stage};
    snprintf(stage->folder, sizeof stage->folder, "/tmp/archway-boot-XXXXXX");
    assert_non_null(mkdtemp(stage->folder));
    assert_int_equal(shell("mkdir -p %1$s/bin %1$s/root/etc && touch %1$s/calls && cd %1$s/bin && "
                           "for tool in " TOOLS "; do ln -s \"$(PATH=/usr/bin:/bin command -v "
                           "$tool)\" . 2>/dev/null || :; done",
                           stage->folder),
                     0);
    stage_machine(stage, "aarch64");
    stage_program(stage, "id", "echo 0");
    stage_program(stage, "systemctl", "");
    stage_program(stage, "sleep", "");
    hash_agent(stage);
    stage->server = server_start(&plan);
    snprintf(stage->url, sizeof stage->url, "http://127.0.0.1:%d/agent",
             server_port(stage->server));
    stage->agent.amd64 = (struct bootstrap_agent){stage->url, stage->sha256};
    stage->agent.arm64 = stage->agent.amd64;
    *state = stage;
    return 0;
}

int stage_close(void **state)
{
    struct stage *stage = *state;
    server_stop(stage->server);
    assert_int_equal(shell("rm -rf %s", stage->folder), 0);
    free(stage);
    return 0;
}

static void read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    text[0] = '\0';
    if (!file)
        return;
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

int stage_run(struct stage *stage, uint32_t arch)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf script;
    aw_error error = {.code = AW_OK};
    char path[128];
    kit_buf_init(&script, mem_kit(), BOOTSTRAP_MAX);
    if (bootstrap_write(&stage->agent, arch, &script, &error))
        fail_msg("%s", error.message);
    write_text(stage, "script", kit_buf_text(&script), 0755);
    snprintf(path, sizeof path, "%s/said", stage->folder);
    int status = shell(
        "cd %1$s && env -i PATH=%1$s/bin ARCHWAY_ROOT=%1$s/root ARCHWAY_UNDO=%1$s/undo "
        "%2$s%3$s /bin/sh ./script 2>said",
        stage->folder, stage->block ? "ARCHWAY_BLOCK=" : "", stage->block ? stage->block : "");
    read_text(path, stage->said, sizeof stage->said);
    return status;
}

const char *stage_file(const struct stage *stage, const char *path)
{
    static char text[32768];
    char whole[256];
    snprintf(whole, sizeof whole, "%s/root/%s", stage->folder, path);
    if (access(whole, F_OK))
        return NULL;
    read_text(whole, text, sizeof text);
    return text;
}

const char *stage_calls(const struct stage *stage)
{
    static char text[32768];
    char path[128];
    snprintf(path, sizeof path, "%s/calls", stage->folder);
    read_text(path, text, sizeof text);
    return text;
}

size_t stage_agent(const struct stage *stage, char *block, size_t size)
{
    char command[512];
    const char *suffix = stage->block ? "-" : "";
    snprintf(command, sizeof command,
             "env -i /bin/sh %s/root/usr/local/lib/archway/archway-agent%s%s.start", stage->folder,
             suffix, stage->block ? stage->block : "");
    FILE *agent = popen(command, "r");
    assert_non_null(agent);
    size_t got = fread(block, 1, size, agent);
    assert_int_equal(pclose(agent), 0);
    return got;
}

int stage_undo(const struct stage *stage)
{
    return shell("env -i PATH=%1$s/bin sh -e %1$s/undo", stage->folder);
}

void stage_said(const struct stage *stage, const char *part)
{
    if (!strstr(stage->said, part))
        fail_msg("\"%s\" is not in \"%s\"", part, stage->said);
}
