/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random jobs and random offers: what is chosen can run the job, and nothing that can is cheaper. The judge
 * knows only what the filters mean, and goes through all offers one by one.
 */
#include "core/job_requirement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 20000
#define MOST_OFFERS 24

struct sample {
    aw_offer offer;
    aw_gpu gpu;
    char type[8];
};

/* What a user asks for, in the judge's own terms. */
struct job_of_user {
    uint32_t arch;  /* that was named; 0: none, 3: "any" */
    uint32_t image; /* where the image runs; 0: there is no image */
    uint32_t least_vcpus;
    bool emulation;
    bool needs_gpu;
    uint64_t over;
    uint64_t under;
};

static uint64_t seed;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % sides;
}

static struct sample random_offer(unsigned number)
{
    struct sample sample = {.offer = {.size = sizeof sample.offer,
                                      .arch = 1 + dice(2),
                                      .vcpus = 1u << dice(4),
                                      .priced = dice(8) > 0,
                                      .spot = dice(2),
                                      .memory_mib = 1024,
                                      .region = "r1"},
                            .gpu = {.size = sizeof sample.gpu,
                                    .count = 1,
                                    .vendor = "nvidia",
                                    .name = "T4",
                                    .memory_mib = 16384}};
    snprintf(sample.type, sizeof sample.type, "t%u", number);
    if (sample.offer.priced)
        sample.offer.price_nusd_per_hour = dice(4) ? dice(100) : UINT64_C(1) << dice(63);
    return sample;
}

static struct job_of_user random_job(void)
{
    static const uint64_t factors[][2] = {{2808, 386}, {1, 1}, {1000, 1}, {7270000, 1000000}};
    uint32_t factor = dice(4);
    return (struct job_of_user){.arch = dice(3) ? 0 : 1 + dice(3),
                                .image = dice(4),
                                .least_vcpus = 1u << dice(3),
                                .emulation = dice(2),
                                .needs_gpu = dice(4) == 0,
                                .over = factors[factor][0],
                                .under = factors[factor][1]};
}

/* Bits of where it runs without emulation. */
static uint32_t native(const struct job_of_user *job)
{
    if (job->arch == AW_ARCH_AMD64 || job->arch == AW_ARCH_ARM64)
        return job->arch;
    return job->image ? job->image : AW_ARCH_ANY;
}

static bool is_emulated(const struct job_of_user *job, const aw_offer *offer)
{
    return !(native(job) & offer->arch);
}

static bool can_run(const struct job_of_user *job, const aw_offer *offer)
{
    if (offer->vcpus < job->least_vcpus || (job->needs_gpu && !offer->gpu))
        return false;
    return !is_emulated(job, offer) || (job->emulation && !job->needs_gpu && !offer->gpu);
}

/* Infinite for what has no price: it is the last resort. */
static long double cost(const struct job_of_user *job, const aw_offer *offer)
{
    if (!offer->priced)
        return 1e30L;
    long double price = (long double)offer->price_nusd_per_hour;
    return is_emulated(job, offer) ? price * (long double)job->over / (long double)job->under
                                   : price;
}

/* Within the rounding up of a nano-dollar, and the largest price that there can be. */
static bool is_cheaper(long double a, long double b)
{
    return a + 1 < b && a < 9.2e18L;
}

static archway_query *query_of(const struct job_of_user *job)
{
    static const char *const archs[] = {NULL, "x86_64", "aarch64", "any"};
    char cpu[16];
    archway_query *query = archway_query_create();
    snprintf(cpu, sizeof cpu, "%u..", (unsigned)job->least_vcpus);
    assert_int_equal(archway_query_set(query, "cpu", cpu, NULL), 0);
    if (job->arch)
        assert_int_equal(archway_query_set(query, "arch", archs[job->arch], NULL), 0);
    if (job->emulation)
        assert_int_equal(archway_query_set(query, "emulation", "yes", NULL), 0);
    if (job->needs_gpu)
        assert_int_equal(archway_query_set(query, "gpu", "1..", NULL), 0);
    return query;
}

static void choose(const struct table *table, const struct job_of_user *job,
                   struct selection *ret_selection)
{
    archway_query *query = query_of(job);
    archway aw = {.config.emulation_factor = {job->over, job->under}};
    const struct image_lookup image = {.facts.archs = job->image};
    struct wanted wanted = {.query = query, .image = job->image ? &image : NULL, .table = table};
    assert_int_equal(wanted_settle(&wanted, &aw, NULL), 0);
    assert_int_equal(table_select(table, query, &wanted.requirement, ret_selection), 0);
    archway_query_destroy(query);
}

static void judge(const struct job_of_user *job, const struct sample *samples, size_t count,
                  const struct selection *chosen)
{
    size_t possible = 0;
    for (size_t i = 0; i < count; i++)
        possible += can_run(job, &samples[i].offer);
    assert_int_equal(chosen->count, possible);
    if (!possible)
        return;
    const aw_offer *best = &samples[chosen->rows[0]].offer;
    assert_true(can_run(job, best));
    for (size_t i = 0; i < count; i++)
        if (can_run(job, &samples[i].offer))
            assert_false(is_cheaper(cost(job, &samples[i].offer), cost(job, best)));
    /* The promise in its own words. */
    bool arm64_only = job->image == AW_ARCH_ARM64 && job->arch != AW_ARCH_AMD64;
    for (size_t i = 0; i < chosen->count && arm64_only && !job->emulation; i++)
        assert_int_equal(samples[chosen->rows[i]].offer.arch, AW_ARCH_ARM64);
}

static void test_what_is_chosen_runs_the_job_and_nothing_that_does_is_cheaper(void **state)
{
    size_t emulated = 0;
    (void)state;
    for (seed = 1; seed < ROUNDS; seed++) {
        uint64_t round = seed;
        struct sample samples[MOST_OFFERS];
        size_t count = dice(MOST_OFFERS + 1);
        struct table *table = table_create();
        struct selection chosen = {0};
        for (size_t i = 0; i < count; i++) {
            samples[i] = random_offer((unsigned)i);
            samples[i].offer.instance_type = samples[i].type;
            samples[i].offer.gpu = dice(3) ? NULL : &samples[i].gpu;
            assert_int_equal(table_add(table, 1, "cloud", &samples[i].offer, NULL), 0);
        }
        const struct job_of_user job = random_job();
        choose(table, &job, &chosen);
        judge(&job, samples, count, &chosen);
        emulated += chosen.count && is_emulated(&job, &samples[chosen.rows[0]].offer);
        selection_finish(&chosen);
        table_destroy(table);
        seed = round;
    }
    assert_true(emulated > ROUNDS / 100); /* or little was tried */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_chosen_runs_the_job_and_nothing_that_does_is_cheaper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
