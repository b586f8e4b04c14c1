#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `archway offers` over many machines of one's own at once, beside the same probe by xargs and ssh. Twice: against a
# real sshd on this machine, where all that counts is its CPU, and with an ssh that answers after a while, as if the
# machines were far away. Prints lines NAME VALUE VALUE VALUE UNIT, one a round.
# Usage: probe_hosts.sh ROUNDS HOSTS ARCHWAY LATENCY_S
#
# An ssh and its sshd on one machine take a tenth of a second of its CPU, so there are fewer of those.
# shellcheck disable=SC2016 # what xargs runs is another shell's to expand
set -euo pipefail

rounds=$1
hosts=$2
near=$((hosts / 5))
archway=$(realpath "$3")
latency=$4
at_once=100 # as Archway has it
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT

start_server() {
    port=$((20000 + RANDOM % 20000))
    ssh-keygen -q -t ed25519 -N '' -f "$folder/host"
    ssh-keygen -q -t ed25519 -N '' -f "$folder/user"
    printf '%s\n' "Port $port" "ListenAddress 127.0.0.1" "HostKey $folder/host" "PidFile none" \
        "AuthorizedKeysFile $folder/user.pub" "StrictModes no" "UsePAM no" "PermitRootLogin yes" \
        "MaxStartups 1000" "LogLevel QUIET" >"$folder/sshd_config"
    printf '%s\n' "Host *" "  UserKnownHostsFile $folder/known" "  GlobalKnownHostsFile none" \
        "  IdentityFile $folder/user" "  IdentitiesOnly yes" "  IdentityAgent none" >"$folder/ssh_config"
    echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$folder/host.pub")" >"$folder/known"
    [ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
    /usr/sbin/sshd -D -f "$folder/sshd_config" &
    server=$!
    until ssh_to true </dev/null 2>/dev/null; do sleep 0.1; done
}

ssh_to() {
    ssh -T -F "$folder/ssh_config" -o BatchMode=yes -o StrictHostKeyChecking=yes -p "$port" 127.0.0.1 "$@"
}

# far_ssh: reads the script and tells a machine, a while later.
write_far_ssh() {
    sh -s -- /nonexistent <"$source_dir/backends/onprem/probe.sh" >"$folder/answer"
    printf '#!/bin/sh\ncat >/dev/null\nsleep %s\ncat %s/answer\n' "$latency" "$folder" >"$folder/far_ssh"
    chmod 755 "$folder/far_ssh"
}

# write_config NAME HOSTS LINE...
write_config() {
    local i name=$1 count=$2
    shift 2
    {
        printf 'backends:\n  - type: onprem\n'
        printf '    %s\n' "$@"
        printf '    hosts:\n'
        for ((i = 0; i < count; i++)); do printf '      - 127.0.0.1:%s name=h%d\n' "$port" "$i"; done
    } >"$folder/$name.yaml"
    chmod 600 "$folder/$name.yaml"
}

# seconds HOSTS COMMAND...: how long it takes; its output must have a line for each machine.
seconds() {
    local TIMEFORMAT=%R count=$1
    shift
    { time "$@" >"$folder/output" 2>"$folder/errors"; } 2>&1
    [ "$(grep -c . "$folder/output")" -ge "$count" ] || {
        echo "not all $count machines answered: $(head -n 3 "$folder/errors")" >&2
        exit 1
    }
}

probe_all() { "$archway" --config "$folder/$1.yaml" -o csv offers; }
xargs_near() {
    export -f ssh_to
    export folder port source_dir
    seq "$near" | xargs -P "$at_once" -I{} bash -c 'ssh_to "sh -s -- /nonexistent" <"$source_dir/backends/onprem/probe.sh"'
}
xargs_far() {
    export folder source_dir
    seq "$hosts" | xargs -P "$at_once" -I{} bash -c '"$folder/far_ssh" <"$source_dir/backends/onprem/probe.sh"'
}

# sample NAME HOSTS COMMAND...
sample() {
    local name=$1 value
    shift
    value=$(seconds "$@")
    printf '%s %s %s %s s\n' "$name" "$value" "$value" "$value"
}

start_server
write_far_ssh
write_config near "$near" "ssh_args: [-F, $folder/ssh_config]"
write_config far "$hosts" "ssh: $folder/far_ssh"
for ((round = 0; round < rounds; round++)); do
    sample hosts_near "$near" probe_all near
    sample hosts_near_xargs "$near" xargs_near
    sample hosts_far "$hosts" probe_all far
    sample hosts_far_xargs "$hosts" xargs_far
done
