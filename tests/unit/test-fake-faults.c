/* SPDX-License-Identifier: Apache-2.0
 *
 * test-fake-faults.c - the fake provider fails, repeats itself and talks
 * nonsense exactly as it is told.
 */
#include "fake-host.h"

#include <math.h>
#include <string.h>

#define START (INT64_C (19700) * MD_DAY) /* 2023-12-09                      */

static const char *const acme[] = { "ACME", NULL };

#define bar_at(host, i) (&g_array_index ((host)->rows, struct md_bar, i))

static guint
n_rows (const FakeHost *host)
{
  return host->rows != NULL ? host->rows->len : 0;
}

static int
fetch_minutes (FakeHost *host, void *session, guint n)
{
  return fake_host_fetch (host, session, "made-up", "ohlcv-1m", acme, START,
                          START + n * MD_MINUTE, 0);
}

/* One fetch with a key or two; NULL for none.                              */
static FakeHost *
fetched (guint n, const char *key, const char *value, const char *key2,
         const char *value2)
{
  FakeHost *host = fake_host_new ("fake");
  void *session = fake_host_open (host, key, value, key2, value2, NULL);

  g_assert_nonnull (session);
  g_assert_cmpint (fetch_minutes (host, session, n), ==, MD_OK);
  fake_host_close (host, session);
  return host;
}

/* ---- corrections ------------------------------------------------------ */

static void
test_a_revision_changes_and_withdraws_some (void)
{
  g_autoptr (FakeHost) was = fetched (10000, NULL, NULL, NULL, NULL);
  g_autoptr (FakeHost) now = fetched (10000, "revision", "1", NULL, NULL);
  guint changed = 0, withdrawn = 0, j = 0;

  for (guint i = 0; i < n_rows (was); i++) {
    if (j >= n_rows (now) || bar_at (now, j)->ts != bar_at (was, i)->ts)
      withdrawn++;
    else
      changed += memcmp (bar_at (now, j++), bar_at (was, i),
                         sizeof (struct md_bar)) != 0;
  }
  g_assert_cmpuint (j, ==, n_rows (now));
  g_assert_cmpuint (changed, >, 50);   /* 1 % of 10000                      */
  g_assert_cmpuint (changed, <, 200);
  g_assert_cmpuint (withdrawn, >, 1);  /* 0.1 %                             */
  g_assert_cmpuint (withdrawn, <, 40);
}

static void
test_a_later_revision_keeps_what_earlier_ones_did (void)
{
  g_autoptr (FakeHost) one = fetched (10000, "revision", "1", NULL, NULL);
  g_autoptr (FakeHost) two = fetched (10000, "revision", "2", NULL, NULL);

  g_assert_cmpuint (n_rows (two), <, n_rows (one));
  for (guint i = 0, j = 0; j < n_rows (two); i++) {
    g_assert_cmpuint (i, <, n_rows (one));
    j += bar_at (one, i)->ts == bar_at (two, j)->ts;
  }
}

/* ---- holes and repeats ------------------------------------------------ */

static void
test_gaps_leave_out_whole_stretches (void)
{
  g_autoptr (FakeHost) host = fetched (60000, "gap_rate", "0.1", NULL, NULL);
  guint gaps = 0;

  for (guint i = 1; i < n_rows (host); i++) {
    gint64 step = bar_at (host, i)->ts - bar_at (host, i - 1)->ts;

    g_assert_cmpint ((step / MD_MINUTE - 1) % 60, ==, 0);
    gaps += step > MD_MINUTE;
  }
  g_assert_cmpuint (gaps, >, 50);
  g_assert_cmpuint (gaps, <, 150);
  g_assert_cmpuint (host->covered->len, >, 0);
}

static void
test_duplicates_follow_their_row (void)
{
  g_autoptr (FakeHost) host = fetched (10000, "duplicate_rate", "0.1", NULL,
                                       NULL);
  guint repeated = 0;

  for (guint i = 1; i < n_rows (host); i++)
    repeated += memcmp (bar_at (host, i), bar_at (host, i - 1),
                        sizeof (struct md_bar)) == 0;
  g_assert_cmpuint (n_rows (host), ==, 10000 + repeated);
  g_assert_cmpuint (repeated, >, 700);
  g_assert_cmpuint (repeated, <, 1300);
}

static void
test_every_row_can_come_twice (void)
{
  g_autoptr (FakeHost) host = fetched (500, "duplicate_rate", "1",
                                       "page_rows", "100");

  g_assert_cmpuint (n_rows (host), ==, 1000);
}

/* ---- nonsense --------------------------------------------------------- */

static gboolean
is_broken (const struct md_bar *bar, const char *kind)
{
  switch (*kind) {
  case 'm': return bar->close == MD_ABSENT;
  case 'h': return bar->high < bar->low;
  case 'o': return bar->open > bar->high;
  case 'p': return bar->low <= 0;
  case 'v': return bar->volume < 0;
  default: return bar->ts % MD_MINUTE != 0;
  }
}

static void
test_each_kind_of_bad_row_breaks_its_rule (void)
{
  static const char *const kinds[] = { "missing", "high-low", "open-outside",
                                       "price", "volume", "grid" };

  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++) {
    g_autoptr (FakeHost) host = fetched (1000, "bad_rate", "0.2", "bad_kind",
                                         kinds[k]);
    guint broken = 0;

    for (guint i = 0; i < n_rows (host); i++)
      broken += is_broken (bar_at (host, i), kinds[k]);
    g_assert_cmpuint (broken, >, 130);
    g_assert_cmpuint (broken, <, 270);
  }
}

/* ---- failures --------------------------------------------------------- */

static void
test_each_failure_has_its_class (void)
{
  static const struct { const char *kind; int klass, status; } all[] = {
    { "limited", MD_ERR_LIMITED, 429 }, { "network", MD_ERR_NETWORK, 503 },
    { "cut", MD_ERR_NETWORK, 200 }, { "protocol", MD_ERR_PROTOCOL, 200 },
    { "auth", MD_ERR_AUTH, 401 }, { "request", MD_ERR_REQUEST, 400 },
    { "not-found", MD_ERR_NOT_FOUND, 404 },
    { "entitlement", MD_ERR_ENTITLEMENT, 403 },
    { "quota", MD_ERR_QUOTA, 429 }, { "internal", MD_ERR_INTERNAL, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autoptr (FakeHost) host = fake_host_new ("fake");
    void *session = fake_host_open (host, "fail_at", "1", "fail_kind",
                                    all[i].kind, NULL);

    g_assert_cmpint (fetch_minutes (host, session, 10), ==, all[i].klass);
    g_assert_cmpint (host->err.klass, ==, all[i].klass);
    g_assert_cmpint (host->err.http_status, ==, all[i].status);
    g_assert_cmpstr (host->err.message, !=, "");
    g_assert_cmpuint (host->covered->len, ==, 0);
    fake_host_close (host, session);
  }
}

static void
test_limited_says_when_to_come_back (void)
{
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, "fail_at", "1", "fail_kind",
                                  "limited", "retry_after", "7s", NULL);

  fetch_minutes (host, session, 10);
  g_assert_cmpint (host->err.retry_after_ns, ==, 7 * MD_SECOND);
  fake_host_close (host, session);
}

static void
test_calls_are_counted_over_the_session (void)
{
  static const gboolean fails[] = { FALSE, TRUE, FALSE, TRUE, TRUE };
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, "fail_at", "2,4+", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (fails); i++)
    g_assert_cmpint (fetch_minutes (host, session, 10) != MD_OK, ==,
                     fails[i]);
  fake_host_close (host, session);
}

static void
test_a_cut_answer_brings_half_and_covers_nothing (void)
{
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, "fail_at", "2", "fail_kind", "cut",
                                  "page_rows", "100", NULL);
  g_autofree char *coverage = NULL;

  g_assert_cmpint (fetch_minutes (host, session, 300), ==, MD_ERR_NETWORK);
  g_assert_cmpuint (n_rows (host), ==, 150);
  coverage = fake_host_coverage (host);
  g_assert_cmpstr (coverage, ==,
                   "0:2023-12-09T00:00:00Z/2023-12-09T01:40:00Z");
  fake_host_close (host, session);
}

static void
test_some_calls_fail_at_a_rate (void)
{
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, "fail_rate", "0.2", NULL);
  guint failed = 0;

  for (int i = 0; i < 500; i++)
    failed += fetch_minutes (host, session, 1) != MD_OK;
  g_assert_cmpuint (failed, >, 60);
  g_assert_cmpuint (failed, <, 140);
  fake_host_close (host, session);
}

static void
test_one_symbol_can_fail_alone (void)
{
  const char *const both[] = { "ACME", "BOLT", NULL };
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, "fail_symbol", "BOLT", "fail_kind",
                                  "not-found", NULL);

  g_assert_cmpint (fake_host_fetch (host, session, "made-up", "ohlcv-1m",
                                    both, START, START + MD_HOUR, 0), ==,
                   MD_ERR_NOT_FOUND);
  g_assert_cmpuint (host->err.symbol, ==, 1);
  g_assert_cmpuint (n_rows (host), ==, 60);
  g_assert_cmpint (fetch_minutes (host, session, 10), ==, MD_OK);
  fake_host_close (host, session);
}

static void
test_unknown_symbols_are_named (void)
{
  const char *const some[] = { "ACME", "NOPE7", NULL };
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, NULL);

  g_assert_cmpint (fake_host_fetch (host, session, "made-up", "ohlcv-1m",
                                    some, START, START + MD_HOUR, 0), ==,
                   MD_ERR_NOT_FOUND);
  g_assert_cmpuint (host->err.symbol, ==, 1);
  g_assert_nonnull (strstr (host->err.message, "NOPE7"));
  fake_host_close (host, session);
}

/* ---- keys ------------------------------------------------------------- */

static int
class_with_key (const char *given)
{
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, "expected_key", "sesame",
                                  given != NULL ? "api_key" : NULL, given,
                                  NULL);
  int klass = fetch_minutes (host, session, 1);

  g_assert_null (strstr (host->err.message, "sesame"));
  fake_host_close (host, session);
  return klass;
}

static void
test_the_wrong_key_is_refused (void)
{
  g_assert_cmpint (class_with_key ("sesame"), ==, MD_OK);
  g_assert_cmpint (class_with_key ("simsim"), ==, MD_ERR_AUTH);
  g_assert_cmpint (class_with_key (NULL), ==, MD_ERR_AUTH);
}

static void
test_a_senseless_setting_is_refused (void)
{
  static const char *const bad[][2] = {
    { "page_rows", "0" }, { "page_rows", "-1" }, { "gap_rate", "1.5" },
    { "bad_rate", "-0.1" }, { "fail_rate", "2" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (FakeHost) host = fake_host_new ("fake");

    g_assert_null (fake_host_open (host, bad[i][0], bad[i][1], NULL));
    g_assert_cmpint (host->err.klass, ==, MD_ERR_CONFIG);
    g_assert_nonnull (strstr (host->err.message, bad[i][0]));
  }
}

static void
test_cancelling_ends_a_slow_call (void)
{
  g_autoptr (FakeHost) host = fake_host_new ("fake");
  void *session = fake_host_open (host, "slow", "1h", NULL);

  host->cancelled = TRUE;
  g_assert_cmpint (fetch_minutes (host, session, 1), ==, MD_ERR_CANCELLED);
  fake_host_close (host, session);
}

#define add(path, function) g_test_add_func ("/fake-faults/" path, function)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("a-revision-changes-and-withdraws-some",
       test_a_revision_changes_and_withdraws_some);
  add ("a-later-revision-keeps-what-earlier-ones-did",
       test_a_later_revision_keeps_what_earlier_ones_did);
  add ("gaps-leave-out-whole-stretches", test_gaps_leave_out_whole_stretches);
  add ("duplicates-follow-their-row", test_duplicates_follow_their_row);
  add ("every-row-can-come-twice", test_every_row_can_come_twice);
  add ("each-kind-of-bad-row-breaks-its-rule",
       test_each_kind_of_bad_row_breaks_its_rule);
  add ("each-failure-has-its-class", test_each_failure_has_its_class);
  add ("limited-says-when-to-come-back", test_limited_says_when_to_come_back);
  add ("calls-are-counted-over-the-session",
       test_calls_are_counted_over_the_session);
  add ("a-cut-answer-brings-half-and-covers-nothing",
       test_a_cut_answer_brings_half_and_covers_nothing);
  add ("some-calls-fail-at-a-rate", test_some_calls_fail_at_a_rate);
  add ("one-symbol-can-fail-alone", test_one_symbol_can_fail_alone);
  add ("unknown-symbols-are-named", test_unknown_symbols_are_named);
  add ("the-wrong-key-is-refused", test_the_wrong_key_is_refused);
  add ("a-senseless-setting-is-refused", test_a_senseless_setting_is_refused);
  add ("cancelling-ends-a-slow-call", test_cancelling_ends_a_slow_call);
  return g_test_run ();
}
