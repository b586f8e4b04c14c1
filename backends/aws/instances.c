/* SPDX-License-Identifier: Apache-2.0 */
/* Machines listed, read and ended. */
#include "backends/aws/machine.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

#define MOST_PAGES 1000
#define DESCRIBE "DescribeInstances"
#define TERMINATE "TerminateInstances"
/* How long and how often EC2 is asked for a machine that it may not know yet. */
#define UNSEEN_MS 60000u
#define UNSEEN_DELAY_MS 5000u
/* How long when nobody knows how old it is and only its state is asked for: most are known within seconds. */
#define UNSEEN_BRIEFLY_MS 15000u

/* Whoever asks for a machine must not be told of another one. `id` may be NULL: all are meant. */
static int check_id(kit_xml *document, const kit_xml_node *item, const char *id)
{
    char found[64];
    kit_error_text(found, sizeof found, kit_xml_text(document, item, "instanceId"));
    if (document->error.code || !id || strcmp(found, id) == 0)
        return document->error.code ? -1 : 0;
    return kit_error_set(&document->error, AW_E_PROTOCOL,
                         "it tells of the machine %s, not of %.60s", found, id);
}

/* All machines of an answer; the number of them, or -1 when it cannot be read. */
static int emit_all(aw_op *op, kit_xml *document, const kit_xml_node *root, const char *region,
                    const char *id)
{
    const struct machine_context context = {.region = region};
    const kit_xml_node *reservations = kit_xml_child(document, root, "reservationSet");
    int count = 0;
    for (const kit_xml_node *reservation = kit_xml_first(reservations, "item"); reservation;
         reservation = kit_xml_next(reservation, "item")) {
        const kit_xml_node *set = kit_xml_child(document, reservation, "instancesSet");
        for (const kit_xml_node *item = kit_xml_first(set, "item"); item;
             item = kit_xml_next(item, "item"), count++)
            if (check_id(document, item, id) || machine_emit(op, document, item, &context))
                return -1;
    }
    return document->error.code ? -1 : count;
}

/* ---- all of them ---- */

struct listing {
    aw_list wish;
    size_t pages;
};

static void ask_page(aw_op *op, struct listing *listing, const char *next_token);

static void on_page(aw_op *op, const aw_response *answer, void *arg)
{
    struct listing *listing = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    if (emit_all(op, &document, root, listing->wish.region, NULL) < 0) {
        aws_fail_unread(op, DESCRIBE, &document.error);
        return;
    }
    const char *next_token = aws_next_token(root);
    if (!next_token)
        return;
    if (++listing->pages == MOST_PAGES)
        kit_fail(op, AW_E_PROTOCOL, "EC2's list of machines does not end after %d pages.",
                 MOST_PAGES);
    else
        ask_page(op, listing, next_token);
}

static void add_filter(kit_request *request, int *count, const char *name, const char *value)
{
    if (!value)
        return;
    aws_query_add(request, name, "Filter.%d.Name", ++*count);
    aws_query_add(request, value, "Filter.%d.Value.1", *count);
}

/* What is gone stays in EC2's list for an hour. Whoever asks for what is theirs does not mean it; whoever asks
 * for everything may want to see that it is gone, and why. */
static void add_living(kit_request *request, int *count, const aw_list *wish)
{
    static const char *const living[] = {"pending", "running", "shutting-down", "stopping",
                                         "stopped"};
    if (!wish->owner && !wish->token)
        return;
    aws_query_add(request, "instance-state-name", "Filter.%d.Name", ++*count);
    for (size_t i = 0; i < sizeof living / sizeof *living; i++)
        aws_query_add(request, living[i], "Filter.%d.Value.%d", *count, (int)i + 1);
}

static void ask_page(aw_op *op, struct listing *listing, const char *next_token)
{
    int filters = 0;
    kit_request request;
    aws_query_init(&request, op, AWS_EC2, DESCRIBE, listing->wish.region);
    add_filter(&request, &filters, "tag:" AWS_TAG_OWNER, listing->wish.owner);
    add_filter(&request, &filters, "tag:" AWS_TAG_TOKEN, listing->wish.token);
    add_living(&request, &filters, &listing->wish);
    aws_query_add(&request, "1000", "MaxResults");
    aws_query_add(&request, next_token, "NextToken");
    kit_request_send(&request, on_page, NULL, listing);
}

void aws_list(aw_op *op, const aw_list *wish)
{
    struct listing *listing = aw_alloc(op, sizeof *listing);
    if (!listing)
        return;
    listing->wish = (aw_list){
        .size = sizeof listing->wish,
        .region = kit_copy_text(op, wish->region),
        .owner = kit_copy_text(op, wish->owner),
        .token = kit_copy_text(op, wish->token),
    };
    if ((wish->region && !listing->wish.region) || (wish->owner && !listing->wish.owner) ||
        (wish->token && !listing->wish.token))
        return;
    ask_page(op, listing, NULL);
}

/* ---- one of them ---- */

struct machine {
    const char *region;
    const char *id;
    uint64_t unseen_until_ms; /* as long as "no such machine" means "not yet" */
    int has_told;             /* what is waited for */
};

/* For what is no id of a machine there is nothing to wait for. */
static int is_id(const char *id)
{
    size_t size = strncmp(id, "i-", 2) == 0 ? strspn(id + 2, "0123456789abcdef") : 0;
    return size > 0 && id[2 + size] == '\0';
}

static struct machine *machine_create(aw_op *op, const aw_ref *ref, uint64_t unseen_until_ms)
{
    struct machine *machine = aw_alloc(op, sizeof *machine);
    if (!machine)
        return NULL;
    machine->region = kit_copy_text(op, ref->region);
    machine->id = kit_copy_text(op, ref->id);
    machine->unseen_until_ms =
        is_id(ref->id) ? machine_unseen_until_ms(ref->data, unseen_until_ms) : 0;
    return machine->id && (machine->region || !ref->region) ? machine : NULL;
}

static int is_not_seen_yet(aw_op *op, const struct machine *machine)
{
    return aw_now_ms(op) < machine->unseen_until_ms;
}

static void ask(aw_op *op, void *arg);

static void none(aw_op *op, struct machine *machine)
{
    if (is_not_seen_yet(op, machine))
        aw_after(op, UNSEEN_DELAY_MS, ask, machine);
    else
        kit_fail(op, AW_E_NOT_FOUND, "EC2 knows no machine %.60s in %.40s.", machine->id,
                 machine->region ? machine->region : "its default region");
}

static void on_machine(aw_op *op, const aw_response *answer, void *arg)
{
    struct machine *machine = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    int count = emit_all(op, &document, root, machine->region, machine->id);
    if (count < 0)
        aws_fail_unread(op, DESCRIBE, &document.error);
    else if (count == 0)
        none(op, machine);
}

static void on_no_machine(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    if (error->code == AW_E_NOT_FOUND)
        none(op, arg);
    else
        aw_fail(op, error);
}

static void ask(aw_op *op, void *arg)
{
    struct machine *machine = arg;
    kit_request request;
    aws_query_init(&request, op, AWS_EC2, DESCRIBE, machine->region);
    aws_query_add(&request, machine->id, "InstanceId.1");
    kit_request_send(&request, on_machine, on_no_machine, machine);
}

/* The machine may have been made a moment ago by another process. */
void aws_get(aw_op *op, const aw_ref *ref)
{
    struct machine *machine = machine_create(op, ref, aw_now_ms(op) + UNSEEN_BRIEFLY_MS);
    if (machine)
        ask(op, machine);
}

/* ---- its end ---- */

static void on_ended(aw_op *op, const aw_response *answer, void *arg)
{
    const struct machine *machine = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "instancesSet");
    const kit_xml_node *item = kit_xml_child(&document, set, "item");
    if (document.error.code || check_id(&document, item, machine->id) ||
        machine_emit_change(op, &document, item, machine->region))
        aws_fail_unread(op, TERMINATE, &document.error);
}

static void end(aw_op *op, void *arg);

/* Once: whoever waits for a minute wants to know for what. */
static void tell_wait(aw_op *op, struct machine *machine)
{
    char line[200];
    if (machine->has_told)
        return;
    machine->has_told = 1;
    snprintf(
        line, sizeof line,
        "EC2 does not know the machine %.60s; one that was just made may not be known yet, so it "
        "is asked again for up to %u s",
        machine->id, UNSEEN_MS / 1000);
    aw_log(op, AW_LOG_WARNING, line);
}

static void on_not_ended(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct machine *machine = arg;
    (void)answer;
    if (error->code != AW_E_NOT_FOUND) {
        aw_fail(op, error);
    } else if (is_not_seen_yet(op, machine)) {
        tell_wait(op, machine);
        aw_after(op, UNSEEN_DELAY_MS, end, machine);
    }
}

static void end(aw_op *op, void *arg)
{
    struct machine *machine = arg;
    kit_request request;
    aws_query_init(&request, op, AWS_EC2, TERMINATE, machine->region);
    aws_query_add(&request, machine->id, "InstanceId.1");
    request.wire.flags |= AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_ended, on_not_ended, machine);
}

/* When nobody knows how old the machine is, EC2 gets a minute to know it: to take one that has just been made for
 * one that is gone would leave it running. */
void aws_terminate(aw_op *op, const aw_ref *ref)
{
    struct machine *machine = machine_create(op, ref, aw_now_ms(op) + UNSEEN_MS);
    if (machine)
        end(op, machine);
}
