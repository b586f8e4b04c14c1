/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared files of the AWS tools, ~/.aws/config and ~/.aws/credentials, as the SDKs read them:
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
#ifndef ARCHWAY_BACKENDS_AWS_PROFILES_H
#define ARCHWAY_BACKENDS_AWS_PROFILES_H

#include <archway/backend.h>

enum profiles_file {
    PROFILES_CONFIG,
    PROFILES_CREDENTIALS,
    PROFILES_FILES
};

struct profiles_line;

/* All in the operation's arena. */
struct profiles {
    const char *paths[PROFILES_FILES];
    const char *problems[PROFILES_FILES]; /* why it could not be read; NULL: it was, or is none */
    const struct profiles_line *lines;
};

/* AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say where the files are. Returns -1 only when the
 * operation has failed. */
int profiles_read(aw_op *op, struct profiles *ret_profiles);
/* The config file alone. */
int profiles_read_config(aw_op *op, struct profiles *ret_profiles);

/* `kind` is "profile", "sso-session" or "services". NULL: not there, or empty. The last of several counts, and
 * [profile default] instead of [default]. The settings of a setting have its name before theirs: "s3.addressing_style". */
const char *profiles_get(const struct profiles *profiles, enum profiles_file file, const char *kind,
                         const char *name, const char *key);
/* In either file, the credentials file first. */
const char *profiles_find(const struct profiles *profiles, const char *profile, const char *key);
int profiles_has(const struct profiles *profiles, const char *profile);

#endif
