/* SPDX-License-Identifier: Apache-2.0
 *
 * table.c - look-up in field tables, and tables that come from plugins and
 * stores.
 */
#include "table.h"
#include "bytes.h"
#include "error.h"

#include <string.h>

#define TABLE_FORMAT 1
#define MAX_FIELDS 4096
#define MAX_RECORD (1u << 20)

const struct md_field *
table_field_at (const struct md_table *table, gsize i)
{
  return (const void *) ((const char *) table->fields + i * table->field_size);
}

const struct md_field *
table_field (const struct md_table *table, const char *name)
{
  for (gsize i = 0; i < table->n_fields; i++) {
    const struct md_field *field = table_field_at (table, i);

    if (strcmp (field->name, name) == 0)
      return field;
  }
  return NULL;
}

const struct md_field *
table_field_by_id (const struct md_table *table, guint32 id)
{
  for (gsize i = 0; i < table->n_fields; i++) {
    const struct md_field *field = table_field_at (table, i);

    if (field->id == id)
      return field;
  }
  return NULL;
}

/* ---- checks ---------------------------------------------------------- */

gsize
table_type_size (guint32 type)
{
  switch (type) {
  case MD_FIELD_I64:
  case MD_FIELD_TIME:
  case MD_FIELD_PRICE:
  case MD_FIELD_F64:
    return 8;
  case MD_FIELD_NAME:
  case MD_FIELD_FLAGS:
    return 4;
  case MD_FIELD_TEXT:
    return sizeof (struct md_text);
  default:
    return 0;
  }
}

static gboolean
refuse (GError **error, const char *table, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
static gboolean
refuse (GError **error, const char *table, const char *format, ...)
{
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, format);
  why = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, CORE_ERROR, CORE_ERROR_PLUGIN, "table \"%s\": %s", table,
               why);
  return FALSE;
}

/* Names become column names in CSV, SQL and Parquet.                       */
static gboolean
name_is_plain (const char *name, const char *also)
{
  if (*name < 'a' || *name > 'z')
    return FALSE;
  for (; *name != '\0'; name++) {
    if (!g_ascii_islower (*name) && !g_ascii_isdigit (*name)
        && strchr (also, *name) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_field (const struct md_table *table, gsize i, GError **error)
{
  const struct md_field *field = table_field_at (table, i);
  gsize size = table_type_size (field->type);

  if (field->name == NULL || !name_is_plain (field->name, "_"))
    return refuse (error, table->name,
                   "field %zu is named \"%s\"; names are lower case with "
                   "digits and underscores", i,
                   field->name != NULL ? field->name : "(null)");
  if (size == 0)
    return refuse (error, table->name, "field \"%s\" has the unknown type %u",
                   field->name, field->type);
  if (field->offset > table->record_size
      || table->record_size - field->offset < size)
    return refuse (error, table->name,
                   "field \"%s\" ends beyond the record's %u bytes",
                   field->name, table->record_size);
  if (field->id == 0)
    return refuse (error, table->name, "field \"%s\" has the id 0",
                   field->name);
  for (gsize j = 0; j < i; j++) {
    const struct md_field *other = table_field_at (table, j);

    if (other->id == field->id)
      return refuse (error, table->name,
                     "fields \"%s\" and \"%s\" share the id %u", other->name,
                     field->name, field->id);
    if (strcmp (other->name, field->name) == 0)
      return refuse (error, table->name, "two fields are named \"%s\"",
                     field->name);
  }
  return TRUE;
}

/* The head is found by position everywhere, so it must be the common one.  */
static gboolean
check_head (const struct md_table *table, GError **error)
{
  const struct md_table *model = table_builtin (MD_BAR);

  for (gsize i = 0; i < 5; i++) {
    const struct md_field *want = table_field_at (model, i);
    const struct md_field *have
      = i < table->n_fields ? table_field_at (table, i) : NULL;

    if (have == NULL || have->id != want->id || have->type != want->type
        || have->offset != want->offset
        || strcmp (have->name, want->name) != 0)
      return refuse (error, table->name,
                     "field %zu must be \"%s\" with id %u, as in struct "
                     "md_head", i, want->name, want->id);
  }
  for (gsize i = 0; i < table->n_fields; i++) {
    gboolean series
      = (table_field_at (table, i)->flags & MD_FIELD_SERIES) != 0;

    if (series != (i == 1))
      return refuse (error, table->name,
                     "\"symbol\" and nothing else carries MD_FIELD_SERIES");
  }
  return TRUE;
}

static gboolean
check_table (const struct md_table *table, GError **error)
{
  if (table->name == NULL || !name_is_plain (table->name, "_."))
    return refuse (error, table->name != NULL ? table->name : "(null)",
                   "names are lower case with digits, dots and underscores");
  if (table->field_size < sizeof (struct md_field))
    return refuse (error, table->name,
                   "its fields are %zu bytes apart, at least %zu are needed",
                   table->field_size, sizeof (struct md_field));
  if (table->fields == NULL || table->n_fields > MAX_FIELDS)
    return refuse (error, table->name, "it has %zu fields; 5 to %d are allowed",
                   table->n_fields, MAX_FIELDS);
  if (table->record_size > MAX_RECORD)
    return refuse (error, table->name,
                   "its record of %u bytes is larger than %u",
                   table->record_size, MAX_RECORD);
  for (gsize i = 0; i < table->n_fields; i++) {
    if (!check_field (table, i, error))
      return FALSE;
  }
  return check_head (table, error);
}

/* ---- tables that live as long as the process ------------------------- */

/* Columns, series and offers point to tables without owning them, so one
 * that was taken over stays.  Equal tables are one object: a store scan must
 * not grow the process.                                                    */
static const struct md_table *
keep (const struct md_table *table)
{
  static GMutex lock;
  static GHashTable *kept; /* serialized form -> table                      */
  g_autoptr (GBytes) form = table_serialize (table);
  struct md_table *copy;
  struct md_field *fields;

  g_mutex_lock (&lock);
  if (kept == NULL)
    kept = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  copy = g_hash_table_lookup (kept, form);
  if (copy == NULL) {
    fields = g_new0 (struct md_field, table->n_fields);
    for (gsize i = 0; i < table->n_fields; i++) {
      fields[i] = *table_field_at (table, i);
      fields[i].name = g_strdup (fields[i].name);
      fields[i].doc = g_strdup (fields[i].doc != NULL ? fields[i].doc : "");
    }
    copy = g_new0 (struct md_table, 1);
    *copy = (struct md_table) {
      .struct_size = sizeof *copy, .record_size = table->record_size,
      .name = g_strdup (table->name),
      .doc = g_strdup (table->doc != NULL ? table->doc : ""),
      .fields = fields, .n_fields = table->n_fields,
      .field_size = sizeof *fields };
    g_hash_table_insert (kept, g_steal_pointer (&form), copy);
  }
  g_mutex_unlock (&lock);
  return copy;
}

const struct md_table *
table_adopt (const struct md_table *theirs, GError **error)
{
  if (theirs->struct_size < sizeof *theirs) {
    refuse (error, "?", "its struct_size is %u, at least %zu is needed",
            theirs->struct_size, sizeof *theirs);
    return NULL;
  }
  return check_table (theirs, error) ? keep (theirs) : NULL;
}

/* ---- stored form ----------------------------------------------------- */

GBytes *
table_serialize (const struct md_table *table)
{
  Writer w = { 0 };

  writer_u8 (&w, TABLE_FORMAT);
  writer_text (&w, table->name);
  writer_text (&w, table->doc != NULL ? table->doc : "");
  writer_varint (&w, table->record_size);
  writer_varint (&w, table->n_fields);
  for (gsize i = 0; i < table->n_fields; i++) {
    const struct md_field *field = table_field_at (table, i);

    writer_varint (&w, field->id);
    writer_varint (&w, field->type);
    writer_varint (&w, field->offset);
    writer_varint (&w, field->flags);
    writer_text (&w, field->name);
    writer_text (&w, field->doc != NULL ? field->doc : "");
  }
  return g_bytes_new_take (w.data, w.len);
}

/* A copy that `texts` owns; NULL for a text with a NUL inside.             */
static const char *
read_text (Reader *r, GPtrArray *texts)
{
  guint64 len = reader_varint (r);
  const guint8 *at = reader_bytes (r, len);

  if (at == NULL || memchr (at, 0, len) != NULL) {
    r->bad = TRUE;
    return NULL;
  }
  g_ptr_array_add (texts, g_strndup ((const char *) at, len));
  return texts->pdata[texts->len - 1];
}

static guint32
read_u32 (Reader *r)
{
  guint64 v = reader_varint (r);

  if (v > G_MAXUINT32)
    r->bad = TRUE;
  return (guint32) v;
}

static void
read_field (Reader *r, GPtrArray *texts, struct md_field *ret_field)
{
  ret_field->id = read_u32 (r);
  ret_field->type = read_u32 (r);
  ret_field->offset = read_u32 (r);
  ret_field->flags = read_u32 (r);
  ret_field->name = read_text (r, texts);
  ret_field->doc = read_text (r, texts);
}

/* A type that is unknown here was written by a newer program; everything
 * else that a table may not be was checked before it was written.          */
static gboolean
check_stored (const struct md_table *table, GError **error)
{
  g_autoptr (GError) why = NULL;

  for (gsize i = 0; i < table->n_fields; i++) {
    const struct md_field *field = table_field_at (table, i);

    if (table_type_size (field->type) == 0) {
      g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_FORMAT,
                   "stored table \"%s\": field \"%s\" has the type %u, which "
                   "this program does not know: use a newer mdcore",
                   table->name, field->name, field->type);
      return FALSE;
    }
  }
  if (check_table (table, &why))
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_DATA, "stored %s", why->message);
  return FALSE;
}

const struct md_table *
table_parse (GBytes *bytes, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree struct md_field *fields = g_new0 (struct md_field, MAX_FIELDS);
  struct md_table table = { .struct_size = sizeof table, .fields = fields,
                            .field_size = sizeof *fields };
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  Reader r = { data, data + len, FALSE };
  guint8 format = reader_u8 (&r);

  if (!r.bad && format != TABLE_FORMAT) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_FORMAT,
                 "field table of format %u; this program knows format %u: "
                 "use a newer mdcore", format, TABLE_FORMAT);
    return NULL;
  }
  table.name = read_text (&r, texts);
  table.doc = read_text (&r, texts);
  table.record_size = read_u32 (&r);
  table.n_fields = read_u32 (&r);
  if (table.n_fields > MAX_FIELDS)
    r.bad = TRUE;
  for (gsize i = 0; i < table.n_fields && !r.bad; i++)
    read_field (&r, texts, &fields[i]);
  if (r.bad || r.at != r.end) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_DATA,
                 "stored field table is damaged at byte %zu of %zu",
                 len - reader_left (&r), len);
    return NULL;
  }
  return check_stored (&table, error) ? keep (&table) : NULL;
}
