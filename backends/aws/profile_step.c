/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile of the shared files leads to: keys, a role, a single sign-on, a program. */
#include "backends/aws/credentials.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

static const char *get(const struct chain *chain, const char *profile, const char *key)
{
    return profiles_find(&chain->profiles, profile, key);
}

static const char *source_text(const struct chain *chain, const char *profile,
                               enum profiles_file file)
{
    char text[512];
    snprintf(text, sizeof text, "%s, profile %s", chain->profiles.paths[file], profile);
    return kit_copy_text(chain->op, text);
}

/* Static keys of one file. */
static int find_keys(const struct chain *chain, const char *profile, enum profiles_file file,
                     struct keys *ret_keys)
{
    const struct profiles *profiles = &chain->profiles;
    struct keys keys = {
        .id = profiles_get(profiles, file, "profile", profile, "aws_access_key_id"),
        .secret = profiles_get(profiles, file, "profile", profile, "aws_secret_access_key"),
        .token = profiles_get(profiles, file, "profile", profile, "aws_session_token"),
    };
    if (!keys.id || !keys.secret)
        return -1;
    keys.source = source_text(chain, profile, file);
    *ret_keys = keys;
    return keys.source ? 0 : -1;
}

static int has_sso(const struct chain *chain, const char *profile)
{
    return get(chain, profile, "sso_session") || get(chain, profile, "sso_start_url");
}

static void ask_plain(struct chain *chain, const char *profile)
{
    struct keys keys;
    const char *command = get(chain, profile, "credential_process");
    if (has_sso(chain, profile))
        chain_ask_sso(chain, profile);
    else if (!find_keys(chain, profile, PROFILES_CREDENTIALS, &keys))
        chain_found(chain, &keys);
    else if (command)
        chain_run_process(chain, command);
    else if (!find_keys(chain, profile, PROFILES_CONFIG, &keys))
        chain_found(chain, &keys);
    else
        chain_none(chain, "shared files", "profile `%.60s` holds no credentials", profile);
}

static void ask_named_source(struct chain *chain, const char *source)
{
    if (!strcasecmp(source, "Environment"))
        chain_ask_environment(chain);
    else if (!strcasecmp(source, "Ec2InstanceMetadata"))
        chain_ask_instance(chain);
    else if (!strcasecmp(source, "EcsContainer"))
        chain_ask_container(chain);
    else
        chain_none(chain, "shared files",
                   "credential_source `%.60s` is none of Environment, Ec2InstanceMetadata and "
                   "EcsContainer",
                   source);
}

static struct role read_role(const struct chain *chain, const char *profile)
{
    const char *session = get(chain, profile, "role_session_name");
    return (struct role){
        .arn = get(chain, profile, "role_arn"),
        .session_name = session ? session : "archway",
        .external_id = get(chain, profile, "external_id"),
        .duration_s = get(chain, profile, "duration_seconds"),
        .profile = profile,
    };
}

/* Notes the role; returns the profile that has the keys for it, or NULL when another place was asked. */
static const char *follow_role(struct chain *chain, const char *profile)
{
    const struct role role = read_role(chain, profile);
    const char *token_file = get(chain, profile, "web_identity_token_file");
    const char *source_profile = get(chain, profile, "source_profile");
    const char *source = get(chain, profile, "credential_source");
    chain->committed = 1;
    if (get(chain, profile, "mfa_serial"))
        chain_none(chain, "shared files",
                   "profile `%.60s` wants a code of an MFA device, which nobody is here to type: "
                   "use `aws sts assume-role` and its keys",
                   profile);
    else if (token_file)
        chain_assume_by_token(chain, &role, token_file);
    else if (chain->role_count == CHAIN_ROLES)
        chain_none(chain, "shared files", "profile `%.60s` leads to more than %d roles", profile,
                   CHAIN_ROLES);
    else if (!source_profile && !source)
        chain_none(chain, "shared files",
                   "profile `%.60s` has a role_arn and neither source_profile nor "
                   "credential_source",
                   profile);
    else {
        chain->roles[chain->role_count++] = role;
        if (source_profile)
            return source_profile;
        ask_named_source(chain, source);
    }
    return NULL;
}

void chain_ask_profile(struct chain *chain)
{
    const struct profiles *profiles = &chain->profiles;
    const char *profile = chain->profile;
    const char *problem = profiles->problems[PROFILES_CREDENTIALS];
    if (!problem)
        problem = profiles->problems[PROFILES_CONFIG];
    if (problem)
        return chain_none(chain, "shared files", "%.200s", problem);
    if (!profiles_has(profiles, profile)) {
        /* One that was asked for by name, and not by habit, must be there. */
        chain->committed = chain->profile_is_explicit || aw_env(chain->op, "AWS_PROFILE");
        return chain_none(chain, "shared files", "there is no profile `%.60s`", profile);
    }
    while (get(chain, profile, "role_arn")) {
        const char *source = follow_role(chain, profile);
        if (!source)
            return;
        /* A profile may be its own source: then its keys are meant. */
        if (!strcmp(source, profile))
            break;
        profile = source;
        if (!profiles_has(profiles, profile))
            return chain_none(chain, "shared files", "there is no profile `%.60s`", profile);
    }
    ask_plain(chain, profile);
}
