/* SPDX-License-Identifier: Apache-2.0 */
/* The table of AWS's codes. */
#include "backends/aws/codes.h"

#include "kit/answer.h"

#include <stdbool.h>
#include <string.h>

#define CLOCK_ADVICE                                                                               \
    "Set this machine's clock. If that is right, the session token has expired: get a new one."
#define QUOTA_ADVICE                                                                               \
    "Ask for a higher quota at https://console.aws.amazon.com/servicequotas, or use another "      \
    "region."
#define REGION_ADVICE "Is the region enabled for the account? If not, leave it out with `regions:`."
#define WRONG_ARCHITECTURE "Name an image of the machine's own architecture, or none."

struct line {
    const char *code;
    struct aws_meaning meaning;
};

/* A region may be closed to an account, or to its users by a policy, and then credentials do not count
 * there that do elsewhere: such errors reach no further than the region. */
static const struct line by_code[] = {
    /* Sold out here. */
    {"InsufficientInstanceCapacity", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"InsufficientCapacity", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"InsufficientHostCapacity", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"InsufficientCapacityOnHost", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"InsufficientReservedInstanceCapacity", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"InsufficientVolumeCapacity", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"InsufficientFreeAddressesInSubnet", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"InsufficientAddressCapacity", {AW_E_NO_CAPACITY, AW_SCOPE_REGION, 0, NULL}},
    {"ReservationCapacityExceeded", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"SpotMaxPriceTooLow", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"UnfulfillableCapacity", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"Unsupported", {AW_E_NO_CAPACITY, AW_SCOPE_ZONE, 0, NULL}},
    {"UnsupportedHibernationConfiguration", {AW_E_INVALID, AW_SCOPE_UNKNOWN, 0, NULL}},

    /* The account's limits. */
    {"VcpuLimitExceeded", {AW_E_QUOTA, AW_SCOPE_REGION, 0, QUOTA_ADVICE}},
    {"InstanceLimitExceeded", {AW_E_QUOTA, AW_SCOPE_REGION, 0, QUOTA_ADVICE}},
    {"MaxSpotInstanceCountExceeded", {AW_E_QUOTA, AW_SCOPE_REGION, 0, QUOTA_ADVICE}},
    {"MaxSpotFleetRequestCountExceeded", {AW_E_QUOTA, AW_SCOPE_REGION, 0, QUOTA_ADVICE}},
    {"MaxFleetCountExceeded", {AW_E_QUOTA, AW_SCOPE_REGION, 0, QUOTA_ADVICE}},
    {"MaxIOPSLimitExceeded", {AW_E_QUOTA, AW_SCOPE_REGION, 0, QUOTA_ADVICE}},
    {"ResourceCountExceeded", {AW_E_QUOTA, AW_SCOPE_REGION, 0, QUOTA_ADVICE}},
    {"ResourceLimitExceeded", {AW_E_QUOTA, AW_SCOPE_REGION, 0, QUOTA_ADVICE}},
    {"TagLimitExceeded", {AW_E_INVALID, AW_SCOPE_UNKNOWN, 0, NULL}},

    /* Asked too often. */
    {"RequestLimitExceeded", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"ClientRequestLimitExceeded", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"BandwidthLimitExceeded", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"Throttling", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"ThrottlingException", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"ThrottledException", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"RequestThrottled", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"RequestThrottledException", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"TooManyRequestsException", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"EC2ThrottledException", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"SlowDown", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},
    {"PriorRequestNotComplete", {AW_E_THROTTLED, AW_SCOPE_REGION, 0, NULL}},

    /* AWS's own trouble. */
    {"InternalError", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"InternalFailure", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"InternalErrorException", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"InternalServerError", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"InternalServiceError", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"ServiceException", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"ServiceUnavailable", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"ServiceUnavailableException", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"Unavailable", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"RequestTimeout", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"RequestTimeoutException", {AW_E_UNAVAILABLE, AW_SCOPE_REGION, 0, NULL}},
    {"IDPCommunicationError", {AW_E_UNAVAILABLE, AW_SCOPE_ACCOUNT, 0, NULL}},

    /* Credentials that are no longer or not yet good; and what a clock that is off looks like. */
    {"ExpiredToken", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"ExpiredTokenException", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"TokenRefreshRequired", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"InvalidClientTokenId", {AW_E_UNAUTHENTICATED, AW_SCOPE_REGION, 0, REGION_ADVICE}},
    {"UnrecognizedClientException", {AW_E_UNAUTHENTICATED, AW_SCOPE_REGION, 0, REGION_ADVICE}},
    {"InvalidIdentityToken", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"IDPRejectedClaim", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"UnauthorizedException", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"MissingAuthenticationToken", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"MissingAuthenticationTokenException", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"IncompleteSignature", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"IncompleteSignatureException", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"AuthFailure", {AW_E_UNAUTHENTICATED, AW_SCOPE_REGION, AW_REMEDY_CLOCK, REGION_ADVICE}},
    {"SignatureDoesNotMatch", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, AW_REMEDY_CLOCK, NULL}},
    {"InvalidSignatureException", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, AW_REMEDY_CLOCK, NULL}},
    {"RequestExpired", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, AW_REMEDY_CLOCK, CLOCK_ADVICE}},
    {"RequestInTheFuture", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, AW_REMEDY_CLOCK, CLOCK_ADVICE}},
    {"RequestTimeTooSkewed",
     {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT, AW_REMEDY_CLOCK, CLOCK_ADVICE}},

    /* Not allowed. */
    {"UnauthorizedOperation", {AW_E_DENIED, AW_SCOPE_REGION, 0, NULL}},
    {"AccessDenied", {AW_E_DENIED, AW_SCOPE_REGION, 0, NULL}},
    {"AccessDeniedException", {AW_E_DENIED, AW_SCOPE_REGION, 0, NULL}},
    {"NotAuthorized", {AW_E_DENIED, AW_SCOPE_REGION, 0, NULL}},
    {"ForbiddenException", {AW_E_DENIED, AW_SCOPE_ACCOUNT, 0, NULL}},
    {"OperationNotPermitted", {AW_E_DENIED, AW_SCOPE_UNKNOWN, 0, NULL}},
    {"OptInRequired", {AW_E_DENIED, AW_SCOPE_REGION, 0, REGION_ADVICE}},
    {"SubscriptionRequiredException", {AW_E_DENIED, AW_SCOPE_REGION, 0, REGION_ADVICE}},
    {"RegionDisabledException", {AW_E_DENIED, AW_SCOPE_REGION, 0, REGION_ADVICE}},
    {"PendingVerification", {AW_E_DENIED, AW_SCOPE_REGION, 0, NULL}},
    {"Blocked", {AW_E_DENIED, AW_SCOPE_ACCOUNT, 0, NULL}},

    /* In the way of something that is there. */
    {"IdempotentParameterMismatch", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN, 0, NULL}},
    {"IdempotentInstanceTerminated", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN, 0, NULL}},
    {"IncorrectState", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN, 0, NULL}},
    {"IncorrectInstanceState", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN, 0, NULL}},
    {"VolumeInUse", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN, 0, NULL}},
    {"DependencyViolation", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN, 0, NULL}},
    {"ConcurrentTagAccess", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN, 0, NULL}},

    /* Not there. */
    {"ParameterNotFound", {AW_E_NOT_FOUND, AW_SCOPE_REGION, 0, NULL}},
    {"ParameterVersionNotFound", {AW_E_NOT_FOUND, AW_SCOPE_REGION, 0, NULL}},
    {"NoSuchResourceException", {AW_E_NOT_FOUND, AW_SCOPE_REGION, 0, NULL}},
    {"ResourceNotFoundException", {AW_E_NOT_FOUND, AW_SCOPE_REGION, 0, NULL}},

    /* Asked wrongly. */
    {"InvalidInstanceType", {AW_E_INVALID, AW_SCOPE_REGION, 0, NULL}},
    {"InvalidAMIID.Unavailable", {AW_E_INVALID, AW_SCOPE_REGION, 0, NULL}},
    {"VPCIdNotSpecified",
     {AW_E_INVALID, AW_SCOPE_REGION, 0, "Name a VPC of this region with `vpcs:`."}},
    {"DefaultVpcDoesNotExist",
     {AW_E_INVALID, AW_SCOPE_REGION, 0, "Name a VPC of this region with `vpcs:`."}},

    {"DryRunOperation", {AW_OK, AW_SCOPE_UNKNOWN, 0, NULL}},
};

/* Families of codes, by their ends, where no line above has the whole. */
static const struct line by_end[] = {
    {".NotFound", {AW_E_NOT_FOUND, AW_SCOPE_REGION, 0, NULL}},
    {".Malformed", {AW_E_INVALID, AW_SCOPE_UNKNOWN, 0, NULL}},
    {".Duplicate", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN, 0, NULL}},
    {".InUse", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN, 0, NULL}},
    {"LimitExceeded", {AW_E_QUOTA, AW_SCOPE_REGION, 0, QUOTA_ADVICE}},
};

static bool ends_in(const char *text, const char *end)
{
    size_t size = strlen(text);
    size_t end_size = strlen(end);
    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static struct aws_meaning find(const char *code, uint32_t status)
{
    for (size_t i = 0; i < sizeof by_code / sizeof by_code[0]; i++)
        if (strcmp(code, by_code[i].code) == 0)
            return by_code[i].meaning;
    for (size_t i = 0; i < sizeof by_end / sizeof by_end[0]; i++)
        if (ends_in(code, by_end[i].code))
            return by_end[i].meaning;
    return (struct aws_meaning){.code = kit_status_code(status), .scope = kit_status_scope(status)};
}

/* "The architecture 'arm64' of the specified instance type does not match the architecture ..." */
static bool tells_architectures_apart(const char *message)
{
    return strstr(message, "architecture") && strstr(message, "not match");
}

struct aws_meaning aws_meaning_of(const char *action, uint32_t status, const char *code,
                                  const char *message)
{
    struct aws_meaning meaning = find(code, status);
    bool is_launch = strcmp(action, "RunInstances") == 0;
    if (is_launch && tells_architectures_apart(message))
        return (struct aws_meaning){.code = AW_E_INVALID, .advice = WRONG_ARCHITECTURE};
    /* What a launch names and does not exist the wish has named wrongly. */
    if (is_launch && meaning.code == AW_E_NOT_FOUND)
        meaning.code = AW_E_INVALID;
    return meaning;
}
