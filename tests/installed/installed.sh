#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is installed, wherever to, is all that a server needs: headers, both libraries, pkg-config, plugins.
# Usage: installed.sh SOURCE_DIR BUILD_DIR WORK_DIR CC CXX
set -euo pipefail
source=$1 build=$2 work=$3 cc=$4 cxx=$5
recording=$source/fixtures/lambda/offers.http

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$work/moved"
pc=$(find "$work/moved" -name archway.pc)
lib=$(dirname "$(dirname "$pc")")
plugins=$(find "$lib/archway/backends" -name '*.so' | wc -l)
export PKG_CONFIG_PATH="${pc%/*}"
unset ARCHWAY_BACKEND_PATH ARCHWAY_CONFIG
strict=(-Wall -Wextra -Wpedantic -Werror "$source/tests/installed/server.c")

expect() {
    local found
    found=$("$@" "$recording")
    [ "$found" = "$plugins plugins, $offers offers" ] || { echo "$1 says: $found"; exit 1; }
}

# The flags are words.
# shellcheck disable=SC2046
"$cc" -std=c11 -D_POSIX_C_SOURCE=200809L "${strict[@]}" $(pkg-config --cflags --libs archway) \
    -Wl,-rpath,"$lib" -o "$work/shared"
# shellcheck disable=SC2046
"$cxx" -std=c++17 -x c++ "${strict[@]}" -x none $(pkg-config --cflags --libs archway) \
    -Wl,-rpath,"$lib" -o "$work/cplusplus"
# shellcheck disable=SC2046
"$cc" -std=c11 -D_POSIX_C_SOURCE=200809L "${strict[@]}" $(pkg-config --cflags archway) "$lib/libarchway.a" \
    $(pkg-config --libs $(pkg-config --print-requires-private archway)) -o "$work/static"

offers=$("$work/moved/bin/archway" --replay "$recording" offers --arch arm64 -o name | wc -l)
[ "$offers" -gt 0 ] || { echo "the installed command found no offers"; exit 1; }
expect "$work/shared"
expect "$work/cplusplus"
expect env ARCHWAY_BACKEND_PATH="$lib/archway/backends" "$work/static"
echo "shared, static and C++ servers work"
