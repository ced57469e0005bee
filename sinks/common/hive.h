/* SPDX-License-Identifier: Apache-2.0
 *
 * hive.h - names of folders that say what is in them:
 * provider=alpaca/dataset=sip%2Fraw/schema=ohlcv-1m/symbol=BRK.B/date=...
 *
 * DuckDB, pyarrow, Spark and polars undo the percent signs.  Pure.  [any]
 */
#ifndef MDCORE_SINKS_HIVE_H
#define MDCORE_SINKS_HIVE_H

#include <mdcore.h>

/* NAME_MAX of the usual file systems.                                      */
#define HIVE_NAME_MAX 255

/* Appends "KEY=" and the encoded value.  Letters, digits, '-', '_', and '.'
 * unless it is the first or last one, stand for themselves, other bytes are
 * %XX.  hive_symbol writes lower-case letters as %XX, too: so symbols that
 * differ in case only stay apart where the file system ignores it.  False:
 * does not fit into `size`, or a name would be longer than HIVE_NAME_MAX.  */
bool hive_part (char *path, size_t size, const char *key, const char *value);
bool hive_symbol (char *path, size_t size, const char *symbol);

/* "/provider=.../dataset=.../schema=.../symbol=..." of a segment behind what
 * `path` holds.                                                            */
bool hive_series (char *path, size_t size, const struct md_segment *segment);

#endif
