/* SPDX-License-Identifier: Apache-2.0
 *
 * Alpha Vantage's recorded answers, every case of the shared manifest.
 */
#include "vectors.h"

#define VENDOR "alphavantage"

typedef struct {
  FakeHost *host;
  void *session;
} Fixture;

static md_time
at (const char *text)
{
  md_time t = 0;

  g_assert_true (md_time_parse (text, strlen (text), &t));
  return t;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->host = fake_host_new (VENDOR);
  f->host->now = at ("2026-06-03");
  f->session = fake_host_open (f->host, "base_url", "http://vendor",
                               "api_key", "KEYCANARY1234567", NULL);
  g_assert_nonnull (f->session);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fake_host_assert_done (f->host);
  fake_host_close (f->host, f->session);
  fake_host_free (f->host);
}

static guint
n_rows (const Fixture *f)
{
  return f->host->rows != NULL ? f->host->rows->len : 0;
}

static const struct md_bar *
bar (const Fixture *f, guint i)
{
  g_assert_cmpuint (i, <, n_rows (f));
  return &g_array_index (f->host->rows, struct md_bar, i);
}

typedef struct Case Case;
struct Case {
  const char *file;
  void (*run) (Fixture *f, json_t *one, const char *body, const Case *with);
  const char *dataset, *schema, *symbol, *from, *to;
  int klass;
  guint times;             /* that the answer is asked for, 0 = once        */
};

static int
fetch (Fixture *f, const char *body, const Case *with)
{
  const char *const symbols[] = { with->symbol, NULL };

  for (guint i = 0; i < MAX (with->times, 1); i++)
    fake_host_reply (f->host, "/query", 200, NULL, body, -1);
  return fake_host_fetch (f->host, f->session, with->dataset, with->schema,
                          symbols, at (with->from), at (with->to), 0);
}

/* ---- rows ---------------------------------------------------------------- */

static void
run_rows (Fixture *f, json_t *one, const char *body, const Case *with)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  g_assert_cmpint (fetch (f, body, with), ==, MD_OK);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
  for (guint i = n_rows (f); i-- > 0;)
    vector_append (lines, bar (f, i), bar (f, i)->ts);
  vector_assert_rows (one, n_rows (f), lines);
}

/* Start of the week or month that holds a day.                             */
static md_time
start_of (md_time day, gboolean weeks)
{
  gint64 days = day / MD_DAY, year;
  unsigned month, day_of_month;

  if (weeks)
    return (days - (days + 3) % 7) * MD_DAY;
  md_civil_from_days (days, &year, &month, &day_of_month);
  return (days - (day_of_month - 1)) * MD_DAY;
}

/* Times of the labels of each line after the header.                       */
static GArray *
read_labels (const char *body)
{
  g_auto (GStrv) lines = g_strsplit (body, "\n", 0);
  GArray *labels = g_array_new (FALSE, FALSE, sizeof (md_time));

  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++) {
    g_autofree char *day = g_strndup (lines[i], 10);
    md_time t = at (day);

    g_array_append_val (labels, t);
  }
  return labels;
}

/* The manifest has them under their labels, the last day that traded.      */
static void
run_periods (Fixture *f, json_t *one, const char *body, const Case *with)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GArray) labels = read_labels (body);

  g_assert_cmpint (fetch (f, body, with), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, labels->len);
  for (guint i = n_rows (f); i-- > 0;) {
    md_time label = g_array_index (labels, md_time, i);

    g_assert_cmpint (bar (f, i)->ts, ==, start_of (label, FALSE));
    vector_append (lines, bar (f, i), label);
  }
  vector_assert_rows (one, n_rows (f), lines);
}

/* "298.85821743109733" to nine decimals.                                   */
static md_price
rounded (const char *text)
{
  const char *point = strchr (text, '.');
  g_autofree char *kept = NULL;
  md_price price;

  if (point == NULL || strlen (point) <= 10) {
    g_assert_cmpint (md_price_parse (text, strlen (text), &price), ==, 0);
    return price;
  }
  kept = g_strndup (text, (gsize) (point - text) + 10);
  g_assert_cmpint (md_price_parse (kept, strlen (kept), &price), ==, 0);
  return price + (point[10] >= '5');
}

static void
assert_adjusted (json_t *row, const struct md_bar *got)
{
  const char *adjusted
    = json_string_value (json_object_get (row, "adj_close"));
  const char *volume = json_string_value (json_object_get (row, "v"));

  g_assert_cmpint (got->close, ==, rounded (adjusted));
  g_assert_cmpfloat (got->volume, ==, g_ascii_strtod (volume, NULL));
}

/* The manifest's digest is of prices as traded; of adjusted bars it has the
 * closes of the first and the last.                                        */
static void
run_adjusted (Fixture *f, json_t *one, const char *body, const Case *with)
{
  g_autoptr (GArray) labels = read_labels (body);
  gboolean weeks = strcmp (with->schema, "ohlcv-1w") == 0;

  g_assert_cmpint (fetch (f, body, with), ==, MD_OK);
  for (guint i = 0; i < f->host->rejects->len; i++)
    g_test_message ("%s: %s",
                    ((FakeReject *) f->host->rejects->pdata[i])->reasons,
                    ((FakeReject *) f->host->rejects->pdata[i])->raw);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
  g_assert_cmpuint (n_rows (f), ==, labels->len);
  g_assert_cmpuint (n_rows (f), ==, (guint) json_integer_value (
    json_object_get (one, "rows")));
  for (guint i = 0; i < labels->len; i++) {
    md_time label = g_array_index (labels, md_time, i);

    g_assert_cmpint (bar (f, i)->ts, ==,
                     weeks ? start_of (label, TRUE) : label);
  }
  assert_adjusted (json_object_get (one, "first"), bar (f, n_rows (f) - 1));
  assert_adjusted (json_object_get (one, "last"), bar (f, 0));
}

static void
run_listing (Fixture *f, json_t *one, const char *body, const Case *with)
{
  g_auto (GStrv) first = g_strsplit (json_string_value (
    json_object_get (one, "first")), ",", 2);

  /* Active ones, and the same as delisted ones.                            */
  fake_host_reply (f->host, "/query", 200, NULL, body, -1);
  fake_host_reply (f->host, "/query", 200, NULL, body, -1);
  g_assert_cmpint (fake_host_list (f->host, f->session, "stocks/raw", NULL),
                   ==, MD_OK);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
  g_assert_cmpuint (n_rows (f), ==, 2 * (guint) json_integer_value (
    json_object_get (one, "rows")));
  g_assert_cmpstr (fake_host_name (f->host, g_array_index (
    f->host->rows, struct md_instrument, 0).symbol), ==, first[0]);
}

/* ---- what is no table ---------------------------------------------------- */

/* The class, no row, and the key in no text.                               */
static void
run_class (Fixture *f, json_t *one, const char *body, const Case *with)
{
  g_assert_cmpint (fetch (f, body, with), ==, with->klass);
  g_assert_cmpuint (n_rows (f), ==, 0);
  g_assert_null (strstr (f->host->err.message, "KEYCANARY"));
}

#define MINUTES "stocks/raw", "ohlcv-5m", "IBM", "2026-05-15", "2026-05-16"

/* CSV is asked for, so JSON and tables of other functions are refused.     */
static const Case cases[] = {
  { "daily_adjusted_ibm.csv", run_adjusted, "stocks/adjusted", "ohlcv-1d",
    "IBM", "2025-12-22", "2026-05-16" },
  { "daily_ibm.csv", run_rows, "stocks/raw", "ohlcv-1d", "IBM", "2025-12-22",
    "2026-05-16" },
  { "digital_currency_daily.json", run_class, "crypto", "ohlcv-1d",
    "BTC/EUR", "2025-08-22", "2025-08-25", MD_ERR_PROTOCOL },
  { "digital_currency_daily_btceur.csv", run_rows, "crypto", "ohlcv-1d",
    "BTC/EUR", "2025-06-02", "2026-05-18" },
  { "digital_currency_intraday_retired_2017.json", run_class, "crypto",
    "ohlcv-5m", "BTC/CNY", "2017-12-01", "2017-12-02", MD_ERR_PROTOCOL },
  { "digital_currency_monthly_btceur.csv", run_periods, "crypto",
    "ohlcv-1mo", "BTC/EUR", "2025-07-01", "2026-06-01" },
  { "empty_object.json", run_class, MINUTES, MD_OK, 2 },
  { "error_bad_key.json", run_class, MINUTES, MD_ERR_AUTH },
  { "error_daily_limit.json", run_class, MINUTES, MD_ERR_QUOTA },
  { "error_demo_key.json", run_class, MINUTES, MD_ERR_AUTH },
  { "error_invalid_call.json", run_class, MINUTES, MD_ERR_NOT_FOUND },
  { "error_note_legacy.json", run_class, MINUTES, MD_ERR_LIMITED },
  { "fx_daily_eurusd.csv", run_rows, "fx", "ohlcv-1d", "EUR/USD",
    "2025-12-29", "2026-05-16" },
  { "fx_intraday.json", run_class, "fx", "ohlcv-5m", "EUR/USD", "2020-05-06",
    "2020-05-07", MD_ERR_PROTOCOL },
  { "fx_intraday_5min_eurusd.csv", run_rows, "fx", "ohlcv-5m", "EUR/USD",
    "2026-05-15T12:50:00Z", "2026-05-15T21:10:00Z" },
  { "fx_monthly.json", run_class, "fx", "ohlcv-1mo", "EUR/USD", "2020-04-01",
    "2020-06-01", MD_ERR_PROTOCOL },
  { "fx_monthly_eurusd.csv", run_periods, "fx", "ohlcv-1mo", "EUR/USD",
    "2007-04-01", "2026-06-01" },
  { "intraday_1min_msft_2017.json", run_class, "stocks/raw", "ohlcv-1m",
    "MSFT", "2017-12-18", "2017-12-19", MD_ERR_PROTOCOL },
  /* A hundred rows of a day: they do not reach the month's start.          */
  { "intraday_5min_ibm.csv", run_rows, MINUTES, MD_OK, 2 },
  { "listing_status_first400.csv", run_listing },
  { "market_status.json", run_class, MINUTES, MD_ERR_PROTOCOL },
  { "monthly_ibm.csv", run_periods, "stocks/raw", "ohlcv-1mo", "IBM",
    "1999-12-01", "2026-06-01" },
  { "symbol_search.csv", run_class, MINUTES, MD_ERR_PROTOCOL },
  { "symbol_search.json", run_class, MINUTES, MD_ERR_PROTOCOL },
  { "weekly_adjusted_ibm.csv", run_adjusted, "stocks/adjusted", "ohlcv-1w",
    "IBM", "1999-11-08", "2026-05-18" },
};

static void
test_every_case_of_the_manifest (Fixture *f, gconstpointer data)
{
  json_t *fixtures = vector_cases (VENDOR), *one;
  guint n_tables = 0, n = 0;
  gsize i, k;

  if (fixtures == NULL)
    return;
  json_array_foreach (fixtures, i, one) {
    g_autofree char *body = vector_text (VENDOR, vector_name (one));

    g_test_message ("%s", vector_name (one));
    for (k = 0; k < G_N_ELEMENTS (cases)
                && strcmp (cases[k].file, vector_name (one)) != 0; k++)
      ;
    g_assert_cmpuint (k, <, G_N_ELEMENTS (cases)); /* a new case           */
    cases[k].run (f, one, body, &cases[k]);
    fake_host_assert_done (f->host);
    n_tables += cases[k].run != run_class;
    n += cases[k].run != run_class
           ? (guint) json_integer_value (json_object_get (one, "rows")) : 0;
  }
  g_test_message ("%zu cases of the manifest: %u tables of %u rows, the "
                  "others refused or empty", json_array_size (fixtures),
                  n_tables, n);
  g_assert_cmpuint (json_array_size (fixtures), ==, G_N_ELEMENTS (cases));
  json_decref (fixtures);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/alphavantage-vectors/every-case-of-the-manifest", Fixture,
              NULL, set_up, test_every_case_of_the_manifest, tear_down);
  return g_test_run ();
}
