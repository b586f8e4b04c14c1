/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts, jobs and claims on a real machine. */
#include "tests/onprem_lab.h"

#include <dirent.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct sshd sshd;

/* What `ls` says of the user's own folder, before and after. */
static char own_before[4096];

static void list_own_folder(char *text, size_t size)
{
    char command[512];
    snprintf(command, sizeof command, "ls -la --time-style=full-iso %s/.ssh 2>&1",
             getpwuid(getuid())->pw_dir);
    FILE *file = popen(command, "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    pclose(file);
}

int lab_open(void **state)
{
    (void)state;
    list_own_folder(own_before, sizeof own_before);
    sshd_create(&sshd);
    /* The journal and what is kept of prices are the test's own, too. */
    assert_int_equal(setenv("XDG_STATE_HOME", sshd_path(&sshd, "journal"), 1), 0);
    assert_int_equal(setenv("XDG_CACHE_HOME", sshd_path(&sshd, "cache"), 1), 0);
    return 0;
}

int lab_close(void **state)
{
    char own_after[sizeof own_before];
    (void)state;
    sshd_destroy(&sshd);
    list_own_folder(own_after, sizeof own_after);
    assert_string_equal(own_after, own_before);
    return 0;
}

int lab_clear(void **state)
{
    (void)state;
    run_command("cd %s && rm -rf state home/.ssh journal cache", sshd.folder);
    run_command("cp %s %s", sshd_path(&sshd, "user.pub"), sshd_path(&sshd, "authorized_keys"));
    sshd_write(&sshd, "known_hosts", "");
    return 0;
}

archway *lab_again(const char *record_dir, const char *replay_path)
{
    char path[256];
    snprintf(path, sizeof path, "%s", sshd_path(&sshd, "config.yaml"));
    const archway_options options = {.size = sizeof options,
                                     .config_path = path,
                                     .default_plugin_dir = PLUGIN_DIR,
                                     .record_dir = record_dir,
                                     .replay_path = replay_path};
    archway *aw = NULL;
    aw_error error = {.code = AW_OK};
    if (archway_open(&options, &aw, &error))
        fail_msg("%s", error.message);
    archway_backend_info info = {.size = sizeof info};
    assert_int_equal(archway_backend_at(aw, 0, &info), 0);
    if (info.error->code)
        fail_msg("%s", info.error->message);
    return aw;
}

archway *lab_context(const char *owner, const char *words, const char *lines)
{
    char text[4096];
    snprintf(text, sizeof text,
             "owner: %s\nbackends:\n  - type: onprem\n    hosts:\n      - 127.0.0.1:%d name=here "
             "price=1 %s\n"
             "    state_dir: %s/state\n    authorized_keys: %s/authorized_keys\n"
             "    ssh_args: [-F, %s/ssh_config]\n    sudo: %s\n%s",
             owner, sshd.port, words, sshd.folder, sshd.folder, sshd.folder,
             getuid() == 0 ? "true" : "false", lines);
    sshd_write(&sshd, "config.yaml", text);
    return lab_again(NULL, NULL);
}

archway *lab_trusted(const char *owner, const char *words)
{
    char text[512];
    snprintf(text, sizeof text, "key=\"%s\" %s", sshd.host_key, words);
    return lab_context(owner, text, "");
}

archway_job *lab_run(archway *aw, archway_job *job)
{
    while (!archway_job_done(job))
        archway_run(aw, job);
    return job;
}

archway_job *lab_offers(archway *aw)
{
    archway_job *job = NULL;
    archway_query *query = archway_query_create();
    assert_int_equal(archway_offers(aw, query, 0, NULL, &job, NULL), 0);
    lab_run(aw, job);
    archway_query_destroy(query);
    return job;
}

archway_job *lab_begin_create(archway *aw, const char *token, const char *user_data,
                              const char *ssh_key)
{
    archway_job *found = lab_offers(aw);
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    aw_offer offer = {.size = sizeof offer};
    archway_wish wish = {.size = sizeof wish,
                         .ssh_key_count = ssh_key ? 1 : 0,
                         .offer = &offer,
                         .name = "trainer",
                         .token = token,
                         .ssh_keys = &ssh_key,
                         .user_data = {user_data, user_data ? strlen(user_data) : 0}};
    if (archway_job_offer(found, 0, &offer, &wish.backend))
        fail_msg("no offer: %s", archway_job_problem(found, 0)->message);
    if (archway_create(aw, &wish, NULL, &job, &error))
        fail_msg("%s", error.message);
    archway_job_destroy(found);
    return job;
}

archway_job *lab_create(archway *aw, const char *token, const char *user_data)
{
    return lab_run(aw, lab_begin_create(aw, token, user_data, NULL));
}

archway_job *lab_list(archway *aw)
{
    archway_job *job = NULL;
    assert_int_equal(archway_list(aw, "onprem", NULL, NULL, &job, NULL), 0);
    return lab_run(aw, job);
}

static archway_machine machine(const char *id)
{
    return (archway_machine){
        .size = sizeof(archway_machine), .backend = "onprem", .region = "here", .id = id};
}

archway_job *lab_terminate(archway *aw, const char *id)
{
    const archway_machine name = machine(id);
    archway_job *job = NULL;
    assert_int_equal(archway_terminate(aw, &name, NULL, &job, NULL), 0);
    return lab_run(aw, job);
}

archway_job *lab_wait_running(archway *aw, const char *id)
{
    const archway_machine name = machine(id);
    archway_job *job = NULL;
    assert_int_equal(archway_wait(aw, &name, AW_STATE_RUNNING, NULL, &job, NULL), 0);
    return lab_run(aw, job);
}

void assert_has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text ? text : "(nothing)");
}

const aw_instance *lab_machine(const archway_job *job, uint32_t state)
{
    if (archway_job_error(job)->code)
        fail_msg("%s", archway_job_error(job)->message);
    assert_int_equal(archway_job_problem_count(job), 0);
    assert_int_equal(archway_job_instance_count(job), 1);
    const aw_instance *found = archway_job_instance(job, 0, NULL);
    assert_int_equal(found->state, state);
    return found;
}

void lab_failed(archway_job *job, uint32_t code, const char *part)
{
    const aw_error *error =
        archway_job_problem_count(job) ? archway_job_problem(job, 0) : archway_job_error(job);
    assert_has(error->message, part);
    assert_int_equal(error->code, code);
    assert_string_equal(error->region, "here");
    archway_job_destroy(job);
}

unsigned lab_claims(void)
{
    unsigned count = 0;
    DIR *folder = opendir(sshd_path(&sshd, "state/claims"));
    for (struct dirent *item; folder && (item = readdir(folder)) != NULL;)
        count += item->d_name[0] != '.';
    if (folder)
        closedir(folder);
    return count;
}
