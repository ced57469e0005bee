/* SPDX-License-Identifier: Apache-2.0
 *
 * bytes.c - a buffer that grows.
 */
#include "bytes.h"

#include <stdlib.h>

void
pq_bytes_clear (struct pq_bytes *bytes)
{
  free (bytes->data);
  *bytes = (struct pq_bytes) { 0 };
}

bool
pq_bytes_grow (struct pq_bytes *bytes, size_t more)
{
  size_t wanted = bytes->capacity < 256 ? 256 : bytes->capacity;
  uint8_t *data;

  if (bytes->failed || more > SIZE_MAX / 4 - bytes->len) {
    bytes->failed = true;
    return false;
  }
  while (wanted < bytes->len + more)
    wanted *= 2;
  data = realloc (bytes->data, wanted);
  if (data == NULL) {
    bytes->failed = true;
    return false;
  }
  bytes->data = data;
  bytes->capacity = wanted;
  return true;
}

void
pq_bytes_varint (struct pq_bytes *bytes, uint64_t value)
{
  uint8_t text[10];
  size_t len = 0;

  while (value >= 0x80) {
    text[len++] = (uint8_t) (value | 0x80);
    value >>= 7;
  }
  text[len++] = (uint8_t) value;
  pq_bytes_put (bytes, text, len);
}

void
pq_bytes_zigzag (struct pq_bytes *bytes, int64_t value)
{
  pq_bytes_varint (bytes, (uint64_t) value << 1
                          ^ (value < 0 ? UINT64_MAX : 0));
}

void
pq_bytes_u32 (struct pq_bytes *bytes, uint32_t value)
{
  uint8_t text[4];

  pq_store_u32 (text, value);
  pq_bytes_put (bytes, text, 4);
}
