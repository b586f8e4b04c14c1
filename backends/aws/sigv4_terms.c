/* SPDX-License-Identifier: Apache-2.0 */
/* What a signature is made for: a time as text, names and credentials that can be right. */
#include "backends/aws/sigv4_parts.h"

#include "kit/error.h"

#define DAY_SECONDS 86400

static void write_number(char *out, unsigned digits, uint64_t number)
{
    for (unsigned i = digits; i > 0; i--) {
        out[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
}

/* Years begin in March here, so that a leap day is the last of its year; 400 of them have 146,097
 * days, and the first began 719,468 days before 1970. */
static void write_day(char *out, uint64_t days_since_1970)
{
    uint64_t days = days_since_1970 + 719468;
    uint64_t day = days % 146097;
    uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    uint64_t month = (5 * day + 2) / 153;
    year += days / 146097 * 400 + (month >= 10);
    write_number(out, 4, year);
    write_number(out + 4, 2, month < 10 ? month + 3 : month - 9);
    write_number(out + 6, 2, day - (153 * month + 2) / 5 + 1);
}

void sigv4_time_write(char out[SIGV4_TIME], uint64_t second)
{
    uint64_t of_day = second % DAY_SECONDS;
    write_day(out, second / DAY_SECONDS);
    out[8] = 'T';
    write_number(out + 9, 2, of_day / 3600);
    write_number(out + 11, 2, of_day / 60 % 60);
    write_number(out + 13, 2, of_day % 60);
    out[15] = 'Z';
}

static bool is_plain(aw_bytes text, size_t max)
{
    return text.size <= max && sigv4_plain_size(text.data, text.size) == text.size;
}

static int check_name(const char *what, const char *name, aw_error *ret_error)
{
    size_t size = sigv4_span(name, SIGV4_MAX_NAME, SIGV4_NAME);
    if (size > 0 && name[size] == '\0')
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID,
                         "\"%.80s\" is no %s of AWS to sign for. Write a name as in AWS's lists, "
                         "such as us-east-1 or ec2.",
                         name, what);
}

int sigv4_terms_check(const struct sigv4_terms *terms, aw_error *ret_error)
{
    aw_bytes id = sigv4_trimmed(terms->key_id);
    aw_bytes secret = sigv4_trimmed(terms->secret);
    if (id.size == 0 || secret.size == 0)
        return kit_error_set(
            ret_error, AW_E_UNAUTHENTICATED,
            "The credentials for AWS lack an access key id or a secret access key. "
            "Both are needed.");
    if (!is_plain(id, SIGV4_MAX_SECRET) || memchr(id.data, '/', id.size))
        return kit_error_set(ret_error, AW_E_UNAUTHENTICATED,
                             "The access key id for AWS has characters that no key id has, or is "
                             "too long. One looks like AKIAIOSFODNN7EXAMPLE.");
    if (!is_plain(secret, SIGV4_MAX_SECRET))
        return kit_error_set(ret_error, AW_E_UNAUTHENTICATED,
                             "The secret access key for AWS has characters that no key has, or is "
                             "too long. It is 40 characters on one line.");
    if (check_name("region", terms->region, ret_error))
        return -1;
    return check_name("service", terms->service, ret_error);
}
