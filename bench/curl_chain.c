/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The longest chain of pages, and nothing else: gets URLs one after the other over one connection, throws the
 * bodies away, and prints how many milliseconds that took. Usage: curl_chain URL...
 */
#include "bench/measure.h"

#include <curl/curl.h>
#include <stdio.h>

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    (void)data;
    (void)arg;
    return size * count;
}

static void get(CURL *easy, const char *url)
{
    long status = 0;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    CURLcode result = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (result != CURLE_OK || status != 200)
        die("%s: %s, status %ld", url, curl_easy_strerror(result), status);
}

int main(int argc, char **argv)
{
    CURL *easy = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
    if (!easy || argc < 2)
        die("usage: curl_chain URL...");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    uint64_t start_us = now_us();
    for (int i = 1; i < argc; i++)
        get(easy, argv[i]);
    printf("%.3f\n", (double)(now_us() - start_us) / 1e3);
    curl_easy_cleanup(easy);
    curl_global_cleanup();
    return 0;
}
