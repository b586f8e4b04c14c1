#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Claims a machine or a part of it, tells its claims, releases one. Runs there, over ssh:
#     sh -s -- HOME USER STATE claim TOKEN OWNER NAME BLOCKS MACHINE GPUS KEYS-FILE EXPIRES KEY...
#     sh -s -- HOME USER STATE list
#     sh -s -- HOME USER STATE release TOKEN
# A claim is the folder STATE/claims/BLOCK. It comes and goes by a rename, under a lock, so there is never half of
# one. In it: `claim` (what is told), `keep` (by hand: no `archway gc` ends it), `bootstrap` and `run` (the user data, under way or ended: `pid`, `status`,
# `log`), `undo` (what the bootstrap wants to be run at the end), `ending`.
# A login shell may talk too, so what counts stands between two lines.

say() { printf '%s\n' "$*"; }

fail() {
    say "fail $1 $2"
    say archway-end
    exit 0
}

one_line() { tr -c '[:print:]' ' ' | cut -c1-200; }
last_line() { tail -n 1 "$1" 2>/dev/null | one_line; }
boot_id() { cat /proc/sys/kernel/random/boot_id; }
field() { sed -n "s/^$2 //p" "$1/claim"; }

lock() {
    { mkdir -p "$claims" && : >>"$state/lock"; } 2>/dev/null ||
        fail denied "$(id -un) may not write $state"
    command -v flock >/dev/null || fail unsupported "flock is not installed (Debian: util-linux)"
    exec 9<>"$state/lock"
    flock -w 30 9 || fail unavailable "another server has been claiming it for more than 30 seconds"
}

unlock() { exec 9>&-; }

# Leaves the claim of a token in $dir.
find_claim() {
    for dir in "$claims"/*; do
        [ -f "$dir/claim" ] && [ "$(field "$dir" token)" = "$1" ] && return 0
    done
    return 1
}

# The process group of the bootstrap, if it is under way.
bootstrap_group() {
    [ -f "$1/pid" ] && [ ! -f "$1/status" ] || return 1
    [ "$(cat "$1/boot")" = "$(boot_id)" ] || return 1
    group=$(cat "$1/pid")
    [ -d "/proc/$group" ]
}

tell_state() {
    if [ -f "$1/ending" ]; then
        say "state ending"
        say "reason $(cat "$1/ending")"
    elif [ ! -f "$1/bootstrap" ]; then
        say "state claimed"
    elif [ -f "$1/status" ] && [ "$(cat "$1/status")" = 0 ]; then
        say "state running"
    elif [ -f "$1/status" ]; then
        say "state failed"
        say "reason the bootstrap ended with status $(cat "$1/status"): $(last_line "$1/log")"
    elif bootstrap_group "$1"; then
        say "state bootstrapping"
    else
        say "state failed"
        say "reason the bootstrap was interrupted, perhaps by a restart of the machine: $(last_line "$1/log")"
    fi
}

tell() {
    say claim
    cat "$1/claim"
    [ ! -e "$1/keep" ] || say keep
    tell_state "$1"
}

# The first block that is free goes to $block.
find_block() {
    block=0
    for other in "$claims"/*; do
        [ -f "$other/claim" ] || continue
        [ "$(field "$other" blocks)" = "$1" ] ||
            fail no_capacity "it is claimed in $(field "$other" blocks) parts, not in $1"
    done
    while [ -e "$claims/$block" ]; do block=$((block + 1)); done
    [ "$block" -lt "$1" ] || fail no_capacity "all of it is claimed"
}

# "4,5,6,7": which of $1 are those of block $2 of $3.
share() {
    index=$(($1 * $2 / $3))
    last=$(($1 * ($2 + 1) / $3))
    list=
    while [ "$index" -lt "$last" ]; do
        list=$list${list:+,}$index
        index=$((index + 1))
    done
    printf '%s' "$list"
}

write_run() {
    (
        umask 077
        printf '%s' "$archway_user_data" >"$1/bootstrap" && : >"$1/undo" && : >"$1/log"
    ) && chmod 700 "$1/bootstrap" && boot_id >"$1/boot" && cat >"$1/run" <<'END'
# The bootstrap and how it ended.
case $(head -n 1 bootstrap) in
'#!/bin/sh' | '#! /bin/sh') sh bootstrap ;;
*) ./bootstrap ;;
esac
echo $? >status.new
mv status.new status
END
}

make_claim() {
    rm -rf "$state"/new-* && mkdir -m 711 "$1" &&
        printf '%s\n' "token $token" "owner $owner" "name $name" "block $block" "blocks $blocks" \
            "created $(date +%s)" "expires $expires" "keys $keys" >"$1/claim" || return 1
    [ -z "${archway_user_data+set}" ] || write_run "$1"
}

start() {
    [ -f "$dir/run" ] || return 0
    devices=$(share "$gpus" "$block" "$blocks")
    memory_kib=$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
    (
        cd "$dir" || exit 1
        export HOME="$home" ARCHWAY_CLAIM="$token" ARCHWAY_NAME="$name" ARCHWAY_BLOCK="$block" \
            ARCHWAY_BLOCKS="$blocks" ARCHWAY_CPUS="$(($(getconf _NPROCESSORS_ONLN) / blocks))" \
            ARCHWAY_MEMORY_MIB="$((memory_kib / 1024 / blocks))" \
            ARCHWAY_GPUS="$devices" ARCHWAY_UNDO="$dir/undo"
        exec setsid sh run >>log 2>&1 9>&-
    ) &
    say $! >"$dir/pid"
}

add_keys() {
    [ $# -gt 0 ] || return 0
    if [ ! -e "$keys" ]; then
        [ -d "$(dirname "$keys")" ] || mkdir -m 700 "$(dirname "$keys")" || return 1
        (umask 077 && : >"$keys") && : >"$dir/made-keys" || return 1
        [ "$(id -u)" != 0 ] || chown "$user" "$(dirname "$keys")" "$keys" || return 1
    fi
    [ -z "$(tail -c 1 "$keys")" ] || say >>"$keys" || return 1
    for key in "$@"; do
        say "$key archway-claim-$token" >>"$keys" || return 1
    done
}

# Only lines with the mark of this claim.
remove_keys() {
    keys=$(field "$dir" keys)
    mark=" archway-claim-$token\$"
    grep -q "$mark" "$keys" 2>/dev/null || return 0
    grep -v "$mark" "$keys" >"$dir/other-keys" || [ $? -eq 1 ] || return 1
    cat "$dir/other-keys" >"$keys" || return 1
    [ ! -f "$dir/made-keys" ] || [ -s "$keys" ] || rm -f "$keys"
}

remove_claim() {
    rm -rf "$state/old-$token" && mv "$dir" "$state/old-$token" && rm -rf "$state/old-$token"
}

claim() {
    token=$1 owner=$2 name=$3 blocks=$4 machine=$5 gpus=$6 keys=$7 expires=$8
    shift 8
    case $keys in /*) ;; *) keys=$home/$keys ;; esac
    [ "$(uname -m)" = "$machine" ] ||
        fail invalid "it was $machine when it was offered and says $(uname -m) now: list the offers again"
    lock
    if find_claim "$token"; then
        [ "$(field "$dir" owner)" = "$owner" ] || fail conflict "the token is that of another owner's claim"
        [ ! -f "$dir/ending" ] || fail conflict "the claim with this token is being released"
        tell "$dir"
        return
    fi
    find_block "$blocks"
    dir=$claims/$block
    make_claim "$state/new-$token" || fail internal "the claim cannot be written to $state (is the disk full?)"
    mv "$state/new-$token" "$dir" || fail internal "the claim cannot be moved to $dir"
    add_keys "$@" || {
        remove_keys
        remove_claim
        fail internal "the ssh keys cannot be added to $keys"
    }
    start
    tell "$dir"
}

list() {
    for dir in "$claims"/*; do
        if [ -f "$dir/claim" ]; then tell "$dir"; fi
    done
}

stop_bootstrap() {
    bootstrap_group "$dir" || return 0
    kill -s TERM -- "-$group" 2>/dev/null
    tries=0
    while kill -s 0 -- "-$group" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 50 ] || kill -s KILL -- "-$group" 2>/dev/null
        sleep 0.2
    done
}

# What stops and removes things may take its time, and others may claim in the meantime. Only one releases a claim:
# whoever waits for that finds it gone, and its folder perhaps somebody else's.
release() {
    token=$1
    lock
    find_claim "$token" || {
        say gone
        return
    }
    exec 8>>"$dir/release"
    say "its bootstrap is being undone" >"$dir/ending"
    unlock
    flock -w 240 8 || fail unavailable "it has been being released for more than four minutes"
    [ "$(field "$dir" token 2>/dev/null)" = "$token" ] || {
        say gone
        return
    }
    stop_bootstrap
    if [ -s "$dir/undo" ] && ! (cd "$dir" && sh -e undo >>log 2>&1 8>&-); then
        say "its bootstrap cannot be undone: $(last_line "$dir/log")" >"$dir/ending"
        fail internal "$(cat "$dir/ending")"
    fi
    lock
    find_claim "$token" || {
        say gone
        return
    }
    remove_keys || fail internal "the ssh keys cannot be removed from $keys"
    remove_claim || fail internal "the claim cannot be removed from $state"
    say gone
}

main() {
    exec </dev/null
    trap '' PIPE
    umask 022
    home=$1 user=$2 state=$3 verb=$4
    shift 4
    claims=$state/claims
    say archway-begin
    say "machine $(uname -m)"
    case $verb in
    claim) claim "$@" ;;
    release) release "$@" ;;
    *) list ;;
    esac
    say archway-end
}

export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
main "$@"
exit
