/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session with a cloud that is really there: Lambda Cloud's API as far as one machine's life needs
 * it, on the scripted server, and a context that reaches it by a configuration file.
 */
#ifndef ARCHWAY_TESTS_LIVE_CLOUD_H
#define ARCHWAY_TESTS_LIVE_CLOUD_H

#include "tests/tls_server.h"

#include <archway/archway.h>

#include <pthread.h>
#include <stdbool.h>

#define LIVE_KEY "secret_live_0123456789abcdef"

/* Zeroed, it sells one GH200 and has no machine. */
struct live_cloud {
    bool lose_launch;  /* the launch works, and its answer breaks off */
    bool stall_launch; /* or never comes */
    unsigned busy;     /* so many requests are answered with 503 first */
    bool stalls;       /* nothing is answered */
    /* What has happened; under the lock while the server runs. */
    pthread_mutex_t lock;
    unsigned launches;
    bool terminated;
    char tags[512];  /* of the machine, as JSON; "": none */
    char head[2048]; /* of the last request */
};

/* A struct server_plan's script, and its `arg`. */
void live_cloud_answer(struct peer *peer, const struct heard *heard, void *cloud);

/* Writes the configuration of a backend at that server, with a journal in the working directory. */
void live_config_write(const char *path, const struct tls_server *at, const char *key);
/* Removes both. */
void live_config_remove(const char *path);

/* Opens a context with that configuration, and the plugins of this build. Fails the test otherwise. */
archway *live_open(const char *config_path);

/* Starts a job. */
archway_job *live_offers(archway *aw, const archway_query *query, const archway_call *call);
archway_job *live_create(archway *aw, const archway_call *call);
archway_job *live_list(archway *aw, const archway_call *call);
archway_job *live_terminate(archway *aw, const archway_call *call);

/* Runs it to its end; it must not have failed. Returns it. */
archway_job *live_succeed(archway *aw, archway_job *job);

#endif
