/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-coverage.c - `mdcore coverage`: what was asked and what came of it,
 * selector by selector.
 */
#include "cmd.h"
#include "out.h"
#include "ledger-select.h"

#include <stdio.h>
#include <string.h>

/* Rows of all instruments that the selector delivered.                     */
static gboolean
selector_stats (Store *store, const AskKey *key, SeriesStats *ret_stats,
                GError **error)
{
  g_autoptr (GPtrArray) instruments = store_instruments (store, key, error);
  SeriesStats all = { .first = MD_ABSENT, .last = MD_ABSENT };

  if (instruments == NULL)
    return FALSE;
  for (guint i = 0; i < instruments->len; i++) {
    const Mapping *link = g_ptr_array_index (instruments, i);
    const SeriesKey series = { key->provider, key->dataset, key->schema,
                               link->instrument };
    SeriesStats one;

    if (!store_series_stats (store, &series, &one, error))
      return FALSE;
    all.rows += one.rows;
    if (one.first != MD_ABSENT && (all.first == MD_ABSENT
                                   || one.first < all.first))
      all.first = one.first;
    if (one.last != MD_ABSENT && (all.last == MD_ABSENT || one.last > all.last))
      all.last = one.last;
  }
  *ret_stats = all;
  return TRUE;
}

/* ---- JSON --------------------------------------------------------------- */

static json_t *
span_to_json (const LedgerSpan *span)
{
  json_t *object = json_object ();

  out_set_text (object, "state", ledger_state_name (span->state));
  out_set_time (object, "from", span->from);
  out_set_time (object, "to", span->to);
  out_set_count (object, "asks", span->asks);
  out_set_time (object, "asked_at", span->asked_at);
  out_set_time (object, "next_ask",
                span->next_ask != 0 ? span->next_ask : MD_ABSENT);
  out_set_count (object, "commit", span->commit);
  out_set_text (object, "reason", span->reason);
  return object;
}

static json_t *
selector_to_json (const HeldSelector *held, const SeriesStats *stats)
{
  json_t *object = json_object (), *spans = json_array ();

  out_set_ask (object, &held->key);
  out_set_count (object, "rows", stats->rows);
  out_set_time (object, "first", stats->first);
  out_set_time (object, "last", stats->last);
  for (guint i = 0; i < held->spans->len; i++)
    json_array_append_new (
      spans, span_to_json (&g_array_index (held->spans, LedgerSpan, i)));
  json_object_set_new (object, "spans", spans);
  return object;
}

/* ---- text --------------------------------------------------------------- */

static void
add_spans (OutTable *table, const HeldSelector *held, const SeriesStats *stats)
{
  g_autofree char *rows = out_count (stats->rows);

  for (guint i = 0; i < held->spans->len; i++) {
    const LedgerSpan *span = &g_array_index (held->spans, LedgerSpan, i);
    g_autofree char *from = out_time (span->from), *to = out_time (span->to);
    gboolean first = i == 0;

    out_table_add (table, first ? held->key.provider : "",
                   first ? held->key.dataset : "",
                   first ? held->key.schema : "",
                   first ? held->key.selector : "", first ? rows : "",
                   ledger_state_name (span->state), from, to,
                   span->reason != NULL ? span->reason : "", NULL);
  }
}

/* Symbols of the job that stand in no ledger.                              */
static GPtrArray *
never_asked (const Selection *selection, const GPtrArray *found)
{
  GPtrArray *missing = g_ptr_array_new ();
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < found->len; i++) {
    const HeldSelector *held = g_ptr_array_index (found, i);

    g_hash_table_add (known, held->key.selector);
  }
  for (char **s = selection->job != NULL && selection->symbol == NULL
                    ? selection->job->symbols : NULL;
       s != NULL && *s != NULL; s++) {
    if (!g_hash_table_contains (known, *s))
      g_ptr_array_add (missing, *s);
  }
  g_ptr_array_add (missing, NULL);
  return missing;
}

/* ---- both --------------------------------------------------------------- */

/* SeriesStats of each selector, in their order.                            */
static GArray *
all_stats (const Selection *selection, const GPtrArray *found, GError **error)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (SeriesStats));

  for (guint i = 0; i < found->len; i++) {
    const HeldSelector *held = g_ptr_array_index (found, i);
    SeriesStats stats;

    if (!selector_stats (selection->store, &held->key, &stats, error))
      return NULL;
    g_array_append_val (all, stats);
  }
  return g_steal_pointer (&all);
}

static void
print_json (const Selection *selection, const GPtrArray *found,
            const GArray *stats)
{
  g_autoptr (GPtrArray) missing = never_asked (selection, found);
  json_t *document = json_object (), *selectors = json_array ();

  for (guint i = 0; i < found->len; i++)
    json_array_append_new (selectors, selector_to_json (
      g_ptr_array_index (found, i), &g_array_index (stats, SeriesStats, i)));
  out_set_text (document, "store", selection->path);
  json_object_set_new (document, "selectors", selectors);
  json_object_set_new (document, "never_asked",
                       out_texts (missing->pdata, -1));
  out_print_json (document);
}

static void
print_text (const Selection *selection, const GPtrArray *found,
            const GArray *stats)
{
  static const char *const headings[] = { "PROVIDER", "DATASET", "SCHEMA",
                                          "SELECTOR", ">ROWS", "STATE", "FROM",
                                          "TO", "REASON", NULL };
  g_autoptr (GPtrArray) missing = never_asked (selection, found);
  OutTable *table = out_table_new (headings);

  for (guint i = 0; i < found->len; i++)
    add_spans (table, g_ptr_array_index (found, i),
               &g_array_index (stats, SeriesStats, i));
  out_table_print (table);
  if (missing->len > 1) {
    g_autofree char *list = g_strjoinv (", ", (char **) missing->pdata);

    printf ("never asked: %s\n", list);
  }
}

int
cmd_coverage (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GArray) stats = NULL;

  if (!select_parse (&selection, cli, "coverage", NULL, TRUE, &argc, &argv,
                     &error)
      || !select_open (&selection, cli, STORE_READ, argc, argv, 1, &error))
    return cli_fail (g_steal_pointer (&error));
  found = select_ledger (&selection, &error);
  if (found != NULL
      && (found->len > 0 || select_nothing (&selection, &error)))
    stats = all_stats (&selection, found, &error);
  if (stats == NULL)
    return cli_fail (g_steal_pointer (&error));
  if (cli->json)
    print_json (&selection, found, stats);
  else
    print_text (&selection, found, stats);
  return EXIT_DONE;
}
