/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer of AWS's means: read here, looked up in codes.c. */
#include "backends/aws/aws.h"
#include "backends/aws/codes.h"

#include "kit/answer.h"
#include "kit/body.h"
#include "kit/error.h"
#include "kit/json.h"

#include <stdbool.h>
#include <string.h>

enum {
    MAX_CODE = 64,
    MAX_SENTENCE = 400
};

/* What an error says of itself. The texts lie in the document that it was read from. */
struct problem {
    const char *code; /* NULL: it says nothing that can be used */
    const char *message;
    const char *request_id;
};

/* ---- reading ---- */

static const char *first_text(const kit_xml_node *parent, const char *name, const char *other)
{
    return kit_xml_find_text(parent, name, kit_xml_find_text(parent, other, NULL));
}

/* EC2: Response, Errors, Error. STS: ErrorResponse, Error. */
static struct problem read_xml(const kit_xml_node *root)
{
    const kit_xml_node *errors = kit_xml_find(root, "Errors");
    const kit_xml_node *error = kit_xml_find(errors ? errors : root, "Error");
    return (struct problem){
        .code = kit_xml_find_text(error, "Code", NULL),
        .message = kit_xml_find_text(error, "Message", ""),
        .request_id = first_text(root, "RequestID", "RequestId"),
    };
}

static struct problem read_json(const kit_json_node *root, const aw_response *answer)
{
    const char *type = kit_json_find_text(root, "__type", NULL);
    const char *message = kit_json_find_text(root, "message", NULL);
    if (!message) /* of a token service */
        message = kit_json_find_text(root, "error_description", NULL);
    return (struct problem){
        .code = type ? type : kit_answer_header(answer, "x-amzn-errortype"),
        .message = message ? message : kit_json_find_text(root, "Message", ""),
    };
}

/* "com.amazonaws.ssm#ParameterNotFound", "UnauthorizedException:http://internal.amazon.com/..." */
static void copy_code(const char *full, char ret_code[MAX_CODE])
{
    const char *mark = strchr(full, '#');
    kit_error_text(ret_code, MAX_CODE, mark ? mark + 1 : full);
    ret_code[strcspn(ret_code, ":")] = '\0';
}

/* ---- explaining ---- */

/* Without the long token that only decode-authorization-message can read. */
static void copy_sentence(const char *message, char ret_sentence[MAX_SENTENCE])
{
    static const char token[] = " Encoded authorization failure message:";
    kit_error_text(ret_sentence, MAX_SENTENCE, message);
    char *start = strstr(ret_sentence, token);
    if (start)
        *start = '\0';
}

static void say(aw_error *error, uint32_t code, const char *sentence, const char *advice)
{
    size_t size = strlen(sentence);
    bool ended = size > 0 && strchr(".!?", sentence[size - 1]);
    kit_error_set(error, code, "%s%s%s%s", sentence, ended ? "" : ".", *advice ? " " : "", advice);
}

static void explain(const aw_request *request, const aw_response *answer,
                    const struct problem *problem, aw_error *ret_error)
{
    char code[MAX_CODE];
    char sentence[MAX_SENTENCE];
    copy_code(problem->code, code);
    copy_sentence(*problem->message ? problem->message : code, sentence);
    struct aws_meaning meaning = aws_meaning_of(request->name, answer->status, code, sentence);
    if (meaning.code == AW_OK)
        return;
    say(ret_error, meaning.code, sentence, meaning.advice ? meaning.advice : "");
    kit_answer_complete(answer, ret_error);
    ret_error->scope = meaning.scope;
    if (meaning.remedy)
        ret_error->remedy = meaning.remedy;
    kit_error_text(ret_error->provider_code, sizeof ret_error->provider_code, code);
}

static void explain_status(const aw_response *answer, aw_error *ret_error)
{
    char found[KIT_BODY_FOUND];
    kit_body_describe(answer->body.data ? answer->body.data : "", answer->body.size, found);
    kit_answer_explain_status(answer, "AWS", found, ret_error);
}

static void explain_problem(const aw_request *request, const aw_response *answer,
                            const struct problem *problem, aw_error *ret_error)
{
    const char *id = problem->request_id;
    if (problem->code && *problem->code)
        explain(request, answer, problem, ret_error);
    else
        explain_status(answer, ret_error);
    if (ret_error->code == AW_OK)
        return;
    id = id ? id : kit_answer_header(answer, "x-amzn-requestid");
    id = id ? id : kit_answer_header(answer, "x-amz-request-id");
    kit_error_text(ret_error->request_id, sizeof ret_error->request_id, id);
}

static void classify_xml(const aw_request *request, const aw_response *answer, aw_error *ret_error)
{
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    struct problem problem = read_xml(kit_xml_parse(&document, answer));
    explain_problem(request, answer, &problem, ret_error);
}

static void classify_json(const aw_request *request, const aw_response *answer, aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    struct problem problem = read_json(&root, answer);
    explain_problem(request, answer, &problem, ret_error);
}

static bool is_xml(const aw_response *answer)
{
    const char *data = answer->body.data ? answer->body.data : "";
    size_t start = kit_body_count_mark(data, answer->body.size);
    start += kit_body_count_blanks(data + start, answer->body.size - start);
    return start < answer->body.size && data[start] != '{';
}

void aws_classify(void *state, const aw_request *request, const aw_response *answer,
                  aw_error *ret_error)
{
    (void)state;
    if (kit_answer_is_good(answer))
        return;
    if (is_xml(answer))
        classify_xml(request, answer, ret_error);
    else
        classify_json(request, answer, ret_error);
}
