#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The image index has both architectures, its blobs are what their digests say, and the command of each image
# runs with nothing but what is in it. Usage: check.sh SOURCE_DIR LAYOUT
set -euo pipefail
source=$1 layout=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
index=$(jq -r '.manifests[0].digest' "$layout/index.json")
blob() { echo "$layout/blobs/sha256/${1#sha256:}"; }

for file in "$layout"/blobs/sha256/*; do
    [ "$(sha256sum "$file" | cut -d' ' -f1)" = "${file##*/}" ] || { echo "$file is damaged"; exit 1; }
done
platforms=$(jq -r '[.manifests[].platform | .os + "/" + .architecture] | sort | join(" ")' "$(blob "$index")")
[ "$platforms" = "linux/amd64 linux/arm64" ] || { echo "the index has [$platforms]"; exit 1; }

unpack() {
    local root=$1 layer
    mkdir -p "$root"
    while read -r layer; do
        tar -C "$root" -xzf "$(blob "$layer")"
    done
}

# Everything that is needed is in the image: the emulator would also take it from this machine.
check_whole() {
    local root=$1 file name
    while read -r file; do
        for name in $(readelf -dW "$file" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p'); do
            find "$root/usr/lib" -name "$name" | grep -q . || { echo "$file needs $name"; exit 1; }
        done
    done < <(find "$root/usr" -type f \( -path '*/bin/*' -o -name '*.so*' \))
}

run() {
    local arch=$1 root=$2
    shift 2
    if [ "$arch" = arm64 ] && [ "$(uname -m)" != aarch64 ]; then
        env -i HOME="$root" qemu-aarch64 -L "$root" -E "LD_LIBRARY_PATH=$root/usr/lib/aarch64-linux-gnu" \
            "$root/usr/bin/archway" "$@"
    else
        env -i HOME=/ "$(PATH=$PATH:/usr/sbin command -v chroot)" "$root" /usr/bin/archway "$@"
    fi
}

for arch in amd64 arm64; do
    manifest=$(jq -r --arg arch "$arch" '.manifests[] | select(.platform.architecture == $arch) | .digest' "$(blob "$index")")
    config=$(jq -r .config.digest "$(blob "$manifest")")
    [ "$(jq -r .architecture "$(blob "$config")")" = "$arch" ] || { echo "the image of $arch says otherwise"; exit 1; }
    [ "$(jq -r '.config.Entrypoint[0]' "$(blob "$config")")" = /usr/bin/archway ] || { echo "$arch starts something else"; exit 1; }
    jq -r '.layers[].digest' "$(blob "$manifest")" | unpack "$work/$arch"
    check_whole "$work/$arch"
    mkdir -p "$work/$arch/recordings"
    cp "$source"/fixtures/lambda/{offers.http,*.json} "$work/$arch/recordings/"
    recording=/recordings/offers.http
    [ "$arch" = amd64 ] || recording=$work/$arch$recording
    version=$(run "$arch" "$work/$arch" --version)
    found=$(run "$arch" "$work/$arch" offers --arch arm64 -o name --replay "$recording")
    [ "$found" = lambda/us-east-3/gpu_1x_gh200 ] || { echo "$arch finds [$found]"; exit 1; }
    echo "$arch: $version runs, its plugins load"
done
