/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-status.c - `mdcore status`: what a store holds and how the last run
 * ended, on one screen.
 */
#include "cmd.h"
#include "out.h"
#include "ledger-select.h"

#include <stdio.h>
#include <string.h>

/* All selectors of one provider, dataset and schema together.              */
typedef struct {
  const AskKey *key;       /* of the first of them                          */
  guint selectors;
  guint64 rows;
  md_time from, to;        /* of what is settled, MD_ABSENT if nothing      */
  guint unsettled;         /* selectors with a span that is not settled     */
} Feed;

/* ---- gathering ---------------------------------------------------------- */

static gboolean
same_feed (const AskKey *a, const AskKey *b)
{
  return strcmp (a->provider, b->provider) == 0
         && strcmp (a->dataset, b->dataset) == 0
         && strcmp (a->schema, b->schema) == 0;
}

static void
add_to_feed (Feed *feed, const HeldSelector *held)
{
  gboolean all_settled = TRUE;

  feed->selectors++;
  for (guint i = 0; i < held->spans->len; i++) {
    const LedgerSpan *span = &g_array_index (held->spans, LedgerSpan, i);

    if (!ledger_state_settled (span->state)) {
      all_settled = FALSE;
      continue;
    }
    if (feed->from == MD_ABSENT || span->from < feed->from)
      feed->from = span->from;
    if (feed->to == MD_ABSENT || span->to > feed->to)
      feed->to = span->to;
  }
  if (!all_settled)
    feed->unsettled++;
}

/* The ledger is sorted by key, so a feed's selectors stand together.       */
static GArray *
feeds_of (const GPtrArray *found)
{
  GArray *feeds = g_array_new (FALSE, FALSE, sizeof (Feed));

  for (guint i = 0; i < found->len; i++) {
    const HeldSelector *held = g_ptr_array_index (found, i);
    Feed *last = feeds->len > 0
                   ? &g_array_index (feeds, Feed, feeds->len - 1) : NULL;

    if (last == NULL || !same_feed (last->key, &held->key)) {
      const Feed feed = { &held->key, 0, 0, MD_ABSENT, MD_ABSENT, 0 };

      g_array_append_val (feeds, feed);
      last = &g_array_index (feeds, Feed, feeds->len - 1);
    }
    add_to_feed (last, held);
  }
  return feeds;
}

static gboolean
keep_series (const SeriesInfo *info, gpointer data)
{
  SeriesKey *key = g_new0 (SeriesKey, 1);

  key->provider = g_strdup (info->key.provider);
  key->dataset = g_strdup (info->key.dataset);
  key->schema = g_strdup (info->key.schema);
  key->instrument = g_strdup (info->key.instrument);
  g_ptr_array_add (data, key);
  return TRUE;
}

static void
series_key_free (gpointer data)
{
  series_key_clear (data);
  g_free (data);
}

static void
add_rows (GArray *feeds, const SeriesKey *key, guint64 rows)
{
  const AskKey ask = { key->provider, key->dataset, key->schema, NULL, 0 };

  for (guint i = 0; i < feeds->len; i++) {
    Feed *feed = &g_array_index (feeds, Feed, i);

    if (same_feed (feed->key, &ask))
      feed->rows += rows;
  }
}

static gboolean
count_rows (Store *store, GArray *feeds, GError **error)
{
  g_autoptr (GPtrArray) keys
    = g_ptr_array_new_with_free_func (series_key_free);
  const SeriesKey all = { 0 };

  if (!store_series_each (store, &all, keep_series, keys, error))
    return FALSE;
  for (guint i = 0; i < keys->len; i++) {
    const SeriesKey *key = g_ptr_array_index (keys, i);
    SeriesStats stats;

    if (!store_series_stats (store, key, &stats, error))
      return FALSE;
    add_rows (feeds, key, stats.rows);
  }
  return TRUE;
}

/* Names of runs sort by time: the last one is the latest.                  */
static gboolean
keep_last_run (const char *name, const char *json, gpointer data)
{
  json_t **last = data, *report = json_loads (json, 0, NULL);

  if (report != NULL) {
    json_decref (*last);
    *last = report;
  }
  return TRUE;
}

/* Each sink that ever delivered from here: "sink/JOB/NAME".                */
static gboolean
keep_sink (const char *name, const char *json, gpointer data)
{
  json_t *list = data, *doc = json_loads (json, 0, NULL);

  if (doc != NULL) {
    json_object_set_new (doc, "sink",
                         json_string (name + strlen ("sink/")));
    json_array_append_new (list, doc);
  }
  return TRUE;
}

/* What is not delivered yet; `at` as everywhere else.                      */
static void
finish_sinks (json_t *list, guint64 last_commit)
{
  json_t *one;
  size_t i;

  json_array_foreach (list, i, one) {
    guint64 delivered
      = (guint64) json_integer_value (json_object_get (one, "delivered"));

    out_set_time (one, "at",
                  json_integer_value (json_object_get (one, "at")));
    out_set_count (one, "lag", last_commit - MIN (last_commit, delivered));
    json_object_del (one, "own");
  }
}

/* ---- printing ----------------------------------------------------------- */

static json_t *
feed_to_json (const Feed *feed)
{
  json_t *object = json_object ();

  out_set_text (object, "provider", feed->key->provider);
  out_set_text (object, "dataset", feed->key->dataset);
  out_set_text (object, "schema", feed->key->schema);
  out_set_count (object, "selectors", feed->selectors);
  out_set_count (object, "unsettled", feed->unsettled);
  out_set_count (object, "rows", feed->rows);
  out_set_time (object, "from", feed->from);
  out_set_time (object, "to", feed->to);
  return object;
}

static void
print_json (const Selection *selection, const StoreInfo *info,
            const GArray *feeds, json_t *sinks, json_t *last_run)
{
  json_t *document = json_object (), *list = json_array ();

  for (guint i = 0; i < feeds->len; i++)
    json_array_append_new (list,
                           feed_to_json (&g_array_index (feeds, Feed, i)));
  out_set_text (document, "store", selection->path);
  out_set_count (document, "rows", info->rows);
  out_set_count (document, "series", info->series);
  out_set_count (document, "dead_letters", info->dead_letters);
  out_set_count (document, "disk_bytes", info->disk_bytes);
  out_set_count (document, "last_commit", info->last_commit);
  out_set_time (document, "last_commit_at",
                info->last_commit > 0 ? info->last_commit_at : MD_ABSENT);
  json_object_set_new (document, "feeds", list);
  json_object_set (document, "sinks", sinks);
  json_object_set (document, "last_run",
                   last_run != NULL ? last_run : json_null ());
  out_print_json (document);
}

static void
print_feeds (const GArray *feeds)
{
  static const char *const headings[] = { "PROVIDER", "DATASET", "SCHEMA",
                                          ">SELECTORS", ">ROWS", "FROM", "TO",
                                          ">UNSETTLED", NULL };
  OutTable *table = out_table_new (headings);

  for (guint i = 0; i < feeds->len; i++) {
    const Feed *feed = &g_array_index (feeds, Feed, i);
    g_autofree char *selectors = out_count (feed->selectors);
    g_autofree char *rows = out_count (feed->rows);
    g_autofree char *unsettled = out_count (feed->unsettled);
    g_autofree char *from = out_time (feed->from), *to = out_time (feed->to);

    out_table_add (table, feed->key->provider, feed->key->dataset,
                   feed->key->schema, selectors, rows, from, to, unsettled,
                   NULL);
  }
  out_table_print (table);
}

static const char *
member (const json_t *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));

  return text != NULL ? text : "?";
}

static void
print_sinks (const json_t *sinks)
{
  const json_t *one;
  size_t i;

  json_array_foreach (sinks, i, one) {
    gint64 lag = json_integer_value (json_object_get (one, "lag"));
    const char *reason
      = json_string_value (json_object_get (one, "reason"));

    printf ("sink %s (%s): %s", member (one, "sink"), member (one, "type"),
            member (one, "status"));
    if (lag > 0)
      printf (", %" G_GINT64_FORMAT " commits behind (`mdcore sync`)", lag);
    printf ("%s%s\n", reason != NULL ? ": " : "",
            reason != NULL ? reason : "");
  }
}

static void
print_text (const Selection *selection, const StoreInfo *info,
            const GArray *feeds, const json_t *sinks, const json_t *last_run)
{
  g_autofree char *rows = out_count (info->rows);
  g_autofree char *size = g_format_size_full (info->disk_bytes,
                                              G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *at = out_when (info->last_commit_at);

  printf ("store %s: %s rows in %" G_GUINT64_FORMAT " series, %s\n",
          selection->path, rows, info->series, size);
  if (info->last_commit > 0)
    printf ("last commit %" G_GUINT64_FORMAT " at %s\n", info->last_commit,
            at);
  if (last_run != NULL)
    printf ("last run %s of job %s: %s\n", member (last_run, "run"),
            member (last_run, "job"), member (last_run, "outcome"));
  if (info->dead_letters > 0)
    printf ("%" G_GUINT64_FORMAT " dead letters (`mdcore dlq list`)\n",
            info->dead_letters);
  print_sinks (sinks);
  if (feeds->len > 0)
    putchar ('\n');
  print_feeds (feeds);
}

int
cmd_status (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GArray) feeds = NULL;
  json_t *last_run = NULL, *sinks = NULL;
  StoreInfo info;

  if (!select_parse (&selection, cli, "status", NULL, TRUE, &argc, &argv,
                     &error)
      || !select_open (&selection, cli, STORE_READ, argc, argv, 1, &error))
    return cli_fail (g_steal_pointer (&error));
  found = select_ledger (&selection, &error);
  sinks = json_array ();
  if (found != NULL)
    feeds = feeds_of (found);
  if (feeds == NULL || !count_rows (selection.store, feeds, &error)
      || !store_info (selection.store, &info, &error)
      || !store_docs_each (selection.store, "run/", keep_last_run, &last_run,
                           &error)
      || !store_docs_each (selection.store, "sink/", keep_sink, sinks,
                           &error)) {
    json_decref (sinks);
    return cli_fail (g_steal_pointer (&error));
  }
  finish_sinks (sinks, info.last_commit);
  if (cli->json)
    print_json (&selection, &info, feeds, sinks, last_run);
  else
    print_text (&selection, &info, feeds, sinks, last_run);
  json_decref (sinks);
  json_decref (last_run);
  return EXIT_DONE;
}
