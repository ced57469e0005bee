/* SPDX-License-Identifier: Apache-2.0
 *
 * dbn-fields.h - the short words in which dbn-records.c and
 * dbn-definitions.c write down their layouts: type (offset, name).
 */
#ifndef DATABENTO_DBN_FIELDS_H
#define DATABENTO_DBN_FIELDS_H

#include "dbn.h"

#define F(o, n, T, s) { #n, o, s, DBN_##T }
#define U8(o, n) F (o, n, U8, 1)
#define I8(o, n) F (o, n, I8, 1)
#define CHAR(o, n) F (o, n, CHAR, 1)
#define U16(o, n) F (o, n, U16, 2)
#define I16(o, n) F (o, n, I16, 2)
#define U32(o, n) F (o, n, U32, 4)
#define I32(o, n) F (o, n, I32, 4)
#define U64(o, n) F (o, n, U64, 8)
#define I64(o, n) F (o, n, I64, 8)
#define PRICE(o, n) F (o, n, PRICE, 8)
#define TIME(o, n) F (o, n, TIME, 8)
#define TEXT(o, s, n) F (o, n, TEXT, s)

#define LAYOUT(name, size, fields, levels, consolidated)                  \
  { name, size, levels, consolidated,                                     \
    sizeof (fields) / sizeof (fields)[0], fields }

#endif
