#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The scripts that run on machines of one's own, without ssh: many claimers at once, and what a probe tells of GPUs that
# this machine does not have. Usage: onprem_scripts.sh SOURCE_DIR
set -euo pipefail

source_dir=$1
rounds=40
claimers=4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
    printf '%s\n' "$@"
    exit 1
}

# claim TOKEN [BLOCKS [EXPIRES]]: one process, so that it can be killed.
claim() {
    exec sh -s -- "$folder" "$(id -un)" "$folder/state" claim "$1" me name "${2:-1}" "$(uname -m)" 0 keys "${3:-0}" \
        <"$source_dir/backends/onprem/claim.sh"
}

# release TOKEN
release() {
    exec sh -s -- "$folder" "$(id -un)" "$folder/state" release "$1" <"$source_dir/backends/onprem/claim.sh"
}

# How many of the claimers' answers have such a line.
count() { grep -lx "$1" "$folder"/answer-* | wc -l; }

# claim_at_once TOKEN...
claim_at_once() {
    local token pids=()
    rm -rf "$folder"/answer-* "$folder/state"
    for token in "$@"; do
        claim "$token" >"$folder/answer-${#pids[@]}" &
        pids+=($!)
    done
    wait "${pids[@]}"
}

one_of_many_gets_it() {
    local round
    for ((round = 0; round < rounds; round++)); do
        claim_at_once token-one token-two token-three token-four
        [ "$(count claim)" -eq 1 ] || fail "round $round: $(count claim) have it" "$(cat "$folder"/answer-*)"
        [ "$(count 'fail no_capacity all of it is claimed')" -eq $((claimers - 1)) ] ||
            fail "round $round" "$(cat "$folder"/answer-*)"
        [ "$(find "$folder/state/claims" -name claim | wc -l)" -eq 1 ] || fail "round $round: several claims"
    done
}

one_token_is_one_claim() {
    local round
    for ((round = 0; round < rounds; round++)); do
        claim_at_once same-token same-token same-token same-token
        [ "$(count claim)" -eq "$claimers" ] || fail "round $round" "$(cat "$folder"/answer-*)"
        [ "$(find "$folder/state/claims" -name claim | wc -l)" -eq 1 ] || fail "round $round: several claims"
    done
}

# Of two that release it one does, and nobody's later claim of the same block is taken for it.
two_releases_are_one() {
    local pids
    rm -rf "$folder/state" "$folder/undone"
    (claim token-one) >/dev/null
    printf 'echo once >>%s/undone\nsleep 0.5\n' "$folder" >"$folder/state/claims/0/undo"
    release token-one >"$folder/answer-0" &
    pids=$!
    release token-one >"$folder/answer-1" &
    wait "$pids" $!
    [ "$(cat "$folder/undone")" = once ] || fail "undone: $(cat "$folder/undone")"
    [ "$(count gone)" -eq 2 ] || fail "$(cat "$folder"/answer-*)"
    [ ! -e "$folder/state/claims/0" ] || fail "the claim is still there"
}

# A claimer that is killed anywhere leaves a whole claim or none.
a_killed_claimer_leaves_nothing_half() {
    local round pid
    for ((round = 0; round < rounds; round++)); do
        rm -rf "$folder/state"
        claim token-one >/dev/null &
        pid=$!
        sleep "0.0$((10 + round % 30))"
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
        (claim token-one) >"$folder/answer"
        grep -qx 'token token-one' "$folder/answer" || fail "round $round" "$(cat "$folder/answer")"
        [ "$(find "$folder/state/claims" -name claim | wc -l)" -eq 1 ] || fail "round $round: several claims"
    done
}

# probe [DRM-FOLDER]
probe() { PATH="$folder/bin:$PATH" sh -s -- "$folder/state" "$@" <"$source_dir/backends/onprem/probe.sh"; }

# stub NAME COMMAND...
stub() {
    mkdir -p "$folder/bin"
    printf '#!/bin/sh\n%s\n' "$2" >"$folder/bin/$1"
    chmod 755 "$folder/bin/$1"
}

# expect LINE... in this order, as the lines of these words.
expect() {
    local found
    found=$(grep -E '^(nvidia|amd|gpu-fault|claimed) ' "$folder/probed" || true)
    [ "$found" = "$(printf '%s\n' "$@")" ] || fail "expected:" "$@" "found:" "$found"
    grep -qx archway-end "$folder/probed" || fail "the probe did not end"
}

# card NUMBER VENDOR BYTES [NAME]
card() {
    mkdir -p "$folder/drm/card$1/device"
    echo "$2" >"$folder/drm/card$1/device/vendor"
    echo "$3" >"$folder/drm/card$1/device/mem_info_vram_total"
    echo 0x74a1 >"$folder/drm/card$1/device/device"
    [ $# -lt 4 ] || echo "$4" >"$folder/drm/card$1/device/product_name"
}

gpus_are_told() {
    rm -rf "$folder/state"
    stub nvidia-smi 'printf "%s\n" "97871, NVIDIA GH200 480GB" "97871, NVIDIA GH200 480GB"'
    probe >"$folder/probed"
    expect 'nvidia 97871, NVIDIA GH200 480GB' 'nvidia 97871, NVIDIA GH200 480GB'
    stub nvidia-smi 'echo "NVIDIA-SMI has failed because of the driver."; echo more; exit 9'
    probe >"$folder/probed"
    expect 'gpu-fault nvidia-smi: NVIDIA-SMI has failed because of the driver.'
    rm "$folder/bin/nvidia-smi"
    card 0 0x1a03 1 # the picture of a server's console
    card 1 0x1002 206141652992 "AMD Instinct MI300X OAM"
    card 2 0x1002 206141652992
    probe "$folder/drm" >"$folder/probed"
    expect 'amd 196592, AMD Instinct MI300X OAM' 'amd 196592, 0x74a1'
    stub rocm-smi 'printf "%s\n" "device,Card Series,Card Vendor" "card0,other,AMD" "card1,AMD Instinct MI300X,AMD"'
    probe "$folder/drm" >"$folder/probed"
    expect 'amd 196592, AMD Instinct MI300X OAM' 'amd 196592, AMD Instinct MI300X'
}

claims_are_told() {
    rm -rf "$folder/state"
    (claim token-one 4) >/dev/null
    (claim token-two 4) >/dev/null
    probe "$folder/nothing" >"$folder/probed"
    expect 'claimed 4' 'claimed 4'
}

# What `gc` must know: when it is to end, and that somebody wants it kept.
what_becomes_of_a_claim_is_told() {
    rm -rf "$folder/state"
    (claim token-one 1 1777651210) >"$folder/answer"
    grep -qx 'expires 1777651210' "$folder/answer" || fail "$(cat "$folder/answer")"
    grep -qx keep "$folder/answer" && fail "$(cat "$folder/answer")"
    : >"$folder/state/claims/0/keep"
    (claim token-one 1 1777651210) >"$folder/answer"
    grep -qx keep "$folder/answer" || fail "$(cat "$folder/answer")"
}

one_of_many_gets_it
one_token_is_one_claim
two_releases_are_one
a_killed_claimer_leaves_nothing_half
gpus_are_told
claims_are_told
what_becomes_of_a_claim_is_told
