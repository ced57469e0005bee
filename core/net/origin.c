/* SPDX-License-Identifier: Apache-2.0
 *
 * origin.c - where a URL leads.  libcurl's own parser decides, so that what
 * is checked here and what is contacted later cannot differ.
 */
#include "request.h"

#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CURLU, curl_url_cleanup)

static char *
part (CURLU *url, CURLUPart which, unsigned int flags)
{
  char *text = NULL;
  char *copy;

  if (curl_url_get (url, which, &text, flags) != CURLUE_OK)
    return NULL;
  copy = g_strdup (text);
  curl_free (text);
  return copy;
}

static gboolean
is_http (const char *scheme)
{
  return scheme != NULL
         && (strcmp (scheme, "http") == 0 || strcmp (scheme, "https") == 0);
}

/* Schemes that libcurl does not know, by one that it parses alike.         */
static const struct {
  const char *scheme, *alike;
  gboolean needs_port;
} schemes[] = {
  { "http", "http", FALSE }, { "https", "https", FALSE },
  { "ws", "http", FALSE },   { "wss", "https", FALSE },
  { "tcp", "http", TRUE },   { "tls", "https", TRUE },
};

static gssize
scheme_index (const char *text)
{
  const char *end = strstr (text, "://");

  for (gsize i = 0; end != NULL && i < G_N_ELEMENTS (schemes); i++) {
    if (strlen (schemes[i].scheme) == (gsize) (end - text)
        && g_ascii_strncasecmp (text, schemes[i].scheme,
                                (gsize) (end - text)) == 0)
      return (gssize) i;
  }
  return -1;
}

char *
url_alike (const char *text)
{
  gssize i = scheme_index (text);

  return i < 0 ? NULL
               : g_strconcat (schemes[i].alike, strstr (text, "://"), NULL);
}

char *
net_origin (const char *text)
{
  g_autoptr (CURLU) url = curl_url ();
  g_autofree char *alike = url_alike (text);
  g_autofree char *host = NULL, *port = NULL, *lower = NULL;
  gssize i = scheme_index (text);

  if (alike == NULL || curl_url_set (url, CURLUPART_URL, alike, 0) != CURLUE_OK)
    return NULL;
  host = part (url, CURLUPART_HOST, 0);
  port = part (url, CURLUPART_PORT,
               schemes[i].needs_port ? 0 : CURLU_DEFAULT_PORT);
  if (host == NULL || port == NULL)
    return NULL;
  lower = g_ascii_strdown (host, -1);
  return g_strdup_printf ("%s://%s:%s", schemes[i].scheme, lower, port);
}

gboolean
url_is_local (const char *url)
{
  return url[0] == '/' || g_ascii_strncasecmp (url, "file:", 5) == 0;
}

/* What comes before "://", for the refusal of other schemes.               */
static int
refuse_url (const char *text, const char *why, struct md_error *err)
{
  const char *colon = strstr (text, "://");

  if (colon != NULL && colon - text < 20
      && g_ascii_strncasecmp (text, "http", 4) != 0)
    return md_fail (err, MD_ERR_REQUEST, "the scheme \"%.*s\" is none of "
                    "http, https and file", (int) (colon - text), text);
  return md_fail (err, MD_ERR_REQUEST, "this is not a URL: %s", why);
}

char *
url_normal (const char *text, struct md_error *err)
{
  g_autoptr (CURLU) url = curl_url ();
  g_autofree char *scheme = NULL, *user = NULL;
  CURLUcode code = curl_url_set (url, CURLUPART_URL, text, 0);

  if (code != CURLUE_OK) {
    refuse_url (text, curl_url_strerror (code), err);
    return NULL;
  }
  scheme = part (url, CURLUPART_SCHEME, 0);
  user = part (url, CURLUPART_USER, 0);
  if (!is_http (scheme)) {
    refuse_url (text, "unknown scheme", err);
    return NULL;
  }
  if (user != NULL) {
    md_fail (err, MD_ERR_REQUEST, "the URL holds a user name; credentials "
             "belong into the auth of the request");
    return NULL;
  }
  curl_url_set (url, CURLUPART_FRAGMENT, NULL, 0);
  return part (url, CURLUPART_URL, 0);
}

gboolean
origin_is_declared (const char *url, const char *const *origins)
{
  g_autofree char *origin = net_origin (url);

  if (origins == NULL)
    return TRUE;
  return origin != NULL && g_strv_contains (origins, origin);
}

/* ---- queries ------------------------------------------------------------ */

static char *
recode (const char *text)
{
  g_autofree char *blanks = g_strdelimit (g_strdup (text), "+", ' ');
  g_autofree char *plain = g_uri_unescape_string (blanks, NULL);

  return g_uri_escape_string (plain != NULL ? plain : text, NULL, FALSE);
}

static char *
recode_parameter (const char *parameter)
{
  const char *equals = strchr (parameter, '=');
  g_autofree char *raw_name
    = g_strndup (parameter, equals != NULL ? (gsize) (equals - parameter)
                                           : strlen (parameter));
  g_autofree char *name = recode (raw_name);
  g_autofree char *value = recode (equals != NULL ? equals + 1 : "");

  return g_strconcat (name, "=", value, NULL);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char *
query_canonical (const char *query)
{
  g_auto (GStrv) raw = g_strsplit (query, "&", -1);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; raw[i] != NULL; i++) {
    if (raw[i][0] != '\0')
      g_ptr_array_add (parts, recode_parameter (raw[i]));
  }
  g_ptr_array_sort (parts, compare_texts);
  g_ptr_array_add (parts, NULL);
  return g_strjoinv ("&", (char **) parts->pdata);
}
