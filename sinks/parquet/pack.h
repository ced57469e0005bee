/* SPDX-License-Identifier: Apache-2.0
 *
 * pack.h - unsigned integers of a fixed number of bits, lowest bit first, 32
 * at a time: what both of Parquet's integer encodings are made of.
 */
#ifndef PARQUET_PACK_H
#define PARQUET_PACK_H

#include <stdint.h>

#define PQ_PACK 32 /* values a call; they take 4 * width bytes              */
/* Packing may write, and unpacking read, up to this far behind the end.    */
#define PQ_PACK_SLACK 8

/* Bits that the largest of them needs: 0 for 0, 64 at most.                */
static inline unsigned
pq_width (uint64_t any_bits)
{
  return any_bits == 0 ? 0 : 64 - (unsigned) __builtin_clzll (any_bits);
}

/* VALUES is overwritten; none may have more than WIDTH bits.               */
void pq_pack (uint64_t *values, unsigned width, uint8_t *out);
void pq_unpack (const uint8_t *in, unsigned width, uint64_t *values);

#endif
