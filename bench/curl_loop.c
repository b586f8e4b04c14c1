/* SPDX-License-Identifier: Apache-2.0 */
/* One easy handle, used again for each request. The body is kept in memory and not looked at. */
#include "bench/curl_loop.h"

#include "bench/measure.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_BODY 65536

struct curl_loop {
    CURL *easy;
    struct curl_slist *headers;
    size_t size;
    char body[LARGEST_BODY];
};

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct curl_loop *loop = arg;
    size *= count;
    if (size > sizeof loop->body - loop->size)
        return 0;
    memcpy(loop->body + loop->size, data, size);
    loop->size += size;
    return size;
}

struct curl_loop *curl_loop_create(const char *url, const char *authorization)
{
    struct curl_loop *loop = calloc(1, sizeof *loop);
    if (!loop || !(loop->easy = curl_easy_init()))
        die("no memory");
    loop->headers = curl_slist_append(loop->headers, authorization);
    loop->headers = curl_slist_append(loop->headers, "Accept: application/json");
    curl_easy_setopt(loop->easy, CURLOPT_URL, url);
    curl_easy_setopt(loop->easy, CURLOPT_HTTPHEADER, loop->headers);
    curl_easy_setopt(loop->easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(loop->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(loop->easy, CURLOPT_WRITEDATA, loop);
    return loop;
}

void curl_loop_destroy(struct curl_loop *loop)
{
    if (!loop)
        return;
    curl_easy_cleanup(loop->easy);
    curl_slist_free_all(loop->headers);
    free(loop);
}

size_t curl_loop_get(struct curl_loop *loop)
{
    long status = 0;
    loop->size = 0;
    CURLcode result = curl_easy_perform(loop->easy);
    curl_easy_getinfo(loop->easy, CURLINFO_RESPONSE_CODE, &status);
    if (result != CURLE_OK || status != 200)
        die("curl: %s, status %ld", curl_easy_strerror(result), status);
    return loop->size;
}
