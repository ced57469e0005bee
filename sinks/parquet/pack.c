/* SPDX-License-Identifier: Apache-2.0
 *
 * pack.c - bit packing without a branch a value.
 *
 * Neighbours are joined pairwise until they fill more than half a word: each
 * step is one loop of shifts and ors that the compiler turns into vector
 * instructions, whatever the width.  Only the few words that remain are
 * written one after the other.
 */
#include "pack.h"

#include <string.h>

static void
store_u64 (uint8_t *out, uint64_t value)
{
#if defined (__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  memcpy (out, &value, 8);
#else
  for (int i = 0; i < 8; i++)
    out[i] = (uint8_t) (value >> 8 * i);
#endif
}

static uint64_t
load_u64 (const uint8_t *in)
{
  uint64_t value = 0;

#if defined (__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  memcpy (&value, in, 8);
#else
  for (int i = 0; i < 8; i++)
    value |= (uint64_t) in[i] << 8 * i;
#endif
  return value;
}

static void
join_pairs (uint64_t *values, unsigned n_pairs, unsigned width)
{
  for (unsigned i = 0; i < n_pairs; i++)
    values[i] = values[2 * i] | values[2 * i + 1] << width;
}

void
pq_pack (uint64_t *values, unsigned width, uint8_t *out)
{
  unsigned n = PQ_PACK, used = 0;
  uint64_t word = 0;

  if (width == 0)
    return;
  for (; width <= 32 && n > 1; width *= 2) {
    n /= 2;
    join_pairs (values, n, width);
  }
  for (unsigned i = 0; i < n; i++) {
    word |= values[i] << used;
    store_u64 (out, word);
    used += width;
    if (used >= 64) {
      out += 8;
      used -= 64;
      word = used == 0 ? 0 : values[i] >> (width - used);
    }
  }
  if (used > 0)
    store_u64 (out, word);
}

void
pq_unpack (const uint8_t *in, unsigned width, uint64_t *values)
{
  uint64_t mask = width == 64 ? UINT64_MAX : (UINT64_C (1) << width) - 1;

  for (unsigned i = 0; i < PQ_PACK; i++) {
    unsigned bit = i * width, shift = bit & 7;
    const uint8_t *at = in + bit / 8;
    uint64_t value = load_u64 (at) >> shift;

    /* What eight bytes do not hold of a wide value is in the ninth.        */
    if (width + shift > 64)
      value |= (uint64_t) at[8] << (64 - shift);
    values[i] = value & mask;
  }
}
