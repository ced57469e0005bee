/* SPDX-License-Identifier: Apache-2.0
 *
 * thrift-read.c - the reader of Thrift's compact protocol.
 */
#include "thrift.h"

static void
fail (struct thrift_in *thrift)
{
  thrift->failed = true;
  thrift->at = thrift->end;
}

static unsigned
get_byte (struct thrift_in *thrift)
{
  if (thrift->at == thrift->end) {
    fail (thrift);
    return 0;
  }
  return *thrift->at++;
}

static uint64_t
get_varint (struct thrift_in *thrift)
{
  uint64_t value = 0;

  for (unsigned shift = 0; shift < 70; shift += 7) {
    unsigned byte = get_byte (thrift);

    if (shift == 63 && byte > 1)
      break;
    value |= (uint64_t) (byte & 0x7f) << shift;
    if (byte < 0x80)
      return value;
  }
  fail (thrift);
  return 0;
}

static int64_t
get_zigzag (struct thrift_in *thrift)
{
  uint64_t value = get_varint (thrift);

  return (int64_t) (value >> 1 ^ (0 - (value & 1)));
}

bool
thrift_enter (struct thrift_in *thrift)
{
  if (thrift->failed || thrift->depth == THRIFT_DEPTH) {
    fail (thrift);
    return false;
  }
  thrift->last[thrift->depth++] = 0;
  return true;
}

int
thrift_next (struct thrift_in *thrift)
{
  unsigned head = get_byte (thrift), step = head >> 4;
  int *last = &thrift->last[thrift->depth - 1];
  int64_t id;

  if (thrift->failed || (head & 15) == THRIFT_STOP) {
    thrift->depth--;
    return 0;
  }
  id = step != 0 ? *last + (int) step : get_zigzag (thrift);
  if (id <= 0 || id > INT16_MAX || (head & 15) > THRIFT_STRUCT) {
    fail (thrift);
    thrift->depth--;
    return 0;
  }
  thrift->type = (enum thrift_type) (head & 15);
  return *last = (int) id;
}

bool
thrift_get_bool (struct thrift_in *thrift)
{
  if (thrift->type != THRIFT_TRUE && thrift->type != THRIFT_FALSE)
    fail (thrift);
  return thrift->type == THRIFT_TRUE;
}

int64_t
thrift_get_int (struct thrift_in *thrift)
{
  if (thrift->type == THRIFT_I8)
    return (int8_t) get_byte (thrift);
  if (thrift->type < THRIFT_I16 || thrift->type > THRIFT_I64) {
    fail (thrift);
    return 0;
  }
  return get_zigzag (thrift);
}

const uint8_t *
thrift_get_binary (struct thrift_in *thrift, size_t *ret_len)
{
  const uint8_t *data;
  uint64_t len = 0;

  *ret_len = 0;
  if (thrift->type == THRIFT_BINARY)
    len = get_varint (thrift);
  if (thrift->failed || thrift->type != THRIFT_BINARY
      || len > (uint64_t) (thrift->end - thrift->at)) {
    fail (thrift);
    return thrift->at;
  }
  data = thrift->at;
  thrift->at += len;
  *ret_len = (size_t) len;
  return data;
}

size_t
thrift_get_list (struct thrift_in *thrift)
{
  unsigned head;
  uint64_t n;

  if (thrift->type != THRIFT_LIST && thrift->type != THRIFT_SET) {
    fail (thrift);
    return 0;
  }
  head = get_byte (thrift);
  n = head >> 4 == 15 ? get_varint (thrift) : head >> 4;
  /* Every element takes a byte at least.                                   */
  if ((head & 15) > THRIFT_STRUCT || (head & 15) == THRIFT_STOP
      || n > (uint64_t) (thrift->end - thrift->at)) {
    fail (thrift);
    return 0;
  }
  thrift->type = (enum thrift_type) (head & 15);
  return thrift->failed ? 0 : (size_t) n;
}

static void
skip_list (struct thrift_in *thrift)
{
  size_t n = thrift_get_list (thrift);
  enum thrift_type type = thrift->type;

  for (size_t i = 0; i < n && !thrift->failed; i++) {
    thrift->type = type;
    /* In a list a truth value is a byte.                                   */
    if (type == THRIFT_TRUE || type == THRIFT_FALSE)
      get_byte (thrift);
    else
      thrift_skip (thrift);
  }
}

void
thrift_skip (struct thrift_in *thrift)
{
  size_t len;

  switch (thrift->type) {
  case THRIFT_TRUE: case THRIFT_FALSE:
    return;
  case THRIFT_I8: case THRIFT_I16: case THRIFT_I32: case THRIFT_I64:
    thrift_get_int (thrift);
    return;
  case THRIFT_BINARY:
    thrift_get_binary (thrift, &len);
    return;
  case THRIFT_LIST: case THRIFT_SET:
    /* Lists nest as structs do: the depth bounds the recursion.            */
    if (thrift_enter (thrift)) {
      skip_list (thrift);
      thrift->depth--;
    }
    return;
  case THRIFT_STRUCT:
    if (thrift_enter (thrift)) {
      while (thrift_next (thrift) != 0)
        thrift_skip (thrift);
    }
    return;
  default:
    fail (thrift);
  }
}
