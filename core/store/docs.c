/* SPDX-License-Identifier: Apache-2.0
 *
 * docs.c - small documents by name.
 */
#include "fail.h"
#include "store-private.h"

#include "data/uuid.h"

static gboolean
stage_doc (Batch *batch, const char *name, const char *json, GError **error)
{
  g_autoptr (GBytes) known = NULL;
  Stage stage;

  if (!view_get (&batch->view, FAMILY_DOCS, name, strlen (name), &known,
                 error))
    return FALSE;
  if (known != NULL && g_bytes_get_size (known) == strlen (json)
      && memcmp (g_bytes_get_data (known, NULL), json, strlen (json)) == 0)
    return TRUE;
  stage_begin (&stage, batch);
  stage_put (&stage, FAMILY_DOCS, name, strlen (name),
             g_bytes_new (json, strlen (json)));
  stage_apply (&stage, batch);
  stage_clear (&stage);
  return TRUE;
}

gboolean
store_put_doc (Store *store, const char *name, const char *json,
               GError **error)
{
  Batch batch;
  gboolean ok;

  if (!store_write_begin (store, &batch, error))
    return FALSE;
  ok = stage_doc (&batch, name, json, error);
  return store_write_end (store, &batch, ok, error);
}

/* NULL without an error when there is none.                                */
char *
store_get_doc (Store *store, const char *name, GError **error)
{
  View view = store_view (store);
  g_autoptr (GBytes) value = NULL;

  if (!view_get (&view, FAMILY_DOCS, name, strlen (name), &value, error)
      || value == NULL)
    return NULL;
  return g_strndup (g_bytes_get_data (value, NULL), g_bytes_get_size (value));
}

gboolean
store_docs_each (Store *store, const char *prefix, DocVisit visit,
                 gpointer data, GError **error)
{
  View view = store_view (store);
  gboolean go_on = TRUE;
  Cursor cursor;

  for (cursor_open (&cursor, &view, FAMILY_DOCS, prefix, strlen (prefix));
       go_on && cursor.ok; cursor_next (&cursor)) {
    g_autofree char *name = g_strndup ((const char *) cursor.key,
                                       cursor.key_len);
    g_autofree char *json = g_strndup ((const char *) cursor.value,
                                       cursor.value_len);

    go_on = visit (name, json, data);
  }
  return cursor_close (&cursor, error);
}

char *
store_id (Store *store, GError **error)
{
  GError *cause = NULL;
  char *id = store_get_doc (store, "store-id", &cause);

  if (cause != NULL) {
    g_propagate_error (error, cause);
    return NULL;
  }
  if (id != NULL || store->mode == STORE_READ)
    return id;
  id = uuid7_new ();
  if (!store_put_doc (store, "store-id", id, error))
    g_clear_pointer (&id, g_free);
  return id;
}
