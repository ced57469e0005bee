/* SPDX-License-Identifier: Apache-2.0
 *
 * block-decode-text.c - columns of names and texts, from bytes that may be
 * anything.
 */
#include "block-decode.h"
#include "columns-private.h"

#include <support/digits.h>

/* ---- names ----------------------------------------------------------- */

/* The block's dictionary as indexes into the columns' own.                 */
static const char *
read_dict (BlockDecoder *d, BlockPart *part, guint32 **ret_map, gsize *ret_n)
{
  guint64 n = reader_varint (&part->body);
  g_autofree guint32 *map = NULL;

  if (part->body.bad || n == 0 || n > d->n || n > reader_left (&part->body))
    return "the size of its dictionary makes no sense";
  map = g_new (guint32, n);
  for (gsize i = 0; i < n; i++) {
    guint64 len = reader_varint (&part->body);
    const guint8 *at = reader_bytes (&part->body, len);
    g_autofree char *text = NULL;

    if (at == NULL || memchr (at, 0, len) != NULL)
      return "its dictionary is cut or holds a NUL";
    text = g_strndup ((const char *) at, len);
    map[i] = columns_dict_index (d->into, part->column, text);
  }
  *ret_map = g_steal_pointer (&map);
  *ret_n = n;
  return NULL;
}

const char *
block_decode_names (BlockDecoder *d, BlockPart *part)
{
  guint32 *to = part->column->u32 + d->into->n;
  g_autofree guint32 *map = NULL;
  gsize n_map = 0;
  const char *wrong = read_dict (d, part, &map, &n_map);

  if (wrong == NULL)
    wrong = block_read_ints (d, part, d->scratch, d->n);
  if (wrong != NULL)
    return wrong;
  for (gsize i = 0; i < d->n; i++) {
    guint64 place = (guint64) d->scratch[i];

    if (place > n_map)
      return "a name is not in its dictionary";
    to[i] = place > 0 ? map[place - 1] : MD_ABSENT_NAME;
  }
  return NULL;
}

/* ---- texts ----------------------------------------------------------- */

const char *
block_decode_numbers (BlockDecoder *d, BlockPart *part)
{
  struct md_text *to = part->column->text + d->into->n;
  const char *wrong = block_read_ints (d, part, d->scratch, part->n);
  char *at, *heap;
  gsize k = 0;

  if (wrong != NULL)
    return wrong;
  heap = at = columns_heap_alloc (d->into, part->n * DIGITS_MAX);
  for (gsize i = 0; i < d->n; i++) {
    to[i] = (struct md_text) { NULL, 0 };
    if (!block_is_present (part, i))
      continue;
    to[i].ptr = at;
    at = digits_put_signed (at, d->scratch[k++]);
    to[i].len = (gsize) (at - to[i].ptr);
  }
  columns_heap_return (d->into, heap + part->n * DIGITS_MAX, at);
  return NULL;
}

const char *
block_decode_texts (BlockDecoder *d, BlockPart *part)
{
  struct md_text *to = part->column->text + d->into->n;
  const char *wrong = block_read_ints (d, part, d->scratch, part->n);
  gsize total = 0, k = 0;
  char *at;

  if (wrong != NULL)
    return wrong;
  for (gsize i = 0; i < part->n; i++) {
    if ((guint64) d->scratch[i] > reader_left (&part->body) - total)
      return "its texts are longer than its bytes";
    total += (gsize) d->scratch[i];
  }
  at = columns_heap_alloc (d->into, total + 1);
  memcpy (at, reader_bytes (&part->body, total), total);
  for (gsize i = 0; i < d->n; i++) {
    to[i] = (struct md_text) { NULL, 0 };
    if (!block_is_present (part, i))
      continue;
    to[i] = (struct md_text) { at, (gsize) d->scratch[k++] };
    at += to[i].len;
  }
  return NULL;
}
