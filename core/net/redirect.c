/* SPDX-License-Identifier: Apache-2.0
 *
 * redirect.c - where a redirect may lead.
 *
 * By hand and never by libcurl, which drops Authorization on the way to
 * another host but sends any other header on, vendors' key headers included.
 */
#include "request.h"

#include <string.h>

#define MOST_REDIRECTS 5

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CURLU, curl_url_cleanup)

static char *
resolve (const char *base, const char *location, struct md_error *err)
{
  g_autoptr (CURLU) url = curl_url ();
  g_autofree char *copy = NULL;
  char *text = NULL;

  if (curl_url_set (url, CURLUPART_URL, base, 0) != CURLUE_OK
      || curl_url_set (url, CURLUPART_URL, location, 0) != CURLUE_OK
      || curl_url_get (url, CURLUPART_URL, &text, 0) != CURLUE_OK) {
    md_fail (err, MD_ERR_PROTOCOL,
             "it redirects to what is no URL or of another scheme");
    return NULL;
  }
  copy = g_strdup (text);
  curl_free (text);
  if (g_ascii_strncasecmp (copy, "http", 4) != 0) {
    md_fail (err, MD_ERR_PROTOCOL, "it redirects to a scheme that is neither "
             "http nor https; nothing was sent there");
    return NULL;
  }
  return g_steal_pointer (&copy);
}

static int
check_place (const Hop *hop, const char *from, const char *to,
             struct md_error *err)
{
  const char *const only[] = { from, NULL };

  if (to == NULL)
    return md_fail (err, MD_ERR_PROTOCOL, "it redirects to what is no URL");
  if (g_str_has_prefix (from, "https:") && g_str_has_prefix (to, "http:"))
    return md_fail (err, MD_ERR_PROTOCOL, "it redirects from https to http, "
                    "to %s; nothing was sent there", to);
  if (!g_strv_contains (hop->request->origins != NULL ? hop->request->origins
                                                      : only, to))
    return md_fail (err, MD_ERR_PROTOCOL, "it redirects to %s, which is no "
                    "origin that the provider declares; nothing was sent "
                    "there", to);
  return MD_OK;
}

/* RFC 9110, 15.4: 307 and 308 keep the method; 303 asks to GET; for 301 and
 * 302 a POST becomes a GET everywhere.                                     */
static void
change_method (Hop *hop, int status)
{
  gboolean is_post = strcmp (hop->method, "POST") == 0;

  if (strcmp (hop->method, "HEAD") == 0
      || !(status == 303 || (is_post && (status == 301 || status == 302))))
    return;
  g_free (hop->method);
  hop->method = g_strdup ("GET");
  hop->has_body = FALSE;
}

int
hop_follow (Hop *hop, int status, const char *location, struct md_error *err)
{
  g_autofree char *url = NULL, *from = NULL, *to = NULL, *normal = NULL;
  int klass;

  if (++hop->redirects > MOST_REDIRECTS)
    return md_fail (err, MD_ERR_PROTOCOL, "it redirects more than %d times",
                    MOST_REDIRECTS);
  url = resolve (hop->url, location, err);
  if (url == NULL)
    return err->klass;
  from = net_origin (hop->url);
  to = net_origin (url);
  klass = check_place (hop, from, to, err);
  if (klass != MD_OK)
    return klass;
  normal = url_normal (url, err);
  if (normal == NULL)
    return md_fail (err, MD_ERR_PROTOCOL, "it redirects to a URL that holds a "
                    "user name; nothing was sent there");
  hop->is_first_origin &= strcmp (from, to) == 0;
  change_method (hop, status);
  g_free (hop->url);
  hop->url = g_steal_pointer (&normal);
  return MD_OK;
}
