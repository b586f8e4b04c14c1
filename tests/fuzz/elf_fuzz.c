/* SPDX-License-Identifier: Apache-2.0 */
/* The judge of plugins, on any bytes. */
#include "core/elf.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct elf_entry entry = {0};
    aw_error error = {0};
    if (elf_judge(data, size, &entry, &error) == 0) {
        FUZZ_CHECK(entry.abi_major > 0);
        return 0;
    }
    fuzz_check_error(&error);
    FUZZ_CHECK(error.code == AW_E_INVALID || error.code == AW_E_UNSUPPORTED);
    FUZZ_CHECK(entry.abi_major == 0);
    return 0;
}
