/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.h - what the sinks csv and jsonl have in common: all but the form of
 * a row and the names of their keys.
 */
#ifndef MDCORE_SINKS_TEXT_SINK_H
#define MDCORE_SINKS_TEXT_SINK_H

#include <mdcore.h>

/* The keys of both, in this order; csv has one more.                       */
enum {
  KEY_PATH, KEY_PARTITION, KEY_COMPRESSION, KEY_LEVEL, KEY_TIME, KEY_LINEAGE,
  KEY_GUARD
};

#define TEXT_KEYS                                                           \
  { .name = "path", .type = MD_STRING,                                      \
    .flags = MD_KEY_REQUIRED | MD_KEY_PATH,                                 \
    .doc = "Folder that the files go to; made when it is missing" },        \
  { .name = "partition", .type = MD_CHOICE, .dflt = "auto",                 \
    .choices = "auto|day|month|year|none",                                  \
    .doc = "One file of a series for each of these; none: one in all" },    \
  { .name = "compression", .type = MD_CHOICE, .dflt = "none",               \
    .choices = "none|gzip|zstd", .doc = "How the files are packed" },       \
  { .name = "level", .type = MD_INT,                                        \
    .doc = "Of the compression: gzip 1 to 9, zstd 1 to 19" },               \
  { .name = "time", .type = MD_CHOICE, .dflt = "rfc3339",                   \
    .choices = "rfc3339|ns",                                                \
    .doc = "Times as text in UTC, or as ns since 1970" },                   \
  { .name = "lineage", .type = MD_BOOL, .dflt = "yes",                      \
    .doc = "Columns that say where each row came from" }

/* Each format's `open`: json, and the name of its files ("data.csv").      */
void *text_sink_open (const union md_value *config, bool json, bool guard,
                      const char *extension, struct md_error *err);

void text_sink_close (void *sink);
int text_sink_begin (void *sink, struct md_call *call,
                     const struct md_segment *segment, struct md_error *err);
struct ArrowSchema;
struct ArrowArray;
int text_sink_write (void *sink, struct md_call *call,
                     const struct ArrowSchema *schema,
                     struct ArrowArray *array, struct md_error *err);
int text_sink_commit (void *sink, struct md_call *call, struct md_error *err);
int text_sink_abort (void *sink, struct md_call *call, struct md_error *err);
int text_sink_last_commit (void *sink, struct md_call *call,
                           uint64_t *ret_commit, struct md_error *err);
int text_sink_attach (void *sink, struct md_call *call,
                      const struct md_feed *feed, struct md_error *err);
int text_sink_align (void *sink, struct md_call *call,
                     const struct md_segment *segment, md_time *from,
                     md_time *to, struct md_error *err);
int text_sink_rewind (void *sink, struct md_call *call, uint64_t commit,
                      struct md_error *err);

#define TEXT_SINK_VTABLE                                                    \
  .struct_size = sizeof (struct md_sink), .close = text_sink_close,         \
  .begin = text_sink_begin, .write = text_sink_write,                       \
  .commit = text_sink_commit, .abort = text_sink_abort,                     \
  .last_commit = text_sink_last_commit, .attach = text_sink_attach,         \
  .align = text_sink_align, .rewind = text_sink_rewind

#endif
