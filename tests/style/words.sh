#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Words that may not stand in the sources, and the first lines that must. Usage: words.sh SOURCE_DIR
set -euo pipefail
cd "$1"

banned='strcpy|strcat|strncpy|strncat|stpcpy|sprintf|vsprintf|strtok|gets|atoi|atol|atoll|atof|alloca'
faults=0

# Whatever the reader prints is a fault of this kind.
faults_of() {
    local line
    while IFS= read -r line; do
        printf '%s: %s\n' "$1" "$line"
        faults=$((faults + 1))
    done
}

sources() { find include core check kit cli backends docs tests bench -name '*.[ch]' | sort; }
scripts() { find dev .ci bench tests fixtures backends -name '*.sh' -o -path dev -o -path .ci/run -o -path bench/run | sort; }
everything() { find . -path ./build -prune -o -path ./.git -prune -o -type f -print | sort; }

readarray -t files < <(sources)
[ "${#files[@]}" -gt 50 ] || { echo "only ${#files[@]} sources were found: is $PWD the source folder?"; exit 1; }

faults_of 'banned function' < <(grep -nE "\\b($banned)[[:space:]]*\\(" "${files[@]}")
faults_of 'goto' < <(grep -nE '^[^"/*]*\bgoto[[:space:]]+[a-z_]+;' "${files[@]}")
faults_of 'left open' < <(grep -nE '\b(TODO|FIXME|XXX)\b' "${files[@]}")
faults_of 'tab' < <(grep -nP '\t' "${files[@]}")
faults_of 'name parted from its type by a long comment' < <(
    grep -nE '^ +\*[a-z_]+(\[[A-Z0-9_]+\])?; +/\*|^ +(const )?(char|bool|size_t|u?int[0-9]+_t)$' "${files[@]}")
faults_of 'first line is not the SPDX line' < <(
    for file in "${files[@]}"; do
        [ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: Apache-2.0 */' ] || echo "$file"
    done)
faults_of 'second line says not what is in the file' < <(
    for file in "${files[@]}"; do
        [[ $(sed -n 2p "$file") == '/*'* ]] || echo "$file"
    done)
faults_of 'second line is not the SPDX line' < <(
    scripts | while IFS= read -r file; do
        [ "$(sed -n 2p "$file")" = '# SPDX-License-Identifier: Apache-2.0' ] || echo "$file"
    done)
faults_of 'speaks of things outside the project' < <(
    everything | xargs -d '\n' grep -nIE '[.][.]/shared|issue #[0-9]|/work/mai[n]')

printf '%d sources\n' "${#files[@]}"
[ "$faults" -eq 0 ]
