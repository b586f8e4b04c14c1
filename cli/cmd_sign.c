/* SPDX-License-Identifier: Apache-2.0 */
/* archway sign */
#include "cli/exit_code.h"
#include "cli/files.h"
#include "cli/memory.h"
#include "cli/parse.h"
#include "cli/record.h"
#include "cli/session.h"
#include "cli/talk.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST_BODY (64u << 20)

/* A request as the command line describes it. */
struct signing {
    aw_request request;
    aw_header *headers; /* both texts of one are one block, at its name */
    kit_buf body;
    uint64_t at_ms;
};

static void signing_finish(struct signing *signing)
{
    for (uint64_t i = 0; i < signing->request.header_count; i++)
        free((char *)signing->headers[i].name);
    free(signing->headers);
    kit_buf_finish(&signing->body);
}

/* "name: value", split in place; spaces around the value are no part of it. */
static int split_header(char *text, aw_header *ret_header)
{
    static const char name_characters[] =
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t name_size = strspn(text, name_characters);
    if (name_size == 0 || text[name_size] != ':')
        return -1;
    char *value = text + name_size + 1;
    text[name_size] = '\0';
    value += strspn(value, " \t");
    size_t size = strlen(value);
    while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t'))
        value[--size] = '\0';
    *ret_header = (aw_header){.name = text, .value = value};
    return 0;
}

static int add_header(struct signing *signing, const char *text)
{
    char *copy = cli_copy_text(text);
    if (split_header(copy, &signing->headers[signing->request.header_count]) == 0) {
        signing->request.header_count++;
        return EXIT_OK;
    }
    free(copy);
    return say_usage("-H: \"%s\" is no header; write 'name: value'", text);
}

static int read_headers(const struct options *options, struct signing *signing)
{
    int code = EXIT_OK;
    size_t count = options_count(options, OPTION_HEADER);
    signing->headers = cli_alloc(count, sizeof *signing->headers);
    signing->request.headers = signing->headers;
    for (size_t i = 0; i < options->value_count && code == EXIT_OK; i++)
        if (options->values[i].id == OPTION_HEADER)
            code = add_header(signing, options->values[i].text);
    return code;
}

static int read_body(const struct options *options, struct signing *signing)
{
    aw_error error;
    const char *text = options_text(options, OPTION_DATA);
    if (!text)
        return EXIT_OK;
    if (*text != '@') {
        signing->request.body = (aw_bytes){.data = text, .size = strlen(text)};
        return EXIT_OK;
    }
    if (file_read(text + 1, LARGEST_BODY, &signing->body, &error) != 0)
        return say_usage("--data: %s", error.message);
    signing->request.body.data = kit_buf_text(&signing->body);
    signing->request.body.size = signing->body.size;
    return EXIT_OK;
}

static int read_request(const struct options *options, struct signing *signing)
{
    aw_error error;
    const char *at = options_text(options, OPTION_AT);
    signing->request = (aw_request){
        .size = sizeof signing->request,
        .name = "sign",
        .method = options->operands[1],
        .url = options->operands[2],
        .region = options_text(options, OPTION_REGION),
        .service = options_text(options, OPTION_SERVICE),
    };
    if (strspn(options->operands[1], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(options->operands[1]))
        return say_usage("\"%s\" is no method; write GET or POST", options->operands[1]);
    if (at && parse_time(at, &signing->at_ms, &error) != 0)
        return say_usage("--at: %s", error.message);
    int code = read_headers(options, signing);
    return code == EXIT_OK ? read_body(options, signing) : code;
}

static json_t *rows(const archway_job *job)
{
    json_t *list = json_array();
    aw_header header;
    for (uint64_t i = 0; archway_job_header(job, i, &header) == 0; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "name", record_text(header.name));
        json_object_set_new(object, "value", record_text(header.value));
        json_array_append_new(list, object);
    }
    return list;
}

static void print_lines(const archway_job *job, kit_buf *out)
{
    aw_header header;
    for (uint64_t i = 0; archway_job_header(job, i, &header) == 0; i++) {
        text_add_clean(out, header.name);
        kit_buf_add_text(out, ": ");
        text_add_clean(out, header.value);
        kit_buf_add_char(out, '\n');
    }
}

static int print_headers(const archway_job *job, enum format format)
{
    static const char *const csv_paths[] = {"name", "value", NULL};
    static const struct record_form form = {"headers", csv_paths, "name", false};
    if (!format_is_for_people(format))
        return record_write(format, &form, rows(job), NULL);
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    print_lines(job, &out);
    return output_write(&out);
}

int run_sign(struct session *session)
{
    aw_error error;
    KIT_CLEANUP(signing_finish) struct signing signing = {0};
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    archway_call call = session_call(session);
    const char *backend = session->options->operands[0];
    int code = read_request(session->options, &signing);
    if (code == EXIT_OK)
        code = session_need_backend(session, backend);
    if (code != EXIT_OK)
        return code;
    if (options_count(session->options, OPTION_SHOW_SECRETS))
        call.flags = ARCHWAY_SHOW_SECRETS;
    if (archway_sign(session->aw, backend, &signing.request, signing.at_ms, &call, &job, &error) !=
        0)
        return say_refusal(&error);
    code = session_run_one(session, job, "finding credentials");
    if (code == EXIT_OK)
        return print_headers(job, session->options->format);
    /* The request is the user's own. */
    bool is_wrong = code < EXIT_SIGNAL && archway_job_error(job)->code == AW_E_INVALID;
    return is_wrong ? EXIT_USAGE : code;
}
