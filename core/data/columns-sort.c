/* SPDX-License-Identifier: Apache-2.0
 *
 * columns-sort.c - order of rows: sort, search, remove, compare.
 */
#include "columns-private.h"

#include <string.h>

/* ---- sort ------------------------------------------------------------ */

typedef struct {
  md_time ts;
  gsize row;
} Place;

/* End of the ascending run that begins at `from`.                          */
static gsize
run_end (const Place *places, gsize from, gsize n)
{
  gsize i = from + 1;

  while (i < n && places[i - 1].ts <= places[i].ts)
    i++;
  return i;
}

static void
merge (const Place *in, gsize from, gsize middle, gsize to, Place *out)
{
  gsize a = from, b = middle;

  for (gsize i = from; i < to; i++) {
    if (a < middle && (b >= to || in[a].ts <= in[b].ts))
      out[i] = in[a++];
    else
      out[i] = in[b++];
  }
}

/* Natural merge sort: what vendors send is a few runs, so that this is one
 * or two passes.  Stable.  Returns whichever of the two holds the result.  */
static Place *
sort_places (Place *places, Place *spare, gsize n)
{
  for (;;) {
    Place *swap;

    if (n == 0 || run_end (places, 0, n) == n)
      return places;
    for (gsize from = 0; from < n;) {
      gsize middle = run_end (places, from, n);
      gsize to = middle < n ? run_end (places, middle, n) : n;

      merge (places, from, middle, to, spare);
      from = to;
    }
    swap = places;
    places = spare;
    spare = swap;
  }
}

/* values[i] = old values[places[i].row]                                    */
#define GATHER(type, values)                                                  \
  do {                                                                        \
    type *old_ = g_memdup2 ((values), n * sizeof *(values));                  \
    for (gsize i = 0; i < n; i++)                                             \
      (values)[i] = old_[places[i].row];                                      \
    g_free (old_);                                                            \
  } while (0)

static void
permute (Columns *columns, const Place *places)
{
  gsize n = columns->n;

  for (gsize c = 0; c < columns->n_cols; c++) {
    Column *column = &columns->cols[c];

    if (column->i64 != NULL)
      GATHER (gint64, column->i64);
    if (column->f64 != NULL)
      GATHER (double, column->f64);
    if (column->u32 != NULL)
      GATHER (guint32, column->u32);
    if (column->text != NULL)
      GATHER (struct md_text, column->text);
  }
  if (columns->commit != NULL)
    GATHER (guint64, columns->commit);
}

/* Newest first, equal times must be turned round as well, so only times
 * that all differ may stay as they are.                                    */
static gboolean
in_order (const md_time *ts, gsize n, gboolean strictly)
{
  for (gsize i = 1; i < n; i++) {
    if (ts[i - 1] > ts[i] || (strictly && ts[i - 1] == ts[i]))
      return FALSE;
  }
  return TRUE;
}

void
columns_sort (Columns *columns, gboolean newest_first)
{
  gsize n = columns->n;
  const md_time *ts = columns->cols[0].i64;
  g_autofree Place *places = NULL;
  g_autofree Place *spare = NULL;

  if (n < 2 || ts == NULL || in_order (ts, n, newest_first))
    return;
  places = g_new (Place, n);
  spare = g_new (Place, n);
  for (gsize i = 0; i < n; i++) {
    gsize row = newest_first ? n - 1 - i : i;

    places[i] = (Place) { ts[row], row };
  }
  permute (columns, sort_places (places, spare, n));
}

/* ---- search and remove ----------------------------------------------- */

gsize
columns_lower_bound (const Columns *columns, md_time t)
{
  const md_time *ts = columns->cols[0].i64;
  gsize low = 0, high = ts != NULL ? columns->n : 0;

  while (low < high) {
    gsize middle = low + (high - low) / 2;

    if (ts[middle] < t)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

#define KEEP(values)                                                          \
  do {                                                                        \
    gsize to_ = 0;                                                            \
    for (gsize i = 0; i < n; i++) {                                           \
      (values)[to_] = (values)[i];                                            \
      to_ += drop[i] == 0;                                                    \
    }                                                                         \
  } while (0)

void
columns_remove (Columns *columns, const guint8 *drop)
{
  gsize n = columns->n, kept = 0;

  for (gsize c = 0; c < columns->n_cols; c++) {
    Column *column = &columns->cols[c];

    if (column->i64 != NULL)
      KEEP (column->i64);
    if (column->f64 != NULL)
      KEEP (column->f64);
    if (column->u32 != NULL)
      KEEP (column->u32);
    if (column->text != NULL)
      KEEP (column->text);
  }
  if (columns->commit != NULL)
    KEEP (columns->commit);
  for (gsize i = 0; i < n; i++)
    kept += drop[i] == 0;
  columns->n = kept;
}

/* ---- compare --------------------------------------------------------- */

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static guint64
f64_bits (const Column *column, gsize row)
{
  double v = column->f64 != NULL ? column->f64[row] : md_absent_f64 ();
  guint64 bits;

  if (v != v)
    v = md_absent_f64 ();
  memcpy (&bits, &v, sizeof bits);
  return bits;
}

static const char *
name_at (const Column *column, gsize row)
{
  guint32 index = column->u32 != NULL ? column->u32[row] : MD_ABSENT_NAME;

  return index != MD_ABSENT_NAME ? column->dict->pdata[index] : NULL;
}

static struct md_text
text_at (const Column *column, gsize row)
{
  return column->text != NULL ? column->text[row]
                              : (struct md_text) { NULL, 0 };
}

/* Absent before everything.                                                */
static int
text_order (struct md_text x, struct md_text y)
{
  int order;

  if (x.ptr == NULL || y.ptr == NULL)
    return (x.ptr != NULL) - (y.ptr != NULL);
  order = memcmp (x.ptr, y.ptr, MIN (x.len, y.len));
  return order != 0 ? ORDER (order, 0) : ORDER (x.len, y.len);
}

static int
value_order (const Column *x, gsize i, const Column *y, gsize j)
{
  switch (x->field->type) {
  case MD_FIELD_F64:
    return ORDER (f64_bits (x, i), f64_bits (y, j));
  case MD_FIELD_NAME:
    return ORDER (g_strcmp0 (name_at (x, i), name_at (y, j)), 0);
  case MD_FIELD_FLAGS:
    return ORDER (x->u32 != NULL ? x->u32[i] : 0,
                  y->u32 != NULL ? y->u32[j] : 0);
  case MD_FIELD_TEXT:
    return text_order (text_at (x, i), text_at (y, j));
  default:
    return ORDER (x->i64 != NULL ? x->i64[i] : MD_ABSENT,
                  y->i64 != NULL ? y->i64[j] : MD_ABSENT);
  }
}

int
columns_key_compare (const Columns *a, gsize i, const Columns *b, gsize j)
{
  int order = value_order (&a->cols[0], i, &b->cols[0], j);

  /* A plugin's own table may leave its venue unflagged; it is a key there
   * as everywhere.                                                         */
  for (gsize c = 1; c < a->n_cols && order == 0; c++) {
    if (c == 1 || (a->cols[c].field->flags & MD_FIELD_KEY))
      order = value_order (&a->cols[c], i, &b->cols[c], j);
  }
  return order;
}

gboolean
columns_row_equal (const Columns *a, gsize i, const Columns *b, gsize j)
{
  for (gsize c = 0; c < a->n_cols; c++) {
    if (value_order (&a->cols[c], i, &b->cols[c], j) != 0)
      return FALSE;
  }
  return TRUE;
}
