#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tells what a machine is and how much of it is claimed. Runs there, over ssh: sh -s -- STATE
# A login shell may talk too, so what counts stands between two lines. Graphics memory of AMD's: amdgpu's own
# account of it, https://docs.kernel.org/gpu/amdgpu/driver-misc.html

say() { printf '%s\n' "$*"; }

tell_machine() {
    say "system $(uname -s)"
    say "machine $(uname -m)"
    say "cpus $(getconf _NPROCESSORS_ONLN)"
    sed -n 's/^MemTotal: *\([0-9]*\) kB$/memory-kib \1/p' /proc/meminfo
    df -kP /var/lib | awk 'NR == 2 { print "disk-kib " $4 }'
    # shellcheck disable=SC1091
    say "os $(. /etc/os-release && printf '%s' "$PRETTY_NAME")"
}

tell_nvidia() {
    command -v nvidia-smi >/dev/null || return 0
    if cards=$(nvidia-smi --query-gpu=memory.total,name --format=csv,noheader,nounits 2>&1); then
        say "$cards" | sed 's/^/nvidia /'
    else
        say "gpu-fault nvidia-smi: $(say "$cards" | head -n 1)"
    fi
}

# The n-th card's series, as rocm-smi calls it.
rocm_series() {
    say "$rocm" | awk -F, -v row="$1" '
        /^device,/ { for (i = 1; i <= NF; i++) if (tolower($i) == "card series") series = i }
        /^card/ && ++seen == row && series { print $series }'
}

tell_amd() {
    count=0
    rocm=$(rocm-smi --showproductname --csv 2>/dev/null)
    for device in "$drm"/card*/device; do
        [ "$(cat "$device/vendor" 2>/dev/null)" = 0x1002 ] || continue
        bytes=$(cat "$device/mem_info_vram_total" 2>/dev/null) || continue
        count=$((count + 1))
        name=$(cat "$device/product_name" 2>/dev/null)
        [ -n "$name" ] || name=$(rocm_series $count)
        say "amd $((bytes / 1048576)), ${name:-$(cat "$device/device")}"
    done
}

tell_claims() {
    for claim in "$state"/claims/*/claim; do
        if [ -f "$claim" ]; then sed -n 's/^blocks /claimed /p' "$claim"; fi
    done
}

main() {
    exec </dev/null
    state=$1
    drm=${2:-/sys/class/drm}
    say archway-begin
    tell_machine
    tell_nvidia
    tell_amd
    tell_claims
    say archway-end
}

export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin:/opt/rocm/bin
main "$@"
exit
