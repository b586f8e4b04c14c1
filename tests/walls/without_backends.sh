#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Without any backend the rest still builds, and passes its tests. Usage: without_backends.sh SOURCE_DIR WORK_DIR
set -euo pipefail
source=$(cd "$1" && pwd)
work=$2

# Copies that keep their times, so that a second run builds only what has changed.
rm -rf "$work/tree"
mkdir -p "$work/tree"
cp -Rp "$source"/{CMakeLists.txt,LICENSE,include,core,check,kit,cli,backends,docs,packaging,tests,bench,fixtures} "$work/tree"
find "$work/tree/backends" -mindepth 1 -maxdepth 1 -type d -exec rm -r {} +

if ! { cmake -S "$work/tree" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG= &&
    cmake --build "$work/build"; } >"$work/log" 2>&1; then
    tail -n 40 "$work/log"
    exit 1
fi
cd "$work/build"
ctest --output-on-failure -j 2 -LE 'walls|style'
