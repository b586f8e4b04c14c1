/* SPDX-License-Identifier: Apache-2.0 */
/* Doing again what a recording says was done. */
#ifndef ARCHWAY_CHECK_PLAY_H
#define ARCHWAY_CHECK_PLAY_H

#include "check/stage.h"

#include <jansson.h>

#define PLAY_TOGETHER 8
#define PLAY_ACTS 32

/* What came of one act. */
struct act_record {
    const char *outcome; /* NULL: it was not done */
    uint32_t why;        /* the code of what went wrong first */
    char verb[16];
    char *results; /* a line for each */
};

/* One who goes through the acts of a recording. */
struct player {
    struct stage *stage;
    size_t lane;
    size_t next; /* act */
    size_t steps;
    archway_job *jobs[PLAY_TOGETHER]; /* acts that are on */
    archway_query *queries[PLAY_TOGETHER];
    size_t job_count;
    struct arena arena; /* the machine that the last act was about */
    archway_machine machine;
    bool stuck; /* what is next is about a machine, and none was made */
    struct act_record records[PLAY_ACTS];
    char token[65];       /* of the last create */
    char broken[400];     /* a rule that core saw the plugin break; "": none */
    char unexpected[400]; /* the first act that came out otherwise than the recording tells */
    aw_error error;       /* why an act could not be begun */
};

void player_init(struct player *player, struct stage *stage, size_t lane);
void player_finish(struct player *player);
/* Ends the acts that are on. */
void player_drop(struct player *player);
/* Records what is done and begins what is next. False: nothing is left. */
bool player_go_on(struct player *player);

/* Plays all of it. False: an act could not be begun, or waits for nothing (player->error). */
bool play(struct player *player);

/* Does it tell what was done? */
bool play_has_acts(const struct recording *recording);

/* Begins an act. 0 or -1. `ret_query` must live as long as the job. */
int act_begin(struct player *player, const struct recorded_act *act, archway_job **ret_job,
              archway_query **ret_query, aw_error *ret_error);
/* False: it is about a machine that an act before it was to make, and did not. */
bool act_can_begin(const struct player *player, const struct recorded_act *act);
void act_write_results(const archway_job *job, kit_buf *out);
/* Is what it lists to be whole, unless it says what is missing? */
bool act_is_listing(const char *verb);

/* A file for the configuration; -1: none. */
int play_config_file(void);
/* Writes the backend with the settings that the recording's `do open` names. */
int play_write_config(struct stage *stage, int fd, aw_error *ret_error);

#endif
