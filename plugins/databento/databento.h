/* SPDX-License-Identifier: Apache-2.0
 *
 * databento.h - what the files of this provider share.
 *
 * The way of a byte: request.c or files.c opens a source; stream.c decodes
 * it, finds each record's symbol (symbols.c), turns it into a canonical row
 * (map-*.c) and says what is covered.
 */
#ifndef DATABENTO_H
#define DATABENTO_H

#include "dbn.h"
#include "symbols.h"

#include <support/json.h>

/* ---- the session ------------------------------------------------------- */

struct session {
  const struct md_host *host;
  char *base_url;
  char *files;           /* folder or file; NULL: the vendor's service       */
  int64_t files_version; /* of fragments whose name does not tell            */
  bool files_complete;   /* the files are all there is for the job's range   */
  bool has_key;
  bool batch;            /* by way of batch jobs                             */
  bool batch_again;      /* what expired before it was fetched is bought     */
                         /*   again                                          */
  int64_t batch_poll;    /* ns between two looks at a job                    */
};

/* ---- names (names.c, publishers.c) ------------------------------------- */

/* Venue of a publisher, or NULL where it is not known.                      */
const char *publisher_venue (unsigned publisher);

enum char_kind {
  CHAR_AGGRESSOR, CHAR_SIDE, CHAR_ACTION, CHAR_FLAG, CHAR_RESTRICTED,
  CHAR_UPDATE, CHAR_PLAIN, N_CHAR_KINDS
};

/* Interned names of one call.  A failure sticks and is asked for once a
 * batch, so that mapping a record needs no way out.                         */
struct names {
  const struct md_host *host;
  struct md_call *call;
  struct md_error error;
  uint32_t *venues;                    /* by publisher                       */
  uint32_t chars[N_CHAR_KINDS][256];   /* by the stored byte                 */
};

int names_init (struct names *names, const struct md_host *host,
                struct md_call *call, struct md_error *err);
void names_free (struct names *names);
uint32_t names_text (struct names *names, const char *text, size_t len);
uint32_t names_venue_slow (struct names *names, unsigned publisher);
uint32_t names_char_slow (struct names *names, enum char_kind kind,
                          unsigned char c);

#define NAME_UNASKED (UINT32_MAX - 1) /* neither a name nor "absent"         */

static inline uint32_t
names_venue (struct names *names, unsigned publisher)
{
  uint32_t id = names->venues[publisher];

  return id != NAME_UNASKED ? id : names_venue_slow (names, publisher);
}

static inline uint32_t
names_char (struct names *names, enum char_kind kind, unsigned char c)
{
  uint32_t id = names->chars[kind][c];

  return id != NAME_UNASKED ? id : names_char_slow (names, kind, c);
}

/* ---- schemas (offers.c) ------------------------------------------------ */

/* Fills a row from a version 3 record, all but symbol and contract.  A
 * record that makes no row gives the reason.                                */
typedef const char *(*map_fn) (struct names *names,
                               const unsigned char *record, void *row);

struct schema {
  const char *name;
  unsigned code;       /* in metadata                                        */
  unsigned rtype;
  unsigned ts_offset;  /* of the index time in a record of any version       */
  uint32_t record;     /* enum md_record                                     */
  size_t row_size;     /* 0: definition_row_size                             */
  map_fn map;
};

#define N_SCHEMAS 17
extern const struct schema schemas[N_SCHEMAS];
extern const struct md_offer offers[N_SCHEMAS]; /* in the same order         */
const struct schema *schema_by_name (const char *name);

/* map-*.c                                                                   */
const char *map_bar (struct names *, const unsigned char *, void *);
const char *map_trade (struct names *, const unsigned char *, void *);
const char *map_mbp (struct names *, const unsigned char *, void *);
const char *map_bbo (struct names *, const unsigned char *, void *);
const char *map_cmbp (struct names *, const unsigned char *, void *);
const char *map_cbbo (struct names *, const unsigned char *, void *);
const char *map_statistic (struct names *, const unsigned char *, void *);
const char *map_status (struct names *, const unsigned char *, void *);
const char *map_definition (struct names *, const unsigned char *, void *);
extern const struct md_table definition_table;
extern const size_t definition_row_size;

/* Values that most records share.                                           */
static inline md_time
map_time (const unsigned char *p)
{
  uint64_t value = dbn_u64 (p);

  /* 2^64-1 is the vendor's "undefined"; stream.c refuses what lies between. */
  return value > INT64_MAX ? MD_ABSENT : (md_time) value;
}

static inline double
map_size (const unsigned char *p)
{
  uint32_t value = dbn_u32 (p);

  return value != UINT32_MAX ? (double) value : md_absent_f64 ();
}

/* ---- one fetch and its streams (stream.c, metadata.c, cover.c) --------- */

#define BATCH_ROWS 1024

struct feed {
  const struct session *session;
  const struct md_host *host;
  struct md_call *call;
  const struct md_request *request;
  const struct schema *schema;
  struct asked asked;
  struct contracts contracts; /* continuous symbols from the service         */
  struct names names;
  unsigned char *rows;
  size_t row_size, n_rows;
  uint8_t *known;      /* files: some file holds it; by request symbol       */
  bool holds_back;     /* files: covered only when all of them are read      */
};

int feed_init (struct feed *feed, const struct session *session,
               struct md_call *call, const struct md_request *request,
               struct md_error *err);
void feed_free (struct feed *feed);

/* What a stream's metadata says of a symbol of the request; marks.          */
enum {
  MARK_LISTED = 1,   /* it was asked for by name                             */
  MARK_MAPPED = 2,   /* and stood for an instrument at some time             */
  MARK_NOT_FOUND = 4 /* the vendor does not know it in that range            */
};

/* Which symbols of the request a stream speaks for.                         */
struct claim {
  uint32_t only;         /* the one it was asked for by (a parent), or       */
                         /*   MD_ABSENT_NAME                                 */
  bool is_file;          /* else: the service's answer to this very request  */
  bool by_id;            /* asked for by id                                  */
  bool lists_all;        /* asked for with ALL_SYMBOLS                       */
  uint8_t *marks;        /* by request symbol                                */
};

struct stream {
  struct feed *feed;
  const char *name;      /* for errors: "the answer", a file's name          */
  unsigned fragment;     /* version of a stream without metadata, or 0       */
  struct claim claim;    /* the caller sets `only` and `is_file`             */

  struct dbn_reader reader;
  struct dbn_header header;
  struct dbn_upgrader upgrader;
  struct symbols symbols;
  char input[256];       /* symbol of the mapping that is being read         */
  uint32_t n_listed;     /* symbols in the metadata's list                   */
  bool ids_are_inputs;   /* its mappings lead from ids to symbols            */
  char skipped[200];     /* why nothing in it concerns the request, or ""    */

  bool bounded;          /* its metadata says what range it holds            */
  md_time from, to;      /* that range within the request's                  */
  bool covers_all;       /* it speaks for every symbol of the request        */
  md_time covered;       /* said to be covered up to here                    */
  md_time next_cut;      /* natural boundary to look out for                 */
  uint64_t since;        /* bytes of records since the last cut              */
  uint64_t records;      /* of any type, for the metadata's limit            */
  uint64_t strangers;    /* of types that are not known                      */
  bool passed;           /* a file's records are behind the range            */
};

/* Reads the metadata, or prepares a fragment.  After MD_OK with `skipped` set
 * there is nothing to run (files only).                                     */
int stream_open (struct stream *stream, struct md_error *err);
/* Emits the rows, and covers [from, to) of a bounded stream step by step.   */
int stream_run (struct stream *stream, struct md_error *err);
/* Instead of running: where a stream that was asked for with a limit ends.  */
int stream_measure (struct stream *stream, struct md_error *err);
void stream_close (struct stream *stream);

bool claim_answers (const struct claim *claim, const struct feed *feed,
                    uint32_t symbol);
/* The stream names this symbol or instrument.                               */
void metadata_mark (struct stream *stream, struct md_text name, uint32_t id);
int metadata_read (struct stream *stream, struct md_error *err);
int metadata_skip (struct stream *stream, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

int cover_flush (struct stream *stream, struct md_error *err);
int cover_to (struct stream *stream, md_time to, struct md_error *err);
/* Called for a record at or behind next_cut, and when a batch is full.      */
int cover_boundary (struct stream *stream, md_time ts, struct md_error *err);
int cover_full (struct stream *stream, md_time ts, struct md_error *err);
void cover_start (struct stream *stream);

/* ---- the vendor's service ---------------------------------------------- */

/* Form bodies (form.c).                                                     */
struct form {
  char *text;
  size_t len, size;
  bool failed;           /* no memory                                        */
};
void form_add (struct form *form, const char *name, const char *value);
void form_add_i64 (struct form *form, const char *name, int64_t value);
void form_add_date (struct form *form, const char *name, md_time t);
const char *form_stype_in (unsigned selector);
/* `symbols` and `stype_in`; only: one of the request's symbols, or
 * MD_ABSENT_NAME for all of them.                                           */
void form_add_symbols (struct form *form, const struct md_request *request,
                       uint32_t only);
/* One more value of the list that `name=` began.                            */
void form_add_to_list (struct form *form, const char *value);
void form_free (struct form *form);

/* Every exchange with the service (service.c): MD_OK with a reply of status
 * 200 or 206, warnings logged; or the failure that errors.c makes of it.    */
int service_post (const struct session *session, struct md_call *call,
                  const struct md_request *request, const char *method,
                  struct form *form, const char *bucket, bool pull,
                  struct md_reply *ret_reply, struct md_error *err);

extern const struct md_auth service_auth;
/* CONFIG when there is no key, before anything is sent.                     */
int service_needs_key (const struct session *session, struct md_error *err);
/* A GET that answers with JSON, ready to be read; frees the query.          */
int service_get (const struct session *session, struct md_call *call,
                 const char *method, struct form *query, const char *bucket,
                 struct md_json *ret_json, struct md_error *err);
/* The document must be whole; PROTOCOL says where it is not.                */
int service_finish (struct md_json *json, const char *method,
                    struct md_error *err);
/* A text, cut to size; anything else is passed over and leaves `to`.        */
void service_text (struct md_json *json, char *to, size_t size);

/* What a reply of another status means for this request (errors.c).         */
int service_error (const struct session *session, struct md_call *call,
                   const struct md_request *request, struct md_reply *reply,
                   bool pulled, struct md_error *err);

/* A fetch by way of batch jobs (batch.c).                                   */
int batch_fetch (struct feed *feed, struct md_error *err);
/* From `from` to *ret_until an earlier job has been paid for.               */
int batch_paid_until (const struct session *session, struct md_call *call,
                      const struct md_request *request, md_time from,
                      md_time *ret_until, struct md_error *err);
int request_fetch (struct feed *feed, struct md_error *err);
int request_check (const struct md_request *request, struct md_error *err);

/* symbology.resolve (resolve.c).                                            */
struct ids {
  uint32_t *items;       /* each once                                        */
  size_t n, capacity;
};
int ids_add (struct ids *ids, uint32_t id, struct md_error *err);
/* In [from, to) the input stood for this output.                            */
typedef int (*resolve_fn) (void *ctx, struct md_text input, md_time from,
                           md_time to, struct md_text output,
                           struct md_error *err);
/* The form has stype_in and symbols; it is freed.  The request says dataset
 * and range.                                                                */
int resolve_post (const struct session *session, struct md_call *call,
                  const struct md_request *request, struct form *form,
                  const char *stype_out, resolve_fn found, void *ctx,
                  struct md_error *err);
/* An output that must be an instrument's id.                                */
int resolve_id (struct md_text output, uint32_t *ret_id,
                struct md_error *err);
/* The instruments' own symbols; some may have none.                         */
int resolve_names (const struct session *session, struct md_call *call,
                   const struct md_request *request, const struct ids *ids,
                   struct contracts *contracts, struct md_error *err);
/* continuous symbols -> ids -> the instruments' own symbols (resolve.c).    */
int resolve_contracts (struct feed *feed, struct md_error *err);
/* What the vendor says of itself (describe.c, condition.c).                 */
int describe (void *session, struct md_call *call, const char *dataset,
              const char *schema, struct md_error *err);
int conditions (void *session, struct md_call *call, const char *dataset,
                md_time from, md_time to, struct md_error *err);
/* Instruments of a dataset, and what symbols stand for (instruments.c).     */
int list_instruments (void *session, struct md_call *call,
                      const char *dataset, const char *pattern,
                      struct md_error *err);
int resolve_symbols (void *session, struct md_call *call,
                     const struct md_request *request, struct md_error *err);
int estimate (void *session, struct md_call *call,
              const struct md_request *request, struct md_cost *ret_cost,
              struct md_error *err);

/* ---- local files (files.c) --------------------------------------------- */

int files_fetch (struct feed *feed, struct md_error *err);

#endif
