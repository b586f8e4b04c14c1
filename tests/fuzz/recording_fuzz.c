/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings, from any text. */
#include "core/recording.h"
#include "tests/fuzz/fuzz.h"

#include "kit/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    KIT_CLEANUP(recording_finish) struct recording recording;
    recording_init(&recording);
    aw_error error = {0};
    if (recording_read(&recording, fuzz_file(data, size), &error) < 0) {
        fuzz_check_error(&error);
        return 0;
    }
    for (size_t i = 0; i < recording.exchange_count; i++) {
        const struct recorded_exchange *exchange = &recording.exchanges[i];
        FUZZ_CHECK(exchange->line > 0 && exchange->end != RECORDED_NOTHING);
        FUZZ_CHECK(exchange->method ? exchange->url != NULL : exchange->argv && exchange->argv[0]);
    }
    return 0;
}
