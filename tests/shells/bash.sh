#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The completion of bash, run as readline runs it. Usage: bash.sh PROGRAM_FOLDER RECORDING
set -euo pipefail
export PATH=$1:$PATH
recording=$2
# shellcheck source=/dev/null
source <(archway completion bash)

# expect "WORDS OF THE LINE" "CANDIDATES": the line is cut as readline does it, at "=" too.
expect() {
    COMP_WORDS=()
    local word
    for word in $1; do
        while [[ $word == *=* ]]; do
            COMP_WORDS+=("${word%%=*}" "=")
            word=${word#*=}
        done
        COMP_WORDS+=("$word")
    done
    [[ $1 != *" " ]] || COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _archway || :
    [ "${COMPREPLY[*]-}" = "$2" ] || { echo "\"$1\" gives [${COMPREPLY[*]-}], not [$2]"; exit 1; }
}

expect "archway of" "offers"
expect "archway offers --gpu-v" "--gpu-vendor"
expect "archway offers --arch a" "amd64 arm64 any"
expect "archway offers --arch=ar" "arm64"
expect "archway --replay=$recording terminate lam" "lambda/us-east-3/0920582c7ff041399e34823a0be62549"
cd "$(dirname "$recording")"
expect "archway create --ssh-key ssh-key" "ssh-key.pub"
expect "archway --replay list.ht" "list.http"
expect "archway nothing-like-it " ""
echo "bash completes"
