/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of EC2's: the short way through plain XML, against the long one. */
#include "tests/fuzz/fuzz.h"

#include "backends/aws/offers.h"

#include <stdlib.h>
#include <string.h>

static const char *const wanted[] = {"item", "a", "b", "instanceType", "nextToken", NULL};

static const kit_xml_node *skip_unwanted(const kit_xml_node *node)
{
    for (; node; node = node->next)
        for (size_t i = 0; wanted[i]; i++)
            if (strcmp(wanted[i], node->name) == 0)
                return node;
    return NULL;
}

static void compare(const kit_xml_node *one, const kit_xml_node *other)
{
    FUZZ_CHECK(strcmp(one->name, other->name) == 0 && strcmp(one->text, other->text) == 0);
    one = skip_unwanted(one->first);
    other = skip_unwanted(other->first);
    for (; one && other; one = skip_unwanted(one->next), other = skip_unwanted(other->next))
        compare(one, other);
    FUZZ_CHECK(!one && !other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    KIT_CLEANUP(kit_xml_finish) kit_xml known;
    KIT_CLEANUP(kit_xml_finish) kit_xml tested;
    char *text = fuzz_text(data, size);
    aw_response answer = {.size = sizeof answer, .body = {text, size}};
    const kit_xml_node *one = kit_xml_parse(&known, &answer);
    const kit_xml_node *other = aws_xml_parse(&tested, &answer, wanted, NULL);
    FUZZ_CHECK(!one == !other && known.error.code == tested.error.code);
    if (one)
        compare(one, other);
    free(text);
    return 0;
}
