/* SPDX-License-Identifier: Apache-2.0 */
/* Claims on a real machine: who gets it, what a create leaves there, and that a release takes it all away again. */
#include "tests/onprem_lab.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ROUNDS 3

static void end(archway_job *job)
{
    archway_job_destroy(job);
}

static void test_a_claim_is_made_listed_and_released(void **state)
{
    char id[80];
    (void)state;
    archway *aw = lab_trusted("me", "");
    archway_job *job = lab_create(aw, NULL, NULL);
    snprintf(id, sizeof id, "%s", lab_machine(job, AW_STATE_RUNNING)->id);
    assert_string_equal(archway_job_token(job), id);
    end(job);
    assert_int_equal(lab_claims(), 1);
    job = lab_list(aw);
    const aw_instance *found = lab_machine(job, AW_STATE_RUNNING);
    assert_string_equal(found->id, id);
    assert_string_equal(found->owner, "me");
    assert_string_equal(found->name, "trainer");
    assert_string_equal(found->instance_type, "host");
    end(job);
    job = lab_terminate(aw, id);
    lab_machine(job, AW_STATE_TERMINATED);
    end(job);
    assert_int_equal(lab_claims(), 0);
    job = lab_terminate(aw, id);
    lab_machine(job, AW_STATE_TERMINATED);
    end(job);
    archway_close(aw, NULL);
}

static void test_the_same_token_is_the_same_claim(void **state)
{
    (void)state;
    archway *aw = lab_trusted("me", "blocks=2");
    for (int i = 0; i < 2; i++) {
        archway_job *job = lab_create(aw, "a-token-of-mine", NULL);
        assert_string_equal(lab_machine(job, AW_STATE_RUNNING)->id, "a-token-of-mine");
        end(job);
        assert_int_equal(lab_claims(), 1);
    }
    archway_close(aw, NULL);
}

static void test_a_token_of_somebody_else_is_a_conflict(void **state)
{
    (void)state;
    archway *mine = lab_trusted("me", "blocks=2");
    end(lab_create(mine, "a-token-of-mine", NULL));
    archway_close(mine, NULL);
    archway *theirs = lab_trusted("they", "blocks=2");
    /* Core asks for its own machines with this token first, and finds none. */
    lab_failed(lab_create(theirs, "a-token-of-mine", NULL), AW_E_CONFLICT, "another owner's claim");
    assert_int_equal(lab_claims(), 1);
    archway_close(theirs, NULL);
}

static void run_both(archway *const *aw, archway_job *const *jobs)
{
    while (!archway_job_done(jobs[0]) || !archway_job_done(jobs[1])) {
        archway_step(aw[0]);
        archway_step(aw[1]);
        usleep(1000);
    }
}

/* Ends the claim that one of them got; the other must have got none. */
static void settle(archway *const *aw, archway_job *const *jobs)
{
    int winner = archway_job_instance_count(jobs[0]) ? 0 : 1;
    const aw_instance *won = lab_machine(jobs[winner], AW_STATE_RUNNING);
    assert_string_equal(won->owner, winner ? "they" : "me");
    end(lab_terminate(aw[winner], won->id));
    end(jobs[winner]);
    lab_failed(jobs[1 - winner], AW_E_NO_CAPACITY, "all of it is claimed");
    assert_int_equal(lab_claims(), 0);
}

static void test_of_two_servers_one_gets_it(void **state)
{
    (void)state;
    archway *aw[2] = {lab_trusted("me", ""), lab_trusted("they", "")};
    for (int round = 0; round < ROUNDS; round++) {
        archway_job *jobs[2];
        for (int i = 0; i < 2; i++)
            jobs[i] = lab_begin_create(aw[i], NULL, NULL, NULL);
        run_both(aw, jobs);
        settle(aw, jobs);
    }
    for (int i = 0; i < 2; i++)
        archway_close(aw[i], NULL);
}

static void test_parts_are_claimed_one_by_one(void **state)
{
    aw_offer offer = {.size = sizeof offer};
    const char *backend = NULL;
    (void)state;
    archway *aw = lab_trusted("me", "blocks=2");
    archway_job *first = lab_create(aw, "first-token", "#!/bin/sh\nenv >\"$ARCHWAY_UNDO.env\"\n");
    archway_job *second = lab_create(aw, "second-token", NULL);
    assert_string_equal(lab_machine(second, AW_STATE_RUNNING)->instance_type, "host/2");
    lab_failed(lab_create(aw, "third-token", NULL), AW_E_NO_CAPACITY, "all of it is claimed");
    archway_job *job = lab_offers(aw);
    assert_int_equal(archway_job_offer(job, 0, &offer, &backend), 0);
    assert_int_equal(offer.availability, AW_UNAVAILABLE);
    assert_int_equal(offer.price_nusd_per_hour, 500000000);
    end(job);
    end(lab_wait_running(aw, "first-token"));
    assert_has(sshd_read(&sshd, "state/claims/0/undo.env"), "ARCHWAY_BLOCKS=2\n");
    assert_has(sshd_read(&sshd, "state/claims/0/undo.env"), "ARCHWAY_BLOCK=0\n");
    end(lab_terminate(aw, "first-token"));
    end(first);
    end(second);
    job = lab_create(aw, "third-token", NULL);
    lab_machine(job, AW_STATE_RUNNING);
    end(job);
    assert_has(sshd_read(&sshd, "state/claims/0/claim"), "token third-token\n");
    archway_close(aw, NULL);
}

static void test_a_machine_that_others_cut_otherwise_is_not_available(void **state)
{
    (void)state;
    archway *halves = lab_trusted("me", "blocks=2");
    end(lab_create(halves, "first-token", NULL));
    archway_close(halves, NULL);
    archway *whole = lab_trusted("they", "");
    lab_failed(lab_create(whole, NULL, NULL), AW_E_NO_CAPACITY, "is claimed in 2 parts, not in 1");
    archway_close(whole, NULL);
}

static void test_an_ssh_key_is_added_works_and_is_taken_out(void **state)
{
    char before[1024];
    char key[512];
    (void)state;
    archway *aw = lab_trusted("me", "");
    snprintf(before, sizeof before, "%s# the last line has no newline",
             sshd_read(&sshd, "authorized_keys"));
    sshd_write(&sshd, "authorized_keys", before);
    snprintf(key, sizeof key, "%s", sshd_read(&sshd, "other.pub"));
    archway_job *job = lab_run(aw, lab_begin_create(aw, "a-token-of-mine", NULL, key));
    lab_machine(job, AW_STATE_RUNNING);
    end(job);
    assert_has(sshd_read(&sshd, "authorized_keys"), " archway-claim-a-token-of-mine\n");
    sshd_write(&sshd, "known", "");
    run_command("ssh -F %s -o IdentityFile=none -i %s -p %d -o StrictHostKeyChecking=no "
                "-o UserKnownHostsFile=%s -o LogLevel=ERROR 127.0.0.1 true",
                sshd_path(&sshd, "ssh_config"), sshd_path(&sshd, "other"), sshd.port,
                sshd_path(&sshd, "known"));
    end(lab_terminate(aw, "a-token-of-mine"));
    snprintf(before + strlen(before), sizeof before - strlen(before), "\n");
    assert_string_equal(sshd_read(&sshd, "authorized_keys"), before);
    archway_close(aw, NULL);
}

static void test_user_data_runs_and_is_undone(void **state)
{
    char script[512];
    (void)state;
    archway *aw = lab_trusted("me", "");
    snprintf(
        script, sizeof script,
        "#!/bin/sh\necho 'rm %1$s/made' >>\"$ARCHWAY_UNDO\"\nprintf '%%s' \"it's $ARCHWAY_NAME\" "
        ">%1$s/made\n",
        sshd.folder);
    archway_job *job = lab_create(aw, "a-token-of-mine", script);
    end(job);
    job = lab_wait_running(aw, "a-token-of-mine");
    lab_machine(job, AW_STATE_RUNNING);
    end(job);
    assert_string_equal(sshd_read(&sshd, "made"), "it's trainer");
    end(lab_terminate(aw, "a-token-of-mine"));
    assert_int_equal(access(sshd_path(&sshd, "made"), F_OK), -1);
    archway_close(aw, NULL);
}

static void test_user_data_that_fails_says_why(void **state)
{
    (void)state;
    archway *aw = lab_trusted("me", "");
    end(lab_create(aw, "a-token-of-mine", "#!/bin/sh\necho 'no such agent' >&2\nexit 7\n"));
    archway_job *job = lab_wait_running(aw, "a-token-of-mine");
    assert_has(archway_job_error(job)->message, "ended with status 7: no such agent");
    end(job);
    job = lab_terminate(aw, "a-token-of-mine");
    lab_machine(job, AW_STATE_TERMINATED);
    end(job);
    archway_close(aw, NULL);
}

static pid_t read_pid(void)
{
    for (int i = 0; i < 500 && access(sshd_path(&sshd, "pid"), F_OK); i++)
        usleep(10000);
    return (pid_t)strtol(sshd_read(&sshd, "pid"), NULL, 10);
}

static bool is_gone(pid_t pid)
{
    for (int i = 0; i < 500; i++) {
        if (kill(pid, 0) < 0 && errno == ESRCH)
            return true;
        usleep(10000);
    }
    return false;
}

static void test_a_release_ends_the_bootstrap_that_is_under_way(void **state)
{
    char script[256];
    (void)state;
    archway *aw = lab_trusted("me", "");
    snprintf(script, sizeof script,
             "#!/bin/sh\nsleep 1000 &\necho $! >%1$s/p\nmv %1$s/p %1$s/pid\nwait\n", sshd.folder);
    archway_job *job = lab_create(aw, "a-token-of-mine", script);
    lab_machine(job, AW_STATE_PENDING);
    end(job);
    pid_t pid = read_pid();
    assert_false(kill(pid, 0));
    end(lab_terminate(aw, "a-token-of-mine"));
    assert_true(is_gone(pid));
    assert_int_equal(lab_claims(), 0);
    archway_close(aw, NULL);
}

static void test_what_cannot_be_undone_keeps_the_claim(void **state)
{
    (void)state;
    archway *aw = lab_trusted("me", "");
    end(lab_create(aw, "a-token-of-mine",
                   "#!/bin/sh\necho 'echo stuck >&2; exit 1' >>\"$ARCHWAY_UNDO\"\n"));
    end(lab_wait_running(aw, "a-token-of-mine"));
    lab_failed(lab_terminate(aw, "a-token-of-mine"), AW_E_INTERNAL, "cannot be undone: stuck");
    archway_job *job = lab_list(aw);
    assert_has(lab_machine(job, AW_STATE_TERMINATING)->reason, "cannot be undone: stuck");
    end(job);
    sshd_write(&sshd, "state/claims/0/undo", "");
    end(lab_terminate(aw, "a-token-of-mine"));
    assert_int_equal(lab_claims(), 0);
    archway_close(aw, NULL);
}

static void test_a_machine_that_vanished_is_reported_and_remembered(void **state)
{
    (void)state;
    archway *aw = lab_trusted("me", "");
    end(lab_create(aw, "a-token-of-mine", NULL));
    sshd_stop(&sshd);
    lab_failed(lab_list(aw), AW_E_UNAVAILABLE, "has no ssh server at this port");
    lab_failed(lab_terminate(aw, "a-token-of-mine"), AW_E_UNAVAILABLE,
               "has no ssh server at this port");
    sshd_start(&sshd);
    archway_job *job = lab_list(aw);
    assert_string_equal(lab_machine(job, AW_STATE_RUNNING)->id, "a-token-of-mine");
    end(job);
    archway_close(aw, NULL);
}

static void write_program(const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "bin/%s", name);
    sshd_write(&sshd, path, text);
    run_command("chmod 755 %s", sshd_path(&sshd, path));
}

/* As for a user who is not root: `id -u` says so there, and sudo is told what to run. */
static void test_a_user_becomes_root_by_sudo(void **state)
{
    (void)state;
    archway *aw = lab_trusted("me", "");
    write_program(
        "id", "#!/bin/sh\nif [ \"$*\" = -u ]; then echo 1000; else exec /usr/bin/id \"$@\"; fi\n");
    write_program("sudo", "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n");
    if (getuid() == 0)
        lab_failed(lab_create(aw, NULL, NULL), AW_E_DENIED, "by sudo without a password");
    assert_int_equal(lab_claims(), 0);
    write_program("sudo", "#!/bin/sh\n[ \"$1 $2\" = '-n --' ] || exit 9\nshift 2\nexec \"$@\"\n");
    archway_job *job = lab_create(aw, NULL, NULL);
    lab_machine(job, AW_STATE_RUNNING);
    end(job);
    assert_int_equal(lab_claims(), 1);
    archway_close(aw, NULL);
    run_command("rm %1$s/bin/id %1$s/bin/sudo", sshd.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_claim_is_made_listed_and_released, lab_clear),
        cmocka_unit_test_setup(test_the_same_token_is_the_same_claim, lab_clear),
        cmocka_unit_test_setup(test_a_token_of_somebody_else_is_a_conflict, lab_clear),
        cmocka_unit_test_setup(test_of_two_servers_one_gets_it, lab_clear),
        cmocka_unit_test_setup(test_a_user_becomes_root_by_sudo, lab_clear),
        cmocka_unit_test_setup(test_parts_are_claimed_one_by_one, lab_clear),
        cmocka_unit_test_setup(test_a_machine_that_others_cut_otherwise_is_not_available,
                               lab_clear),
        cmocka_unit_test_setup(test_an_ssh_key_is_added_works_and_is_taken_out, lab_clear),
        cmocka_unit_test_setup(test_user_data_runs_and_is_undone, lab_clear),
        cmocka_unit_test_setup(test_user_data_that_fails_says_why, lab_clear),
        cmocka_unit_test_setup(test_a_release_ends_the_bootstrap_that_is_under_way, lab_clear),
        cmocka_unit_test_setup(test_what_cannot_be_undone_keeps_the_claim, lab_clear),
        cmocka_unit_test_setup(test_a_machine_that_vanished_is_reported_and_remembered, lab_clear),
    };
    return cmocka_run_group_tests(tests, lab_open, lab_close);
}
