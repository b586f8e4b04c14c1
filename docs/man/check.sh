#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The manual pages: well formed, one for each command, and archway.yaml(5) with every key that is read.
# Usage: check.sh SOURCE_DIR PAGES
set -euo pipefail
source=$1 pages=$2
faults=0

fault() {
    echo "$1"
    faults=$((faults + 1))
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for page in "$pages"/man?/*.gz; do
    name=$(basename "$page" .gz)
    zcat "$page" >"$work/$name"
    # How long the source's lines are is nobody's concern.
    mandoc -Tlint -W warning "$work/$name" >"$work/lint" || fault "$(cat "$work/lint")"
    said=$(MANWIDTH=80 man --warnings -E UTF-8 -l "$work/$name" 2>&1 >/dev/null)
    [ -z "$said" ] || fault "$name: $said"
    mandoc -Tutf8 "$work/$name" >"$work/text"
    [ "$(wc -l <"$work/text")" -gt 20 ] || fault "$name says hardly anything"
done

sed -nE 's/^    \{"([a-z-]+)", VERB_.*/\1/p' "$source/cli/verbs.c" >"$work/verbs"
while read -r verb; do
    [ "$verb" = help ] || [ -s "$work/archway-$verb.1" ] || fault "there is no page of archway $verb"
done

config="$work/archway.yaml.5"
keys=$(sed -nE '/keys\[\] = \{/,/\};/ s/^ *\{"([a-z_]+)", .*/\1/p' "$source/core/config.c" "$source/core/config_entry.c")
keys+=" $(find "$source/backends" -name '*.c' -exec sed -nE 's/^ *\{"([a-z_]+)",.*AW_OPTION_.*/\1/p' {} +)"
count=0
for key in $keys; do
    count=$((count + 1))
    grep -qxE "\.B ${key}" "$config" || fault "archway.yaml(5) says nothing of $key"
done
[ "$count" -gt 10 ] || fault "only $count keys were found in the sources"
[ "$faults" -eq 0 ] || exit 1
echo "$(find "$pages" -name '*.gz' | wc -l) pages, $count keys"
