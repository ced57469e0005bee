/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-gaps.c - `mdcore gaps`: what is wanted and not held.
 *
 * With a JOB: its want, up to the last bar that is final by now, minus what is
 * settled.  Without: the holes between the first and last time that was ever
 * asked.  Exits with 3 when there are any.
 */
#include "cmd.h"
#include "out.h"
#include "run-job.h"
#include "ledger-select.h"

#include "engine/limits.h"
#include "engine/plan.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  AskKey key;              /* borrowed                                      */
  md_time from, to;
  const LedgerSpan *span;  /* what is known there, NULL = never asked       */
} Gap;

/* ---- holes -------------------------------------------------------------- */

static void
add_gap (GArray *gaps, const AskKey *key, md_time from, md_time to,
         const LedgerSpan *span)
{
  const Gap gap = { *key, from, to, span };

  if (from < to)
    g_array_append_val (gaps, gap);
}

/* What of [from, to) is not settled by the spans (of LedgerSpan).          */
static void
add_holes (GArray *gaps, const AskKey *key, const GArray *spans, md_time from,
           md_time to)
{
  for (guint i = 0; spans != NULL && i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    if (span->to <= from)
      continue;
    if (span->from >= to)
      break;
    add_gap (gaps, key, from, MIN (span->from, to), NULL);
    if (!ledger_state_settled (span->state))
      add_gap (gaps, key, MAX (span->from, from), MIN (span->to, to), span);
    from = MAX (from, span->to);
  }
  add_gap (gaps, key, from, to, NULL);
}

static void
add_inner_holes (GArray *gaps, const GPtrArray *found)
{
  for (guint i = 0; i < found->len; i++) {
    const HeldSelector *held = g_ptr_array_index (found, i);
    const LedgerSpan *spans = (const LedgerSpan *) (void *) held->spans->data;

    if (held->spans->len > 0)
      add_holes (gaps, &held->key, held->spans, spans[0].from,
                 spans[held->spans->len - 1].to);
  }
}

/* ---- the want of a job -------------------------------------------------- */

static char *
index_key (const AskKey *key)
{
  return g_strjoin ("\n", key->dataset, key->schema, key->selector, NULL);
}

/* Spans by key: ten thousand symbols are no reason to search.  (borrowed)  */
static GHashTable *
index_spans (const GPtrArray *found, guint kind)
{
  GHashTable *spans = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             NULL);

  for (guint i = 0; i < found->len; i++) {
    const HeldSelector *held = g_ptr_array_index (found, i);

    if (held->key.kind == kind)
      g_hash_table_insert (spans, index_key (&held->key), held->spans);
  }
  return spans;
}

/* A star that was asked for symbol by symbol: those that were ever asked.   */
static void
add_wanted_of_star (GArray *gaps, const Selection *selection,
                    const GPtrArray *found, const char *dataset,
                    const char *schema, const PlanRange *range)
{
  for (guint i = 0; i < found->len && range->from < range->to; i++) {
    const HeldSelector *held = g_ptr_array_index (found, i);

    if (held->key.kind == MD_SELECT_SYMBOL
        && strcmp (held->key.dataset, dataset) == 0
        && strcmp (held->key.schema, schema) == 0
        && select_takes (selection, &held->key))
      add_holes (gaps, &held->key, held->spans, range->from, range->to);
  }
}

static void
add_wanted_of_offer (GArray *gaps, const Selection *selection,
                     const struct md_offer *offer, char *dataset, char *schema,
                     gint64 settle, GHashTable *spans, const GPtrArray *found)
{
  const Job *job = selection->job;
  struct md_offer settled = *offer;
  PlanRange range;

  settled.settle_ns = settle;
  range = plan_range (&settled, job->start, job->end, clock_now ());
  if (job->selector == MD_SELECT_ALL
      && (offer->flags & MD_OFFER_ALL_SYMBOLS) == 0) {
    add_wanted_of_star (gaps, selection, found, dataset, schema, &range);
    return;
  }
  for (char **symbol = job->symbols; *symbol != NULL; symbol++) {
    const AskKey key = { selection->provider, dataset, schema, *symbol,
                         job->selector };
    g_autofree char *id = index_key (&key);

    if (range.from < range.to && select_takes (selection, &key))
      add_holes (gaps, &key, g_hash_table_lookup (spans, id), range.from,
                 range.to);
  }
}

static gboolean
add_wanted (GArray *gaps, const Cli *cli, const Selection *selection,
            const GPtrArray *found, GError **error)
{
  Job *job = selection->job;
  const Plugin *plugin = plugin_load (job->provider, cli->plugin_path, error);
  g_autoptr (GHashTable) spans = index_spans (found, job->selector);
  g_autoptr (BoundKeys) keys = NULL;
  EngineInput input;

  if (plugin == NULL || !job_fill_dataset (job, plugin, error))
    return FALSE;
  keys = job_bind_keys (job, plugin->desc.keys, plugin->desc.n_keys, error);
  if (keys == NULL)
    return FALSE;
  input = (EngineInput) { .job = job, .plugin = plugin, .keys = keys };
  for (char **dataset = job->datasets; *dataset != NULL; dataset++) {
    for (char **schema = job->schemas; *schema != NULL; schema++) {
      const struct md_offer *offer = plugin_offer (plugin, *dataset, *schema,
                                                   error);

      if (offer == NULL)
        return FALSE;
      add_wanted_of_offer (gaps, selection, offer, *dataset, *schema,
                           limits_settle (&input, offer), spans, found);
    }
  }
  return TRUE;
}

/* ---- printing ----------------------------------------------------------- */

static const char *
state_of (const Gap *gap)
{
  return gap->span != NULL ? ledger_state_name (gap->span->state)
                           : "never asked";
}

static void
print_json (const Selection *selection, const GArray *gaps)
{
  json_t *document = json_object (), *list = json_array ();

  for (guint i = 0; i < gaps->len; i++) {
    const Gap *gap = &g_array_index (gaps, Gap, i);
    json_t *object = json_object ();
    gboolean later = gap->span != NULL && gap->span->next_ask != 0;

    out_set_ask (object, &gap->key);
    out_set_time (object, "from", gap->from);
    out_set_time (object, "to", gap->to);
    out_set_text (object, "state", state_of (gap));
    out_set_text (object, "reason",
                  gap->span != NULL ? gap->span->reason : NULL);
    out_set_time (object, "next_ask", later ? gap->span->next_ask : MD_ABSENT);
    json_array_append_new (list, object);
  }
  out_set_text (document, "store", selection->path);
  json_object_set_new (document, "gaps", list);
  out_print_json (document);
}

static void
print_text (const GArray *gaps)
{
  static const char *const headings[] = { "PROVIDER", "DATASET", "SCHEMA",
                                          "SELECTOR", "FROM", "TO", "STATE",
                                          "REASON", NULL };
  OutTable *table = out_table_new (headings);

  for (guint i = 0; i < gaps->len; i++) {
    const Gap *gap = &g_array_index (gaps, Gap, i);
    g_autofree char *from = out_time (gap->from), *to = out_time (gap->to);

    out_table_add (table, gap->key.provider, gap->key.dataset,
                   gap->key.schema, gap->key.selector, from, to,
                   state_of (gap),
                   gap->span != NULL && gap->span->reason != NULL
                     ? gap->span->reason : "", NULL);
  }
  out_table_print (table);
  if (gaps->len == 0)
    puts ("no gaps");
}

/* ---- the command -------------------------------------------------------- */

static int
repair (Cli *cli, Selection *selection)
{
  RunOptions options;

  g_clear_pointer (&selection->store, store_close);
  run_options_init (&options);
  return job_run (cli, selection->job, &options);
}

static int
find_and_print (Cli *cli, Selection *selection, gboolean repair_them,
                GError **error)
{
  g_autoptr (GPtrArray) found = select_ledger (selection, error);
  g_autoptr (GArray) gaps = g_array_new (FALSE, FALSE, sizeof (Gap));

  if (found == NULL)
    return EXIT_STORE;
  if (selection->job == NULL) {
    if (found->len == 0 && !select_nothing (selection, error))
      return EXIT_USAGE;
    add_inner_holes (gaps, found);
  } else if (!add_wanted (gaps, cli, selection, found, error)) {
    return EXIT_USAGE;
  }
  if (repair_them && gaps->len > 0)
    return repair (cli, selection);
  if (cli->json)
    print_json (selection, gaps);
  else
    print_text (gaps);
  return gaps->len > 0 ? EXIT_PARTIAL : EXIT_DONE;
}

int
cmd_gaps (Cli *cli, int argc, char **argv)
{
  gboolean repair_them = FALSE;
  const GOptionEntry entries[] = {
    { "repair", 0, 0, G_OPTION_ARG_NONE, &repair_them,
      "Run the JOB if there are any", NULL },
    { NULL }
  };
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;
  int status;

  if (!select_parse (&selection, cli, "gaps", entries, TRUE, &argc, &argv,
                     &error))
    return cli_fail (g_steal_pointer (&error));
  if (repair_them && argc < 2)
    return cli_usage ("gaps", "--repair needs a JOB, which says whom to ask");
  if (!select_open (&selection, cli, STORE_READ, argc, argv, 1, &error))
    return cli_fail (g_steal_pointer (&error));
  status = find_and_print (cli, &selection, repair_them, &error);
  return error != NULL ? cli_fail (g_steal_pointer (&error)) : status;
}
