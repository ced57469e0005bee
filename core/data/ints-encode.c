/* SPDX-License-Identifier: Apache-2.0
 *
 * ints-encode.c - writes streams of integers: picks the power of ten, the
 * prediction and the layout, then varints.
 */
#include "ints.h"

#define SAMPLE 32 /* rows that decide between predictions                   */

const guint64 ints_power[INTS_POWERS] = {
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
  10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000,
  1000000000000000, 10000000000000000, 100000000000000000,
  1000000000000000000,
};

/* Inverse of 5^k modulo 2^64, and the largest product of it that a multiple
 * of 5^k can have (Granlund and Montgomery, "Division by Invariant Integers
 * using Multiplication", section 9): divisibility and exact division cost a
 * multiplication instead of a division.                                    */
static const guint64 inverse5[INTS_POWERS] = {
  0x1u, 0xcccccccccccccccdu, 0x8f5c28f5c28f5c29u, 0x1cac083126e978d5u,
  0xd288ce703afb7e91u, 0x5d4e8fb00bcbe61du, 0x790fb65668c26139u,
  0xe5032477ae8d46a5u, 0xc767074b22e90e21u, 0x8e47ce423a2e9c6du,
  0x4fa7f60d3ed61f49u, 0xfee64690c913975u, 0x3662e0e1cf503eb1u,
  0xa47a2cf9f6433fbdu, 0x54186f653140a659u, 0x7738164770402145u,
  0xe4a4d1417cd9a041u, 0xc75429d9e5c5200du, 0xc1773b91fac10669u,
};
static const guint64 limit5[INTS_POWERS] = {
  0xffffffffffffffffu, 0x3333333333333333u, 0xa3d70a3d70a3d70u,
  0x20c49ba5e353f7cu, 0x68db8bac710cb2u, 0x14f8b588e368f0u, 0x431bde82d7b63u,
  0xd6bf94d5e57au, 0x2af31dc46118u, 0x89705f4136bu, 0x1b7cdfd9d7bu,
  0x57f5ff85e5u, 0x119799812du, 0x384b84d09u, 0xb424dc35u, 0x24075f3du,
  0x734aca5u, 0x170ef54u, 0x49c977u,
};

static inline gboolean
divides (guint64 v, guint k)
{
  return (v & ((G_GUINT64_CONSTANT (1) << k) - 1)) == 0
         && v * inverse5[k] <= limit5[k];
}

guint
ints_common_power (const gint64 *values, gsize n, guint most)
{
  guint k = most;

  for (gsize i = 0; i < n && k > 0; i++) {
    guint64 v = (guint64) values[i];

    if (values[i] < 0)
      v = 0 - v;
    while (!divides (v, k))
      k--;
  }
  return k;
}

/* ---- predictions ----------------------------------------------------- */

typedef struct {
  const gint64 *values;
  gsize n;
  guint power;
} Ints;

typedef struct {
  guint predictor;
  const IntsRef *ref; /* SAME_ROW and ROW_BEFORE                            */
} Choice;

/* value / 10^k, known to be exact.  Modulo 2^64 throughout, so extremes
 * wrap here and wrap back in the decoder.                                  */
static inline gint64
scaled (gint64 v, guint k)
{
  return (gint64) ((guint64) (v >> k) * inverse5[k]);
}

static inline gint64
difference (gint64 a, gint64 b, guint k)
{
  return (gint64) (((guint64) (a >> k) - (guint64) (b >> k)) * inverse5[k]);
}

static gint64
residual (const Ints *ints, const Choice *choice, gsize i)
{
  gint64 v = ints->values[i];

  switch (choice->predictor) {
  case INTS_PREVIOUS:
    return difference (v, i > 0 ? ints->values[i - 1] : 0, ints->power);
  case INTS_SAME_ROW:
    return difference (v, choice->ref->values[i], ints->power);
  case INTS_ROW_BEFORE:
    return difference (v, choice->ref->values[i > 0 ? i - 1 : 0], ints->power);
  default:
    return scaled (v, ints->power);
  }
}

static void
residuals (const Ints *ints, const Choice *choice, gint64 *out)
{
  const gint64 *v = ints->values, *ref = choice->ref ? choice->ref->values : v;
  guint k = ints->power;
  gsize n = ints->n;

  out[0] = residual (ints, choice, 0);
  switch (choice->predictor) {
  case INTS_PREVIOUS:
  case INTS_ROW_BEFORE:
    for (gsize i = 1; i < n; i++)
      out[i] = difference (v[i], ref[i - 1], k);
    break;
  case INTS_SAME_ROW:
    for (gsize i = 1; i < n; i++)
      out[i] = difference (v[i], ref[i], k);
    break;
  default:
    for (gsize i = 1; i < n; i++)
      out[i] = scaled (v[i], k);
    break;
  }
}

/* Bits of the residuals of some rows: what is left for the compressor after
 * us depends on bits, not on whole bytes.                                  */
static guint
cost (const Ints *ints, const Choice *choice)
{
  gsize step = ints->n / SAMPLE + 1;
  guint bits = 0;

  for (gsize i = step / 2; i < ints->n; i += step)
    bits += 64 - (guint) __builtin_clzll (
              zigzag (residual (ints, choice, i)) | 1);
  return bits;
}

static Choice
choose (const Ints *ints, const IntsRef *refs, gsize n_refs)
{
  Choice best = { INTS_PREVIOUS, NULL };
  guint least = cost (ints, &best);
  const Choice plain = { INTS_PLAIN, NULL };

  /* One bit a row: plain values are mostly positive and lose their sign.   */
  if (cost (ints, &plain) < least + MIN (ints->n, SAMPLE)) {
    best = plain;
    least = cost (ints, &plain);
  }
  for (gsize i = 0; i < 2 * n_refs; i++) {
    Choice choice = { i % 2 ? INTS_ROW_BEFORE : INTS_SAME_ROW, &refs[i / 2] };
    guint bits = cost (ints, &choice);

    if (bits < least) {
      best = choice;
      least = bits;
    }
  }
  return best;
}

/* ---- layout ---------------------------------------------------------- */

static guint8 *
put_runs (guint8 *at, const guint64 *codes, gsize n)
{
  for (gsize i = 0; i < n;) {
    gsize from = i;

    while (i < n && codes[i] == codes[from])
      i++;
    at = put_varint (at, codes[from]);
    at = put_varint (at, i - from);
  }
  return at;
}

/* A varint below 2^56 without a branch, since lengths that vary cannot be
 * predicted: its 7-bit groups are drawn apart pairwise.  Writes 8 bytes.    */
static inline guint8 *
put_quick (guint8 *at, guint64 v)
{
  guint more = (63 - (guint) __builtin_clzll (v | 1)) / 7;

  v = (v & 0x000000000fffffff) | ((v & 0x00fffffff0000000) << 4);
  v = (v & 0x00003fff00003fff) | ((v & 0x0fffc0000fffc000) << 2);
  v = (v & 0x007f007f007f007f) | ((v & 0x3f803f803f803f80) << 1);
  v |= 0x8080808080808080 & ((G_GUINT64_CONSTANT (1) << (8 * more)) - 1);
  v = GUINT64_TO_LE (v);
  memcpy (at, &v, sizeof v);
  return at + more + 1;
}

static guint8 *
put_codes (guint8 *at, const guint64 *codes, gsize n)
{
  gsize i = 0;

  for (; i + 8 <= n; i += 8) {
    const guint64 *v = codes + i;
    guint64 any = v[0] | v[1] | v[2] | v[3] | v[4] | v[5] | v[6] | v[7];

    if (any < 0x80) {
      for (int j = 0; j < 8; j++)
        at[j] = (guint8) v[j];
      at += 8;
      continue;
    }
    for (int j = 0; j < 8; j++)
      at = any >> 56 == 0 ? put_quick (at, v[j]) : put_varint (at, v[j]);
  }
  for (; i < n; i++)
    at = put_varint (at, codes[i]);
  return at;
}

static gboolean
all_positive (const gint64 *values, gsize n)
{
  gint64 any = 0;

  for (gsize i = 0; i < n; i++)
    any |= values[i];
  return any >= 0;
}

static gsize
count_runs (const gint64 *values, gsize n)
{
  gsize runs = 1;

  for (gsize i = 1; i < n; i++)
    runs += values[i] != values[i - 1];
  return runs;
}

void
ints_encode (Writer *w, const gint64 *values, gsize n, guint power,
             const IntsRef *refs, gsize n_refs, gint64 *scratch)
{
  Ints ints = { values, n, power };
  Choice choice = choose (&ints, refs, n_refs);
  guint64 *codes = (guint64 *) scratch;
  guint8 mode = (guint8) choice.predictor;
  guint8 *at;

  residuals (&ints, &choice, scratch);
  /* A run costs its value and a byte; the compressor finds the short ones. */
  if (count_runs (scratch, n) <= n / 4 + 1)
    mode |= INTS_RUNS;
  if (all_positive (scratch, n)) {
    mode |= INTS_UNSIGNED;
  } else {
    for (gsize i = 0; i < n; i++)
      codes[i] = zigzag (scratch[i]);
  }
  writer_u8 (w, mode);
  if (choice.ref != NULL)
    writer_varint (w, choice.ref->id);
  writer_u8 (w, (guint8) power);
  at = writer_room (w, n * (VARINT_MAX + 1) + 8);
  at = mode & INTS_RUNS ? put_runs (at, codes, n) : put_codes (at, codes, n);
  w->len = (gsize) (at - w->data);
}
