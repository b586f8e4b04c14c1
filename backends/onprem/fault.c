/* SPDX-License-Identifier: Apache-2.0 */
/* What ssh says when it cannot connect, put into words that help. Its texts: sshconnect.c and sshconnect2.c of
 * OpenSSH. Where nothing can have run there, a repetition is safe. */
#include "backends/onprem/onprem.h"

#include "kit/error.h"

#include <string.h>

struct fault {
    const char *sign; /* in what ssh says */
    uint32_t code;
    const char *meaning; /* the rest of a sentence that starts with "the machine" */
};

static const struct fault faults[] = {
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", AW_E_DENIED,
     "shows another host key than the one that is known. If it was installed anew, take the old "
     "key out (`ssh-keygen -R HOST`, or `key=` in `hosts`) and put the new one in; if not, "
     "somebody "
     "may be in between"},
    {"Host key verification failed", AW_E_UNAUTHENTICATED,
     "has a host key that is not known. Compare its fingerprint and connect once by hand (`ssh "
     "HOST`), or pin it with key=\"TYPE BASE64\" in `hosts`"},
    {"Permission denied (", AW_E_UNAUTHENTICATED,
     "refused to log in. Add the public key to its authorized_keys, load the private one into the "
     "agent, or name it with identity= and the user with user="},
    {"Too many authentication failures", AW_E_UNAUTHENTICATED,
     "was offered too many keys. Name the right one with identity="},
    {"timed out during banner exchange", AW_E_TIMEOUT,
     "took the connection and said nothing. Is it an ssh server, and not overloaded?"},
    {"Connection timed out", AW_E_UNAVAILABLE,
     "does not answer. Is it switched on, and does a firewall let ssh through?"},
    {"Operation timed out", AW_E_UNAVAILABLE,
     "does not answer. Is it switched on, and does a firewall let ssh through?"},
    {"Connection refused", AW_E_UNAVAILABLE,
     "has no ssh server at this port. Start it, or give the right port"},
    {"No route to host", AW_E_UNAVAILABLE, "cannot be reached. Is it switched on?"},
    {"Network is unreachable", AW_E_UNAVAILABLE,
     "cannot be reached: this machine has no way to its network"},
    {"Could not resolve hostname", AW_E_UNAVAILABLE,
     "has a name that cannot be resolved. Is it spelled right, and does DNS work?"},
    {"kex_exchange_identification", AW_E_UNAVAILABLE,
     "dropped the connection before a word was said. Has its sshd too many at once (MaxStartups)?"},
};

static bool says(const aw_exit *result, const char *sign)
{
    return result->errors.size &&
           memmem(result->errors.data, result->errors.size, sign, strlen(sign));
}

bool onprem_fault_is_drop(const aw_exit *result)
{
    return says(result, "kex_exchange_identification");
}

/* The last line that says anything. */
static aw_bytes last_line(aw_bytes text)
{
    while (text.size && strchr("\r\n ", text.data[text.size - 1]))
        text.size--;
    size_t start = text.size;
    while (start && text.data[start - 1] != '\n')
        start--;
    if (text.size - start > 5 && !memcmp(text.data + start, "ssh: ", 5))
        start += 5;
    return (aw_bytes){text.data + start, text.size - start};
}

void onprem_fault_read(const aw_exit *result, aw_error *ret_error)
{
    aw_bytes last = last_line(result->errors);
    int size = last.size < 160 ? (int)last.size : 160;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        if (!says(result, faults[i].sign))
            continue;
        kit_error_set(ret_error, faults[i].code, "the machine %s (ssh: %.*s)", faults[i].meaning,
                      size, last.data);
        ret_error->retry = AW_RETRY_SAFE;
        return;
    }
    kit_error_set(ret_error, AW_E_UNAVAILABLE, "the connection broke (ssh: %.*s)", size, last.data);
    ret_error->retry = AW_RETRY_UNKNOWN;
}
