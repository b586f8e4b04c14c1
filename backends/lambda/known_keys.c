/* SPDX-License-Identifier: Apache-2.0 */
/* Public ssh keys, remembered under the names they are registered as. */
#include "backends/lambda/lambda.h"

#include <string.h>

static size_t place_of(const struct lambda_known_keys *known, const kit_ssh_key *key)
{
    size_t at = 0;
    while (at < LAMBDA_KNOWN_KEYS &&
           !(known->keys[at].name[0] &&
             memcmp(known->keys[at].digest, key->digest, sizeof key->digest) == 0))
        at++;
    return at;
}

const char *lambda_known_keys_find(const struct lambda_known_keys *known, const kit_ssh_key *key)
{
    size_t at = place_of(known, key);
    return at < LAMBDA_KNOWN_KEYS ? known->keys[at].name : NULL;
}

void lambda_known_keys_learn(struct lambda_known_keys *known, const kit_ssh_key *key,
                             const char *name)
{
    size_t size = strlen(name);
    if (size >= sizeof known->keys[0].name)
        return;
    size_t at = place_of(known, key);
    if (at == LAMBDA_KNOWN_KEYS) {
        at = known->next;
        known->next = (known->next + 1) % LAMBDA_KNOWN_KEYS;
    }
    memcpy(known->keys[at].digest, key->digest, sizeof key->digest);
    memcpy(known->keys[at].name, name, size + 1);
}

void lambda_known_keys_forget(struct lambda_known_keys *known, const kit_ssh_key *key)
{
    size_t at = place_of(known, key);
    if (at < LAMBDA_KNOWN_KEYS)
        known->keys[at].name[0] = '\0';
}
