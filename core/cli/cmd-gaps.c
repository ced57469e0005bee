/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-gaps.c - `mdcore gaps`: what is wanted and not held.
 *
 * With a JOB: its want, up to the last bar that is final by now, minus what is
 * settled; hours in which the market was closed are no gaps.  Without: the
 * holes between the first and last time that was ever asked.  Exits with 3
 * when there are any.
 */
#include "cmd.h"
#include "out.h"
#include "run-job.h"
#include "missing-bars.h"

#include "engine/limits.h"
#include "data/interval.h"
#include "engine/plan.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  AskKey key;              /* borrowed                                      */
  md_time from, to;
  const LedgerSpan *span;  /* what is known there, NULL = never asked       */
  guint64 bars;            /* so many bars are missing in what is held, or 0 */
} Gap;

typedef struct {
  gboolean repair, bars;
} GapOptions;

/* ---- holes -------------------------------------------------------------- */

static void
add_gap (GArray *gaps, const AskKey *key, md_time from, md_time to,
         const LedgerSpan *span)
{
  const Gap gap = { *key, from, to, span, 0 };

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

/* What the job wants of one offer.                                         */
typedef struct {
  const Selection *selection;
  const GapOptions *options;
  const struct md_offer *offer;
  const Calendar *calendar; /* or NULL                                      */
  char *dataset, *schema;
  PlanRange range;
  PlanEnds *ends;
  GArray *gaps;
} Want;

/* Closed hours are no gap, nor do they begin one.                          */
static void
leave_out_closed (const Want *want, guint first)
{
  GArray *gaps = want->gaps;
  gboolean daily = calendar_is_daily (&want->offer->interval);
  guint kept = first;

  for (guint i = first; i < gaps->len; i++) {
    Gap gap = g_array_index (gaps, Gap, i);

    if (calendar_judge (want->calendar, daily, gap.from, gap.to)
        == MARKET_CLOSED)
      continue;
    if (gap.span == NULL) {
      md_time begin
        = interval_floor (&want->offer->interval,
                          calendar_next (want->calendar, daily, gap.from));

      gap.from = CLAMP (begin, gap.from, gap.to - 1);
    }
    g_array_index (gaps, Gap, kept++) = gap;
  }
  g_array_set_size (gaps, kept);
}

static gboolean
add_missing_bars (const Want *want, const AskKey *key, const GArray *spans,
                  const PlanRange *range, GError **error)
{
  g_autoptr (GArray) missing
    = missing_bars (want->selection->store, key, want->offer, want->calendar,
                    spans, range->from, range->to, error);

  for (guint i = 0; missing != NULL && i < missing->len; i++) {
    const MissingBars *one = &g_array_index (missing, MissingBars, i);
    const Gap gap = { *key, one->from, one->to, NULL, one->bars };

    g_array_append_val (want->gaps, gap);
  }
  return missing != NULL;
}

static gboolean
add_selector (const Want *want, const AskKey *key, const GArray *spans,
              GError **error)
{
  guint first = want->gaps->len;
  PlanRange range = want->range;

  if (key->kind == MD_SELECT_SYMBOL && want->offer->record != MD_ACTION)
    range = plan_ends_cut (want->ends, key->selector, &range);
  if (range.from >= range.to || !select_takes (want->selection, key))
    return TRUE;
  add_holes (want->gaps, key, spans, range.from, range.to);
  if (want->calendar != NULL)
    leave_out_closed (want, first);
  return !want->options->bars
         || add_missing_bars (want, key, spans, &range, error);
}

/* A star that was asked for symbol by symbol: those that were ever asked.   */
static gboolean
add_star (const Want *want, const GPtrArray *found, GError **error)
{
  for (guint i = 0; i < found->len; i++) {
    const HeldSelector *held = g_ptr_array_index (found, i);

    if (held->key.kind == MD_SELECT_SYMBOL
        && strcmp (held->key.dataset, want->dataset) == 0
        && strcmp (held->key.schema, want->schema) == 0
        && !add_selector (want, &held->key, held->spans, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_symbols (const Want *want, GHashTable *index, GError **error)
{
  const Job *job = want->selection->job;

  for (char **symbol = job->symbols; *symbol != NULL; symbol++) {
    const AskKey key = { want->selection->provider, want->dataset,
                         want->schema, *symbol, job->selector };
    g_autofree char *id = index_key (&key);

    if (!add_selector (want, &key, g_hash_table_lookup (index, id), error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
can_miss_bars (const Want *want, gboolean star, GError **error)
{
  const Job *job = want->selection->job;
  const char *why
    = want->offer->interval.count == 0 ? "has no bars"
      : want->calendar == NULL
        ? "has no calendar; name one with `calendar = NAME` in [job], "
          "`mdcore calendar list` has them"
      : job->selector != MD_SELECT_SYMBOL && !star ? "is not asked by symbol"
                                                   : NULL;

  if (why == NULL)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "gaps: --bars: %s of job \"%s\" %s", want->schema, job->name,
               why);
  return FALSE;
}

static gboolean
add_wanted_of_offer (Want *want, gint64 settle, GHashTable *index,
                     const GPtrArray *found, GError **error)
{
  const Job *job = want->selection->job;
  gboolean star = job->selector == MD_SELECT_ALL
                  && (want->offer->flags & MD_OFFER_ALL_SYMBOLS) == 0;
  struct md_offer settled = *want->offer;

  if (!hours_of (job, want->offer, want->dataset, &want->calendar, error)
      || (want->options->bars && !can_miss_bars (want, star, error)))
    return FALSE;
  settled.settle_ns = settle;
  want->range = plan_range (&settled, job->start, job->end, clock_now ());
  plan_range_heed (&want->range, &settled, want->calendar);
  return star ? add_star (want, found, error)
              : add_symbols (want, index, error);
}

static gboolean
add_wanted (GArray *gaps, const Cli *cli, const Selection *selection,
            const GapOptions *options, const GPtrArray *found, GError **error)
{
  Job *job = selection->job;
  const Plugin *plugin = plugin_load (job->provider, cli->plugin_path, error);
  g_autoptr (GHashTable) spans = index_spans (found, job->selector);
  g_autoptr (BoundKeys) keys = NULL;
  g_autoptr (PlanEnds) ends = NULL;
  EngineInput input;

  if (plugin == NULL || !job_fill_dataset (job, plugin, error))
    return FALSE;
  keys = job_bind_keys (job, plugin->desc.keys, plugin->desc.n_keys, error);
  if (keys == NULL)
    return FALSE;
  ends = plan_ends_new (selection->store, plugin->desc.name, error);
  if (ends == NULL)
    return FALSE;
  input = (EngineInput) { .job = job, .plugin = plugin, .keys = keys };
  for (char **dataset = job->datasets; *dataset != NULL; dataset++) {
    for (char **schema = job->schemas; *schema != NULL; schema++) {
      const struct md_offer *offer = plugin_offer (plugin, *dataset, *schema,
                                                   error);

      Want want = { .selection = selection, .options = options,
                    .offer = offer, .dataset = *dataset, .schema = *schema,
                    .ends = ends, .gaps = gaps };

      if (offer == NULL
          || !add_wanted_of_offer (&want, limits_settle (&input, offer), spans,
                                   found, error))
        return FALSE;
    }
  }
  return TRUE;
}

/* ---- printing ----------------------------------------------------------- */

static const char *
state_of (const Gap *gap)
{
  if (gap->bars > 0)
    return "no bar";
  return gap->span != NULL ? ledger_state_name (gap->span->state)
                           : "never asked";
}

/* (transfer full)                                                          */
static char *
reason_of (const Gap *gap)
{
  if (gap->bars > 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " bar%s of open hours that "
                            "the answer lacked", gap->bars,
                            gap->bars > 1 ? "s" : "");
  return gap->span != NULL ? g_strdup (gap->span->reason) : NULL;
}

static void
print_json (const Selection *selection, const GArray *gaps)
{
  json_t *document = json_object (), *list = json_array ();

  for (guint i = 0; i < gaps->len; i++) {
    const Gap *gap = &g_array_index (gaps, Gap, i);
    json_t *object = json_object ();
    gboolean later = gap->span != NULL && gap->span->next_ask != 0;
    g_autofree char *reason = reason_of (gap);

    out_set_ask (object, &gap->key);
    out_set_time (object, "from", gap->from);
    out_set_time (object, "to", gap->to);
    out_set_text (object, "state", state_of (gap));
    out_set_text (object, "reason", reason);
    if (gap->bars > 0)
      out_set_count (object, "bars", gap->bars);
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
    g_autofree char *reason = reason_of (gap);

    out_table_add (table, gap->key.provider, gap->key.dataset,
                   gap->key.schema, gap->key.selector, from, to,
                   state_of (gap), reason != NULL ? reason : "", NULL);
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
find_and_print (Cli *cli, Selection *selection, const GapOptions *options,
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
  } else if (!add_wanted (gaps, cli, selection, options, found, error)) {
    return EXIT_USAGE;
  }
  if (options->repair && gaps->len > 0)
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
  GapOptions options = { FALSE, FALSE };
  const GOptionEntry entries[] = {
    { "repair", 0, 0, G_OPTION_ARG_NONE, &options.repair,
      "Run the JOB if there are any", NULL },
    { "bars", 0, 0, G_OPTION_ARG_NONE, &options.bars,
      "Also bars that open hours lack in what the JOB holds", NULL },
    { NULL }
  };
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;
  int status;

  if (!select_parse (&selection, cli, "gaps", entries, TRUE, &argc, &argv,
                     &error))
    return cli_fail (g_steal_pointer (&error));
  if (options.repair && argc < 2)
    return cli_usage ("gaps", "--repair needs a JOB, which says whom to ask");
  if (options.bars && argc < 2)
    return cli_usage ("gaps", "--bars needs a JOB, which names the market");
  if (options.bars && options.repair)
    return cli_usage ("gaps", "--repair does not go with --bars: what an "
                      "answer lacked is asked again with `run --refetch`");
  if (!select_open (&selection, cli, STORE_READ, argc, argv, 1, &error))
    return cli_fail (g_steal_pointer (&error));
  status = find_and_print (cli, &selection, &options, &error);
  return error != NULL ? cli_fail (g_steal_pointer (&error)) : status;
}
