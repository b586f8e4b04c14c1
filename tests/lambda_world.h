/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of Lambda Cloud's answers, for the tests of its backend. */
#ifndef ARCHWAY_TESTS_LAMBDA_WORLD_H
#define ARCHWAY_TESTS_LAMBDA_WORLD_H

#include "backend_host.h"

#define MACHINE_ID "0920582c7ff041399e34823a0be62549"
#define REFUSAL(code, message) "{\"error\":{\"code\":\"" code "\",\"message\":\"" message "\"}}"
#define SPECS(gpus) "{\"vcpus\":64,\"memory_gib\":432,\"storage_gib\":4096,\"gpus\":" gpus "}"
#define TYPE(name, words, price, specs, more)                                                      \
    "{\"name\":\"" name "\",\"description\":\"1x " words "\",\"gpu_description\":\"" words         \
    "\",\"price_cents_per_hour\":" price ",\"specs\":" specs more "}"
#define GH200 TYPE("gpu_1x_gh200", "GH200 (96 GB)", "149", SPECS("1"), "")

#endif
