/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a token for Google Cloud, played by hand. */
#ifndef ARCHWAY_TESTS_GCP_AUTH_H
#define ARCHWAY_TESTS_GCP_AUTH_H

#include "backend_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define WELL_KNOWN "~/.config/gcloud/application_default_credentials.json"
#define TOKEN_ANSWER "{\"access_token\":\"a-token\",\"expires_in\":3599,\"token_type\":\"Bearer\"}"
#define USER                                                                                       \
    "{\"type\":\"authorized_user\",\"client_id\":\"an-id\",\"client_secret\":\"d-secret\","        \
    "\"refresh_token\":\"1//refresh\",\"quota_project_id\":\"pays-1\"}"
#define TO_GOOGLE "POST https://oauth2.googleapis.com/token"
#define ACCOUNT_URL                                                                                \
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"                         \
    "sa@p-1.iam.gserviceaccount.com:generateAccessToken"
#define EXTERNAL(source)                                                                           \
    "{\"type\":\"external_account\",\"audience\":\"//iam.googleapis.com/pool\","                   \
    "\"subject_token_type\":\"urn:ietf:params:oauth:token-type:jwt\",\"credential_"                \
    "source\":" source "}"

static struct backend_host host;

static inline void begin(const struct host_world *world)
{
    host_init(&host, world);
    host_begin(&host);
    vtable()->authenticate(&host.op);
}

static inline void begin_file(const char *content)
{
    const aw_header files[] = {{WELL_KNOWN, content}, {0}};
    begin(&(struct host_world){.files = files});
}

static inline int finish(void **state)
{
    (void)state;
    host_finish(&host);
    return 0;
}

static inline void assert_asked(const char *line)
{
    if (host.error.code)
        fail_msg("%s", host.error.message);
    assert_int_equal(host_waiting(&host), 1);
    assert_string_equal(host_last(&host)->line, line);
}

#define FINISHED(test) cmocka_unit_test_teardown(test, finish)

#endif
