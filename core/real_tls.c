/* SPDX-License-Identifier: Apache-2.0 */
/* An option of OpenSSL's that curl has no option for. */
#include "core/real_tls.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <string.h>

static CURLcode on_context(CURL *easy, void *context, void *arg)
{
    (void)easy;
    (void)arg;
    SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT);
    return CURLE_OK;
}

static bool is_openssl(void)
{
    const char *library = curl_version_info(CURLVERSION_NOW)->ssl_version;
    return library && strncmp(library, "OpenSSL/3", 9) == 0;
}

void tls_wipe_plaintext(CURL *easy)
{
    if (is_openssl())
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
}
