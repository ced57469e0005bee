/* SPDX-License-Identifier: Apache-2.0
 *
 * import.h - a fetch from files: those on disk (import.c) and those of a
 * batch job (batch.c).
 */
#ifndef DATABENTO_IMPORT_H
#define DATABENTO_IMPORT_H

#include "databento.h"
#include "files.h"

/* One stream that concerns the request.                                     */
struct entry {
  char *shown;
  bool bounded;
  md_time from, to;    /* after reading: what it proved                      */
  struct claim claim;
};

struct import {
  struct walk walk;    /* first: visitors get the walk                       */
  md_time to;          /* what the files stand for, from the request's start */
  const char *place;   /* where they are, for messages                       */
  bool complete;       /* between them is nothing                            */
  uint32_t only;       /* they were made for this symbol of the request, or  */
                       /*   MD_ABSENT_NAME                                   */
  struct entry *entries;
  size_t n, capacity;
  char skipped[400];   /* the first file that was passed over, and why       */
  size_t n_skipped;
};

/* Takes the claim of a stream that was opened.                              */
int import_add (struct import *import, struct stream *stream,
                const char *shown, struct md_error *err);
/* These symbols exist: a file maps them.                                    */
void import_know (struct feed *feed, const struct claim *claim);
/* After the last file: NOT_FOUND for a symbol that none knows, and covers
 * what lies between the files or says that it is missing.                   */
int import_settle (const struct import *import, struct md_error *err);
void import_free (struct import *import);

#endif
