/* SPDX-License-Identifier: Apache-2.0
 *
 * thrift.h - Thrift's compact protocol, as far as Parquet uses it: a writer
 * into a buffer and a reader that trusts nothing.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
#ifndef PARQUET_THRIFT_H
#define PARQUET_THRIFT_H

#include "bytes.h"

#define THRIFT_DEPTH 16

enum thrift_type {
  THRIFT_STOP = 0, THRIFT_TRUE = 1, THRIFT_FALSE = 2, THRIFT_I8 = 3,
  THRIFT_I16 = 4, THRIFT_I32 = 5, THRIFT_I64 = 6, THRIFT_DOUBLE = 7,
  THRIFT_BINARY = 8, THRIFT_LIST = 9, THRIFT_SET = 10, THRIFT_MAP = 11,
  THRIFT_STRUCT = 12
};

/* ---- writing --------------------------------------------------------- */

struct thrift_out {
  struct pq_bytes *out;
  unsigned depth;
  int last[THRIFT_DEPTH]; /* field id written last, by depth                */
};

/* The outermost struct, an element of a list of structs, or (with
 * thrift_struct) a member: each ends with thrift_end.                      */
void thrift_begin (struct thrift_out *thrift);
void thrift_end (struct thrift_out *thrift);
void thrift_struct (struct thrift_out *thrift, int id);
/* An empty struct: a choice without parameters.                            */
void thrift_empty (struct thrift_out *thrift, int id);
void thrift_bool (struct thrift_out *thrift, int id, bool value);
void thrift_i8 (struct thrift_out *thrift, int id, int value);
void thrift_i32 (struct thrift_out *thrift, int id, int32_t value);
void thrift_i64 (struct thrift_out *thrift, int id, int64_t value);
void thrift_binary (struct thrift_out *thrift, int id, const void *data,
                    size_t len);
void thrift_text (struct thrift_out *thrift, int id, const char *text);
/* Followed by n bare elements.                                             */
void thrift_list (struct thrift_out *thrift, int id, enum thrift_type type,
                  size_t n);
void thrift_bare_binary (struct thrift_out *thrift, const void *data,
                         size_t len);

/* ---- reading --------------------------------------------------------- */

struct thrift_in {
  const uint8_t *at, *end;
  bool failed;           /* cut off or no Thrift: everything returns 0      */
  unsigned depth;
  int last[THRIFT_DEPTH];
  enum thrift_type type; /* of the field that thrift_next found             */
};

/* Enters the outermost struct or a struct whose field or element comes
 * next; false when it cannot.  thrift_next leaves it by returning 0.       */
bool thrift_enter (struct thrift_in *thrift);
/* Id of the next field, 0 at the end of the struct.  A field that is not
 * wanted must be passed over with thrift_skip.                             */
int thrift_next (struct thrift_in *thrift);
void thrift_skip (struct thrift_in *thrift);
/* Values of the field that thrift_next found; one of another type fails.   */
bool thrift_get_bool (struct thrift_in *thrift);
int64_t thrift_get_int (struct thrift_in *thrift);
const uint8_t *thrift_get_binary (struct thrift_in *thrift, size_t *ret_len);
/* Length of the list; `type` is then that of its elements, each of which is
 * read with one of the getters or thrift_enter.                            */
size_t thrift_get_list (struct thrift_in *thrift);

#endif
