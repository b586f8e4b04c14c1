#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Would held.sh see it? The ABI is changed in copies of its header, and each change must be found, or allowed.
# Usage: held_self_test.sh SOURCE_DIR WORK_DIR
set -euo pipefail
source=$(cd "$1" && pwd)
work=$2
held=$source/tests/abi/held.sh
CC=${CC:-cc}
faults=0
rm -rf "$work"
mkdir -p "$work"

# judge VERDICT NAME DESCRIPTION FILE.so HEADERS: VERDICT is "allowed", or words that the report must have.
judge() {
    local said status=0
    said=$("$held" --compare "$3" "$4" "$5" 2>&1) || status=$?
    if [ "$1" = allowed ]; then
        [ "$status" -eq 0 ] && return
    elif [ "$status" -eq 1 ] && grep -qF -- "$1" <<<"$said"; then
        return
    fi
    printf '%s: wanted "%s", got status %s:\n%s\n' "$2" "$1" "$status" "$said"
    faults=$((faults + 1))
}

# planted VERDICT NAME SCRIPT: the plugin ABI, after this sed script on its header.
planted() {
    local folder=$work/$2
    mkdir "$folder"
    cp -R "$source/include/archway" "$folder/archway"
    sed -i "$3" "$folder/archway/backend.h"
    if [ "$3" ] && cmp -s "$source/include/archway/backend.h" "$folder/archway/backend.h"; then
        printf '%s: nothing was planted\n' "$2"
        exit 1
    fi
    "$CC" -g -shared -fPIC -I"$folder" -o "$folder/types.so" "$source/tests/abi/types.c"
    judge "$1" "$2" "$source/tests/abi/backend.abi" "$folder/types.so" "$folder/archway"
}

planted allowed nothing ''
planted allowed at_the_end 's/^} aw_offer;/uint64_t planted; const char *more; &/'
planted "'uint32_t arch' offset changed" in_the_middle '/^typedef struct aw_offer {/,/^}/s/uint32_t size;/& uint64_t planted;/'
planted "'const char* quota' offset changed" before_the_last '/^typedef struct aw_offer {/,/^}/s/const char \*quota;/void *planted; &/'
planted "aw_offer" removed '/^typedef struct aw_offer {/,/^}/{/const char \*quota;/d}'
planted "aw_offer" of_another_type '/^typedef struct aw_offer {/,/^}/s/uint64_t memory_mib;/int64_t memory_mib;/'
planted "aw_offer" swapped '/^typedef struct aw_offer {/,/^}/{s/uint32_t vcpus;/uint32_t SWAP;/;s/uint32_t spot;/uint32_t vcpus;/;s/SWAP/spot/}'
planted "struct aw_bytes is frozen" frozen 's/^} aw_bytes;/uint64_t planted; &/'
planted "struct aw_vtable is frozen" vtable 's/^} aw_vtable;/void (*planted)(void); &/'
planted "aw_code" value_of_a_code 's/AW_E_QUOTA = 7/AW_E_QUOTA = 17/'

# frozen VERDICT NAME SCRIPT: the header, after this sed script, beside those that are frozen.
frozen() {
    local said status=0
    sed "$3" "$source/include/archway/backend.h" >"$work/backend.h"
    said=$("$held" --frozen "$work/backend.h" "$source/tests/abi" 2>&1) || status=$?
    if [ "$1" = allowed ] && [ "$status" -eq 0 ]; then return; fi
    if [ "$1" != allowed ] && [ "$status" -eq 1 ] && grep -qF -- "$1" <<<"$said"; then return; fi
    printf '%s: wanted "%s", got status %s:\n%s\n' "$2" "$1" "$status" "$said"
    faults=$((faults + 1))
}
frozen allowed as_it_is ''
frozen allowed another_comment 's/a line \*\//one line *\//'
frozen "raise AW_ABI_MINOR" grown_and_not_told 's/^} aw_offer;/uint64_t planted; &/'
frozen "raise AW_ABI_MINOR" another_constant 's/AW_CAP_SPOT 0x1ull/AW_CAP_SPOT 0x2ull/'
frozen "version 1.99" told_and_not_frozen 's/^#define AW_ABI_MINOR .*/#define AW_ABI_MINOR 99/'

# A library, which loses a function, or gets one, or changes what one takes.
mkdir "$work/library"
library() {
    printf '%s\n' "$2" | "$CC" -g -shared -fPIC -x c -o "$work/library/$1.so" -
}
kept='int archway_kept(int number) { return number; }'
other='int archway_other(void) { return 1; }'
library both "$kept $other"
library less "$kept"
library changed "int archway_kept(long number) { return number != 0; } $other"
"$CC" -shared -fPIC -o "$work/library/silent.so" -x c - <<<"$kept $other"
"$held" --describe "$work/library/both.so" "$work/library" "$work/library/both.abi"
"$held" --describe "$work/library/less.so" "$work/library" "$work/library/less.abi"
judge allowed same "$work/library/both.abi" "$work/library/both.so" "$work/library"
judge allowed new_function "$work/library/less.abi" "$work/library/both.so" "$work/library"
judge archway_other lost_function "$work/library/both.abi" "$work/library/less.so" "$work/library"
judge archway_kept changed_function "$work/library/both.abi" "$work/library/changed.so" "$work/library"
judge "no longer described" no_debug_information "$work/library/both.abi" "$work/library/silent.so" "$work/library"
exit "$((faults > 0))"
