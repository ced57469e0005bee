/* SPDX-License-Identifier: Apache-2.0
 *
 * encode.c - rows as PostgreSQL's binary COPY takes them.
 * https://www.postgresql.org/docs/15/sql-copy.html ("Binary Format"); numeric
 * as numeric_recv in PostgreSQL's numeric.c reads it.
 */
#include "pg.h"

#include <support/arrow.h>

#include <stdlib.h>
#include <string.h>

#define EPOCH_US INT64_C (946684800000000) /* 2000-01-01                     */
#define SEND_AT (256u << 10)

/* ---- numbers --------------------------------------------------------------- */

int64_t
pg_time (md_time t, int16_t *ret_ns)
{
  int64_t us = t / 1000;
  int16_t ns = (int16_t) (t % 1000);

  if (ns < 0) {
    ns = (int16_t) (ns + 1000);
    us--;
  }
  *ret_ns = ns;
  if (t == INT64_MIN || t == INT64_MAX) {
    *ret_ns = 0;
    return t;
  }
  return us - EPOCH_US;
}

static unsigned char *
put16 (unsigned char *at, uint16_t v)
{
  at[0] = (unsigned char) (v >> 8);
  at[1] = (unsigned char) v;
  return at + 2;
}

static unsigned char *
put32 (unsigned char *at, uint32_t v)
{
  return put16 (put16 (at, (uint16_t) (v >> 16)), (uint16_t) v);
}

static unsigned char *
put64 (unsigned char *at, uint64_t v)
{
  return put32 (put32 (at, (uint32_t) (v >> 32)), (uint32_t) v);
}

/* Digits after the point that are needed.                                   */
static uint16_t
scale_of (uint32_t fraction)
{
  uint16_t scale = 9;

  if (fraction == 0)
    return 0;
  for (; fraction % 10 == 0; fraction /= 10)
    scale--;
  return scale;
}

/* Six digits of base 10000: three before the point, three after it.         */
size_t
pg_numeric (md_price price, unsigned char *buf)
{
  uint64_t size = price < 0 ? 0 - (uint64_t) price : (uint64_t) price;
  uint64_t whole = size / 1000000000;
  uint32_t fraction = (uint32_t) (size % 1000000000);
  uint64_t rest = (uint64_t) fraction * 1000;
  const uint16_t digits[6] = {
    (uint16_t) (whole / 100000000), (uint16_t) (whole / 10000 % 10000),
    (uint16_t) (whole % 10000), (uint16_t) (rest / 100000000),
    (uint16_t) (rest / 10000 % 10000), (uint16_t) (rest % 10000)
  };
  int first = 0, end = 6;
  unsigned char *at = buf;

  while (first < 6 && digits[first] == 0)
    first++;
  while (end > first && digits[end - 1] == 0)
    end--;
  at = put16 (at, (uint16_t) (end - first));
  at = put16 (at, (uint16_t) (int16_t) (end == first ? 0 : 2 - first));
  at = put16 (at, price < 0 ? 0x4000 : 0);
  at = put16 (at, scale_of (fraction));
  for (int i = first; i < end; i++)
    at = put16 (at, digits[i]);
  return (size_t) (at - buf);
}

/* ---- bytes ----------------------------------------------------------------- */

static bool
reserve (struct pg_bytes *bytes, size_t more)
{
  size_t size = bytes->size;
  unsigned char *data;

  if (bytes->len + more <= size)
    return true;
  size = 2 * (bytes->len + more);
  data = realloc (bytes->data, size);
  if (data == NULL)
    return false;
  bytes->data = data;
  bytes->size = size;
  return true;
}

bool
pg_bytes_add (struct pg_bytes *bytes, const void *data, size_t len)
{
  if (len == 0)
    return true;
  if (!reserve (bytes, len))
    return false;
  memcpy (bytes->data + bytes->len, data, len);
  bytes->len += len;
  return true;
}

/* ---- cells ----------------------------------------------------------------- */

#define CELL_MAX 48 /* of everything but texts: a time with its rest         */

static unsigned char *
put_null (unsigned char *at)
{
  return put32 (at, UINT32_MAX);
}

static unsigned char *
put_time (unsigned char *at, md_time t, bool has_ns)
{
  int16_t ns;

  at = put64 (put32 (at, 8), (uint64_t) pg_time (t, &ns));
  return has_ns ? put16 (put32 (at, 2), (uint16_t) ns) : at;
}

static unsigned char *
put_f64 (unsigned char *at, double value)
{
  uint64_t bits;

  memcpy (&bits, &value, sizeof bits);
  return put64 (put32 (at, 8), bits);
}

static unsigned char *
put_price (unsigned char *at, enum pg_prices as, md_price price)
{
  size_t len;

  switch (as) {
  case PG_BIGINT:
    return put64 (put32 (at, 8), (uint64_t) price);
  case PG_DOUBLE:
    return put_f64 (at, (double) price / 1e9);
  default:
    len = pg_numeric (price, at + 4);
    put32 (at, (uint32_t) len);
    return at + 4 + len;
  }
}

static bool
put_text (struct pg_bytes *out, struct md_text text)
{
  unsigned char len[4];

  put32 (len, (uint32_t) text.len);
  return pg_bytes_add (out, len, 4) && pg_bytes_add (out, text.ptr, text.len);
}

static bool
put_cell (struct pg *pg, const struct pg_column *column,
          const struct ArrowArray *array, int64_t row)
{
  const int64_t *i64 = array->buffers[1];
  const int32_t *i32 = array->buffers[1];
  const double *f64 = array->buffers[1];
  struct pg_bytes *out = &pg->out;
  unsigned char *at;

  if (!reserve (out, CELL_MAX))
    return false;
  at = out->data + out->len;
  if (array->null_count == array->length || md_arrow_is_null (array, row)) {
    at = put_null (at);
    at = column->has_ns ? put_null (at) : at;
  } else if (column->type == MD_FIELD_TIME)
    at = put_time (at, i64[row], column->has_ns);
  else if (column->type == MD_FIELD_PRICE)
    at = put_price (at, pg->prices, i64[row]);
  else if (column->type == MD_FIELD_I64)
    at = put64 (put32 (at, 8), (uint64_t) i64[row]);
  else if (column->type == MD_FIELD_F64)
    at = put_f64 (at, f64[row]);
  else if (column->type == MD_FIELD_FLAGS)
    at = put32 (put32 (at, 4), (uint32_t) i32[row]);
  else if (column->type == MD_FIELD_NAME)
    return put_text (out, md_arrow_dictionary_text (array->dictionary,
                                                    i32[row]));
  else
    return put_text (out, md_arrow_text (array, row));
  out->len = (size_t) (at - out->data);
  return true;
}

static void
count_ord (struct pg *pg, md_time ts)
{
  pg->ord = ts == pg->last_ts ? pg->ord + 1 : 0;
  pg->last_ts = ts;
}

/* instrument, ts, ts_ns if ticks, ord, the columns, ingestion.              */
static bool
put_row (struct pg *pg, const struct ArrowArray *array, int64_t row,
         int n_cells, int32_t ingestion)
{
  const struct pg_table *table = pg->table;
  md_time ts = ((const int64_t *) array->children[0]->buffers[1])[row];
  unsigned char *at;

  if (!reserve (&pg->out, 64))
    return false;
  count_ord (pg, ts);
  at = put16 (pg->out.data + pg->out.len, (uint16_t) n_cells);
  at = put32 (put32 (at, 4), (uint32_t) pg->instrument);
  at = put_time (at, ts, table->is_tick);
  at = put32 (put32 (at, 4), (uint32_t) pg->ord);
  pg->out.len = (size_t) (at - pg->out.data);
  for (size_t i = 0; i < table->n_columns; i++) {
    const struct pg_column *column = &table->columns[i];

    if (!put_cell (pg, column, array->children[column->child], row))
      return false;
  }
  if (!reserve (&pg->out, 8))
    return false;
  at = pg->out.data + pg->out.len;
  at = ingestion == 0 ? put_null (at)
                      : put32 (put32 (at, 4), (uint32_t) ingestion);
  pg->out.len = (size_t) (at - pg->out.data);
  return true;
}

static int
count_cells (const struct pg_table *table)
{
  int n = 4 + table->is_tick;

  for (size_t i = 0; i < table->n_columns; i++)
    n += 1 + table->columns[i].has_ns;
  return n;
}

static int
flush (struct pg *pg, struct md_error *err)
{
  int sent = PQputCopyData (pg->conn, (const char *) pg->out.data,
                            (int) pg->out.len);

  pg->out.len = 0;
  return sent == 1 ? MD_OK : pg_fail (pg, NULL, "send rows", err);
}

/* A bar's time is whole microseconds, or the table could not hold it.       */
static int
check_time (const struct pg *pg, md_time ts, struct md_error *err)
{
  if (pg->table->is_tick || ts % 1000 == 0)
    return MD_OK;
  return pg_error (err, MD_ERR_REQUEST,
                   "a bar of %s begins %d ns after a microsecond, which "
                   "timestamptz cannot hold", pg->segment->symbol,
                   (int) (ts % 1000));
}

int
pg_put_rows (struct pg *pg, const struct ArrowArray *array,
             const int32_t *ingestions, struct md_error *err)
{
  static const unsigned char head[19] = "PGCOPY\n\377\r\n";
  const struct ArrowArray *origin = array->children[array->n_children - 1];
  const int64_t *ts = array->children[0]->buffers[1];
  const int32_t *entry = origin->buffers[1];
  int n = count_cells (pg->table), klass = MD_OK;

  pg->out.len = 0;
  if (!pg_bytes_add (&pg->out, head, sizeof head))
    return pg_error (err, MD_ERR_INTERNAL, "out of memory");
  for (int64_t row = 0; klass == MD_OK && row < array->length; row++) {
    klass = check_time (pg, ts[row], err);
    if (klass == MD_OK
        && !put_row (pg, array, row, n,
                     md_arrow_is_null (origin, row) ? 0
                                                    : ingestions[entry[row]]))
      klass = pg_error (err, MD_ERR_INTERNAL, "out of memory");
    if (klass == MD_OK && pg->out.len >= SEND_AT)
      klass = flush (pg, err);
  }
  if (klass == MD_OK && !pg_bytes_add (&pg->out, "\377\377", 2))
    klass = pg_error (err, MD_ERR_INTERNAL, "out of memory");
  return klass == MD_OK ? flush (pg, err) : klass;
}
