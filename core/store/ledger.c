/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger.c - the ledger in the store: one value a selector.
 *
 * Value: count, then a span as: distance from the end of the one before,
 * length, state, asks, when asked, when next, commit, reason.  Distances are
 * small, so a year of daily answers that all say the same is one span of some
 * 30 bytes.
 */
#include "ledger.h"
#include "record.h"

#include "data/clock.h"

/* ---- value ----------------------------------------------------------- */

GBytes *
ledger_pack (const GArray *spans)
{
  Writer w;
  md_time end = 0, asked = 0;
  guint64 commit = 0;

  record_begin (&w);
  writer_varint (&w, spans->len);
  for (gsize i = 0; i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    writer_varint (&w, (guint64) span->from - (guint64) end);
    writer_varint (&w, (guint64) span->to - (guint64) span->from);
    writer_varint (&w, span->state);
    writer_varint (&w, span->asks);
    writer_signed (&w, span->asked_at - asked);
    writer_varint (&w, (guint64) span->next_ask);
    writer_signed (&w, (gint64) (span->commit - commit));
    writer_text_or_null (&w, span->reason);
    end = span->to;
    asked = span->asked_at;
    commit = span->commit;
  }
  return record_end (&w);
}

static void
unpack_span (Reader *r, LedgerSpan *span, const LedgerSpan *before)
{
  span->from = (md_time) ((guint64) before->to + reader_varint (r));
  span->to = (md_time) ((guint64) span->from + reader_varint (r));
  span->state = (LedgerState) reader_varint (r);
  span->asks = (guint32) reader_varint (r);
  span->asked_at = (md_time) ((guint64) before->asked_at
                              + (guint64) reader_signed (r));
  span->next_ask = (md_time) reader_varint (r);
  span->commit = before->commit + (guint64) reader_signed (r);
  span->reason = reader_text_or_null (r);
}

GArray *
ledger_unpack (const void *bytes, gsize len, const char *path, GError **error)
{
  Reader r = record_open (bytes, len);
  guint64 n = reader_varint (&r);
  g_autoptr (GArray) spans = ledger_new ();
  LedgerSpan before = { 0 };

  for (guint64 i = 0; i < n && !r.bad; i++) {
    LedgerSpan span;

    unpack_span (&r, &span, &before);
    g_array_append_val (spans, span);
    before = span;
  }
  if (!record_check (&r, path, "a value of the ledger", error))
    return NULL;
  return g_steal_pointer (&spans);
}

GArray *
ledger_read (const View *view, const AskKey *key, GError **error)
{
  g_autoptr (GByteArray) bytes = key_of_ask ('\0', key, NULL);
  g_autoptr (GBytes) value = NULL;

  if (!view_get (view, FAMILY_LEDGER, bytes->data, bytes->len, &value, error))
    return NULL;
  if (value == NULL)
    return ledger_new ();
  return ledger_unpack (g_bytes_get_data (value, NULL),
                        g_bytes_get_size (value), view->db->path, error);
}

void
ledger_stage (Stage *stage, const AskKey *key, GArray *spans)
{
  stage_put_bytes (stage, FAMILY_LEDGER, key_of_ask ('\0', key, NULL),
                   ledger_pack (spans));
  g_array_unref (spans);
}

/* ---- public ---------------------------------------------------------- */

GArray *
store_ledger (Store *store, const AskKey *key, GError **error)
{
  View view = store_view (store);

  return ledger_read (&view, key, error);
}

static gboolean
visit_one (const Store *store, const Cursor *cursor, const AskKey *match,
           LedgerVisit visit, gpointer data, gboolean *ret_go_on,
           GError **error)
{
  g_autoptr (GArray) spans = NULL;
  AskKey key;

  if (!key_parse_ask (cursor->key, cursor->key_len, &key, NULL))
    return fail_damaged (error, store->path, "a key of the ledger");
  if (ask_key_matches (match, &key)) {
    spans = ledger_unpack (cursor->value, cursor->value_len, store->path,
                           error);
    *ret_go_on = spans != NULL && visit (&key, spans, data);
    ask_key_clear (&key);
    return spans != NULL;
  }
  ask_key_clear (&key);
  return TRUE;
}

gboolean
store_ledger_each (Store *store, const AskKey *match, LedgerVisit visit,
                   gpointer data, GError **error)
{
  View view = store_view (store);
  gboolean ok = TRUE, go_on = TRUE;
  Cursor cursor;

  for (cursor_open (&cursor, &view, FAMILY_LEDGER, NULL, 0);
       ok && go_on && cursor.ok; cursor_next (&cursor))
    ok = visit_one (store, &cursor, match, visit, data, &go_on, error);
  return cursor_close (&cursor, ok ? error : NULL) && ok;
}

static gboolean
stage_mark (Batch *batch, const AskKey *key, const LedgerSpan *news,
            GError **error)
{
  g_autoptr (GArray) spans = ledger_read (&batch->view, key, error);
  gboolean changed;
  GArray *marked;
  Stage stage;

  if (spans == NULL)
    return FALSE;
  marked = ledger_mark (spans, news, &changed);
  if (!changed) {
    g_array_unref (marked);
    return TRUE;
  }
  stage_begin (&stage, batch);
  ledger_stage (&stage, key, marked);
  stage_apply (&stage, batch);
  stage_clear (&stage);
  return TRUE;
}

gboolean
store_mark (Store *store, const AskKey *key, md_time from, md_time to,
            LedgerState state, const char *reason, GError **error)
{
  const LedgerSpan news = { from, to, state, 0, clock_now (), 0, 0,
                            (char *) reason };
  Batch batch;
  gboolean ok;

  if (!store_write_begin (store, &batch, error))
    return FALSE;
  ok = stage_mark (&batch, key, &news, error);
  return store_write_end (store, &batch, ok, error);
}
