#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The completion of zsh, with what it adds shown instead of offered. Usage: zsh.sh PROGRAM_FOLDER RECORDING
set -euo pipefail
export PATH=$1:$PATH
recording=$2
script=$(archway completion zsh)

# expect "CANDIDATES" WORD...: the line, its last word at the cursor.
expect() {
    local expected=$1 found
    shift
    found=$(SCRIPT=$script zsh -f -c '
        compdef() { :; }
        compadd() { print -r -- "$values"; }
        _files() { print -r -- files "$@"; }
        eval "$SCRIPT"
        words=(archway "$@") CURRENT=$(($# + 1))
        _archway' zsh "$@")
    [ "$found" = "$expected" ] || { echo "\"$*\" gives [$found], not [$expected]"; exit 1; }
}

expect "offers" of
expect "--gpu-vendor" offers --gpu-v
expect "amd64 arm64 any" offers --arch a
expect "--arch=arm64" offers --arch=ar
expect "lambda/us-east-3/0920582c7ff041399e34823a0be62549" --replay "$recording" terminate lam
expect "files" create --ssh-key x
expect "files -/" list --backend-dir x
echo "zsh completes"
