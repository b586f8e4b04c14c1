/* SPDX-License-Identifier: Apache-2.0 */
/* The world of a simulated server: requests reach the clouds' function, some time later, and answers likewise. */
#include "tests/sim/sim.h"

#include "core/arena.h"
#include "core/list.h"
#include "core/mem.h"
#include "core/whole_file.h"
#include "kit/error.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define MOST_HEADERS 48

struct sim_world {
    struct world face; /* first */
    struct sim *sim;
    struct link flights;
    uint64_t started_ms;
};

/* A request on its way, there and back. */
struct flight {
    struct link link;
    struct sim_world *world;
    struct wire_call *call;
    struct loop_timer timer;
    struct cloud_answer answer;
    bool has_arrived;
};

static struct sim_world *world_of(struct world *world)
{
    return (struct sim_world *)(void *)world;
}

/* ---- at the cloud ---- */

struct copy {
    aw_header headers[MOST_HEADERS];
    char names[MOST_HEADERS][64];
    size_t count;
    char host[64];
    char path[1024];
};

static void copy_header(struct copy *copy, const aw_header *header)
{
    char *name = copy->names[copy->count];
    if (copy->count == MOST_HEADERS)
        return;
    snprintf(name, sizeof copy->names[0], "%s", header->name);
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    copy->headers[copy->count++] = (aw_header){name, header->value};
}

static void arrive(struct flight *flight)
{
    const struct wire_call *call = flight->call;
    const aw_request *request = call->request;
    struct sim *sim = flight->world->sim;
    struct copy copy = {.count = 0};
    const char *target = strstr(request->url, "//") + 2;
    size_t host_size = strcspn(target, "/");
    const char *path = target + host_size;
    const char *query = strchr(path, '?');
    snprintf(copy.host, sizeof copy.host, "%.*s", (int)host_size, target);
    snprintf(copy.path, sizeof copy.path, "%.*s", (int)strcspn(path, "?"), path);
    for (uint64_t i = 0; i < request->header_count; i++)
        copy_header(&copy, &request->headers[i]);
    for (size_t i = 0; i < call->signed_header_count; i++)
        copy_header(&copy, &call->signed_headers[i]);
    copy_header(&copy, &(aw_header){"host", copy.host});
    const struct cloud_request asked = {
        .method = request->method,
        .path = copy.path,
        .query = query ? query + 1 : "",
        .host = copy.host,
        .headers = copy.headers,
        .header_count = copy.count,
        .body = request->body.data ? request->body.data : "",
        .body_size = request->body.size,
    };
    flight->has_arrived = true;
    sim->counts.requests++;
    sim->in_cloud = true;
    cloud_answer(sim->cloud, &asked, SIM_START_MS + sim_time_ms(sim), &flight->answer);
    sim->in_cloud = false;
}

/* ---- back ---- */

static void flight_end(struct flight *flight)
{
    loop_stop(flight->world->face.loop, &flight->timer);
    list_remove(&flight->link);
    kit_buf_finish(&flight->answer.body);
    mem_free(flight);
}

static void fill_in(struct flight *flight, aw_header headers[2])
{
    struct wire_call *call = flight->call;
    const struct cloud_answer *answer = &flight->answer;
    headers[0] = (aw_header){"content-type", answer->type};
    headers[1] = (aw_header){"retry-after", answer->retry_after};
    call->outcome = answer->ending == CLOUD_WHOLE   ? WIRE_ANSWERED
                    : answer->ending == CLOUD_STALL ? WIRE_TIMED_OUT
                                                    : WIRE_LOST;
    kit_error_text(call->problem, sizeof call->problem, "the connection broke");
    call->answer = (aw_response){.size = sizeof call->answer,
                                 .status = answer->status,
                                 .headers = headers,
                                 .header_count = answer->retry_after ? 2 : 1,
                                 .body = {kit_buf_text(&answer->body), answer->body.size}};
}

static void come_back(void *arg)
{
    struct flight *flight = arg;
    struct wire_call *call = flight->call;
    struct flight copy = *flight;
    aw_header headers[2];
    fill_in(flight, headers);
    list_remove(&flight->link);
    mem_free(flight);
    call->transport = NULL;
    call->done(call);
    kit_buf_finish(&copy.answer.body);
}

static void be_there(void *arg)
{
    struct flight *flight = arg;
    arrive(flight);
    uint64_t delay_ms = flight->answer.ending == CLOUD_STALL
                            ? flight->call->timeout_ms
                            : flight->answer.latency_ms + 1 + sim_random(flight->world->sim, 60);
    flight->timer.run = come_back;
    loop_set(flight->world->face.loop, &flight->timer, delay_ms);
}

static void sim_send(struct world *world, struct wire_call *call)
{
    struct sim_world *own = world_of(world);
    own->sim->in_cloud = true;
    struct flight *flight = mem_alloc(sizeof *flight);
    own->sim->in_cloud = false;
    if (!flight)
        sim_die(own->sim, "no memory for", "a request");
    flight->world = own;
    flight->call = call;
    flight->timer = (struct loop_timer){.run = be_there, .arg = flight};
    list_append(&own->flights, &flight->link);
    call->transport = flight;
    loop_set(world->loop, &flight->timer, 1 + sim_random(own->sim, 60));
}

/* It may have left already. */
static void strand(struct flight *flight)
{
    if (!flight->has_arrived && sim_random(flight->world->sim, 2))
        arrive(flight);
    flight_end(flight);
}

static void sim_cancel(struct world *world, struct wire_call *call)
{
    (void)world;
    if (call->transport)
        strand(call->transport);
    call->transport = NULL;
}

void sim_world_strand(struct world *world)
{
    struct link *flights = &world_of(world)->flights;
    while (!list_empty(flights))
        strand(list_item(flights->next, struct flight, link));
}

/* ---- the rest of the world ---- */

static void sim_run(struct world *world, struct run_call *call)
{
    (void)call;
    sim_die(world_of(world)->sim, "nothing here runs", "a program");
}

static void sim_cancel_run(struct world *world, struct run_call *call)
{
    (void)world;
    (void)call;
}

static const char *sim_env(struct world *world, struct arena *arena, const char *name, bool secret)
{
    (void)world;
    (void)arena;
    (void)name;
    (void)secret;
    return NULL;
}

static int sim_read_file(struct world *world, struct arena *arena, const char *path,
                         uint64_t max_size, bool secret, aw_bytes *ret_content, aw_error *ret_error)
{
    (void)world;
    (void)secret;
    if (*path != '/')
        return kit_error_set(ret_error, AW_E_NOT_FOUND, "%s: no such file", path);
    return whole_file_read(AT_FDCWD, path, 0, max_size, arena, ret_content, ret_error);
}

static bool sim_file_exists(struct world *world, const char *path)
{
    (void)world;
    (void)path;
    return false;
}

static void sim_cache_put(struct world *world, const char *space, const char *key, const void *data,
                          uint64_t size)
{
    (void)world;
    (void)space;
    (void)key;
    (void)data;
    (void)size;
}

static void sim_random_bytes(struct world *world, void *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)out)[i] = (unsigned char)sim_random(world_of(world)->sim, 256);
}

static uint64_t sim_wall_ms(struct world *world)
{
    return SIM_START_MS + sim_time_ms(world_of(world)->sim);
}

static void sim_name_value(struct world *world, const char *name, const char *value)
{
    (void)world;
    (void)name;
    (void)value;
}

static void sim_hide(struct world *world, const char *secret)
{
    (void)world;
    (void)secret;
}

static int sim_finish(struct world *world, aw_error *ret_error)
{
    (void)world;
    (void)ret_error;
    return 0;
}

static void sim_destroy(struct world *world)
{
    sim_world_strand(world);
    mem_free(world);
}

static const struct world_ops ops = {
    .send = sim_send,
    .cancel = sim_cancel,
    .run = sim_run,
    .cancel_run = sim_cancel_run,
    .env = sim_env,
    .read_file = sim_read_file,
    .file_exists = sim_file_exists,
    .cache_get = world_cache_nothing,
    .cache_put = sim_cache_put,
    .random = sim_random_bytes,
    .token = world_make_token,
    .has_credentials = world_has_none,
    .wall_ms = sim_wall_ms,
    .name_value = sim_name_value,
    .hide = sim_hide,
    .finish = sim_finish,
    .destroy = sim_destroy,
};

struct world *sim_world_create(struct sim *sim, struct loop *loop)
{
    struct sim_world *world = mem_alloc(sizeof *world);
    if (!world)
        sim_die(sim, "no memory for", "a world");
    world->face = (struct world){&ops, loop};
    world->sim = sim;
    list_init(&world->flights);
    return &world->face;
}
