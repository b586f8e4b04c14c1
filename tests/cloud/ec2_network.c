/* SPDX-License-Identifier: Apache-2.0 */
/* One default VPC in each region: its subnets, and security groups that are made once by their name. */
#include "tests/cloud/aws.h"
#include "tests/cloud/catalog.h"

#include <stdio.h>
#include <string.h>

bool ec2_filter_allows(const json_t *form, const char *name, const char *value)
{
    char word[40];
    for (unsigned filter = 1;; filter++) {
        snprintf(word, sizeof word, "Filter.%u.Name", filter);
        if (!*text_of(form, word))
            return true;
        if (strcmp(text_of(form, word), name) != 0)
            continue;
        for (unsigned i = 1;; i++) {
            snprintf(word, sizeof word, "Filter.%u.Value.%u", filter, i);
            if (!json_object_get(form, word))
                return false;
            if (strcmp(text_of(form, word), value) == 0)
                return true;
        }
    }
}

bool ec2_tags_allow(const json_t *form, const json_t *tags)
{
    char word[40];
    for (unsigned filter = 1;; filter++) {
        snprintf(word, sizeof word, "Filter.%u.Name", filter);
        const char *name = text_of(form, word);
        const char *tag = behind(name, "tag:");
        if (!*name)
            return true;
        if (tag && !ec2_filter_allows(form, name, text_of(tags, tag)))
            return false;
    }
}

/* ---- subnets ---- */

void ec2_subnet_id(const char *zone, char *text, size_t size)
{
    snprintf(text, size, "subnet-%s", zone);
}

const char *ec2_zone_of(const struct query *query, const char *subnet)
{
    const char *zone = behind(subnet, "subnet-");
    const struct place *place = zone ? place_find(CLOUD_AWS, zone) : NULL;
    return place && strcmp(place->region, query->region) == 0 ? place->zone : NULL;
}

static void write_subnet(struct query *query, const struct place *place)
{
    kit_buf *body = &query->call->answer->body;
    char id[64];
    ec2_subnet_id(place->zone, id, sizeof id);
    if (!ec2_filter_allows(query->form, "subnet-id", id) ||
        !ec2_filter_allows(query->form, "vpc-id", AWS_VPC))
        return;
    xml_open(body, "item");
    xml_text(body, "subnetId", id);
    xml_text(body, "state", "available");
    xml_text(body, "vpcId", AWS_VPC);
    xml_number(body, "availableIpAddressCount", 4091);
    xml_text(body, "availabilityZone", place->zone);
    xml_text(body, "defaultForAz", "true");
    xml_text(body, "mapPublicIpOnLaunch", "true");
    xml_close(body, "item");
}

void ec2_subnets(struct query *query)
{
    xml_begin(query);
    xml_open(&query->call->answer->body, "subnetSet");
    for (const struct place *place = place_next(CLOUD_AWS, NULL); place;
         place = place_next(CLOUD_AWS, place))
        if (strcmp(place->region, query->region) == 0)
            write_subnet(query, place);
    xml_close(&query->call->answer->body, "subnetSet");
    xml_end(query);
}

/* ---- security groups ---- */

static json_t *find_group(const struct query *query, const char *member, const char *value)
{
    const json_t *groups = query->call->cloud->groups;
    for (size_t i = 0; i < json_array_size(groups); i++) {
        json_t *group = json_array_get(groups, i);
        if (strcmp(text_of(group, "region"), query->region) == 0 &&
            strcmp(text_of(group, member), value) == 0)
            return group;
    }
    return NULL;
}

bool ec2_group_is_there(const struct query *query, const char *id)
{
    return find_group(query, "id", id) != NULL;
}

static bool is_wanted(const struct query *query, const json_t *group)
{
    return strcmp(text_of(group, "region"), query->region) == 0 &&
           ec2_filter_allows(query->form, "group-name", text_of(group, "name")) &&
           ec2_filter_allows(query->form, "group-id", text_of(group, "id")) &&
           ec2_filter_allows(query->form, "vpc-id", AWS_VPC) &&
           ec2_filter_allows(query->form, "tag:archway-owner", text_of(group, "owner"));
}

static void write_group(kit_buf *body, const json_t *group)
{
    xml_open(body, "item");
    xml_text(body, "groupId", text_of(group, "id"));
    xml_text(body, "groupName", text_of(group, "name"));
    xml_text(body, "vpcId", AWS_VPC);
    xml_open(body, "ipPermissions");
    if (json_is_true(json_object_get(group, "open")))
        kit_buf_add_text(body, "<item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort>"
                               "<toPort>22</toPort></item>");
    xml_close(body, "ipPermissions");
    kit_buf_add_text(body, "<tagSet><item><key>archway-owner</key>");
    xml_text(body, "value", text_of(group, "owner"));
    kit_buf_add_text(body, "</item></tagSet>");
    xml_close(body, "item");
}

void ec2_groups(struct query *query)
{
    const json_t *groups = query->call->cloud->groups;
    kit_buf *body = &query->call->answer->body;
    xml_begin(query);
    xml_open(body, "securityGroupInfo");
    for (size_t i = 0; i < json_array_size(groups); i++)
        if (is_wanted(query, json_array_get(groups, i)))
            write_group(body, json_array_get(groups, i));
    xml_close(body, "securityGroupInfo");
    xml_end(query);
}

void ec2_group_create(struct query *query)
{
    json_t *groups = query->call->cloud->groups;
    const char *name = text_of(query->form, "GroupName");
    char id[32];
    if (find_group(query, "name", name))
        return aws_fail(query->call, 400, "InvalidGroup.Duplicate",
                        "The security group already exists");
    snprintf(id, sizeof id, "sg-%017u", (unsigned)json_array_size(groups) + 1);
    json_array_append_new(groups, json_pack("{s:s,s:s,s:s,s:s,s:b}", "id", id, "name", name,
                                            "region", query->region, "owner",
                                            text_of(query->form, "TagSpecification.1.Tag.1.Value"),
                                            "open", 0));
    xml_begin(query);
    xml_text(&query->call->answer->body, "return", "true");
    xml_text(&query->call->answer->body, "groupId", id);
    xml_end(query);
}

void ec2_group_open(struct query *query)
{
    json_t *group = find_group(query, "id", text_of(query->form, "GroupId"));
    if (!group)
        return aws_fail(query->call, 400, "InvalidGroup.NotFound",
                        "The security group does not exist");
    if (json_is_true(json_object_get(group, "open")))
        return aws_fail(query->call, 400, "InvalidPermission.Duplicate",
                        "the specified rule already exists");
    json_object_set_new(group, "open", json_true());
    xml_begin(query);
    xml_text(&query->call->answer->body, "return", "true");
    xml_end(query);
}

void ec2_group_delete(struct query *query)
{
    json_t *groups = query->call->cloud->groups;
    const json_t *group = find_group(query, "id", text_of(query->form, "GroupId"));
    if (!group)
        return aws_fail(query->call, 400, "InvalidGroup.NotFound",
                        "The security group does not exist");
    for (size_t i = 0; i < json_array_size(groups); i++)
        if (json_array_get(groups, i) == group)
            json_array_remove(groups, i--);
    xml_begin(query);
    xml_text(&query->call->answer->body, "return", "true");
    xml_end(query);
}
