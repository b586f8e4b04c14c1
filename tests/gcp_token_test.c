/* SPDX-License-Identifier: Apache-2.0 */
/* A service account over the network: a token endpoint that believes only what the account's key has signed. */
#include "authority.h"
#include "gcp_key.h"
#include "tls_server.h"

#include <archway/archway.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define LIST "{\"items\":{}}"
#define EXPIRED                                                                                    \
    "{\"error\":{\"code\":401,\"message\":\"Request had invalid authentication credentials.\","    \
    "\"errors\":[{\"reason\":\"authError\"}],\"status\":\"UNAUTHENTICATED\"}}"
#define SKEWED                                                                                     \
    "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT: Token must be a "           \
    "short-lived token (60 minutes) and in a reasonable timeframe.\"}"
#define DATE "Thu, 20 Aug 2026 10:00:00 GMT"
#define DATE_S 1787220000

struct google {
    pthread_mutex_t lock;
    const struct gcp_key *key;
    unsigned tokens;  /* that were given out */
    unsigned refused; /* assertions that nobody would believe */
    unsigned revoked; /* tokens that are no good */
    int is_elsewhen;  /* its clock says DATE */
    char head[4096];  /* of the last request to the compute API */
};

static struct google google;
static struct tls_server *server;
static struct gcp_key *key;
static char folder[] = "/tmp/archway-gcp-XXXXXX";

static void answer(struct peer *peer, const char *status, const char *body)
{
    char text[4096];
    snprintf(text, sizeof text,
             "HTTP/1.1 %s\r\nContent-Type: application/json\r\nDate: " DATE
             "\r\nContent-Length: %zu\r\n\r\n%s",
             status, strlen(body), body);
    peer_say(peer, text);
}

static long long claim(const json_t *claims, const char *name)
{
    return (long long)json_integer_value(json_object_get(claims, name));
}

static int is_text(const json_t *claims, const char *name, const char *expected)
{
    const char *text = json_string_value(json_object_get(claims, name));
    return text && strcmp(text, expected) == 0;
}

static int is_good(const json_t *claims)
{
    long long now_s = google.is_elsewhen ? DATE_S : (long long)time(NULL);
    long long issued_s = claim(claims, "iat");
    return is_text(claims, "iss", ACCOUNT_EMAIL) &&
           is_text(claims, "aud", "https://oauth2.googleapis.com/token") &&
           is_text(claims, "scope", "https://www.googleapis.com/auth/cloud-platform") &&
           claim(claims, "exp") - issued_s == 3600 && llabs(now_s - issued_s) < 60;
}

static void give_token(struct peer *peer, const struct heard *heard)
{
    char body[256];
    json_t *claims = gcp_key_claims(google.key, heard->body);
    if (claims && is_good(claims)) {
        snprintf(body, sizeof body, "{\"access_token\":\"ya29.token-%u\",\"expires_in\":3599}",
                 ++google.tokens);
        answer(peer, "200 OK", body);
    } else {
        google.refused++;
        answer(peer, "400 Bad Request", SKEWED);
    }
    json_decref(claims);
}

static int has_good_token(const char *head)
{
    const char *token = strstr(head, "Bearer ya29.token-");
    return token && strtoul(token + strlen("Bearer ya29.token-"), NULL, 10) > google.revoked;
}

static void serve(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)arg;
    pthread_mutex_lock(&google.lock);
    if (strncmp(heard->head, "POST /token ", 12) == 0) {
        give_token(peer, heard);
    } else {
        snprintf(google.head, sizeof google.head, "%s", heard->head);
        if (has_good_token(heard->head))
            answer(peer, "200 OK", LIST);
        else
            answer(peer, "401 Unauthorized", EXPIRED);
    }
    pthread_mutex_unlock(&google.lock);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static int enter_folder(void **state)
{
    key = gcp_key_create("RSA");
    return authority_create(state) || !mkdtemp(folder) || chdir(folder);
}

static int leave_folder(void **state)
{
    gcp_key_destroy(key);
    unlink("key.json");
    unlink("config.yaml");
    return authority_remove(state) || chdir("/") || rmdir(folder);
}

static void log_all(uint32_t level, const char *message, void *arg)
{
    (void)level;
    assert_null(strstr(message, "ya29."));
    assert_null(strstr(message, arg));
}

static archway *begin_recording(const char *record_dir)
{
    char file[KEY_FILE_SIZE];
    char config[1024];
    archway *aw = NULL;
    aw_error error = {0};
    google = (struct google){.lock = PTHREAD_MUTEX_INITIALIZER, .key = key};
    server = server_start(&(struct server_plan){.script = serve});
    gcp_key_file(key, server_url(server, "/token"), file);
    write_file("key.json", file);
    snprintf(
        config, sizeof config,
        "owner: my-server\nbackends:\n  - type: gcp\n    endpoint: %s\n"
        "    rate_limit: false\n    credentials_file: %s/key.json\n    quota_project: pays-1\n",
        server_url(server, "/compute/v1"), folder);
    write_file("config.yaml", config);
    archway_options options = {.size = sizeof options,
                               .default_plugin_dir = PLUGIN_DIR,
                               .config_path = "config.yaml",
                               .record_dir = record_dir,
                               .log = log_all,
                               .log_arg = (void *)(uintptr_t)gcp_key_secret(key)};
    if (archway_open(&options, &aw, &error))
        fail_msg("%s", error.message);
    return aw;
}

static archway *begin(void)
{
    return begin_recording(NULL);
}

static void end(archway *aw)
{
    assert_int_equal(archway_close(aw, NULL), 0);
    server_stop(server);
}

static void list(archway *aw)
{
    archway_job *job = NULL;
    aw_error error = {0};
    assert_int_equal(archway_list(aw, "gcp", NULL, NULL, &job, &error), 0);
    while (archway_run(aw, job))
        continue;
    if (archway_job_problem_count(job))
        fail_msg("%s", archway_job_problem(job, 0)->message);
    archway_job_destroy(job);
}

static void test_a_signed_assertion_is_worth_a_token(void **state)
{
    archway *aw = begin();
    (void)state;
    list(aw);
    list(aw);
    assert_int_equal(google.tokens, 1);
    assert_int_equal(google.refused, 0);
    assert_non_null(strstr(google.head, "GET /compute/v1/projects/farm-proj-1/aggregated/"));
    assert_non_null(strstr(google.head, "Bearer ya29.token-1\r\n"));
    assert_non_null(strstr(google.head, "pays-1\r\n"));
    end(aw);
}

static void test_a_token_that_is_refused_is_fetched_anew(void **state)
{
    archway *aw = begin();
    (void)state;
    list(aw);
    pthread_mutex_lock(&google.lock);
    google.revoked = 1;
    pthread_mutex_unlock(&google.lock);
    list(aw);
    assert_int_equal(google.tokens, 2);
    end(aw);
}

static void test_a_clock_that_is_wrong_is_learnt(void **state)
{
    archway *aw = begin();
    (void)state;
    google.is_elsewhen = 1;
    list(aw);
    assert_int_equal(google.tokens, 1);
    assert_true(google.refused > 0);
    end(aw);
}

static void test_another_key_is_not_believed(void **state)
{
    struct gcp_key *other = gcp_key_create("RSA");
    archway *aw = begin();
    archway_job *job = NULL;
    aw_error error = {0};
    (void)state;
    google.key = other;
    assert_int_equal(archway_list(aw, "gcp", NULL, NULL, &job, &error), 0);
    while (archway_run(aw, job))
        continue;
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_int_equal(archway_job_problem(job, 0)->code, AW_E_UNAUTHENTICATED);
    assert_non_null(strstr(archway_job_problem(job, 0)->message, "reasonable timeframe"));
    assert_null(strstr(archway_job_problem(job, 0)->message, gcp_key_secret(key)));
    archway_job_destroy(job);
    end(aw);
    gcp_key_destroy(other);
}

/* Reads the only file of a folder, and takes it away. */
static void take_recording(const char *path, char *text, size_t size)
{
    char name[512];
    DIR *listing = opendir(path);
    assert_non_null(listing);
    *text = '\0';
    for (struct dirent *entry = readdir(listing); entry; entry = readdir(listing)) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        int fd = open(name, O_RDONLY | O_CLOEXEC);
        ssize_t got = read(fd, text, size - 1);
        assert_true(got > 0);
        text[got] = '\0';
        close(fd);
        unlink(name);
    }
    closedir(listing);
    rmdir(path);
}

static void test_a_recording_holds_no_secret(void **state)
{
    char text[16384];
    archway *aw = begin_recording("recorded");
    (void)state;
    list(aw);
    end(aw);
    take_recording("recorded", text, sizeof text);
    assert_non_null(strstr(text, "/token\n"));
    assert_non_null(strstr(text, "/aggregated/instances?"));
    assert_null(strstr(text, "ya29."));
    assert_null(strstr(text, "assertion"));
    assert_null(strstr(text, gcp_key_secret(key)));
}

/* In a replay any assertion equals the recorded one, which nobody may see. */
static void test_a_service_account_is_replayed(void **state)
{
    char file[KEY_FILE_SIZE];
    char text[KEY_FILE_SIZE + 2048];
    archway *aw = NULL;
    aw_error error = {0};
    (void)state;
    gcp_key_file(key, NULL, file);
    snprintf(text, sizeof text,
             "archway-recording 1\nenv GOOGLE_APPLICATION_CREDENTIALS /k.json\nfile /k.json\n%s\n"
             "end\n\n>>> POST https://oauth2.googleapis.com/token\n"
             "content-type: application/x-www-form-urlencoded\n\n<secret>\n<<< 200\n"
             "content-type: application/json\n\n{\"access_token\":\"t\",\"expires_in\":3599}\n\n"
             ">>> GET https://compute.googleapis.com/compute/v1/projects/farm-proj-1/aggregated/"
             "instances?maxResults=500&returnPartialSuccess=true\naccept: application/json\n\n"
             "<<< 200\ncontent-type: application/json\n\n" LIST "\n",
             file);
    write_file("key.http", text);
    archway_options options = {
        .size = sizeof options, .default_plugin_dir = PLUGIN_DIR, .replay_path = "key.http"};
    if (archway_open(&options, &aw, &error))
        fail_msg("%s", error.message);
    list(aw);
    if (archway_close(aw, &error))
        fail_msg("%s", error.message);
    unlink("key.http");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_signed_assertion_is_worth_a_token),
        cmocka_unit_test(test_a_token_that_is_refused_is_fetched_anew),
        cmocka_unit_test(test_a_clock_that_is_wrong_is_learnt),
        cmocka_unit_test(test_another_key_is_not_believed),
        cmocka_unit_test(test_a_recording_holds_no_secret),
        cmocka_unit_test(test_a_service_account_is_replayed),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
