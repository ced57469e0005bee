/* SPDX-License-Identifier: Apache-2.0
 *
 * columns.h - rows of one series as columns: what workers build, blocks
 * hold, and sinks and exports read.
 *
 * One column per field of the table except MD_FIELD_SERIES; column 0 is
 * always `ts`.  A column without storage is absent in every row (flags: 0);
 * one with storage may be, too.  Not thread-safe; handed from thread to
 * thread as a whole.
 */
#pragma once

#include <glib.h>
#include <mdcore.h>

typedef struct {
  const struct md_field *field;
  /* One of these by field->type, NULL while every value is absent.         */
  gint64  *i64;        /* i64, time, price                                  */
  double  *f64;
  guint32 *u32;        /* flags; name: index into dict or MD_ABSENT_NAME    */
  struct md_text *text; /* points into `heap` chunks owned by the columns   */
  GPtrArray *dict;     /* name: owned strings in order of first use         */
} Column;

typedef struct {
  const struct md_table *table;
  gsize n, capacity;   /* rows                                              */
  gsize n_cols;
  Column *cols;
  guint64 *commit;     /* per row, or NULL when not read from a store       */
  gsize bytes;         /* memory held, for the engine's budget              */
  struct ColumnsHeap *heap;
} Columns;

Columns *columns_new (const struct md_table *table);
void columns_free (Columns *columns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Columns, columns_free)

/* Appends n records, `stride` bytes apart; names[id] is the text of each
 * interned id; ids are below n_names or MD_ABSENT_NAME (the caller has
 * checked).  Members beyond `stride` are absent, every NaN becomes the
 * absent one.  All rows go to this one series: the caller has split by
 * symbol.                                                                  */
void columns_append_rows (Columns *columns, const void *rows, gsize n,
                          gsize stride, const char *const *names,
                          gsize n_names);
/* Sets these bits in the `flags` of every row.                             */
void columns_set_flags (Columns *columns, guint32 flags);
/* Copies rows [first, first + n) of another object of the same table.      */
void columns_append_from (Columns *columns, const Columns *from, gsize first,
                          gsize n);
const Column *columns_column (const Columns *columns, const char *name);

/* Stable by ts; newest_first reverses first, so that equal times come out in
 * the order in which they happened when the vendor pages backwards.  No-op
 * (checked in one pass) when already in order; with newest_first only when
 * all times differ as well.                                                */
void columns_sort (Columns *columns, gboolean newest_first);
/* First row with ts >= t.                                                  */
gsize columns_lower_bound (const Columns *columns, md_time t);
/* Removes the rows i with drop[i] != 0; drop has one byte a row.           */
void columns_remove (Columns *columns, const guint8 *drop);

/* Key: (ts, venue, fields flagged MD_FIELD_KEY); -1, 0, 1.  Rows of equal
 * key are told apart by their ordinal, i.e. their order.                   */
int columns_key_compare (const Columns *a, gsize i, const Columns *b, gsize j);
/* All fields equal (doubles bit for bit, absent equals absent).            */
gboolean columns_row_equal (const Columns *a, gsize i, const Columns *b,
                            gsize j);
