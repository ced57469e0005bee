/* SPDX-License-Identifier: Apache-2.0
 *
 * sink-origins.c - when and by which ingestion rows came, from the commits
 * that they carry.
 */
#include "sink.h"

struct SinkOrigins {
  Store *store;
  GHashTable *known;      /* commit -> Told                                 */
  GHashTable *entries;    /* of one array: commit -> entry + 1              */
  GArray *extracted_at;   /* of md_time                                     */
  GPtrArray *ingestion_id; /* of borrowed texts                             */
  GArray *row;            /* of gint32                                      */
};

typedef struct {
  md_time extracted_at;
  char *ingestion_id;
} Told;

static void
told_free (gpointer data)
{
  Told *told = data;

  g_free (told->ingestion_id);
  g_free (told);
}

SinkOrigins *
sink_origins_new (Store *store)
{
  SinkOrigins *origins = g_new0 (SinkOrigins, 1);

  origins->store = store;
  origins->known = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                          told_free);
  origins->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal,
                                            g_free, NULL);
  origins->extracted_at = g_array_new (FALSE, FALSE, sizeof (md_time));
  origins->ingestion_id = g_ptr_array_new ();
  origins->row = g_array_new (FALSE, FALSE, sizeof (gint32));
  return origins;
}

void
sink_origins_free (SinkOrigins *origins)
{
  g_hash_table_unref (origins->known);
  g_hash_table_unref (origins->entries);
  g_array_unref (origins->extracted_at);
  g_ptr_array_unref (origins->ingestion_id);
  g_array_unref (origins->row);
  g_free (origins);
}

static gboolean
note_commit (const CommitInfo *info, gpointer data)
{
  Told *told = data;

  told->extracted_at
    = info->lineage.finished != 0 ? info->lineage.finished : info->at;
  told->ingestion_id = g_strdup (info->lineage.ingestion_id);
  return TRUE;
}

static const Told *
tell (SinkOrigins *origins, guint64 commit, GError **error)
{
  Told *told = g_hash_table_lookup (origins->known, &commit);

  if (told != NULL)
    return told;
  told = g_new0 (Told, 1);
  told->extracted_at = MD_ABSENT;
  g_hash_table_insert (origins->known, g_memdup2 (&commit, sizeof commit),
                       told);
  return store_commit_info (origins->store, commit, note_commit, told, error)
           ? told : NULL;
}

/* -1 on failure.                                                           */
static gint32
entry_of (SinkOrigins *origins, guint64 commit, GError **error)
{
  gint32 entry = GPOINTER_TO_INT (g_hash_table_lookup (origins->entries,
                                                       &commit)) - 1;
  const Told *told;

  if (entry >= 0)
    return entry;
  told = tell (origins, commit, error);
  if (told == NULL)
    return -1;
  entry = (gint32) origins->extracted_at->len;
  g_array_append_val (origins->extracted_at, told->extracted_at);
  g_ptr_array_add (origins->ingestion_id, told->ingestion_id);
  g_hash_table_insert (origins->entries, g_memdup2 (&commit, sizeof commit),
                       GINT_TO_POINTER (entry + 1));
  return entry;
}

gboolean
sink_origins_of (SinkOrigins *origins, const Columns *rows, gsize first,
                 gsize n, ArrowOrigins *ret, GError **error)
{
  gint32 *row, entry = -1;

  g_hash_table_remove_all (origins->entries);
  g_array_set_size (origins->extracted_at, 0);
  g_ptr_array_set_size (origins->ingestion_id, 0);
  g_array_set_size (origins->row, (guint) n);
  row = (gint32 *) (gpointer) origins->row->data;
  for (gsize i = 0; i < n; i++) {
    const guint64 *commit = &rows->commit[first + i];

    if (i == 0 || commit[0] != commit[-1])
      entry = entry_of (origins, *commit, error);
    if (entry < 0)
      return FALSE;
    row[i] = entry;
  }
  *ret = (ArrowOrigins) {
    .n = origins->extracted_at->len,
    .extracted_at = (const md_time *) (gpointer) origins->extracted_at->data,
    .ingestion_id = (const char *const *) origins->ingestion_id->pdata,
    .row = row,
  };
  return TRUE;
}
