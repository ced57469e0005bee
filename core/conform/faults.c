/* SPDX-License-Identifier: Apache-2.0
 *
 * faults.c - a recording with one answer spoilt, in every way that vendors
 * and networks do.
 */
#include "private.h"

#include "net/exchange.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define DEEP 200000

static const int is_network[] = { MD_ERR_NETWORK, 0 };
static const int is_auth[] = { MD_ERR_AUTH, 0 };
/* Also of a provider that knows its vendor's own 404 from others.          */
static const int is_unknown[] = { MD_ERR_NOT_FOUND, MD_ERR_REQUEST,
                                  MD_ERR_PROTOCOL, 0 };
static const int is_limited[] = { MD_ERR_LIMITED, MD_ERR_QUOTA, 0 };
static const int is_broken[] = { MD_ERR_PROTOCOL, MD_ERR_NETWORK, 0 };
static const int is_nonsense[] = { MD_ERR_PROTOCOL, 0 };

const Fault faults[] = {
  { "refuse", "a refused connection", is_network },
  { "401", "HTTP 401", is_auth },
  { "404", "HTTP 404", is_unknown },
  { "429", "HTTP 429 with Retry-After", is_limited },
  { "500", "HTTP 500", is_network },
  { "reset", "an answer whose connection breaks", is_network },
  { "cut", "half an answer that claims to be whole", is_broken },
  { "empty", "an empty answer", is_broken },
  { "html", "a web page", is_nonsense },
  { "types", "JSON with the wrong types", is_nonsense, TRUE },
  { "deep", "JSON that is nested without end", is_nonsense },
  { NULL }
};

/* ---- answers ----------------------------------------------------------- */

static void
set_body (Exchange *exchange, GBytes *body)
{
  g_bytes_unref (exchange->body);
  exchange->body = body;
}

static void
set_answer (Exchange *exchange, int status, const char *header,
            const char *body)
{
  exchange->status = status;
  exchange->failure.klass = MD_OK;
  g_ptr_array_set_size (exchange->headers, 0);
  headers_add (exchange->headers, header, strlen (header));
  set_body (exchange, g_bytes_new (body, strlen (body)));
}

static void
set_failure (Exchange *exchange, const char *message)
{
  md_error_init (&exchange->failure);
  md_fail (&exchange->failure, MD_ERR_NETWORK, "%s", message);
}

static void
cut_body (Exchange *exchange)
{
  gsize len = g_bytes_get_size (exchange->body);

  set_body (exchange, g_bytes_new (g_bytes_get_data (exchange->body, NULL),
                                   len / 2));
}

/* Numbers become texts, texts objects; what was no JSON stays.             */
static json_t *
wrong_types (const json_t *value)
{
  json_t *copy, *item;
  const char *name;
  size_t i;

  if (json_is_object (value)) {
    copy = json_object ();
    json_object_foreach ((json_t *) value, name, item)
      json_object_set_new (copy, name, wrong_types (item));
    return copy;
  }
  if (json_is_array (value)) {
    copy = json_array ();
    json_array_foreach (value, i, item)
      json_array_append_new (copy, wrong_types (item));
    return copy;
  }
  return json_is_number (value) ? json_string ("x")
         : json_is_string (value) ? json_object () : json_integer (7);
}

static gboolean
spoil_types (Exchange *exchange)
{
  gsize len;
  const char *data = g_bytes_get_data (exchange->body, &len);
  json_t *value = json_loadb (data, len, 0, NULL), *wrong;
  char *text;

  if (value == NULL)
    return FALSE;
  wrong = wrong_types (value);
  text = json_dumps (wrong, JSON_COMPACT);
  set_body (exchange, g_bytes_new (text, strlen (text)));
  free (text);
  json_decref (wrong);
  json_decref (value);
  return TRUE;
}

/* FALSE when this answer cannot have it.                                   */
static gboolean
spoil (Exchange *exchange, const char *fault)
{
  gboolean has_body = exchange->status != 0
                      && g_bytes_get_size (exchange->body) > 1;
  g_autofree char *deep = NULL;

  if (strcmp (fault, "refuse") == 0) {
    set_answer (exchange, 0, "", "");
    set_failure (exchange, "the connection was refused");
  } else if (strcmp (fault, "429") == 0) {
    set_answer (exchange, 429, "Retry-After: 7", "too fast");
  } else if (g_ascii_isdigit (*fault)) {
    set_answer (exchange, atoi (fault), "Content-Type: text/plain", "no");
  } else if (strcmp (fault, "html") == 0) {
    set_answer (exchange, 200, "Content-Type: text/html",
                "<!DOCTYPE html><html><body>Sign in</body></html>");
  } else if (strcmp (fault, "empty") == 0) {
    set_answer (exchange, 200, "Content-Type: application/json", "");
  } else if (strcmp (fault, "deep") == 0) {
    deep = g_strnfill (DEEP, '[');
    set_answer (exchange, 200, "Content-Type: application/json", deep);
  } else if (strcmp (fault, "types") == 0) {
    return has_body && spoil_types (exchange);
  } else {
    if (!has_body)
      return FALSE;
    cut_body (exchange);
    if (strcmp (fault, "reset") == 0)
      set_failure (exchange, "the connection was reset");
  }
  return TRUE;
}

/* ---- the file ---------------------------------------------------------- */

/* Bodies in files of their own are taken in: the copy lies elsewhere.      */
static gboolean
take_in (Exchange *exchange, const char *recording, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (recording), *path = NULL;
  g_autofree char *data = NULL;
  gsize len;

  if (exchange->side_file == NULL)
    return TRUE;
  path = g_build_filename (dir, exchange->side_file, NULL);
  if (!g_file_get_contents (path, &data, &len, error))
    return FALSE;
  set_body (exchange, g_bytes_new (data, len));
  g_clear_pointer (&exchange->side_file, g_free);
  return TRUE;
}

static GPtrArray *
read_exchanges (const char *recording, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) exchanges = NULL;
  gsize len;

  if (!g_file_get_contents (recording, &text, &len, error))
    return NULL;
  exchanges = exchange_parse (text, len, error);
  for (guint i = 0; exchanges != NULL && i < exchanges->len; i++) {
    if (!take_in (g_ptr_array_index (exchanges, i), recording, error))
      return NULL;
  }
  return g_steal_pointer (&exchanges);
}

gint
fault_count (const char *recording, GError **error)
{
  g_autoptr (GPtrArray) exchanges = read_exchanges (recording, error);

  return exchanges != NULL ? (gint) exchanges->len : -1;
}

gboolean
fault_write (const char *recording, guint at, const Fault *fault,
             const char *path, GError **error)
{
  g_autoptr (GPtrArray) exchanges = read_exchanges (recording, error);
  g_autoptr (GString) out = g_string_new (EXCHANGE_MAGIC "\n");

  if (exchanges == NULL
      || !spoil (g_ptr_array_index (exchanges, at), fault->name))
    return FALSE;
  for (guint i = 0; i < exchanges->len; i++)
    exchange_print (g_ptr_array_index (exchanges, i), out);
  return g_file_set_contents (path, out->str, (gssize) out->len, error);
}
