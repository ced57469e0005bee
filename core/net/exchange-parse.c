/* SPDX-License-Identifier: Apache-2.0
 *
 * exchange-parse.c - reads a file of recorded exchanges.  People edit these:
 * every complaint names its line.
 */
#include "exchange.h"

#include <string.h>

#define CLIP 60 /* of a line, in a message                                  */

/* A body under way: lines or base64, not both.                             */
typedef struct {
  GByteArray *bytes;
  gboolean has_text, has_base64;
} Collected;

typedef struct {
  GPtrArray *exchanges;
  Exchange *current;      /* the last of them                               */
  Collected sent, got;
  guint line;
} Parser;

static gboolean
complain (const Parser *parser, GError **error, const char *what,
          const char *text, gsize len)
{
  g_autofree char *clipped = g_strndup (text, MIN (len, CLIP));
  g_autofree char *shown = g_utf8_make_valid (clipped, -1);

  g_set_error (error, CORE_ERROR, CORE_ERROR_DATA, "line %u: %s: \"%s\"",
               parser->line, what, shown);
  return FALSE;
}

/* ---- bodies -------------------------------------------------------------- */

static void
collected_into (Collected *collected, GBytes **bytes)
{
  g_bytes_unref (*bytes);
  *bytes = g_bytes_new (collected->bytes->data, collected->bytes->len);
  g_byte_array_set_size (collected->bytes, 0);
  collected->has_text = collected->has_base64 = FALSE;
}

static void
finish_current (Parser *parser)
{
  if (parser->current == NULL)
    return;
  collected_into (&parser->sent, &parser->current->request_body);
  collected_into (&parser->got, &parser->current->body);
}

/* After the "|": "", "r", " text" or "r text".                             */
static gboolean
take_text (Parser *parser, Collected *collected, const char *text, gsize len,
           GError **error)
{
  gboolean returns = len > 0 && text[0] == 'r';
  gsize skip = returns + (len > (gsize) returns);

  if (collected->has_base64
      || (len > (gsize) returns && text[returns] != ' '))
    return complain (parser, error, "a blank must stand between | and the "
                     "text, and no base64 before it", text, len);
  if (collected->has_text)
    g_byte_array_append (collected->bytes, (const guint8 *) "\n", 1);
  collected->has_text = TRUE;
  g_byte_array_append (collected->bytes, (const guint8 *) text + skip,
                       (guint) (len - skip));
  if (returns)
    g_byte_array_append (collected->bytes, (const guint8 *) "\r", 1);
  return TRUE;
}

static gboolean
take_base64 (Parser *parser, Collected *collected, const char *text, gsize len,
             GError **error)
{
  g_autofree char *copy = g_strndup (text, len);
  gsize digits = strspn (copy, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "abcdefghijklmnopqrstuvwxyz0123456789+/");
  gsize n;

  if (collected->has_text || len == 0 || len % 4 != 0
      || strspn (copy + digits, "=") != len - digits || len - digits > 2)
    return complain (parser, error, "this is no line of base64, or text stands "
                     "before it", text, len);
  collected->has_base64 = TRUE;
  g_base64_decode_inplace (copy, &n);
  g_byte_array_append (collected->bytes, (const guint8 *) copy, (guint) n);
  return TRUE;
}

/* ---- lines --------------------------------------------------------------- */

static gboolean
add_header (GPtrArray *headers, const char *text, gsize len)
{
  g_autofree char *line = g_strndup (text, len);

  return strlen (line) == len && headers_are_sound (line)
         && headers_add (headers, line, len);
}

static gboolean
take_request (Parser *parser, const char *text, gsize len, GError **error)
{
  const char *blank = memchr (text, ' ', len);
  g_autofree char *method = NULL, *url = NULL;

  if (blank == NULL || blank + 1 == text + len
      || memchr (text, '\0', len) != NULL
      || memchr (blank + 1, ' ', (gsize) (text + len - blank - 1)) != NULL)
    return complain (parser, error, "a request is METHOD URL", text, len);
  finish_current (parser);
  method = g_strndup (text, (gsize) (blank - text));
  url = g_strndup (blank + 1, (gsize) (text + len - blank - 1));
  parser->current = exchange_new (method, url);
  parser->current->line = parser->line;
  g_ptr_array_add (parser->exchanges, parser->current);
  return TRUE;
}

static gboolean
take_answer (Parser *parser, const char *text, gsize len, GError **error)
{
  Exchange *current = parser->current;

  if (len == 3 && g_ascii_isdigit (text[0]) && g_ascii_isdigit (text[1])
      && g_ascii_isdigit (text[2]) && current->status == 0 && text[0] != '0') {
    current->status = (text[0] - '0') * 100 + (text[1] - '0') * 10
                      + (text[2] - '0');
    return TRUE;
  }
  if (current->status != 0 && add_header (current->headers, text, len))
    return TRUE;
  return complain (parser, error, "one status of three digits, then headers",
                   text, len);
}

static gboolean
take_failure (Parser *parser, const char *text, gsize len, GError **error)
{
  static const int classes[] = {
    MD_ERR_CONFIG, MD_ERR_REQUEST, MD_ERR_NETWORK, MD_ERR_PROTOCOL,
    MD_ERR_CANCELLED, MD_ERR_UNSUPPORTED, MD_ERR_INTERNAL,
  };
  g_autofree char *copy = g_strndup (text, len);
  g_autofree char *valid = g_utf8_make_valid (copy, -1);
  char *sentence = strchr (valid, ' ');

  for (gsize i = 0; sentence != NULL && i < G_N_ELEMENTS (classes); i++) {
    gsize n = (gsize) (sentence - valid);
    const char *name = error_class_name (classes[i]);

    if (strlen (name) == n && strncmp (valid, name, n) == 0) {
      md_fail (&parser->current->failure, classes[i], "%s", sentence + 1);
      return TRUE;
    }
  }
  return complain (parser, error, "a failure is a class and a sentence", text,
                   len);
}

static gboolean
take_side_file (Parser *parser, const char *text, gsize len, GError **error)
{
  if (len == 0 || memchr (text, '/', len) != NULL
      || memchr (text, '\0', len) != NULL || text[0] == '.'
      || parser->current->side_file != NULL)
    return complain (parser, error, "a file of a body is one plain name", text,
                     len);
  parser->current->side_file = g_strndup (text, len);
  return TRUE;
}

static gboolean
take_header (Parser *parser, const char *text, gsize len, GError **error)
{
  if (add_header (parser->current->request_headers, text, len))
    return TRUE;
  return complain (parser, error, "a header is Name: value", text, len);
}

static gboolean
take_body_text (Parser *parser, const char *text, gsize len, GError **error)
{
  return take_text (parser, &parser->got, text, len, error);
}

static gboolean
take_body_base64 (Parser *parser, const char *text, gsize len, GError **error)
{
  return take_base64 (parser, &parser->got, text, len, error);
}

static gboolean
take_sent_text (Parser *parser, const char *text, gsize len, GError **error)
{
  return take_text (parser, &parser->sent, text, len, error);
}

static gboolean
take_sent_base64 (Parser *parser, const char *text, gsize len, GError **error)
{
  return take_base64 (parser, &parser->sent, text, len, error);
}

/* The longer marks first.                                                  */
static const struct {
  const char *mark;
  gboolean (*take) (Parser *parser, const char *text, gsize len,
                    GError **error);
} marks[] = {
  { ">|", take_sent_text }, { ">64 ", take_sent_base64 },
  { "> ", take_header }, { "< ", take_answer }, { "|", take_body_text },
  { "64 ", take_body_base64 }, { "@ ", take_side_file },
  { "! ", take_failure },
};

static gboolean
take_line (Parser *parser, const char *text, gsize len, GError **error)
{
  if (len == 0 || text[0] == '#')
    return TRUE;
  if (g_ascii_isupper (text[0]))
    return take_request (parser, text, len, error);
  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++) {
    gsize n = strlen (marks[i].mark);

    if (len < n || memcmp (text, marks[i].mark, n) != 0)
      continue;
    if (parser->current == NULL)
      return complain (parser, error, "no request stands before it", text, len);
    return marks[i].take (parser, text + n, len - n, error);
  }
  return complain (parser, error, "no line of an exchange begins like this",
                   text, len);
}

static gboolean
take_lines (Parser *parser, const char *text, gsize len, GError **error)
{
  const char *end = text + len;

  while (text < end) {
    const char *stop = memchr (text, '\n', (gsize) (end - text));
    gsize n = (gsize) ((stop != NULL ? stop : end) - text);

    if (parser->line++ == 0) {
      if (n != strlen (EXCHANGE_MAGIC) || memcmp (text, EXCHANGE_MAGIC, n) != 0)
        return complain (parser, error, "a file of recorded exchanges begins "
                         "with \"" EXCHANGE_MAGIC "\"", text, n);
    } else if (!take_line (parser, text, n, error)) {
      return FALSE;
    }
    text = stop != NULL ? stop + 1 : end;
  }
  if (parser->line == 0)
    return complain (parser, error, "the file is empty", "", 0);
  finish_current (parser);
  return TRUE;
}

static gboolean
check_answers (Parser *parser, GError **error)
{
  for (guint i = 0; i < parser->exchanges->len; i++) {
    const Exchange *exchange = g_ptr_array_index (parser->exchanges, i);

    parser->line = exchange->line;
    if (exchange->status == 0 && exchange->failure.klass == MD_OK)
      return complain (parser, error, "this request has no answer",
                       exchange->url, strlen (exchange->url));
  }
  return TRUE;
}

GPtrArray *
exchange_parse (const char *text, gsize len, GError **error)
{
  g_autoptr (GPtrArray) exchanges
    = g_ptr_array_new_with_free_func ((GDestroyNotify) exchange_free);
  g_autoptr (GByteArray) sent = g_byte_array_new ();
  g_autoptr (GByteArray) got = g_byte_array_new ();
  Parser parser = { exchanges, NULL, { sent }, { got }, 0 };

  if (!take_lines (&parser, text, len, error)
      || !check_answers (&parser, error))
    return NULL;
  return g_steal_pointer (&exchanges);
}
