/* SPDX-License-Identifier: Apache-2.0
 *
 * record-body.c - bodies without secrets.
 *
 * Text loses a secret for "***"; in binary data asterisks take its place byte
 * for byte, so that lengths stay true.  What is compressed can be neither, so
 * it is looked through, and refused when a secret is inside.
 */
#include "record-body.h"

#include "content.h"
#include "exchange.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST_TEXT   (1024 * 1024)
#define MOST_BINARY (64 * 1024)
/* Looking through more than this costs more than it is worth.              */
#define MOST_LOOKED (G_GUINT64_CONSTANT (4) << 30)

struct RecordBody {
  const Redactor *redactor;
  char *(*new_path) (gpointer data);
  gpointer data;
  GByteArray *held;  /* not written yet                                     */
  char *path;        /* of the file, once there is one                      */
  FILE *file;
};

RecordBody *
record_body_new (const Redactor *redactor, char *(*new_path) (gpointer data),
                 gpointer data)
{
  RecordBody *body = g_new0 (RecordBody, 1);

  body->redactor = redactor;
  body->new_path = new_path;
  body->data = data;
  body->held = g_byte_array_new ();
  return body;
}

void
record_body_free (RecordBody *body)
{
  if (body->file != NULL)
    fclose (body->file);
  g_byte_array_unref (body->held);
  g_free (body->path);
  g_free (body);
}

/* ---- binary -------------------------------------------------------------- */

/* Secrets that begin before `end`.                                         */
static void
mask (RecordBody *body, gsize end)
{
  gsize from = 0, at, len;

  while (redactor_find (body->redactor, (char *) body->held->data,
                        body->held->len, from, &at, &len)
         && at < end) {
    memset (body->held->data + at, '*', len);
    from = at + len;
  }
}

/* Writes the first n bytes that are held.                                  */
static int
write_held (RecordBody *body, gsize n, struct md_error *err)
{
  if (body->file == NULL) {
    body->path = body->new_path (body->data);
    body->file = fopen (body->path, "we");
  }
  if (body->file == NULL
      || fwrite (body->held->data, 1, n, body->file) != n)
    return md_fail (err, MD_ERR_CONFIG, "the recorded body %s cannot be "
                    "written: %s", body->path, g_strerror (errno));
  g_byte_array_remove_range (body->held, 0, (guint) n);
  return MD_OK;
}

/* What a secret may still be completed in stays.                           */
static int
spill (RecordBody *body, struct md_error *err)
{
  gsize reach = MIN (redactor_reach (body->redactor), body->held->len);

  mask (body, body->held->len - reach);
  return write_held (body, body->held->len - reach, err);
}

int
record_body_add (RecordBody *body, const guint8 *data, gsize len,
                 struct md_error *err)
{
  while (len > 0) {
    gsize n = MIN (len, MOST_TEXT);
    int klass = MD_OK;

    g_byte_array_append (body->held, data, (guint) n);
    if (body->held->len > MOST_TEXT)
      klass = spill (body, err);
    if (klass != MD_OK)
      return klass;
    data += n;
    len -= n;
  }
  return MD_OK;
}

/* ---- compressed ----------------------------------------------------------- */

/* FALSE also for what cannot be decompressed to its end: then its secrets,
 * if any, cannot be read either.                                           */
static gboolean
member_holds_secret (const Redactor *redactor, Content *content, char *buf,
                     guint64 *looked)
{
  gsize reach = redactor_reach (redactor), kept = 0, n, at, len;
  struct md_error err;

  while (content_read (content, buf + kept, SOURCE_BLOCK, &n, &err) == MD_OK
         && n > 0) {
    *looked += n;
    if (*looked > MOST_LOOKED
        || redactor_find (redactor, buf, kept + n, 0, &at, &len))
      return TRUE;
    at = kept + n - MIN (reach, kept + n);
    kept += n - at;
    memmove (buf, buf + at, kept);
  }
  return FALSE;
}

static gboolean
holds_secret (const Redactor *redactor, Source *source)
{
  Content *content = content_new (source, NULL, FALSE);
  g_autofree char *buf = g_malloc (redactor_reach (redactor) + SOURCE_BLOCK);
  gboolean found = FALSE;
  guint64 looked = 0;
  const char *name;
  gsize at, len;
  struct md_error err;

  while (!found && content_next (content, &name, &err) == MD_OK
         && name != NULL)
    found = redactor_find (redactor, name, strlen (name), 0, &at, &len)
            || member_holds_secret (redactor, content, buf, &looked);
  content_free (content);
  return found;
}

static int
look_through (RecordBody *body, Source *source, struct md_error *err)
{
  Packing packing = PACKED_NOT;

  if (decode_sniff (source, &packing, err) != MD_OK || packing == PACKED_NOT
      || redactor_reach (body->redactor) == 0
      || !holds_secret (body->redactor, source))
    return MD_OK;
  return md_fail (err, MD_ERR_CONFIG, "its compressed body holds a secret, or "
                  "is too large to look through, so it was not recorded");
}

/* ---- the end -------------------------------------------------------------- */

static int
finish_file (RecordBody *body, char **ret_file, struct md_error *err)
{
  g_autoptr (Source) source = NULL;
  int klass;

  mask (body, body->held->len);
  klass = write_held (body, body->held->len, err);
  if (klass == MD_OK && fclose (g_steal_pointer (&body->file)) != 0)
    klass = md_fail (err, MD_ERR_CONFIG, "the recorded body %s cannot be "
                     "written: %s", body->path, g_strerror (errno));
  if (klass == MD_OK)
    klass = file_open_path (body->path, &source, err);
  if (klass == MD_OK)
    klass = look_through (body, source, err);
  if (klass != MD_OK)
    unlink (body->path);
  else
    *ret_file = g_path_get_basename (body->path);
  return klass;
}

static int
finish_in_line (RecordBody *body, gboolean is_text, GBytes **bytes,
                struct md_error *err)
{
  g_autoptr (GBytes) whole
    = g_bytes_new_static (body->held->data, body->held->len);
  g_autoptr (Source) source = source_from_bytes (whole, NULL);
  GString *clean;
  int klass = look_through (body, source, err);

  if (klass != MD_OK)
    return klass;
  g_bytes_unref (*bytes);
  if (is_text) {
    clean = g_string_new (NULL);
    redactor_append (body->redactor, clean, (char *) body->held->data,
                     body->held->len);
    *bytes = g_string_free_to_bytes (clean);
  } else {
    mask (body, body->held->len);
    *bytes = g_bytes_new (body->held->data, body->held->len);
  }
  return MD_OK;
}

int
record_body_finish (RecordBody *body, GBytes **bytes, char **ret_file,
                    struct md_error *err)
{
  gboolean is_text;

  if (body->held->len == 0 && body->file == NULL)
    return MD_OK;
  is_text = body->file == NULL
            && exchange_is_text (body->held->data, body->held->len);
  if (body->file != NULL || (!is_text && body->held->len > MOST_BINARY))
    return finish_file (body, ret_file, err);
  return finish_in_line (body, is_text, bytes, err);
}
