#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Does every header within the project compile alone? (The public ones have tests of their own.)
# Usage: headers.sh SOURCE_DIR
set -euo pipefail
cd "$1"

readarray -t headers < <(find core check kit cli backends docs tests bench -name '*.h' | sort)
[ "${#headers[@]}" -gt 50 ] || { echo "only ${#headers[@]} headers were found: is $PWD the source folder?"; exit 1; }
faults=0
for header in "${headers[@]}"; do
    "${CC:-cc}" -std=c11 -I. -Iinclude -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only \
        -include "$header" -xc - </dev/null && continue
    echo "$header does not compile alone"
    faults=$((faults + 1))
done
printf '%d headers\n' "${#headers[@]}"
[ "$faults" -eq 0 ]
