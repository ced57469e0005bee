/* SPDX-License-Identifier: Apache-2.0
 *
 * encode-delta.c - DELTA_BINARY_PACKED: blocks of 128 differences in four
 * parts of 32, each with a bit width of its own.
 */
#include "encode.h"
#include "pack.h"

#define BLOCK 128
#define PARTS (BLOCK / PQ_PACK)

/* values[-1] is the value before.  Differences wrap, as the format says.   */
static int64_t
differences (const int64_t *values, size_t n, uint64_t *delta)
{
  int64_t least = INT64_MAX;

  for (size_t i = 0; i < n; i++)
    delta[i] = (uint64_t) values[i] - (uint64_t) values[(ptrdiff_t) i - 1];
  for (size_t i = 0; i < n; i++)
    least = (int64_t) delta[i] < least ? (int64_t) delta[i] : least;
  for (size_t i = 0; i < n; i++)
    delta[i] -= (uint64_t) least;
  memset (delta + n, 0, (BLOCK - n) * sizeof *delta);
  return least;
}

static void
put_block (struct pq_bytes *out, const int64_t *values, size_t n)
{
  uint64_t delta[BLOCK];
  int64_t least = differences (values, n, delta);
  unsigned width[PARTS];
  uint8_t *room;

  pq_bytes_zigzag (out, least);
  for (unsigned part = 0; part < PARTS; part++) {
    uint64_t any = 0;

    for (unsigned i = 0; i < PQ_PACK; i++)
      any |= delta[part * PQ_PACK + i];
    width[part] = pq_width (any);
    pq_bytes_byte (out, width[part]);
  }
  room = pq_bytes_room (out, BLOCK * 8 + PQ_PACK_SLACK);
  for (unsigned part = 0; room != NULL && part * PQ_PACK < n; part++) {
    pq_pack (delta + part * PQ_PACK, width[part], out->data + out->len);
    out->len += (size_t) width[part] * (PQ_PACK / 8);
  }
}

void
pq_encode_delta (struct pq_bytes *out, const int64_t *values, size_t n)
{
  pq_bytes_varint (out, BLOCK);
  pq_bytes_varint (out, PARTS);
  pq_bytes_varint (out, n);
  pq_bytes_zigzag (out, n > 0 ? values[0] : 0);
  for (size_t at = 1; at < n; at += BLOCK)
    put_block (out, values + at, n - at < BLOCK ? n - at : BLOCK);
}

/* ---- reading --------------------------------------------------------- */

static const uint8_t *
get_varint (const uint8_t *in, const uint8_t *end, uint64_t *ret_value)
{
  uint64_t value = 0;

  for (unsigned shift = 0; shift < 64 && in != NULL && in < end; shift += 7) {
    value |= (uint64_t) (*in & 0x7f) << shift;
    if (*in++ < 0x80) {
      *ret_value = value;
      return in;
    }
  }
  return NULL;
}

/* A part near the end of the buffer is copied to where reading beyond it
 * does no harm.                                                            */
static void
unpack_part (const uint8_t *in, const uint8_t *end, unsigned width,
             uint64_t *values)
{
  uint8_t copy[PQ_PACK * 8 + PQ_PACK_SLACK] = { 0 };
  size_t len = (size_t) width * (PQ_PACK / 8);

  if ((size_t) (end - in) >= len + PQ_PACK_SLACK) {
    pq_unpack (in, width, values);
    return;
  }
  memcpy (copy, in, len);
  pq_unpack (copy, width, values);
}

static const uint8_t *
get_block (const uint8_t *in, const uint8_t *end, int64_t *values, size_t n)
{
  uint64_t least, delta[PQ_PACK];
  const uint8_t *widths;

  in = get_varint (in, end, &least);
  if (in == NULL || end - in < PARTS)
    return NULL;
  least = least >> 1 ^ (0 - (least & 1));
  widths = in;
  in += PARTS;
  for (size_t at = 0; at < n; at += PQ_PACK) {
    unsigned width = widths[at / PQ_PACK];

    if (width > 64 || end - in < (ptrdiff_t) width * (PQ_PACK / 8))
      return NULL;
    unpack_part (in, end, width, delta);
    in += (size_t) width * (PQ_PACK / 8);
    for (size_t i = at; i < n && i < at + PQ_PACK; i++)
      values[i] = (int64_t) ((uint64_t) values[(ptrdiff_t) i - 1] + least
                             + delta[i - at]);
  }
  return in;
}

const uint8_t *
pq_decode_delta (const uint8_t *in, const uint8_t *end, int64_t *values,
                 size_t n)
{
  uint64_t block, parts, count, first;

  in = get_varint (in, end, &block);
  in = get_varint (in, end, &parts);
  in = get_varint (in, end, &count);
  in = get_varint (in, end, &first);
  if (in == NULL || block != BLOCK || parts != PARTS || count != n)
    return NULL;
  if (n > 0)
    values[0] = (int64_t) (first >> 1 ^ (0 - (first & 1)));
  for (size_t at = 1; at < n && in != NULL; at += BLOCK)
    in = get_block (in, end, values + at, n - at < BLOCK ? n - at : BLOCK);
  return in;
}
