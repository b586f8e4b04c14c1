/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file, and what plugins declare against what it says. */
#include "core/config.h"
#include "tests/fuzz/fuzz.h"

#include "kit/memory.h"

static const aw_option options[] = {
    {.name = "api_key", .help = "the key", .flags = AW_OPTION_SECRET},
    {.name = "profile", .help = "a name"},
    {.name = "zones", .help = "names", .type = AW_OPTION_LIST},
    {.name = "retries", .help = "a number", .type = AW_OPTION_INTEGER},
    {.name = "public", .help = "yes or no", .type = AW_OPTION_BOOLEAN},
};

static void check_backend(struct config *config, const struct config_backend *backend)
{
    aw_settings settings = {0};
    aw_settings secrets = {0};
    aw_error error = {0};
    FUZZ_CHECK(backend->type && backend->type[0] && backend->name && backend->name[0]);
    FUZZ_CHECK(backend->line > 0);
    if (config_check(config, backend, options, sizeof options / sizeof options[0], &settings,
                     &secrets, &error) < 0) {
        fuzz_check_error(&error);
        return;
    }
    FUZZ_CHECK(settings.count + secrets.count <= backend->setting_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    KIT_CLEANUP(config_finish) struct config config;
    config_init(&config);
    aw_error error = {0};
    if (config_read(&config, fuzz_file(data, size), &error) < 0) {
        fuzz_check_error(&error);
        return 0;
    }
    for (size_t i = 0; i < config.backend_count; i++)
        check_backend(&config, &config.backends[i]);
    return 0;
}
