/* SPDX-License-Identifier: Apache-2.0 */
/* What the server does all day, and what befalls it. */
#include "tests/sim/sim.h"

#include "core/mem.h"
#include "core/vec.h"

#include <stdio.h>
#include <string.h>

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d"
#define EVENT_MS 30000u /* between two things that it does, on average */
#define RECOVERIES 12
#define COLLECTIONS 5 /* machines, and then their disks, which must be seen for a while */

static const struct {
    const char *name;
    const char *launch;
    const char *list;
    const char *terminate;
    const char *disks[2]; /* their list, and how they are removed */
    const char *regions[2];
    const char *zones[2];
    const char *types[2]; /* arm64 and amd64 */
} clouds[CLOUDS] = {
    {"aws",
     "RunInstances",
     "DescribeInstances",
     "TerminateInstances",
     {"DescribeVolumes", "DeleteVolume"},
     {"us-east-1", "eu-central-1"},
     {"us-east-1a,us-east-1b,us-east-1c", "eu-central-1a,eu-central-1b"},
     {"c7g.large", "m7i.large"}},
    {"gcp",
     "insert",
     "instances",
     "delete",
     {"disks", "delete-disk"},
     {"us-central1", "europe-west4"},
     {"us-central1-a,us-central1-b", "europe-west4-a"},
     {"c4a-standard-4", "n2-standard-8"}},
    {"lambda",
     "launch",
     "instances",
     "terminate",
     {"instances", "terminate"},
     {"us-east-3", "us-west-1"},
     {NULL, NULL},
     {"gpu_1x_gh200", "gpu_1x_a10"}},
};

static struct sim_job *free_place(struct sim *sim)
{
    for (size_t i = 0; i < SIM_MOST_JOBS; i++)
        if (!sim->jobs[i].job)
            return &sim->jobs[i];
    return NULL;
}

static void copy_text(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

/* ---- creates ---- */

static void note_machine(struct sim *sim, unsigned cloud, const aw_instance *instance)
{
    sim->in_cloud = true;
    struct sim_machine *machine = VEC_PUSH(&sim->machines, &sim->machine_count);
    sim->in_cloud = false;
    if (!machine)
        sim_die(sim, "no memory for", "a machine");
    machine->cloud = cloud;
    copy_text(machine->region, sizeof machine->region, instance->region);
    copy_text(machine->zone, sizeof machine->zone, instance->zone);
    copy_text(machine->id, sizeof machine->id, instance->id);
    copy_text(machine->data, sizeof machine->data, instance->data);
}

/* One that may have made a machine is tried again later, by its token. */
static void on_created(archway_job *job, void *arg)
{
    struct sim_job *place = arg;
    const aw_error *error = archway_job_error(job);
    if (error->code == AW_OK) {
        sim_now->counts.created++;
        note_machine(sim_now, place->cloud, archway_job_instance(job, 0, NULL));
        json_object_del(sim_now->retried, archway_job_token(job));
    } else if (error->retry == AW_RETRY_UNKNOWN) {
        json_object_set_new(sim_now->retried, archway_job_token(job),
                            json_integer((json_int_t)place->cloud));
    }
    place->job = NULL;
    archway_job_destroy(job);
}

/* `token` NULL: a new one, of the library's. */
static void create(struct sim *sim, unsigned cloud, const char *token)
{
    static const char *const keys[] = {KEY};
    struct sim_job *place = free_place(sim);
    unsigned type = (unsigned)sim_random(sim, 2);
    unsigned region = (unsigned)sim_random(sim, 2);
    char name[32];
    if (!place)
        return;
    place->cloud = cloud;
    snprintf(name, sizeof name, "n%u", ++sim->names);
    /* The same token must be the same wish. */
    if (token) {
        type = (unsigned char)token[5] % 2;
        region = (unsigned char)token[6] % 2;
        snprintf(name, sizeof name, "n%.8s", token);
    }
    const aw_offer offer = {.size = sizeof offer,
                            .arch = type ? AW_ARCH_AMD64 : AW_ARCH_ARM64,
                            .spot = !token && cloud != CLOUD_LAMBDA && sim_random(sim, 3) == 0,
                            .instance_type = clouds[cloud].types[type],
                            .region = clouds[cloud].regions[region],
                            .zone = clouds[cloud].zones[region]};
    const archway_wish wish = {.size = sizeof wish,
                               .ssh_key_count = 1,
                               .backend = clouds[cloud].name,
                               .offer = &offer,
                               .name = name,
                               .token = token,
                               .ssh_keys = keys};
    const archway_call call = {.size = sizeof call, .on_done = on_created, .arg = place};
    aw_error error = {.size = sizeof error};
    sim->counts.creates++;
    if (archway_create(sim->aw, &wish, &call, &place->job, &error) && error.code != AW_E_CONFLICT &&
        error.code != AW_E_NO_MEMORY)
        sim_die(sim, "a create is refused:", error.message);
}

bool sim_create(struct sim *sim, unsigned cloud)
{
    create(sim, cloud, NULL);
    return sim->jobs[0].job != NULL;
}

static void create_some(struct sim *sim)
{
    unsigned cloud = (unsigned)sim_random(sim, CLOUDS);
    char token[33];
    if (sim_random(sim, 3) > 0)
        return create(sim, cloud, NULL);
    for (int i = 0; i < 32; i++)
        token[i] = "0123456789abcdef"[sim_random(sim, 16)];
    token[32] = '\0';
    /* Written down by the server before it asks, so that it can ask again after a crash. */
    json_object_set_new(sim->retried, token, json_integer((json_int_t)cloud));
    create(sim, cloud, token);
}

static void retry_some(struct sim *sim)
{
    size_t count = json_object_size(sim->retried);
    size_t wanted = count ? sim_random(sim, count) : 0;
    const char *token;
    json_t *cloud;
    json_object_foreach(sim->retried, token, cloud)
    {
        if (wanted-- > 0)
            continue;
        char copy[40];
        copy_text(copy, sizeof copy, token);
        create(sim, (unsigned)json_integer_value(cloud), copy);
        return;
    }
}

/* ---- ends ---- */

static void on_ended(archway_job *job, void *arg)
{
    struct sim_job *place = arg;
    place->job = NULL;
    archway_job_destroy(job);
}

static void terminate_some(struct sim *sim)
{
    struct sim_job *place = free_place(sim);
    if (!place || sim->machine_count == 0)
        return;
    size_t at = sim_random(sim, sim->machine_count);
    const struct sim_machine *it = &sim->machines[at];
    const archway_machine machine = {.size = sizeof machine,
                                     .backend = clouds[it->cloud].name,
                                     .region = it->region,
                                     .id = it->id,
                                     .zone = *it->zone ? it->zone : NULL,
                                     .data = *it->data ? it->data : NULL};
    const archway_call call = {.size = sizeof call, .on_done = on_ended, .arg = place};
    aw_error error = {.size = sizeof error};
    json_object_set_new(sim->ordered, it->id, json_true());
    sim->counts.terminates++;
    if (archway_terminate(sim->aw, &machine, &call, &place->job, &error) &&
        error.code != AW_E_NO_MEMORY)
        sim_die(sim, "an end is refused:", error.message);
    sim->machines[at] = sim->machines[--sim->machine_count];
}

bool sim_terminate(struct sim *sim)
{
    terminate_some(sim);
    return sim->jobs[0].job != NULL;
}

bool sim_settle(struct sim *sim, unsigned cloud)
{
    const archway_call call = {.size = sizeof call, .on_done = on_ended, .arg = &sim->jobs[0]};
    aw_error error = {.size = sizeof error};
    (void)cloud;
    return archway_recover(sim->aw, 0, &call, &sim->jobs[0].job, &error) == 0;
}

static void recover_some(struct sim *sim)
{
    struct sim_job *place = free_place(sim);
    const archway_call call = {.size = sizeof call, .on_done = on_ended, .arg = place};
    aw_error error = {.size = sizeof error};
    if (place && archway_recover(sim->aw, (uint32_t)sim_random(sim, 2), &call, &place->job, &error))
        sim_die(sim, "a recovery is refused:", error.message);
}

/* ---- collections ---- */

static int collect(struct sim *sim, struct sim_job *place, uint64_t grace_ms, aw_error *ret_error)
{
    const archway_call call = {.size = sizeof call, .on_done = on_ended, .arg = place};
    archway_gc_options how = ARCHWAY_GC_DEFAULTS;
    how.act = 1;
    how.most = grace_ms > 60000 ? how.most : 1000; /* in the end, all there are */
    how.grace_ms = grace_ms;
    sim->counts.collections++;
    return archway_gc(sim->aw, &how, &call, &place->job, ret_error);
}

bool sim_collect(struct sim *sim, unsigned cloud)
{
    aw_error error = {.size = sizeof error};
    (void)cloud;
    return collect(sim, &sim->jobs[0], 60000, &error) == 0;
}

static void collect_some(struct sim *sim)
{
    struct sim_job *place = free_place(sim);
    aw_error error = {.size = sizeof error};
    if (place && collect(sim, place, 60000 + sim_random(sim, 600000), &error))
        sim_die(sim, "a collection is refused:", error.message);
}

static void ask_lambda(struct sim *sim, const char *path, const char *body)
{
    const aw_header headers[] = {{"authorization", "Bearer " CLOUD_LAMBDA_KEY}};
    const struct cloud_request request = {.method = "POST",
                                          .path = path,
                                          .query = "",
                                          .host = "elsewhere",
                                          .headers = headers,
                                          .header_count = 1,
                                          .body = body,
                                          .body_size = strlen(body)};
    struct cloud_answer answer;
    cloud_answer(sim->cloud, &request, SIM_START_MS + sim_time_ms(sim), &answer);
    kit_buf_finish(&answer.body);
}

/* A machine that another journal's server made and forgot; or another owner's, which is nobody's business. */
static void make_stray(struct sim *sim)
{
    bool foreign = sim_random(sim, 2);
    char body[512];
    snprintf(body, sizeof body,
             "{\"region_name\": \"us-east-3\", \"instance_type_name\": \"gpu_1x_a10\", "
             "\"ssh_key_names\": [\"stray\"], \"tags\": [{\"key\": \"archway-owner\", \"value\": "
             "\"%s\"}, {\"key\": \"archway-token\", \"value\": \"stray-%u\"}]}",
             foreign ? "another" : SIM_OWNER, ++sim->counts.strays);
    ask_lambda(sim, "/api/v1/ssh-keys", "{\"name\": \"stray\", \"public_key\": \"" KEY "\"}");
    ask_lambda(sim, "/api/v1/instance-operations/launch", body);
}

/* ---- trouble ---- */

static const char *any_request(struct sim *sim, unsigned cloud)
{
    switch (sim_random(sim, 5)) {
    case 0:
        return clouds[cloud].list;
    case 1:
        return clouds[cloud].terminate;
    case 2:
        return clouds[cloud].disks[sim_random(sim, 2)];
    default:
        return clouds[cloud].launch;
    }
}

static void make_trouble(struct sim *sim)
{
    static const char *const kinds[] = {
        "reset-before", "reset-after", "cut",         "stall-before",  "stall-after",
        "throttle",     "unavailable", "html",        "no-capacity",   "unavailable-after",
        "quota",        "reset-after", "reset-after", "late-capacity", "late-quota",
    };
    unsigned cloud = (unsigned)sim_random(sim, CLOUDS);
    char script[512];
    snprintf(script, sizeof script,
             "{\"reset\": true, \"%s\": {\"outage\": %d, \"burst\": %d, \"per_second\": 2},"
             "\"faults\": [{\"cloud\": \"%s\", \"request\": \"%s\", \"do\": \"%s\", "
             "\"skip\": %d, \"count\": %d, \"byte\": %d}]}",
             clouds[cloud].name, sim_random(sim, 12) == 0, sim_random(sim, 6) == 0 ? 4 : 0,
             clouds[cloud].name, any_request(sim, cloud),
             kinds[sim_random(sim, sizeof kinds / sizeof *kinds)], (int)sim_random(sim, 3),
             (int)sim_random(sim, 4) + 1, (int)sim_random(sim, 300));
    cloud_script_text(sim->cloud, script, SIM_START_MS + sim_time_ms(sim));
    for (cloud = 0; cloud < CLOUDS; cloud++) {
        snprintf(script, sizeof script,
                 "{\"%s\": {\"hidden_ms\": %d, \"page\": %d, \"boot_ms\": 20000, \"end_ms\": %d, "
                 "\"operation_ms\": %d, \"latency_ms\": %d, \"disks_stay\": %d}}",
                 clouds[cloud].name, (int)sim_random(sim, 30000), (int)sim_random(sim, 40) + 3,
                 (int)sim_random(sim, 40000), (int)sim_random(sim, 9000), (int)sim_random(sim, 800),
                 sim_random(sim, 4) == 0);
        cloud_script_text(sim->cloud, script, SIM_START_MS + sim_time_ms(sim));
    }
    sim->counts.troubles++;
}

/* A machine that its provider takes back. */
static void lose_some(struct sim *sim)
{
    char script[256];
    if (sim->machine_count == 0)
        return;
    snprintf(script, sizeof script, "{\"end\": [\"%s\"]}",
             sim->machines[sim_random(sim, sim->machine_count)].id);
    cloud_script_text(sim->cloud, script, SIM_START_MS + sim_time_ms(sim));
}

/* ---- the day ---- */

static void on_event(void *arg)
{
    struct sim *sim = arg;
    uint64_t what = sim_random(sim, 100);
    loop_set(sim->world->loop, &sim->event, sim_random(sim, 2 * EVENT_MS));
    if (what < 45)
        create_some(sim);
    else if (what < 55)
        retry_some(sim);
    else if (what < 82)
        terminate_some(sim);
    else if (what < 92)
        make_trouble(sim);
    else if (what < 94)
        lose_some(sim);
    else if (what < 96)
        make_stray(sim);
    else if (what < 98)
        collect_some(sim);
    else
        recover_some(sim);
}

static void start(struct sim *sim)
{
    sim_open(sim);
    sim->crash_in = 1 + sim_random(sim, sim_random(sim, 4) ? 400 : 20);
    sim->event = (struct loop_timer){.run = on_event, .arg = sim};
    loop_set(sim->world->loop, &sim->event, sim_random(sim, 1000));
    recover_some(sim);
}

static void end(struct sim *sim)
{
    if (sim_random(sim, 5) == 0)
        sim_close(sim);
    else
        sim_crash(sim);
    sim_pass_ms(sim, sim_random(sim, sim_random(sim, 4) ? 5000 : 600000));
}

void sim_live(struct sim *sim)
{
    make_trouble(sim);
    while (sim_time_ms(sim) < sim->end_ms) {
        start(sim);
        while (sim->crash_in-- > 0 && sim_time_ms(sim) < sim->end_ms)
            sim_step(sim);
        end(sim);
    }
}

/* Enough that what must be seen twice and be so old is. */
static void collect_all(struct sim *sim)
{
    for (int i = 0; i < COLLECTIONS; i++) {
        sim_open(sim);
        if (!sim_collect(sim, 0))
            sim_die(sim, "a collection is refused", "");
        while (sim->jobs[0].job)
            sim_step(sim);
        sim_close(sim);
        sim_pass_ms(sim, 70000);
    }
}

/* In quiet, as often as it takes; but not for ever. */
void sim_recover(struct sim *sim)
{
    uint64_t left = 1;
    aw_error error = {.size = sizeof error};
    cloud_script_text(sim->cloud, "{\"reset\": true}", SIM_START_MS + sim_time_ms(sim));
    sim_pass_ms(sim, 70000);
    for (int i = 0; left > 0; i++) {
        archway_job *job = NULL;
        sim_open(sim);
        if (i == RECOVERIES || archway_recover(sim->aw, 0, NULL, &job, &error))
            sim_die(sim, "recovery comes to no end:", error.message);
        while (!archway_job_done(job))
            sim_step(sim);
        if (archway_job_error(job)->code)
            sim_die(sim, "recovery fails:", archway_job_error(job)->message);
        archway_job_destroy(job);
        sim_close(sim);
        sim_pass_ms(sim, 70000);
        sim_open(sim);
        if (archway_recoverable(sim->aw, &left, &error))
            sim_die(sim, "the journal fails:", error.message);
        sim_close(sim);
    }
    collect_all(sim);
}
