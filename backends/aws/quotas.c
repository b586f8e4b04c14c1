/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account's vCPU quotas. AWS counts by families, whose letters begin the names of types:
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html
 */
#include "backends/aws/offers.h"

#include <stdio.h>
#include <string.h>

enum {
    MOST_PAGES = 100
};

#define MOST_VCPUS 1e12
#define P_SPOT "L-7212CCBC"
#define P5_SPOT "L-C4BD4855"

/* The codes that Service Quotas knows them by, and what counts against them. */
static const struct family {
    const char *code;
    const char *letters; /* with blanks around each */
    bool spot;
} families[] = {
    {"L-1216C47A", " a c d h i im is m r t z ", false},
    {"L-DB2E81BA", " g gr vt ", false},
    {"L-417A185B", " p ", false},
    {"L-74FC7D96", " f ", false},
    {"L-7295265B", " x ", false},
    {"L-43DA4232", " u ", false},
    {"L-1945791B", " inf ", false},
    {"L-2C3B7624", " trn ", false},
    {"L-6E869C2A", " dl ", false},
    {"L-F7808C92", " hpc ", false},
    {"L-34B43A08", " a c d h i im is m r t z ", true},
    {"L-3819A6DF", " g gr vt ", true},
    {P_SPOT, " p ", true},
    {"L-88CF9481", " f ", true},
    {"L-E3A00192", " x ", true},
    {"L-B5D1601B", " inf ", true},
    {"L-6B0D517C", " trn ", true},
    {"L-85EED4F7", " dl ", true},
    {"L-C4BD4855", "",
     true}, /* P5 and later, while some accounts have a quota of their own for them */
};

enum {
    FAMILIES = sizeof families / sizeof families[0]
};

/* ---- what counts against which ---- */

const char *aws_quota_code(const char *type, bool spot)
{
    char letters[12];
    kit_buf word;
    size_t size = strspn(type, "abcdefghijklmnopqrstuvwxyz");
    kit_buf_init_in(&word, letters, sizeof letters);
    kit_buf_addf(&word, " %.*s ", (int)size, type);
    if (!kit_buf_text(&word) || size == 0 || !type[size] || !strchr("0123456789-", type[size]))
        return NULL;
    if (spot && strcmp(letters, " p ") == 0 && type[size] >= '5')
        return P5_SPOT;
    for (int i = 0; i < FAMILIES; i++)
        if (families[i].spot == spot && strstr(families[i].letters, letters))
            return families[i].code;
    return NULL;
}

/* ---- asking ---- */

struct limits {
    const char *region;
    bool is_told[FAMILIES];
    uint64_t vcpus[FAMILIES];
    uint64_t used[FAMILIES];
    struct aws_running running;
};

static const struct kit_pages quota_pages;

static void ask(kit_request *request, aw_op *op, void *owner, const char *token)
{
    const struct limits *limits = owner;
    json_t *body = json_pack("{s:s,s:i}", "ServiceCode", "ec2", "MaxResults", 100);
    if (token && json_object_set_new(body, "NextToken", json_string(token))) {
        json_decref(body);
        body = NULL;
    }
    aws_json_init(request, op, AWS_QUOTAS, quota_pages.name, limits->region, body);
}

/* -1: it counts something else. */
static int family_of(const char *code)
{
    int i = 0;
    while (i < FAMILIES && strcmp(families[i].code, code) != 0)
        i++;
    return i < FAMILIES ? i : -1;
}

static void quota_read(struct limits *limits, const kit_json_node *quota)
{
    int family = family_of(kit_json_text(quota, "QuotaCode"));
    kit_json_node value = kit_json_find(quota, "Value");
    double vcpus = json_number_value(value.value);
    if (family < 0 || !json_is_number(value.value) || vcpus < 0 || vcpus > MOST_VCPUS)
        return;
    limits->is_told[family] = true;
    limits->vcpus[family] = (uint64_t)vcpus;
}

static int page_read(aw_op *op, void *owner, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node list = kit_json_array(&root, "Quotas");
    size_t count = kit_json_count(&list);
    for (size_t i = 0; i < count; i++) {
        kit_json_node quota = kit_json_item(&list, i);
        quota_read(owner, &quota);
    }
    return aws_pages_next_json(op, &root, ret_token, ret_error);
}

/* Without a quota of its own, P5 and later share that of all P. */
static void share_p_quota(struct limits *limits)
{
    int all_p = family_of(P_SPOT);
    int p5 = family_of(P5_SPOT);
    if (limits->is_told[p5])
        return;
    limits->is_told[p5] = limits->is_told[all_p];
    limits->vcpus[p5] = limits->vcpus[all_p];
    limits->used[all_p] += limits->used[p5];
    limits->used[p5] = limits->used[all_p];
}

static void emit_all(aw_op *op, struct limits *limits)
{
    share_p_quota(limits);
    for (int i = 0; i < FAMILIES; i++) {
        aw_quota quota = {.size = sizeof quota,
                          .name = families[i].code,
                          .limit = limits->vcpus[i],
                          .used = limits->used[i]};
        if (limits->is_told[i])
            aw_emit_quota(op, &quota);
    }
}

static void ended(aw_op *op, void *owner, const aw_error *why)
{
    struct limits *limits = owner;
    if (why)
        aw_fail(op, why);
    else
        aws_running_start(op, &limits->running);
}

static const struct kit_pages quota_pages = {.title = "AWS",
                                             .name = "ListServiceQuotas",
                                             .most = MOST_PAGES,
                                             .ask = ask,
                                             .read = page_read,
                                             .ended = ended};

/* ---- what is used ---- */

static void count(void *owner, const char *type, bool spot, uint64_t vcpus)
{
    struct limits *limits = owner;
    const char *code = aws_quota_code(type, spot);
    int family = code ? family_of(code) : -1;
    if (family >= 0)
        limits->used[family] += vcpus;
}

/* For whoever may not see machines a limit is still one. All else is told, as for want of the limits themselves. */
static void used_ended(aw_op *op, void *owner, const aw_error *why)
{
    struct limits *limits = owner;
    char line[400];
    if (why && why->code != AW_E_DENIED)
        return aw_fail(op, why);
    if (why) {
        snprintf(line, sizeof line, "what runs in %.40s does not count in its quotas: %.300s",
                 limits->region, why->message);
        aw_log(op, AW_LOG_INFO, line);
        memset(limits->used, 0, sizeof limits->used);
    }
    emit_all(op, limits);
}

void aws_list_quotas(aw_op *op, const aw_offer_query *query)
{
    const struct aws *aws = op->state;
    struct limits *limits = aw_alloc(op, sizeof *limits);
    if (!limits)
        return;
    limits->region = kit_copy_text(op, query->region ? query->region : aws->default_region);
    if (!limits->region)
        return;
    limits->running = (struct aws_running){limits->region, count, used_ended, limits};
    kit_pages_start(op, &quota_pages, limits);
}
