#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The completion of fish, as fish itself tells it. Usage: fish.sh PROGRAM_FOLDER RECORDING
set -euo pipefail
export PATH=$1:$PATH
recording=$2
XDG_CONFIG_HOME=$(mktemp -d)
export XDG_CONFIG_HOME XDG_DATA_HOME=$XDG_CONFIG_HOME
trap 'rm -rf "$XDG_CONFIG_HOME"' EXIT
mkdir -p "$XDG_CONFIG_HOME/fish/completions"
archway completion fish >"$XDG_CONFIG_HOME/fish/completions/archway.fish"

# expect "LINE" "CANDIDATES"
expect() {
    local found
    # The argument is fish's own.
    # shellcheck disable=SC2016
    found=$(fish -c 'complete -C $argv[1]' "$1" | cut -f1 | xargs)
    [ "$found" = "$2" ] || { echo "\"$1\" gives [$found], not [$2]"; exit 1; }
}

expect "archway of" "offers"
expect "archway offers --gpu-v" "--gpu-vendor"
expect "archway offers --arch a" "amd64 any arm64"
expect "archway offers --arch=ar" "--arch=arm64"
expect "archway --replay $recording terminate lam" "lambda/us-east-3/0920582c7ff041399e34823a0be62549"
cd "$(dirname "$recording")"
expect "archway create --ssh-key ssh-key" "ssh-key.pub"
echo "fish completes"
