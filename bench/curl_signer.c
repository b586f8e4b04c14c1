/* SPDX-License-Identifier: Apache-2.0 */
/* Two handles on kept connections to a server in a thread of its own, which sees that all are
 * authorised. */
#include "bench/curl_signer.h"

#include "bench/http_server.h"
#include "bench/measure.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct curl_signer {
    struct http_server *server;
    pthread_t thread;
    int stop[2];
    CURL *handles[2]; /* unsigned, signed */
    struct curl_slist *headers[2];
};

static unsigned answer(void *arg, const struct http_request *request, kit_buf *body)
{
    (void)arg;
    bool is_good = strncmp(request->authorization, "AWS4-HMAC-SHA256 Credential=", 28) == 0;
    kit_buf_add_text(body, "{}");
    return is_good ? 200 : 403;
}

static void *serve(void *arg)
{
    struct curl_signer *signer = arg;
    http_server_run(signer->server, signer->stop[0]);
    return NULL;
}

static size_t drop(char *data, size_t size, size_t count, void *arg)
{
    (void)data;
    (void)arg;
    return size * count;
}

static void add_header(struct curl_slist **list, const char *name, const char *value)
{
    char line[1024];
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (!longer)
        die("no memory");
    *list = longer;
}

static CURL *new_handle(const struct curl_signer *signer, const struct curl_signer_order *order,
                        struct curl_slist **headers)
{
    char url[64];
    CURL *easy = curl_easy_init();
    if (!easy)
        die("no memory");
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", http_server_port(signer->server));
    add_header(headers, "Host", order->host);
    add_header(headers, "Content-Type", order->content_type);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, order->body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    return easy;
}

struct curl_signer *curl_signer_create(const struct curl_signer_order *order)
{
    struct curl_signer *signer = calloc(1, sizeof *signer);
    if (!signer || pipe(signer->stop))
        die("no memory");
    signer->server = http_server_create(0, answer, NULL);
    for (int i = 0; i < 2; i++)
        signer->handles[i] = new_handle(signer, order, &signer->headers[i]);
    add_header(&signer->headers[0], "X-Amz-Date", order->date);
    add_header(&signer->headers[0], "Authorization", order->authorization);
    curl_easy_setopt(signer->handles[1], CURLOPT_AWS_SIGV4, order->scope);
    curl_easy_setopt(signer->handles[1], CURLOPT_USERPWD, order->credentials);
    for (int i = 0; i < 2; i++)
        curl_easy_setopt(signer->handles[i], CURLOPT_HTTPHEADER, signer->headers[i]);
    if (pthread_create(&signer->thread, NULL, serve, signer))
        die("no thread for the server");
    return signer;
}

void curl_signer_destroy(struct curl_signer *signer)
{
    for (int i = 0; i < 2; i++) {
        curl_easy_cleanup(signer->handles[i]);
        curl_slist_free_all(signer->headers[i]);
    }
    close(signer->stop[1]);
    pthread_join(signer->thread, NULL);
    http_server_destroy(signer->server);
    close(signer->stop[0]);
    free(signer);
}

double curl_signer_ns(struct curl_signer *signer, bool is_signed, size_t count)
{
    CURL *easy = signer->handles[is_signed];
    uint64_t start_ns = thread_cpu_ns();
    for (size_t i = 0; i < count; i++) {
        long status = 0;
        CURLcode result = curl_easy_perform(easy);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        if (result != CURLE_OK || status != 200)
            die("curl: %s, status %ld", curl_easy_strerror(result), status);
    }
    return (double)(thread_cpu_ns() - start_ns) / (double)count;
}
