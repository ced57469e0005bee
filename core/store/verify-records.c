/* SPDX-License-Identifier: Apache-2.0
 *
 * verify-records.c - reading everything that is not rows.
 */
#include "ledger.h"
#include "lineage.h"
#include "mappings.h"
#include "verify.h"

/* ---- ledger ---------------------------------------------------------- */

static gboolean
has_series (Verify *v, const AskKey *ask)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) links = links_read (&v->view, ask, &error);

  verify_error (v, error);
  for (guint i = 0; links != NULL && i < links->len; i++) {
    const Mapping *link = links->pdata[i];
    SeriesKey key = series_key_of (ask, link->instrument);
    g_autofree char *text = series_key_text (&key);
    gboolean found = FALSE;
    Series series;

    error = NULL;
    if (!catalogue_find (v->store, &v->view, &key, &found, &series, &error))
      verify_error (v, error);
    else if (!found)
      verify_fault (v, "selector %s delivered series %s, which is not in the "
                    "catalogue", ask->selector, text);
  }
  return links == NULL || links->len > 0;
}

static void
check_spans (Verify *v, const AskKey *ask, const GArray *spans)
{
  g_autofree char *text = ask_key_text (ask);
  gboolean is_complete = FALSE;
  md_time end = G_MININT64;

  for (guint i = 0; i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    if (span->from >= span->to || span->from < end)
      verify_fault (v, "the ledger of %s is not in order at span %u", text, i);
    if (strcmp (ledger_state_name (span->state), "unknown") == 0)
      verify_fault (v, "the ledger of %s has a state %d", text,
                    (int) span->state);
    if (span->commit > v->state.last_commit)
      verify_fault (v, "the ledger of %s names commit %" G_GUINT64_FORMAT
                    ", the last one is %" G_GUINT64_FORMAT, text,
                    span->commit, v->state.last_commit);
    is_complete |= span->state == LEDGER_COMPLETE;
    end = span->to;
  }
  if (!has_series (v, ask) && is_complete)
    verify_fault (v, "the ledger of %s says complete, but no series was ever "
                  "delivered", text);
}

static gboolean
check_ledger (const AskKey *ask, const GArray *spans, gpointer data)
{
  check_spans (data, ask, spans);
  return TRUE;
}

/* ---- lineage --------------------------------------------------------- */

typedef struct {
  Verify *v;
  guint64 last;
  md_time at;
} LineageCheck;

static gboolean
check_commit (const CommitInfo *info, gpointer data)
{
  LineageCheck *check = data;

  if (info->commit != check->last + 1)
    verify_fault (check->v, "commit %" G_GUINT64_FORMAT " follows commit %"
                  G_GUINT64_FORMAT, info->commit, check->last);
  if (info->at < check->at)
    verify_fault (check->v, "commit %" G_GUINT64_FORMAT
                  " was made before the one before it", info->commit);
  check->last = info->commit;
  check->at = info->at;
  return TRUE;
}

static void
verify_lineage (Verify *v)
{
  LineageCheck check = { v, 0, G_MININT64 };
  GError *error = NULL;

  if (!store_commits_each (v->store, 0, check_commit, &check, &error))
    verify_error (v, error);
  else if (check.last != v->state.last_commit)
    verify_fault (v, "the last commit should be %" G_GUINT64_FORMAT
                  ", the lineage ends at %" G_GUINT64_FORMAT,
                  v->state.last_commit, check.last);
}

/* ---- letters and raw answers ----------------------------------------- */

typedef struct {
  Verify *v;
  guint64 n;
} Count;

static gboolean
check_letter (const DeadLetter *letter, gpointer data)
{
  Count *count = data;
  GError *error = NULL;

  count->n++;
  if (letter->segment != NULL) {
    segment_free (segment_from_letter (letter, &error));
    verify_error (count->v, error);
  }
  return TRUE;
}

static gboolean
check_raw (const RawAnswer *answer, gpointer data)
{
  Count *count = data;
  GError *error = NULL;

  count->n++;
  raw_answer_free (store_raw (count->v->store, answer->hash, &error));
  verify_error (count->v, error);
  return TRUE;
}

static void
check_count (Verify *v, const char *what, guint64 said, guint64 found)
{
  if (said != found)
    verify_fault (v, "the store should have %" G_GUINT64_FORMAT " %s, it has %"
                  G_GUINT64_FORMAT, said, what, found);
}

static void
check_nothing (Verify *v, const Cursor *cursor)
{
}

void
verify_records (Verify *v)
{
  Count letters = { v, 0 }, raw = { v, 0 };
  GError *error = NULL;

  if (!store_ledger_each (v->store, NULL, check_ledger, v, &error))
    verify_error (v, g_steal_pointer (&error));
  verify_lineage (v);
  if (!store_dead_each (v->store, NULL, check_letter, &letters, &error))
    verify_error (v, g_steal_pointer (&error));
  else
    check_count (v, "dead letters", v->state.dead, letters.n);
  if (!store_raw_each (v->store, check_raw, &raw, &error))
    verify_error (v, g_steal_pointer (&error));
  else
    check_count (v, "raw answers", v->state.raw, raw.n);
  /* Nothing to compare with: RocksDB's checksums are checked by reading.   */
  verify_family (v, FAMILY_MAPPINGS, "", check_nothing);
  verify_family (v, FAMILY_DOCS, "", check_nothing);
}
