#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes all manual pages, compressed as Debian wants them, into FOLDER/man1, man5 and man7.
# Usage: make.sh SOURCE_DIR FOLDER DATE VERSION PLUGIN... -- PAGES_COMMAND...
set -euo pipefail
source=$1 folder=$2 date=$3 version=$4
shift 4
plugins=()
while [ "$1" != -- ]; do
    plugins+=("$1")
    shift
done
shift
pages=("$@")

rm -rf "$folder"
mkdir -p "$folder/man1" "$folder/man5" "$folder/man7"

# write NAME SECTION: from stdin.
write() { gzip -9n >"$folder/man$2/$1.$2.gz"; }

# from_markdown NAME SECTION FILE SUMMARY
from_markdown() {
    lowdown -s -Tman "$source/$3" |
        awk -v name="$1" -v section="$2" -v summary="$4" -v date="$date" -v version="$version" \
            -f "$source/docs/man/page.awk" | write "$1" "$2"
}

"${pages[@]}" man "$date" | write archway 1
"${pages[@]}" verbs | while read -r verb; do
    "${pages[@]}" man "$date" "$verb" </dev/null | write "archway-$verb" 1
done
"${pages[@]}" config "$date" "$source/docs/man/archway.yaml.5.in" "${plugins[@]}" | write archway.yaml 5
from_markdown archway-recording 5 fixtures/README.md "a recorded conversation with a provider"
from_markdown archway-backend 7 docs/abi.md "the plugin ABI of Archway"
from_markdown archway-bootstrap 7 docs/bootstrap.md "the agent that a new machine of Archway runs"
from_markdown archway-onprem 7 docs/onprem.md "machines of one's own, as a backend of Archway"
from_markdown archway-images 7 docs/images.md "where container images can run, and what follows from it"
from_markdown archway-placement 7 docs/placement.md "which offer is tried next when one cannot be had"
