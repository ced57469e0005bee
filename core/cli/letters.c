/* SPDX-License-Identifier: Apache-2.0
 *
 * letters.c - dead letters that a command line chooses.
 */
#include "letters.h"
#include "out.h"

#include <string.h>

static DeadLetter *
letter_copy (const DeadLetter *letter)
{
  DeadLetter *copy = g_memdup2 (letter, sizeof *letter);

  copy->id = g_strdup (letter->id);
  copy->run_id = g_strdup (letter->run_id);
  copy->ingestion_id = g_strdup (letter->ingestion_id);
  copy->job = g_strdup (letter->job);
  copy->ask = (AskKey) { g_strdup (letter->ask.provider),
                         g_strdup (letter->ask.dataset),
                         g_strdup (letter->ask.schema),
                         g_strdup (letter->ask.selector), letter->ask.kind };
  copy->instrument = g_strdup (letter->instrument);
  copy->reasons = g_strdup (letter->reasons);
  copy->raw = letter->raw != NULL ? g_bytes_ref (letter->raw) : NULL;
  copy->segment = letter->segment != NULL ? g_bytes_ref (letter->segment)
                                          : NULL;
  return copy;
}

typedef struct {
  const Selection *selection;
  char **ids;              /* beginnings of ids, or NULL for all            */
  GPtrArray *found;        /* of DeadLetter                                 */
} Gather;

static gboolean
is_named (char **ids, const char *id)
{
  for (; *ids != NULL; ids++) {
    if (g_str_has_prefix (id, *ids))
      return TRUE;
  }
  return FALSE;
}

/* --symbol names what was asked or what came.                              */
static gboolean
is_taken (const Selection *selection, const DeadLetter *letter)
{
  AskKey key = letter->ask;

  if (selection->symbol != NULL && letter->instrument != NULL
      && strcmp (selection->symbol, letter->instrument) == 0)
    key.selector = selection->symbol;
  return select_takes (selection, &key);
}

static gboolean
gather_one (const DeadLetter *letter, gpointer data)
{
  const Gather *gather = data;

  if (is_taken (gather->selection, letter)
      && (gather->ids == NULL || is_named (gather->ids, letter->id)))
    g_ptr_array_add (gather->found, letter_copy (letter));
  return TRUE;
}

/* Each beginning must stand for exactly one letter.                        */
static gboolean
check_ids (char **ids, const GPtrArray *found, GError **error)
{
  for (; *ids != NULL; ids++) {
    char *const one[] = { *ids, NULL };
    guint n = 0;

    for (guint i = 0; i < found->len; i++) {
      const DeadLetter *letter = g_ptr_array_index (found, i);

      n += is_named ((char **) one, letter->id) ? 1 : 0;
    }
    if (n == 1)
      continue;
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 n == 0 ? "there is no dead letter %s; `mdcore dlq list` lists "
                          "them"
                        : "several dead letters begin with %s: write more of "
                          "it", *ids);
    return FALSE;
  }
  return TRUE;
}

static gint
by_time (gconstpointer a, gconstpointer b)
{
  const DeadLetter *x = *(DeadLetter *const *) a;
  const DeadLetter *y = *(DeadLetter *const *) b;

  if (x->ts != y->ts)
    return x->ts < y->ts ? -1 : 1;
  return strcmp (x->id, y->id);
}

GPtrArray *
letters_gather (const Selection *selection, char **ids, GError **error)
{
  g_autoptr (GPtrArray) found
    = g_ptr_array_new_with_free_func ((GDestroyNotify) dead_letter_free);
  Gather gather = { selection, ids, found };
  const AskKey all = { 0 };

  if (!store_dead_each (selection->store, &all, gather_one, &gather, error)
      || (ids != NULL && !check_ids (ids, found, error)))
    return NULL;
  g_ptr_array_sort (found, by_time);
  return g_steal_pointer (&found);
}

const char *
letter_instrument (const DeadLetter *letter)
{
  return letter->instrument != NULL ? letter->instrument
                                    : letter->ask.selector;
}

static json_t *
letter_to_json (const DeadLetter *letter, gboolean whole)
{
  json_t *object = json_object ();

  out_set_text (object, "id", letter->id);
  out_set_ask (object, &letter->ask);
  out_set_text (object, "instrument", letter->instrument);
  out_set_time (object, "ts", letter->ts);
  out_set_time (object, "at", letter->at);
  out_set_text (object, "reasons", letter->reasons);
  out_set_count (object, "seen", letter->seen);
  out_set_text (object, "holds", letter->segment != NULL ? "segment" : "row");
  out_set_text (object, "job", letter->job);
  out_set_text (object, "run_id", letter->run_id);
  out_set_text (object, "ingestion_id", letter->ingestion_id);
  if (whole && letter->raw != NULL) {
    g_autofree char *raw = g_strndup (g_bytes_get_data (letter->raw, NULL),
                                      g_bytes_get_size (letter->raw));

    out_set_text (object, "raw", raw);
  }
  return object;
}

void
letters_print_json (const GPtrArray *found, gboolean whole)
{
  json_t *list = json_array ();

  for (guint i = 0; i < found->len; i++)
    json_array_append_new (
      list, letter_to_json (g_ptr_array_index (found, i), whole));
  out_print_json (list);
}
