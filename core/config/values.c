/* SPDX-License-Identifier: Apache-2.0
 *
 * values.c - numbers, sizes, rates, choices and URLs as files write them.
 */
#include "private.h"

#include "data/interval.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static gboolean
refuse (GError **error, const char *text, const char *expected)
{
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE, "\"%s\" is no %s", text,
               expected);
  return FALSE;
}

gboolean
value_parse_int (const char *text, gint64 *ret, GError **error)
{
  const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
  char *end;
  gint64 number;

  errno = 0;
  number = g_ascii_strtoll (text, &end, 10);
  if (!g_ascii_isdigit (*digits) || *end != '\0' || errno != 0)
    return refuse (error, text, "whole number");
  *ret = number;
  return TRUE;
}

gboolean
value_parse_number (const char *text, double *ret, GError **error)
{
  char *end;
  double number;

  errno = 0;
  number = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || errno != 0 || !isfinite (number)
      || g_ascii_isspace (*text))
    return refuse (error, text, "number (write 0.25)");
  *ret = number;
  return TRUE;
}

gboolean
value_parse_bool (const char *text, gboolean *ret, GError **error)
{
  static const char *const yes[] = { "yes", "true", "on", "1", NULL };
  static const char *const no[] = { "no", "false", "off", "0", NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  if (!g_strv_contains (yes, lower) && !g_strv_contains (no, lower))
    return refuse (error, text, "answer: write yes or no");
  *ret = g_strv_contains (yes, lower);
  return TRUE;
}

/* "64M", "64 MiB", "1000000": the power of 1024 after the digits.          */
gboolean
value_parse_size (const char *text, gsize *ret, GError **error)
{
  static const char units[] = "KMGT";
  char *end;
  guint64 size, factor = 1;
  const char *unit;

  errno = 0;
  size = g_ascii_strtoull (text, &end, 10);
  if (!g_ascii_isdigit (*text) || errno != 0)
    return refuse (error, text, "size: write 64M or 2G");
  while (*end == ' ')
    end++;
  unit = *end != '\0' ? strchr (units, g_ascii_toupper (*end)) : NULL;
  if (unit != NULL) {
    factor = G_GUINT64_CONSTANT (1) << (10 * (unit - units + 1));
    end++;
    if (*end == 'i')
      end++;
    if (*end == 'B')
      end++;
  }
  if (*end != '\0' || __builtin_mul_overflow (size, factor, &size)
      || size > G_MAXSIZE)
    return refuse (error, text, "size: write 64M or 2G");
  *ret = (gsize) size;
  return TRUE;
}

static double
seconds_of (const char *unit, gsize len)
{
  static const struct {
    const char *name;
    double seconds;
  } units[] = {
    { "s", 1 },        { "sec", 1 },   { "second", 1 }, { "min", 60 },
    { "minute", 60 },  { "m", 60 },    { "h", 3600 },   { "hour", 3600 },
    { "d", 86400 },    { "day", 86400 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
    if (strlen (units[i].name) == len
        && strncmp (units[i].name, unit, len) == 0)
      return units[i].seconds;
  }
  return 0;
}

/* "200/min", "10/s burst 5".                                               */
gboolean
value_parse_rate (const char *text, RateLimit *ret, GError **error)
{
  static const char *expected = "rate: write 200/min, 10/s or 10/s burst 5";
  g_autofree char *rest = NULL;
  RateLimit rate = { .burst = ret->burst };
  char *slash;
  double seconds, calls;
  gsize len;

  slash = strchr (text, '/');
  if (slash == NULL)
    return refuse (error, text, expected);
  rest = g_strndup (text, (gsize) (slash - text));
  g_strstrip (rest);
  slash++;
  slash += strspn (slash, " ");
  len = strcspn (slash, " ");
  seconds = seconds_of (slash, len);
  if (!value_parse_number (rest, &calls, NULL) || calls <= 0 || seconds <= 0)
    return refuse (error, text, expected);
  rate.per_second = calls / seconds;
  slash += len;
  slash += strspn (slash, " ");
  if (g_str_has_prefix (slash, "burst ")) {
    if (!value_parse_number (slash + strlen ("burst "), &rate.burst, NULL)
        || rate.burst < 1)
      return refuse (error, text, expected);
  } else if (*slash != '\0') {
    return refuse (error, text, expected);
  }
  *ret = rate;
  return TRUE;
}

gboolean
value_parse_choice (const char *text, const char *choices, guint *ret,
                    GError **error)
{
  g_auto (GStrv) names = g_strsplit (choices, "|", -1);
  g_autofree char *hint = NULL, *list = NULL;

  for (guint i = 0; names[i] != NULL; i++) {
    if (strcmp (names[i], text) == 0) {
      *ret = i;
      return TRUE;
    }
  }
  hint = faults_hint (text, (const char *const *) names);
  list = g_strjoinv (", ", names);
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "\"%s\" is none of %s%s", text, list, hint);
  return FALSE;
}

static int
default_port (const char *scheme)
{
  static const struct {
    const char *scheme;
    int port;
  } ports[] = { { "http", 80 }, { "https", 443 }, { "ws", 80 },
                { "wss", 443 }, { "tcp", 0 },     { "tls", 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (ports); i++) {
    if (g_ascii_strcasecmp (ports[i].scheme, scheme) == 0)
      return ports[i].port;
  }
  return -1;
}

/* "https://host:443" of a URL.                                             */
char *
value_parse_origin (const char *text, GError **error)
{
  g_autoptr (GUri) url = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD, NULL);
  const char *host = url != NULL ? g_uri_get_host (url) : NULL;
  g_autofree char *scheme = NULL, *lower = NULL;
  int port;

  if (host == NULL || *host == '\0'
      || default_port (g_uri_get_scheme (url)) < 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "no URL such as https://host/path");
    return NULL;
  }
  if (g_uri_get_userinfo (url) != NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "a URL must not hold a user or password");
    return NULL;
  }
  scheme = g_ascii_strdown (g_uri_get_scheme (url), -1);
  lower = g_ascii_strdown (host, -1);
  port = g_uri_get_port (url) > 0 ? g_uri_get_port (url)
                                  : default_port (scheme);
  if (port == 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "a %s:// address needs its port", scheme);
    return NULL;
  }
  return g_strdup_printf (strchr (lower, ':') != NULL ? "%s://[%s]:%d"
                                                      : "%s://%s:%d",
                          scheme, lower, port);
}
