/* SPDX-License-Identifier: Apache-2.0
 *
 * bounds.c - the least and greatest value of a page, as its statistics and
 * the page index tell them.
 */
#include "column.h"

#include <stdlib.h>

static double
as_double (uint64_t bits)
{
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static void
put_number (uint8_t *out, uint8_t *ret_len, uint64_t bits, enum pq_kind kind)
{
  *ret_len = kind == PQ_BOOL ? 1 : kind == PQ_I32 ? 4 : 8;
  for (unsigned i = 0; i < *ret_len; i++)
    out[i] = (uint8_t) (bits >> 8 * i);
}

static void
of_integers (const struct pq_column *column, struct pq_bounds *bounds)
{
  int64_t min = INT64_MAX, max = INT64_MIN;

  for (size_t i = 0; i < column->n_words; i++) {
    int64_t value = (int64_t) column->words[i];

    min = value < min ? value : min;
    max = value > max ? value : max;
  }
  bounds->any = column->n_words > 0;
  put_number (bounds->min, &bounds->min_len, (uint64_t) min, column->kind);
  put_number (bounds->max, &bounds->max_len, (uint64_t) max, column->kind);
}

static void
of_doubles (const struct pq_column *column, struct pq_bounds *bounds)
{
  double min = 0, max = 0;
  uint64_t bits;

  for (size_t i = 0; i < column->n_words; i++) {
    double value = as_double (column->words[i]);

    if (value != value)
      continue;
    min = !bounds->any || value < min ? value : min;
    max = !bounds->any || value > max ? value : max;
    bounds->any = true;
  }
  /* Zeros have two signs and compare equal: the bounds include both.       */
  min = min == 0 ? -0.0 : min;
  max = max == 0 ? 0.0 : max;
  memcpy (&bits, &min, sizeof bits);
  put_number (bounds->min, &bounds->min_len, bits, PQ_F64);
  memcpy (&bits, &max, sizeof bits);
  put_number (bounds->max, &bounds->max_len, bits, PQ_F64);
}

static int
compare_texts (const void *a, size_t a_len, const void *b, size_t b_len)
{
  size_t len = a_len < b_len ? a_len : b_len;
  int order = len > 0 ? memcmp (a, b, len) : 0;

  return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

struct range {
  const char *min, *max;
  size_t min_len, max_len;
};

static void
widen (struct range *range, const char *text, size_t len)
{
  if (range->min == NULL
      || compare_texts (text, len, range->min, range->min_len) < 0) {
    range->min = text;
    range->min_len = len;
  }
  if (range->max == NULL
      || compare_texts (text, len, range->max, range->max_len) > 0) {
    range->max = text;
    range->max_len = len;
  }
}

/* Only entries that the page uses; false: no memory.                       */
static bool
widen_by_index (const struct pq_column *column, struct range *range)
{
  uint8_t *used = calloc (column->dictionary.n + 1, 1);

  if (used == NULL)
    return false;
  for (size_t i = 0; i < column->n_words; i++)
    used[column->indexes[i]] = 1;
  for (uint32_t i = 0; i < column->dictionary.n; i++) {
    size_t len;
    const char *text = pq_dictionary_get_text (&column->dictionary, i, &len);

    if (used[i])
      widen (range, text, len);
  }
  free (used);
  return true;
}

static void
of_texts (const struct pq_column *column, bool by_index,
          struct pq_bounds *bounds)
{
  struct range range = { 0 };
  const char *text = column->text.data != NULL
                       ? (const char *) column->text.data : "";

  bounds->any = column->n_words > 0;
  if (by_index)
    bounds->too_long = !widen_by_index (column, &range);
  for (size_t i = 0; !by_index && i < column->n_words; i++) {
    widen (&range, text, column->words[i]);
    text += column->words[i];
  }
  if (range.min_len > PQ_BOUND_TEXT || range.max_len > PQ_BOUND_TEXT)
    bounds->too_long = true;
  if (bounds->too_long || !bounds->any)
    return;
  bounds->min_len = (uint8_t) range.min_len;
  bounds->max_len = (uint8_t) range.max_len;
  memcpy (bounds->min, range.min, range.min_len);
  memcpy (bounds->max, range.max, range.max_len);
}

void
pq_bounds_of (const struct pq_column *column, bool by_index,
              struct pq_bounds *ret_bounds)
{
  *ret_bounds = (struct pq_bounds) { 0 };
  if (pq_is_text (column))
    of_texts (column, by_index, ret_bounds);
  else if (column->kind == PQ_F64)
    of_doubles (column, ret_bounds);
  else
    of_integers (column, ret_bounds);
}

uint64_t
pq_bounds_number (const uint8_t *in, size_t len)
{
  uint64_t bits = 0;

  for (size_t i = 0; i < len && i < 8; i++)
    bits |= (uint64_t) in[i] << 8 * i;
  return len == 4 ? (uint64_t) (int64_t) (int32_t) bits : bits;
}

int
pq_bounds_compare (const uint8_t *a, size_t a_len, const uint8_t *b,
                   size_t b_len, enum pq_kind kind)
{
  uint64_t x, y;

  if (kind == PQ_TEXT)
    return compare_texts (a, a_len, b, b_len);
  x = pq_bounds_number (a, a_len);
  y = pq_bounds_number (b, b_len);
  if (kind == PQ_F64)
    return (as_double (x) > as_double (y)) - (as_double (x) < as_double (y));
  return ((int64_t) x > (int64_t) y) - ((int64_t) x < (int64_t) y);
}

void
pq_bounds_join (struct pq_bounds *bounds, const struct pq_bounds *more,
                enum pq_kind kind)
{
  if (!more->any)
    return;
  if (!bounds->any) {
    *bounds = *more;
    return;
  }
  bounds->too_long |= more->too_long;
  if (bounds->too_long)
    return;
  if (pq_bounds_compare (more->min, more->min_len, bounds->min,
                         bounds->min_len, kind) < 0) {
    bounds->min_len = more->min_len;
    memcpy (bounds->min, more->min, sizeof bounds->min);
  }
  if (pq_bounds_compare (more->max, more->max_len, bounds->max,
                         bounds->max_len, kind) > 0) {
    bounds->max_len = more->max_len;
    memcpy (bounds->max, more->max, sizeof bounds->max);
  }
}
