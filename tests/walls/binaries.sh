#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The walls in what was built: what plugins and libraries export, import and link.
# Usage: binaries.sh plugin FILE... | library SO | archive A | command PROGRAM; ARCHWAY is the command that checks plugins
set -euo pipefail
archway=${ARCHWAY:-$(cd "$(dirname "$0")/../.." && pwd)/build/dev/bin/archway}
faults=0

fault() {
    printf '%s: %s\n' "$1" "$2"
    faults=$((faults + 1))
}

exported() { nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }'; }
needed() { readelf -dW "$1" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p'; }

# Whatever the reader prints is a fault of the file.
faults_of() {
    local file=$1 what=$2 name
    while IFS= read -r name; do
        fault "$file" "$what $name"
    done
}

# What anybody's plugin is checked by: the rules L of archway/backend.h. Names are needed to see what is static.
check_plugin() {
    local file=$1 said
    said=$("$archway" check "$file" --rules L1,L2,L3,L4,L5) || true
    [ "$(grep -cE '^(not )?ok [0-9]+ - L[1-5] .* tried\)$' <<<"$said")" -eq 5 ] || fault "$file" "was not checked"
    faults_of "$file" "breaks a rule:" < <(
        awk '/^not ok [0-9]+ - L[1-5] / { on = 1; next } /^#   / { if (on) print substr($0, 5); next } { on = 0 }' <<<"$said")
    faults_of "$file" "links" < <(needed "$file" | grep '^libgcc')
    readelf -SW "$file" | grep -qF ' .symtab ' || fault "$file" "is stripped"
}

check_library() {
    local file=$1 soname
    soname=$(readelf -dW "$file" | sed -nE 's/.*\(SONAME\).*\[(.*)\]/\1/p')
    [[ $soname =~ ^libarchway\.so\.[0-9]+$ ]] || fault "$file" "has the soname [$soname]"
    check_exports "$file" "$(exported "$file")"
    faults_of "$file" "links" < <(needed "$file" | grep -E 'libexpat|libsqlite3|archway')
}

check_archive() {
    check_exports "$1" "$(nm -g --defined-only "$1" | awk 'NF == 3 { print $3 }')"
}

check_exports() {
    grep -qx archway_open <<<"$2" || fault "$1" "does not define archway_open"
    faults_of "$1" "exports" < <(grep -v '^archway_' <<<"$2")
    faults_of "$1" "exports the symbol of a plugin," < <(grep '^archway_backend_v' <<<"$2")
}

check_command() {
    needed "$1" | grep -q '^libarchway\.so\.' || fault "$1" "does not link libarchway"
    faults_of "$1" "links" < <(needed "$1" | grep -E 'curl|crypto|ssl|expat|yaml')
    exported "$1" | grep -qx _gnutls_global_init_skip || fault "$1" "lets GnuTLS be made ready, which nobody uses"
}

kind=$1
shift
for file in "$@"; do
    [ -s "$file" ] || fault "$file" "is not there"
    "check_$kind" "$file"
    printf 'looked at %s\n' "$file"
done
[ "$#" -gt 0 ] && [ "$faults" -eq 0 ]
