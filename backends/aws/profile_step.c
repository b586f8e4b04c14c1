/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile of the shared files leads to: keys, a role, a single sign-on, a program. */
#include "backends/aws/credentials.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char place[] = "shared files";

static const char *get(const struct chain *chain, const char *profile, const char *key)
{
    return profiles_find(&chain->profiles, profile, key);
}

static const char *source_text(const struct chain *chain, const char *profile,
                               enum profiles_file file)
{
    char text[512];
    snprintf(text, sizeof text, "%.300s, profile %.100s", chain->profiles.paths[file], profile);
    return kit_copy_text(chain->op, text);
}

/* A file that could not be read may have been the one that has it. */
static void none_in_files(struct chain *chain, const char *profile, const char *what)
{
    const char *problem = chain->profiles.problems[PROFILES_CREDENTIALS];
    if (!problem)
        problem = chain->profiles.problems[PROFILES_CONFIG];
    chain_none(chain, place, "%s `%.60s`%s%.160s", what, profile, problem ? "; " : "",
               problem ? problem : "");
}

static void fail_half(struct chain *chain, const char *profile)
{
    chain->committed = 1;
    chain_none(chain, place,
               "profile `%.60s` has only one of aws_access_key_id and aws_secret_access_key",
               profile);
}

/* Does one file have keys, or half of them? Then the step ends here. */
static int use_keys(struct chain *chain, const char *profile, enum profiles_file file)
{
    const struct profiles *profiles = &chain->profiles;
    struct keys keys = {
        .id = profiles_get(profiles, file, "profile", profile, "aws_access_key_id"),
        .secret = profiles_get(profiles, file, "profile", profile, "aws_secret_access_key"),
        .token = profiles_get(profiles, file, "profile", profile, "aws_session_token"),
        .source = source_text(chain, profile, file),
    };
    if (!keys.id && !keys.secret)
        return 0;
    if (!keys.id || !keys.secret)
        fail_half(chain, profile);
    else if (keys.source)
        chain_found(chain, &keys);
    return 1;
}

static int has_keys(const struct chain *chain, const char *profile)
{
    return get(chain, profile, "aws_access_key_id") || get(chain, profile, "aws_secret_access_key");
}

/* A session alone is for other tools. */
static int has_sso(const struct chain *chain, const char *profile)
{
    return get(chain, profile, "sso_account_id") || get(chain, profile, "sso_role_name");
}

static void ask_plain(struct chain *chain, const char *profile)
{
    const char *command = get(chain, profile, "credential_process");
    if (has_sso(chain, profile)) {
        chain_ask_sso(chain, profile);
        return;
    }
    if (use_keys(chain, profile, PROFILES_CREDENTIALS))
        return;
    if (command) {
        chain_run_process(chain, command);
        return;
    }
    if (use_keys(chain, profile, PROFILES_CONFIG))
        return;
    chain->committed = chain->committed || get(chain, profile, "web_identity_token_file");
    if (get(chain, profile, "web_identity_token_file"))
        chain_none(chain, place, "profile `%.60s` has a web_identity_token_file and no role_arn",
                   profile);
    else
        none_in_files(chain, profile, "there are no credentials in profile");
}

static void ask_named_source(struct chain *chain, const char *source)
{
    if (!strcasecmp(source, "Environment"))
        chain_read_environment(chain);
    else if (!strcasecmp(source, "Ec2InstanceMetadata"))
        chain_ask_instance(chain);
    else if (!strcasecmp(source, "EcsContainer"))
        chain_ask_container(chain);
    else
        chain_none(chain, place,
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

/* Has this profile's role been noted already? Its own source it may be. */
static int leads_back(const struct chain *chain, const char *source)
{
    for (size_t i = 0; i + 1 < chain->role_count; i++)
        if (!strcmp(chain->roles[i].profile, source))
            return 1;
    return 0;
}

/* Where the keys for the role come from: a profile, or NULL when another place was asked. */
static const char *follow_source(struct chain *chain, const char *profile)
{
    const char *source_profile = get(chain, profile, "source_profile");
    const char *source = get(chain, profile, "credential_source");
    if (!source_profile == !source)
        chain_none(chain, place,
                   "profile `%.60s` has a role_arn and must have one of source_profile and "
                   "credential_source",
                   profile);
    else if (source)
        ask_named_source(chain, source);
    else if (leads_back(chain, source_profile))
        chain_none(chain, place, "profile `%.60s` leads back to itself by its source_profile",
                   source_profile);
    else if (!profiles_has(&chain->profiles, source_profile))
        none_in_files(chain, source_profile, "there is no profile");
    else
        return source_profile;
    return NULL;
}

/* Notes the role, and follows it. */
static const char *follow_role(struct chain *chain, const char *profile)
{
    const struct role role = read_role(chain, profile);
    const char *token_file = get(chain, profile, "web_identity_token_file");
    chain->committed = 1;
    if (token_file) {
        chain_assume_by_token(chain, &role, token_file);
        return NULL;
    }
    if (get(chain, profile, "mfa_serial")) {
        chain_none(chain, place,
                   "profile `%.60s` wants a code of an MFA device, which nobody is here to type: "
                   "use `aws sts assume-role` and its keys",
                   profile);
        return NULL;
    }
    if (chain->role_count == CHAIN_ROLES) {
        chain_none(chain, place, "profile `%.60s` leads to more than %d roles", chain->profile,
                   CHAIN_ROLES);
        return NULL;
    }
    chain->roles[chain->role_count++] = role;
    return follow_source(chain, profile);
}

/* From a profile whose role was noted only its keys are wanted, where it has some. */
static int has_role(const struct chain *chain, const char *profile)
{
    return get(chain, profile, "role_arn") && !(chain->role_count && has_keys(chain, profile));
}

void chain_ask_profile(struct chain *chain)
{
    const char *profile = chain->profile;
    if (profiles_read(chain->op, &chain->profiles))
        return;
    if (!profiles_has(&chain->profiles, profile)) {
        /* One that was asked for by name, and not by habit, must be there. */
        chain->committed = strcmp(profile, "default") != 0;
        none_in_files(chain, profile, "there is no profile");
        return;
    }
    while (has_role(chain, profile)) {
        const char *source = follow_role(chain, profile);
        if (!source)
            return;
        int is_own_source = !strcmp(source, profile);
        profile = source;
        if (is_own_source)
            break;
    }
    ask_plain(chain, profile);
}
