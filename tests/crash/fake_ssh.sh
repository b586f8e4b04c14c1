#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An ssh client whose machine is the folder that it lies in: runs the command here, with a home of its own. Whoever
# waits for the lock of `busy` has waited for all commands under way.
unset LD_PRELOAD
folder=$(dirname "$0")
for word; do command=$word; done
exec 8>>"$folder/busy"
flock -s 8
mkdir -p "$folder/machine"
HOME=$folder/machine exec sh -c "$command"
