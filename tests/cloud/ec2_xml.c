/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of EC2's as text. */
#include "tests/cloud/aws.h"

void xml_open(kit_buf *body, const char *name)
{
    kit_buf_addf(body, "<%s>", name);
}

void xml_close(kit_buf *body, const char *name)
{
    kit_buf_addf(body, "</%s>\n", name);
}

void xml_text(kit_buf *body, const char *name, const char *text)
{
    xml_open(body, name);
    for (; *text; text++)
        if (*text == '<' || *text == '>' || *text == '&')
            kit_buf_addf(body, "&#%d;", *text);
        else
            kit_buf_add_char(body, *text);
    xml_close(body, name);
}

void xml_number(kit_buf *body, const char *name, uint64_t number)
{
    kit_buf_addf(body, "<%s>%llu</%s>\n", name, (unsigned long long)number, name);
}

void xml_tags(kit_buf *body, const json_t *tags)
{
    const char *name;
    json_t *value;
    xml_open(body, "tagSet");
    json_object_foreach((json_t *)tags, name, value)
    {
        xml_open(body, "item");
        xml_text(body, "key", name);
        xml_text(body, "value", json_string_value(value));
        xml_close(body, "item");
    }
    xml_close(body, "tagSet");
}

void xml_begin(struct query *query)
{
    query->call->answer->type = "text/xml;charset=UTF-8";
    kit_buf_addf(&query->call->answer->body,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%sResponse "
                 "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n"
                 "<requestId>cloud-%u</requestId>\n",
                 query->action, query->call->number);
}

void xml_end(struct query *query)
{
    kit_buf_addf(&query->call->answer->body, "</%sResponse>", query->action);
}
