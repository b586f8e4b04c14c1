#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The walls in the sources: which room may include what, and where no provider may be named.
# Usage: includes.sh SOURCE_DIR
set -euo pipefail
cd "$1"

providers='lambda|aws|amazon|ec2|gcp|gce|google|azure|hetzner|onprem'
for folder in backends/*/; do
    [ -d "$folder" ] && providers+="|$(basename "$folder")"
done
faults=0

fault() {
    printf '%s\n' "$1"
    faults=$((faults + 1))
}

# May a file of this room include this? Headers as they are written: "kit/buf.h", <string.h>.
allowed() {
    local file=$1 header=$2
    case "$file:$header" in
    core/real*:'<curl/'* | core/real*:'"core/real'*) return 0 ;;
    core/real_tls.c:'<openssl/'*) return 0 ;; # beneath curl
    core/image_crypto.c:'<openssl/'*) return 0 ;; # images are named by their digests
    core/*:'"core/real_'*) return 1 ;;
    core/journal*:'<sqlite3.h>' | tests/*:'<sqlite3.h>' | bench/*:'<sqlite3.h>') return 0 ;;
    core/journal*:'"core/journal_parts.h"') return 0 ;;
    *:'<sqlite3.h>' | core/*:'"core/journal_parts.h"') return 1 ;; # one file writes down what is paid for
    bench/curl_*:'<curl/'*) return 0 ;; # what Archway is compared with
    *:'<curl/'* | *:*'..'*) return 1 ;;
    include/*:'<archway/'* | include/*:'<stddef.h>' | include/*:'<stdint.h>') return 0 ;;
    include/*) return 1 ;;
    core/*:'"core/'* | core/*:'"kit/'* | core/*:'<archway/'*) return 0 ;;
    core/*:'"'* | core/*:'<openssl/'* | core/*:'<expat.h>') return 1 ;;
    check/*:'"core/real_'*) return 1 ;;
    check/*:'"check/'* | check/*:'"core/'* | check/*:'"kit/'* | check/*:'<archway/'*) return 0 ;;
    check/*:'"'* | check/*:'<openssl/'* | check/*:'<expat.h>' | check/*:'<yaml.h>') return 1 ;;
    cli/*:'"cli/'* | cli/*:'"kit/'* | cli/*:'<archway/'*) return 0 ;;
    cli/*:'"'* | cli/*:'<openssl/'* | cli/*:'<expat.h>' | cli/*:'<yaml.h>') return 1 ;;
    kit/*:'"kit/'* | backends/*:'"kit/'*) return 0 ;;
    backends/*:"\"${file%/*}/"*) return 0 ;;
    kit/*:'<openssl/evp.h>' | backends/*:'<openssl/'*) return 0 ;; # digests, signatures
    docs/*:'"kit/'*) return 0 ;;
    kit/* | backends/* | docs/*) allowed_without_io "$header" ;;
    *) return 0 ;;
    esac
}

# Nothing of these opens, sends, waits or reads a clock.
allowed_without_io() {
    case "$1" in
    '<archway/backend.h>' | '<jansson.h>' | '<expat.h>') return 0 ;;
    '<assert.h>' | '<ctype.h>' | '<endian.h>' | '<errno.h>' | '<inttypes.h>' | '<limits.h>' | '<math.h>') return 0 ;;
    '<stdalign.h>' | '<stdarg.h>' | '<stdbool.h>' | '<stddef.h>' | '<stdint.h>') return 0 ;;
    '<stdio.h>' | '<stdlib.h>' | '<string.h>' | '<strings.h>') return 0 ;;
    *) return 1 ;;
    esac
}

check_includes() {
    local file line text header count=0
    while IFS=: read -r file line text; do
        [[ $text =~ [\"\<][^\"\>]+[\"\>] ]] && header=${BASH_REMATCH[0]} || header=$text
        count=$((count + 1))
        allowed "$file" "$header" || fault "$file:$line: ${file%/*} may not include $header"
    done < <(grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' \
        include core check kit cli backends docs tests bench)
    [ "$count" -gt 100 ] || fault "only $count includes were found: is $PWD the source folder?"
    printf '%d includes\n' "$count"
}

# Comments may give examples; code may not know anybody. Two GPU vendors are called like clouds. The
# compiler takes the comments out and keeps the marks of file and line.
check_names() {
    local hit
    while IFS= read -r hit; do
        fault "$hit"
    done < <(awk 'FNR == 1 { print "\n# 1 \"" FILENAME "\"" } 1' {core,check,kit,cli}/*.[ch] |
        gcc -w -fpreprocessed -dD -E - |
        awk -v names="(^|[^a-z])($providers)([^a-z]|\$)" '
            /^# [0-9]+ "/ { line = $2; file = substr($3, 2, length($3) - 2); next }
            tolower($0) ~ names && file != "core/query_gpu.c" { print file ":" line ": names a provider: " $0 }
            { line++ }' || true)
}

check_includes
check_names
[ "$faults" -eq 0 ] || exit 1
