/* SPDX-License-Identifier: Apache-2.0
 *
 * why-text.c - what the store knows, as one sentence.
 */
#include "why.h"
#include "out.h"

static gboolean
was_asked (const Why *why)
{
  return why->span.from < why->span.to;
}

const char *
why_answer (const Why *why)
{
  if (why->rows > 0)
    return "held";
  if (why->letters->len > 0)
    return "set aside";
  if (!was_asked (why))
    return "never asked";
  if (why->span.state == LEDGER_COMPLETE)
    return "no row";
  return ledger_state_name (why->span.state);
}

static void
append_commit (GString *out, const Why *why)
{
  g_autofree char *at = NULL;

  if (why->info == NULL)
    return;
  at = out_when (why->info->at);
  g_string_append_printf (out, " (commit %" G_GUINT64_FORMAT " of %s, "
                          "ingestion %s, job %s, request %s)", why->commit, at,
                          why->info->lineage.ingestion_id,
                          why->info->lineage.job, why->info->lineage.request);
}

static void
append_asks (GString *out, const Why *why)
{
  g_autofree char *at = out_when (why->span.asked_at);

  g_string_append_printf (out, "asked %u time%s, last at %s", why->span.asks,
                          why->span.asks == 1 ? "" : "s", at);
}

static void
append_reason (GString *out, const Why *why)
{
  if (why->span.reason != NULL)
    g_string_append_printf (out, ": %s", why->span.reason);
}

static void
append_next (GString *out, const Why *why)
{
  if (why->span.next_ask != 0) {
    g_autofree char *next = out_when (why->span.next_ask);

    g_string_append_printf (out, ", to be asked again at %s", next);
  }
}

static void
append_never (GString *out, const Why *why)
{
  g_autofree char *first = out_time (why->first), *last = out_time (why->last);

  g_string_append (out, "was never asked for");
  if (why->first != MD_ABSENT)
    g_string_append_printf (out, "; what was asked lies between %s and %s",
                            first, last);
}

static const struct {
  LedgerState state;
  const char *text;
} state_texts[] = {
  { LEDGER_COMPLETE, "has no row, though its time is held: the vendor's "
                     "answer had none" },
  { LEDGER_EMPTY, "is empty at the vendor" },
  { LEDGER_SUSPECT, "came back empty, which is doubtful" },
  { LEDGER_STALE, "is held, but the vendor has rewritten it since" },
  { LEDGER_FAILED, "could not be fetched" },
  { LEDGER_UNAVAILABLE, "is not available" },
  { LEDGER_PRUNED, "was held and has been pruned" },
  { LEDGER_MISSING, "is known to be lost" },
};

static void
append_state (GString *out, const Why *why)
{
  for (gsize i = 0; i < G_N_ELEMENTS (state_texts); i++) {
    if (state_texts[i].state == why->span.state)
      g_string_append (out, state_texts[i].text);
  }
  append_reason (out, why);
  g_string_append (out, "; ");
  append_asks (out, why);
  append_next (out, why);
  append_commit (out, why);
}

/* Rows that are held while what came later was not taken.                  */
static void
append_doubt (GString *out, const Why *why)
{
  if (!was_asked (why) || ledger_state_settled (why->span.state))
    return;
  g_string_append_printf (out, "; since then %s",
                          ledger_state_name (why->span.state));
  append_reason (out, why);
}

static void
append_list (GString *out, const char *head, const GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (out, "%s%s", i == 0 ? head : ", ",
                            (char *) g_ptr_array_index (list, i));
}

char *
why_sentence (const Why *why)
{
  GString *out = g_string_new (NULL);
  g_autofree char *at = out_time (why->from);

  g_string_append_printf (out, "%s %s of %s %s", why->instrument,
                          why->key.schema, why->key.provider,
                          why->key.dataset);
  if (g_strcmp0 (why->instrument, why->key.selector) != 0)
    g_string_append_printf (out, " (asked as %s)", why->key.selector);
  g_string_append_printf (out, why->is_bar ? ", bar of %s: " : " at %s: ", at);
  if (why->rows > 0) {
    g_string_append (out, why->rows > 1 ? "there are rows" : "there is a row");
    append_commit (out, why);
    append_doubt (out, why);
  } else if (why->letters->len > 0) {
    g_string_append (out, "a row came and was set aside");
    append_commit (out, why);
  } else if (was_asked (why)) {
    append_state (out, why);
  } else {
    append_never (out, why);
  }
  append_list (out, "; dead letter ", why->letters);
  append_list (out, "; ", why->changes);
  return g_string_free (out, FALSE);
}
