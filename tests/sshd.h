/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system's OpenSSH server on loopback, run by the test as the current user, with keys and a home of its own that
 * are thrown away. Nothing of the user's own ~/.ssh is read or written.
 */
#ifndef ARCHWAY_TESTS_SSHD_H
#define ARCHWAY_TESTS_SSHD_H

#include <sys/types.h>

struct sshd {
    char folder[64];
    int port;
    pid_t pid;          /* 0: not running */
    char host_key[256]; /* "TYPE BASE64" */
};

/* Makes the folder with: host, user, other (keys, with .pub), authorized_keys (user's), ssh_config for the client,
 * home, known_hosts (empty), bin (comes first in PATH there) and root (ARCHWAY_ROOT there). Starts the server. */
void sshd_create(struct sshd *sshd);
void sshd_destroy(struct sshd *sshd);

void sshd_stop(struct sshd *sshd);
void sshd_start(struct sshd *sshd);
/* Another host key from now on, under which the server starts anew. */
void sshd_change_host_key(struct sshd *sshd);

/* A path in the folder. Lives until the fourth call after it. */
const char *sshd_path(const struct sshd *sshd, const char *name);
/* A file of the folder: written whole; read whole, into one block that the next call uses again. */
void sshd_write(const struct sshd *sshd, const char *name, const char *text);
const char *sshd_read(const struct sshd *sshd, const char *name);
/* Runs a shell command that must succeed. */
void run_command(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
