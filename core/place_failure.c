/* SPDX-License-Identifier: Apache-2.0 */
/* One error for many. */
#include "core/place_failure.h"

#include "core/error.h"
#include "kit/buf.h"

/* The code that tells best what to do: sold out anywhere is "again later", then the quota. */
static const aw_error *telling_error(const archway_job *job)
{
    static const uint32_t codes[] = {AW_E_NO_CAPACITY, AW_E_QUOTA};
    for (size_t code = 0; code < sizeof codes / sizeof *codes; code++)
        for (size_t i = 0; i < job->try_count; i++)
            if (job->tries[i].error.code == codes[code])
                return &job->tries[i].error;
    return &job->tries[job->try_count - 1].error;
}

/* "2 no_capacity, 1 quota" */
static void add_failures(const archway_job *job, kit_buf *text)
{
    for (uint32_t code = AW_OK + 1; code <= AW_E_INTERNAL; code++) {
        size_t count = 0;
        for (size_t i = 0; i < job->try_count; i++)
            count += job->tries[i].error.code == code;
        if (count)
            kit_buf_addf(text, "%s%zu %s", text->size ? ", " : "", count, archway_code_name(code));
    }
}

static void sum_up(const archway_job *job, bool some_left, aw_error *ret_error)
{
    char block[200];
    kit_buf failures;
    uint64_t left_out = 0;
    for (size_t i = 0; i < job->try_count; i++)
        left_out += job->tries[i].left_out;
    kit_buf_init_in(&failures, block, sizeof block);
    add_failures(job, &failures);
    kit_error_set(
        ret_error, telling_error(job)->code,
        "none of the %zu offers that were tried could be had (%s)%s; %llu that would have "
        "failed likewise were left out",
        job->try_count, kit_buf_text(&failures),
        some_left ? ", and no more tries were allowed" : "", (unsigned long long)left_out);
    ret_error->retry = AW_RETRY_SAFE;
}

/* A backend that answered and had nothing is an answer. */
static void say_nothing_matched(const archway_job *job, aw_error *ret_error)
{
    const aw_error *failure = NULL;
    bool answered = false;
    for (size_t i = 0; i < job->backend_count; i++) {
        if (!job->backends[i].error.code)
            answered = true;
        else if (!failure)
            failure = &job->backends[i].error;
    }
    if (!answered && failure)
        error_copy(ret_error, failure);
    else
        kit_error_set(ret_error, AW_E_NOT_FOUND, "no offer matches");
}

void place_failure(const archway_job *job, bool some_left, aw_error *ret_error)
{
    if (job->try_count == 0)
        say_nothing_matched(job, ret_error);
    else if (job->try_count == 1)
        error_copy(ret_error, &job->tries[0].error);
    else
        sum_up(job, some_left, ret_error);
}
