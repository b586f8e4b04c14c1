/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a login by the name under which docker or podman have kept it. */
#include "core/image_login.h"

#include "core/error.h"
#include "core/image_crypto.h"
#include "core/image_reference.h"
#include "kit/buf.h"
#include "kit/json.h"

#include <string.h>
#include <strings.h>

#define HUB_SERVER "https://index.docker.io/v1/"
/* With such a user the password is an identity token. */
#define TOKEN_USER "<token>"
#define LONGEST_KEY 1024u
#define HELPER_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

const char *image_login_server(const char *registry)
{
    return strcmp(registry, IMAGE_HUB) ? registry : HUB_SERVER;
}

static int no_memory(aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for a login");
}

/* Older tools wrote URLs: does such a key mean this registry? */
static bool is_url_of(const char *key, const char *registry)
{
    const char *scheme = strstr(key, "://");
    const char *host = scheme ? scheme + 3 : key;
    size_t size = strcspn(host, "/");
    const char *path = host + size;
    bool whole = scheme || !*path || !strcmp(path, "/") || !strncmp(path, "/v1", 3) ||
                 !strncmp(path, "/v2", 3);
    if (!whole)
        return false;
    if (!strcmp(registry, IMAGE_HUB) && size == strlen("index.docker.io") &&
        !strncasecmp(host, "index.docker.io", size))
        return true;
    return size == strlen(registry) && !strncasecmp(host, registry, size);
}

/* The member for "registry/a/b", else "registry/a", else "registry", else one that is written as a URL. */
static json_t *find_member(const json_t *object, const char *registry, const char *repository)
{
    char block[LONGEST_KEY];
    kit_buf key;
    const char *name;
    json_t *value;
    kit_buf_init_in(&key, block, sizeof block);
    kit_buf_addf(&key, "%s/%s", registry, repository);
    for (char *slash = block + key.size; slash && key.state == KIT_BUF_OK;
         slash = strrchr(block, '/')) {
        *slash = '\0';
        value = json_object_get(object, block);
        if (value)
            return value;
    }
    json_object_foreach((json_t *)object, name, value)
    {
        if (is_url_of(name, registry))
            return value;
    }
    return NULL;
}

static int use_login(struct arena *arena, const char *user, const char *password,
                     struct image_login *ret, aw_error *ret_error)
{
    bool is_token = !strcmp(user, TOKEN_USER);
    const char *secret = arena_text(arena, password);
    const char *name = arena_text(arena, user);
    if (!secret || !name)
        return no_memory(ret_error);
    ret->identity_token = is_token ? secret : NULL;
    ret->user = is_token ? NULL : name;
    ret->password = is_token ? NULL : secret;
    return 0;
}

static int use_auth(struct arena *arena, const char *auth, struct image_login *ret,
                    aw_error *ret_error)
{
    char *plain = image_base64_decode(arena, auth);
    char *colon = plain ? strchr(plain, ':') : NULL;
    if (arena->exhausted)
        return no_memory(ret_error);
    if (!colon)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "its `auth` for this registry is no base64 of USER:PASSWORD");
    *colon = '\0';
    return use_login(arena, plain, colon + 1, ret, ret_error);
}

static int use_entry(struct arena *arena, const json_t *entry, struct image_login *ret,
                     aw_error *ret_error)
{
    const char *auth = json_string_value(json_object_get(entry, "auth"));
    const char *user = json_string_value(json_object_get(entry, "username"));
    const char *password = json_string_value(json_object_get(entry, "password"));
    const char *token = json_string_value(json_object_get(entry, "identitytoken"));
    if (token && *token) {
        ret->identity_token = arena_text(arena, token);
        return ret->identity_token ? 0 : no_memory(ret_error);
    }
    if (auth && *auth)
        return use_auth(arena, auth, ret, ret_error);
    if (user && *user && password)
        return use_login(arena, user, password, ret, ret_error);
    return 0;
}

static int use_helper(struct arena *arena, const json_t *name, bool is_for_all,
                      struct image_login *ret, aw_error *ret_error)
{
    const char *text = json_string_value(name);
    if (!text || !*text || strlen(text) > 64 || text[strspn(text, HELPER_CHARACTERS)])
        return kit_error_set(ret_error, AW_E_INVALID,
                             "it names a credential helper that is no plain word");
    ret->helper = arena_text(arena, text);
    ret->helper_is_for_all = is_for_all;
    return ret->helper ? 0 : no_memory(ret_error);
}

static int find_login(struct arena *arena, const json_t *root, const char *registry,
                      const char *repository, struct image_login *ret, aw_error *ret_error)
{
    const json_t *store = json_object_get(root, "credsStore");
    const json_t *helper = find_member(json_object_get(root, "credHelpers"), registry, repository);
    const json_t *entry = find_member(json_object_get(root, "auths"), registry, repository);
    if (helper)
        return use_helper(arena, helper, false, ret, ret_error);
    if (use_entry(arena, entry, ret, ret_error))
        return -1;
    if (ret->user || ret->identity_token || !json_string_length(store))
        return 0;
    return use_helper(arena, store, true, ret, ret_error);
}

int image_login_read(struct arena *arena, aw_bytes file, const char *registry,
                     const char *repository, struct image_login *ret, aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    struct image_login found = {0};
    kit_json_parse_bytes(&document, file.data, file.size);
    if (document.error.code == AW_E_NO_MEMORY)
        return no_memory(ret_error);
    if (document.error.code || !json_is_object(document.root))
        return kit_error_set(ret_error, AW_E_INVALID, "it is no JSON object");
    if (find_login(arena, document.root, registry, repository, &found, ret_error))
        return -1;
    *ret = found;
    return 0;
}

int image_login_read_helper(struct arena *arena, aw_bytes output, struct image_login *ret,
                            aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    struct image_login found = {0};
    kit_json_parse_bytes(&document, output.data, output.size);
    const char *user = json_string_value(json_object_get(document.root, "Username"));
    const char *secret = json_string_value(json_object_get(document.root, "Secret"));
    if (document.error.code == AW_E_NO_MEMORY)
        return no_memory(ret_error);
    if (!user || !secret)
        return kit_error_set(ret_error, AW_E_PROTOCOL,
                             "it answered with no JSON that has a Username and a Secret");
    if (use_login(arena, user, secret, &found, ret_error))
        return -1;
    *ret = found;
    return 0;
}
