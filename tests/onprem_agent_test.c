/* SPDX-License-Identifier: Apache-2.0 */
/* The configured bootstrap on a real machine: the agent is installed over ssh, runs with its secrets, and is taken away
 * again; and a recording of it all has no secret in it, and replays. */
#include "tests/onprem_lab.h"
#include "tests/tls_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#define AGENT "#!/bin/sh\nprintf '%s|' \"$@\" \"$AGENT_TOKEN\" \"$ARCHWAY_BLOCKS\"\n"
#define SECRET "s3cr3t/of+the-agent="
#define PLACE "root/usr/local/lib/archway/archway-agent-0"

static void answer(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    peer_answer(peer, AGENT);
}

/* A unit is started by nobody: the stub notes what it was asked. */
static void write_stubs(void)
{
    char text[512];
    snprintf(text, sizeof text, "#!/bin/sh\necho \"$*\" >>%s/calls\n", sshd.folder);
    sshd_write(&sshd, "bin/systemctl", text);
    sshd_write(&sshd, "calls", "");
    run_command("chmod 755 %s", sshd_path(&sshd, "bin/systemctl"));
    /* Who the test is run by need not be root, but the bootstrap must be. */
    sshd_write(&sshd, "bin/id",
               "#!/bin/sh\nif [ \"$*\" = -u ]; then echo 0; else /usr/bin/id \"$@\"; fi\n");
    run_command("chmod 755 %s", sshd_path(&sshd, "bin/id"));
}

static void configure(const struct tls_server *server)
{
    char lines[1024];
    char words[512];
    char hash[128];
    sshd_write(&sshd, "agent", AGENT);
    run_command("sha256sum %s >%s", sshd_path(&sshd, "agent"), sshd_path(&sshd, "hash"));
    snprintf(hash, sizeof hash, "%.64s", sshd_read(&sshd, "hash"));
    snprintf(lines, sizeof lines,
             "bootstrap:\n  url: http://127.0.0.1:%d/agent-{arch}\n  amd64: {sha256: %s}\n"
             "  arm64: {sha256: %s}\n  arguments: [\"it's\"]\n  secrets: {AGENT_TOKEN: %s}\n",
             server_port(server), hash, hash, SECRET);
    snprintf(words, sizeof words, "key=\"%s\"", sshd.host_key);
    archway_close(lab_context("me", words, lines), NULL);
}

static void assert_agent_runs(void)
{
    char said[256] = "";
    char command[512];
    snprintf(command, sizeof command, "sh %s/" PLACE ".start", sshd.folder);
    FILE *agent = popen(command, "r");
    assert_non_null(agent);
    assert_non_null(fgets(said, sizeof said, agent));
    pclose(agent);
    assert_string_equal(said, "it's|" SECRET "|1|");
    assert_has(sshd_read(&sshd, "calls"), "restart archway-agent-0.service\n");
}

/* The life of it, in a world of whatever kind. */
static void live(archway *aw)
{
    aw_error error = {.code = AW_OK};
    archway_job *job = lab_create(aw, "a-token-of-mine", NULL);
    assert_int_equal(archway_job_instance_count(job), 1);
    archway_job_destroy(job);
    job = lab_wait_running(aw, "a-token-of-mine");
    lab_machine(job, AW_STATE_RUNNING);
    archway_job_destroy(job);
    if (archway_close(aw, &error))
        fail_msg("%s", error.message);
}

static void end_claim(void)
{
    archway *aw = lab_again(NULL, NULL);
    archway_job *job = lab_terminate(aw, "a-token-of-mine");
    lab_machine(job, AW_STATE_TERMINATED);
    archway_job_destroy(job);
    archway_close(aw, NULL);
    assert_has(sshd_read(&sshd, "calls"), "disable --now archway-agent-0.service\n");
    assert_int_equal(access(sshd_path(&sshd, PLACE), F_OK), -1);
    assert_int_equal(access(sshd_path(&sshd, PLACE ".start"), F_OK), -1);
}

static const char *only_recording(void)
{
    static char path[512];
    char command[512];
    snprintf(command, sizeof command, "ls %s/*.http", sshd_path(&sshd, "recorded"));
    FILE *list = popen(command, "r");
    assert_non_null(list);
    assert_non_null(fgets(path, sizeof path, list));
    pclose(list);
    path[strcspn(path, "\n")] = '\0';
    return path;
}

static void test_the_agent_is_installed_recorded_without_its_secrets_and_replayed(void **state)
{
    const struct server_plan plan = {.kind = SERVER_PLAIN, .script = answer};
    (void)state;
    struct tls_server *server = server_start(&plan);
    write_stubs();
    configure(server);
    live(lab_again(sshd_path(&sshd, "recorded"), NULL));
    assert_agent_runs();
    end_claim();
    server_stop(server);
    run_command("! grep -rF '" SECRET "' %s", sshd_path(&sshd, "recorded"));
    run_command("grep -qrF AGENT_TOKEN %s", sshd_path(&sshd, "recorded"));
    run_command("grep -qF '<secret>' -r %s", sshd_path(&sshd, "recorded"));
    sshd_stop(&sshd);
    live(lab_again(NULL, only_recording()));
    sshd_start(&sshd);
}

static void test_user_data_of_ones_own_is_refused_beside_it(void **state)
{
    const struct server_plan plan = {.kind = SERVER_PLAIN, .script = answer};
    const char *backend = NULL;
    aw_offer offer = {.size = sizeof offer};
    aw_error error = {.code = AW_OK};
    archway_job *job = NULL;
    (void)state;
    struct tls_server *server = server_start(&plan);
    configure(server);
    archway *aw = lab_again(NULL, NULL);
    archway_job *found = lab_offers(aw);
    assert_int_equal(archway_job_offer(found, 0, &offer, &backend), 0);
    archway_wish wish = {.size = sizeof wish,
                         .backend = backend,
                         .offer = &offer,
                         .name = "x",
                         .user_data = {"#!/bin/sh\n", 10}};
    assert_int_equal(archway_create(aw, &wish, NULL, &job, &error), -1);
    assert_has(error.message, "give no user data, or say that this machine runs no bootstrap");
    wish.no_bootstrap = 1;
    assert_int_equal(archway_create(aw, &wish, NULL, &job, &error), 0);
    lab_run(aw, job);
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    archway_job_destroy(job);
    archway_job_destroy(found);
    archway_close(aw, NULL);
    server_stop(server);
    assert_has(sshd_read(&sshd, "state/claims/0/bootstrap"), "#!/bin/sh\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            test_the_agent_is_installed_recorded_without_its_secrets_and_replayed, lab_clear),
        cmocka_unit_test_setup(test_user_data_of_ones_own_is_refused_beside_it, lab_clear),
    };
    return cmocka_run_group_tests(tests, lab_open, lab_close);
}
