/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and certificates made with OpenSSL at run time. */
#include "tests/authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

static char folder[] = "/tmp/archway-authority-XXXXXX";
static char file[sizeof folder + 8];
static EVP_PKEY *authority_key;
static X509 *authority_certificate;

static void name_it(X509 *certificate, const char *name)
{
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
}

static void extend(X509 *certificate, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static X509 *certificate_create(EVP_PKEY *key, const char *name, long serial, long good_seconds)
{
    X509 *certificate = X509_new();
    assert_non_null(certificate);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), good_seconds);
    X509_set_pubkey(certificate, key);
    name_it(certificate, name);
    return certificate;
}

static void write_certificate(void)
{
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    assert_int_equal(PEM_write_X509(out, authority_certificate), 1);
    assert_int_equal(fclose(out), 0);
}

int authority_create(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/ca.pem", folder);
    authority_key = EVP_EC_gen("P-256");
    assert_non_null(authority_key);
    authority_certificate = certificate_create(authority_key, "Test Authority", 1, 86400);
    X509_set_issuer_name(authority_certificate, X509_get_subject_name(authority_certificate));
    extend(authority_certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(authority_certificate, NID_key_usage, "critical,keyCertSign");
    X509_sign(authority_certificate, authority_key, EVP_sha256());
    write_certificate();
    unsetenv("CURL_CA_BUNDLE");
    unsetenv("SSL_CERT_DIR");
    return setenv("SSL_CERT_FILE", file, 1);
}

int authority_remove(void **state)
{
    (void)state;
    unsetenv("SSL_CERT_FILE");
    EVP_PKEY_free(authority_key);
    X509_free(authority_certificate);
    return unlink(file) || rmdir(folder);
}

const char *authority_file(void)
{
    return file;
}

void authority_certify(SSL_CTX *context, const char *names, long good_seconds, int by_authority)
{
    static long serial = 1;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = certificate_create(key, "Test Server", ++serial, good_seconds);
    X509 *issuer = by_authority ? authority_certificate : certificate;
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    extend(certificate, NID_subject_alt_name, names);
    X509_sign(certificate, by_authority ? authority_key : key, EVP_sha256());
    assert_int_equal(SSL_CTX_use_certificate(context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
}
