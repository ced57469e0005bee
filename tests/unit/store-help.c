/* SPDX-License-Identifier: Apache-2.0
 *
 * store-help.c - stores in temporary directories, segments as texts.
 */
#include "store-help.h"

#include "data/table.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

/* ---- directories ----------------------------------------------------- */

char *
help_dir (void)
{
  g_autoptr (GError) error = NULL;
  char *dir = g_dir_make_tmp ("mdcore-test-XXXXXX", &error);

  g_assert_no_error (error);
  return dir;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_unlink (path) == 0)
    return;
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_tree (child);
  }
  g_rmdir (path);
}

void
help_remove (char *dir)
{
  remove_tree (dir);
  g_free (dir);
}

void
help_die_with_parent (void)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

Store *
help_open (const char *dir, StoreMode mode)
{
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  g_autoptr (GError) error = NULL;
  Store *store = store_open (path, mode, &error);

  g_assert_no_error (error);
  return store;
}

/* ---- rows ------------------------------------------------------------ */

static void
append_bar (Columns *rows, gint64 t, md_price price)
{
  const struct md_bar bar = {
    .ts = MINUTES (t), .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
    .open = price, .high = price, .low = price, .close = price,
    .volume = 100, .vwap = md_absent_f64 (), .trades = 3,
  };

  columns_append_rows (rows, &bar, 1, sizeof bar, NULL, 0);
}

static void
append_tick (Columns *rows, gint64 t, md_price price, gint64 sequence)
{
  const struct md_trade trade = {
    .ts = SECONDS (t), .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
    .ts_event = MD_ABSENT, .ts_recv = MD_ABSENT, .price = price, .size = 1,
    .sequence = sequence, .side = MD_ABSENT_NAME,
    .conditions = MD_ABSENT_NAME, .tape = MD_ABSENT_NAME,
    .action = MD_ABSENT_NAME, .depth = MD_ABSENT, .vendor_flags = MD_ABSENT,
    .ts_in_delta = MD_ABSENT, .instrument_id = MD_ABSENT,
  };

  columns_append_rows (rows, &trade, 1, sizeof trade, NULL, 0);
}

static void
append_row (Columns *rows, gboolean ticks, const char *word)
{
  char *end;
  gint64 t = g_ascii_strtoll (word, &end, 10), sequence = MD_ABSENT;
  md_price price;

  g_assert_true (*end == '=');
  price = g_ascii_strtoll (end + 1, &end, 10) * MD_PRICE_ONE;
  if (*end == '/')
    sequence = g_ascii_strtoll (end + 1, &end, 10);
  g_assert_true (*end == '\0');
  if (ticks)
    append_tick (rows, t, price, sequence);
  else
    append_bar (rows, t, price);
}

Columns *
help_rows (gboolean ticks, const char *text)
{
  Columns *rows = columns_new (table_builtin (ticks ? MD_TRADE : MD_BAR));
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (char **word = words; *word != NULL; word++) {
    if (**word != '\0')
      append_row (rows, ticks, *word);
  }
  return rows;
}

static void
print_row (GString *out, gboolean ticks, const Columns *rows, gsize i,
           gboolean with_commits)
{
  const Column *price = columns_column (rows, ticks ? "price" : "close");
  const Column *sequence = columns_column (rows, "sequence");
  gint64 t = rows->cols[0].i64[i] - HELP_BASE;

  g_string_append_printf (out, "%s%" G_GINT64_FORMAT "=%" G_GINT64_FORMAT,
                          out->len > 0 ? " " : "",
                          t / (ticks ? MD_SECOND : MD_MINUTE),
                          price->i64[i] / MD_PRICE_ONE);
  if (ticks && sequence->i64 != NULL && sequence->i64[i] != MD_ABSENT)
    g_string_append_printf (out, "/%" G_GINT64_FORMAT, sequence->i64[i]);
  if (with_commits)
    g_string_append_printf (out, "@%" G_GUINT64_FORMAT, rows->commit[i]);
}

/* ---- segments -------------------------------------------------------- */

static const struct md_interval minute = { 1, MD_UNIT_MINUTE, 0, NULL };
static const struct md_interval tick = { 0, MD_UNIT_NONE, 0, NULL };

AskKey
help_ask (gboolean ticks, const char *selector, guint kind)
{
  return (AskKey) { (char *) "test", (char *) "feed",
                    (char *) (ticks ? "trades" : "ohlcv-1m"),
                    (char *) selector, kind };
}

SeriesKey
help_series (gboolean ticks, const char *symbol)
{
  return (SeriesKey) { (char *) "test", (char *) "feed",
                       (char *) (ticks ? "trades" : "ohlcv-1m"),
                       (char *) symbol };
}

Segment *
help_segment_of (gboolean ticks, const char *selector, guint kind, gint64 from,
                 gint64 to)
{
  Segment *segment = segment_new ();
  AskKey ask = help_ask (ticks, selector, kind);

  segment->ask = (AskKey) { g_strdup (ask.provider), g_strdup (ask.dataset),
                            g_strdup (ask.schema), g_strdup (ask.selector),
                            kind };
  segment->table = table_builtin (ticks ? MD_TRADE : MD_BAR);
  segment->interval = ticks ? tick : minute;
  segment->from = ticks ? SECONDS (from) : MINUTES (from);
  segment->to = ticks ? SECONDS (to) : MINUTES (to);
  segment->state = LEDGER_COMPLETE;
  segment->lineage.ingestion_id = g_strdup ("ingestion");
  segment->lineage.request = g_strdup ("GET /bars");
  segment->lineage.score = 1;
  return segment;
}

Segment *
help_segment (gboolean ticks, const char *symbol, gint64 from, gint64 to,
              const char *rows)
{
  Segment *segment = help_segment_of (ticks, symbol, MD_SELECT_SYMBOL, from,
                                      to);

  if (rows == NULL) {
    segment->state = LEDGER_EMPTY;
    return segment;
  }
  segment_add_series (segment, symbol, help_rows (ticks, rows));
  segment_seal (segment);
  return segment;
}

CommitResult
help_commit (Store *store, Segment *segment)
{
  g_autoptr (GError) error = NULL;
  CommitResult result = { 0 };

  store_commit (store, &segment, 1, &result, &error);
  g_assert_no_error (error);
  segment_free (segment);
  return result;
}

guint64
help_put (Store *store, const char *symbol, gint64 from, gint64 to,
          const char *rows)
{
  return help_commit (store, help_segment (FALSE, symbol, from, to, rows))
    .commit;
}

/* ---- what is there --------------------------------------------------- */

typedef struct {
  GString *out;
  gboolean ticks, with_commits;
  md_time last;
} Print;

static gboolean
print_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  Print *print = data;

  g_assert_cmpuint (rows->n, >, 0);
  for (gsize i = 0; i < rows->n; i++) {
    g_assert_cmpint (rows->cols[0].i64[i], >=, print->last);
    print->last = rows->cols[0].i64[i];
    print_row (print->out, print->ticks, rows, i, print->with_commits);
  }
  return TRUE;
}

static char *
scan (Store *store, gboolean ticks, const char *symbol, md_time from,
      md_time to, md_time as_of, gboolean with_commits)
{
  SeriesKey key = help_series (ticks, symbol);
  g_autoptr (GError) error = NULL;
  Print print = { g_string_new (NULL), ticks, with_commits, G_MININT64 };

  store_scan (store, &key, from, to, as_of, print_rows, &print, &error);
  g_assert_no_error (error);
  return g_string_free (print.out, FALSE);
}

char *
help_scan (Store *store, gboolean ticks, const char *symbol, md_time as_of,
           gboolean with_commits)
{
  return scan (store, ticks, symbol, G_MININT64, MD_ABSENT, as_of,
               with_commits);
}

char *
help_range (Store *store, gboolean ticks, const char *symbol, md_time from,
            md_time to, md_time as_of)
{
  return scan (store, ticks, symbol, from, to, as_of, FALSE);
}

void
help_assert_rows (Store *store, gboolean ticks, const char *symbol,
                  const char *rows)
{
  g_autofree char *held = help_scan (store, ticks, symbol, MD_ABSENT, FALSE);

  g_assert_cmpstr (held, ==, rows);
}

char *
help_ledger (Store *store, const AskKey *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) spans = store_ledger (store, key, &error);
  GString *out = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    g_string_append_printf (
      out, "%s%s %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, i > 0 ? "; " : "",
      ledger_state_name (span->state), (span->from - HELP_BASE) / MD_MINUTE,
      (span->to - HELP_BASE) / MD_MINUTE);
    if (span->reason != NULL)
      g_string_append_printf (out, " (%s)", span->reason);
  }
  return g_string_free (out, FALSE);
}

static void
note_fault (const char *fault, gpointer data)
{
  g_string_append_printf (data, "%s\n", fault);
}

char *
help_faults (Store *store)
{
  GString *faults = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean clean = store_verify (store, note_fault, faults, &error);

  g_assert_no_error (error);
  g_assert_cmpint (clean, ==, faults->len == 0);
  return g_string_free (faults, FALSE);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
help_fingerprint (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "store", "db", NULL);
  g_autoptr (GDir) entries = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GString *out = g_string_new (NULL);
  const char *name;

  while ((name = g_dir_read_name (entries)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *file = g_build_filename (path, names->pdata[i], NULL);
    g_autofree char *bytes = NULL, *sum = NULL;
    gsize len = 0;

    g_file_get_contents (file, &bytes, &len, NULL);
    sum = g_compute_checksum_for_data (G_CHECKSUM_MD5, (guchar *) bytes, len);
    g_string_append_printf (out, "%s %s\n", (char *) names->pdata[i], sum);
  }
  return g_string_free (out, FALSE);
}
