#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How long functions and files are. Reports; fails over 80 lines a function or 500 a file.
# Usage: lengths.sh SOURCE_DIR
set -euo pipefail
cd "$1"

functions() {
    find "$@" -name '*.c' | sort |
        ctags -L - --languages=C --c-kinds=f --fields=+ne -f - |
        awk -F'\t' '{ start = end = 0
                      for (i = 4; i <= NF; i++) {
                          if ($i ~ /^line:/) start = substr($i, 6)
                          if ($i ~ /^end:/) end = substr($i, 5)
                      }
                      if (end) print end - start + 1 "\t" $2 ":" start "\t" $1 }' | sort -n
}

report() {
    awk -F'\t' -v what="$1" '
        { lines[NR] = $1 }
        $1 > 40 { over++ }
        END { printf "%-28s %5d functions, median %2d, 90%% up to %2d, %d over 40, longest %d\n", what, NR,
                     lines[int((NR + 1) / 2)], lines[int(NR * 0.9 + 0.5)], over, lines[NR]
              exit NR < 10 }'
}

for room in core check kit cli backends docs "tests bench"; do
    # shellcheck disable=SC2086
    functions $room | report "$room"
done
functions core check kit cli backends docs tests bench | tail -n 3

long=$(functions core check kit cli backends docs tests bench | awk -F'\t' '$1 > 80 { print $2 ": " $3 " has " $1 " lines" }')
files=$(find core check kit cli backends docs tests bench \( -name '*.[ch]' -o -name '*.sh' \) -exec wc -l {} + |
    awk '$2 != "total" && $2 !~ /^tests.abi.[0-9.]+.archway/ && $1 > 500 { print $2 ": the file has " $1 " lines" }')
[ -z "$long$files" ] || { printf '%s\n' "$long" "$files"; exit 1; }
