/* SPDX-License-Identifier: Apache-2.0
 *
 * limiter-file.h - the state of a limiter's buckets, in a file that all
 * processes of the host share.
 *
 * One fixed-size slot a bucket, each with its own checksum; changed under an
 * OFD lock, which the kernel drops when its holder dies.  Times are
 * clock_boottime; the header names the boot.  Whatever does not check out is
 * started afresh, and the log says so.
 */
#pragma once

#include <glib.h>

#define LIMITER_NAME_SIZE 56

/* Bytes on disk, host's order: the file never leaves the host.             */
typedef struct {
  char name[LIMITER_NAME_SIZE]; /* of the bucket; longer ones as a hash     */
  double level;            /* permits there are; below 0: owed to waiters   */
  gint64 at;               /* when `level` was true; may lie ahead: nothing */
                           /*   accrues before                              */
  double factor;           /* of the ceiling, 1 unless there were 429s      */
  gint64 factor_at;        /* since when it recovers                        */
  double hint_rate;        /* vendor's remaining quota, permits a second    */
  gint64 hint_until;       /* 0 = none                                      */
  guint64 generation;      /* goes up when what waiters were told is void   */
  guint64 checksum;
} LimiterState;

typedef struct LimiterFile LimiterFile;

/* Never fails: without a usable directory the state is this process's own. */
LimiterFile *limiter_file_open (const char *dir, const char *key_id);
void limiter_file_close (LimiterFile *file);

/* The bucket's state, new ones zeroed, locked against all others until
 * limiter_file_unlock writes it back.                                      */
LimiterState *limiter_file_lock (LimiterFile *file, const char *bucket);
void limiter_file_unlock (LimiterFile *file, LimiterState *state);
