#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes an OCI image with the command for both architectures, without a daemon and without root: an image index in
# the layout folder OUT, from the Debian packages of two builds and the libraries of this machine.
#   build.sh OUT AMD64_BUILD_DIR ARM64_BUILD_DIR
# From there, for example: skopeo copy oci:OUT:latest docker://registry.example.com/archway
set -euo pipefail
out=$1
declare -A builds=([amd64]=$2 [arm64]=$3)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
annotation=org.opencontainers.image.ref.name
index_type=application/vnd.oci.image.index.v1+json

needed() {
    readelf -dW "$1" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p'
    case $1 in */libarchway.so.*) echo libsqlite3.so.0 ;; esac # loaded when a journal is opened
}

# copy_libraries ROOT TRIPLET: what the programs and libraries there need, and what that needs, until nothing is missing.
copy_libraries() {
    local root=$1 triplet=$2 file name missing=1 from
    while [ "$missing" -eq 1 ]; do
        missing=0
        while read -r file; do
            for name in $(needed "$file"); do
                [ ! -e "$root/usr/lib/$triplet/$name" ] || continue
                from=$(find "/usr/lib/$triplet" "/lib/$triplet" -maxdepth 1 -name "$name" | head -n 1)
                [ -n "$from" ] || {
                    echo "$file needs $name, which is not in /usr/lib/$triplet" >&2
                    exit 1
                }
                cp -L "$from" "$root/usr/lib/$triplet/$name"
                missing=1
            done
        done < <(find "$root/usr" -type f \( -path '*/bin/*' -o -name '*.so*' \))
    done
}

# What the loader is called in every program, and where it looks.
add_loader() {
    local root=$1 triplet=$2 loader
    loader=$(readelf -lW "$root/usr/bin/archway" | sed -nE 's/.*program interpreter: (.*)\]/\1/p')
    ln -s usr/lib "$root/lib"
    [ "${loader%/*}" = /lib ] || ln -s usr/lib64 "$root/lib64"
    mkdir -p "$root/usr${loader%/*}"
    cp -L "$loader" "$root/usr$loader"
    echo "/usr/lib/$triplet" >"$root/etc/ld.so.conf"
}

make_root() {
    local arch=$1 root=$work/$1 triplet deb
    triplet=$(dpkg-architecture -a"$arch" -qDEB_HOST_MULTIARCH 2>/dev/null)
    mkdir -p "$root/etc/ssl/certs" "$root/home/archway" "$root/tmp"
    for deb in "${builds[$arch]}"/packages/*.deb; do
        # Machines of one's own are reached with ssh, which is not here.
        case "${deb##*/}" in libarchway-dev_* | archway-backend-onprem_*) continue ;; esac
        dpkg-deb -x "$deb" "$root"
    done
    rm -rf "$root"/usr/share/{man,bash-completion,zsh,fish}
    copy_libraries "$root" "$triplet"
    add_loader "$root" "$triplet"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    echo "archway:x:65532:65532::/home/archway:/usr/bin/archway" >"$root/etc/passwd"
    echo "archway:x:65532:" >"$root/etc/group"
    chmod 1777 "$root/tmp"
    chmod 0777 "$root/home/archway"
}

add_image() {
    local arch=$1
    tar -C "$work/$arch" -cf "$work/$arch.tar" --sort=name --owner=0 --group=0 --numeric-owner \
        --mtime="@${SOURCE_DATE_EPOCH:-0}" .
    umoci new --image "$out:$arch"
    umoci raw add-layer --image "$out:$arch" "$work/$arch.tar"
    umoci config --image "$out:$arch" --architecture "$arch" --os linux --config.user 65532:65532 \
        --config.entrypoint /usr/bin/archway --config.cmd help --config.env HOME=/home/archway \
        --config.label org.opencontainers.image.title=archway \
        --config.label org.opencontainers.image.licenses=Apache-2.0
}

# The layout's own index names each image; the one that is pulled is an index of both, with their platforms.
add_index() {
    local blob digest
    blob=$work/index.json
    jq -c --arg name "$annotation" --arg type "$index_type" '{
        schemaVersion: 2, mediaType: $type,
        manifests: [.manifests[] | { mediaType, digest, size,
            platform: { os: "linux", architecture: .annotations[$name] } }] }' "$out/index.json" >"$blob"
    digest=$(sha256sum "$blob" | cut -d' ' -f1)
    cp "$blob" "$out/blobs/sha256/$digest"
    jq -cn --arg name "$annotation" --arg type "$index_type" --arg digest "sha256:$digest" \
        --argjson size "$(stat -c %s "$blob")" '{
        schemaVersion: 2,
        manifests: [{ mediaType: $type, digest: $digest, size: $size, annotations: { ($name): "latest" } }] }' \
        >"$work/top.json"
    mv "$work/top.json" "$out/index.json"
}

rm -rf "$out"
umoci init --layout "$out"
for arch in amd64 arm64; do
    make_root "$arch"
    add_image "$arch"
done
umoci gc --layout "$out"
add_index
echo "$out: $(du -sh "$out" | cut -f1)"
