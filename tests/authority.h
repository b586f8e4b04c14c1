/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate authority that lives as long as the test program, and certificates of it. */
#ifndef ARCHWAY_TESTS_AUTHORITY_H
#define ARCHWAY_TESTS_AUTHORITY_H

#include <openssl/ssl.h>

/* For cmocka's group setup and teardown: makes the authority, writes its certificate into a folder of
 * its own, and names that file, alone, in SSL_CERT_FILE. */
int authority_create(void **state);
int authority_remove(void **state);

const char *authority_file(void);

/* Gives the context a key and a certificate for these names ("IP:127.0.0.1,DNS:localhost"), good
 * until `good_seconds` from now. Signed by the authority, or by nobody but itself. */
void authority_certify(SSL_CTX *context, const char *names, long good_seconds, int by_authority);

#endif
