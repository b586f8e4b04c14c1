/* SPDX-License-Identifier: Apache-2.0 */
/* archway bench-emulation */
#include "cli/exit_code.h"
#include "cli/load.h"
#include "cli/memory.h"
#include "cli/parse.h"
#include "cli/record.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "cli/talk.h"
#include "cli/verbs.h"

#include <stdio.h>

/* In turns, so that whatever else the machine does slows both alike. */
#define ROUNDS 3u
#define DEFAULT_MS 6000u

struct measurement {
    uint32_t host;
    uint32_t guest;
    const char *emulator;
    struct load_run native;
    struct load_run emulated;
};

/* Of qemu's user emulation, as distributions call it. */
static const char *const emulators[][3] = {
    [AW_ARCH_AMD64] = {"qemu-aarch64-static", "qemu-aarch64", NULL},
    [AW_ARCH_ARM64] = {"qemu-x86_64-static", "qemu-x86_64", NULL},
};

static double rate(const struct load_run *run)
{
    return run->elapsed_ns ? (double)run->events * 1e9 / (double)run->elapsed_ns : 0;
}

static int say_result(enum load_result result, const char *what)
{
    if (result == LOAD_INTERRUPTED) {
        say("interrupted");
        return EXIT_SIGNAL + signals_pending();
    }
    return say_failure(AW_E_INTERNAL,
                       result == LOAD_WRONG ? "%s computes something else than is right"
                                            : "%s cannot be run here",
                       what);
}

static int find_emulator(struct measurement *measurement)
{
    for (const char *const *name = emulators[measurement->host]; *name; name++) {
        struct load_run trial = {0};
        enum load_result result = load_run(measurement->guest, *name, 1, &trial);
        if (result == LOAD_NOT_STARTED)
            continue;
        measurement->emulator = *name;
        return result == LOAD_RAN ? EXIT_OK : say_result(result, *name);
    }
    return say_failure(AW_E_NOT_FOUND,
                       "there is no %s on this machine: install the package qemu-user-static (or "
                       "qemu-user)",
                       emulators[measurement->host][1]);
}

static int measure(struct measurement *measurement, uint64_t duration_ms)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        enum load_result result =
            load_run(measurement->host, NULL, duration_ms / ROUNDS / 2, &measurement->native);
        if (result != LOAD_RAN)
            return say_result(result, "the native load");
        result = load_run(measurement->guest, measurement->emulator, duration_ms / ROUNDS / 2,
                          &measurement->emulated);
        if (result != LOAD_RAN)
            return say_result(result, measurement->emulator);
    }
    if (rate(&measurement->emulated) <= 0 || rate(&measurement->native) <= 0)
        return say_failure(AW_E_TIMEOUT, "nothing was finished in time: give more with --duration");
    return EXIT_OK;
}

/* An emulator that is faster than the processor has been measured wrongly. */
static double factor_of(const struct measurement *measurement)
{
    double factor = rate(&measurement->native) / rate(&measurement->emulated);
    return factor < 1 ? 1 : factor;
}

static json_t *record_side(uint32_t arch, const char *by, const struct load_run *run)
{
    json_t *object = json_object();
    json_object_set_new(object, "arch", record_text(archway_arch_name(arch)));
    json_object_set_new(object, "emulator", record_text(by));
    json_object_set_new(object, "events", json_integer((json_int_t)run->events));
    json_object_set_new(object, "events_per_second", json_real(rate(run)));
    return object;
}

static void print_json(const struct measurement *measurement, kit_buf *out)
{
    json_t *document = record_document();
    json_object_set_new(document, "native",
                        record_side(measurement->host, NULL, &measurement->native));
    json_object_set_new(
        document, "emulated",
        record_side(measurement->guest, measurement->emulator, &measurement->emulated));
    json_object_set_new(document, "factor", json_real(factor_of(measurement)));
    record_print(out, document, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
}

static void print_people(const struct measurement *measurement, kit_buf *out)
{
    kit_buf_addf(out, "native    %s  %10.1f events/s\n", archway_arch_name(measurement->host),
                 rate(&measurement->native));
    kit_buf_addf(out, "emulated  %s  %10.1f events/s  (%s)\n",
                 archway_arch_name(measurement->guest), rate(&measurement->emulated),
                 measurement->emulator);
    kit_buf_addf(out,
                 "ratio            %10.2f\n\nAn event is what one is to `sysbench cpu`: the primes "
                 "up to 10000. For the configuration:\n\n    emulation_factor: %.2f\n",
                 factor_of(measurement), factor_of(measurement));
}

static int print(const struct session *session, const struct measurement *measurement)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    if (session->options->format == FORMAT_JSON)
        print_json(measurement, &out);
    else
        print_people(measurement, &out);
    return output_write(&out);
}

int run_bench_emulation(struct session *session)
{
    struct measurement measurement = {.host = load_host_arch()};
    const char *duration = options_text(session->options, OPTION_DURATION);
    uint64_t duration_ms = DEFAULT_MS;
    aw_error error;
    if (duration && parse_duration(duration, &duration_ms, &error) != 0)
        return say_usage("--duration: %s", error.message);
    if (!measurement.host)
        return say_failure(AW_E_UNSUPPORTED, "this machine is neither amd64 nor arm64");
    measurement.guest = AW_ARCH_ANY & ~measurement.host;
    int code = find_emulator(&measurement);
    if (code == EXIT_OK)
        code = measure(&measurement, duration_ms);
    return code == EXIT_OK ? print(session, &measurement) : code;
}
