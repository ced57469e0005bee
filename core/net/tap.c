/* SPDX-License-Identifier: Apache-2.0
 *
 * tap.c - looks at the bytes that pass.
 */
#include "tap.h"

#include <openssl/evp.h>

/* What is kept goes into one value of the store.                           */
#define MOST_KEPT (1024u * 1024 * 1024)

struct Tap {
  Source base;
  Source *upstream;
  guint flags;
  Recording *recording;
  EVP_MD_CTX *digest;     /* GLib's SHA-256 is four times slower            */
  GByteArray *kept;
  GBytes *wire;           /* all of it                                      */
  char *hash;
  guint64 count;
};

static void
digest_begin (Tap *tap)
{
  tap->digest = EVP_MD_CTX_new ();
  if (tap->digest == NULL
      || EVP_DigestInit_ex (tap->digest, EVP_sha256 (), NULL) != 1)
    g_error ("OpenSSL: no SHA-256");
}

static void
digest_end (Tap *tap)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int len;
  GString *text = g_string_new (NULL);

  EVP_DigestFinal_ex (tap->digest, digest, &len);
  for (unsigned int i = 0; i < len; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  tap->hash = g_string_free (text, FALSE);
}

/* ---- passing by ---------------------------------------------------------- */

static int
tap_end (Tap *tap, struct md_error *err)
{
  if (tap->digest != NULL && tap->hash == NULL)
    digest_end (tap);
  if (tap->kept != NULL)
    tap->wire = g_byte_array_free_to_bytes (g_steal_pointer (&tap->kept));
  return tap->recording != NULL ? recording_end (tap->recording, err) : MD_OK;
}

static int
tap_take (Tap *tap, const guint8 *data, gsize len, struct md_error *err)
{
  tap->count += len;
  if (tap->digest != NULL)
    EVP_DigestUpdate (tap->digest, data, len);
  if (tap->kept != NULL && tap->count > MOST_KEPT)
    return md_fail (err, MD_ERR_REQUEST, "more than 1 GiB cannot be kept as "
                    "raw answer; ask for less, or do not keep it");
  if (tap->kept != NULL)
    g_byte_array_append (tap->kept, data, (guint) len);
  return tap->recording != NULL
           ? recording_data (tap->recording, data, len, err) : MD_OK;
}

static int
tap_next (Source *source, const guint8 **ret_data, gsize *ret_len,
          struct md_error *err)
{
  Tap *tap = (Tap *) source;
  int klass = source_next (tap->upstream, ret_data, ret_len, err);

  if (klass != MD_OK) {
    if (tap->recording != NULL)
      recording_fail (tap->recording, err);
    return klass;
  }
  return *ret_len == 0 ? tap_end (tap, err)
                       : tap_take (tap, *ret_data, *ret_len, err);
}

static void
tap_free (Source *source)
{
  Tap *tap = (Tap *) source;

  source_free (tap->upstream);
  recording_free (tap->recording);
  EVP_MD_CTX_free (tap->digest);
  if (tap->kept != NULL)
    g_byte_array_unref (tap->kept);
  g_clear_pointer (&tap->wire, g_bytes_unref);
  g_free (tap->hash);
  g_free (tap);
}

static Tap *
tap_create (guint flags, Recording *recording)
{
  static const SourceOps ops = { .next = tap_next, .free = tap_free };
  Tap *tap = g_new0 (Tap, 1);

  tap->base.ops = &ops;
  tap->base.cut_class = MD_ERR_NETWORK;
  tap->flags = flags;
  tap->recording = recording;
  return tap;
}

Tap *
tap_new (Source *upstream, guint flags, Recording *recording)
{
  Tap *tap = tap_create (flags, recording);

  tap->base.cut_class = upstream->cut_class;
  tap->upstream = upstream;
  if (flags != 0)
    digest_begin (tap);
  if (flags & TAP_KEEP)
    tap->kept = g_byte_array_new ();
  return tap;
}

Tap *
tap_whole (GBytes *bytes, guint flags, Recording *recording,
           struct md_error *err)
{
  Tap *tap = tap_create (flags, recording);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  int klass = MD_OK;

  tap->count = len;
  tap->wire = g_bytes_ref (bytes);
  tap->base.ended = TRUE;
  if (recording != NULL && len > 0)
    klass = recording_data (recording, data, len, err);
  if (recording != NULL && klass == MD_OK)
    klass = recording_end (recording, err);
  if (klass == MD_OK)
    return tap;
  source_free (&tap->base);
  return NULL;
}

/* ---- what was seen ------------------------------------------------------- */

Source *
tap_source (Tap *tap)
{
  return &tap->base;
}

guint64
tap_count (const Tap *tap)
{
  return tap->count;
}

GBytes *
tap_wire (Tap *tap)
{
  return tap->flags & TAP_KEEP ? tap->wire : NULL;
}

const char *
tap_hash (Tap *tap)
{
  if (tap->hash == NULL && tap->digest == NULL && tap->flags != 0) {
    gsize len;
    const guint8 *data = g_bytes_get_data (tap->wire, &len);

    digest_begin (tap);
    EVP_DigestUpdate (tap->digest, data, len);
    digest_end (tap);
  }
  return tap->hash;
}
