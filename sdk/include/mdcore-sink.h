/* SPDX-License-Identifier: Apache-2.0
 *
 * mdcore-sink.h - where segments go besides the store.  Included by mdcore.h.
 *
 * A segment is one commit of the store: rows of one series in [from, to)
 * that replace whatever the destination held there.  It is wholly there or
 * wholly absent, and delivering the same commit twice changes nothing.
 * Columns cross the boundary as the Arrow C Data Interface
 * (mdcore-arrow.h; https://arrow.apache.org/docs/format/CDataInterface.html).
 */
#ifndef MDCORE_SINK_H
#define MDCORE_SINK_H

#ifndef MDCORE_H
#error "include <mdcore.h>"
#endif

struct ArrowSchema;
struct ArrowArray;

struct md_segment {
  uint32_t    struct_size;
  uint32_t    flags;        /* MD_SEGMENT_...                             */
  uint64_t    commit;       /* grows by one or more from call to call     */
  const char *ingestion_id; /* UUIDv7 of the run's chunk                  */
  const char *provider, *dataset, *schema;
  const char *symbol;       /* the series' instrument                     */
  const struct md_table *table;
  struct md_interval interval;
  md_time     from, to;     /* what the segment replaces                  */
  md_time     extracted_at;
};
#define MD_SEGMENT_MADE_UP  (1u << 0) /* is_mock                          */
#define MD_SEGMENT_REPLACES (1u << 1) /* earlier rows may be there        */

#define MD_IFACE_SINK "mdcore.sink/1"
struct md_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *(*open) (struct md_call *call, const struct md_host *host,
                 const union md_value *config, struct md_error *err);
  void  (*close) (void *sink);
  int   (*begin) (void *sink, struct md_call *call,
                  const struct md_segment *segment, struct md_error *err);
  /* Takes ARRAY over (Arrow move semantics) on success; SCHEMA is borrowed.
   * Any number of times, in time order.                                   */
  int   (*write) (void *sink, struct md_call *call,
                  const struct ArrowSchema *schema, struct ArrowArray *array,
                  struct md_error *err);
  /* On return everything since `begin` is durable.                        */
  int   (*commit) (void *sink, struct md_call *call, struct md_error *err);
  /* Forgets everything since `begin`.                                     */
  int   (*abort) (void *sink, struct md_call *call, struct md_error *err);
  /* The last commit number that is durable here, 0 = none.                */
  int   (*last_commit) (void *sink, struct md_call *call,
                        uint64_t *ret_commit, struct md_error *err);
};

#endif
