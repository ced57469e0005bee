/* SPDX-License-Identifier: Apache-2.0
 *
 * encode-hybrid.c - the RLE/bit-packed hybrid of dictionary indexes and
 * levels, and the bits of truth values.
 */
#include "encode.h"
#include "pack.h"

#define GROUP 8 /* values are packed by eights                              */

void
pq_encode_run (struct pq_bytes *out, uint32_t value, size_t n, unsigned width)
{
  pq_bytes_varint (out, (uint64_t) n << 1);
  for (unsigned bits = 0; bits < width; bits += 8)
    pq_bytes_byte (out, value >> bits & 0xff);
}

static void
pack_values (struct pq_bytes *out, const uint32_t *values, size_t n,
             unsigned width)
{
  uint8_t *room = pq_bytes_room (out, ((n + PQ_PACK - 1) / PQ_PACK) * 4 * width
                                      + PQ_PACK_SLACK);

  for (size_t at = 0; room != NULL && at < n; at += PQ_PACK) {
    size_t count = n - at < PQ_PACK ? n - at : PQ_PACK;
    uint64_t wide[PQ_PACK] = { 0 };

    for (size_t i = 0; i < count; i++)
      wide[i] = values[at + i];
    pq_pack (wide, width, out->data + out->len);
    out->len += (count + GROUP - 1) / GROUP * width;
  }
}

static void
put_packed (struct pq_bytes *out, const uint32_t *values, size_t n,
            unsigned width)
{
  if (n == 0)
    return;
  pq_bytes_varint (out, (uint64_t) ((n + GROUP - 1) / GROUP) << 1 | 1);
  pack_values (out, values, n, width);
}

void
pq_encode_hybrid (struct pq_bytes *out, const uint32_t *values, size_t n,
                  unsigned width)
{
  size_t packed = 0, at = 0;

  /* at - packed is a multiple of eight: only the last group may be padded. */
  while (at < n) {
    size_t run = 1;

    while (at + run < n && values[at + run] == values[at])
      run++;
    if (run >= GROUP) {
      put_packed (out, values + packed, at - packed, width);
      pq_encode_run (out, values[at], run, width);
      packed = at += run;
    } else {
      at += n - at < GROUP ? n - at : GROUP;
    }
  }
  put_packed (out, values + packed, n - packed, width);
}

void
pq_encode_bits (struct pq_bytes *out, const uint64_t *values, size_t n)
{
  uint8_t *room = pq_bytes_room (out, (n + PQ_PACK - 1) / PQ_PACK * 4
                                      + PQ_PACK_SLACK);

  for (size_t at = 0; room != NULL && at < n; at += PQ_PACK) {
    size_t count = n - at < PQ_PACK ? n - at : PQ_PACK;
    uint64_t bits[PQ_PACK] = { 0 };

    memcpy (bits, values + at, count * sizeof *bits);
    pq_pack (bits, 1, out->data + out->len);
    out->len += (count + 7) / 8;
  }
}

/* ---- reading --------------------------------------------------------- */

static const uint8_t *
get_head (const uint8_t *in, const uint8_t *end, uint64_t *ret_head)
{
  uint64_t head = 0;

  for (unsigned shift = 0; shift < 42 && in < end; shift += 7) {
    head |= (uint64_t) (*in & 0x7f) << shift;
    if (*in++ < 0x80) {
      *ret_head = head;
      return in;
    }
  }
  return NULL;
}

static void
unpack_values (const uint8_t *in, size_t len, unsigned width, uint32_t *values,
               size_t n)
{
  uint8_t copy[4 * 32 + PQ_PACK_SLACK];
  uint64_t wide[PQ_PACK];

  for (size_t at = 0; at < n; at += PQ_PACK) {
    size_t step = len < 4 * (size_t) width ? len : 4 * (size_t) width;

    memset (copy, 0, sizeof copy);
    memcpy (copy, in, step);
    pq_unpack (copy, width, wide);
    for (size_t i = at; i < n && i < at + PQ_PACK; i++)
      values[i] = (uint32_t) wide[i - at];
    in += step;
    len -= step;
  }
}

static uint32_t
run_value (const uint8_t *in, unsigned width)
{
  uint32_t value = 0;

  for (unsigned i = 0; i < (width + 7) / 8; i++)
    value |= (uint32_t) in[i] << 8 * i;
  return value;
}

const uint8_t *
pq_decode_hybrid (const uint8_t *in, const uint8_t *end, uint32_t *values,
                  size_t n, unsigned width)
{
  size_t done = 0;

  while (done < n) {
    uint64_t head, count, len;

    in = width > 32 ? NULL : get_head (in, end, &head);
    if (in == NULL)
      return NULL;
    count = head & 1 ? (head >> 1) * GROUP : head >> 1;
    len = head & 1 ? (head >> 1) * width : (width + 7) / 8;
    if (count == 0 || len > (uint64_t) (end - in))
      return NULL;
    count = count < n - done ? count : n - done;
    if (head & 1) {
      unpack_values (in, (size_t) len, width, values + done, (size_t) count);
    } else {
      for (size_t i = 0; i < count; i++)
        values[done + i] = run_value (in, width);
    }
    done += (size_t) count;
    in += len;
  }
  return in;
}

const uint8_t *
pq_decode_bits (const uint8_t *in, const uint8_t *end, int64_t *values,
                size_t n)
{
  if ((uint64_t) (end - in) < ((uint64_t) n + 7) / 8)
    return NULL;
  for (size_t i = 0; i < n; i++)
    values[i] = in[i / 8] >> (i & 7) & 1;
  return in + (n + 7) / 8;
}
