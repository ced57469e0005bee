/* SPDX-License-Identifier: Apache-2.0
 *
 * output.h - bytes into a file, as they are, as gzip or as zstd.
 *
 * The same bytes give the same file: no time or name of a file is in it.
 */
#ifndef MDCORE_SINKS_OUTPUT_H
#define MDCORE_SINKS_OUTPUT_H

#include <mdcore.h>

/* In the order of the choices of the key `compression`.                    */
enum packing { PACK_NONE, PACK_GZIP, PACK_ZSTD, PACK_KINDS };
#define PACK_CHOICES "none|gzip|zstd"
extern const char *const pack_names[PACK_KINDS];      /* the choices        */
extern const char *const pack_extensions[PACK_KINDS]; /* "", ".gz", ".zst"  */

struct output;

/* level: MD_ABSENT = the library's usual one.                              */
struct output *output_new (enum packing packing, int64_t level);
void output_free (struct output *output);
/* Begins an empty file.                                                    */
int output_open (struct output *output, const char *path,
                 struct md_error *err);
int output_put (struct output *output, const char *data, size_t len,
                struct md_error *err);
/* Ends and closes it.                                                      */
int output_close (struct output *output, struct md_error *err);
/* Closes it without an end, and removes it.                                */
void output_drop (struct output *output);
bool output_is_open (const struct output *output);

#endif
