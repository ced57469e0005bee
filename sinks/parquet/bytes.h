/* SPDX-License-Identifier: Apache-2.0
 *
 * bytes.h - a buffer that grows.  Running out of memory sets `failed` and
 * makes everything after it do nothing, so it is enough to ask at the end.
 */
#ifndef PARQUET_BYTES_H
#define PARQUET_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pq_bytes {
  uint8_t *data; /* owned: pq_bytes_clear                                   */
  size_t   len, capacity;
  bool     failed;
};

void pq_bytes_clear (struct pq_bytes *bytes);
bool pq_bytes_grow (struct pq_bytes *bytes, size_t more);

/* Room for MORE bytes behind the end; NULL when there is no memory.  What
 * is written there counts once `len` is moved.                             */
static inline uint8_t *
pq_bytes_room (struct pq_bytes *bytes, size_t more)
{
  if (bytes->capacity - bytes->len < more && !pq_bytes_grow (bytes, more))
    return NULL;
  return bytes->failed ? NULL : bytes->data + bytes->len;
}

static inline void
pq_bytes_put (struct pq_bytes *bytes, const void *data, size_t len)
{
  uint8_t *room = pq_bytes_room (bytes, len);

  if (room == NULL || len == 0)
    return;
  memcpy (room, data, len);
  bytes->len += len;
}

static inline void
pq_bytes_byte (struct pq_bytes *bytes, unsigned byte)
{
  uint8_t value = (uint8_t) byte;

  pq_bytes_put (bytes, &value, 1);
}

/* Lowest seven bits first, the top bit set on all but the last byte.       */
void pq_bytes_varint (struct pq_bytes *bytes, uint64_t value);
void pq_bytes_zigzag (struct pq_bytes *bytes, int64_t value);
/* Little-endian.                                                           */
void pq_bytes_u32 (struct pq_bytes *bytes, uint32_t value);

static inline void
pq_store_u32 (uint8_t *out, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    out[i] = (uint8_t) (value >> 8 * i);
}

static inline uint32_t
pq_load_u32 (const uint8_t *in)
{
  return in[0] | (uint32_t) in[1] << 8 | (uint32_t) in[2] << 16
         | (uint32_t) in[3] << 24;
}

#endif
