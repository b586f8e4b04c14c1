/* SPDX-License-Identifier: Apache-2.0 */
/* A listing that is answered part by part. */
#include "gcp_answers.h"

#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

int project_up(void **state)
{
    static const char *const project[] = {"p-1"};
    static const aw_setting items[] = {{"project", project, 1}};
    static const aw_settings settings = {
        .size = sizeof settings, .count = 1, .items = items, .name = "gcp"};
    static const struct host_world world = {.settings = &settings};
    struct backend_host *host = mem_alloc(sizeof *host);
    host_init(host, &world);
    *state = host;
    return 0;
}

void begin_listing(struct backend_host *host)
{
    const aw_offer_query query = {.size = sizeof query, .archs = AW_ARCH_ANY};
    host_begin(host);
    vtable()->list_offers(&host->op, &query);
}

void list_types(struct backend_host *host, const char *types, const char *skus)
{
    host->cached_count = 0;
    begin_listing(host);
    host_answer(host, 200, skus);
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 200, types);
}

/* The price of an offer as its line tells it, to the sixth digit; "" without one. */
static void price_of(struct backend_host *host, const char *type, const char *region, bool spot,
                     char ret_price[32])
{
    char begin[128];
    const char *line = host_results(host);
    unsigned long long nusd = 0;
    snprintf(begin, sizeof begin, "offer %s in %s:", type, region);
    ret_price[0] = '\0';
    for (; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        char copy[512];
        snprintf(copy, sizeof copy, "%.*s", (int)strcspn(line, "\n"), line);
        const char *price = strstr(copy, " nusd");
        if (strncmp(copy, begin, strlen(begin)) != 0 || !strstr(copy, ", spot ") == spot || !price)
            continue;
        while (price[-1] >= '0' && price[-1] <= '9')
            price--;
        assert_int_equal(sscanf(price, "%llu", &nusd), 1);
        snprintf(ret_price, 32, "%llu.%06llu", (nusd + 500) / 1000000000,
                 (nusd + 500) / 1000 % 1000000);
    }
}

void assert_price(struct backend_host *host, const char *type, const char *region, bool spot,
                  const char *expected)
{
    char found[32];
    price_of(host, type, region, spot, found);
    if (strcmp(found, expected) != 0)
        fail_msg("%s in %s%s costs %s instead of %s", type, region, spot ? " as spot" : "", found,
                 expected);
}
