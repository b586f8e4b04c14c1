/* SPDX-License-Identifier: Apache-2.0 */
/* The names of what the ABI has as numbers. */
#include <archway/archway.h>

static const char *const code_names[] = {
    [AW_OK] = "ok",
    [AW_E_INVALID] = "invalid",
    [AW_E_UNAUTHENTICATED] = "unauthenticated",
    [AW_E_DENIED] = "denied",
    [AW_E_NOT_FOUND] = "not_found",
    [AW_E_CONFLICT] = "conflict",
    [AW_E_NO_CAPACITY] = "no_capacity",
    [AW_E_QUOTA] = "quota",
    [AW_E_THROTTLED] = "throttled",
    [AW_E_UNAVAILABLE] = "unavailable",
    [AW_E_TIMEOUT] = "timeout",
    [AW_E_CANCELLED] = "cancelled",
    [AW_E_UNSUPPORTED] = "unsupported",
    [AW_E_PROTOCOL] = "protocol",
    [AW_E_NO_MEMORY] = "no_memory",
    [AW_E_INTERNAL] = "internal",
};

static const char *const arch_names[] = {
    [AW_ARCH_UNKNOWN] = "unknown",
    [AW_ARCH_AMD64] = "amd64",
    [AW_ARCH_ARM64] = "arm64",
    [AW_ARCH_ANY] = "any",
};

static const char *const arch_source_names[] = {
    [AW_ARCH_SOURCE_UNKNOWN] = "unknown", [AW_ARCH_SOURCE_API] = "api",
    [AW_ARCH_SOURCE_RULE] = "rule",       [AW_ARCH_SOURCE_PROBE] = "probe",
    [AW_ARCH_SOURCE_USER] = "user",
};

static const char *const state_names[] = {
    [AW_STATE_UNKNOWN] = "unknown",       [AW_STATE_PENDING] = "pending",
    [AW_STATE_RUNNING] = "running",       [AW_STATE_STOPPING] = "stopping",
    [AW_STATE_STOPPED] = "stopped",       [AW_STATE_TERMINATING] = "terminating",
    [AW_STATE_TERMINATED] = "terminated", [AW_STATE_FAILED] = "failed",
};

static const char *const availability_names[] = {
    [AW_AVAILABILITY_UNKNOWN] = "unknown",
    [AW_AVAILABLE] = "available",
    [AW_UNAVAILABLE] = "unavailable",
    [AW_NO_QUOTA] = "no_quota",
};

static const char *const fate_names[] = {
    [ARCHWAY_FATE_OPEN] = "open",     [ARCHWAY_FATE_ADOPTED] = "adopted",
    [ARCHWAY_FATE_ABSENT] = "absent", [ARCHWAY_FATE_ENDING] = "ending",
    [ARCHWAY_FATE_GONE] = "gone",     [ARCHWAY_FATE_WAITING] = "waiting",
    [ARCHWAY_FATE_FOUND] = "found",   [ARCHWAY_FATE_KEPT] = "kept",
};

#define NAME_IN(names, number)                                                                     \
    ((number) < sizeof(names) / sizeof *(names) ? (names)[number] : "unknown")

const char *archway_code_name(uint32_t code)
{
    return NAME_IN(code_names, code);
}

const char *archway_arch_name(uint32_t arch)
{
    return NAME_IN(arch_names, arch);
}

const char *archway_arch_source_name(uint32_t source)
{
    return NAME_IN(arch_source_names, source);
}

const char *archway_state_name(uint32_t state)
{
    return NAME_IN(state_names, state);
}

const char *archway_availability_name(uint32_t availability)
{
    return NAME_IN(availability_names, availability);
}

const char *archway_fate_name(uint32_t fate)
{
    return NAME_IN(fate_names, fate);
}
