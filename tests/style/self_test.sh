#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Do the checks of style see anything? Faults are planted in a copy of the sources; each must be found.
# Usage: self_test.sh SOURCE_DIR WORK_DIR
set -euo pipefail
source=$(cd "$1" && pwd)
work=$2
here=$(cd "$(dirname "$0")" && pwd)
faults=0

# finds CHECK WORDS: the check must fail on the copy and say the words.
finds() {
    local said
    if said=$("$here/$1.sh" "$work" 2>&1); then
        printf 'not found by %s: %s\n' "$1" "$2"
        faults=$((faults + 1))
    elif ! grep -qE -- "$2" <<<"$said"; then
        printf '%s: expected "%s", got:\n%s\n' "$1" "$2" "$said"
        faults=$((faults + 1))
    fi
}

# plant FILE LINES
plant() { printf '%s\n' "$2" >>"$work/$1"; }

rm -rf "$work"
mkdir -p "$work"
cp -R "$source"/{include,core,check,kit,cli,backends,docs,tests,bench,fixtures,dev,.ci,.clang-format} "$work"

plant core/first.c '// a file'
plant core/second.c '/* SPDX-License-Identifier: Apache-2.0 */'
plant core/words.c "$(printf 'void copy(char *to) { %s(to, "x"); }' strcpy)"
plant core/words.c "$(printf '    %s done;' goto)"
plant core/words.c "/* $(printf '%s%s' TO DO): the rest */"
plant core/words.c "$(printf '\tint tab;')"
plant core/words.c "/* see ../$(printf shared)/notes */"
plant core/words.c "$(printf '    const char\n        *far; /* a long comment */')"
finds words 'parted from its type by a long comment: core/words.c:7:'
finds words 'banned function: core/words.c:1:'
finds words 'goto: core/words.c:2:'
finds words 'left open: core/words.c:3:'
finds words 'tab: core/words.c:4:'
finds words 'outside the project: ./core/words.c:5:'
finds words 'first line is not the SPDX line: core/first.c'
finds words 'second line says not what is in the file: core/second.c'

plant tests/style/bare.sh "#!/bin/sh"
plant tests/style/bare.sh "rm -r \$1"
finds words 'second line is not the SPDX line: tests/style/bare.sh'
finds scripts 'SC2086'

plant core/long.c "int long_function(int x) {
$(printf '    x++;\n%.0s' {1..80})
    return x; }"
finds lengths 'core/long.c:1: long_function has 82 lines'
plant kit/long.h "$(printf '/* a line */\n%.0s' {1..501})"
finds lengths 'kit/long.h: the file has 501 lines'

plant core/words.c 'int  spaced ;'
finds format 'core/words.c:8:'

plant core/lonely.h 'struct lonely { size_t size; };'
finds headers 'core/lonely.h does not compile alone'

[ "$faults" -eq 0 ]
