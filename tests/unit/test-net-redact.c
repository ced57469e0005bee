/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-redact.c - secrets out of texts; origins; Retry-After.
 */
#include "config/private.h"
#include "net/net.h"

#include <string.h>

#define SECRET "s3cr3t/Key+With \"odd\"=chars"

static const char *const one[] = { SECRET, NULL };

/* ---- redaction -------------------------------------------------------------- */

static void
test_plain_secret_is_replaced (void)
{
  g_autofree char *text = net_redact ("a " SECRET " b " SECRET, one);

  g_assert_cmpstr (text, ==, "a *** b ***");
}

static void
test_percent_encoded_secret_is_replaced (void)
{
  static const char *const forms[] = {
    "k=s3cr3t%2FKey%2BWith%20%22odd%22%3Dchars&x", /* all that is needed    */
    "k=s3cr3t%2fKey%2bWith%20%22odd%22%3dchars&x", /* small digits          */
    "k=s3cr3t/Key%2BWith+%22odd%22=chars&x",       /* as forms do           */
    "k=%733cr3t%2FKey%2BWith%20%22odd%22%3Dchars&x", /* more than needed    */
    "k=s3cr3t%252FKey%252BWith%2520%2522odd%2522%253Dchars&x", /* twice     */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autofree char *text = net_redact (forms[i], one);

    g_assert_cmpstr (text, ==, "k=***&x");
  }
}

static void
test_json_escaped_secret_is_replaced (void)
{
  static const char *const forms[] = {
    "{\"k\":\"s3cr3t\\/Key+With \\\"odd\\\"=chars\"}",
    "{\"k\":\"s3cr3t/Key\\u002bWith \\u0022odd\\u0022=chars\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autofree char *text = net_redact (forms[i], one);

    g_assert_cmpstr (text, ==, "{\"k\":\"***\"}");
  }
}

/* At each offset, with text before and after, in both alphabets.           */
static void
test_base64_of_a_text_around_the_secret_is_replaced (void)
{
  static const char *const before[] = { "", "u", "us", "user:", "longer user:" };
  static const char *const after[] = { "", "x", "xy", "xyz and more" };

  for (gsize i = 0; i < G_N_ELEMENTS (before) * G_N_ELEMENTS (after); i++) {
    g_autofree char *plain
      = g_strconcat (before[i % G_N_ELEMENTS (before)], SECRET,
                     after[i / G_N_ELEMENTS (before)], NULL);
    g_autofree char *coded
      = g_base64_encode ((const guchar *) plain, strlen (plain));
    g_autofree char *escaped = g_uri_escape_string (coded, NULL, FALSE);
    g_autofree char *url = g_strdelimit (g_strdup (coded), "+", '-');
    const char *const forms[] = { coded, escaped, g_strdelimit (url, "/", '_') };

    for (gsize f = 0; f < G_N_ELEMENTS (forms); f++) {
      g_autofree char *sentence
        = g_strconcat ("Basic ", forms[f], " end", NULL);
      g_autofree char *text = net_redact (sentence, one);
      const char *stars = strstr (text, "***");

      g_assert_nonnull (stars);
      g_assert_null (strstr (stars + 3, "***"));
      /* What is left cannot be decoded to any part of it: the digits of the
       * texts around it, at most.                                          */
      g_assert_cmpuint (strlen (text), <=,
                        strlen ("Basic *** end") + 6
                          + 4 * (strlen (plain) - strlen (SECRET)) / 3 + 8);
    }
  }
}

static void
test_secret_inside_a_longer_one_leaves_nothing (void)
{
  static const char *const secrets[] = { "abcd", "abcdefgh", NULL };
  g_autofree char *text = net_redact ("x abcdefgh y abcd z", secrets);

  g_assert_cmpstr (text, ==, "x *** y *** z");
}

static void
test_text_without_secrets_is_unchanged (void)
{
  static const char *const texts[] = {
    "", "100% of +10 \\ and %zz %2", "s3cr3t/Key+Wit", "\xff\xfe invalid",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *text = net_redact (texts[i], one);
    g_autofree char *none = net_redact (texts[i], NULL);

    g_assert_cmpstr (text, ==, texts[i]);
    g_assert_cmpstr (none, ==, texts[i]);
  }
}

/* A password of two letters would make every text unreadable.              */
static void
test_short_values_are_no_secrets (void)
{
  static const char *const secrets[] = { "", "ab", "abc", NULL };
  g_autofree char *text = net_redact ("a abc b", secrets);

  g_assert_cmpstr (text, ==, "a abc b");
}

/* ---- origins ------------------------------------------------------------------ */

static void
test_origin_is_scheme_host_and_port (void)
{
  static const struct { const char *url, *origin; } cases[] = {
    { "https://data.example.com/v2?x=https://other/", "https://data.example.com:443" },
    { "http://EXAMPLE.com", "http://example.com:80" },
    { "HTTPS://example.com:8443/#f", "https://example.com:8443" },
    { "http://[::1]:8080/", "http://[::1]:8080" },
    { "https://good.example@evil.example/", "https://evil.example:443" },
    { "https://good.example\\@evil.example/", "https://evil.example:443" },
    { "https://evil.example#@good.example/", "https://evil.example:443" },
    { "wss://Stream.example.com/v2", "wss://stream.example.com:443" },
    { "ws://h/", "ws://h:80" }, { "tls://h:13000", "tls://h:13000" },
    { "tcp://[::1]:7497", "tcp://[::1]:7497" }, { "tcp://h", NULL },
    { "httpx://h/", NULL }, { "ftp://example.com/", NULL }, { "/path", NULL }, { "", NULL },
    { "file:///etc/passwd", NULL }, { "http://", NULL },
    { "http://a b/", NULL }, { "http://h:70000/", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *origin = net_origin (cases[i].url);

    g_assert_cmpstr (origin, ==, cases[i].origin);
  }
}

/* The job's side names an origin by another parser: the two must agree on
 * whatever both accept, or a declared place would be refused.              */
static void
test_config_and_net_agree_on_origins (void)
{
  static const char *const urls[] = {
    "https://data.example.com", "https://DATA.example.com:443/v2/",
    "http://127.0.0.1:8080/base", "http://[::1]:80/", "wss://h/x",
    "tcp://h:1", "tls://gate.example.com:13000", "https://h?x=1", "http://h#f",
    "HTTP://H", "https://h:0443/", "https://xn--bcher-kva.example/",
    "https://192.168.1.1", "https://h./",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_autofree char *net = net_origin (urls[i]);
    g_autofree char *config = value_parse_origin (urls[i], NULL);

    g_assert_nonnull (net);
    g_assert_cmpstr (net, ==, config);
  }
}

/* ---- Retry-After ---------------------------------------------------------------- */

/* 1994-11-06T08:49:37Z, the example of RFC 9110, 5.6.7.                    */
#define SIXTH (INT64_C (784111777) * MD_SECOND)

static void
test_retry_after_is_seconds_or_a_date (void)
{
  static const struct { const char *value; gint64 ns; } cases[] = {
    { "120", 120 * MD_SECOND }, { " 7 ", 7 * MD_SECOND }, { "0", 0 },
    { "1.5", 3 * MD_SECOND / 2 },
    { "Sun, 06 Nov 1994 08:49:37 GMT", 10 * MD_SECOND },
    { "Sunday, 06-Nov-94 08:49:37 GMT", 10 * MD_SECOND },
    { "Sun Nov  6 08:49:37 1994", 10 * MD_SECOND },
    { "Sun, 06 Nov 1994 08:49:27 GMT", 0 }, /* now                          */
    { "Sat, 05 Nov 1994 08:49:37 GMT", 0 }, /* past                         */
    { "", 0 }, { "soon", 0 }, { "-5", 0 }, { "5 minutes", 0 },
    { "12:30", 0 }, { "0x10", 0 }, { "1e9", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (net_retry_after (cases[i].value, SIXTH - 10 * MD_SECOND),
                     ==, cases[i].ns);
  g_assert_cmpint (net_retry_after (NULL, SIXTH), ==, 0);
}

static void
test_absurd_retry_after_stays_addable (void)
{
  static const char *const values[] = {
    "1000000000", "99999999999999999999999",
    "Fri, 31 Dec 9999 23:59:59 GMT",
  };
  md_time now = INT64_C (1750000000) * MD_SECOND, sum;

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
    gint64 wait = net_retry_after (values[i], now);

    g_assert_cmpint (wait, ==, 3650 * MD_DAY);
    g_assert_false (__builtin_add_overflow (now, wait, &sum));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net-redact/plain-secret-is-replaced",
                   test_plain_secret_is_replaced);
  g_test_add_func ("/net-redact/percent-encoded-secret-is-replaced",
                   test_percent_encoded_secret_is_replaced);
  g_test_add_func ("/net-redact/json-escaped-secret-is-replaced",
                   test_json_escaped_secret_is_replaced);
  g_test_add_func ("/net-redact/base64-of-a-text-around-the-secret-is-replaced",
                   test_base64_of_a_text_around_the_secret_is_replaced);
  g_test_add_func ("/net-redact/secret-inside-a-longer-one-leaves-nothing",
                   test_secret_inside_a_longer_one_leaves_nothing);
  g_test_add_func ("/net-redact/text-without-secrets-is-unchanged",
                   test_text_without_secrets_is_unchanged);
  g_test_add_func ("/net-redact/short-values-are-no-secrets",
                   test_short_values_are_no_secrets);
  g_test_add_func ("/net-redact/origin-is-scheme-host-and-port",
                   test_origin_is_scheme_host_and_port);
  g_test_add_func ("/net-redact/config-and-net-agree-on-origins",
                   test_config_and_net_agree_on_origins);
  g_test_add_func ("/net-redact/retry-after-is-seconds-or-a-date",
                   test_retry_after_is_seconds_or_a_date);
  g_test_add_func ("/net-redact/absurd-retry-after-stays-addable",
                   test_absurd_retry_after_stays_addable);
  return g_test_run ();
}
