/* SPDX-License-Identifier: Apache-2.0
 *
 * column.c - rows into the page that is being made.
 *
 * Values are laid side by side without the nulls between them; levels are
 * kept as bytes and only from the first null of a page on.
 */
#include "column.h"

#include <stdlib.h>

bool
pq_column_init (struct pq_column *column, enum pq_kind kind, unsigned max_def,
                unsigned max_rep)
{
  *column = (struct pq_column) { .kind = kind, .max_def = max_def,
                                 .max_rep = max_rep };
  column->word_room = column->level_room = PQ_PAGE_ROWS;
  column->words = malloc (PQ_PAGE_ROWS * sizeof *column->words);
  column->indexes = malloc (PQ_PAGE_ROWS * sizeof *column->indexes);
  column->def = malloc (PQ_PAGE_ROWS);
  column->rep = max_rep > 0 ? malloc (PQ_PAGE_ROWS) : NULL;
  return column->words != NULL && column->indexes != NULL
         && column->def != NULL && (max_rep == 0 || column->rep != NULL);
}

void
pq_chunk_clear (struct pq_chunk *chunk)
{
  free (chunk->pages);
  *chunk = (struct pq_chunk) { 0 };
}

void
pq_column_clear (struct pq_column *column)
{
  free (column->words);
  free (column->indexes);
  free (column->def);
  free (column->rep);
  pq_bytes_clear (&column->text);
  pq_bytes_clear (&column->pages);
  pq_dictionary_clear (&column->dictionary);
  pq_chunk_clear (&column->chunk);
}

/* ---- levels ---------------------------------------------------------- */

static bool
is_valid (const struct pq_values *values, size_t i)
{
  size_t bit = values->first + i;

  return values->valid == NULL || (values->valid[bit / 8] >> (bit & 7) & 1);
}

/* Levels of the rows so far are written out once a null turns up.          */
static void
begin_nulls (struct pq_column *column)
{
  if (column->n_nulls == 0)
    memset (column->def, (int) column->max_def, column->n_levels);
}

static void
append_absent (struct pq_column *column, size_t n)
{
  begin_nulls (column);
  memset (column->def + column->n_levels, 0, n);
  column->n_levels += n;
  column->n_nulls += n;
}

/* Levels of n rows; returns how many of them have a value.                 */
static size_t
append_valid (struct pq_column *column, const struct pq_values *values,
              size_t from, size_t n)
{
  uint8_t *def = column->def + column->n_levels;
  size_t n_valid = 0;

  if (values->valid == NULL && column->n_nulls == 0) {
    column->n_levels += n;
    return n;
  }
  begin_nulls (column);
  for (size_t i = 0; i < n; i++) {
    def[i] = is_valid (values, from + i);
    n_valid += def[i];
  }
  column->n_levels += n;
  column->n_nulls += n - n_valid;
  return n_valid;
}

/* ---- values ---------------------------------------------------------- */

/* Copies the rows that have a value.  The write behind the last one is
 * undone by not counting it: no branch a row.                              */
static void
append_words (struct pq_column *column, const struct pq_values *values,
              size_t from, size_t n, size_t n_valid)
{
  const void *source = values->i64 != NULL ? (const void *) values->i64
                                           : (const void *) values->f64;
  const uint64_t *in = (const uint64_t *) source + values->first + from;
  uint64_t *out = column->words + column->n_words;

  if (n_valid == n) {
    memcpy (out, in, n * sizeof *out);
  } else {
    for (size_t i = 0, at = 0; at < n_valid; i++) {
      out[at] = in[i];
      at += is_valid (values, from + i);
    }
  }
  column->n_words += n_valid;
}

static void
get_text (const struct pq_values *values, size_t i, const char **ret_text,
          size_t *ret_len)
{
  size_t row = values->shape == PQ_CONSTANT ? values->first
                                            : values->first + i;
  size_t at = values->index != NULL ? (size_t) values->index[row] : row;

  if (values->offset != NULL) {
    *ret_text = values->text + values->offset[at];
    *ret_len = (size_t) (values->offset[at + 1] - values->offset[at]);
  } else {
    *ret_text = values->text + values->wide_offset[at];
    *ret_len = (size_t) (values->wide_offset[at + 1]
                         - values->wide_offset[at]);
  }
}

/* The dictionary has become too large: the page's texts in full.           */
static void
spell_out (struct pq_column *column)
{
  for (size_t i = 0; i < column->n_words; i++) {
    size_t len;
    const char *text = pq_dictionary_get_text (&column->dictionary,
                                               column->indexes[i], &len);

    column->words[i] = len;
    pq_bytes_put (&column->text, text, len);
  }
  column->mode = PQ_DIRECT;
}

static void
append_text (struct pq_column *column, const char *text, size_t len)
{
  if (column->mode != PQ_DIRECT) {
    if (pq_dictionary_text (&column->dictionary, text, len,
                            &column->indexes[column->n_words])) {
      column->n_words++;
      return;
    }
    spell_out (column);
  }
  column->words[column->n_words++] = len;
  pq_bytes_put (&column->text, text, len);
}

/* Texts that come as indexes are looked up once a batch, not once a row.   */
static bool
append_indexes (struct pq_column *column, const struct pq_values *values,
                size_t from, size_t n)
{
  uint32_t *known = malloc ((values->n_texts + 1) * sizeof *known);

  if (known == NULL)
    return false;
  memset (known, 0xff, values->n_texts * sizeof *known);
  for (size_t i = 0; i < n; i++) {
    int32_t asked = values->index[values->first + from + i];
    const char *text;
    size_t len;

    if (!is_valid (values, from + i))
      continue;
    if (column->mode != PQ_DIRECT && known[asked] != UINT32_MAX) {
      column->indexes[column->n_words++] = known[asked];
      continue;
    }
    get_text (values, from + i, &text, &len);
    append_text (column, text, len);
    if (column->mode != PQ_DIRECT)
      known[asked] = column->indexes[column->n_words - 1];
  }
  free (known);
  return true;
}

static bool
append_texts (struct pq_column *column, const struct pq_values *values,
              size_t from, size_t n)
{
  const char *text;
  size_t len;

  if (values->index != NULL && values->shape == PQ_ROWS)
    return append_indexes (column, values, from, n);
  for (size_t i = 0; i < n; i++) {
    if (!is_valid (values, from + i))
      continue;
    get_text (values, from + i, &text, &len);
    append_text (column, text, len);
  }
  return true;
}

static void
append_constant (struct pq_column *column, const struct pq_values *values,
                 size_t n)
{
  size_t first = column->n_words;
  const char *text = NULL;
  size_t len = 0;

  if (n == 0)
    return;
  if (pq_is_text (column)) {
    get_text (values, 0, &text, &len);
    append_text (column, text, len);
  } else {
    append_words (column, values, 0, 1, 1);
  }
  if (pq_is_text (column) && column->mode == PQ_DIRECT) {
    for (size_t i = 1; i < n; i++)
      append_text (column, text, len);
    return;
  }
  for (size_t i = first + 1; i < first + n; i++) {
    column->words[i] = column->words[first];
    column->indexes[i] = column->indexes[first];
  }
  column->n_words = first + n;
}

/* ---- nested columns -------------------------------------------------- */

static bool
grow_levels (struct pq_column *column, size_t n)
{
  size_t room = column->level_room;
  uint64_t *words;
  uint32_t *indexes;
  uint8_t *def, *rep;

  if (column->n_levels + n <= room)
    return true;
  while (room < column->n_levels + n)
    room *= 2;
  words = realloc (column->words, room * sizeof *words);
  column->words = words != NULL ? words : column->words;
  indexes = realloc (column->indexes, room * sizeof *indexes);
  column->indexes = indexes != NULL ? indexes : column->indexes;
  def = realloc (column->def, room);
  column->def = def != NULL ? def : column->def;
  rep = column->max_rep > 0 ? realloc (column->rep, room) : column->def;
  if (column->max_rep > 0 && rep != NULL)
    column->rep = rep;
  if (words == NULL || indexes == NULL || def == NULL || rep == NULL)
    return false;
  column->level_room = column->word_room = room;
  return true;
}

static bool
append_nested (struct pq_column *column, const struct pq_values *values)
{
  size_t n_valid = 0, n = values->n_levels;
  struct pq_values plain = *values;

  if (!grow_levels (column, n))
    return false;
  begin_nulls (column);
  memcpy (column->def + column->n_levels, values->def, n);
  if (column->max_rep > 0)
    memcpy (column->rep + column->n_levels, values->rep, n);
  for (size_t i = 0; i < n; i++)
    n_valid += values->def[i] == column->max_def;
  column->n_nulls += n - n_valid;
  column->n_levels += n;
  if (pq_is_text (column))
    return append_texts (column, &plain, 0, n_valid);
  append_words (column, &plain, 0, n_valid, n_valid);
  return true;
}

bool
pq_column_append (struct pq_column *column, const struct pq_values *values,
                  size_t from, size_t n)
{
  bool done = true;

  column->n_rows += n;
  if (values->def != NULL) {
    done = append_nested (column, values);
  } else if (values->shape == PQ_ABSENT) {
    append_absent (column, n);
  } else {
    struct pq_values all = *values;
    size_t n_valid;

    if (values->shape == PQ_CONSTANT)
      all.valid = NULL;
    n_valid = append_valid (column, &all, from, n);
    if (values->shape == PQ_CONSTANT)
      append_constant (column, &all, n);
    else if (pq_is_text (column))
      done = append_texts (column, &all, from, n);
    else
      append_words (column, &all, from, n, n_valid);
  }
  return done && !column->text.failed && !column->dictionary.failed;
}
