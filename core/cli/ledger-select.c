/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger-select.c - what a reading command looks at.
 */
#include "ledger-select.h"
#include "out.h"

#include "data/nearest.h"

#include <string.h>

#define N_OPTIONS 4
#define KNOWN_SHOWN 5

/* ---- options ------------------------------------------------------------ */

static void
append_entries (GArray *all, const GOptionEntry *entries)
{
  for (; entries != NULL && entries->long_name != NULL; entries++)
    g_array_append_val (all, *entries);
}

gboolean
select_parse (Selection *selection, Cli *cli, const char *name,
              const GOptionEntry *entries, gboolean with_symbol, int *argc,
              char ***argv, GError **error)
{
  GOptionEntry own[N_OPTIONS + 1] = {
    { "provider", 0, 0, G_OPTION_ARG_FILENAME, &selection->provider,
      "Only of this provider", "NAME" },
    { "dataset", 0, 0, G_OPTION_ARG_FILENAME, &selection->dataset,
      "Only of this dataset", "NAME" },
    { "schema", 0, 0, G_OPTION_ARG_FILENAME, &selection->schema,
      "Only of this schema", "NAME" },
    { "symbol", 0, 0, G_OPTION_ARG_FILENAME, &selection->symbol,
      "Only this symbol", "NAME" },
    { NULL }
  };
  g_autoptr (GArray) all = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  if (!with_symbol)
    own[N_OPTIONS - 1] = (GOptionEntry) { NULL };
  append_entries (all, entries);
  append_entries (all, own);
  return cli_parse (cli, name, (const GOptionEntry *) (void *) all->data, argc,
                    argv, error);
}

/* The job's provider counts as if it stood in --provider.                  */
static void
take_provider (Selection *selection)
{
  if (selection->provider == NULL)
    selection->provider = job_provider_name (selection->job);
}

gboolean
select_open (Selection *selection, Cli *cli, StoreMode mode, int argc,
             char **argv, int at, GError **error)
{
  g_autofree char *named = NULL;

  if (argc > at + 1) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s: one argument too many: \"%s\"; `mdcore %s --help` tells "
                 "more", argv[0], argv[at + 1], argv[0]);
    return FALSE;
  }
  if (argc > at) {
    selection->job = cli_load_job (cli, argv[at], error);
    if (selection->job == NULL)
      return FALSE;
    take_provider (selection);
  }
  named = cli_store_path (cli, selection->job);
  selection->path = g_canonicalize_filename (named, NULL);
  selection->store = store_open (selection->path, mode, error);
  return selection->store != NULL;
}

void
select_clear (Selection *selection)
{
  g_free (selection->provider);
  g_free (selection->dataset);
  g_free (selection->schema);
  g_free (selection->symbol);
  job_free (selection->job);
  g_free (selection->path);
  store_close (selection->store);
}

/* ---- matching ----------------------------------------------------------- */

/* The only one of a list, so that the store can skip the rest.             */
static char *
only_one (char **list)
{
  return list != NULL && list[0] != NULL && list[1] == NULL ? list[0] : NULL;
}

/* What a job names; NULL for a star, which stands for every symbol.        */
static char **
named_symbols (const Job *job)
{
  return job == NULL || job->selector == MD_SELECT_ALL ? NULL : job->symbols;
}

AskKey
select_match (const Selection *selection)
{
  const Job *job = selection->job;
  AskKey match = { .provider = selection->provider,
                   .dataset = selection->dataset,
                   .schema = selection->schema,
                   .selector = selection->symbol };

  if (job != NULL && match.dataset == NULL)
    match.dataset = only_one (job->datasets);
  if (job != NULL && match.schema == NULL)
    match.schema = only_one (job->schemas);
  if (job != NULL && match.selector == NULL)
    match.selector = only_one (named_symbols (job));
  return match;
}

SeriesKey
select_series_match (const Selection *selection)
{
  AskKey ask = select_match (selection);

  return (SeriesKey) { ask.provider, ask.dataset, ask.schema, NULL };
}

static gboolean
one_of (const char *wanted, char **list, const char *text)
{
  if (wanted != NULL)
    return strcmp (wanted, text) == 0;
  return list == NULL || *list == NULL
         || g_strv_contains ((const char *const *) list, text);
}

gboolean
select_takes (const Selection *selection, const AskKey *key)
{
  const Job *job = selection->job;

  return one_of (selection->provider, NULL, key->provider)
         && one_of (selection->dataset, job != NULL ? job->datasets : NULL,
                    key->dataset)
         && one_of (selection->schema, job != NULL ? job->schemas : NULL,
                    key->schema)
         && one_of (selection->symbol, named_symbols (job), key->selector);
}

/* ---- the ledger --------------------------------------------------------- */

static void
clear_span (gpointer data)
{
  LedgerSpan *span = data;

  g_free (span->reason);
}

GArray *
ledger_spans_copy (const GArray *spans)
{
  GArray *copy = g_array_sized_new (FALSE, FALSE, sizeof (LedgerSpan),
                                    spans->len);

  g_array_set_clear_func (copy, clear_span);
  for (guint i = 0; i < spans->len; i++) {
    LedgerSpan span = g_array_index (spans, LedgerSpan, i);

    span.reason = g_strdup (span.reason);
    g_array_append_val (copy, span);
  }
  return copy;
}

static void
held_selector_free (gpointer data)
{
  HeldSelector *held = data;

  ask_key_clear (&held->key);
  g_array_unref (held->spans);
  g_free (held);
}

typedef struct {
  const Selection *selection;
  GPtrArray *found;
} Gather;

static gboolean
gather_one (const AskKey *key, const GArray *spans, gpointer data)
{
  Gather *gather = data;
  HeldSelector *held;

  if (!select_takes (gather->selection, key))
    return TRUE;
  held = g_new0 (HeldSelector, 1);
  held->key = (AskKey) { g_strdup (key->provider), g_strdup (key->dataset),
                         g_strdup (key->schema), g_strdup (key->selector),
                         key->kind };
  held->spans = ledger_spans_copy (spans);
  g_ptr_array_add (gather->found, held);
  return TRUE;
}

GPtrArray *
select_ledger (const Selection *selection, GError **error)
{
  g_autoptr (GPtrArray) found
    = g_ptr_array_new_with_free_func (held_selector_free);
  Gather gather = { selection, found };
  AskKey match = select_match (selection);

  if (!store_ledger_each (selection->store, &match, gather_one, &gather,
                          error))
    return NULL;
  return g_steal_pointer (&found);
}

/* ---- nothing found ------------------------------------------------------ */

/* The part of a key that was asked for most specifically.                  */
static gsize
most_specific (const AskKey *match)
{
  return match->selector != NULL  ? G_STRUCT_OFFSET (AskKey, selector)
         : match->schema != NULL  ? G_STRUCT_OFFSET (AskKey, schema)
         : match->dataset != NULL ? G_STRUCT_OFFSET (AskKey, dataset)
                                  : G_STRUCT_OFFSET (AskKey, provider);
}

typedef struct {
  gsize part;          /* offset in AskKey                                  */
  GPtrArray *parts;    /* of each key                                       */
  GPtrArray *texts;    /* all of each key                                   */
} Known;

static gboolean
add_known (const AskKey *key, const GArray *spans, gpointer data)
{
  Known *known = data;

  g_ptr_array_add (known->parts,
                   g_strdup (G_STRUCT_MEMBER (char *, key, known->part)));
  g_ptr_array_add (known->texts, out_ask_text (key));
  return TRUE;
}

/* The nearest key, else the first few.  (transfer full)                    */
static char *
nearest_known (const Known *known, const char *wanted)
{
  g_autoptr (GString) text = g_string_new ("it knows ");
  guint n = known->texts->len, shown = MIN (n, KNOWN_SHOWN);
  const char *nearest;

  g_ptr_array_add (known->parts, NULL);
  nearest = wanted != NULL
              ? nearest_name (wanted, (const char *const *) known->parts->pdata)
              : NULL;
  for (guint i = 0; nearest != NULL && i < n; i++) {
    if (strcmp (g_ptr_array_index (known->parts, i), nearest) == 0)
      return g_strdup_printf ("did you mean %s?", (char *) g_ptr_array_index (
                                                    known->texts, i));
  }
  for (guint i = 0; i < shown; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "; " : "",
                            (char *) g_ptr_array_index (known->texts, i));
  if (n > shown)
    g_string_append_printf (text, "; and %u more", n - shown);
  return g_strdup (text->str);
}

static char *
wanted_text (const AskKey *match)
{
  static const char any[] = "*";

  return g_strjoin (" ", match->provider != NULL ? match->provider : any,
                    match->dataset != NULL ? match->dataset : any,
                    match->schema != NULL ? match->schema : any,
                    match->selector != NULL ? match->selector : any, NULL);
}

gboolean
select_nothing (const Selection *selection, GError **error)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  AskKey match = select_match (selection);
  Known known = { most_specific (&match), parts, texts };
  g_autofree char *wanted = wanted_text (&match), *nearest = NULL;
  const AskKey all = { 0 };

  if (!store_ledger_each (selection->store, &all, add_known, &known, error))
    return FALSE;
  if (texts->len == 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "the store %s is empty", selection->path);
    return FALSE;
  }
  nearest = nearest_known (&known, G_STRUCT_MEMBER (char *, &match,
                                                    known.part));
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "the store %s knows nothing of %s (%s)", selection->path,
               wanted, nearest);
  return FALSE;
}

/* ---- names -------------------------------------------------------------- */

char *
out_ask_text (const AskKey *key)
{
  return g_strdup_printf ("%s %s %s %s", key->provider, key->dataset,
                          key->schema, key->selector);
}

const char *
selector_kind_name (guint kind)
{
  switch (kind) {
  case MD_SELECT_PARENT:
    return "parent";
  case MD_SELECT_CONTINUOUS:
    return "continuous";
  case MD_SELECT_ALL:
    return "all";
  case MD_SELECT_ID:
    return "id";
  default:
    return "symbol";
  }
}

void
out_set_ask (json_t *object, const AskKey *key)
{
  out_set_text (object, "provider", key->provider);
  out_set_text (object, "dataset", key->dataset);
  out_set_text (object, "schema", key->schema);
  out_set_text (object, "selector", key->selector);
  out_set_text (object, "kind", selector_kind_name (key->kind));
}
