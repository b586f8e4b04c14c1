#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Is the ABI what its checked-in descriptions say? Structs may have grown at their ends, and functions may have
# come; every other difference fails. Usage:
#   held.sh [BUILD_DIR]                            compares what is built there (build/dev)
#   held.sh --update [BUILD_DIR]                   writes the descriptions anew, on purpose
#   held.sh --describe FILE.so HEADERS OUT.abi     what the first two do, with one file
#   held.sh --compare DESCRIPTION.abi FILE.so HEADERS
#   held.sh --frozen HEADER FOLDER                 is it what is frozen there, in FOLDER/1.MINOR, for its version?
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# describe FILE.so HEADERS OUT.abi
describe() {
    abidw --headers-dir "$2" --drop-private-types --exported-interfaces-only --no-comp-dir-path --no-corpus-path \
        --no-show-locs --no-elf-needed --no-parameter-names --type-id-style hash --out-file "$3" "$1"
}

# grows DESCRIPTION TYPE: does it start with its own size, and is it not the vtable, which is fixed?
grows() {
    [ "$2" != aw_vtable ] && grep -A2 "<class-decl name='$2' " "$1" | grep -q "<var-decl name='size' "
}

# The types and functions that a description has.
names() {
    grep -oE "<(class|enum|function)-decl name='[^']+'" "$1" | sort -u
}

# What is no growth, of what abidiff reports: whatever is not known to be harmless is printed. A field is at the
# end when it begins where the struct ended.
not_growth() {
    awk '
        /^(Leaf changes|Changed leaf types|Removed\/Changed\/Added (functions|variables)) summary:/ || /^$/ { next }
        /^[0-9]+ Added (function|variable)s?:$/ || /^  \[A\] / { next }
        /^\047struct [a-z_]+( at .*)?\047 changed:$/ { type = $0; end = 0; next }
        type && /^  type size changed from [0-9]+ to [0-9]+ \(in bits\)$/ { end = $5; next }
        type && end && /^  [0-9]+ data member insertions?:$/ { next }
        type && end && /^    \047.*\047, at offset [0-9]+ \(in bits\)$/ && $(NF - 2) >= end { next }
        { if (type) print type; type = ""; print }' "$1"
}

# compare DESCRIPTION.abi FILE.so HEADERS
compare() {
    local status=0 type
    # Never with --headers-dir for abidiff: a description has no locations, so all its types would be private to it.
    describe "$2" "$3" "$work/now.abi"
    abidiff --leaf-changes-only --harmless --no-show-locs "$1" "$work/now.abi" >"$work/report" 2>&1 || status=$?
    not_growth "$work/report" >"$work/faults"
    # abidiff is silent of what has no debug information.
    comm -23 <(names "$1") <(names "$work/now.abi") | sed 's/^/no longer described: /' >>"$work/faults"
    while read -r type; do
        grows "$1" "$type" || echo "struct $type is frozen, and has changed" >>"$work/faults"
    done < <(sed -nE "s/^'struct ([a-z_]+)( at .*)?' changed:\$/\1/p" "$work/report")
    # 1 and 2 are errors of abidiff itself, 4 is a difference, 8 one that breaks.
    if [ $((status & ~4)) -eq 0 ] && [ ! -s "$work/faults" ]; then
        return 0
    fi
    printf '%s does not hold %s (abidiff: %s):\n' "$2" "$1" "$status"
    cat "$work/faults"
    printf 'If this is meant, and has never been released: tests/abi/held.sh --update\n'
    return 1
}

# Every type of the header has a line in types.c, or nobody would miss it.
all_named() {
    local kind name faults=0
    while read -r kind name; do
        grep -qF "HELD($kind, $name);" "$here/types.c" && continue
        printf 'tests/abi/types.c lacks the line: HELD(%s, %s);\n' "$kind" "$name"
        faults=1
    done < <(sed -nE 's/^(typedef )?(struct|enum|union) (aw_[a-z_]+) \{$/\2 \3/p' "$root/include/archway/backend.h")
    return "$faults"
}

# What a header says to the compiler.
code_of() {
    ${CC:-cc} -w -E -P -dD -fpreprocessed -x c "$1"
}

minor_of() {
    sed -nE 's/^#define AW_ABI_MINOR ([0-9]+)$/\1/p' "$1"
}

# frozen HEADER FOLDER: what a version has is written down, so that it cannot grow any more and keep its number.
frozen() {
    local minor
    minor=$(minor_of "$1")
    [ -f "$2/1.$minor/archway/backend.h" ] && diff <(code_of "$2/1.$minor/archway/backend.h") <(code_of "$1") && return
    printf '%s is not what %s has of version 1.%s. ' "$1" "$2" "$minor"
    printf 'If that one has been released, raise AW_ABI_MINOR. Then: tests/abi/held.sh --update\n'
    return 1
}

mode=compare
case ${1:-} in
--describe | --compare | --frozen)
    "${1#--}" "${@:2}"
    exit
    ;;
--update)
    mode=describe
    shift
    ;;
esac
build=${1:-$root/build/dev}
library=$build/lib/libarchway.so
types=$build/tests/abi/types.so
headers=$root/include/archway
all_named
if [ "$mode" = describe ]; then
    describe "$library" "$headers" "$here/libarchway.abi"
    describe "$types" "$headers" "$here/backend.abi"
    frozen=$here/1.$(minor_of "$headers/backend.h")/archway
    mkdir -p "$frozen"
    cp "$headers/backend.h" "$frozen/"
else
    frozen "$headers/backend.h" "$here"
    compare "$here/libarchway.abi" "$library" "$headers"
    compare "$here/backend.abi" "$types" "$headers"
fi
