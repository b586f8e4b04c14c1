/* SPDX-License-Identifier: Apache-2.0 */
/* The request that the tests of signing begin with. */
#include "sigv4_stage.h"

#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

int stage_up(void **state)
{
    struct stage *stage = mem_alloc(sizeof *stage);
    assert_non_null(stage);
    stage->scope = (struct sigv4_scope){.region = "us-east-1", .service = "ec2"};
    stage->credentials = (aw_credentials){.size = sizeof stage->credentials,
                                          .key_id = "AKIDEXAMPLE",
                                          .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
    stage->headers[0] =
        (aw_header){"content-type", "application/x-www-form-urlencoded; charset=utf-8"};
    stage->request = (aw_request){.size = sizeof stage->request,
                                  .name = "test",
                                  .method = "POST",
                                  .url = "https://ec2.us-east-1.amazonaws.com/",
                                  .headers = stage->headers,
                                  .header_count = 1,
                                  .body = {"Action=DescribeRegions", 22}};
    stage->now_ms = NEW_YEAR_2026_MS;
    *state = stage;
    return 0;
}

int stage_down(void **state)
{
    struct stage *stage = *state;
    sigv4_keys_finish(&stage->keys);
    mem_free(stage);
    return 0;
}

int stage_try(struct stage *stage)
{
    collector_init(&stage->found);
    stage->error = (aw_error){.size = sizeof stage->error};
    return sigv4_sign(&stage->keys, &stage->scope, &stage->request, &stage->credentials,
                      stage->now_ms, &stage->found.face, &stage->error);
}

void stage_sign(struct stage *stage)
{
    if (stage_try(stage))
        fail_msg("%s", stage->error.message);
}

void assert_refused(struct stage *stage, uint32_t code, const char *part)
{
    assert_int_equal(stage_try(stage), -1);
    assert_int_equal(stage->found.count, 0);
    assert_int_equal(stage->error.code, code);
    if (!strstr(stage->error.message, part))
        fail_msg("\"%s\" is not in \"%s\"", part, stage->error.message);
}

void stage_add_header(struct stage *stage, const char *name, const char *value)
{
    stage->headers[stage->request.header_count++] = (aw_header){name, value};
}

const char *stage_authorization(const struct stage *stage)
{
    return collected_value(&stage->found, "authorization");
}

/* What stands behind SignedHeaders=, up to the next comma. */
void assert_signed_headers(const struct stage *stage, const char *expected)
{
    char wanted[512];
    snprintf(wanted, sizeof wanted, ", SignedHeaders=%s, Signature=", expected);
    if (!strstr(stage_authorization(stage), wanted))
        fail_msg("\"%s\" is not in \"%s\"", wanted, stage_authorization(stage));
}
