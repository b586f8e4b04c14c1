/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a machine costs: the sum of its parts, each rounded to a nano-dollar.
 * https://cloud.google.com/compute/vm-instance-pricing, https://cloud.google.com/compute/gpus-pricing
 */
#include "backends/gcp/offers.h"

#include <stdlib.h>
#include <string.h>

enum {
    HOURS_PER_MONTH = 730, /* as Google's own price list counts */
    G4_VCPUS_PER_EIGHTH = 6,
    G4_VCPUS_PER_GPU = 48
};

struct bill {
    const struct gcp_prices *prices;
    int region;
    enum gcp_terms terms;
    bool lacks; /* a part without a price, or more than 64 bits hold */
    uint64_t nusd;
};

/* So many units of a part, as a fraction. */
struct amount {
    uint64_t number;
    uint64_t parts;
};

static uint64_t price_of(const struct bill *bill, enum gcp_part_kind kind, const char *name)
{
    return gcp_price(bill->prices, kind, name, bill->region, bill->terms);
}

static void add(struct bill *bill, enum gcp_part_kind kind, const char *name, struct amount amount)
{
    uint64_t nusd = price_of(bill, kind, name);
    if (amount.number == 0)
        return;
    bill->lacks |= nusd == 0 || __builtin_mul_overflow(nusd, amount.number, &nusd) ||
                   __builtin_add_overflow(nusd, amount.parts / 2, &nusd) ||
                   __builtin_add_overflow(bill->nusd, nusd / amount.parts, &bill->nusd);
}

/* ---- which family's prices ---- */

/* Types that are not billed as what they are called. */
static const struct {
    const char *prefix;
    const char *family;
} billed_as[] = {
    {"n1-megamem-", "m1"},
    {"n1-ultramem-", "m1"},
    {"a3-megagpu-", "a3plus"},
    {"a3-ultragpu-", "a3ultra"},
    {"m4-ultramem-224", "m4ultramem224"},
    {"m4n-ultramem-224", "m4nultramem224"},
};

/* The family, and the machine's name, whichever is asked for. */
struct names {
    const char *machine;
    char family[GCP_LONGEST_NAME]; /* up to the first dash */
    const char *billed;
};

static void names_read(struct names *names, const char *machine)
{
    size_t size = strcspn(machine, "-");
    names->machine = machine;
    size = size < sizeof names->family ? size : sizeof names->family - 1;
    memcpy(names->family, machine, size);
    names->family[size] = '\0';
    names->billed = names->family;
    for (size_t i = 0; i < sizeof billed_as / sizeof *billed_as; i++)
        if (strncmp(billed_as[i].prefix, machine, strlen(billed_as[i].prefix)) == 0)
            names->billed = billed_as[i].family;
}

/* Where Google lists no A3Plus, as A3 Mega is called there, its cores and memory are those of A3. */
static void choose_a3(const struct bill *bill, struct names *names)
{
    if (!strcmp(names->billed, "a3plus") && !price_of(bill, GCP_CORE, names->billed))
        names->billed = "a3";
}

/* ---- cores and memory ---- */

/* Shared cores, of which a machine has two, are billed by their share: vm-instance-pricing#sharedcore. */
static struct amount cores_of(const struct gcp_machine *machine)
{
    static const struct {
        const char *name;
        uint64_t quarters;
    } shared[] = {{"e2-micro", 1}, {"e2-small", 2}, {"e2-medium", 4}};
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (strcmp(shared[i].name, machine->name) == 0)
            return (struct amount){shared[i].quarters, 4};
    return (struct amount){machine->facts.vcpus, 1};
}

/* Some types have tenths of a GiB, which the API rounds to whole MiB: n1-highcpu-2 has 1.8 GiB and not 1843 MiB. */
static struct amount memory_of(const struct gcp_machine *machine)
{
    int64_t mib = machine->facts.memory_mib;
    int64_t tenths = (mib * 10 + 512) / 1024;
    if (llabs(mib * 10 - tenths * 1024) < 10)
        return (struct amount){(uint64_t)tenths, 10};
    return (struct amount){(uint64_t)mib, 1024};
}

static void add_cores_and_memory(struct bill *bill, const struct names *names,
                                 const struct gcp_machine *machine)
{
    struct amount cores = cores_of(machine);
    struct amount memory = memory_of(machine);
    bool is_m2 = !strcmp(names->family, "m2");
    const char *base = is_m2 ? "m1" : names->billed;
    add(bill, GCP_CORE, base, cores);
    add(bill, GCP_RAM, base, memory);
    if (!is_m2)
        return;
    /* M2 is M1 and a premium: memory-optimized machine types, "upgrade premium". */
    add(bill, GCP_CORE, "m2", cores);
    add(bill, GCP_RAM, "m2", memory);
}

/* ---- local SSDs ---- */

/* These have a price of their own; to all others that of any family applies. */
static bool has_own_ssd_price(const struct bill *bill, const char *family)
{
    static const char *const own[] = {"c4", "c4a", "c4d", "h4d"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(own[i], family) == 0)
            return true;
    return price_of(bill, GCP_SSD, family) > 0;
}

static void add_local_ssds(struct bill *bill, const struct names *names,
                           const struct gcp_machine *machine)
{
    int64_t gib = machine->facts.local_ssd_gib;
    bill->lacks |= gib < 0;
    if (gib <= 0)
        return;
    const char *name = has_own_ssd_price(bill, names->family) ? names->family : GCP_ANY_FAMILY;
    add(bill, GCP_SSD, name, (struct amount){(uint64_t)gib, HOURS_PER_MONTH});
}

/* ---- slices ---- */

/* A4 is sold by the GPU with all that belongs to it, and so are the parts of a GPU that the smaller G4 have. */
static uint64_t slices_of(const struct names *names, const struct gcp_facts *facts)
{
    if (!strcmp(names->family, "a4") || !strcmp(names->family, "a4x"))
        return facts->gpu_count;
    if (!strcmp(names->family, "g4") && facts->vcpus < G4_VCPUS_PER_GPU)
        return facts->vcpus / G4_VCPUS_PER_EIGHTH;
    return 0;
}

static bool is_whole(const struct names *names)
{
    return !strcmp(names->family, "f1") || !strcmp(names->family, "g1");
}

static void add_parts(struct bill *bill, const struct names *names,
                      const struct gcp_machine *machine)
{
    const struct gcp_facts *facts = &machine->facts;
    add_cores_and_memory(bill, names, machine);
    add_local_ssds(bill, names, machine);
    if (facts->gpu)
        add(bill, GCP_GPU, facts->gpu->type, (struct amount){facts->gpu_count, 1});
}

uint64_t gcp_bill(const struct gcp_prices *prices, const struct gcp_machine *machine,
                  const struct gcp_attached *attached, int region, enum gcp_terms terms)
{
    struct names names;
    struct bill bill = {.prices = prices, .region = region, .terms = terms};
    names_read(&names, machine->name);
    choose_a3(&bill, &names);
    uint64_t slices = slices_of(&names, &machine->facts);
    if (slices)
        add(&bill, GCP_SLICE, names.family, (struct amount){slices, 1});
    else if (is_whole(&names))
        add(&bill, GCP_MACHINE, names.family, (struct amount){1, 1});
    else
        add_parts(&bill, &names, machine);
    if (attached->count)
        add(&bill, GCP_GPU, attached->gpu->type, (struct amount){attached->count, 1});
    return bill.lacks || bill.nusd > INT64_MAX ? 0 : bill.nusd;
}
