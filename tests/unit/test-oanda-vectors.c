/* SPDX-License-Identifier: Apache-2.0
 *
 * OANDA's recorded answers, every case of the shared manifest.
 */
#include "oanda-fixture.h"
#include "vectors.h"

typedef struct Case Case;
struct Case {
  const char *file;
  void (*run) (Fixture *f, json_t *one, const char *body, const Case *with);
  const char *symbol, *schema, *from, *to;
  int status, klass;
};

static void
run_candles (Fixture *f, json_t *one, const char *body, const Case *with)
{
  const char *const symbols[] = { with->symbol, NULL };
  g_autoptr (GString) lines = g_string_new (NULL);

  fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "mid", with->schema,
                                    symbols, at (with->from), at (with->to),
                                    0), ==, MD_OK);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
  for (guint i = 0; i < n_rows (f); i++)
    vector_append (lines, bar (f, i), bar (f, i)->ts);
  vector_assert_rows (one, n_rows (f), lines);
}

static void
run_error (Fixture *f, json_t *one, const char *body, const Case *with)
{
  g_assert_cmpint (with->status, ==, (int) json_integer_value (
    json_object_get (one, "http_status")));
  fake_host_reply (f->host, "/candles", with->status, NULL, body, -1);
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02",
                          "2024-01-02T01:00:00Z"), ==, with->klass);
  g_assert_cmpuint (n_rows (f), ==, 0);
}

static const char *
listed (Fixture *f, guint i)
{
  return fake_host_name (f->host, g_array_index (
    f->host->rows, struct md_instrument, i).symbol);
}

static void
run_instruments (Fixture *f, json_t *one, const char *body, const Case *with)
{
  guint n = (guint) json_integer_value (json_object_get (one, "rows"));

  fake_host_reply (f->host, "/v3/accounts", 200, NULL,
                   "{\"accounts\":[{\"id\":\"101-004-1-001\"}]}", -1);
  fake_host_reply (f->host, "/instruments", 200, NULL, body, -1);
  g_assert_cmpint (fake_host_list (f->host, f->session, "mid", NULL), ==,
                   MD_OK);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
  g_assert_cmpuint (n_rows (f), ==, n);
  g_assert_cmpstr (listed (f, 0), ==, json_string_value (
    json_object_get (one, "first")));
  g_assert_cmpstr (listed (f, n - 1), ==, json_string_value (
    json_object_get (one, "last")));
}

/* As many candles as were received there, the first from the start on.     */
static char *
make_window (md_time from, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++) {
    char time[40];
    g_autofree char *one = NULL;

    md_time_format (from + i * 5 * MD_MINUTE, time);
    one = candle (time, TRUE);
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", one);
  }
  return answer ("M5", text->str);
}

/* Windows that were walked once, with what each held: those without candles
 * are answers as well, and nothing is lost between two.                    */
static void
run_plan (Fixture *f, json_t *one, const char *body, const Case *with)
{
  json_t *windows = json_loads (body, 0, NULL), *window;
  gint64 total = 0;
  gsize i;

  json_array_foreach (windows, i, window) {
    md_time from = at (json_string_value (json_object_get (window, "from")));
    md_time to = at (json_string_value (json_object_get (window, "to")))
                 + 5 * MD_MINUTE;
    guint n = (guint) json_integer_value (json_object_get (window,
                                                           "received"));
    g_autofree char *page = make_window (from, n);

    fake_host_reply (f->host, "/candles", 200, NULL, page, -1);
    g_assert_cmpint (fake_host_fetch (f->host, f->session, "mid", "ohlcv-5m",
                                      eur, from, to, 0), ==, MD_OK);
    g_assert_cmpuint (n_rows (f), ==, n);
    g_assert_cmpuint (f->host->covered->len, ==, 1);
    g_assert_cmpint (g_array_index (f->host->covered, FakeCovered, 0).to, ==,
                     to);
    total += n_rows (f);
  }
  g_assert_cmpint (total, ==, json_integer_value (json_object_get (
    one, "total_candles")));
  json_decref (windows);
}

/* Prices of the moment and streams of them are no history: there is no offer
 * that would ask for them.                                                 */
static void
run_not_offered (Fixture *f, json_t *one, const char *body, const Case *with)
{
  for (gsize i = 0; i < f->host->provider->n_offers; i++)
    g_assert_cmpuint (f->host->provider->offers[i].record, ==, MD_BAR);
}

static const Case cases[] = {
  { "candle_chunk_plan_part1.json", run_plan },
  { "candles_de30_m5_mid.json", run_candles, "DE30_EUR", "ohlcv-5m",
    "2016-10-17T19:35:00Z", "2016-10-17T20:00:00Z" },
  { "candles_eurusd_h1_without_includefirst.json", run_candles, "EUR_USD",
    "ohlcv-1h", "2017-01-01T00:00:00Z", "2017-01-03T09:00:00Z" },
  { "error_count_exceeded.json", run_error, .status = 400,
    .klass = MD_ERR_REQUEST },
  { "error_invalid_instrument.json", run_error, .status = 400,
    .klass = MD_ERR_NOT_FOUND },
  { "error_unauthorized.json", run_error, .status = 401,
    .klass = MD_ERR_AUTH },
  { "instruments.json", run_instruments },
  { "pricing_eurusd_eurjpy.json", run_not_offered },
  { "pricing_stream.jsonl", run_not_offered },
};

static void
test_every_case_of_the_manifest (Fixture *f, gconstpointer data)
{
  json_t *fixtures = vector_cases ("oanda"), *one;
  guint n_rows = 0, n_not_offered = 0;
  gsize i, k;

  if (fixtures == NULL)
    return;
  json_array_foreach (fixtures, i, one) {
    g_autofree char *body = vector_text ("oanda", vector_name (one));

    g_test_message ("%s", vector_name (one));
    for (k = 0; k < G_N_ELEMENTS (cases)
                && strcmp (cases[k].file, vector_name (one)) != 0; k++)
      ;
    g_assert_cmpuint (k, <, G_N_ELEMENTS (cases)); /* a new case           */
    cases[k].run (f, one, body, &cases[k]);
    n_not_offered += cases[k].run == run_not_offered;
    n_rows += (guint) json_integer_value (json_object_get (one, "rows"));
  }
  g_test_message ("%zu cases of the manifest, %u of them of what is not "
                  "offered; %u rows", json_array_size (fixtures),
                  n_not_offered, n_rows);
  g_assert_cmpuint (json_array_size (fixtures), ==, G_N_ELEMENTS (cases));
  json_decref (fixtures);
}

int
main (int argc, char **argv)
{
  static const OandaTest tests[] = {
    { "every-case-of-the-manifest", test_every_case_of_the_manifest },
  };

  g_test_init (&argc, &argv, NULL);
  return run_tests ("oanda-vectors", tests, G_N_ELEMENTS (tests));
}
