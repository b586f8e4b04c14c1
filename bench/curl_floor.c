/* SPDX-License-Identifier: Apache-2.0 */
/* The least that a program needs that uses libcurl: initialise it, write a byte, end. The peer of `start`. */
#include <curl/curl.h>
#include <stdio.h>

int main(void)
{
    CURLM *multi = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_multi_init() : NULL;
    puts(multi ? "ready" : "failed");
    curl_multi_cleanup(multi);
    return multi ? 0 : 1;
}
