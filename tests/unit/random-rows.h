/* SPDX-License-Identifier: Apache-2.0
 *
 * random-rows.h - records of any table with values of every awkward kind,
 * and the comparison of columns with them that knows nothing of our code.
 */
#pragma once

#include "data/columns.h"
#include "data/table.h"

#include <string.h>

typedef struct {
  const struct md_table *table;
  guint8 *data;
  gsize n, stride;
  GPtrArray *names;  /* of char *, by id                                    */
  GPtrArray *texts;  /* owns what text fields point to                      */
} RandomRows;

static inline void
random_rows_free (RandomRows *rows)
{
  g_free (rows->data);
  g_ptr_array_unref (rows->names);
  g_ptr_array_unref (rows->texts);
  g_free (rows);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RandomRows, random_rows_free)

static inline guint64
random_u64 (GRand *rand)
{
  return (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
}

static inline gboolean
one_in (GRand *rand, gint32 n)
{
  return g_rand_int_range (rand, 0, n) == 0;
}

static inline gint64
random_i64 (GRand *rand, guint style, gint64 before)
{
  static const gint64 extremes[] = { G_MININT64, G_MININT64 + 1, -1, 0, 1,
                                     G_MAXINT64 - 1, G_MAXINT64 };
  gint64 step = g_rand_int_range (rand, -200, 200);

  switch (style) {
  case 1: /* constant                                                       */
    return 4711;
  case 2: /* prices on a tick                                               */
    return (before == MD_ABSENT ? 187 * MD_PRICE_ONE : before)
           + step * 10000000;
  case 3: /* the same, some absent                                          */
    return one_in (rand, 9) ? MD_ABSENT : 41 * MD_PRICE_ONE + step * 1000;
  case 4:
    return extremes[g_rand_int_range (rand, 0, G_N_ELEMENTS (extremes))];
  case 5:
    return (gint64) random_u64 (rand);
  case 6: /* nearly all absent                                              */
    return one_in (rand, 50) ? step : MD_ABSENT;
  case 7: /* small counts                                                   */
    return g_rand_int_range (rand, 0, 400);
  default:
    return MD_ABSENT;
  }
}

static inline double
random_f64 (GRand *rand, guint style)
{
  static const double odd[] = { -0.0, 0.0, 4.9406564584124654e-324, 1e308,
                                -1e308, 0.1, 1.0 / 3, 9007199254740993.0,
                                1.0 / 0.0, -1.0 / 0.0 };
  guint64 bits = random_u64 (rand);
  double v;

  switch (style) {
  case 1:
    return g_rand_int_range (rand, 0, 1000000);
  case 2:
    return g_rand_int_range (rand, 0, 100000000) / 1e4;
  case 3:
    return one_in (rand, 5) ? md_absent_f64 ()
                            : g_rand_int_range (rand, 0, 100000) / 1e2;
  case 4: /* NaN payloads, denormals, everything                            */
    if (one_in (rand, 3))
      bits |= G_GUINT64_CONSTANT (0x7ff0000000000000);
    memcpy (&v, &bits, sizeof v);
    return v;
  case 5:
    return odd[g_rand_int_range (rand, 0, G_N_ELEMENTS (odd))];
  case 6:
    return g_rand_double (rand);
  default:
    return md_absent_f64 ();
  }
}

static inline struct md_text
random_text (RandomRows *rows, GRand *rand, guint style, gint64 *serial)
{
  g_autofree char *text = NULL;

  *serial += g_rand_int_range (rand, -2, 9);
  switch (style) {
  case 1:
    text = g_strdup_printf ("%" G_GINT64_FORMAT, *serial);
    break;
  case 2: /* some are no canonical numbers                                  */
    text = g_strdup_printf (one_in (rand, 40) ? "0%d" : "%d",
                            g_rand_int_range (rand, 0, 3));
    break;
  case 3:
    if (one_in (rand, 3))
      return (struct md_text) { NULL, 0 };
    text = one_in (rand, 3) ? g_strdup ("")
                            : g_strdup_printf ("id-%x", g_rand_int (rand));
    break;
  case 4:
    if (one_in (rand, 2))
      return (struct md_text) { NULL, 0 };
    text = g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) random_u64 (rand));
    break;
  default:
    return (struct md_text) { NULL, 0 };
  }
  g_ptr_array_add (rows->texts, text);
  return (struct md_text) { text, strlen (g_steal_pointer (&text)) };
}

static inline void
random_column (RandomRows *rows, const struct md_field *field, GRand *rand)
{
  guint style = (guint) g_rand_int_range (rand, 0, 8);
  gint64 before = MD_ABSENT, serial = G_GINT64_CONSTANT (8123456789);

  for (gsize i = 0; i < rows->n; i++) {
    guint8 *at = rows->data + i * rows->stride + field->offset;
    double f64;
    guint32 u32;
    struct md_text text;

    switch (field->type) {
    case MD_FIELD_F64:
      f64 = random_f64 (rand, style);
      memcpy (at, &f64, sizeof f64);
      break;
    case MD_FIELD_NAME:
      u32 = style < 2 || one_in (rand, 6)
              ? MD_ABSENT_NAME
              : (guint32) g_rand_int_range (rand, 0, (gint) rows->names->len);
      if (style == 7)
        u32 = 0;
      memcpy (at, &u32, sizeof u32);
      break;
    case MD_FIELD_FLAGS:
      u32 = style < 5 ? 0 : g_rand_int (rand) >> (style == 5 ? 27 : 0);
      memcpy (at, &u32, sizeof u32);
      break;
    case MD_FIELD_TEXT:
      text = random_text (rows, rand, style, &serial);
      memcpy (at, &text, sizeof text);
      break;
    default:
      before = random_i64 (rand, style, before);
      memcpy (at, &before, sizeof before);
      break;
    }
  }
}

static inline int
compare_times (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* Ascending; never MD_ABSENT, which the engine does not let through.       */
static inline void
random_times (RandomRows *rows, GRand *rand)
{
  g_autofree gint64 *ts = g_new (gint64, rows->n);
  guint style = (guint) g_rand_int_range (rand, 0, 6);

  for (gsize i = 0; i < rows->n; i++) {
    gint64 step = (gint64) i;

    if (style == 0) /* minutes since 2024                                   */
      ts[i] = G_GINT64_CONSTANT (1704067200) * MD_SECOND + step * MD_MINUTE;
    else if (style == 1) /* ns, often equal                                 */
      ts[i] = G_GINT64_CONSTANT (1704067200) * MD_SECOND
              + g_rand_int_range (rand, 0, (gint) rows->n);
    else if (style == 2) /* before 1970                                     */
      ts[i] = -g_rand_int_range (rand, 1, 30000) * MD_DAY;
    else if (style == 3)
      ts[i] = 0;
    else if (style == 4)
      ts[i] = one_in (rand, 2) ? G_MININT64 : G_MAXINT64 - 1;
    else
      ts[i] = MIN ((gint64) random_u64 (rand), G_MAXINT64 - 1);
  }
  qsort (ts, rows->n, sizeof *ts, compare_times);
  for (gsize i = 0; i < rows->n; i++)
    memcpy (rows->data + i * rows->stride, &ts[i], sizeof *ts);
}

static inline RandomRows *
random_rows (const struct md_table *table, gsize n, GRand *rand)
{
  RandomRows *rows = g_new0 (RandomRows, 1);

  rows->table = table;
  rows->n = n;
  rows->stride = table->record_size + 8u * (gsize) one_in (rand, 2);
  rows->data = g_malloc0 (MAX (n, 1) * rows->stride);
  rows->names = g_ptr_array_new_with_free_func (g_free);
  rows->texts = g_ptr_array_new_with_free_func (g_free);
  for (int i = g_rand_int_range (rand, 1, 200); i > 0; i--)
    g_ptr_array_add (rows->names, g_strdup_printf ("NAME%d", i % 150));
  for (gsize f = 1; f < table->n_fields; f++)
    random_column (rows, table_field_at (table, f), rand);
  random_times (rows, rand);
  return rows;
}

static inline void
random_rows_append (const RandomRows *rows, gsize first, gsize n, Columns *to)
{
  columns_append_rows (to, rows->data + first * rows->stride, n, rows->stride,
                       (const char *const *) rows->names->pdata,
                       rows->names->len);
}

/* ---- what came out --------------------------------------------------- */

static inline void
assert_value (const RandomRows *rows, gsize row, const Column *column,
              gsize at)
{
  const guint8 *field = rows->data + row * rows->stride
                        + column->field->offset;
  gint64 i64, bits;
  double f64;
  guint32 u32;
  struct md_text text;

  switch (column->field->type) {
  case MD_FIELD_F64:
    memcpy (&f64, field, sizeof f64);
    if (f64 != f64)
      f64 = md_absent_f64 ();
    memcpy (&i64, &f64, sizeof i64);
    f64 = column->f64 != NULL ? column->f64[at] : md_absent_f64 ();
    memcpy (&bits, &f64, sizeof bits);
    g_assert_cmpint (bits, ==, i64);
    break;
  case MD_FIELD_NAME:
    memcpy (&u32, field, sizeof u32);
    if (u32 == MD_ABSENT_NAME)
      g_assert_true (column->u32 == NULL || column->u32[at] == u32);
    else
      g_assert_cmpstr (column->dict->pdata[column->u32[at]], ==,
                       rows->names->pdata[u32]);
    break;
  case MD_FIELD_FLAGS:
    memcpy (&u32, field, sizeof u32);
    g_assert_cmpuint (column->u32 != NULL ? column->u32[at] : 0, ==, u32);
    break;
  case MD_FIELD_TEXT:
    memcpy (&text, field, sizeof text);
    if (text.ptr == NULL) {
      g_assert_true (column->text == NULL || column->text[at].ptr == NULL);
    } else {
      g_assert_nonnull (column->text[at].ptr);
      g_assert_cmpmem (column->text[at].ptr, column->text[at].len, text.ptr,
                       text.len);
    }
    break;
  default:
    memcpy (&i64, field, sizeof i64);
    g_assert_cmpint (column->i64 != NULL ? column->i64[at] : MD_ABSENT, ==,
                     i64);
    break;
  }
}

/* Record `row` is what the columns hold at `at`.                           */
static inline void
assert_row (const RandomRows *rows, gsize row, const Columns *columns,
            gsize at)
{
  for (gsize c = 0; c < columns->n_cols; c++)
    assert_value (rows, row, &columns->cols[c], at);
}

static inline void
assert_rows (const RandomRows *rows, gsize first, gsize n,
             const Columns *columns, gsize at)
{
  for (gsize i = 0; i < n; i++)
    assert_row (rows, first + i, columns, at + i);
}

static const guint every_record[]
  = { MD_BAR, MD_TRADE, MD_QUOTE, MD_TBBO, MD_STATISTIC, MD_HALT,
      MD_INSTRUMENT, MD_ACTION, MD_SESSION };
