/* SPDX-License-Identifier: Apache-2.0
 *
 * net-certs.h - a certificate authority for the length of a test.
 */
#pragma once

#include <glib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

typedef struct {
  EVP_PKEY *key;
  X509 *cert;
} Authority;

static inline void
add_extension (X509 *cert, X509 *issuer, int nid, const char *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;

  X509V3_set_ctx (&context, issuer, cert, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  g_assert_nonnull (extension);
  X509_add_ext (cert, extension, -1);
  X509_EXTENSION_free (extension);
}

/* `san` NULL: an authority.  Valid from a day ago to `days` from now.      */
static inline X509 *
make_cert (EVP_PKEY *key, const Authority *issuer, const char *name,
           const char *san, long days)
{
  X509 *cert = X509_new ();
  X509_NAME *subject = X509_get_subject_name (cert);

  X509_set_version (cert, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (cert), g_random_int () >> 1);
  X509_gmtime_adj (X509_getm_notBefore (cert), -86400 * 3);
  X509_gmtime_adj (X509_getm_notAfter (cert), 86400 * days);
  X509_set_pubkey (cert, key);
  X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_ASC,
                              (const guchar *) name, -1, -1, 0);
  X509_set_issuer_name (cert, issuer != NULL
                                ? X509_get_subject_name (issuer->cert)
                                : subject);
  add_extension (cert, issuer != NULL ? issuer->cert : cert,
                 NID_basic_constraints,
                 san == NULL ? "critical,CA:TRUE" : "CA:FALSE");
  if (san != NULL)
    add_extension (cert, issuer->cert, NID_subject_alt_name, san);
  g_assert_cmpint (X509_sign (cert, issuer != NULL ? issuer->key : key,
                              EVP_sha256 ()), >, 0);
  return cert;
}

static inline char *
write_pem (const char *folder, const char *name, X509 *cert, EVP_PKEY *key)
{
  char *path = g_build_filename (folder, name, NULL);
  FILE *file = fopen (path, "w");

  if (cert != NULL)
    PEM_write_X509 (file, cert);
  if (key != NULL)
    PEM_write_PrivateKey (file, key, NULL, NULL, 0, NULL, NULL);
  fclose (file);
  return path;
}

static inline Authority
authority_new (const char *name)
{
  Authority authority = { EVP_EC_gen ("P-256"), NULL };

  authority.cert = make_cert (authority.key, NULL, name, NULL, 30);
  return authority;
}

static inline void
authority_clear (Authority *authority)
{
  X509_free (authority->cert);
  EVP_PKEY_free (authority->key);
}

/* A PEM file with the key and the certificate of a server.                 */
static inline char *
issue (const Authority *authority, const char *folder, const char *name,
       const char *san, long days)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *cert = make_cert (key, authority, name, san, days);
  char *path = write_pem (folder, name, cert, key);

  X509_free (cert);
  EVP_PKEY_free (key);
  return path;
}
