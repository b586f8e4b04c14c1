/* SPDX-License-Identifier: Apache-2.0 */
/* A server as a stranger writes it, in C or C++: counts its plugins, and lists a recorded cloud's offers in a
 * loop of its own. Usage: server RECORDING */
#include <archway/archway.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>

static archway *aw;
static int done;

static void on_done(archway_job *job, void *arg)
{
    *(int *)arg = archway_job_done(job);
}

static int fail(const aw_error *error)
{
    fprintf(stderr, "server: %s\n", error->message);
    return 1;
}

static void serve(void)
{
    struct pollfd wanted;
    wanted.fd = archway_fd(aw);
    wanted.events = POLLIN;
    while (!done) {
        poll(&wanted, 1, (int)archway_timeout_ms(aw));
        archway_step(aw);
    }
}

static int list(archway_query *query, aw_error *error)
{
    archway_job *job = NULL;
    archway_call call;
    memset(&call, 0, sizeof call);
    call.size = sizeof call;
    call.on_done = on_done;
    call.arg = &done;
    if (archway_offers(aw, query, 0, &call, &job, error))
        return fail(error);
    serve();
    printf("%d plugins, %d offers\n", (int)archway_plugin_count(aw),
           (int)archway_job_offer_count(job));
    archway_job_destroy(job);
    return 0;
}

int main(int argc, char **argv)
{
    aw_error error;
    archway_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.replay_path = argv[argc - 1];
    if (archway_open(&options, &aw, &error))
        return fail(&error);
    archway_query *query = archway_query_create();
    int status =
        archway_query_set(query, "arch", "arm64", &error) ? fail(&error) : list(query, &error);
    archway_query_destroy(query);
    return archway_close(aw, &error) ? fail(&error) : status;
}
