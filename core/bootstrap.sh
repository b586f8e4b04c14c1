#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs an agent and keeps it running. Before it stand the values: wanted, url, sha256, docker, start.
# It runs as root, at a machine's first boot (cloud-init) or over ssh. ARCHWAY_BLOCK (of a shared machine) keeps several
# agents apart, ARCHWAY_UNDO is a file for what takes it all away again, and ARCHWAY_ROOT a folder in the place of "/".
# shellcheck disable=SC2154
set -eu

say() { printf 'archway-bootstrap: %s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

root=${ARCHWAY_ROOT-}
name=archway-agent${ARCHWAY_BLOCK:+-$ARCHWAY_BLOCK}
folder=$root/usr/local/lib/archway
unit=$root/etc/systemd/system/$name.service

check_machine() {
    machine=$(uname -m)
    case $machine in
    x86_64) found=amd64 ;;
    aarch64) found=arm64 ;;
    *) found=neither ;;
    esac
    [ "$found" = "$wanted" ] ||
        fail "this machine is $machine (uname -m), but the agent is for $wanted. Nothing was installed"
    [ "$(id -u)" = 0 ] || fail "it must run as root"
    command -v systemctl >/dev/null || fail "this machine has no systemd, which would keep the agent running"
}

# What is to be done at the end, if anybody asks for it; written before anything is.
write_undo() {
    [ -n "${ARCHWAY_UNDO-}" ] || return 0
    cat >"$ARCHWAY_UNDO" <<END
if [ -e '$unit' ]; then systemctl disable --now '$name.service'; fi
rm -f '$unit' '$folder/$name' '$folder/$name.start' '$folder/$name.new'
systemctl daemon-reload
END
}

install_docker() {
    if [ "$docker" != true ] || command -v docker >/dev/null; then return 0; fi
    # shellcheck disable=SC1091
    system=$(. "$root/etc/os-release" && printf '%s' "${ID-} ${ID_LIKE-}")
    case " $system " in
    *' debian '* | *' ubuntu '*) ;;
    *) fail "there is no Docker, and it is installed on Debian and Ubuntu only ($system): use an image that has it" ;;
    esac
    say "installing Docker"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q -o Acquire::Retries=5 -o DPkg::Lock::Timeout=600 update >&2 ||
        fail "Docker cannot be installed: the package lists cannot be read"
    apt-get -q -o Acquire::Retries=5 -o DPkg::Lock::Timeout=600 install -y --no-install-recommends docker.io >&2 ||
        fail "Docker cannot be installed"
    systemctl enable --now docker || fail "Docker does not start"
}

# get FILE: an answer that is an error is none.
get() {
    if command -v curl >/dev/null; then
        curl -fsSL --connect-timeout 20 --max-time 900 -o "$1" -- "$url"
    elif command -v wget >/dev/null; then
        wget -q -t 1 -T 60 -O "$1" -- "$url"
    else
        fail "neither curl nor wget is installed"
    fi
}

download() {
    tries=1
    until get "$folder/$name.new"; do
        [ "$tries" -lt 6 ] || fail "$url cannot be downloaded ($tries tries)"
        say "$url: again in $((tries * tries)) s"
        sleep $((tries * tries))
        tries=$((tries + 1))
    done
    found=$(sha256sum "$folder/$name.new")
    found=${found%% *}
    [ "$found" = "$sha256" ] || {
        rm -f "$folder/$name.new"
        fail "$url has the SHA-256 $found, and not $sha256. Nothing was installed"
    }
}

# What a shared machine was told of its part goes to the agent, too.
write_start() {
    (
        umask 077
        env | sed -n "s|^\(ARCHWAY_[A-Z_]*\)=\([A-Za-z0-9 ._,/-]*\)\$|export \1='\2'|p" >"$folder/$name.start"
        printf '%s\n' "$start" >>"$folder/$name.start"
    )
}

write_unit() {
    cat >"$unit" <<END
[Unit]
Description=Agent that Archway installed
Wants=network-online.target
After=network-online.target docker.service
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/sh $folder/$name.start
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
END
}

check_machine
write_undo
install_docker
mkdir -p "$folder" "$root/etc/systemd/system"
download
chmod 755 "$folder/$name.new"
mv "$folder/$name.new" "$folder/$name"
write_start
write_unit
systemctl daemon-reload
systemctl enable "$name.service"
systemctl restart "$name.service"
say "$name runs"
