/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The credentials for one repository: a login from the files of docker and podman, and where the registry wants
 * one, a token for it. https://distribution.github.io/distribution/spec/auth/token/
 */
#include "core/endpoint.h"
#include "core/image_login.h"
#include "core/image_registry.h"
#include "core/op.h"
#include "kit/error.h"
#include "kit/json.h"
#include "kit/request.h"

#include <string.h>

#define LARGEST_FILE (1024u * 1024u)
#define LONGEST_PATH 4096u
/* "When omitted, this defaults to 60 seconds." */
#define TOKEN_LIFETIME_S 60
#define LONGEST_LIFETIME_S (365 * 24 * 3600)

struct search {
    aw_op *op;
    const struct image_registry *registry;
    struct image_login login;
    const char *source; /* the file that it is from; NULL: there is no login */
    const char *program;
    kit_buf looked_at; /* for a person */
};

/* Where a login may be, in the order of containers-auth.json(5). The first that is set decides for its line. */
static const struct place {
    const char *variable; /* NULL: always */
    const char *rest;     /* behind it; NULL: it names the file itself, and no other counts */
} places[] = {
    {"REGISTRY_AUTH_FILE", NULL},
    {"XDG_RUNTIME_DIR", "/containers/auth.json"},
    {"XDG_CONFIG_HOME", "/containers/auth.json"},
    {NULL, "~/.config/containers/auth.json"},
    {"DOCKER_CONFIG", "/config.json"},
    {NULL, "~/.docker/config.json"},
};

static void note(struct search *search, const char *path, const char *found)
{
    kit_buf_addf(&search->looked_at, "%s%.200s%s%s", search->looked_at.size ? ", " : "", path,
                 *found ? ": " : "", found);
}

static bool has_login(const struct search *search)
{
    return search->login.user || search->login.identity_token || search->login.helper;
}

static void look_into(struct search *search, const char *path)
{
    aw_bytes content;
    aw_error error = {0};
    struct op *op = op_of(search->op);
    if (aw_read_file(search->op, path, LARGEST_FILE, &content, &error)) {
        note(search, path, error.code == AW_E_NOT_FOUND ? "" : error.message);
        return;
    }
    if (image_login_read(&op->arena, content, search->registry->name, search->registry->repository,
                         &search->login, &error)) {
        if (error.code == AW_E_NO_MEMORY)
            op_fail_memory(op, "a login");
        note(search, path, error.message);
        return;
    }
    if (has_login(search))
        search->source = path;
    else
        note(search, path, "");
}

/* NULL: its variable is not set, or there is no memory. */
static const char *path_of(struct search *search, const struct place *place)
{
    kit_buf path;
    const char *folder = place->variable ? aw_env(search->op, place->variable) : "";
    if (!folder || !place->rest)
        return folder;
    kit_buf_init(&path, kit_op_memory(search->op), LONGEST_PATH);
    kit_buf_addf(&path, "%s%s", folder, place->rest);
    return kit_buf_take(&path);
}

static void find_login(struct search *search)
{
    for (size_t i = 0; i < sizeof places / sizeof *places && !has_login(search); i++) {
        const char *path = path_of(search, &places[i]);
        if (!path || op_of(search->op)->failed)
            continue;
        look_into(search, path);
        if (!places[i].rest)
            return;
    }
}

static void fail_unread(struct search *search, const char *what, const aw_error *problem)
{
    kit_fail(search->op, problem->code, "the token service of %s: %s%s", search->registry->name,
             what, problem->message);
}

static void on_token(aw_op *op, const aw_response *answer, void *arg)
{
    struct search *search = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *token = kit_json_find_text(&root, "token", NULL);
    if (!token)
        token = kit_json_find_text(&root, "access_token", NULL);
    int64_t lifetime_s =
        kit_json_find_integer(&root, "expires_in", 0, LONGEST_LIFETIME_S, TOKEN_LIFETIME_S);
    if (document.error.code) {
        fail_unread(search, "", &document.error);
        return;
    }
    if (!token || !*token) {
        kit_fail(op, AW_E_PROTOCOL, "the token service of %s answered without a token",
                 search->registry->name);
        return;
    }
    if (lifetime_s < TOKEN_LIFETIME_S)
        lifetime_s = TOKEN_LIFETIME_S; /* "should never be returned with less" */
    const aw_credentials credentials = {
        .size = sizeof credentials,
        .token = token,
        .source = search->source ? search->source : "nobody's login",
        .expires_at_ms = aw_now_ms(op) + (uint64_t)lifetime_s * 1000,
    };
    aw_emit_credentials(op, &credentials);
}

static void on_token_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct search *search = arg;
    aw_error told = *error;
    (void)answer;
    if (error->code == AW_E_UNAUTHENTICATED && search->source) {
        kit_error_set(&told, AW_E_UNAUTHENTICATED,
                      "%s refuses the login that is in %.150s. Log in again with `docker login %s`",
                      search->registry->name, search->source, search->registry->name);
        told.retry = AW_RETRY_NEVER;
    }
    aw_fail(op, &told);
}

/* Only what is needed for reading is asked for, whatever the registry suggests. */
static const char *scope_of(struct search *search)
{
    const char *scope = search->registry->challenge.scope;
    kit_buf own;
    if (*scope && !strstr(scope, "push") && !strstr(scope, "delete") && !strchr(scope, '*'))
        return scope;
    kit_buf_init(&own, kit_op_memory(search->op), LONGEST_PATH);
    kit_buf_addf(&own, "repository:%s:pull", search->registry->repository);
    return kit_buf_take(&own);
}

/* A password goes by https, and in the clear to this machine only, if the registry is on it too. */
static int check_realm(struct search *search)
{
    const char *realm = search->registry->challenge.realm;
    const char *fault = url_fault(realm);
    bool plain = !strncmp(realm, "http://", 7);
    bool here = !strncmp(search->registry->base, "http://", 7);
    if (!fault && plain && !here)
        fault = "must start with https://";
    if (!fault)
        return 0;
    kit_fail(search->op, AW_E_PROTOCOL, "%s names a token service that cannot be used: its URL %s",
             search->registry->name, fault);
    return -1;
}

static void ask_for_token(struct search *search)
{
    const struct image_challenge *challenge = &search->registry->challenge;
    const struct image_login *login = &search->login;
    const aw_credentials basic = {
        .size = sizeof basic, .key_id = login->user, .secret = login->password};
    bool refresh = login->identity_token != NULL;
    kit_request request;
    if (check_realm(search))
        return;
    kit_request_init(&request, search->op, "token", refresh ? "POST" : "GET", challenge->realm);
    void (*add)(kit_request *, const char *, const char *) =
        refresh ? kit_request_form : kit_request_query;
    add(&request, "service", *challenge->service ? challenge->service : NULL);
    add(&request, "scope", scope_of(search));
    if (refresh) {
        add(&request, "client_id", "archway");
        add(&request, "grant_type", "refresh_token");
        add(&request, "refresh_token", login->identity_token);
        request.wire.flags |= AW_REQUEST_REPEATABLE;
    }
    if (login->user)
        request.wire.credentials = &basic;
    kit_request_send(&request, on_token, on_token_error, search);
}

static void fail_without_login(struct search *search)
{
    kit_fail(
        search->op, AW_E_UNAUTHENTICATED,
        "%s wants a login for %s, and there is none. Log in with `docker login %s`. Looked at: "
        "%.300s",
        search->registry->name, search->registry->repository, search->registry->name,
        kit_buf_text(&search->looked_at));
}

static void use_login(struct search *search)
{
    if (search->registry->challenge.scheme == IMAGE_BEARER) {
        ask_for_token(search);
        return;
    }
    if (!search->login.user) {
        fail_without_login(search);
        return;
    }
    const aw_credentials credentials = {.size = sizeof credentials,
                                        .key_id = search->login.user,
                                        .secret = search->login.password,
                                        .source = search->source};
    aw_emit_credentials(search->op, &credentials);
}

/* Without what a helper keeps for all registries one goes on as nobody; without what it keeps for this one not. */
static void without_helper(struct search *search, uint32_t code, const char *why)
{
    bool optional = search->login.helper_is_for_all;
    if (!optional) {
        kit_fail(search->op, code, "%s, which %.150s names for %s, %s", search->program,
                 search->source, search->registry->name, why);
        return;
    }
    note(search, search->source, why);
    search->login = (struct image_login){0};
    search->source = NULL;
    use_login(search);
}

static void on_helper(aw_op *op, const aw_exit *result, void *arg)
{
    struct search *search = arg;
    aw_error error = {0};
    struct image_login found = {0};
    /* Not what it printed: that may hold a secret. */
    if (result->status) {
        without_helper(search, AW_E_UNAUTHENTICATED, "has no login for it");
        return;
    }
    if (image_login_read_helper(&op_of(op)->arena, result->output, &found, &error)) {
        if (error.code == AW_E_NO_MEMORY)
            op_fail_memory(op_of(op), "a login");
        else
            without_helper(search, AW_E_UNAUTHENTICATED, "does not answer with a login");
        return;
    }
    search->login = found;
    use_login(search);
}

static void on_helper_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct search *search = arg;
    (void)op;
    (void)answer;
    without_helper(search, error->code, error->message);
}

/* https://github.com/docker/docker-credential-helpers#development: the server comes by the input. */
static void run_helper(struct search *search)
{
    const char *server = image_login_server(search->registry->name);
    kit_buf name;
    kit_buf_init(&name, kit_op_memory(search->op), 128);
    kit_buf_addf(&name, "docker-credential-%s", search->login.helper);
    search->program = kit_buf_take(&name);
    if (!search->program)
        return;
    const char *const argv[] = {search->program, "get", NULL};
    const aw_program program = {.size = sizeof program,
                                .name = "credential helper",
                                .argv = argv,
                                .input = {server, strlen(server)},
                                .timeout_ms = 30000};
    aw_run(search->op, &program, on_helper, on_helper_error, search);
}

void image_authenticate(aw_op *op)
{
    struct search *search = aw_alloc(op, sizeof *search);
    if (!search)
        return;
    *search = (struct search){.op = op, .registry = op->state};
    kit_buf_init(&search->looked_at, kit_op_memory(op), 8 * LONGEST_PATH);
    find_login(search);
    if (op_of(op)->failed)
        return;
    if (search->login.helper)
        run_helper(search);
    else
        use_login(search);
}
