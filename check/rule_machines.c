/* SPDX-License-Identifier: Apache-2.0 */
/* I1 to I3: machines that are gone, and creates that can be found and repeated. */
#include "check/rules.h"
#include "check/run.h"

#include "core/backend.h"
#include "core/mem.h"

#include <string.h>

/* Was a machine to be ended that the provider does not know? */
struct ending {
    bool unknown;
};

static bool has_ending(const struct stage *stage)
{
    const struct recording *recording = stage_recording(stage);
    for (size_t i = 0; i < recording->act_count; i++)
        if (strcmp(recording->acts[i].verb, "terminate") == 0)
            return true;
    return false;
}

static void see_answer(struct stage *stage, const aw_request *request, const aw_response *answer)
{
    struct ending *ending = stage->knobs.observer.arg;
    aw_error error = {.size = sizeof error};
    stage->real->classify(stage->aw->backends[0]->state, request, answer, &error);
    if (error.code == AW_E_NOT_FOUND && has_ending(stage))
        ending->unknown = true;
}

void rule_gone(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct ending ending = {.unknown = false};
    const struct observer observer = {.answer = see_answer, .arg = &ending};
    struct run clean;
    verdict_place(verdict, "%s", run_name(recording));
    if (!run_clean(&clean, subject, recording, &observer))
        return;
    for (size_t i = 0; i < PLAY_ACTS && ending.unknown; i++) {
        const struct act_record *record = &clean.player.records[i];
        if (!record->outcome || strcmp(record->verb, "terminate") != 0)
            continue;
        verdict->applied++;
        verdict->tried++;
        if (strcmp(record->outcome, "ok") != 0)
            verdict_fail(verdict, "ending a machine that is gone comes out as \"%s\"",
                         record->outcome);
    }
    run_finish(&clean);
}

/* All that creates send, in order. */
struct sent {
    kit_buf text;
    bool changing; /* a request that is no mere read */
};

static void see_create(struct stage *stage, const struct op *op, const aw_request *request)
{
    struct sent *sent = stage->knobs.observer.arg;
    if (op->kind != OP_CREATE)
        return;
    kit_buf_addf(&sent->text, "%s %s\n", request->method, request->url);
    for (uint64_t i = 0; i < request->header_count; i++)
        kit_buf_addf(&sent->text, "%s: %s\n", request->headers[i].name, request->headers[i].value);
    kit_buf_add(&sent->text, request->body.data, request->body.size);
    kit_buf_add_char(&sent->text, '\n');
    sent->changing = sent->changing || strcmp(request->method, "GET") != 0;
}

static void see_program(struct stage *stage, const struct op *op, const aw_program *program)
{
    struct sent *sent = stage->knobs.observer.arg;
    if (op->kind != OP_CREATE)
        return;
    for (size_t i = 0; program->argv[i]; i++)
        kit_buf_addf(&sent->text, "%s\n", program->argv[i]);
    kit_buf_add(&sent->text, program->input.data, program->input.size);
    sent->changing = true;
}

static bool created(const struct run *run)
{
    for (size_t i = 0; i < PLAY_ACTS; i++) {
        const struct act_record *record = &run->player.records[i];
        if (record->outcome && strcmp(record->verb, "create") == 0 &&
            strcmp(record->outcome, "ok") == 0)
            return true;
    }
    return false;
}

static bool play_create(struct subject *subject, const char *recording, uint64_t later_ms,
                        struct run *run, struct sent *sent)
{
    const struct stage_knobs knobs = {
        .later_ms = later_ms,
        .observer = {.request = see_create, .program = see_program, .arg = sent}};
    *sent = (struct sent){.changing = false};
    kit_buf_init(&sent->text, mem_kit(), SIZE_MAX);
    run_play(run, subject, recording, &knobs);
    return run->played && created(run) && sent->changing;
}

void rule_same_token(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct sent first;
    struct sent second;
    struct run run;
    verdict_place(verdict, "%s", run_name(recording));
    bool creates = play_create(subject, recording, 0, &run, &first) && run.used;
    run_finish(&run);
    if (creates) {
        verdict->applied++;
        verdict->tried++;
        play_create(subject, recording, 1500, &run, &second);
        run_finish(&run);
        if (strcmp(kit_buf_text(&first.text), kit_buf_text(&second.text)) != 0)
            verdict_fail(verdict, "the same token makes another request a second and a half later");
        kit_buf_finish(&second.text);
    }
    kit_buf_finish(&first.text);
}

/* The token that the results of the first create name. */
static const char *token_of(const struct run *run)
{
    return run->player.token[0] ? run->player.token : NULL;
}

void rule_tags(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct sent sent;
    struct run run;
    verdict_place(verdict, "%s", run_name(recording));
    if (play_create(subject, recording, 0, &run, &sent) && token_of(&run)) {
        const char *text = kit_buf_text(&sent.text);
        verdict->applied++;
        verdict->tried++;
        if (!strstr(text, token_of(&run)))
            verdict_fail(verdict, "no request of the create has the token in it");
        if (!strstr(text, STAGE_OWNER))
            verdict_fail(verdict, "no request of the create has the owner in it");
    }
    kit_buf_finish(&sent.text);
    run_finish(&run);
}
