/* SPDX-License-Identifier: Apache-2.0
 *
 * url.c - building request URLs in a fixed buffer.
 */
#include "url.h"

#include "time.h"

#include <stdio.h>
#include <string.h>

/* All or nothing, so that a URL is never cut inside an escape.             */
static void
append (struct md_url *url, const char *text, size_t len)
{
  if (url->overflow || url->size - url->len <= len) {
    url->overflow = true;
    return;
  }
  memcpy (url->buf + url->len, text, len);
  url->len += len;
  url->buf[url->len] = '\0';
}

void
md_url_init (struct md_url *url, char *buf, size_t size, const char *base)
{
  size_t len = strlen (base);

  *url = (struct md_url) { .buf = buf, .size = size };
  if (size > 0)
    buf[0] = '\0';
  while (len > 0 && base[len - 1] == '/')
    len--;
  append (url, base, len);
}

void
md_url_path (struct md_url *url, const char *literal)
{
  append (url, literal, strlen (literal));
}

static bool
is_unreserved (char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
         || c == '~';
}

void
md_url_segment (struct md_url *url, const char *text, size_t len)
{
  static const char hex[] = "0123456789ABCDEF";

  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char) text[i];
    char escaped[3] = { '%', hex[c >> 4], hex[c & 15] };

    if (is_unreserved (text[i]))
      append (url, text + i, 1);
    else
      append (url, escaped, 3);
  }
}

void
md_url_query (struct md_url *url, const char *name, const char *value)
{
  append (url, url->has_query ? "&" : "?", 1);
  url->has_query = true;
  append (url, name, strlen (name));
  append (url, "=", 1);
  md_url_segment (url, value, strlen (value));
}

void
md_url_query_i64 (struct md_url *url, const char *name, int64_t value)
{
  char text[24];

  snprintf (text, sizeof text, "%lld", (long long) value);
  md_url_query (url, name, text);
}

void
md_url_query_time (struct md_url *url, const char *name, md_time t)
{
  char text[40];

  md_time_format (t, text);
  md_url_query (url, name, text);
}

int
md_url_finish (const struct md_url *url, struct md_error *err)
{
  if (!url->overflow)
    return MD_OK;
  err->klass = MD_ERR_INTERNAL;
  snprintf (err->message, sizeof err->message,
            "URL longer than %zu bytes: it begins with \"%.100s\"",
            url->size, url->size > 0 ? url->buf : "");
  return MD_ERR_INTERNAL;
}
