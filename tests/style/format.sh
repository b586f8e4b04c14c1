#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Is every source formatted as .clang-format says, by the version that all use? Usage: format.sh SOURCE_DIR
set -euo pipefail
cd "$1"

version=14
for tool in "clang-format-$version" clang-format none; do
    command -v "$tool" >/dev/null && break
done
[ "$tool" != none ] || { echo "clang-format is not installed: apt-get install clang-format-$version"; exit 1; }
"$tool" --version | grep -q "version $version\." ||
    { echo "$("$tool" --version): it must be version $version"; exit 1; }
find include core check kit cli backends docs tests bench -name '*.[ch]' -print0 | xargs -0 "$tool" --dry-run -Werror
