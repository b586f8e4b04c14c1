/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a request: which provider, what goes wrong, the provider's answer, how it comes. */
#include "tests/cloud/cloud.h"

#include "core/mem.h"
#include "tests/cloud/admin.h"
#include "tests/cloud/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST ((size_t)256 << 20)

static const struct face *const faces[CLOUDS] = {
    [CLOUD_AWS] = &aws_face, [CLOUD_GCP] = &gcp_face, [CLOUD_LAMBDA] = &lambda_face};

_Noreturn void cloud_die(const char *why, const char *what)
{
    fprintf(stderr, "cloud: %s: %s\n", why, what);
    abort();
}

const char *cloud_name(enum cloud_id id)
{
    static const char *const names[CLOUDS] = {"aws", "gcp", "lambda"};
    return names[id];
}

struct cloud *cloud_create(void)
{
    struct cloud *cloud = mem_alloc(sizeof *cloud);
    if (!cloud)
        cloud_die("no memory for", "a cloud");
    for (enum cloud_id id = 0; id < CLOUDS; id++)
        knobs_init(&cloud->knobs[id]);
    truth_init(&cloud->truth);
    cloud->groups = json_array();
    cloud->firewalls = json_object();
    cloud->operations = json_array();
    cloud->tokens = json_object();
    cloud->ssh_keys = json_array();
    return cloud;
}

void cloud_destroy(struct cloud *cloud)
{
    if (!cloud)
        return;
    truth_finish(&cloud->truth);
    json_decref(cloud->groups);
    json_decref(cloud->firewalls);
    json_decref(cloud->operations);
    json_decref(cloud->tokens);
    json_decref(cloud->ssh_keys);
    mem_free(cloud);
}

/* ---- a request ---- */

static bool face_has(const struct face *face, const char *path)
{
    for (int i = 0; face->prefixes[i]; i++)
        if (behind(path, face->prefixes[i]))
            return true;
    return false;
}

static enum fault_kind kind_of(const struct call *call)
{
    return call->fault ? call->fault->kind : FAULT_NONE;
}

/* True: it does not even come to the provider. */
static bool is_stopped(struct call *call)
{
    const struct face *face = faces[call->id];
    struct knobs *knobs = &call->cloud->knobs[call->id];
    enum fault_kind kind = kind_of(call);
    if (kind == FAULT_RESET_BEFORE || kind == FAULT_STALL_BEFORE)
        call->answer->ending = kind == FAULT_RESET_BEFORE ? CLOUD_RESET : CLOUD_STALL;
    else if (kind == FAULT_HTML)
        answer_html(call, 502, "Bad Gateway");
    else if (kind == FAULT_THROTTLE || !knobs_admit(knobs, call->now_ms))
        face->refuse(call, REFUSED_THROTTLED);
    else if (kind == FAULT_UNAVAILABLE || knobs->outage)
        face->refuse(call, REFUSED_UNAVAILABLE);
    else
        return false;
    return true;
}

static void end_badly(struct call *call)
{
    struct cloud_answer *answer = call->answer;
    switch (kind_of(call)) {
    case FAULT_RESET_AFTER:
        answer->ending = CLOUD_RESET;
        break;
    case FAULT_STALL_AFTER:
        answer->ending = CLOUD_STALL;
        break;
    case FAULT_CUT:
        answer->ending = CLOUD_CUT;
        answer->cut_after =
            call->fault->byte < answer->body.size ? call->fault->byte : answer->body.size / 2;
        break;
    case FAULT_UNAVAILABLE_AFTER:
        kit_buf_clear(&answer->body);
        faces[call->id]->refuse(call, REFUSED_UNAVAILABLE);
        break;
    default:
        break;
    }
}

static void carry_out(struct call *call)
{
    struct truth *truth = &call->cloud->truth;
    call->fault = faults_meet(&call->cloud->faults, call->id, call->name);
    call->number = truth_note(truth, call->id, call->name, call->now_ms);
    call->answer->latency_ms = call->cloud->knobs[call->id].latency_ms;
    if (!is_stopped(call)) {
        faces[call->id]->answer(call);
        end_badly(call);
    }
    struct note *note = &truth->notes[call->number - 1];
    note->status = call->answer->ending == CLOUD_WHOLE ? call->answer->status : 0;
    note->fault = call->fault ? fault_word(call->fault->kind) : NULL;
}

static bool find_face(struct call *call, char *name, size_t size)
{
    for (call->id = 0; call->id < CLOUDS; call->id++) {
        if (!face_has(faces[call->id], call->request->path))
            continue;
        call->name = faces[call->id]->name(call->request, name, size);
        return call->name != NULL;
    }
    return false;
}

void cloud_answer(struct cloud *cloud, const struct cloud_request *request, uint64_t now_ms,
                  struct cloud_answer *ret_answer)
{
    char name[64];
    now_ms = cloud->ahead_ms + cloud->speed_from_ms +
             (now_ms - cloud->speed_from_ms) * (cloud->speed ? cloud->speed : 1);
    struct call call = {.cloud = cloud, .request = request, .now_ms = now_ms, .answer = ret_answer};
    *ret_answer = (struct cloud_answer){.status = 200, .type = "application/json"};
    ret_answer->now_ms = now_ms;
    kit_buf_init(&ret_answer->body, mem_kit(), LARGEST);
    truth_pass(cloud, now_ms);
    if (behind(request->path, "/_")) {
        admin_answer(&call);
    } else if (find_face(&call, name, sizeof name)) {
        carry_out(&call);
    } else {
        fprintf(stderr, "cloud: nothing is known of %s %s\n%s\n", request->method, request->path,
                request->body);
        answer_html(&call, 404, "Not Found");
    }
    if (ret_answer->body.state != KIT_BUF_OK)
        cloud_die("no memory for an answer to", request->path);
}

/* ---- what all providers count ---- */

static uint64_t living(const struct call *call)
{
    uint64_t count = 0;
    for (const struct machine *machine = machine_next(call, NULL); machine;
         machine = machine_next(call, machine))
        count += machine->ending_ms == 0;
    return count;
}

bool may_make(struct call *call, const char *type, const char *place)
{
    enum fault_kind kind = kind_of(call);
    struct capacity *capacity = capacity_of(&call->cloud->faults, place, type);
    uint64_t quota = call->cloud->knobs[call->id].quota;
    if (kind == FAULT_QUOTA || (quota > 0 && living(call) >= quota)) {
        faces[call->id]->refuse(call, REFUSED_QUOTA);
        return false;
    }
    if (kind == FAULT_NO_CAPACITY || (capacity && capacity->left == 0)) {
        faces[call->id]->refuse(call, REFUSED_NO_CAPACITY);
        return false;
    }
    if (capacity)
        capacity->left--;
    return true;
}
