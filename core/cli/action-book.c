/* SPDX-License-Identifier: Apache-2.0
 *
 * action-book.c - corporate actions that are held, and their coverage.
 */
#include "action-book.h"

#include "data/error.h"
#include "data/spans.h"

#include <string.h>

/* What a schema of this name tells of.                                     */
static const struct {
  const char *schema;
  gboolean splits, dividends;
} schemas[] = {
  { "actions", TRUE, TRUE },
  { "splits", TRUE, FALSE },
  { "dividends", FALSE, TRUE },
};

struct ActionBook {
  Store *store;
  char *provider, *dataset, *name;
  md_time as_of;
  GHashTable *earlier;  /* "schema\nselector" -> spans, when as_of is set   */
};

/* ---- which dataset --------------------------------------------------- */

static gboolean
note_dataset (const AskKey *key, const GArray *spans, gpointer data)
{
  GPtrArray *datasets = data;

  if (!g_ptr_array_find_with_equal_func (datasets, key->dataset, g_str_equal,
                                         NULL))
    g_ptr_array_add (datasets, g_strdup (key->dataset));
  return TRUE;
}

static GPtrArray *
find_datasets (Store *store, const char *provider, const char *dataset,
               GError **error)
{
  g_autoptr (GPtrArray) datasets = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++) {
    const AskKey match = { .provider = (char *) provider,
                           .dataset = (char *) dataset,
                           .schema = (char *) schemas[i].schema };

    if (!store_ledger_each (store, &match, note_dataset, datasets, error))
      return NULL;
  }
  return g_steal_pointer (&datasets);
}

static const char *
choose_dataset (const GPtrArray *datasets, const char *provider,
                const char *dataset, const char *like, GError **error)
{
  g_autofree char *list = NULL;

  if (datasets->len == 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "no splits and dividends of %s%s%s are held, so nothing "
                 "tells what to adjust: fetch its schema actions (or splits "
                 "and dividends), or name others with --actions "
                 "PROVIDER/DATASET", provider, dataset != NULL ? "/" : "",
                 dataset != NULL ? dataset : "");
    return NULL;
  }
  if (like != NULL
      && g_ptr_array_find_with_equal_func ((GPtrArray *) datasets, like,
                                           g_str_equal, NULL))
    return like;
  if (datasets->len == 1)
    return datasets->pdata[0];
  g_ptr_array_add ((GPtrArray *) datasets, NULL);
  list = g_strjoinv (", ", (char **) datasets->pdata);
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "several datasets of %s tell of splits and dividends (%s): "
               "choose with --actions %s/DATASET", provider, list, provider);
  return NULL;
}

/* ---- what was known -------------------------------------------------- */

static GArray *
earlier_spans (const ActionBook *book, const char *schema,
               const char *selector)
{
  g_autofree char *key = g_strjoin ("\n", schema, selector, NULL);
  GArray *spans = g_hash_table_lookup (book->earlier, key);

  if (spans == NULL) {
    spans = spans_new ();
    g_hash_table_insert (book->earlier, g_steal_pointer (&key), spans);
  }
  return spans;
}

/* The ledger says what is known now; what was known then is what had been
 * committed by then.                                                       */
static gboolean
note_commit (const CommitInfo *info, gpointer data)
{
  const ActionBook *book = data;

  if (info->at > book->as_of)
    return FALSE;
  if (strcmp (info->ask.provider, book->provider) == 0
      && strcmp (info->ask.dataset, book->dataset) == 0
      && (info->state == LEDGER_COMPLETE || info->state == LEDGER_EMPTY))
    spans_add (earlier_spans (book, info->ask.schema, info->ask.selector),
               info->from, info->to);
  return TRUE;
}

ActionBook *
action_book_new (Store *store, const char *provider, const char *dataset,
                 const char *like, md_time as_of, GError **error)
{
  g_autoptr (ActionBook) book = NULL;
  g_autoptr (GPtrArray) datasets
    = find_datasets (store, provider, dataset, error);
  const char *chosen
    = datasets != NULL
        ? choose_dataset (datasets, provider, dataset, like, error) : NULL;

  if (chosen == NULL)
    return NULL;
  book = g_new0 (ActionBook, 1);
  book->store = store;
  book->provider = g_strdup (provider);
  book->dataset = g_strdup (chosen);
  book->name = g_strdup_printf ("%s/%s", provider, chosen);
  book->as_of = as_of;
  book->earlier
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                             (GDestroyNotify) g_array_unref);
  if (as_of != MD_ABSENT
      && !store_commits_each (store, 0, note_commit, book, error))
    return NULL;
  return g_steal_pointer (&book);
}

void
action_book_free (ActionBook *book)
{
  if (book == NULL)
    return;
  g_free (book->provider);
  g_free (book->dataset);
  g_free (book->name);
  g_hash_table_unref (book->earlier);
  g_free (book);
}

const char *
action_book_name (const ActionBook *book)
{
  return book->name;
}

/* ---- of one symbol --------------------------------------------------- */

/* Splits and dividends of the symbol itself; names outlive the rows.       */
static gboolean
collect (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  GArray *actions = data;

  if (strcmp (info->table->name, "action") != 0)
    return FALSE;
  for (gsize i = 0; i < rows->n; i++) {
    Action action = action_at (rows, i);
    const Column *flags = columns_column (rows, "flags");

    if ((flags->u32 != NULL && (flags->u32[i] & MD_ROW_CANCELLED) != 0)
        || !action_concerns (&action, info->key.instrument))
      continue;
    action.name = g_intern_string (action.name);
    action.old_symbol = action.new_symbol = (struct md_text) { NULL, 0 };
    g_array_append_val (actions, action);
  }
  return TRUE;
}

static gboolean
add_answered (const ActionBook *book, const char *schema,
              const char *selector, guint kind, const ListingLink *name,
              GArray *answered, GError **error)
{
  const AskKey key = { book->provider, book->dataset, (char *) schema,
                       (char *) selector, kind };
  g_autoptr (GArray) spans = NULL, earlier = NULL;

  spans = store_ledger (book->store, &key, error);
  if (spans == NULL)
    return FALSE;
  earlier = spans_new ();
  for (guint i = 0; i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    if (span->state == LEDGER_COMPLETE || span->state == LEDGER_EMPTY)
      spans_add (earlier, span->from, span->to);
  }
  if (book->as_of != MD_ABSENT) {
    GArray *now = g_steal_pointer (&earlier);

    earlier = spans_intersect (now, earlier_spans (book, schema, selector));
    g_array_unref (now);
  }
  for (guint i = 0; i < earlier->len; i++) {
    const Span *span = &g_array_index (earlier, Span, i);

    spans_add (answered, MAX (span->from, name->from),
               MIN (span->to, name->to));
  }
  return TRUE;
}

static gint
by_time (gconstpointer a, gconstpointer b)
{
  const Action *x = a, *y = b;

  return (x->ts > y->ts) - (x->ts < y->ts);
}

static gboolean
read_schema (const ActionBook *book, gsize schema, const ListingLink *link,
             HeldActions *held, GError **error)
{
  const char *name = schemas[schema].schema;
  const SeriesKey key = { book->provider, book->dataset, (char *) name,
                          (char *) link->symbol };
  GArray *into[] = { schemas[schema].splits ? held->splits : NULL,
                     schemas[schema].dividends ? held->dividends : NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (into); i++) {
    if (into[i] != NULL
        && (!add_answered (book, name, link->symbol, MD_SELECT_SYMBOL, link,
                           into[i], error)
            || !add_answered (book, name, "*", MD_SELECT_ALL, link, into[i],
                              error)))
      return FALSE;
  }
  return store_scan (book->store, &key, link->from, link->to, book->as_of,
                     collect, held->actions, error);
}

gboolean
action_book_read (const ActionBook *book, const GArray *names,
                  HeldActions *ret_held, GError **error)
{
  const gsize n = names->len * G_N_ELEMENTS (schemas);

  *ret_held = (HeldActions) {
    g_array_new (FALSE, FALSE, sizeof (Action)), spans_new (), spans_new ()
  };
  for (gsize i = 0; i < n; i++) {
    if (!read_schema (book, i % G_N_ELEMENTS (schemas),
                      &g_array_index (names, ListingLink,
                                      i / G_N_ELEMENTS (schemas)),
                      ret_held, error)) {
      held_actions_clear (ret_held);
      return FALSE;
    }
  }
  g_array_sort (ret_held->actions, by_time);
  return TRUE;
}

void
held_actions_clear (HeldActions *held)
{
  g_clear_pointer (&held->actions, g_array_unref);
  g_clear_pointer (&held->splits, g_array_unref);
  g_clear_pointer (&held->dividends, g_array_unref);
}
