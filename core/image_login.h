/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logins of registries in the files that docker and podman keep: ~/.docker/config.json and auth.json.
 * https://docs.docker.com/reference/cli/docker/login/#credential-stores and containers-auth.json(5).
 */
#ifndef ARCHWAY_CORE_IMAGE_LOGIN_H
#define ARCHWAY_CORE_IMAGE_LOGIN_H

#include "core/arena.h"

#include <archway/backend.h>

#include <stdbool.h>

struct image_login {
    const char *user; /* with `password`; all NULL: none */
    const char *password;
    const char *identity_token; /* takes the place of a password */
    const char *helper;         /* a program that has it: docker-credential-HELPER */
    bool helper_is_for_all;     /* it need not know this registry */
};

/* Looks for the login of a repository ("docker.io", "library/nginx") in such a file. Returns 0 also when there is
 * none. -1: the file makes no sense, or no memory. Nothing of the file comes into an error. */
int image_login_read(struct arena *arena, aw_bytes file, const char *registry,
                     const char *repository, struct image_login *ret, aw_error *ret_error);

/* What a helper answers: {"Username": ..., "Secret": ...}. */
int image_login_read_helper(struct arena *arena, aw_bytes output, struct image_login *ret,
                            aw_error *ret_error);

/* What a helper is asked for. */
const char *image_login_server(const char *registry);

#endif
