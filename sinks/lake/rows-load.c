/* SPDX-License-Identifier: Apache-2.0
 *
 * rows-load.c - one Arrow array as values for the Parquet writer.
 *
 * Buffers are used where they are; only prices as doubles, times in
 * microseconds and flags are converted, into scratch that is kept.
 */
#include "rows-private.h"

#include <support/decimal.h>
#include <support/row.h>
#include <support/time.h>

#include <stdlib.h>
#include <string.h>

#define DECIMAL_MOST INT64_C (999999999999999999)
#define EXACT_DOUBLE (INT64_C (1) << 53)

/* Room for n converted values; NULL: no memory.                            */
static void *
scratch (struct lake_column *column, size_t n)
{
  if (column->room < n) {
    free (column->words);
    free (column->bits);
    column->words = malloc (n * sizeof (int64_t));
    column->bits = malloc (n / 8 + 1);
    column->room = column->words != NULL && column->bits != NULL ? n : 0;
  }
  return column->room >= n ? column->words : NULL;
}

static int
no_memory (struct md_error *err)
{
  return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
}

static bool
is_there (const struct ArrowArray *array, size_t i)
{
  const uint8_t *bits = array->buffers[0];

  return bits == NULL || (bits[i / 8] >> (i & 7) & 1);
}

/* ---- values that may not fit ----------------------------------------- */

static int
beyond_decimal (const struct lake_rows *rows, const struct lake_column *column,
                const struct ArrowArray *array, struct md_error *err)
{
  const int64_t *prices = array->buffers[1];
  char price[24], time[40];
  size_t i = 0;

  while (!is_there (array, i)
         || (prices[i] <= DECIMAL_MOST && prices[i] >= -DECIMAL_MOST))
    i++;
  price[md_price_format (prices[i], price)] = '\0';
  md_time_format (rows->ts[i], time);
  return md_error_say (
    err, MD_ERR_CONFIG, "%s of %s at %s is %s, and DECIMAL(18,9) ends at "
    "999999999.999999999: set `prices = double`", column->field, rows->symbol,
    time, price);
}

static int
load_decimals (struct lake_rows *rows, struct lake_column *column,
               const struct ArrowArray *array, struct pq_values *values,
               struct md_error *err)
{
  const int64_t *prices = array->buffers[1];
  int64_t beyond = 0;

  /* The absent price is beyond, too.                                       */
  for (int64_t i = 0; i < array->length; i++)
    beyond += (prices[i] > DECIMAL_MOST) | (prices[i] < -DECIMAL_MOST);
  values->i64 = prices;
  return beyond > array->null_count
           ? beyond_decimal (rows, column, array, err) : MD_OK;
}

/* The double nearest to price / 10^9.  Up to 2^53 the division rounds once;
 * beyond, the text is read.                                                */
static double
price_to_double (int64_t price)
{
  char text[24];
  double value = 0;

  if (price <= EXACT_DOUBLE && price >= -EXACT_DOUBLE)
    return (double) price / 1e9;
  md_f64_parse (text, md_price_format (price, text), &value);
  return value;
}

static int
load_doubles (struct lake_column *column, const struct ArrowArray *array,
              struct pq_values *values, struct md_error *err)
{
  const int64_t *prices = array->buffers[1];
  double *out = scratch (column, (size_t) array->length);
  int64_t large = 0;

  if (out == NULL)
    return no_memory (err);
  for (int64_t i = 0; i < array->length; i++) {
    large += (prices[i] > EXACT_DOUBLE) | (prices[i] < -EXACT_DOUBLE);
    out[i] = (double) prices[i] / 1e9;
  }
  for (int64_t i = 0; large > array->null_count && i < array->length; i++)
    out[i] = price_to_double (prices[i]);
  values->f64 = out;
  return MD_OK;
}

static int
too_fine (const struct lake_rows *rows, const struct lake_column *column,
          int64_t t, struct md_error *err)
{
  char time[40];

  md_time_format (t, time);
  return md_error_say (err, MD_ERR_CONFIG,
                       "%s of %s is %s, which microseconds cannot say: set "
                       "`time = ns`", column->field, rows->symbol, time);
}

static int64_t
floor_micros (int64_t t)
{
  return t / 1000 - (t % 1000 < 0);
}

/* Bars must fit; other rows have the exact value in a column beside.       */
static int
load_times (struct lake_rows *rows, struct lake_column *column,
            const struct ArrowArray *array, struct pq_values *values,
            struct md_error *err)
{
  const int64_t *times = array->buffers[1];
  bool is_bar = strcmp (rows->table, "bar") == 0;
  int64_t *out;

  values->i64 = times;
  if (!rows->form.micros)
    return MD_OK;
  out = scratch (column, (size_t) array->length);
  if (out == NULL)
    return no_memory (err);
  for (int64_t i = 0; i < array->length; i++) {
    out[i] = floor_micros (times[i]);
    if (is_bar && out[i] * 1000 != times[i] && is_there (array, (size_t) i))
      return too_fine (rows, column, times[i], err);
  }
  values->i64 = out;
  return MD_OK;
}

static int
load_flags (struct lake_column *column, const struct ArrowArray *array,
            struct pq_values *values, struct md_error *err)
{
  const uint32_t *flags = array->buffers[1];
  int64_t *out = scratch (column, (size_t) array->length);

  if (out == NULL)
    return no_memory (err);
  for (int64_t i = 0; i < array->length; i++)
    out[i] = (int32_t) flags[i];
  values->i64 = out;
  return MD_OK;
}

/* ---- origins --------------------------------------------------------- */

/* Do all rows come from the entry of the first one?                        */
static bool
is_one_origin (const struct ArrowArray *array)
{
  const int32_t *row = array->buffers[1];
  int32_t differ = 0;

  for (int64_t i = 1; i < array->length; i++)
    differ |= row[i] ^ row[0];
  return differ == 0;
}

/* A null in the dictionary is a null of each row that points to it.        */
static const uint8_t *
origin_validity (struct lake_column *column, const struct ArrowArray *array)
{
  const int32_t *row = array->buffers[1];

  if (array->dictionary->null_count == 0)
    return NULL;
  memset (column->bits, 0, (size_t) array->length / 8 + 1);
  for (int64_t i = 0; i < array->length; i++)
    column->bits[i / 8]
      |= (uint8_t) (is_there (array->dictionary, (size_t) row[i]) << (i & 7));
  return column->bits;
}

static int
load_origin (struct lake_rows *rows, struct lake_column *column,
             const struct ArrowArray *array, struct pq_values *values,
             struct md_error *err)
{
  const int32_t *row = array->buffers[1];
  const struct ArrowArray *entries = array->dictionary;
  bool is_time = column->source == LAKE_EXTRACTED;
  const int64_t *times = is_time ? entries->buffers[1] : NULL;
  int64_t *out = scratch (column, (size_t) array->length + 1);

  if (out == NULL)
    return no_memory (err);
  if (is_one_origin (array)) {
    values->shape = is_there (entries, (size_t) row[0]) ? PQ_CONSTANT
                                                        : PQ_ABSENT;
  } else {
    values->valid = origin_validity (column, array);
  }
  if (!is_time) {
    values->index = row;
    values->offset = entries->buffers[1];
    values->text = entries->buffers[2];
    values->n_texts = (size_t) entries->length;
    return MD_OK;
  }
  for (int64_t i = 0; i < array->length; i++)
    out[i] = rows->form.micros ? floor_micros (times[row[i]]) : times[row[i]];
  values->i64 = out;
  return MD_OK;
}

/* ---- columns --------------------------------------------------------- */

static void
load_constant (struct lake_column *column, const char *text,
               struct pq_values *values)
{
  column->offsets[1] = (int32_t) strlen (text);
  values->shape = PQ_CONSTANT;
  values->offset = column->offsets;
  values->text = text;
}

static int
load_child (struct lake_rows *rows, struct lake_column *column,
            const struct ArrowArray *array, struct pq_values *values,
            struct md_error *err)
{
  const struct ArrowArray *texts = array->dictionary;

  if (array->length > 0 && array->null_count == array->length) {
    values->shape = PQ_ABSENT;
    return MD_OK;
  }
  values->valid = array->buffers[0];
  switch (column->source) {
  case LAKE_TIME:
    return load_times (rows, column, array, values, err);
  case LAKE_PRICE:
    return rows->form.doubles ? load_doubles (column, array, values, err)
                              : load_decimals (rows, column, array, values,
                                               err);
  case LAKE_F64:
    values->f64 = array->buffers[1];
    return MD_OK;
  case LAKE_NAME:
    values->index = array->buffers[1];
    values->offset = texts->buffers[1];
    values->text = texts->buffers[2];
    values->n_texts = (size_t) texts->length;
    return MD_OK;
  case LAKE_TEXT:
    values->wide_offset = array->buffers[1];
    values->text = array->buffers[2];
    return MD_OK;
  case LAKE_FLAGS:
    return load_flags (column, array, values, err);
  case LAKE_EXTRACTED: case LAKE_INGESTION:
    return load_origin (rows, column, array, values, err);
  default:
    values->i64 = array->buffers[1];
    return MD_OK;
  }
}

static int
load_column (struct lake_rows *rows, size_t i, const struct ArrowArray *array,
             struct md_error *err)
{
  struct lake_column *column = &rows->columns[i];
  struct pq_values *values = &rows->values[i];

  *values = (struct pq_values) { 0 };
  column->field = rows->nodes[i].name;
  switch (column->source) {
  case LAKE_SYMBOL:
    load_constant (column, rows->symbol, values);
    return MD_OK;
  case LAKE_PROVIDER:
    load_constant (column, rows->provider, values);
    return MD_OK;
  case LAKE_DATASET:
    load_constant (column, rows->dataset, values);
    return MD_OK;
  case LAKE_MOCK:
    column->constant = rows->is_mock;
    values->shape = PQ_CONSTANT;
    values->i64 = &column->constant;
    return MD_OK;
  default:
    return load_child (rows, column, array->children[column->child], values,
                       err);
  }
}

int
lake_rows_load (struct lake_rows *rows, const struct ArrowArray *array,
                struct md_error *err)
{
  int klass = MD_OK;

  rows->n_rows = (size_t) array->length;
  rows->ts = array->children[0]->buffers[1];
  for (size_t i = 0; i < rows->n && klass == MD_OK && rows->n_rows > 0; i++)
    klass = load_column (rows, i, array, err);
  return klass;
}
