/* SPDX-License-Identifier: Apache-2.0
 *
 * The Coinbase provider's walk back through trades.
 */
#include "fake-host.h"

#include <stdio.h>
#include <support/time.h>
#include <string.h>

#define START (INT64_C (1704067200) * MD_SECOND) /* 2024-01-01 */
#define LAST 20000                               /* trades there are */

static const char *const btc[] = { "BTC-USD", NULL };

/* A vendor with LAST trades; tests bend it with these.                     */
typedef struct {
  md_time (*time_of) (gint64 id);
  gint64 last;
  gint64 lose;       /* this id is missing from pages                       */
  gint64 twice;      /* this one comes twice in a row                       */
  gint64 spoil;      /* this one is spoilt by `spoilt`                      */
  const char *spoilt;
  gint64 skip_page;  /* pages from ids below this begin 10 lower            */
  gint64 repeat;     /* pages from ids below this begin 10 higher           */
  const char *after; /* instead of the right CB-AFTER                       */
  guint fail_at;     /* this request of the fetch fails; from 1             */
  guint n;
} Vendor;

typedef struct {
  FakeHost *host;
  void *session;
  Vendor vendor;
} Fixture;

/* Three trades in each time, a minute apart.                               */
static md_time
steady (gint64 id)
{
  return START + (id - 1) / 3 * MD_MINUTE;
}

static void
append_trade (GString *body, const Vendor *vendor, gint64 id)
{
  char time[40];

  if (id == vendor->lose)
    return;
  if (body->len > 1)
    g_string_append_c (body, ',');
  if (id == vendor->spoil) {
    g_string_append (body, vendor->spoilt);
    return;
  }
  md_time_format (vendor->time_of (id), time);
  g_string_append_printf (body, "{\"time\":\"%s\",\"trade_id\":%d,\"price\":"
                          "\"100.%05d\",\"size\":\"0.%d\",\"side\":\"%s\"}",
                          time, (int) id, (int) id, (int) id % 9 + 1,
                          id % 2 == 0 ? "buy" : "sell");
}

static FakeReply *
serve (const FakeRequest *request, gpointer data)
{
  Vendor *vendor = data;
  g_autofree char *after = fake_query (request->url, "after");
  g_autofree char *limit = fake_query (request->url, "limit");
  gint64 first = after != NULL ? g_ascii_strtoll (after, NULL, 10) - 1
                               : vendor->last;
  int n = atoi (limit);
  g_autoptr (GString) body = g_string_new ("[");
  g_autofree char *headers = NULL;

  g_assert_nonnull (strstr (request->url, "/products/BTC-USD/trades?"));
  g_assert_cmpint (n, <=, 1000);
  if (++vendor->n == vendor->fail_at)
    return fake_reply_fail (MD_ERR_NETWORK, "reset");
  if (n > 1 && first < vendor->skip_page)
    first -= 10;
  if (n > 1 && first < vendor->repeat)
    first += 10;
  first = MIN (first, vendor->last);
  for (; n > 0 && first > 0; n--, first--) {
    append_trade (body, vendor, first);
    if (first == vendor->twice)
      append_trade (body, vendor, first);
  }
  g_string_append_c (body, ']');
  headers = vendor->after != NULL
              ? g_strdup (vendor->after)
              : g_strdup_printf ("CB-BEFORE: 1\ncb-after: %d\n",
                                 (int) first + 1);
  return fake_reply_new (200, headers, body->str, -1);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->host = fake_host_new ("coinbase");
  f->vendor = (Vendor) { .time_of = steady, .last = LAST };
  f->host->server = serve;
  f->host->server_data = &f->vendor;
  f->session = fake_host_open (f->host, "base_url", "http://vendor", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fake_host_close (f->host, f->session);
  fake_host_free (f->host);
}

static int
fetch (Fixture *f, md_time from, md_time to)
{
  f->vendor.n = 0;
  return fake_host_fetch (f->host, f->session, "spot", "trades", btc, from, to,
                          0);
}

static guint
n_rows (const Fixture *f)
{
  return f->host->rows != NULL ? f->host->rows->len : 0;
}

static const struct md_trade *
trade (const Fixture *f, guint i)
{
  g_assert_cmpuint (i, <, n_rows (f));
  return &g_array_index (f->host->rows, struct md_trade, i);
}

static gint64
id_of (const struct md_trade *row)
{
  return g_ascii_strtoll (row->id.ptr, NULL, 10);
}

/* Exactly the trades [first, last], newest first.                          */
static void
assert_ids (const Fixture *f, gint64 first, gint64 last)
{
  g_assert_cmpuint (n_rows (f), ==, (guint) (last - first + 1));
  for (guint i = 0; i < n_rows (f); i++) {
    g_assert_cmpint (id_of (trade (f, i)), ==, last - i);
    g_assert_cmpint (trade (f, i)->ts, ==, f->vendor.time_of (last - i));
  }
}

static void
assert_all_covered (Fixture *f, md_time from, md_time to)
{
  g_autofree char *coverage = fake_host_coverage (f->host);
  char a[40], b[40];
  g_autofree char *expected = NULL;

  md_time_format (from, a);
  md_time_format (to, b);
  expected = g_strdup_printf ("0:%s/%s", a, b);
  g_assert_cmpstr (coverage, ==, expected);
}

/* ---- ranges -------------------------------------------------------------- */

static void
test_a_range_in_the_middle_is_found_and_exact (Fixture *f, gconstpointer data)
{
  md_time from = steady (9001), to = steady (12001);

  g_assert_cmpint (fetch (f, from, to), ==, MD_OK);
  assert_ids (f, 9001, 12000);
  assert_all_covered (f, from, to);
  /* The search takes few calls, the walk three or four.                    */
  g_assert_cmpuint (f->host->requests->len, <=, 12);
}

static void
test_a_range_up_to_the_newest_trade (Fixture *f, gconstpointer data)
{
  md_time from = steady (LAST), to = from + MD_DAY;

  g_assert_cmpint (fetch (f, from, to), ==, MD_OK);
  assert_ids (f, 19999, LAST);
  assert_all_covered (f, from, to);
}

static void
test_the_first_trade_ends_the_walk (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (fetch (f, START - MD_DAY, steady (1501)), ==, MD_OK);
  assert_ids (f, 1, 1500);
  assert_all_covered (f, START - MD_DAY, steady (1501));
}

static void
test_before_the_first_trade_there_is_nothing (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (fetch (f, START - MD_DAY, START), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 0);
  assert_all_covered (f, START - MD_DAY, START);
}

static void
test_after_the_newest_trade_there_is_nothing (Fixture *f, gconstpointer data)
{
  md_time from = steady (LAST) + MD_HOUR;

  g_assert_cmpint (fetch (f, from, from + MD_HOUR), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 0);
  assert_all_covered (f, from, from + MD_HOUR);
}

static void
test_a_product_that_never_traded_is_covered (Fixture *f, gconstpointer data)
{
  f->vendor.last = 0;
  g_assert_cmpint (fetch (f, START, START + MD_DAY), ==, MD_OK);
  g_assert_cmpuint (f->host->requests->len, ==, 1);
  assert_all_covered (f, START, START + MD_DAY);
}

static void
test_what_is_not_settled_is_not_covered (Fixture *f, gconstpointer data)
{
  md_time now = steady (10000) + 10 * MD_SECOND;

  f->host->now = now;
  f->vendor.last = 10002;
  g_assert_cmpint (fetch (f, now - MD_HOUR, now + MD_HOUR), ==, MD_OK);
  assert_all_covered (f, now - MD_HOUR, now - 30 * MD_SECOND);
  g_assert_cmpint (trade (f, 0)->ts, <, now - 30 * MD_SECOND);
}

static md_time
in_one_instant (gint64 id)
{
  return id > 5000 && id <= 10000 ? START + 10 * MD_DAY : steady (id);
}

static void
test_pages_of_one_instant_stay_together (Fixture *f, gconstpointer data)
{
  f->vendor.time_of = in_one_instant;
  f->vendor.last = 10000;
  g_assert_cmpint (fetch (f, START + 10 * MD_DAY, START + 10 * MD_DAY + 1), ==, MD_OK);
  assert_ids (f, 5001, 10000);
  assert_all_covered (f, START + 10 * MD_DAY, START + 10 * MD_DAY + 1);
}

/* Up to a second out of order, back and forth.                             */
static md_time
jittery (gint64 id)
{
  return START + id * 100 * (MD_SECOND / 1000)
         + (id * 7919 % 19 - 9) * 50 * (MD_SECOND / 1000);
}

static void
test_times_out_of_order_lose_no_trade (Fixture *f, gconstpointer data)
{
  md_time from = START + 300 * MD_SECOND, to = START + 900 * MD_SECOND;
  guint expected = 0;

  f->vendor.time_of = jittery;
  for (gint64 id = 1; id <= LAST; id++)
    expected += jittery (id) >= from && jittery (id) < to;
  g_assert_cmpint (fetch (f, from, to), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, expected);
  assert_all_covered (f, from, to);
}

static void
test_what_was_learnt_shortens_the_next_search (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (fetch (f, steady (3001), steady (6001)), ==, MD_OK);
  g_assert_cmpint (fetch (f, steady (6001), steady (9001)), ==, MD_OK);
  assert_ids (f, 6001, 9000);
  g_assert_cmpuint (f->host->requests->len, <=, 7);
}

/* ---- failures ------------------------------------------------------------ */

/* At every request in turn: what is kept and what is asked again make up the
 * whole, and nothing comes twice.                                          */
static void
test_a_failure_anywhere_keeps_what_was_complete (Fixture *f,
                                                 gconstpointer data)
{
  md_time from = steady (9001), to = steady (15001);
  guint n;

  g_assert_cmpint (fetch (f, from, to), ==, MD_OK);
  n = f->vendor.n;
  for (guint i = 1; i <= n; i++) {
    md_time kept_from = to;
    guint kept = 0;

    f->vendor.fail_at = i;
    fake_host_close (f->host, f->session);
    f->session = fake_host_open (f->host, "base_url", "http://vendor", NULL);
    g_assert_cmpint (fetch (f, from, to), ==, MD_ERR_NETWORK);
    for (guint k = 0; k < f->host->covered->len; k++)
      kept_from = MIN (kept_from, g_array_index (f->host->covered,
                                                 FakeCovered, k).from);
    for (guint k = 0; k < n_rows (f); k++)
      kept += trade (f, k)->ts >= kept_from;
    f->vendor.fail_at = 0;
    g_assert_cmpint (fetch (f, from, kept_from), ==, MD_OK);
    g_assert_cmpuint (kept + n_rows (f), ==, 6000);
  }
}

static void
assert_protocol_error (Fixture *f, const char *text)
{
  g_assert_cmpint (fetch (f, steady (9001), steady (15001)), ==,
                   MD_ERR_PROTOCOL);
  g_assert_nonnull (strstr (f->host->err.message, text));
}

static void
test_a_lost_page_is_a_protocol_error (Fixture *f, gconstpointer data)
{
  f->vendor.skip_page = 13500;
  assert_protocol_error (f, "lost");
  /* The pages before it were whole.                                        */
  g_assert_cmpuint (f->host->covered->len, >, 0);
}

static void
test_a_repeated_page_is_a_protocol_error (Fixture *f, gconstpointer data)
{
  f->vendor.repeat = 13500;
  assert_protocol_error (f, "repeated");
}

static void
test_a_cursor_that_stands_still_is_a_protocol_error (Fixture *f,
                                                     gconstpointer data)
{
  f->vendor.after = "CB-AFTER: 15001";
  assert_protocol_error (f, "CB-AFTER");
}

static void
test_without_a_cursor_the_ids_lead_on (Fixture *f, gconstpointer data)
{
  f->vendor.after = "X-Other: 1";
  g_assert_cmpint (fetch (f, steady (9001), steady (15001)), ==, MD_OK);
  assert_ids (f, 9001, 15000);
}

static md_time
leaping (gint64 id)
{
  return id == 10000 ? steady (14000) : steady (id);
}

static void
test_a_time_far_out_of_order_is_a_protocol_error (Fixture *f,
                                                  gconstpointer data)
{
  f->vendor.time_of = leaping;
  assert_protocol_error (f, "newer");
}

static void
test_a_trade_that_comes_twice_is_taken_once (Fixture *f, gconstpointer data)
{
  f->vendor.twice = 12345;
  g_assert_cmpint (fetch (f, steady (9001), steady (15001)), ==, MD_OK);
  assert_ids (f, 9001, 15000);
  g_assert_nonnull (strstr (f->host->log->str, "1 trades came twice"));
}

static void
test_an_id_missing_inside_a_page_is_said (Fixture *f, gconstpointer data)
{
  f->vendor.lose = 12345;
  g_assert_cmpint (fetch (f, steady (9001), steady (15001)), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 5999);
  g_assert_nonnull (strstr (f->host->log->str, "1 ids are missing"));
}

static void
test_a_bad_trade_is_rejected_with_all_reasons (Fixture *f, gconstpointer data)
{
  static const char *const cases[][2] = {
    { "{\"time\":\"2024-01-03T20:35:00Z\",\"trade_id\":12346,\"price\":null,"
      "\"size\":true,\"side\":\"left\"}",
      "missing:price; type:size; value:side" },
    { "{\"time\":\"yesterday\",\"trade_id\":0,\"price\":\"1e-10\","
      "\"size\":\"1\",\"side\":\"buy\"}",
      "value:time; range:trade_id; inexact:price" },
    { "{\"trade_id\":\"12346\"}",
      "missing:time; missing:price; missing:size; missing:side" },
    { "[1,2]", "type:row" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const FakeReject *reject;

    f->vendor.spoil = 12346;
    f->vendor.spoilt = cases[i][0];
    g_assert_cmpint (fetch (f, steady (9001), steady (15001)), ==, MD_OK);
    g_assert_cmpuint (n_rows (f), ==, 5999);
    g_assert_cmpuint (f->host->rejects->len, ==, 1);
    reject = f->host->rejects->pdata[0];
    g_assert_cmpstr (reject->raw, ==, cases[i][0]);
    g_assert_cmpstr (reject->reasons, ==, cases[i][1]);
    g_assert_null (strstr (f->host->log->str, "missing"));
  }
}

/* ---- rows ---------------------------------------------------------------- */

static void
test_the_aggressor_is_the_other_side (Fixture *f, gconstpointer data)
{
  const struct md_trade *row;

  g_assert_cmpint (fetch (f, steady (1), steady (4)), ==, MD_OK);
  assert_ids (f, 1, 3);
  row = trade (f, 1);
  g_assert_cmpmem (row->id.ptr, row->id.len, "2", 1);
  g_assert_cmpstr (fake_host_name (f->host, row->side), ==, "sell");
  g_assert_cmpstr (fake_host_name (f->host, trade (f, 0)->side), ==, "buy");
  g_assert_cmpint (row->price, ==, INT64_C (100000020000));
  g_assert_true (row->size == 0.3);
  g_assert_cmpint (row->sequence, ==, MD_ABSENT);
  g_assert_cmpint (row->ts_recv, ==, MD_ABSENT);
  g_assert_cmpuint (row->conditions, ==, MD_ABSENT_NAME);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "a-range-in-the-middle-is-found-and-exact",
      test_a_range_in_the_middle_is_found_and_exact },
    { "a-range-up-to-the-newest-trade", test_a_range_up_to_the_newest_trade },
    { "the-first-trade-ends-the-walk", test_the_first_trade_ends_the_walk },
    { "before-the-first-trade-there-is-nothing",
      test_before_the_first_trade_there_is_nothing },
    { "after-the-newest-trade-there-is-nothing",
      test_after_the_newest_trade_there_is_nothing },
    { "a-product-that-never-traded-is-covered",
      test_a_product_that_never_traded_is_covered },
    { "what-is-not-settled-is-not-covered",
      test_what_is_not_settled_is_not_covered },
    { "pages-of-one-instant-stay-together",
      test_pages_of_one_instant_stay_together },
    { "times-out-of-order-lose-no-trade",
      test_times_out_of_order_lose_no_trade },
    { "what-was-learnt-shortens-the-next-search",
      test_what_was_learnt_shortens_the_next_search },
    { "a-failure-anywhere-keeps-what-was-complete",
      test_a_failure_anywhere_keeps_what_was_complete },
    { "a-lost-page-is-a-protocol-error",
      test_a_lost_page_is_a_protocol_error },
    { "a-repeated-page-is-a-protocol-error",
      test_a_repeated_page_is_a_protocol_error },
    { "a-cursor-that-stands-still-is-a-protocol-error",
      test_a_cursor_that_stands_still_is_a_protocol_error },
    { "without-a-cursor-the-ids-lead-on",
      test_without_a_cursor_the_ids_lead_on },
    { "a-time-far-out-of-order-is-a-protocol-error",
      test_a_time_far_out_of_order_is_a_protocol_error },
    { "a-trade-that-comes-twice-is-taken-once",
      test_a_trade_that_comes_twice_is_taken_once },
    { "an-id-missing-inside-a-page-is-said",
      test_an_id_missing_inside_a_page_is_said },
    { "a-bad-trade-is-rejected-with-all-reasons",
      test_a_bad_trade_is_rejected_with_all_reasons },
    { "the-aggressor-is-the-other-side",
      test_the_aggressor_is_the_other_side },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/coinbase-trades/", tests[i].name,
                                         NULL);

    g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
  }
  return g_test_run ();
}
