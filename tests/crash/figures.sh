#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The page of figures: written from what the tests of a build have found, or checked against the tests there are.
# Usage: figures.sh write FOLDER_OF_THE_BUILD | check PAGE SUBJECT-CLOUD...
set -euo pipefail

write() {
    local folder=$1/reliability
    cat <<'END'
# Figures of reliability

Written by `./dev figures` from what the tests found in the run before; nothing here is typed. What each row means
stands in `tests/crash/crash_test.c` and `tests/sim/sim.h`, and what is promised in [reliability.md](reliability.md).

A point is a moment at which the command, or a server with a thousand creates under way, was killed (interrupted,
its disk full, its clock set); the moments are all calls that change or learn anything outside the process. Then came one
`recover`, for `gc` one more `gc --yes`, and the clouds' own list judged. *Day*: 24 hours of a simulated server in virtual
time; its points are the crashes, its machines those that it was told of.

| what | where | points | machines | leaked | doubled | ended for nothing | not ended |
|---|---|---|---|---|---|---|---|
END
    cat "$folder"/*.md | sort -t'|' -k2,2 -k3,3V
    cat "$folder"/*.md | awk -F'|' '{ for (i = 4; i <= 9; i++) sum[i] += $i }
        END { printf "| all | | %d | %d | %d | %d | %d | %d |\n", sum[4], sum[5], sum[6], sum[7], sum[8], sum[9] }'
}

# Every test has its row, no row has found anything, and the last one is their sum.
check() {
    local page=$1 name faults=0
    shift
    for name in "$@"; do
        grep -qE "^\| ${name%-*} \| ${name##*-} \| [0-9]+ \| [0-9]+ \| 0 \| 0 \| 0 \| 0 \|$" "$page" ||
            { echo "$page: no row of ${name%-*} on ${name##*-}, or one with a fault: run ./dev figures"; faults=1; }
    done
    awk -F'|' '/^\| [a-z]/ && NF == 10 && $2 !~ /what/ {
                   if ($2 ~ /^ all /) { all = $4; next }
                   sum += $4
                   if ($6 + $7 + $8 + $9) bad++ }
               END { exit bad > 0 || sum < 300 || sum != all }' "$page" ||
        { echo "$page: a fault, fewer than 300 points, or a sum that is none"; faults=1; }
    return $faults
}

"$@"
