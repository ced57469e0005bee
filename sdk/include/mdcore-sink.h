/* SPDX-License-Identifier: Apache-2.0
 *
 * mdcore-sink.h - where segments go besides the store.  Included by mdcore.h.
 *
 * A segment says: these are all rows of one series in [from, to); whatever
 * the destination held there before is replaced by them.  It is wholly there
 * or wholly absent, and the same segment twice changes nothing.  Segments
 * come in *batches*; the last one of a batch carries `progress`.
 *
 * Life: open, attach, last_commit, then for each segment begin, write any
 * number of times, commit; or abort after a failure.  After any failure the
 * host aborts, closes, and at some later time opens again and delivers from
 * the destination's own last_commit on.
 *
 * Columns cross the boundary as the Arrow C Data Interface
 * (mdcore-arrow.h; https://arrow.apache.org/docs/format/CDataInterface.html),
 * one struct array a `write`, its offset 0, at most 65536 rows.  The schema
 * depends on the table only: its fields in their order without the one
 * flagged MD_FIELD_SERIES, then two columns of origin.
 *
 *   field type   Arrow format            null is
 *   i64          l   int64               absent
 *   time         tsn:UTC                 absent (ts itself never is)
 *   price        l   int64, times 1e-9   absent
 *   f64          g   double              absent
 *   name         i   int32 into a        absent
 *                    dictionary of u
 *   text         U   large utf8          absent
 *   flags        I   uint32, MD_ROW_...  never
 *   _extracted_at   i into a dictionary of tsn:UTC: when the row was asked
 *   _ingestion_id   i into a dictionary of u: UUIDv7 of the run's chunk
 *
 * Both columns of origin share their indices: one entry a commit that rows of
 * the array come from.  What is the same for all rows of a segment is no
 * column: md_segment has provider, symbol and is_mock (MD_SEGMENT_MADE_UP).
 * A column without any value has null_count == length; its buffers may be
 * skipped.  Metadata of each field: PARQUET:field_id, mdcore.type (as above),
 * and mdcore.scale = 9 for prices.  The ids are those of the table, which are
 * permanent, and the MD_FIELD_ID_... below.  Texts are what vendors sent:
 * usually UTF-8, but nobody has checked.
 */
#ifndef MDCORE_SINK_H
#define MDCORE_SINK_H

#ifndef MDCORE_H
#error "include <mdcore.h>"
#endif

struct ArrowSchema;
struct ArrowArray;

/* Columns that no table has, as outputs number and name them.            */
#define MD_FIELD_ID_SOURCE_PROVIDER 9000 /* source_provider               */
#define MD_FIELD_ID_EXTRACTED_AT    9001 /* _extracted_at                 */
#define MD_FIELD_ID_INGESTION_ID    9002 /* _ingestion_id                 */
#define MD_FIELD_ID_IS_MOCK         9003 /* is_mock                       */

struct md_segment {
  uint32_t    struct_size;
  uint32_t    flags;        /* MD_SEGMENT_...                             */
  uint64_t    commit;       /* the rows are as of this commit or newer;   */
                            /*   never shrinks from call to call          */
  const char *ingestion_id; /* of that commit; NULL = of several          */
  const char *provider, *dataset, *schema;
  const char *symbol;       /* the series' instrument                     */
  const struct md_table *table; /* valid as long as the sink is           */
  struct md_interval interval;
  md_time     from, to;     /* what the segment replaces                  */
  md_time     extracted_at; /* of that commit; MD_ABSENT = of several     */
  /* Appended in 0.2: */
  uint64_t    progress;     /* 0 = more segments follow in this batch;    */
                            /*   else `commit` makes the batch durable,   */
                            /*   and last_commit says this from then on   */
};
#define MD_SEGMENT_MADE_UP  (1u << 0) /* is_mock                          */
#define MD_SEGMENT_REPLACES (1u << 1) /* earlier rows may be there        */

/* Who delivers.  A destination may have several feeds, from several jobs and
 * stores, and keeps each one's progress under its id; two feeds never
 * deliver the same series.                                               */
struct md_feed {
  uint32_t    struct_size;
  uint32_t    flags;        /* MD_FEED_...                                */
  const char *id;           /* "UUID of the store/job/sink"               */
  const char *job, *sink;   /* their names                                */
};
/* `[store] rows = off`: the rows are nowhere else.  A segment comes when the
 * vendor's answer does, its `commit` is new each time, and it is never asked
 * for again: [from, to) is not widened by `align`.                       */
#define MD_FEED_STRAIGHT (1u << 0)

#define MD_IFACE_SINK "mdcore.sink/1"
struct md_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *(*open) (struct md_call *call, const struct md_host *host,
                 const union md_value *config, struct md_error *err);
  void  (*close) (void *sink);
  int   (*begin) (void *sink, struct md_call *call,
                  const struct md_segment *segment, struct md_error *err);
  /* Takes ARRAY over (Arrow move semantics) on success, and releases it at
   * the latest in the segment's `commit` or `abort`; SCHEMA is borrowed.
   * Any number of times, in time order.                                   */
  int   (*write) (void *sink, struct md_call *call,
                  const struct ArrowSchema *schema, struct ArrowArray *array,
                  struct md_error *err);
  /* The segment is complete.  With progress: on return everything since the
   * last such commit is durable and visible, and so is the progress.  What a
   * batch that was cut short left visible is delivered again.            */
  int   (*commit) (void *sink, struct md_call *call, struct md_error *err);
  /* Forgets everything since `begin`.                                     */
  int   (*abort) (void *sink, struct md_call *call, struct md_error *err);
  /* The progress that is durable here, 0 = none.                          */
  int   (*last_commit) (void *sink, struct md_call *call,
                        uint64_t *ret_commit, struct md_error *err);

  /* ---- appended in 0.2; all of them optional ------------------------- */

  /* Once, after open.                                                     */
  int   (*attach) (void *sink, struct md_call *call,
                   const struct md_feed *feed, struct md_error *err);
  /* Widens [*from, *to) to the borders of what this sink can only replace
   * as a whole, such as a day's file; SEGMENT is without rows.  Segments
   * then come with such borders.  Wide ranges hold many partitions, all of
   * them whole: the sink cuts the rows itself.                            */
  int   (*align) (void *sink, struct md_call *call,
                  const struct md_segment *segment, md_time *from,
                  md_time *to, struct md_error *err);
  /* Straight feeds, before any segment: the store knows of no commit after
   * this one, so what came with later numbers is taken out again.         */
  int   (*rewind) (void *sink, struct md_call *call, uint64_t commit,
                   struct md_error *err);
  /* `mdcore compact`: makes few large files of many small ones, for this
   * feed; rows and progress stay.                                         */
  int   (*compact) (void *sink, struct md_call *call, struct md_error *err);
};

#endif
