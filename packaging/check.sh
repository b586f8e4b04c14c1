#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the Debian packages of a build, looks at what is in them, installs them below an empty folder, and runs
# the command there. Usage: check.sh SOURCE_DIR BUILD_DIR ARCHITECTURE
set -euo pipefail
source=$1 build=$2 arch=$3
triplet=$(dpkg-architecture -a"$arch" -qDEB_HOST_MULTIARCH 2>/dev/null)
packages=$build/packages
faults=0

fault() {
    echo "$1"
    faults=$((faults + 1))
}

# dpkg-shlibdeps reads the files of another architecture with the tools of that one.
make() {
    rm -rf "$packages"
    (
        cd "$build"
        eval "$(dpkg-architecture -a"$arch" -s 2>/dev/null)"
        cpack >packages.log 2>&1
    ) || {
        tail -n 20 "$build/packages.log"
        exit 1
    }
}

# field PACKAGE NAME
field() { dpkg-deb -f "$packages/$1_"*"_$arch.deb" "$2"; }

has() {
    dpkg-deb -c "$packages/$1_"*"_$arch.deb" | awk '{ print $6 }' | grep -qxE "\./usr/$2" || fault "$1 has no $2"
}

make
backends=$(find "$source/backends" -mindepth 2 -maxdepth 2 -name CMakeLists.txt -printf '%h\n' | xargs -n1 basename | sort)
has libarchway0 "lib/$triplet/libarchway\.so\.0"
has archway "bin/archway"
has archway "share/man/man1/archway-create\.1\.gz"
has archway "share/man/man5/archway\.yaml\.5\.gz"
has archway "share/bash-completion/completions/archway"
has archway "share/zsh/vendor-completions/_archway"
has archway "share/fish/vendor_completions\.d/archway\.fish"
has libarchway-dev "include/archway/backend\.h"
has libarchway-dev "lib/$triplet/libarchway\.(a|so)"
has libarchway-dev "lib/$triplet/pkgconfig/archway\.pc"
has libarchway-dev "lib/$triplet/cmake/Archway/ArchwayConfig\.cmake"
has libarchway-dev "lib/$triplet/cmake/Archway/ArchwayConfigVersion\.cmake"
has libarchway-dev "lib/$triplet/cmake/Archway/archway_add_backend\.cmake"
has libarchway-dev "lib/$triplet/cmake/Archway/plugin\.map"
for library in archway_kit archway_kit_xml archway_kit_crypto; do has libarchway-dev "lib/$triplet/lib$library\.a"; done
has libarchway-dev "include/archway-kit/kit/request\.h"
has libarchway-dev "share/archway/template/example\.c"
has libarchway-dev "share/archway/template/fixtures/offers\.http"
has libarchway-dev "share/man/man7/archway-backend\.7\.gz"
for backend in $backends; do
    has "archway-backend-$backend" "lib/$triplet/archway/backends/$backend\.so"
    ! field "archway-backend-$backend" Depends | grep -qE 'curl|libarchway' || fault "$backend depends on core's libraries"
done
field archway Depends | grep -qF 'libarchway0 (= ' || fault "the command does not depend on its library"
field libarchway0 Depends | grep -qF libsqlite3-0 || fault "the library does not depend on what it loads"
field libarchway0 Depends | grep -qF libcurl4 || fault "the library's own libraries were not found"
for file in "$packages"/*.deb; do
    [ "$(dpkg-deb -f "$file" Architecture)" = "$arch" ] || fault "$file is of another architecture"
    dpkg-deb -c "$file" | awk '$2 != "root/root" || $1 ~ /^.....w|^........w/ && $1 !~ /^l/ { print; found = 1 } END { exit !found }' &&
        fault "$file: others may write, or it is not root's"
done

root=$build/packages.root
rm -rf "$root"
for file in "$packages"/*.deb; do dpkg-deb -x "$file" "$root"; done
machine=$(readelf -h "$root/usr/bin/archway" | sed -nE 's/.*Machine: *//p')
case "$arch:$machine" in
amd64:*X86-64* | arm64:AArch64) ;;
*) fault "the command is for $machine" ;;
esac
run() {
    local emulator=()
    [ "$arch" = "$(dpkg --print-architecture)" ] || emulator=(qemu-aarch64)
    env -i HOME="$root" LD_LIBRARY_PATH="$root/usr/lib/$triplet" "${emulator[@]}" "$root/usr/bin/archway" "$@"
}
version=$(run --version)
[ "$version" = "archway $(field archway Version)" ] || fault "it says that it is \"$version\""
found=$(run --replay "$source/fixtures/lambda/offers.http" offers --arch arm64 -o name)
[ "$found" = lambda/us-east-3/gpu_1x_gh200 ] || fault "it finds \"$found\""
loaded=$(run backends --json --replay "$source/fixtures/lambda/offers.http" | grep -c '"loaded": true')
[ "$loaded" -eq "$(wc -w <<<"$backends")" ] || fault "$loaded plugins load"

# A backend of a stranger's, who has nothing but these packages.
stranger=$build/packages.stranger
cross=()
libraries=/usr/lib/$triplet/pkgconfig
if [ "$arch" != "$(dpkg --print-architecture)" ]; then
    cross=(-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc
        -DCMAKE_CROSSCOMPILING_EMULATOR=qemu-aarch64)
fi
build_stranger() {
    rm -rf "$stranger"
    run new-backend acme "$stranger" &&
        # Emulated, the check of all of them takes a while.
        { [ "${#cross[@]}" -eq 0 ] || find "$stranger/fixtures" -name '*.http' ! -name 'offers.http' ! -name 'life.http' -delete; } &&
        PKG_CONFIG_LIBDIR=$libraries:/usr/share/pkgconfig cmake -S "$stranger" -B "$stranger/build" \
            -DCMAKE_PREFIX_PATH="$root/usr" "${cross[@]}" &&
        cmake --build "$stranger/build" &&
        ctest --test-dir "$stranger/build" --no-tests=error --output-on-failure
}
build_stranger >"$build/packages.stranger.log" 2>&1 || {
    tail -n 30 "$build/packages.stranger.log"
    fault "a backend cannot be made with these packages alone"
}
found=$(readelf -h "$stranger/build/acme.so" | sed -nE 's/.*Machine: *//p')
[ "$found" = "$machine" ] || fault "a backend made with these packages is for $found"
[ "$faults" -eq 0 ] || exit 1
echo "$arch: $(find "$packages" -maxdepth 1 -name '*.deb' | wc -l) packages, $loaded plugins load, $version"
