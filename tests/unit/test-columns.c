/* SPDX-License-Identifier: Apache-2.0 */
#include "data/columns.h"
#include "random-rows.h"

/* ---- append ---------------------------------------------------------- */

static void
test_records_become_columns (void)
{
  for (guint seed = 1; seed <= 120; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    guint record = every_record[seed % G_N_ELEMENTS (every_record)];
    g_autoptr (RandomRows) rows
      = random_rows (table_builtin (record),
                     (gsize) g_rand_int_range (rand, 1, 900), rand);
    g_autoptr (Columns) columns = columns_new (rows->table);
    gsize done = 0;

    g_test_message ("seed %u", seed);
    while (done < rows->n) {
      gsize n = (gsize) g_rand_int_range (rand, 0, (gint) (rows->n - done) + 1);

      random_rows_append (rows, done, n, columns);
      done += n;
    }
    g_assert_cmpuint (columns->n, ==, rows->n);
    assert_rows (rows, 0, rows->n, columns, 0);
  }
}

static void
test_rows_copy_between_columns (void)
{
  for (guint seed = 1; seed <= 60; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    guint record = every_record[seed % G_N_ELEMENTS (every_record)];
    const struct md_table *table = table_builtin (record);
    g_autoptr (RandomRows) a = random_rows (table, 300, rand);
    g_autoptr (RandomRows) b = random_rows (table, 200, rand);
    g_autoptr (Columns) x = columns_new (table);
    g_autoptr (Columns) y = columns_new (table);
    gsize first = (gsize) g_rand_int_range (rand, 0, 200);
    gsize n = (gsize) g_rand_int_range (rand, 0, (gint) (200 - first) + 1);

    g_test_message ("seed %u", seed);
    random_rows_append (a, 0, 300, x);
    random_rows_append (b, 0, 200, y);
    columns_append_from (x, y, first, n);
    g_assert_cmpuint (x->n, ==, 300 + n);
    assert_rows (a, 0, 300, x, 0);
    assert_rows (b, first, n, x, 300);
    for (gsize i = 0; i < n; i++) {
      g_assert_true (columns_row_equal (x, 300 + i, y, first + i));
      g_assert_cmpint (columns_key_compare (x, 300 + i, y, first + i), ==, 0);
    }
  }
}

static struct md_bar
bar_at (md_time ts)
{
  return (struct md_bar) { .ts = ts, .venue = MD_ABSENT_NAME,
                           .contract = MD_ABSENT_NAME, .open = 1, .high = 1,
                           .low = 1, .close = 1, .volume = md_absent_f64 (),
                           .vwap = md_absent_f64 (), .trades = MD_ABSENT };
}

static void
append_bars (Columns *columns, const md_time *ts, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    struct md_bar bar = bar_at (ts[i]);

    bar.trades = (gint64) columns->n;
    columns_append_rows (columns, &bar, 1, sizeof bar, NULL, 0);
  }
}

static void
test_members_beyond_the_stride_are_absent (void)
{
  struct md_bar bar = bar_at (5);
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));

  bar.trades = 9;
  bar.vwap = 2;
  columns_append_rows (columns, &bar, 1, sizeof bar, NULL, 0);
  columns_append_rows (columns, &bar, 1, offsetof (struct md_bar, vwap), NULL,
                       0);
  g_assert_cmpint (columns_column (columns, "trades")->i64[0], ==, 9);
  g_assert_cmpint (columns_column (columns, "trades")->i64[1], ==, MD_ABSENT);
  g_assert_true (columns_column (columns, "vwap")->f64[1]
                 != columns_column (columns, "vwap")->f64[1]);
  g_assert_cmpint (columns_column (columns, "close")->i64[1], ==, 1);
}

static void
test_absent_columns_have_no_storage (void)
{
  struct md_bar bar = bar_at (5);
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));

  for (int i = 0; i < 1000; i++)
    columns_append_rows (columns, &bar, 1, sizeof bar, NULL, 0);
  g_assert_null (columns_column (columns, "vwap")->f64);
  g_assert_null (columns_column (columns, "trades")->i64);
  g_assert_null (columns_column (columns, "venue")->u32);
  bar.trades = 3;
  columns_append_rows (columns, &bar, 1, sizeof bar, NULL, 0);
  g_assert_cmpint (columns_column (columns, "trades")->i64[999], ==,
                   MD_ABSENT);
  g_assert_cmpint (columns_column (columns, "trades")->i64[1000], ==, 3);
}

static void
test_symbol_is_no_column_and_ts_is_the_first (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (every_record); i++) {
    g_autoptr (Columns) columns
      = columns_new (table_builtin (every_record[i]));

    g_assert_cmpstr (columns->cols[0].field->name, ==, "ts");
    g_assert_null (columns_column (columns, "symbol"));
    g_assert_cmpuint (columns->n_cols, ==, columns->table->n_fields - 1);
  }
}

static void
test_texts_outlive_the_record (void)
{
  char id[] = "first";
  struct md_trade trade = { .id = { id, 5 } };
  static const char *const names[] = { "X" };
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_TRADE));

  columns_append_rows (columns, &trade, 1, sizeof trade, names, 1);
  memset (id, '?', 5);
  g_assert_cmpmem (columns_column (columns, "id")->text[0].ptr, 5, "first", 5);
}

static void
test_memory_is_counted (void)
{
  struct md_trade trade = { .id = { "0123456789", 10 } };
  static const char *const names[] = { "X" };
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_TRADE));

  for (int i = 0; i < 100000; i++)
    columns_append_rows (columns, &trade, 1, sizeof trade, names, 1);
  /* Every column is there: at least its values, at most twice of them.     */
  g_assert_cmpuint (columns->bytes, >, 100000u * sizeof trade);
  g_assert_cmpuint (columns->bytes, <, 300000u * sizeof trade);
}

/* ---- order ----------------------------------------------------------- */

static void
assert_order (const Columns *columns, const md_time *ts, const gint64 *was,
              gsize n)
{
  const gint64 *trades = columns_column (columns, "trades")->i64;

  g_assert_cmpuint (columns->n, ==, n);
  for (gsize i = 0; i < n; i++) {
    g_assert_cmpint (columns->cols[0].i64[i], ==, ts[i]);
    g_assert_cmpint (trades[i], ==, was[i]);
  }
}

static void
test_equal_times_keep_their_order (void)
{
  const md_time ts[] = { 3, 1, 3, 2, 3, 1 };
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));

  append_bars (columns, ts, 6);
  columns_sort (columns, FALSE);
  assert_order (columns, (const md_time[]) { 1, 1, 2, 3, 3, 3 },
                (const gint64[]) { 1, 5, 3, 0, 2, 4 }, 6);
}

static void
test_newest_first_turns_equal_times_round (void)
{
  const md_time ts[] = { 9, 9, 5, 5, 5, 1 };
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));

  append_bars (columns, ts, 6);
  columns_sort (columns, TRUE);
  assert_order (columns, (const md_time[]) { 1, 5, 5, 5, 9, 9 },
                (const gint64[]) { 5, 4, 3, 2, 1, 0 }, 6);
}

static void
test_newest_first_turns_one_moment_round (void)
{
  const md_time ts[] = { 7, 7, 7 };
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));

  append_bars (columns, ts, 3);
  columns_sort (columns, TRUE);
  assert_order (columns, ts, (const gint64[]) { 2, 1, 0 }, 3);
}

static void
test_sorting_is_stable_whatever_comes (void)
{
  for (guint seed = 1; seed <= 300; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    gsize n = (gsize) g_rand_int_range (rand, 0, 300);
    gboolean newest_first = seed % 2 == 0;
    g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));
    g_autofree md_time *ts = g_new (md_time, n + 1);
    const gint64 *was;

    for (gsize i = 0; i < n; i++)
      ts[i] = g_rand_int_range (rand, -9, one_in (rand, 2) ? 1000 : 9);
    append_bars (columns, ts, n);
    columns_sort (columns, newest_first);
    was = n > 0 ? columns_column (columns, "trades")->i64 : NULL;
    for (gsize i = 0; i < n; i++) {
      g_assert_cmpint (columns->cols[0].i64[i], ==, ts[was[i]]);
      if (i == 0)
        continue;
      g_assert_cmpint (ts[was[i - 1]], <=, ts[was[i]]);
      if (ts[was[i - 1]] == ts[was[i]])
        g_assert_true (newest_first ? was[i - 1] > was[i]
                                    : was[i - 1] < was[i]);
    }
  }
}

static void
test_sorting_moves_every_column (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (RandomRows) rows = random_rows (table_builtin (MD_TRADE), 200,
                                             rand);
  g_autoptr (Columns) columns = columns_new (rows->table);

  /* Second half first; the generator's times ascend, some equal.           */
  random_rows_append (rows, 100, 100, columns);
  random_rows_append (rows, 0, 100, columns);
  columns_sort (columns, FALSE);
  for (gsize i = 0; i < 200; i++) {
    if (columns->cols[0].i64[i] != columns->cols[0].i64[MAX (i, 1) - 1]
        && i < 199
        && columns->cols[0].i64[i] != columns->cols[0].i64[i + 1])
      assert_row (rows, i, columns, i);
  }
}

static void
test_lower_bound_finds_the_first_of_equal_times (void)
{
  const md_time ts[] = { G_MININT64, -5, 0, 0, 0, 7 };
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));

  g_assert_cmpuint (columns_lower_bound (columns, 0), ==, 0);
  append_bars (columns, ts, 6);
  g_assert_cmpuint (columns_lower_bound (columns, G_MININT64), ==, 0);
  g_assert_cmpuint (columns_lower_bound (columns, -4), ==, 2);
  g_assert_cmpuint (columns_lower_bound (columns, 0), ==, 2);
  g_assert_cmpuint (columns_lower_bound (columns, 1), ==, 5);
  g_assert_cmpuint (columns_lower_bound (columns, 8), ==, 6);
}

static void
test_removal_keeps_the_others (void)
{
  for (guint seed = 1; seed <= 60; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    guint record = every_record[seed % G_N_ELEMENTS (every_record)];
    g_autoptr (RandomRows) rows = random_rows (table_builtin (record), 150,
                                               rand);
    g_autoptr (Columns) columns = columns_new (rows->table);
    guint8 drop[150];
    gsize at = 0;

    random_rows_append (rows, 0, 150, columns);
    for (gsize i = 0; i < 150; i++)
      drop[i] = one_in (rand, 3) ? (guint8) g_rand_int_range (rand, 1, 256) : 0;
    columns_remove (columns, drop);
    for (gsize i = 0; i < 150; i++) {
      if (drop[i] == 0)
        assert_row (rows, i, columns, at++);
    }
    g_assert_cmpuint (columns->n, ==, at);
  }
}

/* ---- comparison ------------------------------------------------------ */

static Columns *
trades_with (struct md_trade *trade, gsize n)
{
  static const char *const names[] = { "A", "B" };
  Columns *columns = columns_new (table_builtin (MD_TRADE));

  for (gsize i = 0; i < n; i++) {
    trade[i].contract = trade[i].side = trade[i].conditions = MD_ABSENT_NAME;
    trade[i].tape = trade[i].action = MD_ABSENT_NAME;
    columns_append_rows (columns, &trade[i], 1, sizeof *trade, names, 2);
  }
  return columns;
}

static void
test_the_key_is_time_venue_and_what_is_flagged (void)
{
  struct md_trade trades[] = {
    { .ts = 1, .venue = 0, .sequence = 5, .price = 100 },
    { .ts = 1, .venue = 0, .sequence = 5, .price = 200 }, /* same key       */
    { .ts = 1, .venue = 0, .sequence = 6, .price = 100 },
    { .ts = 1, .venue = 1, .sequence = 5, .price = 100 },
    { .ts = 2, .venue = 0, .sequence = 5, .price = 100 },
    { .ts = 1, .venue = 0, .sequence = 5, .id = { "", 0 } },
    { .ts = 1, .venue = MD_ABSENT_NAME, .sequence = 5 },
  };
  static const int order[] = { 0, 0, -1, -1, -1, -1, 1 };
  g_autoptr (Columns) columns = trades_with (trades, G_N_ELEMENTS (trades));

  for (gsize i = 0; i < G_N_ELEMENTS (trades); i++) {
    g_assert_cmpint (columns_key_compare (columns, 0, columns, i), ==,
                     order[i]);
    g_assert_cmpint (columns_key_compare (columns, i, columns, 0), ==,
                     -order[i]);
  }
}

static void
test_names_compare_by_text_not_by_number (void)
{
  static const char *const first[] = { "A", "B" };
  static const char *const second[] = { "B", "A" };
  struct md_bar a = bar_at (1), b = bar_at (1);
  g_autoptr (Columns) x = columns_new (table_builtin (MD_BAR));
  g_autoptr (Columns) y = columns_new (table_builtin (MD_BAR));

  a.venue = 1;
  b.venue = 0;
  columns_append_rows (x, &a, 1, sizeof a, first, 2);
  columns_append_rows (y, &b, 1, sizeof b, second, 2);
  g_assert_true (columns_row_equal (x, 0, y, 0));
}

static void
test_equal_means_bit_for_bit (void)
{
  struct md_trade trades[] = {
    { .size = 0.0 }, { .size = -0.0 }, { .size = md_absent_f64 () },
    { .size = -md_absent_f64 () }, { .id = { "", 0 }, .size = 0.0 } };
  g_autoptr (Columns) columns = trades_with (trades, G_N_ELEMENTS (trades));

  g_assert_true (columns_row_equal (columns, 0, columns, 0));
  g_assert_false (columns_row_equal (columns, 0, columns, 1));
  g_assert_false (columns_row_equal (columns, 0, columns, 2));
  g_assert_true (columns_row_equal (columns, 2, columns, 3));
  g_assert_false (columns_row_equal (columns, 0, columns, 4));
}

static void
test_storage_and_absence_compare_equal (void)
{
  struct md_bar bar = bar_at (1);
  g_autoptr (Columns) x = columns_new (table_builtin (MD_BAR));
  g_autoptr (Columns) y = columns_new (table_builtin (MD_BAR));

  columns_append_rows (x, &bar, 1, sizeof bar, NULL, 0);
  columns_append_rows (y, &bar, 1, sizeof bar, NULL, 0);
  bar.trades = 8;
  bar.vwap = 8;
  bar.flags = 8;
  columns_append_rows (y, &bar, 1, sizeof bar, NULL, 0);
  g_assert_true (columns_row_equal (x, 0, y, 0));
  g_assert_true (columns_row_equal (y, 0, x, 0));
  g_assert_false (columns_row_equal (x, 0, y, 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/columns/" name, function)
  ADD ("records-become-columns", test_records_become_columns);
  ADD ("rows-copy-between-columns", test_rows_copy_between_columns);
  ADD ("members-beyond-the-stride-are-absent",
       test_members_beyond_the_stride_are_absent);
  ADD ("absent-columns-have-no-storage", test_absent_columns_have_no_storage);
  ADD ("symbol-is-no-column-and-ts-is-the-first",
       test_symbol_is_no_column_and_ts_is_the_first);
  ADD ("texts-outlive-the-record", test_texts_outlive_the_record);
  ADD ("memory-is-counted", test_memory_is_counted);
  ADD ("equal-times-keep-their-order", test_equal_times_keep_their_order);
  ADD ("newest-first-turns-equal-times-round",
       test_newest_first_turns_equal_times_round);
  ADD ("newest-first-turns-one-moment-round",
       test_newest_first_turns_one_moment_round);
  ADD ("sorting-is-stable-whatever-comes",
       test_sorting_is_stable_whatever_comes);
  ADD ("sorting-moves-every-column", test_sorting_moves_every_column);
  ADD ("lower-bound-finds-the-first-of-equal-times",
       test_lower_bound_finds_the_first_of_equal_times);
  ADD ("removal-keeps-the-others", test_removal_keeps_the_others);
  ADD ("the-key-is-time-venue-and-what-is-flagged",
       test_the_key_is_time_venue_and_what_is_flagged);
  ADD ("names-compare-by-text-not-by-number",
       test_names_compare_by_text_not_by_number);
  ADD ("equal-means-bit-for-bit", test_equal_means_bit_for_bit);
  ADD ("storage-and-absence-compare-equal",
       test_storage_and_absence_compare_equal);
  return g_test_run ();
}
