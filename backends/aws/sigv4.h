/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS Signature Version 4, as headers: a request, credentials and the time become x-amz-date,
 * x-amz-security-token (with a session token) and authorization. No I/O, no clock, no memory of its
 * own but what OpenSSL keeps for the cached keys.
 *
 * Signed are: the host of the URL (or the request's own host header), x-amz-date, the token, and
 * every header of the request but those that a proxy or an HTTP library may change (connection,
 * expect, user-agent, proxy-*, ...). The body's hash is part of the signature; S3 also gets it as
 * x-amz-content-sha256.
 */
#ifndef ARCHWAY_BACKENDS_AWS_SIGV4_H
#define ARCHWAY_BACKENDS_AWS_SIGV4_H

#include <archway/backend.h>

#include <openssl/types.h>

/* What a request may have at most: more is refused with AW_E_INVALID. */
#define SIGV4_MAX_URL 8192
#define SIGV4_MAX_PARAMETERS 512 /* of a query */
#define SIGV4_MAX_HEADERS 64
#define SIGV4_MAX_NAMES 4096   /* all names of headers together */
#define SIGV4_MAX_VALUES 16384 /* all their values, and the session token */
#define SIGV4_MAX_NAME 64      /* of a region or service */
#define SIGV4_MAX_SECRET 128   /* of a key id or secret */

#define SIGV4_TIME 16  /* "20260101T000000Z" */
#define SIGV4_BLOCK 64 /* of SHA-256 */
#define SIGV4_MAX_SCOPE (8 + 1 + SIGV4_MAX_NAME + 1 + SIGV4_MAX_NAME + 1 + 12)
#define SIGV4_MAX_CREDENTIAL (SIGV4_MAX_SECRET + 1 + SIGV4_MAX_SCOPE)

/* How many derived keys are kept; deriving one anew costs no more than two signatures. */
#define SIGV4_KEYS 64

/* The last request without query or token that a key signed. The next is mostly the same but for
 * its body and time, and then so is its canonical request. */
struct sigv4_last {
    uint64_t misses;   /* since it was last of use */
    size_t input_size; /* 0: there is none, or it was too large */
    size_t canonical_size;
    size_t time_at;
    size_t names_at;
    size_t names_size;
    char input[512]; /* method, URL and headers, each text with its NUL */
    char canonical[768];
};

/* A key derived for one credential, day, region and service. Empty while credential_size is 0. */
struct sigv4_key {
    EVP_MD_CTX *inner; /* HMAC's two hashes, each with its half of the key already in it */
    EVP_MD_CTX *outer;
    uint64_t used; /* when, counted in signatures */
    uint64_t day;  /* since 1970 */
    size_t key_id_size;
    size_t region_size;
    size_t service_size;
    size_t secret_size;
    size_t credential_size;
    char credential[SIGV4_MAX_CREDENTIAL]; /* "AKIDEXAMPLE/20260101/us-east-1/ec2/aws4_request" */
    char secret[SIGV4_MAX_SECRET];
    struct sigv4_last last;
};

/* The derived keys of one backend, the least recently used one replaced. Starts as zeroes. */
struct sigv4_keys {
    EVP_MD *sha256;
    EVP_MD_CTX *blank; /* SHA-256 before its first byte */
    EVP_MD_CTX *head;  /* after the first block of a canonical request: the next begins alike */
    EVP_MD_CTX *work;
    char head_block[SIGV4_BLOCK];
    uint64_t uses;
    size_t recent;
    uint64_t second; /* since 1970, and its text */
    char time[SIGV4_TIME];
    struct sigv4_key slots[SIGV4_KEYS];
};

/* Wipes all keys and leaves zeroes. */
void sigv4_keys_finish(struct sigv4_keys *keys);

enum sigv4_path {
    SIGV4_PATH_OF_SERVICE =
        0, /* S3's kind: as it is; all others: normalised and encoded once more */
    SIGV4_PATH_UNNORMALIZED = 1 /* encoded once more, but with its dots and slashes as they are */
};

/* Where the signature counts. */
struct sigv4_scope {
    const char *region;
    const char *service;
    enum sigv4_path path;
};

/*
 * Adds the headers to the sink, or fills ret_error, returns -1 and adds none. White space around
 * the key id, the secret and the token is no part of them. A request that already has a header that
 * signing adds is refused, but for x-amz-content-sha256: UNSIGNED-PAYLOAD (S3 over https) or the
 * body's own hash.
 */
int32_t sigv4_sign(struct sigv4_keys *keys, const struct sigv4_scope *scope,
                   const aw_request *request, const aw_credentials *credentials, uint64_t now_ms,
                   aw_header_sink *ret_headers, aw_error *ret_error);

#endif
