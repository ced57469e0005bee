/* SPDX-License-Identifier: Apache-2.0
 *
 * block-encode.c - rows of columns to the payload of a block.
 */
#include "block-format.h"
#include "columns-private.h"
#include "decimals.h"
#include "ints.h"
#include "table.h"

/* Values of an integer column without the absent ones.                     */
typedef struct {
  const gint64 *values;
  gint64 *owned;        /* where values had to be moved together            */
  gsize n;
  guint power;
  gboolean written;
} Dense;

typedef struct {
  const Columns *columns;
  gsize first, n;
  Dense *dense;         /* by column; n = 0 for other types                 */
  gint64 *scratch, *ints; /* of n                                           */
  Writer out, body;
} Encoder;

/* Ends the column whose body has been written.                             */
static void
put_column (Encoder *e, const Column *column, guint coding)
{
  writer_varint (&e->out, column->field->id);
  writer_u8 (&e->out, (guint8) coding);
  writer_varint (&e->out, e->body.len);
  writer_bytes (&e->out, e->body.data, e->body.len);
  e->body.len = 0;
}

/* Writes the bitmap of present rows; PRESENT is an expression in `i`.      */
#define PUT_BITMAP(e, PRESENT)                                                \
  do {                                                                        \
    gsize size_ = ((e)->n + 7) / 8;                                           \
    guint8 *map_ = writer_room (&(e)->body, size_);                           \
    memset (map_, 0, size_);                                                  \
    for (gsize i = 0; i < (e)->n; i++)                                        \
      map_[i / 8] |= (guint8) ((PRESENT) << (i % 8));                         \
    (e)->body.len += size_;                                                   \
  } while (0)

/* ---- i64, time, price ------------------------------------------------ */

static gboolean
is_integer (const Column *column)
{
  return column->i64 != NULL;
}

static void
make_dense (Encoder *e, const Column *column, Dense *dense)
{
  const gint64 *v = column->i64 + e->first;
  gsize absent = 0, at = 0;

  for (gsize i = 0; i < e->n; i++)
    absent += v[i] == MD_ABSENT;
  dense->n = e->n - absent;
  dense->values = v;
  if (absent == 0 || dense->n == 0)
    return;
  dense->owned = g_new (gint64, e->n);
  for (gsize i = 0; i < e->n; i++) {
    dense->owned[at] = v[i];
    at += v[i] != MD_ABSENT;
  }
  dense->values = dense->owned;
}

/* One power for all prices of the block, and one for its times, so that
 * they can be written as differences from each other.                      */
static void
share_power (Encoder *e, guint32 type)
{
  guint power = INTS_POWERS - 1;

  for (int pass = 0; pass < 2; pass++) {
    for (gsize c = 0; c < e->columns->n_cols; c++) {
      Dense *dense = &e->dense[c];

      if (e->columns->cols[c].field->type != type || dense->n == 0)
        continue;
      if (pass == 0)
        power = ints_common_power (dense->values, dense->n, power);
      else
        dense->power = power;
    }
  }
}

static void
prepare (Encoder *e)
{
  for (gsize c = 0; c < e->columns->n_cols; c++) {
    const Column *column = &e->columns->cols[c];
    Dense *dense = &e->dense[c];

    if (!is_integer (column))
      continue;
    make_dense (e, column, dense);
    if (column->field->type == MD_FIELD_I64)
      dense->power
        = ints_common_power (dense->values, dense->n, INTS_POWERS - 1);
  }
  share_power (e, MD_FIELD_TIME);
  share_power (e, MD_FIELD_PRICE);
}

#define MAX_REFS 4

/* Columns of the same type, written before and without absent values.      */
static gsize
find_refs (const Encoder *e, gsize column, IntsRef *refs)
{
  guint32 type = e->columns->cols[column].field->type;
  gsize n = 0;

  if (type == MD_FIELD_I64 || e->dense[column].n != e->n)
    return 0;
  for (gsize c = 0; c < e->columns->n_cols && n < MAX_REFS; c++) {
    if (e->columns->cols[c].field->type == type && e->dense[c].written
        && e->dense[c].n == e->n)
      refs[n++] = (IntsRef) { e->columns->cols[c].field->id,
                              e->dense[c].values };
  }
  return n;
}

static void
encode_integers (Encoder *e, gsize c)
{
  const Column *column = &e->columns->cols[c];
  Dense *dense = &e->dense[c];
  gboolean some_absent = dense->n < e->n;
  IntsRef refs[MAX_REFS];
  gsize n_refs = find_refs (e, c, refs);

  if (dense->n == 0 || dense->written)
    return;
  if (some_absent)
    PUT_BITMAP (e, column->i64[e->first + i] != MD_ABSENT);
  ints_encode (&e->body, dense->values, dense->n, dense->power, refs, n_refs,
               e->scratch);
  put_column (e, column, CODING_INTS | (some_absent ? CODING_ABSENTS : 0));
  dense->written = TRUE;
}

/* ---- f64 ------------------------------------------------------------- */

static void
put_doubles (Encoder *e, const double *values, gsize n)
{
  guint8 *at = writer_room (&e->body, n * sizeof (double));

  for (gsize i = 0; i < n; i++) {
    guint64 bits;

    memcpy (&bits, &values[i], sizeof bits);
    bits = GUINT64_TO_LE (bits);
    memcpy (at + i * sizeof bits, &bits, sizeof bits);
  }
  e->body.len += n * sizeof (double);
}

static void
encode_f64 (Encoder *e, const Column *column)
{
  const double *v = column->f64 + e->first;
  g_autofree double *owned = NULL;
  guint p, coding = CODING_DECIMALS;
  gsize n = 0;

  for (gsize i = 0; i < e->n; i++)
    n += v[i] == v[i];
  if (n == 0)
    return;
  if (n < e->n) {
    PUT_BITMAP (e, v[i] == v[i]);
    owned = g_new (double, e->n);
    n = 0;
    for (gsize i = 0; i < e->n; i++) {
      owned[n] = v[i];
      n += v[i] == v[i];
    }
    v = owned;
  }
  p = decimals_find (v, n);
  if (p > DECIMALS_MAX_POWER) {
    coding = CODING_DOUBLES;
    put_doubles (e, v, n);
  } else {
    writer_u8 (&e->body, (guint8) p);
    decimals_convert (v, n, p, e->ints);
    ints_encode (&e->body, e->ints, n,
                 ints_common_power (e->ints, n, INTS_POWERS - 1), NULL, 0,
                 e->scratch);
  }
  put_column (e, column, coding | (n < e->n ? CODING_ABSENTS : 0));
}

/* ---- names, flags ---------------------------------------------------- */

static void
encode_names (Encoder *e, const Column *column)
{
  const guint32 *v = column->u32 + e->first;
  g_autofree guint32 *place = g_new0 (guint32, column->dict->len);
  g_autofree guint32 *used = g_new (guint32, MIN (e->n, column->dict->len));
  gsize n_used = 0;

  for (gsize i = 0; i < e->n; i++) {
    if (v[i] == MD_ABSENT_NAME) {
      e->ints[i] = 0;
      continue;
    }
    if (place[v[i]] == 0) {
      used[n_used++] = v[i];
      place[v[i]] = (guint32) n_used;
    }
    e->ints[i] = place[v[i]];
  }
  if (n_used == 0)
    return;
  writer_varint (&e->body, n_used);
  for (gsize i = 0; i < n_used; i++)
    writer_text (&e->body, column->dict->pdata[used[i]]);
  ints_encode (&e->body, e->ints, e->n, 0, NULL, 0, e->scratch);
  put_column (e, column, CODING_NAMES);
}

static void
encode_flags (Encoder *e, const Column *column)
{
  guint32 any = 0;

  for (gsize i = 0; i < e->n; i++) {
    e->ints[i] = column->u32[e->first + i];
    any |= column->u32[e->first + i];
  }
  if (any == 0)
    return;
  ints_encode (&e->body, e->ints, e->n, 0, NULL, 0, e->scratch);
  put_column (e, column, CODING_INTS);
}

/* ---- texts ----------------------------------------------------------- */

/* A decimal integer exactly as we would print it?                          */
static gboolean
spells_number (const struct md_text *text, gint64 *ret_value)
{
  const char *at = text->ptr, *end = at + text->len;
  gboolean negative = at < end && *at == '-';
  gint64 v = 0;

  at += negative;
  if (at == end || end - at > 19 || (*at == '0' && text->len > 1))
    return FALSE;
  for (; at < end; at++) {
    if (*at < '0' || *at > '9' || __builtin_mul_overflow (v, 10, &v)
        || __builtin_sub_overflow (v, *at - '0', &v))
      return FALSE;
  }
  /* Built downwards, so that the smallest integer fits.                    */
  if (!negative && __builtin_sub_overflow (0, v, &v))
    return FALSE;
  *ret_value = v;
  return TRUE;
}

static gboolean
put_numbers (Encoder *e, const struct md_text *v)
{
  gsize n = 0;

  for (gsize i = 0; i < e->n; i++) {
    if (v[i].ptr != NULL && !spells_number (&v[i], &e->ints[n++]))
      return FALSE;
  }
  ints_encode (&e->body, e->ints, n,
               ints_common_power (e->ints, n, INTS_POWERS - 1), NULL, 0,
               e->scratch);
  return TRUE;
}

static void
put_texts (Encoder *e, const struct md_text *v)
{
  gsize n = 0;

  for (gsize i = 0; i < e->n; i++) {
    if (v[i].ptr != NULL)
      e->ints[n++] = (gint64) v[i].len;
  }
  ints_encode (&e->body, e->ints, n, 0, NULL, 0, e->scratch);
  for (gsize i = 0; i < e->n; i++) {
    if (v[i].ptr != NULL)
      writer_bytes (&e->body, v[i].ptr, v[i].len);
  }
}

static void
encode_text (Encoder *e, const Column *column)
{
  const struct md_text *v = column->text + e->first;
  guint coding = CODING_NUMBERS;
  gsize n = 0;

  for (gsize i = 0; i < e->n; i++)
    n += v[i].ptr != NULL;
  if (n == 0)
    return;
  if (n < e->n)
    PUT_BITMAP (e, v[i].ptr != NULL);
  if (!put_numbers (e, v)) {
    coding = CODING_TEXTS;
    put_texts (e, v);
  }
  put_column (e, column, coding | (n < e->n ? CODING_ABSENTS : 0));
}

/* ---- the payload ----------------------------------------------------- */

static void
encode_column (Encoder *e, gsize c)
{
  const Column *column = &e->columns->cols[c];

  if (column->i64 != NULL)
    encode_integers (e, c);
  else if (column->f64 != NULL)
    encode_f64 (e, column);
  else if (column->text != NULL)
    encode_text (e, column);
  else if (column->u32 != NULL && column->field->type == MD_FIELD_NAME)
    encode_names (e, column);
  else if (column->u32 != NULL)
    encode_flags (e, column);
}

/* Times first, since they place the block; prices from the last to the
 * first, since bars begin where the one before closed.                     */
static void
encode_columns (Encoder *e)
{
  encode_column (e, 0);
  for (gsize c = e->columns->n_cols; c-- > 1;) {
    if (e->columns->cols[c].field->type == MD_FIELD_PRICE)
      encode_column (e, c);
  }
  for (gsize c = 1; c < e->columns->n_cols; c++) {
    if (e->columns->cols[c].field->type != MD_FIELD_PRICE)
      encode_column (e, c);
  }
}

GBytes *
block_encode_payload (const Columns *columns, gsize first, gsize n)
{
  const md_time *ts = columns->cols[0].i64 + first;
  Encoder e = { .columns = columns, .first = first, .n = n };

  g_assert (n > 0 && n <= BLOCK_MAX_ROWS);
  e.dense = g_new0 (Dense, columns->n_cols);
  e.scratch = g_new (gint64, n);
  e.ints = g_new (gint64, n);
  writer_room (&e.out, 64 + n * 8);
  e.out.len = 4;
  writer_varint (&e.out, n);
  writer_varint (&e.out, zigzag (ts[0]));
  writer_varint (&e.out, (guint64) ts[n - 1] - (guint64) ts[0]);
  prepare (&e);
  encode_columns (&e);
  store_u32 (e.out.data, crc32c (0, e.out.data + 4, e.out.len - 4));
  for (gsize c = 0; c < columns->n_cols; c++)
    g_free (e.dense[c].owned);
  g_free (e.dense);
  g_free (e.scratch);
  g_free (e.ints);
  g_free (e.body.data);
  return g_bytes_new_take (g_realloc (e.out.data, e.out.len), e.out.len);
}
