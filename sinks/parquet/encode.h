/* SPDX-License-Identifier: Apache-2.0
 *
 * encode.h - Parquet's encodings of integers, both ways.
 * https://github.com/apache/parquet-format/blob/master/Encodings.md
 */
#ifndef PARQUET_ENCODE_H
#define PARQUET_ENCODE_H

#include "bytes.h"

enum pq_encoding {
  PQ_PLAIN = 0, PQ_RLE = 3, PQ_DELTA = 5, PQ_DELTA_LENGTH = 6,
  PQ_DICTIONARY = 8
};

/* DELTA_BINARY_PACKED of 64-bit integers.                                  */
void pq_encode_delta (struct pq_bytes *out, const int64_t *values, size_t n);
/* The RLE/bit-packed hybrid without length; values below 2^width.          */
void pq_encode_hybrid (struct pq_bytes *out, const uint32_t *values, size_t n,
                       unsigned width);
void pq_encode_run (struct pq_bytes *out, uint32_t value, size_t n,
                    unsigned width);
/* Truth values, one bit each.                                              */
void pq_encode_bits (struct pq_bytes *out, const uint64_t *values, size_t n);

/* All read exactly n values from [in, end) and return where they end, or
 * NULL when the bytes are not that.                                        */
const uint8_t *pq_decode_delta (const uint8_t *in, const uint8_t *end,
                                int64_t *values, size_t n);
const uint8_t *pq_decode_hybrid (const uint8_t *in, const uint8_t *end,
                                 uint32_t *values, size_t n, unsigned width);
const uint8_t *pq_decode_bits (const uint8_t *in, const uint8_t *end,
                               int64_t *values, size_t n);

#endif
