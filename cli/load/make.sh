#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints cli/load_code.h: the machine code of load.c for both architectures. Needs clang and llvm-objcopy.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# code NAME TARGET
code() {
    clang --target="$2" -O2 -ffreestanding -fno-math-errno -fPIC -fno-stack-protector -fno-asynchronous-unwind-tables \
        -c "$here/load.c" -o "$work/$1.o"
    if llvm-readelf -r "$work/$1.o" | grep -q 'Relocation section'; then
        echo "the code for $1 needs something outside of itself" >&2
        exit 1
    fi
    llvm-objcopy -O binary -j .text "$work/$1.o" "$work/$1"
    printf '\nstatic const unsigned char load_%s[] = {\n' "$1"
    od -An -v -tx1 -w16 "$work/$1" | sed 's/ \(..\)/ 0x\1,/g; s/^ /    /'
    printf '};\n'
}

cat <<'END'
/* SPDX-License-Identifier: Apache-2.0 */
/* The machine code of cli/load/load.c, made by cli/load/make.sh: position-independent, and begun at its start. */
#ifndef ARCHWAY_CLI_LOAD_CODE_H
#define ARCHWAY_CLI_LOAD_CODE_H

/* clang-format off */
END
code amd64 x86_64-linux-gnu
code arm64 aarch64-linux-gnu
printf '/* clang-format on */\n\n#endif\n'
