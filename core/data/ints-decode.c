/* SPDX-License-Identifier: Apache-2.0
 *
 * ints-decode.c - reads streams of integers from bytes that may be anything.
 */
#include "ints.h"

#define TOP_BITS G_GUINT64_CONSTANT (0x8080808080808080)

const char *
ints_decode_head (Reader *r, IntsHead *ret_head)
{
  guint8 mode = reader_u8 (r);
  guint64 ref = 0;
  guint power;

  if (mode > (INTS_PREDICTOR | INTS_UNSIGNED | INTS_RUNS))
    return "its integers are laid out in an unknown way";
  if ((mode & INTS_PREDICTOR) >= INTS_SAME_ROW)
    ref = reader_varint (r);
  power = reader_u8 (r);
  if (r->bad || ref > G_MAXUINT32)
    return "it ends inside the head of its integers";
  if (power >= INTS_POWERS)
    return "its power of ten is out of range";
  *ret_head = (IntsHead) {
    .predictor = mode & INTS_PREDICTOR,
    .is_unsigned = (mode & INTS_UNSIGNED) != 0,
    .has_runs = (mode & INTS_RUNS) != 0,
    .power = power, .ref = (guint32) ref };
  return NULL;
}

/* ---- varints --------------------------------------------------------- */

static inline guint64
load_u64 (const guint8 *at)
{
  guint64 v;

  memcpy (&v, at, sizeof v);
  return GUINT64_FROM_LE (v);
}

/* A varint of up to 8 bytes without a loop: the low 7 bits of each byte are
 * drawn together pairwise.  *at must have 10 readable bytes.               */
static inline guint64
quick_varint (const guint8 **at)
{
  guint64 v = load_u64 (*at), stop = ~v & TOP_BITS;
  Reader careful = { *at, *at + VARINT_MAX, FALSE };

  if (stop == 0) {
    v = reader_varint (&careful);
    /* Not a number in 10 bytes: hand the end on, which is past any limit.  */
    *at = careful.bad ? NULL : careful.at;
    return v;
  }
  v &= stop ^ (stop - 1);
  v = (v & 0x007f007f007f007f) | ((v & 0x7f007f007f007f00) >> 1);
  v = (v & 0x00003fff00003fff) | ((v & 0x3fff00003fff0000) >> 2);
  v = (v & 0x000000000fffffff) | ((v & 0x0fffffff00000000) >> 4);
  *at += __builtin_ctzll (stop) / 8 + 1;
  return v;
}

/* As long as 8 numbers fit for certain.  Returns how many were read.       */
static gsize
read_groups (Reader *r, guint64 *out, gsize n)
{
  const guint8 *at = r->at;
  gsize i = 0;

  while (i + 8 <= n && r->end - at >= 8 * VARINT_MAX) {
    if ((load_u64 (at) & TOP_BITS) == 0) {
      for (int j = 0; j < 8; j++)
        out[i + j] = at[j];
      at += 8;
      i += 8;
      continue;
    }
    for (int j = 0; j < 8; j++) {
      out[i + j] = quick_varint (&at);
      if (at == NULL) {
        r->bad = TRUE;
        return n;
      }
    }
    i += 8;
  }
  r->at = at;
  return i;
}

static const char *
read_varints (Reader *r, guint64 *out, gsize n)
{
  if (reader_left (r) < n)
    return "it has fewer bytes than rows";
  for (gsize i = read_groups (r, out, n); i < n; i++)
    out[i] = reader_varint (r);
  return r->bad ? "it ends inside a number" : NULL;
}

static const char *
read_runs (Reader *r, guint64 *out, gsize n)
{
  for (gsize i = 0; i < n;) {
    guint64 v = reader_varint (r), count = reader_varint (r);

    if (r->bad)
      return "it ends inside a number";
    if (count == 0 || count > n - i)
      return "its runs do not add up to its rows";
    for (gsize end = i + count; i < end; i++)
      out[i] = v;
  }
  return NULL;
}

/* ---- values ---------------------------------------------------------- */

static void
undo_zigzag (guint64 *v, gsize n)
{
  for (gsize i = 0; i < n; i++)
    v[i] = (guint64) unzigzag (v[i]);
}

static void
multiply (guint64 *v, gsize n, guint64 by)
{
  for (gsize i = 0; i < n; i++)
    v[i] *= by;
}

static void
undo_prediction (const IntsHead *head, const guint64 *ref, guint64 *v, gsize n)
{
  guint64 sum = 0;

  switch (head->predictor) {
  case INTS_PREVIOUS:
    for (gsize i = 0; i < n; i++)
      v[i] = sum += v[i];
    break;
  case INTS_SAME_ROW:
    for (gsize i = 0; i < n; i++)
      v[i] += ref[i];
    break;
  case INTS_ROW_BEFORE:
    for (gsize i = 0; i < n; i++)
      v[i] += ref[i > 0 ? i - 1 : 0];
    break;
  default:
    break;
  }
}

const char *
ints_decode_body (Reader *r, const IntsHead *head, const gint64 *ref,
                  gint64 *out, gsize n)
{
  guint64 *v = (guint64 *) out;
  const char *wrong
    = head->has_runs ? read_runs (r, v, n) : read_varints (r, v, n);

  if (wrong != NULL)
    return wrong;
  if (!head->is_unsigned)
    undo_zigzag (v, n);
  if (head->power > 0)
    multiply (v, n, ints_power[head->power]);
  undo_prediction (head, (const guint64 *) ref, v, n);
  return NULL;
}
