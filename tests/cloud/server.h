/* SPDX-License-Identifier: Apache-2.0 */
/* The cloud on a socket: HTTP/1.1 on a free port of 127.0.0.1, one thread, by libmicrohttpd. */
#ifndef ARCHWAY_TESTS_CLOUD_SERVER_H
#define ARCHWAY_TESTS_CLOUD_SERVER_H

#include "tests/cloud/cloud.h"

struct cloud_server;

/* Ends the program when it cannot. */
struct cloud_server *cloud_server_create(struct cloud *cloud);
void cloud_server_destroy(struct cloud_server *server);
unsigned cloud_server_port(const struct cloud_server *server);

/* Serves until nothing more can be read from `stop_fd`. */
void cloud_server_run(struct cloud_server *server, int stop_fd);

#endif
