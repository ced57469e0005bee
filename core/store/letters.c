/* SPDX-License-Identifier: Apache-2.0
 *
 * letters.c - dead letters, keyed by what they say.
 *
 * The same row set aside for the same reasons is the same letter however
 * often it comes: its id is a hash of the selector, the row and the reasons.
 */
#include "letters.h"
#include "record.h"

#define ID_CHARS 20 /* of SHA-256 in hex; 80 bits                           */

void
dead_letter_free (DeadLetter *letter)
{
  if (letter == NULL)
    return;
  g_free (letter->id);
  g_free (letter->run_id);
  g_free (letter->ingestion_id);
  g_free (letter->job);
  ask_key_clear (&letter->ask);
  g_free (letter->instrument);
  g_free (letter->reasons);
  g_clear_pointer (&letter->raw, g_bytes_unref);
  g_clear_pointer (&letter->segment, g_bytes_unref);
  g_free (letter);
}

/* ---- value ----------------------------------------------------------- */

static void
pack_content (Writer *w, const DeadLetter *letter, const AskKey *ask)
{
  writer_text_or_null (w, ask->provider);
  writer_text_or_null (w, ask->dataset);
  writer_text_or_null (w, ask->schema);
  writer_text_or_null (w, ask->selector);
  writer_varint (w, ask->kind);
  writer_text_or_null (w, letter->instrument);
  writer_signed (w, letter->ts);
  writer_text_or_null (w, letter->reasons);
  writer_blob (w, letter->raw);
  writer_blob (w, letter->segment);
}

static char *
letter_id (const DeadLetter *letter, const AskKey *ask)
{
  Writer w;
  char *id;

  record_begin (&w);
  pack_content (&w, letter, ask);
  id = g_compute_checksum_for_data (G_CHECKSUM_SHA256, w.data, w.len);
  g_free (w.data);
  id[ID_CHARS] = '\0';
  return id;
}

static GBytes *
pack (const DeadLetter *letter)
{
  Writer w;

  record_begin (&w);
  pack_content (&w, letter, &letter->ask);
  writer_text_or_null (&w, letter->run_id);
  writer_text_or_null (&w, letter->ingestion_id);
  writer_text_or_null (&w, letter->job);
  writer_signed (&w, letter->at);
  writer_varint (&w, letter->seen);
  return record_end (&w);
}

static DeadLetter *
unpack (const char *path, const void *id, gsize id_len, const void *bytes,
        gsize len, GError **error)
{
  Reader r = record_open (bytes, len);
  DeadLetter *letter = g_new0 (DeadLetter, 1);

  letter->id = g_strndup (id, id_len);
  letter->ask.provider = reader_text_or_null (&r);
  letter->ask.dataset = reader_text_or_null (&r);
  letter->ask.schema = reader_text_or_null (&r);
  letter->ask.selector = reader_text_or_null (&r);
  letter->ask.kind = (guint) reader_varint (&r);
  letter->instrument = reader_text_or_null (&r);
  letter->ts = reader_signed (&r);
  letter->reasons = reader_text_or_null (&r);
  letter->raw = reader_blob (&r);
  letter->segment = reader_blob (&r);
  letter->run_id = reader_text_or_null (&r);
  letter->ingestion_id = reader_text_or_null (&r);
  letter->job = reader_text_or_null (&r);
  letter->at = reader_signed (&r);
  letter->seen = (guint32) reader_varint (&r);
  if (record_check (&r, path, "a dead letter", error))
    return letter;
  dead_letter_free (letter);
  return NULL;
}

/* ---- staging --------------------------------------------------------- */

/* Borrows from both.                                                       */
static DeadLetter
complete_letter (const DeadLetter *letter, const Segment *segment, md_time now)
{
  DeadLetter whole = *letter;

  whole.ask = segment->ask;
  if (whole.run_id == NULL)
    whole.run_id = segment->lineage.run_id;
  if (whole.ingestion_id == NULL)
    whole.ingestion_id = segment->lineage.ingestion_id;
  if (whole.job == NULL)
    whole.job = segment->lineage.job;
  if (whole.at == 0)
    whole.at = now;
  whole.seen = 1;
  return whole;
}

gboolean
letter_stage (const View *view, Stage *stage, const Segment *segment,
              const DeadLetter *letter, md_time now, gboolean *ret_new,
              GError **error)
{
  DeadLetter whole = complete_letter (letter, segment, now);
  g_autofree char *id = letter_id (letter, &segment->ask);
  g_autoptr (GBytes) value = NULL;
  DeadLetter *known = NULL;

  if (!view_get (view, FAMILY_DEAD, id, strlen (id), &value, error))
    return FALSE;
  if (value != NULL) {
    known = unpack (view->db->path, id, strlen (id),
                    g_bytes_get_data (value, NULL), g_bytes_get_size (value),
                    error);
    if (known == NULL)
      return FALSE;
    whole.seen = known->seen + 1;
  } else {
    *ret_new = TRUE;
    stage->state.dead++;
  }
  stage_put (stage, FAMILY_DEAD, id, strlen (id), pack (&whole));
  dead_letter_free (known);
  return TRUE;
}

gboolean
letters_stage (const View *view, Stage *stage, const Segment *segment,
               md_time now, gboolean *ret_new, GError **error)
{
  for (guint i = 0; i < segment->dead->len; i++) {
    if (!letter_stage (view, stage, segment, segment->dead->pdata[i], now,
                       ret_new, error))
      return FALSE;
  }
  return TRUE;
}

/* ---- public ---------------------------------------------------------- */

gboolean
store_dead_each (Store *store, const AskKey *match, DeadVisit visit,
                 gpointer data, GError **error)
{
  View view = store_view (store);
  gboolean ok = TRUE, go_on = TRUE;
  Cursor cursor;

  for (cursor_open (&cursor, &view, FAMILY_DEAD, NULL, 0);
       ok && go_on && cursor.ok; cursor_next (&cursor)) {
    DeadLetter *letter = unpack (store->path, cursor.key, cursor.key_len,
                                 cursor.value, cursor.value_len, error);

    ok = letter != NULL;
    if (ok && ask_key_matches (match, &letter->ask))
      go_on = visit (letter, data);
    dead_letter_free (letter);
  }
  return cursor_close (&cursor, ok ? error : NULL) && ok;
}

static gboolean
stage_removal (Batch *batch, const char *id, GError **error)
{
  g_autoptr (GBytes) value = NULL;
  Stage stage;

  if (!view_get (&batch->view, FAMILY_DEAD, id, strlen (id), &value, error))
    return FALSE;
  if (value == NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_STORE,
                 "store %s has no dead letter %s; `mdcore dlq list` names them",
                 batch->view.db->path, id);
    return FALSE;
  }
  stage_begin (&stage, batch);
  stage_put (&stage, FAMILY_DEAD, id, strlen (id), NULL);
  stage.state.dead--;
  stage_apply (&stage, batch);
  stage_clear (&stage);
  return TRUE;
}

gboolean
store_dead_remove (Store *store, const char *id, GError **error)
{
  Batch batch;
  gboolean ok;

  if (!store_write_begin (store, &batch, error))
    return FALSE;
  ok = stage_removal (&batch, id, error);
  return store_write_end (store, &batch, ok, error);
}
