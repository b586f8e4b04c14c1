#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Do the walls hold? Violations are planted in a copy of the sources, and built into small plugins; each of
# them must be found and named. Usage: self_test.sh SOURCE_DIR WORK_DIR
set -euo pipefail
source=$(cd "$1" && pwd)
work=$2
here=$(cd "$(dirname "$0")" && pwd)
CC=${CC:-cc}
faults=0

# Runs a command that must fail, and keeps what it said.
said=
must_fail() {
    said=$("$@" 2>&1) || return 0
    printf 'found nothing: %s\n' "$*"
    exit 1
}

must_say() {
    grep -qF -- "$1" <<<"$said" && return
    printf 'not found: %s\n' "$1"
    faults=$((faults + 1))
}

rm -rf "$work"
mkdir -p "$work/tree" "$work/plugins"
cp -R "$source"/{include,core,check,kit,cli,backends,docs,tests,bench} "$work/tree"

# plant FILE LINE WORDS: the sources.
expected=()
plant() {
    printf '%s\n' "$2" >>"$work/tree/$1"
    expected+=("$3")
}

mkdir "$work/tree/backends/sample"
plant backends/sample/sample.c '#include "core/mem.h"' 'backends/sample may not include "core/mem.h"'
plant backends/sample/sample.c '#include "../../core/mem.h"' 'may not include "../../core/mem.h"'
plant backends/sample/sample.c '#include "backends/other/other.h"' 'sample may not include "backends/other/other.h"'
plant backends/sample/sample.c '#include <curl/curl.h>' 'backends/sample may not include <curl/curl.h>'
plant backends/sample/sample.c '#include <sys/socket.h>' 'backends/sample may not include <sys/socket.h>'
plant backends/sample/sample.c '#include <archway/archway.h>' 'sample may not include <archway/archway.h>'
plant core/names.c '#include <curl/curl.h>' 'core may not include <curl/curl.h>'
plant core/names.c '# include <openssl/sha.h>' 'core may not include <openssl/sha.h>'
plant core/names.c '#include "backends/sample/sample.h"' 'core may not include "backends/sample/sample.h"'
plant core/names.c '#include "cli/text.h"' 'core may not include "cli/text.h"'
plant core/names.c '#include "core/real_http.h"' 'core may not include "core/real_http.h"'
plant core/names.c '#include <sqlite3.h>' 'core may not include <sqlite3.h>'
plant core/names.c '#include "core/journal_parts.h"' 'core may not include "core/journal_parts.h"'
plant core/names.c 'const char *somebody = "hetzner";' 'names a provider: const char *somebody = "hetzner";'
plant core/names.c '#include "check/run.h"' 'core may not include "check/run.h"'
plant check/run.c '#include "cli/text.h"' 'check may not include "cli/text.h"'
plant check/run.c '#include "core/real_http.h"' 'check may not include "core/real_http.h"'
plant check/run.c 'const char *anybody = "hetzner";' 'names a provider: const char *anybody = "hetzner";'
plant kit/url.c '#include "core/mem.h"' 'kit may not include "core/mem.h"'
plant kit/url.c '#include <time.h>' 'kit may not include <time.h>'
plant kit/url.c 'int aws_url;' 'names a provider: int aws_url;'
plant cli/text.c '#include "core/table.h"' 'cli may not include "core/table.h"'
plant cli/text.c '/* quiet */ int is_sample;' 'int is_sample;'
plant include/archway/backend.h '#include <sys/types.h>' 'include/archway may not include <sys/types.h>'
must_fail "$here/includes.sh" "$work/tree"
for words in "${expected[@]}"; do
    must_say "$words"
done

# build NAME LINES [OPTION...]: a plugin.
build() {
    printf '#include <archway/backend.h>\n%s\nconst aw_backend_entry archway_backend_v1 = {.magic = AW_MAGIC};\n' \
        "$2" >"$work/plugins/$1.c"
    "$CC" -shared -fPIC -fvisibility=hidden -I"$source/include" -Wl,-z,now -Wl,--no-as-needed \
        -o "$work/plugins/$1.so" "$work/plugins/$1.c" "${@:3}"
}

# flaw NAME LINES WORDS [OPTION...]: a plugin with one fault.
expected=()
flaw() {
    build "$1" "$2" "${@:4}"
    expected+=("/$1.so: $3")
}

# call FUNCTION HEADER ARGUMENTS: a plugin that calls it.
call() {
    flaw "calls_$1" "#include <$2>
__attribute__((visibility(\"hidden\"))) void use(void);
void use(void) { (void)$1$3; }" "breaks a rule: it uses $1: core does that"
}

build good ''
"$here/binaries.sh" plugin "$work/plugins/good.so"
flaw two 'AW_EXPORT int another(void); int another(void) { return 1; }' 'breaks a rule: it exports another too'
flaw curl '' 'breaks a rule: it links libcurl.so.4' -lcurl
flaw zeroed 'static int count; __attribute__((used)) static int *next(void) { return &count; }' \
    'breaks a rule: it has the mutable static'
flaw initialised '__attribute__((used)) static int limit = 3;' 'breaks a rule: it has the mutable static'
flaw per_thread '__attribute__((used)) static __thread int depth;' 'breaks a rule: it has thread-local storage'
flaw constructor '__attribute__((constructor)) static void start(void) {}' 'breaks a rule: it has a constructor'
flaw runpath '' 'breaks a rule: it has a search path for libraries' -Wl,-rpath,/opt/lib
flaw lazy '' 'breaks a rule: it is bound lazily' -Wl,-z,lazy
flaw stack '' 'breaks a rule: it wants a stack that can be run' -Wl,-z,execstack
printf 'no plugin\n' >"$work/plugins/text.so"
expected+=('/text.so: was not checked')
flaw stripped '' 'is stripped' -s
call socket sys/socket.h '(1, 2, 3)'
call connect sys/socket.h '(1, 0, 3)'
call getenv stdlib.h '("HOME")'
call setenv stdlib.h '("HOME", "/", 1)'
call exit stdlib.h '(1)'
call open fcntl.h '("/", 0)'
call fopen stdio.h '("/", "r")'
call printf stdio.h '("%d", 1)'
call stderr stdio.h ', fflush(stderr)'
call time time.h '(0)'
call clock_gettime time.h '(0, 0)'
call fork unistd.h '()'
call execv unistd.h '("/bin/true", 0)'
call signal signal.h '(1, SIG_IGN)'
call dlopen dlfcn.h '("x", 1)'
call pthread_create pthread.h '(0, 0, 0, 0)'
must_fail "$here/binaries.sh" plugin "$work/plugins"/*.so
for words in "${expected[@]}"; do
    must_say "$words"
done

# library NAME SONAME LINE
library() {
    printf '%s\n' "$3" >"$work/plugins/$1.c"
    "$CC" -shared -fPIC -Wl,-soname,"$2" -o "$work/plugins/$1.so" "$work/plugins/$1.c"
}
library leaky libarchway.so.0 'int archway_open(void) { return 0; } int kit_buf_add(void) { return 0; }'
library unversioned libarchway.so 'int archway_open(void) { return 0; }'
library empty libarchway.so.0 'int archway_close(void) { return 0; }'
must_fail "$here/binaries.sh" library "$work/plugins"/{leaky,unversioned,empty}.so
must_say '/leaky.so: exports kit_buf_add'
must_say '/unversioned.so: has the soname [libarchway.so]'
must_say '/empty.so: does not define archway_open'
"$CC" -c -o "$work/plugins/leaky.o" "$work/plugins/leaky.c"
must_fail "$here/binaries.sh" archive "$work/plugins/leaky.o"
must_say '/leaky.o: exports kit_buf_add'
must_fail "$here/binaries.sh" command "$work/plugins/curl.so"
must_say '/curl.so: links libcurl.so.4'

[ "$faults" -eq 0 ]
