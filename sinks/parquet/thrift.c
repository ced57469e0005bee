/* SPDX-License-Identifier: Apache-2.0
 *
 * thrift.c - the writer of Thrift's compact protocol.
 */
#include "thrift.h"

static void
field (struct thrift_out *thrift, int id, enum thrift_type type)
{
  int step = id - thrift->last[thrift->depth - 1];

  if (step > 0 && step <= 15) {
    pq_bytes_byte (thrift->out, (unsigned) step << 4 | type);
  } else {
    pq_bytes_byte (thrift->out, type);
    pq_bytes_zigzag (thrift->out, id);
  }
  thrift->last[thrift->depth - 1] = id;
}

void
thrift_begin (struct thrift_out *thrift)
{
  thrift->last[thrift->depth++] = 0;
}

void
thrift_end (struct thrift_out *thrift)
{
  pq_bytes_byte (thrift->out, THRIFT_STOP);
  thrift->depth--;
}

void
thrift_struct (struct thrift_out *thrift, int id)
{
  field (thrift, id, THRIFT_STRUCT);
  thrift_begin (thrift);
}

void
thrift_empty (struct thrift_out *thrift, int id)
{
  thrift_struct (thrift, id);
  thrift_end (thrift);
}

void
thrift_bool (struct thrift_out *thrift, int id, bool value)
{
  field (thrift, id, value ? THRIFT_TRUE : THRIFT_FALSE);
}

void
thrift_i8 (struct thrift_out *thrift, int id, int value)
{
  field (thrift, id, THRIFT_I8);
  pq_bytes_byte (thrift->out, (unsigned) value & 0xff);
}

void
thrift_i32 (struct thrift_out *thrift, int id, int32_t value)
{
  field (thrift, id, THRIFT_I32);
  pq_bytes_zigzag (thrift->out, value);
}

void
thrift_i64 (struct thrift_out *thrift, int id, int64_t value)
{
  field (thrift, id, THRIFT_I64);
  pq_bytes_zigzag (thrift->out, value);
}

void
thrift_bare_binary (struct thrift_out *thrift, const void *data, size_t len)
{
  pq_bytes_varint (thrift->out, len);
  pq_bytes_put (thrift->out, data, len);
}

void
thrift_binary (struct thrift_out *thrift, int id, const void *data, size_t len)
{
  field (thrift, id, THRIFT_BINARY);
  thrift_bare_binary (thrift, data, len);
}

void
thrift_text (struct thrift_out *thrift, int id, const char *text)
{
  thrift_binary (thrift, id, text, strlen (text));
}

void
thrift_list (struct thrift_out *thrift, int id, enum thrift_type type,
             size_t n)
{
  field (thrift, id, THRIFT_LIST);
  if (n < 15) {
    pq_bytes_byte (thrift->out, (unsigned) n << 4 | type);
  } else {
    pq_bytes_byte (thrift->out, 0xf0u | type);
    pq_bytes_varint (thrift->out, n);
  }
}
