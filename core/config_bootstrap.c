/* SPDX-License-Identifier: Apache-2.0 */
/* The description of the agent that machines run, read and checked. */
#include "core/config_bootstrap.h"

#include "core/bootstrap.h"
#include "core/config_error.h"
#include "core/config_value.h"
#include "core/endpoint.h"
#include "kit/nearest.h"

#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define SHA256_DIGITS 64
#define SHORTEST_SECRET 8
#define ARCH_MARK "{arch}"
#define LONGEST_URL 2048

struct reading {
    struct config *config;
    struct bootstrap *bootstrap;
    const char *url; /* for both, with {arch} in it; or NULL */
    int line;
    aw_error *ret_error;
};

static int fail(const struct reading *reading, int line, const char *sentence)
{
    return config_fail(reading->ret_error, reading->config->path, line, "%s", sentence);
}

static int fail_memory(const struct reading *reading)
{
    return config_fail_memory(reading->ret_error);
}

static int need_text(const struct reading *reading, const struct config_node *node,
                     const char **ret_text)
{
    return config_need_text(reading->config, node, node->key, ret_text, reading->ret_error);
}

/* {arch} replaced. */
static int make_url(const struct reading *reading, const char *url, const char *arch, int line,
                    const char **ret_url)
{
    kit_buf buf;
    kit_buf_init(&buf, arena_kit(&reading->config->arena), LONGEST_URL);
    for (const char *mark; (mark = strstr(url, ARCH_MARK)) != NULL;
         url = mark + strlen(ARCH_MARK)) {
        kit_buf_add(&buf, url, (size_t)(mark - url));
        kit_buf_add_text(&buf, arch);
    }
    kit_buf_add_text(&buf, url);
    if (buf.state == KIT_BUF_NO_MEMORY)
        return fail_memory(reading);
    const char *fault = buf.state == KIT_BUF_FULL ? "is longer than any URL that works."
                                                  : url_fault(kit_buf_text(&buf));
    if (fault)
        return config_fail(reading->ret_error, reading->config->path, line,
                           "the `url` of `bootstrap` for %s %s", arch, fault);
    *ret_url = kit_buf_text(&buf);
    return 0;
}

static int read_sha256(const struct reading *reading, const struct config_node *node,
                       const char **ret_sha256)
{
    const char *text = NULL;
    if (need_text(reading, node, &text) < 0)
        return -1;
    if (strlen(text) != SHA256_DIGITS || strspn(text, DIGITS "abcdefABCDEF") != SHA256_DIGITS)
        return fail(reading, node->line,
                    "`sha256` must be the 64 hexadecimal digits that `sha256sum FILE` prints.");
    char *lower = arena_text(&reading->config->arena, text);
    if (!lower)
        return fail_memory(reading);
    for (char *c = lower; *c; c++)
        if (*c >= 'A' && *c <= 'F')
            *c += 'a' - 'A';
    *ret_sha256 = lower;
    return 0;
}

static int read_agent(const struct reading *reading, const struct config_node *node,
                      struct bootstrap_agent *agent)
{
    const char *url = reading->url;
    int line = node->line;
    for (const struct config_node *member = node->first; member; member = member->next) {
        bool is_url = strcmp(member->key, "url") == 0;
        if (!is_url && strcmp(member->key, "sha256") != 0)
            return config_fail(reading->ret_error, reading->config->path, member->line,
                               "unknown key `%s` below `%s`: it has `sha256` and perhaps `url`.",
                               member->key, node->key);
        if (is_url)
            line = member->line;
        if ((is_url ? need_text(reading, member, &url)
                    : read_sha256(reading, member, &agent->sha256)) < 0)
            return -1;
    }
    if (!agent->sha256)
        return config_fail(reading->ret_error, reading->config->path, node->line,
                           "`%s` of `bootstrap` needs `{sha256: DIGITS}`: what is not checked is "
                           "not run.",
                           node->key);
    if (!url)
        return config_fail(reading->ret_error, reading->config->path, node->line,
                           "`%s` of `bootstrap` has no `url`. Write one here, or one with {arch} "
                           "in it beside `%s`.",
                           node->key, node->key);
    return make_url(reading, url, node->key, line, &agent->url);
}

static int read_arguments(const struct reading *reading, const struct config_node *node)
{
    struct bootstrap *bootstrap = reading->bootstrap;
    if (node->kind != CONFIG_LIST)
        return fail(reading, node->line,
                    "`arguments` must be a list: write `arguments: [serve, --quiet]`.");
    const char **arguments =
        arena_alloc(&reading->config->arena, (node->count + 1) * sizeof *arguments);
    if (!arguments)
        return fail_memory(reading);
    for (const struct config_node *item = node->first; item; item = item->next)
        if (config_need_text(reading->config, item, node->key,
                             &arguments[bootstrap->argument_count++], reading->ret_error) < 0)
            return -1;
    bootstrap->arguments = arguments;
    return 0;
}

static int check_name(const struct reading *reading, const struct config_node *node)
{
    const char *name = node->key;
    if (!strchr(DIGITS, name[0]) && !name[strspn(name, LETTERS DIGITS "_")])
        return 0;
    return config_fail(reading->ret_error, reading->config->path, node->line,
                       "`%s` is no name of an environment variable, which has A-Z, a-z, 0-9 and _ "
                       "with no digit first.",
                       name);
}

/* So that it is found and masked wherever it is written: as it is, in a URL, in JSON, in a shell's quotes. */
static int check_secret(const struct reading *reading, const struct config_node *node,
                        const char *value)
{
    if (reading->config->readable_by_others)
        return config_fail(
            reading->ret_error, reading->config->path, node->line,
            "`%s` is a secret, and others can read this file. Run `chmod 600` on it.", node->key);
    if (strlen(value) >= SHORTEST_SECRET && !value[strspn(value, LETTERS DIGITS "._~+/=:@-")])
        return 0;
    return config_fail(reading->ret_error, reading->config->path, node->line,
                       "`%s` cannot be kept a secret: it must be at least %d of A-Z, a-z, 0-9 and "
                       "._~+/=:@- (base64 makes such of anything).",
                       node->key, SHORTEST_SECRET);
}

/* Both maps go into one list, so there is room for both. */
static int read_variables(const struct reading *reading, const struct config_node *node,
                          aw_header *variables, const char **secrets)
{
    struct bootstrap *bootstrap = reading->bootstrap;
    if (node->kind != CONFIG_MAP)
        return config_fail(reading->ret_error, reading->config->path, node->line,
                           "`%s` must be a map: write `%s: {NAME: value}`.", node->key, node->key);
    for (const struct config_node *member = node->first; member; member = member->next) {
        const char *value = member->kind == CONFIG_NOTHING ? "" : member->text;
        if (!value)
            return config_fail(reading->ret_error, reading->config->path, member->line,
                               "`%s` must have one value.", member->key);
        if (check_name(reading, member) < 0 ||
            (secrets && check_secret(reading, member, value) < 0))
            return -1;
        variables[bootstrap->variable_count++] = (aw_header){member->key, value};
        if (secrets)
            secrets[bootstrap->secret_count++] = value;
    }
    return 0;
}

static int read_environment(const struct reading *reading, const struct config_node *root)
{
    const struct config_node *plain = config_member(root, "environment");
    const struct config_node *secret = config_member(root, "secrets");
    size_t count = (plain ? plain->count : 0) + (secret ? secret->count : 0);
    aw_header *variables = arena_alloc(&reading->config->arena, (count + 1) * sizeof *variables);
    const char **secrets = arena_alloc(&reading->config->arena, (count + 1) * sizeof *secrets);
    if (!variables || !secrets)
        return fail_memory(reading);
    if ((plain && read_variables(reading, plain, variables, NULL) < 0) ||
        (secret && read_variables(reading, secret, variables, secrets) < 0))
        return -1;
    reading->bootstrap->variables = variables;
    reading->bootstrap->secrets = secrets;
    return 0;
}

static int read_docker(const struct reading *reading, const struct config_node *node)
{
    const char *text = NULL;
    if (need_text(reading, node, &text) < 0)
        return -1;
    int docker = config_boolean(text);
    if (docker < 0)
        return fail(reading, node->line, "`docker` must be `true` or `false`.");
    reading->bootstrap->docker = docker;
    return 0;
}

static int check_keys(const struct reading *reading, const struct config_node *root)
{
    static const char *const known[] = {"url",         "amd64",   "arm64", "arguments",
                                        "environment", "secrets", "docker"};
    for (const struct config_node *node = root->first; node; node = node->next) {
        size_t i = 0;
        while (i < sizeof known / sizeof *known && strcmp(known[i], node->key) != 0)
            i++;
        if (i < sizeof known / sizeof *known)
            continue;
        const char *nearest = kit_nearest_word(node->key, known, sizeof known / sizeof *known);
        return config_fail(reading->ret_error, reading->config->path, node->line,
                           "unknown key `%s` in `bootstrap`%s%s%s", node->key,
                           nearest ? ": did you mean `" : "", nearest ? nearest : "",
                           nearest ? "`?"
                                   : ". Its keys are url, amd64, arm64, arguments, environment, "
                                     "secrets and docker.");
    }
    return 0;
}

static int read_agents(struct reading *reading, const struct config_node *root)
{
    const struct config_node *url = config_member(root, "url");
    const struct config_node *amd64 = config_member(root, "amd64");
    const struct config_node *arm64 = config_member(root, "arm64");
    if (url && need_text(reading, url, &reading->url) < 0)
        return -1;
    if (!amd64 && !arm64)
        return fail(
            reading, root->line,
            "`bootstrap` has an agent for no architecture: write `amd64: {sha256: DIGITS}`, "
            "`arm64: {sha256: DIGITS}`, or both.");
    if (reading->url && amd64 && arm64 && !strstr(reading->url, ARCH_MARK) &&
        !config_member(amd64, "url") && !config_member(arm64, "url"))
        return fail(reading, url->line,
                    "the `url` of `bootstrap` is the same for both architectures. Put {arch} where "
                    "they differ, or a `url` below each.");
    if (amd64 && read_agent(reading, amd64, &reading->bootstrap->amd64) < 0)
        return -1;
    return arm64 ? read_agent(reading, arm64, &reading->bootstrap->arm64) : 0;
}

int config_bootstrap_read(struct config *config, const struct config_node *node,
                          aw_error *ret_error)
{
    struct bootstrap *bootstrap = arena_alloc(&config->arena, sizeof *bootstrap);
    struct reading reading = {.config = config, .bootstrap = bootstrap, .ret_error = ret_error};
    const struct config_node *arguments = config_member(node, "arguments");
    const struct config_node *docker = config_member(node, "docker");
    if (!bootstrap)
        return config_fail_memory(ret_error);
    if (node->kind != CONFIG_MAP)
        return fail(
            &reading, node->line,
            "`bootstrap` describes an agent: write `url:`, `amd64:` and `arm64:` below it.");
    if (check_keys(&reading, node) < 0 || read_agents(&reading, node) < 0 ||
        read_environment(&reading, node) < 0 ||
        (arguments && read_arguments(&reading, arguments) < 0) ||
        (docker && read_docker(&reading, docker) < 0))
        return -1;
    config->bootstrap = bootstrap;
    return 0;
}
