/* SPDX-License-Identifier: Apache-2.0
 *
 * columns-append.c - records and rows of other columns into columns.
 *
 * The hot path of every provider: a column at a time over a slice of rows
 * that stays in the first-level cache, and nothing at all for a column that
 * has had no value yet.
 */
#include "columns-private.h"

#include <string.h>

#define SLICE 256 /* rows                                                   */

/* ---- from records ---------------------------------------------------- */

typedef struct {
  const char *at; /* the field in the first row of the slice                */
  gsize n, stride;
  const char *const *names;
  gsize n_names;
} Slice;

/* Members of records need not be aligned for this machine.                 */
#define LOAD(type, at)                                                        \
  ({ type value_; memcpy (&value_, (at), sizeof value_); value_; })

static gboolean
i64_present (const Slice *s)
{
  for (gsize i = 0; i < s->n; i++) {
    if (LOAD (gint64, s->at + i * s->stride) != MD_ABSENT)
      return TRUE;
  }
  return FALSE;
}

static gboolean
f64_present (const Slice *s)
{
  for (gsize i = 0; i < s->n; i++) {
    double v = LOAD (double, s->at + i * s->stride);

    if (v == v)
      return TRUE;
  }
  return FALSE;
}

static gboolean
u32_present (const Slice *s, guint32 absent)
{
  for (gsize i = 0; i < s->n; i++) {
    if (LOAD (guint32, s->at + i * s->stride) != absent)
      return TRUE;
  }
  return FALSE;
}

static gboolean
text_present (const Slice *s)
{
  for (gsize i = 0; i < s->n; i++) {
    if (LOAD (struct md_text, s->at + i * s->stride).ptr != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean
slice_present (const Slice *s, guint32 type)
{
  switch (type) {
  case MD_FIELD_F64:
    return f64_present (s);
  case MD_FIELD_NAME:
    return u32_present (s, MD_ABSENT_NAME);
  case MD_FIELD_FLAGS:
    return u32_present (s, 0);
  case MD_FIELD_TEXT:
    return text_present (s);
  default:
    return i64_present (s);
  }
}

static void
append_i64 (gint64 *to, const Slice *s)
{
  for (gsize i = 0; i < s->n; i++)
    to[i] = LOAD (gint64, s->at + i * s->stride);
}

/* Every NaN is the absent one from here on, so rows compare bit for bit.   */
static void
append_f64 (double *to, const Slice *s)
{
  double absent = md_absent_f64 ();

  for (gsize i = 0; i < s->n; i++) {
    double v = LOAD (double, s->at + i * s->stride);

    to[i] = v == v ? v : absent;
  }
}

static void
append_flags (guint32 *to, const Slice *s)
{
  for (gsize i = 0; i < s->n; i++)
    to[i] = LOAD (guint32, s->at + i * s->stride);
}

static void
append_text (Columns *columns, struct md_text *to, const Slice *s)
{
  for (gsize i = 0; i < s->n; i++) {
    struct md_text v = LOAD (struct md_text, s->at + i * s->stride);

    if (v.ptr == NULL)
      to[i] = (struct md_text) { NULL, 0 };
    else
      to[i] = columns_heap_text (columns, v.ptr, v.len);
  }
}

/* Interned ids that were looked up lately, by their low bits.  Most columns
 * of names have a handful of values, so a text is hashed once a slice.     */
#define CACHE 64
typedef struct {
  guint32 id[CACHE], index[CACHE];
} NameCache;

static void
append_names (Columns *columns, Column *column, guint32 *to, const Slice *s)
{
  NameCache cache;

  memset (cache.id, 0xff, MIN (s->n, 1) * sizeof cache.id);
  for (gsize i = 0; i < s->n; i++) {
    guint32 id = LOAD (guint32, s->at + i * s->stride), slot = id % CACHE;

    if (id >= s->n_names || s->names[id] == NULL) {
      to[i] = MD_ABSENT_NAME;
      continue;
    }
    if (cache.id[slot] != id) {
      cache.id[slot] = id;
      cache.index[slot]
        = columns_dict_index (columns, column, s->names[id]);
    }
    to[i] = cache.index[slot];
  }
}

static void
append_slice (Columns *columns, Column *column, gsize at, const Slice *s)
{
  if (!column_has_storage (column)) {
    if (!slice_present (s, column->field->type))
      return;
    column_allocate (columns, column);
  }
  switch (column->field->type) {
  case MD_FIELD_F64:
    append_f64 (column->f64 + at, s);
    break;
  case MD_FIELD_NAME:
    append_names (columns, column, column->u32 + at, s);
    break;
  case MD_FIELD_FLAGS:
    append_flags (column->u32 + at, s);
    break;
  case MD_FIELD_TEXT:
    append_text (columns, column->text + at, s);
    break;
  default:
    append_i64 (column->i64 + at, s);
    break;
  }
}

void
columns_append_rows (Columns *columns, const void *rows, gsize n, gsize stride,
                     const char *const *names, gsize n_names)
{
  columns_reserve (columns, columns->n + n);
  for (gsize done = 0; done < n; done += SLICE) {
    gsize count = MIN (n - done, SLICE);
    const char *first = (const char *) rows + done * stride;

    for (gsize c = 0; c < columns->n_cols; c++) {
      Column *column = &columns->cols[c];
      gsize offset = column->field->offset;
      Slice slice = { first + offset, count, stride, names, n_names };

      if (offset + column_value_size (column) <= stride)
        append_slice (columns, column, columns->n, &slice);
      else
        column_fill_absent (column, columns->n, count);
    }
    if (columns->commit != NULL)
      memset (columns->commit + columns->n, 0,
              count * sizeof *columns->commit);
    columns_grown (columns, count);
  }
}

/* ---- from columns ---------------------------------------------------- */

/* Dictionaries differ: an index of `from` becomes one of ours, looked up
 * when its text is first met.                                              */
static void
copy_names (Columns *columns, Column *to, const Column *from, gsize first,
            gsize n)
{
  guint32 known = MD_ABSENT_NAME, index = MD_ABSENT_NAME;
  g_autofree guint32 *map = NULL;
  gsize n_dict = from->dict != NULL ? from->dict->len : 0;

  if (n > n_dict) {
    map = g_new (guint32, n_dict + 1);
    memset (map, 0xff, (n_dict + 1) * sizeof *map);
  }
  for (gsize i = 0; i < n; i++) {
    guint32 id = from->u32[first + i];

    if (id != known) {
      index = MD_ABSENT_NAME;
      if (id < n_dict && map != NULL)
        index = map[id];
      if (id < n_dict && index == MD_ABSENT_NAME)
        index = columns_dict_index (columns, to, from->dict->pdata[id]);
      if (id < n_dict && map != NULL)
        map[id] = index;
      known = id;
    }
    to->u32[columns->n + i] = index;
  }
}

static void
copy_text (Columns *columns, Column *to, const Column *from, gsize first,
           gsize n)
{
  for (gsize i = 0; i < n; i++) {
    struct md_text v = from->text[first + i];

    if (v.ptr != NULL)
      v = columns_heap_text (columns, v.ptr, v.len);
    to->text[columns->n + i] = v;
  }
}

static void
copy_column (Columns *columns, Column *to, const Column *from, gsize first,
             gsize n)
{
  if (!column_has_storage (from)) {
    column_fill_absent (to, columns->n, n);
    return;
  }
  column_allocate (columns, to);
  if (from->i64 != NULL)
    memcpy (to->i64 + columns->n, from->i64 + first, n * sizeof *to->i64);
  else if (from->f64 != NULL)
    memcpy (to->f64 + columns->n, from->f64 + first, n * sizeof *to->f64);
  else if (from->text != NULL)
    copy_text (columns, to, from, first, n);
  else if (from->field->type == MD_FIELD_NAME)
    copy_names (columns, to, from, first, n);
  else
    memcpy (to->u32 + columns->n, from->u32 + first, n * sizeof *to->u32);
}

void
columns_append_from (Columns *columns, const Columns *from, gsize first,
                     gsize n)
{
  if (n == 0)
    return;
  columns_reserve (columns, columns->n + n);
  for (gsize c = 0; c < columns->n_cols; c++)
    copy_column (columns, &columns->cols[c], &from->cols[c], first, n);
  if (from->commit != NULL)
    columns_allocate_commit (columns);
  if (columns->commit != NULL && from->commit != NULL)
    memcpy (columns->commit + columns->n, from->commit + first,
            n * sizeof *columns->commit);
  else if (columns->commit != NULL)
    memset (columns->commit + columns->n, 0, n * sizeof *columns->commit);
  columns_grown (columns, n);
}

void
columns_set_flags (Columns *columns, guint32 flags)
{
  for (gsize c = 0; c < columns->n_cols; c++) {
    Column *column = &columns->cols[c];

    if (column->field->type != MD_FIELD_FLAGS)
      continue;
    if (column->u32 == NULL)
      column_allocate (columns, column);
    for (gsize i = 0; i < columns->n; i++)
      column->u32[i] |= flags;
  }
}
