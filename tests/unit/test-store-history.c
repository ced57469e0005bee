/* SPDX-License-Identifier: Apache-2.0 */
#include "store-help.h"

#include "data/clock.h"
#include "data/error.h"

typedef struct {
  char *dir;
  Store *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  clock_set_manual (HELP_BASE + 100 * MD_DAY);
  f->dir = help_dir ();
  f->store = help_open (f->dir, STORE_WRITE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_close (f->store);
  help_remove (f->dir);
}

/* Each commit a minute after the one before.                               */
static guint64
put (Fixture *f, gint64 from, gint64 to, const char *rows)
{
  clock_advance (MD_MINUTE);
  return help_put (f->store, "AAPL", from, to, rows);
}

static void
put_ticks (Fixture *f, const char *rows)
{
  clock_advance (MD_MINUTE);
  help_commit (f->store, help_segment (TRUE, "BTC", 0, 100, rows));
}

/* The wall time of the n-th commit.                                        */
static md_time
when (guint n)
{
  return HELP_BASE + 100 * MD_DAY + n * MD_MINUTE;
}

static void
assert_as_of (Fixture *f, gboolean ticks, md_time t, const char *wanted)
{
  g_autofree char *rows = help_scan (f->store, ticks, ticks ? "BTC" : "AAPL",
                                     t, FALSE);

  g_assert_cmpstr (rows, ==, wanted);
}

/* ---- as of ----------------------------------------------------------- */

static void
test_each_state_can_be_read_again (Fixture *f, gconstpointer data)
{
  put (f, 0, 10, "0=1 1=2");
  put (f, 0, 10, "0=1 1=3");
  put (f, 0, 10, "0=1");
  put (f, 0, 10, "0=1 1=2 2=5");
  assert_as_of (f, FALSE, when (0), "");
  assert_as_of (f, FALSE, when (1), "0=1 1=2");
  assert_as_of (f, FALSE, when (2) - 1, "0=1 1=2");
  assert_as_of (f, FALSE, when (2), "0=1 1=3");
  assert_as_of (f, FALSE, when (3), "0=1");
  assert_as_of (f, FALSE, when (4), "0=1 1=2 2=5");
  assert_as_of (f, FALSE, when (99), "0=1 1=2 2=5");
}

static void
test_a_bucket_that_is_gone_can_be_read_again (Fixture *f, gconstpointer data)
{
  put (f, 0, 6000, "0=1 1440=2 4320=3");
  put (f, 1440, 2880, NULL);
  assert_as_of (f, FALSE, MD_ABSENT, "0=1 4320=3");
  assert_as_of (f, FALSE, when (1), "0=1 1440=2 4320=3");
}

static void
test_a_range_of_the_past (Fixture *f, gconstpointer data)
{
  g_autofree char *rows = NULL;

  put (f, 0, 3000, "0=1 5=2 9=3 1440=4 1500=5");
  put (f, 0, 3000, "0=7 5=7 9=7 1440=7 1500=7");
  rows = help_range (f->store, FALSE, "AAPL", MINUTES (5), MINUTES (1500),
                     when (1));
  g_assert_cmpstr (rows, ==, "5=2 9=3 1440=4");
}

static void
test_equal_times_come_back_in_their_old_order (Fixture *f, gconstpointer data)
{
  put_ticks (f, "1=5/1 1=6/2 1=7/3");
  put_ticks (f, "1=8/9 1=7/3 1=6/2 1=5/1");
  put_ticks (f, "1=8/9 1=6/2 1=5/1");
  assert_as_of (f, TRUE, when (1), "1=5/1 1=6/2 1=7/3");
  assert_as_of (f, TRUE, when (2), "1=8/9 1=7/3 1=6/2 1=5/1");
  assert_as_of (f, TRUE, when (3), "1=8/9 1=6/2 1=5/1");
}

static void
test_identical_rows_come_back_as_many_as_they_were (Fixture *f,
                                                    gconstpointer data)
{
  put_ticks (f, "1=5 1=5 1=5");
  put_ticks (f, "1=5");
  put_ticks (f, "1=5 1=5");
  assert_as_of (f, TRUE, when (1), "1=5 1=5 1=5");
  assert_as_of (f, TRUE, when (2), "1=5");
  assert_as_of (f, TRUE, when (3), "1=5 1=5");
}

static void
test_unchanged_rows_make_no_history (Fixture *f, gconstpointer data)
{
  StoreInfo info;

  put (f, 0, 10, "0=1 1=2 2=3 3=4");
  put (f, 0, 10, "0=1 1=9 2=3");
  g_assert_true (store_info (f->store, &info, NULL));
  g_assert_cmpuint (info.rows, ==, 3);
  g_assert_cmpuint (info.history_rows, ==, 2);
}

static void
test_a_clock_that_steps_back_keeps_the_order (Fixture *f, gconstpointer data)
{
  put (f, 0, 10, "0=1");
  clock_advance (-MD_HOUR);
  put (f, 0, 10, "0=2");
  assert_as_of (f, FALSE, when (1), "0=2");
  assert_as_of (f, FALSE, when (1) - 1, "");
}

/* ---- changes --------------------------------------------------------- */

static gint64
price_of (const Columns *row)
{
  return row != NULL ? columns_column (row, "close")->i64[0] / MD_PRICE_ONE
                     : -1;
}

/* "1:2->3 (1>2)": minute, old and new price, commits; -1 for none.         */
static gboolean
print_change (const ChangeInfo *info, gpointer data)
{
  GString *out = data;

  g_string_append_printf (
    out, "%s%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT "->%" G_GINT64_FORMAT
    " (%" G_GUINT64_FORMAT ">%" G_GUINT64_FORMAT ")", out->len > 0 ? " " : "",
    (info->ts - HELP_BASE) / MD_MINUTE, price_of (info->was),
    price_of (info->now), info->was_commit, info->commit);
  return TRUE;
}

static void
assert_changes (Fixture *f, md_time since, const char *wanted)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  store_changes_each (f->store, NULL, since, print_change, out, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (out->str, ==, wanted);
  g_string_free (out, TRUE);
}

static void
test_changes_name_what_was_and_what_is (Fixture *f, gconstpointer data)
{
  put (f, 0, 10, "0=1 1=2 2=3");
  put (f, 0, 10, "0=1 1=9 5=6");
  put (f, 0, 10, "0=1 1=8 5=6");
  assert_changes (f, G_MININT64,
                  "1:2->9 (1>2) 2:3->-1 (1>2) 5:-1->6 (0>2) 1:9->8 (2>3)");
  assert_changes (f, when (3), "1:9->8 (2>3)");
  assert_changes (f, when (4), "");
}

static void
test_first_rows_are_no_change (Fixture *f, gconstpointer data)
{
  put (f, 0, 10, "0=1 1=2");
  put (f, 10, 20, "10=1 12=2");
  assert_changes (f, G_MININT64, "");
}

static void
test_rows_where_there_were_none_before_are_a_change (Fixture *f,
                                                     gconstpointer data)
{
  put (f, 0, 3000, "0=1");
  put (f, 0, 3000, "0=1 1441=7");
  assert_changes (f, G_MININT64, "1441:-1->7 (0>2)");
}

/* ---- commits --------------------------------------------------------- */

static gboolean
note_commit (const CommitInfo *info, gpointer data)
{
  g_string_append_printf (data, "%" G_GUINT64_FORMAT ":+%" G_GUINT64_FORMAT
                          "~%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT " ",
                          info->commit, info->added, info->changed,
                          info->withdrawn);
  g_assert_cmpstr (info->ask.selector, ==, "AAPL");
  g_assert_cmpstr (info->lineage.request, ==, "GET /bars");
  g_assert_cmpfloat (info->lineage.score, ==, 1);
  g_assert_cmpint (info->at, ==, when ((guint) info->commit));
  return TRUE;
}

static void
test_the_lineage_tells_each_commit (Fixture *f, gconstpointer data)
{
  GString *out = g_string_new (NULL);

  put (f, 0, 10, "0=1 1=2 2=3");
  put (f, 0, 10, "0=1 1=9 5=6");
  put (f, 10, 20, NULL);
  g_assert_true (store_commits_each (f->store, 1, note_commit, out, NULL));
  g_assert_cmpstr (out->str, ==, "2:+1~1-1 3:+0~0-0 ");
  g_string_truncate (out, 0);
  g_assert_true (store_commit_info (f->store, 1, note_commit, out, NULL));
  g_assert_cmpstr (out->str, ==, "1:+3~0-0 ");
  g_string_free (out, TRUE);
}

static void
test_a_commit_that_is_not_there_is_named (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (store_commit_info (f->store, 9, note_commit, NULL, &error));
  g_assert_nonnull (strstr (error->message, "no commit 9"));
}

#define TEST(path, test)                                                      \
  g_test_add ("/store-history/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("each-state-can-be-read-again", test_each_state_can_be_read_again);
  TEST ("a-bucket-that-is-gone-can-be-read-again",
        test_a_bucket_that_is_gone_can_be_read_again);
  TEST ("a-range-of-the-past", test_a_range_of_the_past);
  TEST ("equal-times-come-back-in-their-old-order",
        test_equal_times_come_back_in_their_old_order);
  TEST ("identical-rows-come-back-as-many-as-they-were",
        test_identical_rows_come_back_as_many_as_they_were);
  TEST ("unchanged-rows-make-no-history", test_unchanged_rows_make_no_history);
  TEST ("a-clock-that-steps-back-keeps-the-order",
        test_a_clock_that_steps_back_keeps_the_order);
  TEST ("changes-name-what-was-and-what-is",
        test_changes_name_what_was_and_what_is);
  TEST ("first-rows-are-no-change", test_first_rows_are_no_change);
  TEST ("rows-where-there-were-none-before-are-a-change",
        test_rows_where_there_were_none_before_are_a_change);
  TEST ("the-lineage-tells-each-commit", test_the_lineage_tells_each_commit);
  TEST ("a-commit-that-is-not-there-is-named",
        test_a_commit_that_is_not_there_is_named);
  return g_test_run ();
}
