#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shell scripts, by shellcheck. Usage: scripts.sh SOURCE_DIR
set -euo pipefail
cd "$1"

readarray -t scripts < <(find dev .ci bench tests fixtures backends -type f \
    -exec awk 'FNR == 1 && /^#!.*sh$/ { print FILENAME } { nextfile }' {} + | sort)
[ "${#scripts[@]}" -gt 5 ] || { echo "only ${#scripts[@]} scripts were found: is $PWD the source folder?"; exit 1; }
shellcheck "${scripts[@]}"
printf '%d scripts\n' "${#scripts[@]}"
