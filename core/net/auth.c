/* SPDX-License-Identifier: Apache-2.0
 *
 * auth.c - credentials into a request, by kind.
 */
#include "request.h"

#include "headers.h"

#include <string.h>

#define PAYLOAD_HEADER "x-amz-content-sha256"

static gboolean
is_one_line (const char *value)
{
  return value == NULL || strpbrk (value, "\r\n") == NULL;
}

static gboolean
is_header_name (const char *name)
{
  g_autofree char *line = g_strconcat (name, ": x", NULL);

  return headers_are_sound (line) && strchr (name, ':') == NULL;
}

static int
check_names (const NetAuth *auth, struct md_error *err)
{
  gboolean is_header = auth->kind == MD_AUTH_HEADER;

  if (auth->param == NULL || (is_header && !is_header_name (auth->param)))
    return md_fail (err, MD_ERR_CONFIG,
                    "the auth names no proper header, parameter or region");
  if (is_header && auth->param2 != NULL
      && (!is_header_name (auth->param2) || auth->value2 == NULL))
    return md_fail (err, MD_ERR_CONFIG,
                    "the second header of the auth has no proper name or no "
                    "value");
  if (auth->kind == MD_AUTH_SIGV4
      && (auth->param2 == NULL || auth->value2 == NULL
          || strpbrk (auth->param, ":\r\n") != NULL
          || strpbrk (auth->param2, ":\r\n") != NULL))
    return md_fail (err, MD_ERR_CONFIG,
                    "a SigV4 auth needs secret key, region and service");
  return MD_OK;
}

int
auth_check (const NetAuth *auth, struct md_error *err)
{
  switch (auth->kind) {
  case MD_AUTH_NONE:
    return MD_OK;
  case MD_AUTH_BASIC:
  case MD_AUTH_BEARER:
  case MD_AUTH_HEADER:
  case MD_AUTH_QUERY:
  case MD_AUTH_SIGV4:
    break;
  default:
    return md_fail (err, MD_ERR_UNSUPPORTED, "auth kind %d is not known",
                    auth->kind);
  }
  if (auth->value == NULL || auth->value[0] == '\0')
    return md_fail (err, MD_ERR_CONFIG, "the credential is not set");
  if (!is_one_line (auth->value) || !is_one_line (auth->value2))
    return md_fail (err, MD_ERR_CONFIG, "the credential holds a line break");
  if (auth->kind == MD_AUTH_BASIC || auth->kind == MD_AUTH_BEARER)
    return MD_OK;
  return check_names (auth, err);
}

void
auth_secrets (const NetAuth *auth, const char *ret_values[3])
{
  guint n = 0;

  if (auth->kind != MD_AUTH_NONE && auth->value != NULL)
    ret_values[n++] = auth->value;
  if (auth->kind != MD_AUTH_NONE && auth->value2 != NULL)
    ret_values[n++] = auth->value2;
  ret_values[n] = NULL;
}

/* ---- into the URL -------------------------------------------------------- */

static char *
with_parameter (const char *url, const char *name, const char *value)
{
  g_autofree char *left = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *right = g_uri_escape_string (value, NULL, FALSE);

  return g_strconcat (url, strchr (url, '?') != NULL ? "&" : "?", left, "=",
                      right, NULL);
}

/* libcurl 7.88 signs the query as it stands; AWS checks it in canonical
 * order.                                                                   */
static char *
with_canonical_query (const char *url)
{
  const char *query = strchr (url, '?');
  g_autofree char *base = NULL, *sorted = NULL;

  if (query == NULL)
    return g_strdup (url);
  base = g_strndup (url, (gsize) (query - url));
  sorted = query_canonical (query + 1);
  return sorted[0] == '\0' ? g_steal_pointer (&base)
                           : g_strconcat (base, "?", sorted, NULL);
}

char *
auth_url (const NetAuth *auth, const char *url)
{
  switch (auth->kind) {
  case MD_AUTH_QUERY:
    return with_parameter (url, auth->param, auth->value);
  case MD_AUTH_SIGV4:
    return with_canonical_query (url);
  default:
    return g_strdup (url);
  }
}

/* ---- into the headers ---------------------------------------------------- */

static void
add_line (struct curl_slist **lines, const char *name, const char *scheme,
          const char *value)
{
  g_autofree char *line = g_strconcat (name, ": ", scheme, value, NULL);

  *lines = curl_slist_append (*lines, line);
  explicit_bzero (line, strlen (line));
}

static void
add_basic (struct curl_slist **lines, const NetAuth *auth)
{
  g_autofree char *pair
    = g_strconcat (auth->value, ":", auth->value2 != NULL ? auth->value2 : "",
                   NULL);
  g_autofree char *coded
    = g_base64_encode ((const guchar *) pair, strlen (pair));

  add_line (lines, "Authorization", "Basic ", coded);
  explicit_bzero (pair, strlen (pair));
}

static gboolean
names_header (const char *const *lines, const char *name)
{
  for (; lines != NULL && *lines != NULL; lines++) {
    if (headers_line_is (*lines, name))
      return TRUE;
  }
  return FALSE;
}

/* A plugin that wants its payload unsigned says so in the header itself.   */
static void
apply_sigv4 (const NetRequest *request, CURL *easy, struct curl_slist **lines)
{
  const NetAuth *auth = &request->auth;
  g_autofree char *scope
    = g_strconcat ("aws:amz:", auth->param, ":", auth->param2, NULL);
  g_autofree char *hash = NULL;

  curl_easy_setopt (easy, CURLOPT_AWS_SIGV4, scope);
  curl_easy_setopt (easy, CURLOPT_USERNAME, auth->value);
  curl_easy_setopt (easy, CURLOPT_PASSWORD, auth->value2);
  if (names_header (request->headers, PAYLOAD_HEADER))
    return;
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                      request->body_len > 0 ? request->body
                                                            : (void *) "",
                                      request->body_len);
  add_line (lines, PAYLOAD_HEADER, "", hash);
}

void
auth_apply (const NetRequest *request, CURL *easy, struct curl_slist **lines)
{
  const NetAuth *auth = &request->auth;

  switch (auth->kind) {
  case MD_AUTH_BASIC:
    add_basic (lines, auth);
    break;
  case MD_AUTH_BEARER:
    add_line (lines, "Authorization", "Bearer ", auth->value);
    break;
  case MD_AUTH_HEADER:
    add_line (lines, auth->param, "", auth->value);
    if (auth->param2 != NULL)
      add_line (lines, auth->param2, "", auth->value2);
    break;
  case MD_AUTH_SIGV4:
    apply_sigv4 (request, easy, lines);
    break;
  default:
    break;
  }
}
