/* SPDX-License-Identifier: Apache-2.0
 *
 * dbn.h - reading Databento Binary Encoding (DBN), versions 1, 2 and 3.
 *
 * A small library of its own: bytes are pulled through a callback, in pieces
 * of any size, and records are handed out in place.  It allocates one buffer
 * and knows nothing of HTTP, files, compression or canonical records.
 */
#ifndef DATABENTO_DBN_H
#define DATABENTO_DBN_H

#include <mdcore.h>

#define DBN_NO_PRICE   INT64_MAX
#define DBN_NO_TIME    UINT64_MAX
#define DBN_MIXED      65535u /* schema of a recorded live session           */
#define DBN_NO_STYPE   255u
#define DBN_RECORD_MAX 1020u  /* a length byte of 255, in units of four      */

/* Record types that the code names; the others only occur in tables.       */
enum dbn_rtype {
  DBN_RTYPE_STATUS = 18, DBN_RTYPE_DEFINITION = 19, DBN_RTYPE_ERROR = 21,
  DBN_RTYPE_MAPPING = 22, DBN_RTYPE_SYSTEM = 23, DBN_RTYPE_STATISTICS = 24
};

enum dbn_stype {
  DBN_INSTRUMENT_ID = 0, DBN_RAW_SYMBOL = 1, DBN_CONTINUOUS = 3,
  DBN_PARENT = 4
};

/* ---- little-endian loads; compilers make one instruction of each ------- */

static inline uint16_t
dbn_u16 (const unsigned char *p)
{
  return (uint16_t) (p[0] | p[1] << 8);
}

static inline uint32_t
dbn_u32 (const unsigned char *p)
{
  return (uint32_t) p[0] | (uint32_t) p[1] << 8 | (uint32_t) p[2] << 16
         | (uint32_t) p[3] << 24;
}

static inline uint64_t
dbn_u64 (const unsigned char *p)
{
  return dbn_u32 (p) | (uint64_t) dbn_u32 (p + 4) << 32;
}

static inline int64_t
dbn_i64 (const unsigned char *p)
{
  return (int64_t) dbn_u64 (p);
}

static inline int32_t
dbn_i32 (const unsigned char *p)
{
  return (int32_t) dbn_u32 (p);
}

/* ---- layouts (dbn-records.c, dbn-definitions.c) ------------------------ */

enum dbn_type {
  DBN_U8, DBN_I8, DBN_CHAR, DBN_U16, DBN_I16, DBN_U32, DBN_I32, DBN_U64,
  DBN_I64, DBN_PRICE, DBN_TIME, DBN_TEXT
};

struct dbn_field {
  const char *name;
  uint16_t offset, size; /* bytes                                             */
  uint8_t type;          /* enum dbn_type                                     */
};

struct dbn_layout {
  const char *name;
  uint16_t size;                  /* without ts_out                          */
  uint8_t levels, consolidated;   /* BidAskPair or its consolidated form, at */
                                  /*   the end of the record                 */
  uint8_t n_fields;
  const struct dbn_field *fields; /* after the common header, levels left    */
                                  /*   out, in order of offset               */
};

extern const struct dbn_layout dbn_definition_layouts[3];

/* NULL for a record type or version that is not known.                     */
const struct dbn_layout *dbn_layout (unsigned rtype, unsigned version);
const struct dbn_field *dbn_field (const struct dbn_layout *layout,
                                   const char *name);
/* Shortest legal length byte of each record type.                          */
void dbn_words (unsigned char words[256], unsigned version, bool ts_out);
/* Wire name of a schema or symbology type, "unknown" if there is none.     */
const char *dbn_schema_name (unsigned schema);
const char *dbn_stype_name (unsigned stype);
/* Text up to its first NUL, at most size bytes.                            */
struct md_text dbn_text (const unsigned char *p, size_t size);

/* ---- errors ------------------------------------------------------------ */

int dbn_fail (struct md_error *err, int klass, const char *format, ...)
  __attribute__ ((format (printf, 3, 4)));

/* ---- the reader (dbn-reader.c) ----------------------------------------- */

/* Next bytes of the stream, *ret_len 0 at its proven end.  Not MD_OK: it
 * failed, with err filled.                                                 */
typedef int (*dbn_pull_fn) (void *ctx, void *buf, size_t size, size_t *ret_len,
                            struct md_error *err);

struct dbn_reader {
  const unsigned char *at, *end; /* unread bytes; NULs follow them           */
  unsigned char words[256];
  size_t like;                   /* words of the record before               */
  unsigned version;
  bool ts_out, ended;
  unsigned char *buf;
  size_t size;                   /* of buf, without the NULs                 */
  uint64_t base;                 /* offset of buf in the stream              */
  dbn_pull_fn pull;
  void *ctx;
  struct md_error error;         /* klass is MD_OK while all is well         */
};

/* What is pulled at a time: records are read while they are still in the
 * second-level cache.                                                       */
#define DBN_PIECE (128u << 10)

/* `piece` bytes are asked for at a time (at least 64 KiB).  MD_ERR_INTERNAL
 * when there is no memory.                                                 */
int dbn_reader_open (struct dbn_reader *reader, size_t piece, dbn_pull_fn pull,
                     void *ctx, struct md_error *err);
void dbn_reader_close (struct dbn_reader *reader);
/* The stream is a fragment: records from the first byte on.                */
void dbn_reader_fragment (struct dbn_reader *reader, unsigned version);
/* n bytes in one piece, n at most 64 KiB; `what` names them when the stream
 * ends before.  Valid until the next call.                                 */
int dbn_reader_take (struct dbn_reader *reader, size_t n, const char *what,
                     const unsigned char **ret_bytes, struct md_error *err);
uint64_t dbn_reader_offset (const struct dbn_reader *reader);

/* Next record when it does not lie whole in the buffer, is malformed, or
 * does not exist.                                                          */
const unsigned char *dbn_next_slow (struct dbn_reader *reader);

/* The next record, its length checked against its type, or NULL: then
 * dbn_reader_end tells whether the stream came to its end or is broken.
 * Valid until the next call.                                               */
static inline const unsigned char *
dbn_next (struct dbn_reader *reader)
{
  const unsigned char *record = reader->at;
  size_t words = record[0], guess = reader->like;

  /* Where the next record lies follows from a guess, this one's length being
   * that of the one before, so that the processor need not wait for the byte
   * before it looks further.  The barrier hides from the compiler that the
   * guess is right, or it would go by the byte after all.                   */
  __asm__ ("" : "+r" (guess));
  /* At the end the NULs are a record of length 0, shorter than any.         */
  if (__builtin_expect (words < reader->words[record[1]]
                          || 4 * words > (size_t) (reader->end - record), 0))
    return dbn_next_slow (reader);
  if (__builtin_expect (words != reader->like, 0))
    reader->like = guess = words;
  reader->at = record + 4 * guess;
  return record;
}

/* MD_OK: every byte up to the proven end was a whole record.               */
int dbn_reader_end (const struct dbn_reader *reader, struct md_error *err);

/* ---- metadata (dbn-header.c) ------------------------------------------- */

struct dbn_header {
  unsigned version;
  char dataset[17];
  unsigned schema;               /* DBN_MIXED for a live session             */
  uint64_t start, end;           /* end DBN_NO_TIME: open                    */
  uint64_t limit;                /* 0: none                                  */
  unsigned stype_in, stype_out;  /* DBN_NO_STYPE: mixed                      */
  bool ts_out;
  unsigned symbol_len;           /* bytes of a symbol in the lists           */
};

enum dbn_list { DBN_SYMBOLS, DBN_PARTIAL, DBN_NOT_FOUND, DBN_N_LISTS };

/* Called while the metadata passes by: it may be larger than memory should
 * hold.  Members may be NULL; anything but MD_OK ends the reading.  Texts
 * are borrowed for the call.                                               */
struct dbn_names {
  void *ctx;
  int (*header) (void *ctx, const struct dbn_header *header,
                 struct md_error *err);
  int (*name) (void *ctx, enum dbn_list list, struct md_text name,
               struct md_error *err);
  int (*mapping) (void *ctx, struct md_text input, struct md_error *err);
  /* Of the mapping last named; dates as YYYYMMDD, the second exclusive.     */
  int (*interval) (void *ctx, uint32_t from, uint32_t to,
                   struct md_text output, struct md_error *err);
};

/* Reads prelude and metadata; the records follow.                          */
int dbn_read_header (struct dbn_reader *reader, const struct dbn_names *names,
                     struct dbn_header *ret_header, struct md_error *err);

/* ---- version 3 of any record (dbn-upgrade.c) --------------------------- */

struct dbn_upgrader {
  unsigned version;
  bool ts_out;
  struct dbn_plan {
    const struct dbn_layout *from, *to; /* NULL: nothing changes             */
    uint8_t n;
    struct { uint16_t from, to, size; uint8_t from_type, to_type; } moves[80];
  } plans[6];                           /* rtypes 19 to 24                   */
};

void dbn_upgrader_init (struct dbn_upgrader *upgrader, unsigned version,
                        bool ts_out);
/* The record itself when it is the same in version 3, else `out`.          */
const unsigned char *dbn_upgrade (const struct dbn_upgrader *upgrader,
                                  const unsigned char *record,
                                  unsigned char out[DBN_RECORD_MAX]);

/* ---- one record as a line of JSON (dbn-json.c) ------------------------- */

/* Every stored value as a raw integer or text; `size` of DBN_JSON_MAX always
 * suffices.  Returns the length, without a newline.                        */
#define DBN_JSON_MAX 16384
size_t dbn_json (const unsigned char *record, unsigned version, bool ts_out,
                 char *buf, size_t size);

#endif
