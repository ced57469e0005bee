/* SPDX-License-Identifier: Apache-2.0
 *
 * test-fake.c - the fake provider keeps its promises: the same rows however
 * they are asked for, and the faults that it is told to have.
 */
#include "fake-host.h"

#include <math.h>
#include <string.h>
#include <support/time.h>

static const char *const acme[] = { "ACME", NULL };

static md_time
at (const char *text)
{
  md_time t = 0;

  g_assert_true (md_time_parse (text, strlen (text), &t));
  return t;
}

/* ---- fetching --------------------------------------------------------- */

/* Rows of one fetch as bytes that can be compared.                         */
static GArray *
take_rows (FakeHost *host)
{
  GArray *rows = host->rows;

  host->rows = NULL;
  if (rows == NULL)
    return g_array_new (FALSE, FALSE, 1);
  /* The ids are told by their sequence; their places in memory differ.     */
  for (guint i = 0; host->record == MD_TRADE && i < rows->len; i++)
    g_array_index (rows, struct md_trade, i).id.ptr = NULL;
  return rows;
}

static GArray *
fetch_with (const char *schema, md_time from, md_time to, const char *key,
            const char *value)
{
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, key, value, NULL);
  GArray *rows;

  g_assert_nonnull (session);
  g_assert_cmpint (fake_host_fetch (host, session, "made-up", schema, acme,
                                    from, to, 0), ==, MD_OK);
  rows = take_rows (host);
  fake_host_close (host, session);
  return rows;
}

static GArray *
fetch_texts (const char *schema, const char *from, const char *to,
             const char *key, const char *value)
{
  return fetch_with (schema, at (from), at (to), key, value);
}

static void
append (GArray *all, GArray *more)
{
  if (more->len > 0)
    g_array_append_vals (all, more->data, more->len);
}

static void
assert_same (GArray *a, GArray *b)
{
  gsize size = g_array_get_element_size (a);

  g_assert_cmpuint (a->len, >, 0);
  g_assert_cmpuint (size, ==, g_array_get_element_size (b));
  g_assert_cmpmem (a->data, a->len * size, b->data, b->len * size);
}

#define bar_at(rows, i) (&g_array_index (rows, struct md_bar, i))

/* ---- the same rows ---------------------------------------------------- */

static const struct { const char *schema; gint64 span; } spans[] = {
  { "ohlcv-1s", 10 * MD_MINUTE }, { "ohlcv-1m", 3 * MD_DAY },
  { "ohlcv-5m", 9 * MD_DAY }, { "ohlcv-15m", 30 * MD_DAY },
  { "ohlcv-30m", 40 * MD_DAY }, { "ohlcv-1h", 90 * MD_DAY },
  { "ohlcv-4h", 200 * MD_DAY }, { "ohlcv-1d", 1500 * MD_DAY },
  { "ohlcv-1w", 3000 * MD_DAY }, { "ohlcv-1mo", 6000 * MD_DAY },
  { "trades", 20 * MD_MINUTE }, { "quotes", 20 * MD_MINUTE },
};

static void
test_any_cut_gives_the_same_rows (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (gsize i = 0; i < G_N_ELEMENTS (spans); i++) {
    const char *schema = spans[i].schema;
    /* Across 1970, and neither end on a grid.                              */
    md_time from = -spans[i].span / 2 + 123456789;
    md_time to = from + spans[i].span;
    g_autoptr (GArray) whole = fetch_with (schema, from, to, NULL, NULL);

    for (int n = 0; n < 4; n++) {
      md_time cut = from + (md_time) (g_rand_double (rand)
                                      * (double) spans[i].span);
      g_autoptr (GArray) left = fetch_with (schema, from, cut, NULL, NULL);
      g_autoptr (GArray) right = fetch_with (schema, cut, to, NULL, NULL);

      append (left, right);
      assert_same (whole, left);
    }
  }
}

static void
test_the_page_size_changes_nothing (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (spans); i++) {
    md_time from = at ("2024-01-31T23:59:30Z"), to = from + spans[i].span / 4;
    g_autoptr (GArray) large = fetch_with (spans[i].schema, from, to, NULL,
                                           NULL);
    g_autoptr (GArray) small = fetch_with (spans[i].schema, from, to,
                                           "page_rows", "7");

    assert_same (large, small);
  }
}

static void
test_newest_first_is_the_same_in_reverse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (spans); i++) {
    md_time from = at ("2024-01-31T23:59:30Z"), to = from + spans[i].span / 4;
    g_autoptr (GArray) rows = fetch_with (spans[i].schema, from, to, NULL,
                                          NULL);
    g_autoptr (FakeHost) host = fake_host_new ("fake");
    void *session = fake_host_open (host, "order", "newest-first",
                                    "page_rows", "50", NULL);
    g_autoptr (GArray) back = NULL;
    gsize size = g_array_get_element_size (rows);

    fake_host_fetch (host, session, "made-up", spans[i].schema, acme, from,
                     to, 0);
    back = take_rows (host);
    g_assert_cmpuint (back->len, ==, rows->len);
    for (guint r = 0; r < rows->len; r++)
      g_assert_cmpmem (rows->data + r * size, size,
                       back->data + (back->len - 1 - r) * size, size);
    fake_host_close (host, session);
  }
}

static void
test_all_that_was_asked_is_covered (void)
{
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, "page_rows", "100", NULL);
  const char *const two[] = { "ACME", "EMPTY", NULL };
  g_autofree char *coverage = NULL;

  fake_host_fetch (host, session, "made-up", "ohlcv-1m", two,
                   at ("2024-02-01T00:00:30Z"), at ("2024-02-03"), 0);
  coverage = fake_host_coverage (host);
  g_assert_cmpstr (coverage, ==,
                   "0:2024-02-01T00:00:30Z/2024-02-03T00:00:00Z "
                   "1:2024-02-01T00:00:30Z/2024-02-03T00:00:00Z");
  for (guint i = 0; i < host->rows->len; i++)
    g_assert_cmpuint (bar_at (host->rows, i)->symbol, ==, 0);
  fake_host_close (host, session);
}

static void
test_seed_and_symbol_make_the_prices (void)
{
  const char *const bolt[] = { "BOLT", NULL };
  g_autoptr (GArray) one = fetch_texts ("ohlcv-1d", "2024-01-01",
                                        "2024-01-11", "seed", "1");
  g_autoptr (GArray) two = fetch_texts ("ohlcv-1d", "2024-01-01",
                                        "2024-01-11", "seed", "2");
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, NULL);

  fake_host_fetch (host, session, "made-up", "ohlcv-1d", bolt,
                   at ("2024-01-01"), at ("2024-01-11"), 0);
  g_assert_cmpint (bar_at (one, 0)->open, !=, bar_at (two, 0)->open);
  g_assert_cmpint (bar_at (one, 0)->open, !=, bar_at (host->rows, 0)->open);
  fake_host_close (host, session);
}

/* ---- sound rows ------------------------------------------------------- */

static void
assert_sound (const struct md_bar *bar)
{
  g_assert_cmpint (bar->low, >, 0);
  g_assert_cmpint (bar->low, <=, MIN (bar->open, bar->close));
  g_assert_cmpint (bar->high, >=, MAX (bar->open, bar->close));
  g_assert_cmpint (bar->high, <, 2000 * MD_PRICE_ONE);
  g_assert_cmpfloat (bar->volume, >, 0);
  g_assert_cmpfloat (bar->vwap, >=, (double) bar->low / 1e9);
  g_assert_cmpfloat (bar->vwap, <=, (double) bar->high / 1e9);
  g_assert_cmpint (bar->trades, >, 0);
}

static void
test_bars_are_sound_and_without_holes (void)
{
  g_autoptr (GArray) rows = fetch_texts ("ohlcv-1m", "2020-02-28",
                                         "2020-03-02", NULL, NULL);

  g_assert_cmpuint (rows->len, ==, 3 * 1440);
  for (guint i = 0; i < rows->len; i++) {
    assert_sound (bar_at (rows, i));
    g_assert_cmpint (bar_at (rows, i)->ts, ==,
                     at ("2020-02-28") + i * MD_MINUTE);
    if (i > 0)
      g_assert_cmpint (bar_at (rows, i)->open, ==,
                       bar_at (rows, i - 1)->close);
  }
}

static void
test_prices_move (void)
{
  g_autoptr (GArray) rows = fetch_texts ("ohlcv-1d", "2000-01-01",
                                         "2020-01-01", NULL, NULL);
  md_price low = G_MAXINT64, high = 0;

  for (guint i = 0; i < rows->len; i++) {
    assert_sound (bar_at (rows, i));
    low = MIN (low, bar_at (rows, i)->low);
    high = MAX (high, bar_at (rows, i)->high);
  }
  g_assert_cmpint (high, >, low + low / 5);
}

static void
test_intervals_agree_on_opens_and_closes (void)
{
  g_autoptr (GArray) minutes = fetch_texts ("ohlcv-1m", "2024-02-28",
                                            "2024-03-02", NULL, NULL);

  for (gsize i = 2; i < 8; i++) {
    g_autoptr (GArray) rows = fetch_texts (spans[i].schema, "2024-02-28",
                                           "2024-03-02", NULL, NULL);
    guint step = minutes->len / rows->len;

    for (guint r = 0; r < rows->len; r++) {
      g_assert_cmpint (bar_at (rows, r)->open, ==,
                       bar_at (minutes, r * step)->open);
      g_assert_cmpint (bar_at (rows, r)->close, ==,
                       bar_at (minutes, r * step + step - 1)->close);
    }
  }
}

static void
test_weeks_start_on_monday_and_months_on_the_first (void)
{
  g_autoptr (GArray) weeks = fetch_texts ("ohlcv-1w", "1969-12-01",
                                          "1970-02-01", NULL, NULL);
  g_autoptr (GArray) months = fetch_texts ("ohlcv-1mo", "2023-12-15",
                                           "2024-03-02", NULL, NULL);

  g_assert_cmpuint (weeks->len, ==, 9);
  g_assert_cmpint (bar_at (weeks, 0)->ts, ==, at ("1969-12-01"));
  g_assert_cmpint (bar_at (weeks, 8)->ts, ==, at ("1970-01-26"));
  g_assert_cmpuint (months->len, ==, 3);
  g_assert_cmpint (bar_at (months, 0)->ts, ==, at ("2024-01-01"));
  g_assert_cmpint (bar_at (months, 1)->ts, ==, at ("2024-02-01"));
  g_assert_cmpint (bar_at (months, 2)->ts, ==, at ("2024-03-01"));
}

static void
test_ticks_are_in_order_and_positive (void)
{
  g_autoptr (GArray) trades = fetch_texts (
    "trades", "2024-03-01T00:00:00Z", "2024-03-01T01:00:00Z", NULL, NULL);
  g_autoptr (GArray) quotes = fetch_texts (
    "quotes", "2024-03-01T00:00:00Z", "2024-03-01T01:00:00Z", NULL, NULL);

  g_assert_cmpuint (trades->len, >, 3600);
  for (guint i = 1; i < trades->len; i++) {
    const struct md_trade *t = &g_array_index (trades, struct md_trade, i);

    g_assert_cmpint (t->ts, >, t[-1].ts);
    g_assert_cmpint (t->price, >, 0);
    g_assert_cmpfloat (t->size, >, 0);
    g_assert_cmpuint (t->id.len, >, 0);
  }
  for (guint i = 0; i < quotes->len; i++) {
    const struct md_quote *q = &g_array_index (quotes, struct md_quote, i);

    g_assert_cmpint (q->bid, >, 0);
    g_assert_cmpint (q->ask, >, q->bid);
  }
}

/* ---- now -------------------------------------------------------------- */

static guint
fetch_around_now (guint flags, char **ret_coverage, guint *ret_provisional)
{
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, NULL);
  guint n;

  host->now = at ("2024-05-01T12:00:30Z");
  fake_host_fetch (host, session, "made-up", "ohlcv-1m", acme,
                   at ("2024-05-01T11:50:00Z"), at ("2024-05-01T13:00:00Z"),
                   flags);
  *ret_coverage = fake_host_coverage (host);
  n = host->rows->len;
  *ret_provisional = bar_at (host->rows, n - 1)->flags & MD_ROW_PROVISIONAL;
  fake_host_close (host, session);
  return n;
}

static void
test_the_future_is_not_told (void)
{
  g_autofree char *coverage = NULL;
  guint provisional;

  g_assert_cmpuint (fetch_around_now (0, &coverage, &provisional), ==, 10);
  g_assert_cmpstr (coverage, ==,
                   "0:2024-05-01T11:50:00Z/2024-05-01T12:00:00Z");
  g_assert_false (provisional);
}

static void
test_the_unfinished_bar_is_flagged_and_not_covered (void)
{
  g_autofree char *coverage = NULL;
  guint provisional;

  g_assert_cmpuint (fetch_around_now (MD_REQUEST_PROVISIONAL, &coverage,
                                      &provisional), ==, 11);
  g_assert_cmpstr (coverage, ==,
                   "0:2024-05-01T11:50:00Z/2024-05-01T12:00:00Z");
  g_assert_true (provisional);
}

/* ---- symbols ---------------------------------------------------------- */

static void
test_the_catalogue_is_listed_by_pattern (void)
{
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, NULL);
  guint all;

  g_assert_cmpint (fake_host_list (host, session, "made-up", NULL), ==,
                   MD_OK);
  all = host->rows->len;
  g_assert_cmpint (fake_host_list (host, session, "made-up", "?C*"), ==,
                   MD_OK);
  g_assert_cmpuint (all, ==, 20);
  g_assert_cmpuint (host->rows->len, ==, 2); /* ACME, ECHO                  */
  fake_host_close (host, session);
}

#define add(path, function) g_test_add_func ("/fake/" path, function)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("any-cut-gives-the-same-rows", test_any_cut_gives_the_same_rows);
  add ("the-page-size-changes-nothing", test_the_page_size_changes_nothing);
  add ("newest-first-is-the-same-in-reverse",
       test_newest_first_is_the_same_in_reverse);
  add ("all-that-was-asked-is-covered", test_all_that_was_asked_is_covered);
  add ("seed-and-symbol-make-the-prices",
       test_seed_and_symbol_make_the_prices);
  add ("bars-are-sound-and-without-holes",
       test_bars_are_sound_and_without_holes);
  add ("prices-move", test_prices_move);
  add ("intervals-agree-on-opens-and-closes",
       test_intervals_agree_on_opens_and_closes);
  add ("weeks-start-on-monday-and-months-on-the-first",
       test_weeks_start_on_monday_and_months_on_the_first);
  add ("ticks-are-in-order-and-positive",
       test_ticks_are_in_order_and_positive);
  add ("the-future-is-not-told", test_the_future_is_not_told);
  add ("the-unfinished-bar-is-flagged-and-not-covered",
       test_the_unfinished_bar_is_flagged_and_not_covered);
  add ("the-catalogue-is-listed-by-pattern",
       test_the_catalogue_is_listed_by_pattern);
  return g_test_run ();
}
