/* SPDX-License-Identifier: Apache-2.0
 *
 * plan-notes.c - what a plan does not ask, and why, in few sentences.
 */
#include "plan.h"

#include "data/interval.h"

/* Symbols that share state, schema and reason share a sentence.            */
typedef struct {
  char *first, *schema, *reason;
  LedgerState state;
  md_time from, to;        /* of all of them together                       */
  md_time next_ask;        /* the earliest                                  */
  GHashTable *symbols;     /* set of char *                                 */
} Note;

struct PlanNotes {
  GHashTable *by_key;      /* char * -> Note *, borrowed                    */
  GPtrArray *notes;        /* of Note, in order of appearance               */
};

static void
note_free (Note *note)
{
  g_free (note->first);
  g_free (note->schema);
  g_free (note->reason);
  g_hash_table_unref (note->symbols);
  g_free (note);
}

PlanNotes *
plan_notes_new (void)
{
  PlanNotes *notes = g_new0 (PlanNotes, 1);

  notes->by_key
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  notes->notes
    = g_ptr_array_new_with_free_func ((GDestroyNotify) note_free);
  return notes;
}

static Note *
note_for (PlanNotes *notes, const char *symbol, const char *schema,
          const LedgerSpan *span)
{
  g_autofree char *key
    = g_strdup_printf ("%d\n%s\n%s", span->state, schema,
                       span->reason != NULL ? span->reason : "");
  Note *note = g_hash_table_lookup (notes->by_key, key);

  if (note != NULL)
    return note;
  note = g_new0 (Note, 1);
  note->first = g_strdup (symbol);
  note->schema = g_strdup (schema);
  note->reason = g_strdup (span->reason);
  note->state = span->state;
  note->from = span->from;
  note->to = span->to;
  note->next_ask = span->next_ask;
  note->symbols
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_add (notes->notes, note);
  g_hash_table_insert (notes->by_key, g_steal_pointer (&key), note);
  return note;
}

void
plan_notes_add (PlanNotes *notes, const char *symbol, const char *schema,
                const LedgerSpan *span)
{
  Note *note = note_for (notes, symbol, schema, span);

  note->from = MIN (note->from, span->from);
  note->to = MAX (note->to, span->to);
  note->next_ask = MIN (note->next_ask, span->next_ask);
  if (!g_hash_table_contains (note->symbols, symbol))
    g_hash_table_add (note->symbols, g_strdup (symbol));
}

static char *
note_to_text (const Note *note)
{
  char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE], next[TIME_TEXT_SIZE];
  GString *text = g_string_new (note->first);
  guint more = g_hash_table_size (note->symbols) - 1;

  time_format (note->from, from);
  time_format (note->to, to);
  if (more > 0)
    g_string_append_printf (text, " and %u more", more);
  g_string_append_printf (text, ", %s, %s/%s: %s", note->schema, from, to,
                          ledger_state_name (note->state));
  if (note->reason != NULL)
    g_string_append_printf (text, " (%s)", note->reason);
  if (note->state == LEDGER_PRUNED) {
    g_string_append (text, ", only asked again with --refetch");
  } else {
    time_format (note->next_ask, next);
    g_string_append_printf (text, ", not asked again before %s", next);
  }
  return g_string_free (text, FALSE);
}

void
plan_notes_finish (PlanNotes *notes, GPtrArray *sentences)
{
  for (guint i = 0; i < notes->notes->len; i++)
    g_ptr_array_add (sentences, note_to_text (notes->notes->pdata[i]));
  g_ptr_array_unref (notes->notes);
  g_hash_table_unref (notes->by_key);
  g_free (notes);
}
