/* SPDX-License-Identifier: Apache-2.0
 *
 * tables.c - the record tables that series refer to.
 *
 * A table is stored once and has a number.  Data is read with today's table
 * of that name as long as it has every field that is stored; data of a
 * plugin that is absent, or of a newer program, is read with the stored one.
 */
#include "catalogue.h"
#include "fail.h"
#include "tables.h"

#include "data/table.h"

typedef struct {
  guint32 id;
  GBytes *bytes;
  const struct md_table *table; /* to read with                             */
  const struct md_table *same;  /* one that serializes to bytes, once met   */
} StoredTable;

static void
stored_table_free (gpointer data)
{
  StoredTable *stored = data;

  g_bytes_unref (stored->bytes);
  g_free (stored);
}

gboolean
table_covers (const struct md_table *table, const struct md_table *fields,
              const struct md_field **ret_missing)
{
  for (gsize i = 0; i < fields->n_fields; i++) {
    const struct md_field *field = table_field_at (fields, i);

    if (table_field_by_id (table, field->id) == NULL) {
      *ret_missing = field;
      return FALSE;
    }
  }
  return TRUE;
}

static void
remember (GPtrArray *tables, guint32 id, GBytes *bytes,
          const struct md_table *table, const struct md_table *same)
{
  StoredTable *stored = g_new0 (StoredTable, 1);

  stored->id = id;
  stored->bytes = g_bytes_ref (bytes);
  stored->table = table;
  stored->same = same;
  g_ptr_array_add (tables, stored);
}

static gboolean
load_table (GPtrArray *tables, guint32 id, GBytes *bytes, GError **error)
{
  const struct md_table *table = table_parse (bytes, error), *today;
  const struct md_field *missing;

  if (table == NULL)
    return FALSE;
  today = table_by_name (table->name);
  if (today != NULL && table_covers (today, table, &missing))
    table = today;
  remember (tables, id, bytes, table, NULL);
  return TRUE;
}

static gboolean
load_tables (Store *store, const View *view, GError **error)
{
  g_autoptr (GPtrArray) tables
    = g_ptr_array_new_with_free_func (stored_table_free);
  gboolean ok = TRUE;
  Cursor cursor;

  for (cursor_open (&cursor, view, FAMILY_CATALOGUE, "t", 1);
       ok && cursor.ok && cursor.key_len == ID_KEY_LEN;
       cursor_next (&cursor)) {
    g_autoptr (GBytes) bytes = g_bytes_new (cursor.value, cursor.value_len);

    ok = load_table (tables, key_id_number (cursor.key), bytes, error);
  }
  if (!ok)
    error = NULL;
  if (!cursor_close (&cursor, error) || !ok)
    return FALSE;
  store->tables = g_steal_pointer (&tables);
  return TRUE;
}

void
catalogue_forget_tables (Store *store)
{
  g_mutex_lock (&store->tables_lock);
  g_clear_pointer (&store->tables, g_ptr_array_unref);
  g_mutex_unlock (&store->tables_lock);
}

const struct md_table *
catalogue_table (Store *store, const View *view, guint32 id, GError **error)
{
  const struct md_table *table = NULL;

  g_mutex_lock (&store->tables_lock);
  if (store->tables != NULL || load_tables (store, view, error)) {
    for (guint i = 0; table == NULL && i < store->tables->len; i++) {
      const StoredTable *stored = store->tables->pdata[i];

      table = stored->id == id ? stored->table : NULL;
    }
    if (table == NULL)
      fail_damaged (error, store->path, "table %u is not in the catalogue",
                    id);
  }
  g_mutex_unlock (&store->tables_lock);
  return table;
}

static guint32
find_or_stage (Store *store, Stage *stage, const struct md_table *table)
{
  g_autoptr (GBytes) bytes = table_serialize (table);
  guint8 key[ID_KEY_LEN];

  for (guint i = 0; i < store->tables->len; i++) {
    StoredTable *stored = store->tables->pdata[i];

    if (g_bytes_equal (stored->bytes, bytes)) {
      stored->same = table;
      return stored->id;
    }
  }
  key_id (key, 't', stage->state.next_table);
  stage_put (stage, FAMILY_CATALOGUE, key, sizeof key, g_bytes_ref (bytes));
  remember (store->tables, stage->state.next_table, bytes, table, table);
  return stage->state.next_table++;
}

gboolean
table_number (Store *store, const View *view, Stage *stage,
              const struct md_table *table, guint32 *ret_id, GError **error)
{
  gboolean ok;

  g_mutex_lock (&store->tables_lock);
  ok = store->tables != NULL || load_tables (store, view, error);
  for (guint i = 0; ok && i < store->tables->len; i++) {
    const StoredTable *stored = store->tables->pdata[i];

    if (stored->same == table) {
      *ret_id = stored->id;
      g_mutex_unlock (&store->tables_lock);
      return TRUE;
    }
  }
  if (ok)
    *ret_id = find_or_stage (store, stage, table);
  g_mutex_unlock (&store->tables_lock);
  return ok;
}
