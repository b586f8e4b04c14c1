/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, configuration and process of an OpenSSH server. */
#include "tests/sshd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PRIVILEGE_FOLDER "/run/sshd"
#define START_TRIES 500

void run_command(const char *format, ...)
{
    char command[4096];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_in_range(size, 1, sizeof command - 1);
    int status = system(command);
    if (status)
        fail_msg("status %d: %s", status, command);
}

const char *sshd_path(const struct sshd *sshd, const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", sshd->folder, name);
    return path;
}

void sshd_write(const struct sshd *sshd, const char *name, const char *text)
{
    FILE *file = fopen(sshd_path(sshd, name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fchmod(fileno(file), 0600), 0);
    assert_int_equal(fclose(file), 0);
}

const char *sshd_read(const struct sshd *sshd, const char *name)
{
    static char text[65536];
    FILE *file = fopen(sshd_path(sshd, name), "r");
    if (!file)
        fail_msg("%s: %s", sshd_path(sshd, name), strerror(errno));
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* Of this moment; somebody else may take it before the server does. */
static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void make_key(const struct sshd *sshd, const char *name)
{
    run_command("rm -f %1$s %1$s.pub && ssh-keygen -q -t ed25519 -N '' -C %2$s -f %1$s",
                sshd_path(sshd, name), name);
}

static void read_host_key(struct sshd *sshd)
{
    char type[64];
    char blob[160];
    assert_int_equal(sscanf(sshd_read(sshd, "host.pub"), "%63s %159s", type, blob), 2);
    snprintf(sshd->host_key, sizeof sshd->host_key, "%s %s", type, blob);
}

/* Both sides know of this folder only. */
static void write_configuration(const struct sshd *sshd)
{
    char text[2048];
    const char *folder = sshd->folder;
    snprintf(text, sizeof text,
             "Port %1$d\nListenAddress 127.0.0.1\nHostKey %2$s/host\n"
             "AuthorizedKeysFile %2$s/authorized_keys\nStrictModes no\nUsePAM no\n"
             "PidFile none\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
             "PermitRootLogin yes\nMaxStartups 1000\nSetEnv HOME=%2$s/home ARCHWAY_ROOT=%2$s/root "
             "PATH=%2$s/bin:/usr/bin:/bin\n",
             sshd->port, folder);
    sshd_write(sshd, "sshd_config", text);
    snprintf(text, sizeof text,
             "Host *\n  UserKnownHostsFile %1$s/known_hosts\n  GlobalKnownHostsFile none\n"
             "  IdentityFile %1$s/user\n  IdentitiesOnly yes\n  IdentityAgent none\n"
             "  ControlMaster no\n  ControlPath none\n",
             folder);
    sshd_write(sshd, "ssh_config", text);
}

static bool is_listening(int port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool listening = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return listening;
}

void sshd_start(struct sshd *sshd)
{
    char config[256];
    char log[256];
    snprintf(config, sizeof config, "%s", sshd_path(sshd, "sshd_config"));
    snprintf(log, sizeof log, "%s", sshd_path(sshd, "sshd.log"));
    sshd->pid = fork();
    assert_true(sshd->pid >= 0);
    if (sshd->pid == 0) {
        /* Not longer than the test, however that ends. */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-f", config, "-E", log, NULL);
        _exit(127);
    }
    for (int i = 0; i < START_TRIES; i++) {
        if (is_listening(sshd->port))
            return;
        if (waitpid(sshd->pid, NULL, WNOHANG) == sshd->pid) {
            sshd->pid = 0;
            fail_msg("sshd does not start: %s", sshd_read(sshd, "sshd.log"));
        }
        usleep(10000);
    }
    fail_msg("sshd does not listen at port %d", sshd->port);
}

void sshd_stop(struct sshd *sshd)
{
    if (!sshd->pid)
        return;
    kill(sshd->pid, SIGTERM);
    while (waitpid(sshd->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    sshd->pid = 0;
}

void sshd_change_host_key(struct sshd *sshd)
{
    sshd_stop(sshd);
    make_key(sshd, "host");
    read_host_key(sshd);
    sshd_start(sshd);
}

void sshd_create(struct sshd *sshd)
{
    *sshd = (struct sshd){.folder = "/tmp/archway-sshd-XXXXXX"};
    assert_non_null(mkdtemp(sshd->folder));
    sshd->port = free_port();
    /* A service's folder, which a container that never ran the service lacks. */
    if (getuid() == 0 && mkdir(PRIVILEGE_FOLDER, 0755) < 0)
        assert_int_equal(errno, EEXIST);
    run_command("mkdir -m 700 %1$s/home %1$s/bin %1$s/root", sshd->folder);
    make_key(sshd, "host");
    make_key(sshd, "user");
    make_key(sshd, "other");
    read_host_key(sshd);
    sshd_write(sshd, "known_hosts", "");
    run_command("cp %s %s", sshd_path(sshd, "user.pub"), sshd_path(sshd, "authorized_keys"));
    write_configuration(sshd);
    sshd_start(sshd);
}

void sshd_destroy(struct sshd *sshd)
{
    sshd_stop(sshd);
    if (sshd->folder[0])
        run_command("rm -rf %s", sshd->folder);
    *sshd = (struct sshd){.pid = 0};
}
