/* SPDX-License-Identifier: Apache-2.0
 *
 * mdcore-provider.h - history, instruments and prices of a request.
 * Included by mdcore.h.
 *
 * A provider builds requests and decodes answers.  It has no threads,
 * sockets, clocks, sleeps or retries.
 */
#ifndef MDCORE_PROVIDER_H
#define MDCORE_PROVIDER_H

#ifndef MDCORE_H
#error "include <mdcore.h>"
#endif

/* ---- offers: what a provider can deliver ---------------------------- */

enum md_unit {
  MD_UNIT_NONE = 0, MD_UNIT_SECOND = 10, MD_UNIT_MINUTE = 20,
  MD_UNIT_HOUR = 30, MD_UNIT_DAY = 40, MD_UNIT_WEEK = 50, MD_UNIT_MONTH = 60
};

struct md_interval { /* frozen */
  uint32_t    count;     /* 0 for ticks                                   */
  uint32_t    unit;      /* enum md_unit                                  */
  int64_t     anchor_ns; /* start of the unit after local midnight:       */
                         /*   -7 h = 17:00 of the day before              */
  const char *zone;      /* IANA zone of days, weeks, months; NULL = UTC  */
};

#define MD_OFFER_PRICES_ANY   (1u << 0) /* prices may be <= 0             */
#define MD_OFFER_ROUNDS       (1u << 1) /* vendor sends binary noise; the */
                                        /*   provider rounds prices       */
#define MD_OFFER_PAID         (1u << 2) /* each fetch costs money         */
#define MD_OFFER_ALL_SYMBOLS  (1u << 3) /* understands `symbols = *`      */
#define MD_OFFER_SPARSE       (1u << 4) /* no row where nothing traded    */
#define MD_OFFER_OUTSIDE      (1u << 5) /* vendor may send rows outside   */
                                        /*   the range: dropped, not an   */
                                        /*   error                        */
#define MD_OFFER_NEWEST_FIRST (1u << 6) /* rows of equal time are emitted */
                                        /*   in reverse of their order    */
#define MD_OFFER_UNNAMED      (1u << 7) /* answers do not say what        */
                                        /*   instrument they are of: bars */
                                        /*   that jump are asked again    */

/* Selector kinds: what a request's symbols are.                          */
enum md_selector {
  MD_SELECT_SYMBOL = 10, MD_SELECT_PARENT = 20, MD_SELECT_CONTINUOUS = 30,
  MD_SELECT_ALL = 40, MD_SELECT_ID = 50
};
#define MD_SELECTS(kind) (1u << ((kind) / 10)) /* for md_offer.selectors  */

/* Array element, stride md_provider.offer_size.                          */
struct md_offer {
  const char *dataset;     /* feed and adjustment: "sip/raw"; "sip/raw@*" */
                           /*   = any that begins so; NULL = any at all;  */
                           /*   both then judged by `check`               */
  const char *schema;      /* what job files say: "ohlcv-1m"              */
  uint32_t    record;      /* enum md_record                              */
  uint32_t    flags;       /* MD_OFFER_...                                */
  const struct md_table *table; /* for MD_OWN_TABLE, else NULL            */
  struct md_interval interval;
  const char *index_time;  /* "bar start", "ts_recv"                      */
  int64_t     settle_ns;   /* final this long after the interval's end;   */
                           /*   for ticks, after the tick                 */
  uint32_t    max_symbols; /* a request may name, 0 = any                 */
  uint32_t    selectors;   /* MD_SELECTS (...) | ...; 0 = symbols only    */
  int64_t     max_span_ns; /* longest range of one vendor call, 0 = any   */
  int64_t     page_rows;   /* rows of one vendor call, 0 = unknown        */
  const char *rewritten_by; /* "split,dividend": actions of the same      */
                            /*   provider and symbol make it stale up to  */
                            /*   their ex-date; needs a dataset           */
  const char *volume_unit; /* "shares", "base currency", "ticks"          */
  const char *adjustment;  /* "raw", "split", "all"; NULL = none exists   */
  const char *doc;
  const char *prompt_plan; /* on these plans ("plus|pro": values of the   */
                           /*   key `plan`)                               */
  int64_t     prompt_ns;   /*   final this long after, instead of         */
                           /*   settle_ns, which is the longer; or NULL, 0 */
  const char *calendar;    /* market hours of bars, trades and quotes:    */
                           /*   "us-equities", or by dataset              */
                           /*   "DATASET=NAME,DATASET=NAME"; NULL = none  */
                           /*   known                                     */
  struct md_interval window; /* a vendor call brings one of these, of one */
                           /*   symbol: a calendar month; count 0: not so */
  int64_t     week_rows;   /* of one symbol in any seven days, at most:   */
                           /*   markets close; 0 = a row an interval      */
};

/* ---- requests ------------------------------------------------------- */

#define MD_REQUEST_PROVISIONAL (1u << 0) /* the unfinished bar is wanted  */

struct md_request {
  uint32_t    struct_size;
  uint32_t    flags;         /* MD_REQUEST_...                            */
  const struct md_offer *offer;
  const char *dataset;       /* as the job says                           */
  const char *schema;
  const char *const *symbols; /* as the vendor spells them                */
  uint32_t    n_symbols;     /* 0 for `*`                                 */
  uint32_t    selector;      /* enum md_selector, of all of them          */
  md_time     from, to;      /* half-open: [from, to), by index time      */
  md_time     newer_than;    /* what is held was asked for then, and the  */
                             /*   vendor's newest is wanted: what it made */
                             /*   for us before does not do; 0 = any does */
};

/* ---- default rate limits -------------------------------------------- */

/* What the vendor documents for a bucket named in `md_http.bucket`.  The
 * core keeps to it unless the job's [rate_limit] says otherwise.  Array
 * element, stride md_provider.limit_size.                                */
struct md_limit {
  const char *bucket;     /* NULL = the default bucket                    */
  const char *plan;       /* whose limit it is: "free"; NULL = all       */
  double      per_second; /* permits; 0 = unlimited                       */
  double      burst;      /* permits at once; 0 counts as 1               */
  const char *doc;        /* where the vendor says so                     */
  double      per_day;    /* calls of a day, 0 = any: `plan` counts with  */
                          /*   them; when the day is used up, and when it */
                          /*   ends, the vendor says (MD_ERR_QUOTA)       */
};

/* ---- interfaces ----------------------------------------------------- */

#define MD_IFACE_PROVIDER "mdcore.provider/1"
struct md_provider {
  uint32_t struct_size;
  uint32_t max_sessions;     /* at one time; 0 = any                      */
  const struct md_offer *offers;
  size_t n_offers, offer_size;

  /* Makes a session; sends nothing.  NULL without a class in err counts as
   * out of memory.  `host` outlives the session.  [session]               */
  void *(*open) (struct md_call *call, const struct md_host *host,
                 const union md_value *config, struct md_error *err);
  void  (*close) (void *session);
  /* Brings rows of [from, to): any number of http, emit and covered calls.
   * What is not covered when it returns is dropped and asked again.
   * [session]                                                             */
  int   (*fetch) (void *session, struct md_call *call,
                  const struct md_request *request, struct md_error *err);
  /* Optional: may this dataset, schema and these symbols be asked?  Sends
   * nothing.  [session]                                                   */
  int   (*check) (void *session, struct md_call *call,
                  const struct md_request *request, struct md_error *err);

  const struct md_limit *limits; /* the first of a bucket is the default  */
  size_t n_limits, limit_size;

  /* Optional, since 0.3: for datasets with numbers in their names, which are
   * too many for `offers`.  Fills an offer of this dataset and schema; what
   * it points to lives as long as the plugin or is part of `dataset`, which
   * does so, too.  MD_ERR_CONFIG says what is wrong with the name,
   * MD_ERR_NOT_FOUND that it is none of these.  [any]                     */
  int   (*derive) (const char *dataset, const char *schema,
                   struct md_offer *ret_offer, struct md_error *err);
};

#define MD_IFACE_SYMBOLS "mdcore.symbols/1"
struct md_symbols {
  uint32_t struct_size;
  uint32_t reserved;
  /* Emits MD_INSTRUMENT records that match a shell pattern (NULL = all).  */
  int (*list) (void *session, struct md_call *call, const char *dataset,
               const char *pattern, struct md_error *err);
  /* Optional: reports `mapping`s of the request's selectors.              */
  int (*resolve) (void *session, struct md_call *call,
                  const struct md_request *request, struct md_error *err);
};

struct md_cost { /* MD_ABSENT / NaN where the vendor cannot say           */
  uint32_t struct_size;
  uint32_t reserved;
  int64_t  rows, bytes, calls_min, calls_max;
  double   money;            /* in `currency`                             */
  char     currency[8];
};

#define MD_IFACE_ESTIMATE "mdcore.estimate/1"
struct md_estimate {
  uint32_t struct_size;
  uint32_t reserved;
  int (*estimate) (void *session, struct md_call *call,
                   const struct md_request *request, struct md_cost *ret_cost,
                   struct md_error *err);
};

#define MD_IFACE_DETAILS "mdcore.details/1"
struct md_details {
  uint32_t struct_size;
  uint32_t reserved;
  /* What only the vendor can tell, and tells for nothing, as `fact`s: without
   * a dataset the datasets, without a schema (NULL each) the dataset's
   * schemas, else that schema's fields.  [session]                         */
  int (*details) (void *session, struct md_call *call, const char *dataset,
                  const char *schema, struct md_error *err);
};

#define MD_IFACE_CONDITIONS "mdcore.conditions/1"
struct md_conditions {
  uint32_t struct_size;
  uint32_t reserved;
  /* How good the vendor's own data of the dataset in [from, to) is, as
   * `condition`s in order of time.  Good parts may be left out unless they
   * have changed.  [session]                                               */
  int (*conditions) (void *session, struct md_call *call,
                     const char *dataset, md_time from, md_time to,
                     struct md_error *err);
};

#endif
