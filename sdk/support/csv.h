/* SPDX-License-Identifier: Apache-2.0
 *
 * csv.h - a pull reader over a complete CSV text (RFC 4180, LF or CRLF).
 * No allocation.  [any]
 */
#ifndef MDCORE_SUPPORT_CSV_H
#define MDCORE_SUPPORT_CSV_H

#include <mdcore.h>

#ifdef __cplusplus
extern "C" {
#endif

struct md_csv {
  const char *at, *end;
  const char *fault;   /* what was wrong, NULL while all is well            */
  size_t      line;    /* of the record last read, from 1                   */
  size_t      next_line;
};

void md_csv_init (struct md_csv *csv, const char *text, size_t len);
/* Reads one record into fields[0..max); *ret_n is the number found, which may
 * be larger than max (the rest is skipped).  Quoted fields are returned
 * without their quotes; doubled quotes stay doubled (md_csv_unquote).
 * An empty line is a record of one empty field.  A byte order mark at the
 * start is passed over.  False at the end or at a fault; `line` is then that
 * of the record with the fault.                                            */
bool md_csv_record (struct md_csv *csv, struct md_text *fields, size_t max,
                    size_t *ret_n);
/* Halves doubled quotes into buf (raw.len bytes suffice); returns the length. */
size_t md_csv_unquote (struct md_text raw, char *buf);
/* Column of `name` in a header record, or -1.                              */
int md_csv_column (const struct md_text *fields, size_t n, const char *name);

#ifdef __cplusplus
}
#endif

#endif
