/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Old and new meet. This file is built three times: with this core, as NEWER with the same sources of core
 * compiled against a header with more in it, and as FIRST with those compiled against the frozen header of
 * version 1.0. Each loads a plugin of each of the three: nine pairs. Nobody may read or write past what the
 * other one has, and what is absent is NULL or 0.
 */
#include "core/loader.h"
#include "core/sized.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plugins plugins;
static aw_offer seen;
static const char *cheered;

static void emit_offer(aw_op *op, const aw_offer *offer)
{
    (void)op;
    SIZED_COPY(&seen, offer);
}

#ifdef NEWER
static void cheer(aw_op *op, const char *text)
{
    (void)op;
    cheered = text;
}
#endif

static const aw_host host = {
    .size = sizeof host,
    .minor = AW_ABI_MINOR,
    .emit_offer = emit_offer,
#ifdef NEWER
    .cheer = cheer,
#endif
};

/* A plugin that looks past a struct of core's finds the poison. */
static struct {
    aw_op op;
    const char *poison;
} core_op = {
    .op.size = sizeof(aw_op),
    .op.host = &host,
#ifdef NEWER
    .op.tempo = "presto",
#endif
    .poison = "poison",
};

static const struct {
    aw_offer_query query;
    const char *poison;
} core_query = {
    .query.size = sizeof(aw_offer_query),
    .query.region = "moon",
#ifdef NEWER
    .query.mood = "sunny",
#endif
    .poison = "poison",
};

static const struct plugin *plugin_of(const char *provider)
{
    const struct plugin *plugin = plugins_find(&plugins, provider);
    assert_non_null(plugin);
    return plugin;
}

static void run(const struct plugin *plugin)
{
    seen = (aw_offer){0};
    cheered = NULL;
    plugin->vtable.list_offers(&core_op.op, &core_query.query);
    assert_string_equal(seen.instance_type, "pair");
    assert_string_equal(seen.data, "moon");
    assert_int_equal(seen.size, sizeof seen);
}

static void test_each_plugin_tells_the_version_that_it_was_built_with(void **state)
{
    (void)state;
    uint32_t today = plugin_of("pair-older")->entry.minor;
    assert_int_equal(plugin_of("pair-first")->entry.minor, 0);
    assert_true(today > 0);
    assert_int_equal(plugin_of("pair-newer")->entry.minor, today + 1);
#ifdef FIRST
    assert_int_equal(AW_ABI_MINOR, 0);
#endif
}

static void test_an_older_plugin_loads_and_what_it_lacks_is_absent(void **state)
{
    (void)state;
    static const char *const providers[] = {"pair-first", "pair-older"};
    for (size_t i = 0; i < 2; i++) {
        const struct plugin *plugin = plugin_of(providers[i]);
        assert_int_equal(plugin->entry.size, sizeof plugin->entry);
        assert_int_equal(plugin->vtable.size, sizeof plugin->vtable);
        assert_ptr_equal(plugin->entry.vtable, &plugin->vtable);
#ifdef NEWER
        assert_null(plugin->entry.motto);
        assert_null(plugin->vtable.answer);
#endif
    }
}

static void test_a_newer_plugin_loads_and_is_read_as_far_as_core_knows_it(void **state)
{
    (void)state;
    const struct plugin *plugin = plugin_of("pair-newer");
    assert_true(plugin->entry.minor > 0);
    assert_int_equal(plugin->entry.size, sizeof plugin->entry);
    assert_int_equal(plugin->vtable.size, sizeof plugin->vtable);
    assert_string_equal(plugin->entry.title, "Half a pair");
#ifdef NEWER
    assert_string_equal(plugin->entry.motto, "onwards");
    assert_int_equal(plugin->vtable.answer(NULL), 42);
#endif
}

static void test_an_older_plugin_works_and_leaves_absent_what_it_does_not_know(void **state)
{
    (void)state;
    static const char *const providers[] = {"pair-first", "pair-older"};
    for (size_t i = 0; i < 2; i++) {
        run(plugin_of(providers[i]));
        assert_null(seen.zone);
        assert_null(seen.region);
        assert_null(cheered);
#ifdef NEWER
        assert_null(seen.badge);
#endif
    }
}

static void test_a_newer_plugin_sees_only_what_core_has(void **state)
{
    (void)state;
    run(plugin_of("pair-newer"));
#ifdef NEWER
    assert_string_equal(seen.zone, "sunny");
    assert_string_equal(seen.region, "presto");
    assert_string_equal(cheered, "hurrah");
    assert_string_equal(seen.badge, "gold");
#else
    assert_null(seen.zone);
    assert_null(seen.region);
    assert_null(cheered);
#endif
}

static void test_no_plugin_writes_past_the_end_of_an_error(void **state)
{
    (void)state;
    static const char *const providers[] = {"pair-first", "pair-older", "pair-newer"};
    for (size_t i = 0; i < 3; i++) {
        struct {
            aw_error error;
            char behind[64];
        } guarded = {.error = {.size = sizeof guarded.error}};
        plugin_of(providers[i])->vtable.classify(NULL, NULL, NULL, &guarded.error);
        assert_int_equal(guarded.error.code, AW_E_QUOTA);
        assert_string_equal(guarded.error.request, "classified");
        assert_string_equal(guarded.behind, "");
#ifdef NEWER
        assert_string_equal(guarded.error.hint, i == 2 ? "ask for more" : "");
#endif
    }
}

static const struct plugin *plugin_at(const char *file)
{
    for (size_t i = 0; i < plugins.count; i++)
        if (strcmp(strrchr(plugins.items[i].path, '/') + 1, file) == 0)
            return &plugins.items[i];
    fail_msg("%s was not looked at", file);
    return NULL;
}

static __attribute__((unused)) void assert_too_new(const char *file)
{
    const aw_error *error = &plugin_at(file)->error;
    assert_int_equal(error->code, AW_E_UNSUPPORTED);
    assert_non_null(strstr(error->message, "needs a newer core"));
    assert_non_null(strstr(error->message, "Update archway"));
}

static void
test_a_plugin_that_cannot_do_without_a_newer_core_is_taken_by_that_one_only(void **state)
{
    (void)state;
#ifdef NEWER
    assert_int_equal(plugin_at("pair_newest.so")->error.code, AW_OK);
#else
    assert_too_new("pair_newest.so");
#endif
#ifdef FIRST
    assert_too_new("pair_needs_today.so");
#else
    assert_int_equal(plugin_at("pair_needs_today.so")->error.code, AW_OK);
#endif
}

static int load(void **state)
{
    (void)state;
    char folder[PATH_MAX];
    if (!realpath(PAIR_DIR, folder))
        return -1;
    const char *folders[] = {folder};
    return plugins_load(&plugins, folders, 1, &host);
}

static int unload(void **state)
{
    (void)state;
    plugins_finish(&plugins);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_plugin_tells_the_version_that_it_was_built_with),
        cmocka_unit_test(test_an_older_plugin_loads_and_what_it_lacks_is_absent),
        cmocka_unit_test(test_a_newer_plugin_loads_and_is_read_as_far_as_core_knows_it),
        cmocka_unit_test(test_an_older_plugin_works_and_leaves_absent_what_it_does_not_know),
        cmocka_unit_test(test_a_newer_plugin_sees_only_what_core_has),
        cmocka_unit_test(test_no_plugin_writes_past_the_end_of_an_error),
        cmocka_unit_test(
            test_a_plugin_that_cannot_do_without_a_newer_core_is_taken_by_that_one_only),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
