/* SPDX-License-Identifier: Apache-2.0
 *
 * oanda-fixture.h - a session of the OANDA provider and answers for it.
 */
#pragma once

#include "fake-host.h"

#include <string.h>
#include <support/time.h>

#define TOKEN "token-canary"

static const char *const eur[] = { "EUR_USD", NULL };

static inline md_time
at (const char *text)
{
  md_time t = 0;

  g_assert_true (md_time_parse (text, strlen (text), &t));
  return t;
}

typedef struct {
  FakeHost *host;
  void *session;
} Fixture;

static inline void
set_up (Fixture *f, gconstpointer data)
{
  f->host = fake_host_new ("oanda");
  f->session = fake_host_open (f->host, "practice_url", "http://vendor/",
                               "token", TOKEN, NULL);
  g_assert_nonnull (f->session);
}

static inline void
tear_down (Fixture *f, gconstpointer data)
{
  fake_host_assert_done (f->host);
  fake_host_close (f->host, f->session);
  fake_host_free (f->host);
}

static inline int
fetch_of (Fixture *f, const char *dataset, const char *schema,
          const char *from, const char *to)
{
  return fake_host_fetch (f->host, f->session, dataset, schema, eur,
                          at (from), at (to), 0);
}

static inline int
fetch (Fixture *f, const char *schema, const char *from, const char *to)
{
  return fetch_of (f, "mid", schema, from, to);
}

static inline guint
n_rows (const Fixture *f)
{
  return f->host->rows != NULL ? f->host->rows->len : 0;
}

static inline const struct md_bar *
bar (const Fixture *f, guint i)
{
  g_assert_cmpuint (i, <, n_rows (f));
  return &g_array_index (f->host->rows, struct md_bar, i);
}

static inline void
assert_covered (const Fixture *f, const char *expected)
{
  g_autofree char *coverage = fake_host_coverage (f->host);

  g_assert_cmpstr (coverage, ==, expected);
}

static inline void
assert_query (const Fixture *f, guint request, const char *name,
              const char *expected)
{
  g_autofree char *value
    = fake_query (fake_host_request (f->host, request)->url, name);

  g_assert_cmpstr (value, ==, expected);
}

static inline char *
candle (const char *time, gboolean complete)
{
  return g_strdup_printf ("{\"complete\":%s,\"volume\":7,\"time\":\"%s\","
                          "\"mid\":{\"o\":\"1.2\",\"h\":\"1.4\","
                          "\"l\":\"1.1\",\"c\":\"1.3\"}}",
                          complete ? "true" : "false", time);
}

static inline char *
answer (const char *granularity, const char *candles)
{
  return g_strdup_printf ("{\"instrument\":\"EUR_USD\",\"granularity\":\"%s\","
                          "\"candles\":[%s]}", granularity, candles);
}

/* The script's next answer: these candles, all complete but the last where
 * its time begins with '~'.                                                */
static inline void
reply_candles (Fixture *f, const char *granularity, const char *const *times)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *body = NULL;

  for (; *times != NULL; times++) {
    gboolean running = **times == '~';
    g_autofree char *one = candle (*times + running, !running);

    g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "", one);
  }
  body = answer (granularity, text->str);
  fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
}

typedef struct {
  const char *name;
  void (*run) (Fixture *, gconstpointer);
} OandaTest;

static inline int
run_tests (const char *subject, const OandaTest *tests, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    g_autofree char *path = g_strconcat ("/", subject, "/", tests[i].name,
                                         NULL);

    g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
  }
  return g_test_run ();
}
