/* SPDX-License-Identifier: Apache-2.0
 *
 * block-decode.c - blocks to rows of columns, from bytes that may be
 * anything.
 */
#include "block-decode.h"
#include "columns-private.h"
#include "decimals.h"
#include "error.h"
#include "ints.h"
#include "table.h"

/* ---- rows without a value -------------------------------------------- */

static const char *
read_bitmap (BlockPart *part, gsize rows)
{
  gsize size = (rows + 7) / 8;

  part->present = reader_bytes (&part->body, size);
  if (part->present == NULL)
    return "it ends inside the bitmap of present rows";
  if (rows % 8 != 0 && part->present[size - 1] >> (rows % 8) != 0)
    return "its bitmap has bits beyond its rows";
  part->n = 0;
  for (gsize i = 0; i < size; i++)
    part->n += (gsize) __builtin_popcount (part->present[i]);
  return part->n == 0 ? "all of it is absent, yet it is stored" : NULL;
}

/* ---- integers -------------------------------------------------------- */

/* Values of the column that a stream refers to.                            */
static const char *
find_ref (const BlockDecoder *d, const IntsHead *head, const gint64 **ret_ref)
{
  for (gsize c = 0; c < d->into->n_cols; c++) {
    const Column *column = &d->into->cols[c];

    if (column->field->id == head->ref && d->seen[c] == SEEN_WHOLE
        && column->i64 != NULL) {
      *ret_ref = column->i64 + d->into->n;
      return NULL;
    }
  }
  return "it refers to a column that is not there before it";
}

const char *
block_read_ints (BlockDecoder *d, BlockPart *part, gint64 *out, gsize n)
{
  const gint64 *ref = NULL;
  IntsHead head;
  const char *wrong = ints_decode_head (&part->body, &head);

  if (wrong == NULL && head.predictor >= INTS_SAME_ROW) {
    if (n != d->n)
      wrong = "it has absent values and refers to another column";
    else
      wrong = find_ref (d, &head, &ref);
  }
  return wrong != NULL ? wrong
                       : ints_decode_body (&part->body, &head, ref, out, n);
}

static const char *
decode_i64 (BlockDecoder *d, BlockPart *part)
{
  gint64 *to = part->column->i64 + d->into->n;
  gsize at = 0;
  const char *wrong;

  if (part->present == NULL)
    return block_read_ints (d, part, to, d->n);
  wrong = block_read_ints (d, part, d->scratch, part->n);
  if (wrong != NULL)
    return wrong;
  for (gsize i = 0; i < d->n; i++)
    to[i] = block_is_present (part, i) ? d->scratch[at++] : MD_ABSENT;
  return NULL;
}

static const char *
decode_flags (BlockDecoder *d, BlockPart *part)
{
  guint32 *to = part->column->u32 + d->into->n;
  const char *wrong = block_read_ints (d, part, d->scratch, d->n);

  if (wrong != NULL)
    return wrong;
  for (gsize i = 0; i < d->n; i++) {
    if ((guint64) d->scratch[i] > G_MAXUINT32)
      return "a flag is out of range";
    to[i] = (guint32) d->scratch[i];
  }
  return NULL;
}

/* ---- f64 ------------------------------------------------------------- */

static const char *
decode_decimals (BlockDecoder *d, BlockPart *part)
{
  double *to = part->column->f64 + d->into->n;
  guint p = reader_u8 (&part->body);
  double power;
  gsize at = 0;
  const char *wrong;

  if (p > DECIMALS_MAX_POWER)
    return "its number of decimals is out of range";
  wrong = block_read_ints (d, part, d->scratch, part->n);
  if (wrong != NULL)
    return wrong;
  power = decimals_power[p];
  if (part->present == NULL) {
    for (gsize i = 0; i < d->n; i++)
      to[i] = (double) d->scratch[i] / power;
    return NULL;
  }
  for (gsize i = 0; i < d->n; i++)
    to[i] = block_is_present (part, i) ? (double) d->scratch[at++] / power
                                 : md_absent_f64 ();
  return NULL;
}

static const char *
decode_doubles (BlockDecoder *d, BlockPart *part)
{
  double *to = part->column->f64 + d->into->n;
  const guint8 *at = reader_bytes (&part->body, part->n * sizeof (double));

  if (at == NULL)
    return "it has fewer bytes than rows";
  for (gsize i = 0; i < d->n; i++) {
    guint64 bits;

    to[i] = md_absent_f64 ();
    if (!block_is_present (part, i))
      continue;
    memcpy (&bits, at, sizeof bits);
    bits = GUINT64_FROM_LE (bits);
    at += sizeof bits;
    if ((bits & G_GUINT64_CONSTANT (0x7fffffffffffffff))
        <= G_GUINT64_CONSTANT (0x7ff0000000000000))
      memcpy (&to[i], &bits, sizeof bits);
  }
  return NULL;
}

/* ---- columns --------------------------------------------------------- */

static DecodeFn
find_decoder (guint32 type, guint coding)
{
  static const struct {
    guint32 type;
    guint coding;
    DecodeFn decode;
  } table[] = {
    { MD_FIELD_I64, CODING_INTS, decode_i64 },
    { MD_FIELD_TIME, CODING_INTS, decode_i64 },
    { MD_FIELD_PRICE, CODING_INTS, decode_i64 },
    { MD_FIELD_FLAGS, CODING_INTS, decode_flags },
    { MD_FIELD_F64, CODING_DECIMALS, decode_decimals },
    { MD_FIELD_F64, CODING_DOUBLES, decode_doubles },
    { MD_FIELD_NAME, CODING_NAMES, block_decode_names },
    { MD_FIELD_TEXT, CODING_TEXTS, block_decode_texts },
    { MD_FIELD_TEXT, CODING_NUMBERS, block_decode_numbers },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    if (table[i].type == type && table[i].coding == coding)
      return table[i].decode;
  }
  return NULL;
}

static const char *
decode_part (BlockDecoder *d, BlockPart *part, guint coding)
{
  gsize c = (gsize) (part->column - d->into->cols);
  DecodeFn decode
    = find_decoder (part->column->field->type, coding & CODING_KIND);
  gboolean may_lack = TRUE; /* these write absent values another way        */
  const char *wrong = NULL;

  if (d->seen[c] != 0)
    return "it is there twice";
  if (decode == block_decode_names || decode == decode_flags)
    may_lack = FALSE;
  if (decode == NULL || (!may_lack && coding & CODING_ABSENTS))
    return "it is not written as its type is";
  if (coding & CODING_ABSENTS)
    wrong = read_bitmap (part, d->n);
  if (wrong != NULL)
    return wrong;
  column_allocate (d->into, part->column);
  wrong = decode (d, part);
  if (wrong != NULL)
    return wrong;
  d->seen[c] = part->present == NULL ? SEEN_WHOLE : SEEN;
  return part->body.bad || part->body.at != part->body.end
           ? "its length is wrong" : NULL;
}

static Column *
find_column (Columns *columns, guint64 id)
{
  for (gsize c = 0; c < columns->n_cols; c++) {
    if (columns->cols[c].field->id == id)
      return &columns->cols[c];
  }
  return NULL;
}

static gboolean
decode_column (BlockDecoder *d, Reader *r, GError **error)
{
  const char *table = d->into->table->name;
  guint64 id = reader_varint (r);
  guint8 coding = reader_u8 (r);
  guint64 len = reader_varint (r);
  const guint8 *at = reader_bytes (r, len);
  BlockPart part = { .column = find_column (d->into, id), .n = d->n };
  const char *wrong;

  if (at == NULL)
    return block_damaged (error, "table \"%s\": it ends inside a column",
                          table);
  if (part.column == NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_FORMAT,
                 "block of table \"%s\" has a field %" G_GUINT64_FORMAT
                 " that this program does not know: use a newer mdcore", table,
                 id);
    return FALSE;
  }
  part.body = (Reader) { at, at + len, FALSE };
  wrong = decode_part (d, &part, coding);
  return wrong == NULL
         || block_damaged (error, "table \"%s\", field \"%s\": %s", table,
                           part.column->field->name, wrong);
}

/* ---- blocks ---------------------------------------------------------- */

/* Everything that searches and merges relies on the order.                 */
static gboolean
check_times (const BlockDecoder *d, const BlockInfo *info, GError **error)
{
  const md_time *ts = d->into->cols[0].i64;

  if (d->seen[0] != SEEN_WHOLE)
    return block_damaged (error, "table \"%s\": it has no times",
                          d->into->table->name);
  ts += d->into->n;
  if (ts[0] != info->first || ts[d->n - 1] != info->last)
    return block_damaged (error, "its times are not those of its header");
  for (gsize i = 1; i < d->n; i++) {
    if (ts[i - 1] > ts[i])
      return block_damaged (error, "row %zu is older than the one before", i);
  }
  return TRUE;
}

static void
fill_commits (BlockDecoder *d, Reader runs)
{
  guint64 *to, commit = 0;

  columns_allocate_commit (d->into);
  to = d->into->commit + d->into->n;
  while (runs.at < runs.end) {
    commit += (guint64) unzigzag (reader_varint (&runs));
    for (guint64 n = reader_varint (&runs); n > 0; n--)
      *to++ = commit;
  }
}

static gboolean
decode_columns (BlockDecoder *d, BlockParts *parts, GError **error)
{
  while (parts->columns.at < parts->columns.end) {
    if (!decode_column (d, &parts->columns, error))
      return FALSE;
  }
  if (!check_times (d, &parts->info, error))
    return FALSE;
  for (gsize c = 0; c < d->into->n_cols; c++) {
    if (d->seen[c] == 0)
      column_fill_absent (&d->into->cols[c], d->into->n, d->n);
  }
  fill_commits (d, parts->runs);
  columns_grown (d->into, d->n);
  return TRUE;
}

gboolean
block_decode_into (Columns *into, const void *bytes, gsize len, GError **error)
{
  const char *name = into->table->name;
  BlockDecoder d = { .into = into };
  BlockParts parts;
  gboolean ok;

  if (!block_parts (bytes, len, &parts, error))
    return FALSE;
  if (parts.table_len != strlen (name)
      || memcmp (parts.table, name, parts.table_len) != 0)
    return block_damaged (error, "it holds rows of \"%.*s\", not of \"%s\"",
                          (int) MIN (parts.table_len, 64), parts.table, name);
  d.n = parts.info.n_rows;
  columns_reserve (into, into->n + d.n);
  d.seen = g_new0 (guint8, into->n_cols);
  d.scratch = g_new (gint64, d.n);
  ok = decode_columns (&d, &parts, error);
  g_free (d.seen);
  g_free (d.scratch);
  return ok;
}

Columns *
block_decode (const void *bytes, gsize len, const struct md_table *table,
              GError **error)
{
  g_autoptr (Columns) columns = columns_new (table);

  if (!block_decode_into (columns, bytes, len, error))
    return NULL;
  return g_steal_pointer (&columns);
}
