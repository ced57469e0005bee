/* SPDX-License-Identifier: Apache-2.0
 *
 * columns.c - storage of columns: rows, texts and dictionaries.
 */
#include "columns-private.h"
#include "table.h"

#include <string.h>

#define FIRST_ROWS 64
#define CHUNK_SIZE 65536
/* A hash table entry and its share of empty buckets, about.                */
#define DICT_ENTRY_BYTES 64

struct ColumnsHeap {
  GPtrArray *chunks;   /* texts                                             */
  char *at;
  gsize left;
  GHashTable **dicts;  /* per column: text -> index, or NULL                */
};

Columns *
columns_new (const struct md_table *table)
{
  Columns *columns = g_new0 (Columns, 1);

  columns->table = table;
  columns->cols = g_new0 (Column, table->n_fields);
  for (gsize i = 0; i < table->n_fields; i++) {
    const struct md_field *field = table_field_at (table, i);

    if (!(field->flags & MD_FIELD_SERIES))
      columns->cols[columns->n_cols++].field = field;
  }
  columns->heap = g_new0 (struct ColumnsHeap, 1);
  columns->heap->chunks = g_ptr_array_new_with_free_func (g_free);
  columns->heap->dicts = g_new0 (GHashTable *, columns->n_cols);
  columns->bytes = sizeof *columns + table->n_fields * sizeof (Column);
  return columns;
}

void
columns_free (Columns *columns)
{
  if (columns == NULL)
    return;
  for (gsize i = 0; i < columns->n_cols; i++) {
    Column *column = &columns->cols[i];

    g_free (column->i64);
    g_free (column->f64);
    g_free (column->u32);
    g_free (column->text);
    g_clear_pointer (&columns->heap->dicts[i], g_hash_table_unref);
    g_clear_pointer (&column->dict, g_ptr_array_unref);
  }
  g_ptr_array_unref (columns->heap->chunks);
  g_free (columns->heap->dicts);
  g_free (columns->heap);
  g_free (columns->cols);
  g_free (columns->commit);
  g_free (columns);
}

const Column *
columns_column (const Columns *columns, const char *name)
{
  for (gsize i = 0; i < columns->n_cols; i++) {
    if (strcmp (columns->cols[i].field->name, name) == 0)
      return &columns->cols[i];
  }
  return NULL;
}

/* ---- rows ------------------------------------------------------------ */

gsize
column_value_size (const Column *column)
{
  return table_type_size (column->field->type);
}

/* The pointer that a column of this type uses.                             */
static void **
storage (Column *column)
{
  switch (column->field->type) {
  case MD_FIELD_F64:
    return (void **) &column->f64;
  case MD_FIELD_NAME:
  case MD_FIELD_FLAGS:
    return (void **) &column->u32;
  case MD_FIELD_TEXT:
    return (void **) &column->text;
  default:
    return (void **) &column->i64;
  }
}

gboolean
column_has_storage (const Column *column)
{
  return column->i64 != NULL || column->f64 != NULL || column->u32 != NULL
         || column->text != NULL;
}

void
column_fill_absent (Column *column, gsize at, gsize n)
{
  gboolean is_name = column->field->type == MD_FIELD_NAME;

  if (!column_has_storage (column))
    return;
  if (column->u32 != NULL) {
    memset (column->u32 + at, is_name ? 0xff : 0, n * sizeof *column->u32);
    return;
  }
  for (gsize i = at; i < at + n; i++) {
    if (column->i64 != NULL)
      column->i64[i] = MD_ABSENT;
    else if (column->f64 != NULL)
      column->f64[i] = md_absent_f64 ();
    else
      column->text[i] = (struct md_text) { NULL, 0 };
  }
}

void
column_allocate (Columns *columns, Column *column)
{
  gsize size = column_value_size (column);

  if (column_has_storage (column))
    return;
  *storage (column) = g_malloc_n (MAX (columns->capacity, 1), size);
  columns->bytes += columns->capacity * size;
  column_fill_absent (column, 0, columns->n);
}

void
columns_allocate_commit (Columns *columns)
{
  if (columns->commit != NULL)
    return;
  columns->commit = g_new0 (guint64, MAX (columns->capacity, 1));
  columns->bytes += columns->capacity * sizeof *columns->commit;
}

void
columns_reserve (Columns *columns, gsize n)
{
  gsize capacity = columns->capacity, more;

  if (n <= capacity)
    return;
  /* Exact at first (a block that is read), doubling from then on.          */
  capacity = MAX (n, capacity == 0 ? FIRST_ROWS : 2 * capacity);
  more = capacity - columns->capacity;
  for (gsize i = 0; i < columns->n_cols; i++) {
    Column *column = &columns->cols[i];
    gsize size = column_value_size (column);

    if (!column_has_storage (column))
      continue;
    *storage (column) = g_realloc_n (*storage (column), capacity, size);
    columns->bytes += more * size;
  }
  if (columns->commit != NULL) {
    columns->commit = g_renew (guint64, columns->commit, capacity);
    columns->bytes += more * sizeof *columns->commit;
  }
  columns->capacity = capacity;
}

void
columns_grown (Columns *columns, gsize more)
{
  columns->n += more;
}

/* ---- texts and dictionaries ------------------------------------------ */

char *
columns_heap_alloc (Columns *columns, gsize len)
{
  struct ColumnsHeap *heap = columns->heap;
  char *at;

  if (len > heap->left) {
    gsize size = MAX (len, CHUNK_SIZE);

    /* What is left of the chunk is worth more than a long text's own.      */
    at = g_malloc (size);
    g_ptr_array_add (heap->chunks, at);
    columns->bytes += size;
    if (len >= CHUNK_SIZE / 4 && heap->left > CHUNK_SIZE / 4)
      return at;
    heap->at = at;
    heap->left = size;
  }
  at = heap->at;
  heap->at += len;
  heap->left -= len;
  return at;
}

void
columns_heap_return (Columns *columns, char *end, char *used_to)
{
  if (columns->heap->at == end) {
    columns->heap->left += (gsize) (end - used_to);
    columns->heap->at = used_to;
  }
}

struct md_text
columns_heap_text (Columns *columns, const char *text, gsize len)
{
  char *copy;

  if (len == 0)
    return (struct md_text) { "", 0 };
  copy = columns_heap_alloc (columns, len);
  memcpy (copy, text, len);
  return (struct md_text) { copy, len };
}

guint32
columns_dict_index (Columns *columns, Column *column, const char *text)
{
  GHashTable **dict = &columns->heap->dicts[column - columns->cols];
  gpointer index;
  char *copy;

  if (*dict == NULL) {
    *dict = g_hash_table_new (g_str_hash, g_str_equal);
    column->dict = g_ptr_array_new_with_free_func (g_free);
  }
  if (g_hash_table_lookup_extended (*dict, text, NULL, &index))
    return GPOINTER_TO_UINT (index);
  copy = g_strdup (text);
  g_ptr_array_add (column->dict, copy);
  g_hash_table_insert (*dict, copy, GUINT_TO_POINTER (column->dict->len - 1));
  columns->bytes += strlen (copy) + DICT_ENTRY_BYTES;
  return column->dict->len - 1;
}
