/* SPDX-License-Identifier: Apache-2.0
 *
 * arrow.c - columns as Arrow arrays.
 *
 * All arrays of one export share a counted heap, which also keeps the
 * columns: a receiver may move children out and release them in any order.
 */
#include "arrow.h"
#include "columns-private.h"

#include <string.h>

/* ---- rows that are shared -------------------------------------------- */

struct ArrowRows {
  gatomicrefcount refs;
  Columns *columns;
  gboolean owns;
};

ArrowRows *
arrow_rows_new (Columns *columns)
{
  ArrowRows *rows = arrow_rows_borrow (columns);

  rows->owns = TRUE;
  return rows;
}

ArrowRows *
arrow_rows_borrow (Columns *columns)
{
  ArrowRows *rows = g_new0 (ArrowRows, 1);

  g_atomic_ref_count_init (&rows->refs);
  rows->columns = columns;
  return rows;
}

ArrowRows *
arrow_rows_ref (ArrowRows *rows)
{
  g_atomic_ref_count_inc (&rows->refs);
  return rows;
}

void
arrow_rows_unref (ArrowRows *rows)
{
  if (rows == NULL || !g_atomic_ref_count_dec (&rows->refs))
    return;
  if (rows->owns)
    columns_free (rows->columns);
  g_free (rows);
}

const Columns *
arrow_rows_columns (const ArrowRows *rows)
{
  return rows->columns;
}

/* ---- heap ------------------------------------------------------------ */

typedef struct {
  gatomicrefcount refs;
  ArrowRows *rows;
  GPtrArray *blocks;
} Heap;

/* What stands for columns without a value: never written to.               */
static guint8 zeros[(ARROW_ROWS_MAX + 1) * sizeof (gint64)];

static gpointer
heap_alloc (Heap *heap, gsize size)
{
  gpointer block = g_malloc (MAX (size, 1));

  g_ptr_array_add (heap->blocks, block);
  return block;
}

static void
heap_unref (Heap *heap)
{
  if (!g_atomic_ref_count_dec (&heap->refs))
    return;
  arrow_rows_unref (heap->rows);
  g_ptr_array_unref (heap->blocks);
  g_free (heap);
}

static void
release (struct ArrowArray *array)
{
  Heap *heap = array->private_data;

  for (gint64 i = 0; i < array->n_children; i++) {
    if (array->children[i]->release != NULL)
      array->children[i]->release (array->children[i]);
  }
  if (array->dictionary != NULL && array->dictionary->release != NULL)
    array->dictionary->release (array->dictionary);
  array->release = NULL;
  heap_unref (heap);
}

static void
start (Heap *heap, struct ArrowArray *array, gsize n, gint64 n_buffers)
{
  g_atomic_ref_count_inc (&heap->refs);
  *array = (struct ArrowArray) {
    .length = (gint64) n,
    .n_buffers = n_buffers,
    .buffers = heap_alloc (heap, (gsize) n_buffers * sizeof (void *)),
    .release = release,
    .private_data = heap,
  };
  memset (array->buffers, 0, (gsize) n_buffers * sizeof (void *));
}

/* ---- validity -------------------------------------------------------- */

typedef struct {
  guint8 *bits;
  gsize nulls;
} Validity;

/* No bitmap where nothing is missing.                                      */
#define MAKE_VALIDITY(is_null)                                              \
  gsize nulls = 0;                                                          \
  guint8 *bits;                                                             \
                                                                            \
  for (gsize i = 0; i < n; i++)                                             \
    nulls += (is_null);                                                     \
  array->null_count = (gint64) nulls;                                       \
  if (nulls == 0)                                                           \
    return;                                                                 \
  bits = heap_alloc (heap, (n + 7) / 8);                                    \
  memset (bits, 0, (n + 7) / 8);                                            \
  for (gsize i = 0; i < n; i++)                                             \
    bits[i / 8] |= (guint8) ((guint) !(is_null) << (i % 8));                \
  array->buffers[0] = bits

static void
validity_i64 (Heap *heap, struct ArrowArray *array, const gint64 *v, gsize n)
{
  MAKE_VALIDITY (v[i] == MD_ABSENT);
}

static void
validity_f64 (Heap *heap, struct ArrowArray *array, const double *v, gsize n)
{
  MAKE_VALIDITY (v[i] != v[i]);
}

static void
validity_u32 (Heap *heap, struct ArrowArray *array, const guint32 *v, gsize n)
{
  MAKE_VALIDITY (v[i] == MD_ABSENT_NAME);
}

static void
validity_text (Heap *heap, struct ArrowArray *array, const struct md_text *v,
               gsize n)
{
  MAKE_VALIDITY (v[i].ptr == NULL);
}

/* ---- texts and dictionaries ------------------------------------------ */

static void
put_texts (Heap *heap, struct ArrowArray *array, const struct md_text *v,
           gsize n)
{
  gint64 *offsets = heap_alloc (heap, (n + 1) * sizeof *offsets);
  char *bytes;

  offsets[0] = 0;
  for (gsize i = 0; i < n; i++)
    offsets[i + 1] = offsets[i] + (gint64) (v[i].ptr != NULL ? v[i].len : 0);
  bytes = heap_alloc (heap, (gsize) offsets[n]);
  for (gsize i = 0; i < n; i++) {
    if (v[i].ptr != NULL)
      memcpy (bytes + offsets[i], v[i].ptr, v[i].len);
  }
  array->buffers[1] = offsets;
  array->buffers[2] = bytes;
}

/* NULL among the texts is a null of the dictionary.                        */
static struct ArrowArray *
dictionary (Heap *heap, const char *const *texts, gsize n)
{
  struct ArrowArray *array = heap_alloc (heap, sizeof *array);
  gint32 *offsets = heap_alloc (heap, (n + 1) * sizeof *offsets);
  guint8 *bits = heap_alloc (heap, (n + 7) / 8);
  GByteArray *bytes = g_byte_array_new ();

  start (heap, array, n, 3);
  memset (bits, 0, (n + 7) / 8);
  offsets[0] = 0;
  for (gsize i = 0; i < n; i++) {
    if (texts[i] != NULL) {
      g_byte_array_append (bytes, (const guint8 *) texts[i],
                           (guint) strlen (texts[i]));
      bits[i / 8] |= (guint8) (1u << (i % 8));
    } else {
      array->null_count++;
    }
    offsets[i + 1] = (gint32) bytes->len;
  }
  array->buffers[0] = array->null_count > 0 ? bits : NULL;
  array->buffers[1] = offsets;
  array->buffers[2] = heap_alloc (heap, bytes->len);
  if (bytes->len > 0)
    memcpy ((guint8 *) array->buffers[2], bytes->data, bytes->len);
  g_byte_array_unref (bytes);
  return array;
}

static struct ArrowArray *
dictionary_of_times (Heap *heap, const md_time *times, gsize n)
{
  struct ArrowArray *array = heap_alloc (heap, sizeof *array);
  md_time *copy = heap_alloc (heap, n * sizeof *copy);

  start (heap, array, n, 2);
  if (n > 0)
    memcpy (copy, times, n * sizeof *copy);
  array->buffers[1] = copy;
  validity_i64 (heap, array, copy, n);
  return array;
}

/* ---- columns --------------------------------------------------------- */

/* Every row is absent, or, of flags, none is set.                          */
static void
put_absent (Heap *heap, const Column *column, struct ArrowArray *array,
            gsize n)
{
  gboolean is_text = column->field->type == MD_FIELD_TEXT;

  start (heap, array, n, is_text ? 3 : 2);
  array->buffers[1] = zeros;
  if (is_text)
    array->buffers[2] = zeros;
  if (column->field->type == MD_FIELD_FLAGS)
    return;
  array->buffers[0] = zeros;
  array->null_count = (gint64) n;
  if (column->field->type == MD_FIELD_NAME)
    array->dictionary = dictionary (heap, NULL, 0);
}

static void
put_column (Heap *heap, const Column *column, gsize first, gsize n,
            struct ArrowArray *array)
{
  start (heap, array, n, column->text != NULL ? 3 : 2);
  if (column->i64 != NULL) {
    array->buffers[1] = column->i64 + first;
    validity_i64 (heap, array, column->i64 + first, n);
  } else if (column->f64 != NULL) {
    array->buffers[1] = column->f64 + first;
    validity_f64 (heap, array, column->f64 + first, n);
  } else if (column->text != NULL) {
    put_texts (heap, array, column->text + first, n);
    validity_text (heap, array, column->text + first, n);
  } else {
    array->buffers[1] = column->u32 + first;
    if (column->field->type != MD_FIELD_NAME)
      return;
    array->dictionary
      = dictionary (heap, (const char *const *) column->dict->pdata,
                    column->dict->len);
    validity_u32 (heap, array, column->u32 + first, n);
  }
}

/* Both columns share their indices.                                        */
static void
put_origins (Heap *heap, const ArrowOrigins *origins, gsize n,
             struct ArrowArray *extracted_at, struct ArrowArray *ingestion_id)
{
  gint32 *row = heap_alloc (heap, n * sizeof *row);

  if (n > 0)
    memcpy (row, origins->row, n * sizeof *row);
  start (heap, extracted_at, n, 2);
  start (heap, ingestion_id, n, 2);
  extracted_at->buffers[1] = ingestion_id->buffers[1] = row;
  extracted_at->dictionary
    = dictionary_of_times (heap, origins->extracted_at, origins->n);
  ingestion_id->dictionary = dictionary (heap, origins->ingestion_id,
                                         origins->n);
}

void
arrow_export (ArrowRows *rows, gsize first, gsize n,
              const ArrowOrigins *origins, struct ArrowArray *ret)
{
  const Columns *columns = rows->columns;
  gsize n_cols = columns->n_cols;
  Heap *heap = g_new (Heap, 1);
  struct ArrowArray *children;

  g_return_if_fail (n <= ARROW_ROWS_MAX);
  g_atomic_ref_count_init (&heap->refs);
  heap->rows = arrow_rows_ref (rows);
  heap->blocks = g_ptr_array_new_with_free_func (g_free);
  start (heap, ret, n, 1);
  children = heap_alloc (heap, (n_cols + 2) * sizeof *children);
  ret->n_children = (gint64) n_cols + 2;
  ret->children = heap_alloc (heap, (n_cols + 2) * sizeof (void *));
  for (gsize i = 0; i < n_cols + 2; i++)
    ret->children[i] = &children[i];
  for (gsize i = 0; i < n_cols; i++) {
    if (column_has_storage (&columns->cols[i]))
      put_column (heap, &columns->cols[i], first, n, &children[i]);
    else
      put_absent (heap, &columns->cols[i], &children[i], n);
  }
  put_origins (heap, origins, n, &children[n_cols], &children[n_cols + 1]);
  heap_unref (heap);
}
