/* SPDX-License-Identifier: Apache-2.0 */
#include "store-help.h"

#include "data/clock.h"

typedef struct {
  char *dir;
  Store *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = help_dir ();
  f->store = help_open (f->dir, STORE_WRITE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_close (f->store);
  help_remove (f->dir);
}

static void
test_rows_come_back (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (help_put (f->store, "AAPL", 0, 3000,
                              "0=10 1=11 1439=12 1440=13 2999=14"),
                    ==, 1);
  help_assert_rows (f->store, FALSE, "AAPL",
                    "0=10 1=11 1439=12 1440=13 2999=14");
}

static void
test_the_same_again_writes_nothing (Fixture *f, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL;
  CommitResult result;

  help_put (f->store, "AAPL", 0, 3000, "0=10 1=11 1440=13");
  before = help_fingerprint (f->dir);
  result = help_commit (f->store, help_segment (FALSE, "AAPL", 0, 3000,
                                                "0=10 1=11 1440=13"));
  after = help_fingerprint (f->dir);
  g_assert_cmpuint (result.commit, ==, 0);
  g_assert_cmpuint (result.same, ==, 3);
  g_assert_cmpstr (before, ==, after);
}

static void
test_an_answer_replaces_its_interval (Fixture *f, gconstpointer data)
{
  g_autofree char *rows = NULL;
  CommitResult result;

  help_put (f->store, "AAPL", 0, 10, "0=10 1=11 2=12 3=13 9=19");
  result = help_commit (f->store, help_segment (FALSE, "AAPL", 1, 9,
                                                "1=11 2=22 5=15"));
  g_assert_cmpuint (result.same, ==, 1);
  g_assert_cmpuint (result.changed, ==, 1);
  g_assert_cmpuint (result.added, ==, 1);
  g_assert_cmpuint (result.withdrawn, ==, 1);
  rows = help_scan (f->store, FALSE, "AAPL", MD_ABSENT, TRUE);
  g_assert_cmpstr (rows, ==, "0=10@1 1=11@1 2=22@2 5=15@2 9=19@1");
}

static void
test_an_earlier_row_moves_the_block (Fixture *f, gconstpointer data)
{
  SeriesKey key = help_series (FALSE, "AAPL");
  SeriesStats stats;

  help_put (f->store, "AAPL", 100, 110, "100=1 101=2");
  help_put (f->store, "AAPL", 50, 60, "50=3");
  help_assert_rows (f->store, FALSE, "AAPL", "50=3 100=1 101=2");
  g_assert_true (store_series_stats (f->store, &key, &stats, NULL));
  g_assert_cmpuint (stats.blocks, ==, 1);
  g_assert_cmpuint (stats.rows, ==, 3);
  g_assert_cmpint (stats.first, ==, MINUTES (50));
  g_assert_cmpint (stats.last, ==, MINUTES (101));
}

/* RocksDB's reads do not see the batch under construction: without a view of
 * it, the second segment would replace the block of the first.             */
static void
test_one_group_may_touch_a_block_many_times (Fixture *f, gconstpointer data)
{
  Segment *group[4];
  CommitResult results[4];
  g_autoptr (GError) error = NULL;
  g_autofree char *rows = NULL;

  group[0] = help_segment (FALSE, "AAPL", 0, 10, "0=10 5=15");
  group[1] = help_segment (FALSE, "AAPL", 10, 20, "10=20 15=25");
  group[2] = help_segment (FALSE, "AAPL", 5, 12, "5=15 11=21");
  group[3] = help_segment (FALSE, "MSFT", 0, 20, "0=1");
  g_assert_true (store_commit (f->store, group, 4, results, &error));
  g_assert_no_error (error);
  rows = help_scan (f->store, FALSE, "AAPL", MD_ABSENT, TRUE);
  g_assert_cmpstr (rows, ==, "0=10@1 5=15@1 11=21@3 15=25@2");
  g_assert_cmpuint (results[2].withdrawn, ==, 1);
  g_assert_cmpuint (results[2].same, ==, 1);
  g_assert_cmpuint (results[3].commit, ==, 4);
  for (int i = 0; i < 4; i++)
    segment_free (group[i]);
}

static void
test_an_unchanged_segment_of_a_group_takes_no_number (Fixture *f,
                                                      gconstpointer data)
{
  Segment *group[3];
  CommitResult results[3];

  group[0] = help_segment (FALSE, "AAPL", 0, 10, "0=10");
  group[1] = help_segment (FALSE, "AAPL", 0, 10, "0=10");
  group[2] = help_segment (FALSE, "AAPL", 0, 10, "0=11");
  g_assert_true (store_commit (f->store, group, 3, results, NULL));
  g_assert_cmpuint (results[0].commit, ==, 1);
  g_assert_cmpuint (results[1].commit, ==, 0);
  g_assert_cmpuint (results[2].commit, ==, 2);
  for (int i = 0; i < 3; i++)
    segment_free (group[i]);
}

static void
test_numbers_go_on_after_reopening (Fixture *f, gconstpointer data)
{
  help_put (f->store, "AAPL", 0, 10, "0=10");
  help_put (f->store, "MSFT", 0, 10, "0=10");
  store_close (f->store);
  f->store = help_open (f->dir, STORE_WRITE_EXISTING);
  g_assert_cmpuint (help_put (f->store, "GOOG", 0, 10, "0=10"), ==, 3);
  help_assert_rows (f->store, FALSE, "AAPL", "0=10");
}

static void
test_an_empty_answer_withdraws (Fixture *f, gconstpointer data)
{
  CommitResult result;

  help_put (f->store, "AAPL", 0, 10, "0=10 5=15");
  result = help_commit (f->store, help_segment (FALSE, "AAPL", 5, 10, NULL));
  g_assert_cmpuint (result.withdrawn, ==, 1);
  help_assert_rows (f->store, FALSE, "AAPL", "0=10");
}

static void
test_a_failure_leaves_rows_alone (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment_of (FALSE, "AAPL", MD_SELECT_SYMBOL, 0, 20);
  AskKey ask = help_ask (FALSE, "AAPL", MD_SELECT_SYMBOL);
  g_autofree char *ledger = NULL;

  help_put (f->store, "AAPL", 0, 10, "0=10 5=15");
  segment->state = LEDGER_FAILED;
  segment->reason = g_strdup ("network: no route");
  g_assert_cmpuint (help_commit (f->store, segment).commit, ==, 2);
  help_assert_rows (f->store, FALSE, "AAPL", "0=10 5=15");
  ledger = help_ledger (f->store, &ask);
  g_assert_cmpstr (ledger, ==,
                   "complete 0-10; failed 10-20 (network: no route)");
}

/* ---- selectors of many ----------------------------------------------- */

static Segment *
parent_segment (const char *es, const char *nq)
{
  Segment *segment = help_segment_of (FALSE, "FUT", MD_SELECT_PARENT, 0, 10);

  if (es != NULL)
    segment_add_series (segment, "ES", help_rows (FALSE, es));
  if (nq != NULL)
    segment_add_series (segment, "NQ", help_rows (FALSE, nq));
  segment_seal (segment);
  return segment;
}

static void
test_a_series_that_a_parent_no_longer_delivers_is_withdrawn (
  Fixture *f, gconstpointer data)
{
  CommitResult result;

  help_commit (f->store, parent_segment ("0=1 1=2", "0=5 1=6"));
  result = help_commit (f->store, parent_segment ("0=1 1=2", NULL));
  g_assert_cmpuint (result.withdrawn, ==, 2);
  g_assert_cmpuint (result.same, ==, 2);
  help_assert_rows (f->store, FALSE, "NQ", "");
  help_assert_rows (f->store, FALSE, "ES", "0=1 1=2");
}

static void
test_other_selectors_are_not_withdrawn (Fixture *f, gconstpointer data)
{
  help_put (f->store, "AAPL", 0, 10, "0=1");
  help_commit (f->store, parent_segment ("0=1 1=2", NULL));
  help_assert_rows (f->store, FALSE, "AAPL", "0=1");
}

static void
test_a_selector_knows_what_it_delivered (Fixture *f, gconstpointer data)
{
  AskKey ask = help_ask (FALSE, "FUT", MD_SELECT_PARENT);
  g_autoptr (GPtrArray) list = NULL;
  const Mapping *first;

  help_commit (f->store, parent_segment ("0=1 1=2", "0=5 1=6"));
  list = store_instruments (f->store, &ask, NULL);
  g_assert_cmpuint (list->len, ==, 2);
  first = list->pdata[0];
  g_assert_cmpstr (first->instrument, ==, "ES");
  g_assert_cmpint (first->from, ==, MINUTES (0));
  g_assert_cmpint (first->to, ==, MINUTES (10));
}

/* ---- quarantine ------------------------------------------------------ */

static gboolean
keep_letter (const DeadLetter *letter, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(Segment **) data = segment_from_letter (letter, &error);
  g_assert_no_error (error);
  return FALSE;
}

static void
test_a_shrinking_answer_is_quarantined (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 10, "0=10 1=91 2=12");
  AskKey ask = help_ask (FALSE, "AAPL", MD_SELECT_SYMBOL);
  g_autofree char *ledger = NULL;
  Segment *kept = NULL;
  CommitResult result;

  help_put (f->store, "AAPL", 0, 10, "0=10 1=11 2=12 3=13");
  segment->max_shrink = 0.01;
  result = help_commit (f->store, segment);
  g_assert_true (result.quarantined);
  g_assert_cmpuint (result.withdrawn, ==, 0);
  g_assert_cmpuint (result.commit, ==, 2);
  help_assert_rows (f->store, FALSE, "AAPL", "0=10 1=11 2=12 3=13");
  ledger = help_ledger (f->store, &ask);
  g_assert_true (g_str_has_prefix (ledger, "failed 0-10 (quarantined: "));

  g_assert_true (store_dead_each (f->store, NULL, keep_letter, &kept, NULL));
  help_commit (f->store, kept);
  help_assert_rows (f->store, FALSE, "AAPL", "0=10 1=91 2=12");
  commit_result_clear (&result);
}

static void
test_an_empty_answer_is_quarantined_too (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 10, NULL);
  Segment *kept = NULL;
  CommitResult result;

  help_put (f->store, "AAPL", 0, 10, "0=10");
  segment->max_shrink = 0.5;
  result = help_commit (f->store, segment);
  g_assert_true (result.quarantined);
  help_assert_rows (f->store, FALSE, "AAPL", "0=10");
  g_assert_true (store_dead_each (f->store, NULL, keep_letter, &kept, NULL));
  g_assert_cmpint (kept->state, ==, LEDGER_EMPTY);
  segment_free (kept);
  commit_result_clear (&result);
}

static void
test_few_withdrawals_are_no_quarantine (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 10, "0=10 1=11 2=12");

  help_put (f->store, "AAPL", 0, 10, "0=10 1=11 2=12 3=13");
  segment->max_shrink = 0.25;
  g_assert_false (help_commit (f->store, segment).quarantined);
  help_assert_rows (f->store, FALSE, "AAPL", "0=10 1=11 2=12");
}

/* ---- ticks ----------------------------------------------------------- */

static void
test_equal_ticks_are_all_kept_in_order (Fixture *f, gconstpointer data)
{
  static const char rows[] = "0=10/1 0=10/1 0=9/7 0=10/2 1=5 1=5 1=5";

  help_commit (f->store, help_segment (TRUE, "BTC", 0, 10, rows));
  g_assert_cmpuint (
    help_commit (f->store, help_segment (TRUE, "BTC", 0, 10, rows)).commit, ==,
    0);
  help_assert_rows (f->store, TRUE, "BTC", rows);
}

static void
test_one_of_equal_ticks_can_be_withdrawn (Fixture *f, gconstpointer data)
{
  CommitResult result;

  help_commit (f->store, help_segment (TRUE, "BTC", 0, 10, "1=5 1=5 1=5"));
  result = help_commit (f->store, help_segment (TRUE, "BTC", 0, 10,
                                                "1=5 1=5"));
  g_assert_cmpuint (result.withdrawn, ==, 1);
  g_assert_cmpuint (result.same, ==, 2);
  help_assert_rows (f->store, TRUE, "BTC", "1=5 1=5");
}

static void
test_another_order_of_equal_times_is_no_change (Fixture *f,
                                                gconstpointer data)
{
  help_commit (f->store, help_segment (TRUE, "BTC", 0, 9, "1=5/1 1=6/2 2=7"));
  g_assert_cmpuint (help_commit (f->store,
                                 help_segment (TRUE, "BTC", 0, 9,
                                               "1=6/2 1=5/1 2=7"))
                      .commit,
                    ==, 0);
  help_assert_rows (f->store, TRUE, "BTC", "1=5/1 1=6/2 2=7");
}

static void
append (Store *store, gint64 from, gint64 to, const char *rows)
{
  Segment *segment = help_segment (TRUE, "BTC", from, to, rows);

  segment->append_only = TRUE;
  help_commit (store, segment);
}

static void
test_a_stream_adds_and_does_not_repeat (Fixture *f, gconstpointer data)
{
  append (f->store, 0, 10, "1=5/1 2=6/2");
  append (f->store, 0, 20, "2=6/2 2=7/3 12=8/4");
  append (f->store, 0, 20, "5=9/9");
  help_assert_rows (f->store, TRUE, "BTC", "1=5/1 2=6/2 2=7/3 5=9/9 12=8/4");
}

static void
test_a_run_of_appends_leaves_few_blocks (Fixture *f, gconstpointer data)
{
  SeriesKey key = help_series (TRUE, "BTC");
  SeriesStats stats;

  for (gint64 i = 0; i < 600; i++) {
    g_autofree char *row = g_strdup_printf ("%" G_GINT64_FORMAT "=%"
                                            G_GINT64_FORMAT, i, i % 7);

    append (f->store, i, i + 1, row);
  }
  g_assert_true (store_series_stats (f->store, &key, &stats, NULL));
  g_assert_cmpuint (stats.rows, ==, 600);
  g_assert_cmpuint (stats.blocks, <=, 16);
}

static char *
many_ticks (gint64 n, gint64 every)
{
  GString *rows = g_string_new (NULL);

  for (gint64 i = 0; i < n; i++)
    g_string_append_printf (rows, "%s%" G_GINT64_FORMAT "=%" G_GINT64_FORMAT,
                            i > 0 ? " " : "", i / every, 100 + i % 90);
  return g_string_free (rows, FALSE);
}

static void
test_a_long_day_is_cut_and_stays_in_order (Fixture *f, gconstpointer data)
{
  g_autofree char *rows = many_ticks (30000, 3);
  SeriesKey key = help_series (TRUE, "BTC");
  SeriesStats stats;

  help_commit (f->store, help_segment (TRUE, "BTC", 0, 86400, rows));
  help_assert_rows (f->store, TRUE, "BTC", rows);
  g_assert_true (store_series_stats (f->store, &key, &stats, NULL));
  g_assert_cmpuint (stats.blocks, ==, 4);
}

/* In other pieces than it was stored in.                                   */
static void
test_ticks_in_other_pieces_change_nothing (Fixture *f, gconstpointer data)
{
  g_autofree char *rows = many_ticks (20000, 3);
  g_auto (GStrv) words = g_strsplit (rows, " ", -1);

  help_commit (f->store, help_segment (TRUE, "BTC", 0, 86400, rows));
  for (gint64 from = 0; from < 6667; from += 1000) {
    GString *part = g_string_new (NULL);
    CommitResult result;

    for (gint64 i = from * 3; i < MIN ((from + 1000) * 3, 20000); i++)
      g_string_append_printf (part, "%s ", words[i]);
    result = help_commit (f->store, help_segment (TRUE, "BTC", from,
                                                  from + 1000, part->str));
    g_assert_cmpuint (result.commit, ==, 0);
    g_string_free (part, TRUE);
  }
}

/* ---- what is refused ------------------------------------------------- */

static void
assert_refused (Store *store, Segment *segment, const char *why)
{
  g_autoptr (GError) error = NULL;
  CommitResult result;

  g_assert_false (store_commit (store, &segment, 1, &result, &error));
  g_assert_nonnull (strstr (error->message, why));
  segment_free (segment);
}

static void
test_rows_outside_the_interval_are_refused (Fixture *f, gconstpointer data)
{
  assert_refused (f->store, help_segment (FALSE, "AAPL", 0, 5, "5=10"),
                  "inside the interval");
  assert_refused (f->store, help_segment (FALSE, "AAPL", 5, 9, "4=10"),
                  "inside the interval");
  assert_refused (f->store, help_segment (FALSE, "AAPL", 0, 9, "4=1 3=1"),
                  "time order");
  help_assert_rows (f->store, FALSE, "AAPL", "");
}

static void
test_another_interval_in_the_same_series_is_refused (Fixture *f,
                                                     gconstpointer data)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 120, "0=10 60=11");

  help_put (f->store, "AAPL", 0, 10, "0=10");
  segment->interval = (struct md_interval) { 1, MD_UNIT_HOUR, 0, NULL };
  assert_refused (f->store, segment, "interval \"1m\"");
}

static void
test_a_refused_segment_takes_its_group_along (Fixture *f, gconstpointer data)
{
  Segment *group[2];
  CommitResult results[2];
  g_autoptr (GError) error = NULL;

  group[0] = help_segment (FALSE, "AAPL", 0, 10, "0=10");
  group[1] = help_segment (FALSE, "AAPL", 0, 10, "50=10");
  g_assert_false (store_commit (f->store, group, 2, results, &error));
  help_assert_rows (f->store, FALSE, "AAPL", "");
  g_assert_cmpuint (help_put (f->store, "AAPL", 0, 10, "0=10"), ==, 1);
  for (int i = 0; i < 2; i++)
    segment_free (group[i]);
}

#define TEST(path, test)                                                      \
  g_test_add ("/store-commit/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("rows-come-back", test_rows_come_back);
  TEST ("the-same-again-writes-nothing", test_the_same_again_writes_nothing);
  TEST ("an-answer-replaces-its-interval",
        test_an_answer_replaces_its_interval);
  TEST ("an-earlier-row-moves-the-block", test_an_earlier_row_moves_the_block);
  TEST ("one-group-may-touch-a-block-many-times",
        test_one_group_may_touch_a_block_many_times);
  TEST ("an-unchanged-segment-of-a-group-takes-no-number",
        test_an_unchanged_segment_of_a_group_takes_no_number);
  TEST ("numbers-go-on-after-reopening", test_numbers_go_on_after_reopening);
  TEST ("an-empty-answer-withdraws", test_an_empty_answer_withdraws);
  TEST ("a-failure-leaves-rows-alone", test_a_failure_leaves_rows_alone);
  TEST ("a-series-that-a-parent-no-longer-delivers-is-withdrawn",
        test_a_series_that_a_parent_no_longer_delivers_is_withdrawn);
  TEST ("other-selectors-are-not-withdrawn",
        test_other_selectors_are_not_withdrawn);
  TEST ("a-selector-knows-what-it-delivered",
        test_a_selector_knows_what_it_delivered);
  TEST ("a-shrinking-answer-is-quarantined",
        test_a_shrinking_answer_is_quarantined);
  TEST ("an-empty-answer-is-quarantined-too",
        test_an_empty_answer_is_quarantined_too);
  TEST ("few-withdrawals-are-no-quarantine",
        test_few_withdrawals_are_no_quarantine);
  TEST ("equal-ticks-are-all-kept-in-order",
        test_equal_ticks_are_all_kept_in_order);
  TEST ("one-of-equal-ticks-can-be-withdrawn",
        test_one_of_equal_ticks_can_be_withdrawn);
  TEST ("another-order-of-equal-times-is-no-change",
        test_another_order_of_equal_times_is_no_change);
  TEST ("a-stream-adds-and-does-not-repeat",
        test_a_stream_adds_and_does_not_repeat);
  TEST ("a-run-of-appends-leaves-few-blocks",
        test_a_run_of_appends_leaves_few_blocks);
  TEST ("a-long-day-is-cut-and-stays-in-order",
        test_a_long_day_is_cut_and_stays_in_order);
  TEST ("ticks-in-other-pieces-change-nothing",
        test_ticks_in_other_pieces_change_nothing);
  TEST ("rows-outside-the-interval-are-refused",
        test_rows_outside_the_interval_are_refused);
  TEST ("another-interval-in-the-same-series-is-refused",
        test_another_interval_in_the_same_series_is_refused);
  TEST ("a-refused-segment-takes-its-group-along",
        test_a_refused_segment_takes_its_group_along);
  return g_test_run ();
}
