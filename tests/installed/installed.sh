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

# A backend of one's own, begun, built and checked with nothing but what is installed.
archway=$work/moved/bin/archway
[ "$(pkg-config --variable=plugindir archway | xargs realpath)" = "$(realpath "$lib/archway/backends")" ] ||
    { echo "plugindir is another folder"; exit 1; }
"$archway" new-backend my-cloud2 "$work/new" >"$work/new.files"
[ "$(xargs -a "$work/new.files" ls | wc -l)" -eq "$(find "$source/docs/example" -type f | wc -l)" ] ||
    { echo "new-backend wrote other files"; exit 1; }
"$archway" new-backend other "$work/new" 2>"$work/new.refused" && { echo "a folder with something in it was taken"; exit 1; }
grep -q "is not empty" "$work/new.refused" || { cat "$work/new.refused"; exit 1; }
cmake -S "$work/new" -B "$work/new/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$work/moved" >"$work/new.log"
cmake --build "$work/new/build" >>"$work/new.log"
ctest --test-dir "$work/new/build" --no-tests=error --output-on-failure >"$work/new.test" ||
    { cat "$work/new.test"; exit 1; }
cmake --install "$work/new/build" >>"$work/new.log"
found=$("$archway" --replay "$work/new/fixtures/offers.http" offers --arch arm64 -o name || [ $? -eq 6 ])
[ "$found" = my-cloud2/north/a1.small ] || { echo "the new backend finds $found"; exit 1; }
echo "a new backend is built, checked and loaded"
