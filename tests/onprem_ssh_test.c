/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a real ssh client lets in and trusts, and how long it waits, against a real OpenSSH server on loopback. */
#include "tests/emulated.h"
#include "tests/onprem_lab.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void test_a_key_lets_in_and_the_machine_is_what_it_is(void **state)
{
    struct utsname here;
    aw_offer offer = {.size = sizeof offer};
    const char *backend = NULL;
    uint32_t arch = 0;
    (void)state;
    NOT_EMULATED(HOST_REASON);
    archway *aw = lab_trusted("me", "");
    archway_job *job = lab_offers(aw);
    assert_int_equal(archway_job_problem_count(job), 0);
    assert_int_equal(archway_job_offer(job, 0, &offer, &backend), 0);
    assert_int_equal(uname(&here), 0);
    assert_int_equal(archway_arch_parse(here.machine, &arch, NULL), 0);
    assert_int_equal(offer.arch, arch);
    assert_int_equal(offer.arch_source, AW_ARCH_SOURCE_PROBE);
    assert_int_equal(offer.vcpus, sysconf(_SC_NPROCESSORS_ONLN));
    assert_int_equal(offer.memory_mib,
                     sysconf(_SC_PHYS_PAGES) / (1024 * 1024 / sysconf(_SC_PAGESIZE)));
    assert_true(offer.disk_mib > 0);
    assert_int_equal(offer.price_nusd_per_hour, 1000000000);
    assert_int_equal(offer.availability, AW_AVAILABLE);
    archway_job_destroy(job);
    archway_close(aw, NULL);
}

static void assert_offers_fail(archway *aw, uint32_t code, const char *part)
{
    lab_failed(lab_offers(aw), code, part);
    archway_close(aw, NULL);
}

static void test_a_wrong_key_is_refused(void **state)
{
    char words[512];
    (void)state;
    snprintf(words, sizeof words, "identity=%s/other", sshd.folder);
    run_command("sed -i '/IdentityFile/d' %s", sshd_path(&sshd, "ssh_config"));
    archway *aw = lab_trusted("me", words);
    lab_failed(lab_offers(aw), AW_E_UNAUTHENTICATED, "the machine refused to log in");
    archway_close(aw, NULL);
    run_command("echo '  IdentityFile %s/user' >>%s", sshd.folder, sshd_path(&sshd, "ssh_config"));
}

static void test_an_unknown_host_key_is_not_taken(void **state)
{
    (void)state;
    assert_offers_fail(lab_context("me", "", ""), AW_E_UNAUTHENTICATED,
                       "has a host key that is not known");
    assert_string_equal(sshd_read(&sshd, "known_hosts"), "");
}

static void test_a_known_host_key_is_taken(void **state)
{
    char line[512];
    (void)state;
    snprintf(line, sizeof line, "[127.0.0.1]:%d %s\n", sshd.port, sshd.host_key);
    sshd_write(&sshd, "known_hosts", line);
    archway *aw = lab_context("me", "", "");
    archway_job *job = lab_offers(aw);
    assert_int_equal(archway_job_offer_count(job), 1);
    archway_job_destroy(job);
    archway_close(aw, NULL);
}

static void test_a_changed_host_key_is_refused(void **state)
{
    char line[512];
    (void)state;
    snprintf(line, sizeof line, "[127.0.0.1]:%d %s\n", sshd.port, sshd.host_key);
    sshd_write(&sshd, "known_hosts", line);
    archway *known = lab_context("me", "", "");
    archway *pinned = lab_trusted("me", "");
    sshd_change_host_key(&sshd);
    assert_offers_fail(known, AW_E_DENIED, "another host key than the one that is known");
    assert_offers_fail(pinned, AW_E_DENIED, "another host key than the one that is known");
}

/* What the user's files know of it does not outweigh the pin. */
static void test_a_pinned_host_key_counts_alone(void **state)
{
    char line[512];
    char words[512];
    char other[256];
    (void)state;
    snprintf(line, sizeof line, "[127.0.0.1]:%d %s\n", sshd.port, sshd.host_key);
    sshd_write(&sshd, "known_hosts", line);
    snprintf(other, sizeof other, "%.200s", sshd_read(&sshd, "other.pub"));
    snprintf(words, sizeof words, "key=\"%.*s\"", (int)strcspn(other, "\n"), other);
    assert_offers_fail(lab_context("me", words, ""), AW_E_DENIED, "another host key");
}

/* The pin is for the machine behind it: the jump host is trusted as ever. */
static void test_a_machine_behind_another_is_reached(void **state)
{
    char line[512];
    char words[512];
    (void)state;
    snprintf(words, sizeof words, "jump=localhost:%d", sshd.port);
    archway *aw = lab_trusted("me", words);
    archway_job *job = lab_offers(aw);
    assert_int_equal(archway_job_offer_count(job), 0);
    archway_job_destroy(job);
    snprintf(line, sizeof line, "[localhost]:%d %s\n", sshd.port, sshd.host_key);
    sshd_write(&sshd, "known_hosts", line);
    job = lab_offers(aw);
    if (archway_job_problem_count(job))
        fail_msg("%s", archway_job_problem(job, 0)->message);
    assert_int_equal(archway_job_offer_count(job), 1);
    archway_job_destroy(job);
    archway_close(aw, NULL);
}

static void test_a_stated_architecture_is_checked(void **state)
{
    struct utsname here;
    (void)state;
    NOT_EMULATED(HOST_REASON);
    assert_int_equal(uname(&here), 0);
    bool is_arm = strcmp(here.machine, "aarch64") == 0;
    assert_offers_fail(lab_trusted("me", is_arm ? "arch=amd64" : "arch=arm64"), AW_E_INVALID,
                       "(`uname -m` says ");
    archway *aw = lab_trusted("me", is_arm ? "arch=arm64" : "arch=x86_64");
    archway_job *job = lab_offers(aw);
    assert_int_equal(archway_job_offer_count(job), 1);
    archway_job_destroy(job);
    archway_close(aw, NULL);
}

static void test_a_server_that_is_down_is_told_from_one_that_hangs(void **state)
{
    (void)state;
    archway *aw = lab_trusted("me", "");
    sshd_stop(&sshd);
    lab_failed(lab_offers(aw), AW_E_UNAVAILABLE, "has no ssh server at this port");
    sshd_start(&sshd);
    archway_close(aw, NULL);
}

static int hanging_socket(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static void test_a_machine_that_hangs_is_given_up_after_the_time_it_has(void **state)
{
    int port = 0;
    int real = sshd.port;
    (void)state;
    int fd = hanging_socket(&port);
    sshd.port = port;
    archway *aw = lab_context("me", "", "    connect_timeout_s: 1\n");
    sshd.port = real;
    assert_offers_fail(aw, AW_E_TIMEOUT, "took the connection and said nothing");
    close(fd);
}

static void test_without_a_client_it_is_said_what_is_needed(void **state)
{
    (void)state;
    NOT_EMULATED(SPAWN_REASON);
    assert_offers_fail(lab_context("me", "", "    ssh: /nonexistent/ssh\n"), AW_E_UNAVAILABLE,
                       "The ssh client (Debian: openssh-client) is needed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_key_lets_in_and_the_machine_is_what_it_is, lab_clear),
        cmocka_unit_test_setup(test_a_wrong_key_is_refused, lab_clear),
        cmocka_unit_test_setup(test_an_unknown_host_key_is_not_taken, lab_clear),
        cmocka_unit_test_setup(test_a_known_host_key_is_taken, lab_clear),
        cmocka_unit_test_setup(test_a_changed_host_key_is_refused, lab_clear),
        cmocka_unit_test_setup(test_a_pinned_host_key_counts_alone, lab_clear),
        cmocka_unit_test_setup(test_a_machine_behind_another_is_reached, lab_clear),
        cmocka_unit_test_setup(test_a_stated_architecture_is_checked, lab_clear),
        cmocka_unit_test_setup(test_a_server_that_is_down_is_told_from_one_that_hangs, lab_clear),
        cmocka_unit_test_setup(test_a_machine_that_hangs_is_given_up_after_the_time_it_has,
                               lab_clear),
        cmocka_unit_test_setup(test_without_a_client_it_is_said_what_is_needed, lab_clear),
    };
    return cmocka_run_group_tests(tests, lab_open, lab_close);
}
