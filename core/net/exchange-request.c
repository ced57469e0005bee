/* SPDX-License-Identifier: Apache-2.0
 *
 * exchange-request.c - what of a request and of headers is recorded: without
 * secrets, and the same for the request that looks for its answer later.
 */
#include "exchange.h"

#include <string.h>

/* Credentials by name, and what belongs to the transfer and not to the
 * answer.                                                                  */
static gboolean
is_left_out (const char *name)
{
  static const char *const names[] = {
    "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie",
    "Set-Cookie2", "WWW-Authenticate", "Content-Length", "Content-Encoding",
    "Transfer-Encoding", "Connection", "Keep-Alive", "Alt-Svc", "NEL",
    "Report-To", "Strict-Transport-Security", "Location",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

void
exchange_keep_header (GPtrArray *headers, const Redactor *redactor,
                      const char *name, const char *value)
{
  g_autofree char *line = g_strconcat (name, ": ", value, NULL);
  g_autofree char *clean = redactor_apply (redactor, line);

  if (!is_left_out (name) && headers_are_sound (clean))
    headers_add (headers, clean, strlen (clean));
}

static void
keep_request_headers (Exchange *exchange, const Redactor *redactor,
                      const NetRequest *request)
{
  g_autoptr (GPtrArray) sent = headers_new ();

  for (const char *const *h = request->headers; h != NULL && *h != NULL; h++)
    headers_add (sent, *h, strlen (*h));
  for (guint i = 0; i < sent->len; i++) {
    const Header *header = g_ptr_array_index (sent, i);

    exchange_keep_header (exchange->request_headers, redactor, header->name,
                          header->value);
  }
}

static GBytes *
redacted_bytes (const Redactor *redactor, const void *data, gsize len)
{
  GString *clean = g_string_new (NULL);

  redactor_append (redactor, clean, data, len);
  return g_string_free_to_bytes (clean);
}

Exchange *
exchange_from_request (const NetRequest *request, const char *url,
                       const Redactor *redactor)
{
  g_autofree char *clean = url_redact (url, redactor);
  Exchange *exchange
    = exchange_new (request->method != NULL ? request->method : "GET", clean);
  g_autofree char *range = NULL;

  keep_request_headers (exchange, redactor, request);
  if (request->range_to > 0)
    range = g_strdup_printf ("bytes=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT,
                             request->range_from, request->range_to - 1);
  else if (request->range_from > 0)
    range = g_strdup_printf ("bytes=%" G_GINT64_FORMAT "-",
                             request->range_from);
  if (range != NULL)
    exchange_keep_header (exchange->request_headers, redactor, "Range", range);
  if (request->body_len > 0) {
    g_bytes_unref (exchange->request_body);
    exchange->request_body
      = redacted_bytes (redactor, request->body, request->body_len);
  }
  return exchange;
}
