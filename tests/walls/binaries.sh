#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The walls in what was built: what plugins and libraries export, import and link.
# Usage: binaries.sh plugin FILE... | library SO | archive A | command PROGRAM
set -euo pipefail

links='libc\.so\.6|libm\.so\.6|libcrypto\.so\.3|libjansson\.so\.4|libexpat\.so\.1|ld-linux-[a-z0-9-]+\.so\.[0-9]'
io='socket|connect|bind|listen|accept4?|send(to|msg|mmsg)?|recv(from|msg|mmsg)?|getaddrinfo|gethostby.*|poll|select|epoll_.*'
io+='|(f|fd|fre)?open(64)?|openat(64)?|creat(64)?|opendir|stat(64)?|fstat(64)?|read|write|pread.*|pwrite.*|fread|fwrite|mmap(64)?'
io+='|(__)?v?f?printf(_chk)?|(__)?v?dprintf(_chk)?|puts|putchar|fput[cs]|_IO_put.|perror|std(in|out|err)|syslog'
io+='|json_load_file|json_loadfd|json_dump_file|json_dumpfd|BIO_new_file|RAND_.*'
process='(secure_|__secure_)?getenv|setenv|unsetenv|putenv|clearenv|environ|__environ|setlocale|chdir|umask'
process+='|fork|vfork|clone|exec.*|posix_spawn.*|system|popen|wait(pid|id|3|4)?|kill|raise|_?exit|_Exit|quick_exit|abort|atexit|on_exit'
process+='|signal|sigaction|sigprocmask|sysv_signal|__sysv_signal|bsd_signal|pthread_.*|thrd_.*|mtx_.*|__tls_get_addr|dl(m?open|v?sym|close)'
clock='time|clock_gettime|gettimeofday|clock|ftime|times|nanosleep|clock_nanosleep|u?sleep|alarm|localtime.*|s?rand(om)?(_r)?|getrandom|arc4random.*'
faults=0

fault() {
    printf '%s: %s\n' "$1" "$2"
    faults=$((faults + 1))
}

exported() { nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }'; }
imported() { nm -D --undefined-only "$1" | awk '{ sub(/@.*/, "", $NF); print $NF }'; }
needed() { readelf -dW "$1" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p'; }

# Whatever the reader prints is a fault of the file.
faults_of() {
    local file=$1 what=$2 name
    while IFS= read -r name; do
        fault "$file" "$what $name"
    done
}

check_plugin() {
    local file=$1
    [ "$(exported "$file")" = archway_backend_v1 ] ||
        fault "$file" "exports [$(exported "$file" | xargs)]: it must be archway_backend_v1 and nothing else"
    faults_of "$file" "links" < <(needed "$file" | grep -vxE "$links")
    faults_of "$file" "calls" < <(imported "$file" | grep -xE "$io|$process|$clock")
    faults_of "$file" "has the mutable static" < <(mutable_statics "$file")
    check_loading "$file"
}

# Writable data that is not the compiler's. Constants with addresses in them are sealed once loaded, and
# lie in .data.rel.ro.
mutable_statics() {
    readelf -SW "$1" | grep -qF ' .symtab ' || echo "(unknown: the file is stripped)"
    nm --format=sysv "$1" 2>/dev/null | tr -d ' ' | awk -F'|' '$7 ~ /^(\.data|\.data\..*|\.bss|\.bss\..*|\.tdata|\.tbss|\*COM\*)$/ && $7 !~ /^\.data\.rel\.ro/ &&
               $1 !~ /^(\$[dx]|completed\.[0-9]+|__dso_handle|__TMC_END__|__bss_start|_edata|_end|__data_start|data_start)$/ {
                   print $1 }'
}

check_loading() {
    local file=$1 sections dynamic
    sections=$(readelf -SW "$file" | sed 's/^ *\[ *[0-9]*\] *//')
    dynamic=$(readelf -dW "$file")
    ! grep -qE '^\.(tdata|tbss) ' <<<"$sections" || fault "$file" "has thread-local storage"
    # One entry each is the compiler's own.
    awk '($1 == ".init_array" || $1 == ".fini_array" || $1 == ".ctors" || $1 == ".dtors") && $5 != "000008" {
             found = 1 } END { exit !found }' <<<"$sections" && fault "$file" "has a constructor or destructor"
    ! grep -qE '\((RPATH|RUNPATH|TEXTREL)\)' <<<"$dynamic" || fault "$file" "has a RUNPATH or text relocations"
    grep -qE 'BIND_NOW|FLAGS_1.* NOW' <<<"$dynamic" || fault "$file" "is bound lazily: link it with -z now"
    ! readelf -lW "$file" | grep -qE 'GNU_STACK.* RWE ' || fault "$file" "wants an executable stack"
}

check_library() {
    local file=$1 soname
    soname=$(readelf -dW "$file" | sed -nE 's/.*\(SONAME\).*\[(.*)\]/\1/p')
    [[ $soname =~ ^libarchway\.so\.[0-9]+$ ]] || fault "$file" "has the soname [$soname]"
    check_exports "$file" "$(exported "$file")"
    faults_of "$file" "links" < <(needed "$file" | grep -E 'libexpat|libsqlite3|archway')
}

check_archive() {
    check_exports "$1" "$(nm -g --defined-only "$1" | awk 'NF == 3 { print $3 }')"
}

check_exports() {
    grep -qx archway_open <<<"$2" || fault "$1" "does not define archway_open"
    faults_of "$1" "exports" < <(grep -v '^archway_' <<<"$2")
    faults_of "$1" "exports the symbol of a plugin," < <(grep '^archway_backend_v' <<<"$2")
}

check_command() {
    needed "$1" | grep -q '^libarchway\.so\.' || fault "$1" "does not link libarchway"
    faults_of "$1" "links" < <(needed "$1" | grep -E 'curl|crypto|ssl|expat|yaml')
    exported "$1" | grep -qx _gnutls_global_init_skip || fault "$1" "lets GnuTLS be made ready, which nobody uses"
}

kind=$1
shift
for file in "$@"; do
    [ -s "$file" ] || fault "$file" "is not there"
    "check_$kind" "$file"
    printf 'looked at %s\n' "$file"
done
[ "$#" -gt 0 ] && [ "$faults" -eq 0 ]
