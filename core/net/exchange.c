/* SPDX-License-Identifier: Apache-2.0
 *
 * exchange.c - a recorded exchange: its identity and how it is written.
 */
#include "exchange.h"

#include "request.h"

#include <string.h>

#define BASE64_BYTES 57 /* 76 digits a line                                 */

Exchange *
exchange_new (const char *method, const char *url)
{
  Exchange *exchange = g_new0 (Exchange, 1);

  exchange->method = g_strdup (method);
  exchange->url = g_strdup (url);
  exchange->request_headers = headers_new ();
  exchange->headers = headers_new ();
  exchange->request_body = g_bytes_new_static ("", 0);
  exchange->body = g_bytes_new_static ("", 0);
  return exchange;
}

void
exchange_free (Exchange *exchange)
{
  if (exchange == NULL)
    return;
  g_free (exchange->method);
  g_free (exchange->url);
  g_ptr_array_unref (exchange->request_headers);
  g_ptr_array_unref (exchange->headers);
  g_bytes_unref (exchange->request_body);
  g_bytes_unref (exchange->body);
  g_free (exchange->side_file);
  g_free (exchange);
}

/* ---- identity ------------------------------------------------------------ */

/* From the path on.                                                        */
static const char *
url_target (const char *url)
{
  const char *authority = strstr (url, "://");

  if (authority == NULL)
    return url;
  return authority + 3 + strcspn (authority + 3, "/?");
}

char *
exchange_title (const Exchange *exchange)
{
  return g_strconcat (exchange->method, " ", url_target (exchange->url), NULL);
}

char *
exchange_key (const Exchange *exchange)
{
  g_auto (GStrv) halves = g_strsplit (url_target (exchange->url), "?", 2);
  const char *path = halves[0] != NULL && halves[0][0] != '\0' ? halves[0]
                                                               : "/";
  g_autofree char *query
    = query_canonical (halves[0] != NULL && halves[1] != NULL ? halves[1] : "");
  const char *range = headers_get (exchange->request_headers, "Range");
  g_autofree char *hash
    = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, exchange->request_body);

  return g_strjoin ("\n", exchange->method, path, query,
                    range != NULL ? range : "", hash, NULL);
}

/* ---- text ---------------------------------------------------------------- */

gboolean
exchange_is_text (const guint8 *data, gsize len)
{
  for (gsize i = 0; i < len; i++) {
    gboolean ends_line = i + 1 == len || data[i + 1] == '\n';

    if ((data[i] < 0x20 && data[i] != '\t' && data[i] != '\n'
         && !(data[i] == '\r' && ends_line))
        || data[i] == 0x7f)
      return FALSE;
  }
  return g_utf8_validate_len ((const char *) data, len, NULL);
}

static void
print_text (const char *text, gsize len, const char *mark, GString *out)
{
  const char *end = text + len;

  for (;;) {
    const char *stop = memchr (text, '\n', (gsize) (end - text));
    gsize n = (gsize) ((stop != NULL ? stop : end) - text);
    gboolean returns = n > 0 && text[n - 1] == '\r';

    n -= returns;
    g_string_append_printf (out, "%s|%s%s", mark, returns ? "r" : "",
                            n > 0 ? " " : "");
    g_string_append_len (out, text, (gssize) n);
    g_string_append_c (out, '\n');
    if (stop == NULL)
      break;
    text = stop + 1;
  }
}

static void
print_base64 (const guint8 *data, gsize len, const char *mark, GString *out)
{
  for (gsize at = 0; at < len; at += BASE64_BYTES) {
    g_autofree char *line
      = g_base64_encode (data + at, MIN (len - at, BASE64_BYTES));

    g_string_append_printf (out, "%s64 %s\n", mark, line);
  }
}

static void
print_body (GBytes *body, const char *mark, GString *out)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (body, &len);

  if (len == 0)
    return;
  if (exchange_is_text (data, len))
    print_text ((const char *) data, len, mark, out);
  else
    print_base64 (data, len, mark, out);
}

static void
print_headers (const GPtrArray *headers, const char *mark, GString *out)
{
  for (guint i = 0; i < headers->len; i++) {
    const Header *header = g_ptr_array_index (headers, i);

    g_string_append_printf (out, "%s %s: %s\n", mark, header->name,
                            header->value);
  }
}

void
exchange_print (const Exchange *exchange, GString *out)
{
  g_string_append_printf (out, "\n%s %s\n", exchange->method, exchange->url);
  print_headers (exchange->request_headers, ">", out);
  print_body (exchange->request_body, ">", out);
  if (exchange->status != 0)
    g_string_append_printf (out, "< %d\n", exchange->status);
  print_headers (exchange->headers, "<", out);
  if (exchange->side_file != NULL)
    g_string_append_printf (out, "@ %s\n", exchange->side_file);
  print_body (exchange->body, "", out);
  if (exchange->failure.klass != MD_OK)
    g_string_append_printf (out, "! %s %s\n",
                            error_class_name (exchange->failure.klass),
                            exchange->failure.message);
}
