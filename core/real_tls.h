/* SPDX-License-Identifier: Apache-2.0 */
/* What core asks of OpenSSL beneath curl. */
#ifndef ARCHWAY_CORE_REAL_TLS_H
#define ARCHWAY_CORE_REAL_TLS_H

#include <curl/curl.h>

/* Lets TLS wipe what it has unpacked, which may be a token, as soon as it has been read. A libcurl that is built
 * on another library is left as it is. */
void tls_wipe_plaintext(CURL *easy);

#endif
