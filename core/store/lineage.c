/* SPDX-License-Identifier: Apache-2.0
 *
 * lineage.c - one record a commit, keyed by its number.
 */
#include "lineage.h"
#include "record.h"

void
lineage_clear (Lineage *lineage)
{
  g_clear_pointer (&lineage->ingestion_id, g_free);
  g_clear_pointer (&lineage->run_id, g_free);
  g_clear_pointer (&lineage->job, g_free);
  g_clear_pointer (&lineage->plugin_version, g_free);
  g_clear_pointer (&lineage->request, g_free);
  g_clear_pointer (&lineage->response_hashes, g_free);
}

void
commit_info_clear (CommitInfo *info)
{
  ask_key_clear (&info->ask);
  lineage_clear (&info->lineage);
}

/* ---- value ----------------------------------------------------------- */

static void
pack_lineage (Writer *w, const Lineage *lineage)
{
  writer_text_or_null (w, lineage->ingestion_id);
  writer_text_or_null (w, lineage->run_id);
  writer_text_or_null (w, lineage->job);
  writer_text_or_null (w, lineage->plugin_version);
  writer_text_or_null (w, lineage->request);
  writer_text_or_null (w, lineage->response_hashes);
  writer_signed (w, lineage->started);
  writer_signed (w, lineage->finished);
  writer_varint (w, lineage->attempts);
  writer_varint (w, lineage->rows_in);
  writer_varint (w, lineage->rows_rejected);
  writer_double (w, lineage->score);
}

static void
unpack_lineage (Reader *r, Lineage *lineage)
{
  lineage->ingestion_id = reader_text_or_null (r);
  lineage->run_id = reader_text_or_null (r);
  lineage->job = reader_text_or_null (r);
  lineage->plugin_version = reader_text_or_null (r);
  lineage->request = reader_text_or_null (r);
  lineage->response_hashes = reader_text_or_null (r);
  lineage->started = reader_signed (r);
  lineage->finished = reader_signed (r);
  lineage->attempts = (guint32) reader_varint (r);
  lineage->rows_in = reader_varint (r);
  lineage->rows_rejected = reader_varint (r);
  lineage->score = reader_double (r);
}

void
lineage_stage (Stage *stage, const CommitInfo *info)
{
  guint8 key[COMMIT_KEY_LEN];
  Writer w;

  record_begin (&w);
  writer_signed (&w, info->at);
  writer_text_or_null (&w, info->ask.provider);
  writer_text_or_null (&w, info->ask.dataset);
  writer_text_or_null (&w, info->ask.schema);
  writer_text_or_null (&w, info->ask.selector);
  writer_varint (&w, info->ask.kind);
  writer_signed (&w, info->from);
  writer_signed (&w, info->to);
  writer_varint (&w, info->state);
  writer_varint (&w, info->added);
  writer_varint (&w, info->changed);
  writer_varint (&w, info->withdrawn);
  writer_varint (&w, info->same);
  pack_lineage (&w, &info->lineage);
  key_commit (key, info->commit);
  stage_put (stage, FAMILY_LINEAGE, key, sizeof key, record_end (&w));
}

static gboolean
unpack (const char *path, guint64 commit, const void *bytes, gsize len,
        CommitInfo *ret_info, GError **error)
{
  Reader r = record_open (bytes, len);
  CommitInfo info = { .commit = commit };

  info.at = reader_signed (&r);
  info.ask.provider = reader_text_or_null (&r);
  info.ask.dataset = reader_text_or_null (&r);
  info.ask.schema = reader_text_or_null (&r);
  info.ask.selector = reader_text_or_null (&r);
  info.ask.kind = (guint) reader_varint (&r);
  info.from = reader_signed (&r);
  info.to = reader_signed (&r);
  info.state = (LedgerState) reader_varint (&r);
  info.added = reader_varint (&r);
  info.changed = reader_varint (&r);
  info.withdrawn = reader_varint (&r);
  info.same = reader_varint (&r);
  unpack_lineage (&r, &info.lineage);
  if (!record_check (&r, path, "a lineage record", error)) {
    commit_info_clear (&info);
    return FALSE;
  }
  *ret_info = info;
  return TRUE;
}

gboolean
lineage_read (const View *view, guint64 commit, CommitInfo *ret_info,
              GError **error)
{
  g_autoptr (GBytes) value = NULL;
  guint8 key[COMMIT_KEY_LEN];

  key_commit (key, commit);
  if (!view_get (view, FAMILY_LINEAGE, key, sizeof key, &value, error))
    return FALSE;
  if (value == NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_STORE,
                 "store %s has no commit %" G_GUINT64_FORMAT, view->db->path,
                 commit);
    return FALSE;
  }
  return unpack (view->db->path, commit, g_bytes_get_data (value, NULL),
                 g_bytes_get_size (value), ret_info, error);
}

/* ---- search ---------------------------------------------------------- */

/* Numbers have no holes and times do not go back: bisection.               */
gboolean
lineage_commit_at (const View *view, md_time at, guint64 *ret_commit,
                   GError **error)
{
  StoreState state;
  guint64 low = 0, high; /* low was made by then (or is 0), high + 1 not    */

  if (!state_read (view, &state, error))
    return FALSE;
  high = state.last_commit;
  if (at >= state.last_at)
    low = high;
  while (low < high) {
    guint64 middle = high - (high - low) / 2;
    CommitInfo info;

    if (!lineage_read (view, middle, &info, error))
      return FALSE;
    if (info.at <= at)
      low = middle;
    else
      high = middle - 1;
    commit_info_clear (&info);
  }
  *ret_commit = low;
  return TRUE;
}

/* ---- public ---------------------------------------------------------- */

gboolean
store_commits_each (Store *store, guint64 after, CommitVisit visit,
                    gpointer data, GError **error)
{
  View view = store_view (store);
  gboolean ok = TRUE, go_on = TRUE;
  guint8 key[COMMIT_KEY_LEN];
  Cursor cursor;

  cursor_open (&cursor, &view, FAMILY_LINEAGE, NULL, 0);
  key_commit (key, after < G_MAXUINT64 ? after + 1 : after);
  for (cursor_seek (&cursor, key, sizeof key); ok && go_on && cursor.ok;
       cursor_next (&cursor)) {
    CommitInfo info;

    ok = cursor.key_len == COMMIT_KEY_LEN
           ? unpack (store->path, key_commit_number (cursor.key), cursor.value,
                     cursor.value_len, &info, error)
           : fail_damaged (error, store->path, "a key of the lineage");
    if (ok) {
      go_on = visit (&info, data);
      commit_info_clear (&info);
    }
  }
  return cursor_close (&cursor, ok ? error : NULL) && ok;
}

gboolean
store_commit_info (Store *store, guint64 commit, CommitVisit visit,
                   gpointer data, GError **error)
{
  View view = store_view (store);
  CommitInfo info;

  if (!lineage_read (&view, commit, &info, error))
    return FALSE;
  visit (&info, data);
  commit_info_clear (&info);
  return TRUE;
}
