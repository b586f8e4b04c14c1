#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole life of machines on three clouds that are played on this machine, with nothing recorded.
# Usage: live.sh FOLDER_OF_THE_COMMAND CLOUD_SERVER
set -euo pipefail
PATH=$(cd "$1" && pwd):$PATH
server=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
key=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/fixtures/lambda/ssh-key.pub
folder=$(mktemp -d /tmp/archway-live-XXXXXX)
mkfifo "$folder/stop"

finish() {
    exec 8>&- || true
    [ -z "${pid:-}" ] || wait "$pid" || true
    rm -rf "$folder"
}
trap finish EXIT

# It serves until the other end of its input is closed.
"$server" "$folder" '{"aws": {"boot_ms": 1500, "hidden_ms": 300, "page": 2}, "lambda": {"boot_ms": 1500},
    "gcp": {"boot_ms": 1500, "operation_ms": 700, "page": 2}}' <"$folder/stop" >"$folder/port" &
pid=$!
exec 8>"$folder/stop"
while [ ! -s "$folder/port" ]; do sleep 0.05; done
unset "${!AWS_@}" "${!GOOGLE_@}" "${!LAMBDA_@}"
export ARCHWAY_CONFIG=$folder/config.yaml HOME=$folder XDG_STATE_HOME=$folder/state XDG_CACHE_HOME=$folder/cache

tell() { printf '\n%s\n' "$*"; }
show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

cat <<END

EC2, Google Compute Engine and Lambda Cloud are played by a program on this machine, at http://127.0.0.1:$(cat "$folder/port").
It checks signatures and tokens, boots machines slowly, and counts them. Nothing leaves this machine.

What can be had, the cheapest of each architecture first:
END
show archway offers --arch arm64 --limit 5
show archway offers --arch amd64 --limit 5
tell 'One machine on each cloud, each waited for until it runs:'
for backend in aws gcp lambda; do
    show archway create --backend $backend --arch arm64 --name "live-$backend" --ssh-key "$key" --wait
done
tell 'All of them:'
show archway list
readarray -t machines < <(archway list -o name)
[ "${#machines[@]}" -eq 3 ]
show archway show "${machines[0]}"
tell 'And their end:'
for machine in "${machines[@]}"; do
    show archway terminate "$machine" --wait
done
[ -z "$(archway list -o name)" ]
tell 'Is anything left that is paid for and that nobody remembers? All regions are listed whole, and compared with the journal:'
show archway gc
tell 'Every machine that was made is gone, and that is what the clouds themselves say.'
