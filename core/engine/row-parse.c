/* SPDX-License-Identifier: Apache-2.0
 *
 * row-parse.c - one row from a JSON object, as row-json.c writes it or a
 * person has mended it.
 */
#include "row-json.h"

#include "data/error.h"
#include "data/table.h"
#include "data/value.h"

#include <string.h>
#include <support/json.h>
#include <support/time.h>

/* A record under construction.                                             */
typedef struct {
  const struct md_table *table;
  struct md_json json;
  char *record;
  GPtrArray *names;        /* owned texts; the index is the name's id       */
  GPtrArray *texts;        /* owned                                         */
  char *instrument;
  guint64 seen;            /* bit i: field i                                */
} RowReader;

static void *
member_at (const RowReader *reader, const struct md_field *field)
{
  return reader->record + field->offset;
}

static void
fill_absent (RowReader *reader)
{
  for (gsize i = 0; i < reader->table->n_fields; i++) {
    const struct md_field *field = table_field_at (reader->table, i);
    void *member = member_at (reader, field);

    switch (field->type) {
    case MD_FIELD_NAME:
      *(guint32 *) member = MD_ABSENT_NAME;
      break;
    case MD_FIELD_F64:
      *(double *) member = md_absent_f64 ();
      break;
    case MD_FIELD_TEXT:
    case MD_FIELD_FLAGS:
      break;
    default:
      *(gint64 *) member = MD_ABSENT;
    }
  }
}

/* ---- values ---------------------------------------------------------- */

/* Owned by the caller; NUL-terminated as well.                             */
static struct md_text
read_text (RowReader *reader)
{
  struct md_text raw;
  bool has_escapes;
  char *text;
  gsize len;

  if (md_json_peek (&reader->json) != MD_JSON_STRING
      || !md_json_string (&reader->json, &raw, &has_escapes))
    return (struct md_text) { NULL, 0 };
  text = g_malloc (raw.len + 1);
  len = md_json_unescape (raw, text);
  text[len] = '\0';
  return (struct md_text) { text, len };
}

/* A text that C can hold, or NULL.                                         */
static char *
read_c_text (RowReader *reader)
{
  struct md_text text = read_text (reader);

  if (text.ptr == NULL || strlen (text.ptr) == text.len)
    return (char *) text.ptr;
  g_free ((char *) text.ptr);
  return NULL;
}

static gboolean
read_name (RowReader *reader, guint32 *member)
{
  char *text = read_c_text (reader);

  if (text == NULL)
    return FALSE;
  *member = reader->names->len;
  g_ptr_array_add (reader->names, text);
  return TRUE;
}

static gboolean
read_time (RowReader *reader, md_time *member)
{
  struct md_text raw;
  bool has_escapes;

  if (md_json_peek (&reader->json) == MD_JSON_NUMBER)
    return md_json_i64 (&reader->json, member);
  return md_json_peek (&reader->json) == MD_JSON_STRING
         && md_json_string (&reader->json, &raw, &has_escapes)
         && md_time_parse (raw.ptr, raw.len, member);
}

/* One name as flags_format writes it, or "0x100".                          */
static gboolean
parse_flag (const char *text, guint32 *flags)
{
  char name[VALUE_TEXT_SIZE];
  guint64 bits;

  for (guint bit = 0; bit < 32; bit++) {
    flags_format (1u << bit, name);
    if (strcmp (name, text) == 0) {
      *flags |= 1u << bit;
      return TRUE;
    }
  }
  if (!g_str_has_prefix (text, "0x")
      || !g_ascii_string_to_unsigned (text + 2, 16, 0, G_MAXUINT32, &bits,
                                      NULL))
    return FALSE;
  *flags |= (guint32) bits;
  return TRUE;
}

static gboolean
read_flags (RowReader *reader, guint32 *member)
{
  g_autofree char *text = read_c_text (reader);
  g_auto (GStrv) parts = NULL;
  guint32 flags = 0;

  if (text == NULL)
    return FALSE;
  parts = g_strsplit (text, "|", 0);
  for (char **part = parts; *part != NULL; part++) {
    if (!parse_flag (*part, &flags))
      return FALSE;
  }
  *member = flags;
  return TRUE;
}

static gboolean
read_value (RowReader *reader, const struct md_field *field)
{
  void *member = member_at (reader, field);
  struct md_text text;

  if (md_json_peek (&reader->json) == MD_JSON_NULL)
    return md_json_skip (&reader->json);
  switch (field->type) {
  case MD_FIELD_PRICE:
    return md_json_price (&reader->json, member);
  case MD_FIELD_F64:
    return md_json_f64 (&reader->json, member);
  case MD_FIELD_TIME:
    return read_time (reader, member);
  case MD_FIELD_NAME:
    return read_name (reader, member);
  case MD_FIELD_FLAGS:
    return read_flags (reader, member);
  case MD_FIELD_I64:
    return md_json_i64 (&reader->json, member);
  default:
    text = read_text (reader);
    if (text.ptr == NULL)
      return FALSE;
    g_ptr_array_add (reader->texts, (gpointer) text.ptr);
    *(struct md_text *) member = text;
    return TRUE;
  }
}

/* ---- members --------------------------------------------------------- */

static gboolean
fail (GError **error, struct md_text name, const char *what)
{
  g_set_error (error, CORE_ERROR, CORE_ERROR_DATA,
               "this is no row: member \"%.*s\" %s", (int) MIN (name.len, 64),
               name.ptr, what);
  return FALSE;
}

static gssize
find_field (const RowReader *reader, struct md_text key)
{
  for (gsize i = 0; i < reader->table->n_fields; i++) {
    if (md_json_key_is (key, table_field_at (reader->table, i)->name))
      return (gssize) i;
  }
  return -1;
}

static gboolean
read_member (RowReader *reader, struct md_text key, GError **error)
{
  gssize index = find_field (reader, key);
  const struct md_field *field;

  if (index < 0)
    return fail (error, key, "is no field of this schema");
  field = table_field_at (reader->table, (gsize) index);
  if (index < 64 && (reader->seen >> index & 1) != 0)
    return fail (error, key, "occurs twice");
  if (index < 64)
    reader->seen |= G_GUINT64_CONSTANT (1) << index;
  if ((field->flags & MD_FIELD_SERIES) != 0) {
    reader->instrument = read_c_text (reader);
    return reader->instrument != NULL
           || fail (error, key, "is not a text");
  }
  if (!read_value (reader, field) && reader->json.fault == NULL)
    return fail (error, key,
                 field->type == MD_FIELD_PRICE
                   ? "is not a price that fits exactly into units of 1e-9"
                   : "does not have this field's type");
  return TRUE;
}

static gboolean
read_object (RowReader *reader, GError **error)
{
  struct md_text key;
  struct md_error err;

  if (md_json_enter_object (&reader->json)) {
    while (md_json_next_key (&reader->json, &key)) {
      if (!read_member (reader, key, error))
        return FALSE;
    }
  }
  if (!md_json_finish (&reader->json)) {
    md_error_init (&err);
    md_json_error (&reader->json, "a row", &err);
    g_set_error_literal (error, CORE_ERROR, CORE_ERROR_DATA, err.message);
    return FALSE;
  }
  if (((const struct md_head *) (const void *) reader->record)->ts
      == MD_ABSENT) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_DATA,
                 "this is no row: \"ts\" is missing");
    return FALSE;
  }
  return TRUE;
}

gboolean
row_from_json (const char *text, gsize len, Columns *columns,
               char **ret_instrument, GError **error)
{
  RowReader reader = { .table = columns->table };
  gboolean done;

  reader.record = g_malloc0 (columns->table->record_size);
  reader.names = g_ptr_array_new_with_free_func (g_free);
  reader.texts = g_ptr_array_new_with_free_func (g_free);
  md_json_init (&reader.json, text, len);
  fill_absent (&reader);
  done = read_object (&reader, error);
  if (done) {
    columns_append_rows (columns, reader.record, 1,
                         columns->table->record_size,
                         (const char *const *) reader.names->pdata,
                         reader.names->len);
    if (ret_instrument != NULL)
      *ret_instrument = g_steal_pointer (&reader.instrument);
  }
  g_free (reader.instrument);
  g_ptr_array_unref (reader.names);
  g_ptr_array_unref (reader.texts);
  g_free (reader.record);
  return done;
}
