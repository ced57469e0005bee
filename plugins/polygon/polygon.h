/* SPDX-License-Identifier: Apache-2.0
 *
 * polygon.h - what the files of the Polygon provider share.
 */
#ifndef POLYGON_H
#define POLYGON_H

#include <mdcore.h>
#include <support/json.h>
#include <support/page.h>
#include <support/row.h>
#include <support/url.h>
#include <support/zone.h>

#define PG_URL_SIZE 2600    /* a next_url and what is added to it */
#define PG_BATCH 256        /* rows handed to `emit` at once */
#define PG_PAGE_ROWS 50000
#define PG_MS INT64_C (1000000)

/* What a dataset is made of; its name begins with the market's.            */
struct pg_market {
  const char *name;          /* "stocks" */
  const char *prefix;        /* of its tickers: "X:", or "" */
  const char *example;       /* a ticker */
  const char *list;          /* its name in the list of tickers */
  const char *flat;          /* its folder of flat files */
  const char *grouped;       /* path of a whole market's day, or NULL */
  enum md_zone zone;         /* where its days begin */
  bool         five_days;    /* nothing on Saturdays and Sundays */
};

union pg_rows {
  struct md_bar    bars[PG_BATCH];
  struct md_trade  trades[PG_BATCH];
  struct md_quote  quotes[PG_BATCH];
  struct md_action actions[PG_BATCH];
};

enum pg_source { PG_REST, PG_S3, PG_FOLDER };

struct polygon {
  const struct md_host *host;
  enum pg_source source;
  char *base_url, *s3_url, *s3_bucket, *folder;
  bool  has_key, has_s3_keys, folder_complete, is_free;
  int   years;               /* that the plan holds; 0: all of them */
  struct md_names names;
  union pg_rows rows;
};

/* One callback.                                                            */
struct pg_job {
  struct polygon *pg;
  struct md_call *call;
  const struct md_request *request; /* NULL when symbols are listed */
  const struct pg_market  *market;
  const char *what;                 /* begins every error */
  size_t n;                         /* rows that wait for `emit` */
  struct md_text ticker;            /* of the bar read last, where it has one */
};

/* ---- offers.c ---------------------------------------------------------- */

#define PG_N_OFFERS 70 /* the compiler compares it with the list */
extern const struct md_offer pg_offers[PG_N_OFFERS];
const struct pg_market *pg_market_of (const char *dataset);
/* "stocks/raw" and the like: false; "stocks/split": true.                  */
bool pg_is_adjusted (const char *dataset);

/* ---- answer.c ---------------------------------------------------------- */

/* GET of a finished URL.  MD_OK: a 200 with a body, valid until the next.  */
int pg_get (struct pg_job *job, struct md_url *url, struct md_reply *ret_reply,
            struct md_error *err);

/* {"results": [...], "next_url": ...}: checks the whole document.          */
struct pg_page {
  struct md_text rows;        /* NULL: there are none */
  int64_t        n_rows;      /* as the page says, or MD_ABSENT */
  struct md_text ticker;      /* NULL: not told */
  enum md_json_type adjusted; /* true, false, or none */
  char next[MD_TOKEN_SIZE];   /* empty: the last page */
};
int pg_read_page (struct pg_job *job, const struct md_reply *reply,
                  struct pg_page *ret_page, struct md_error *err);
/* Are there as many rows as the page says?                                 */
int pg_check_count (const struct pg_job *job, const struct pg_page *page,
                    int64_t n, struct md_error *err);
/* The next page's URL, which must be of the configured origin or of one of
 * the vendor's two names, which mean the same.                             */
int pg_next_url (struct pg_job *job, const char *next, struct md_url *url,
                 struct md_error *err);

/* Hands over the rows that wait.                                           */
int pg_flush (struct pg_job *job, struct md_error *err);
int pg_reject (struct pg_job *job, uint32_t symbol, md_time ts,
               const char *raw, const char *raw_end,
               const struct md_reasons *reasons, struct md_error *err);
/* Counts the row in the batch's next place, or makes it a dead letter.     */
int pg_keep (struct pg_job *job, uint32_t symbol, md_time ts, const char *raw,
             const char *raw_end, const struct md_reasons *reasons,
             struct md_error *err);

/* ---- rows.c ------------------------------------------------------------ */

/* Read one row into the batch's next place, which is not counted yet; its
 * `ts` is MD_ABSENT where there is none.                                   */
typedef int (*pg_row_reader) (struct pg_job *job, struct md_json *json,
                              uint32_t symbol, struct md_reasons *reasons,
                              md_time *ret_ts, struct md_error *err);
int pg_read_bar (struct pg_job *job, struct md_json *json, uint32_t symbol,
                 struct md_reasons *reasons, md_time *ret_ts,
                 struct md_error *err);
int pg_read_trade (struct pg_job *job, struct md_json *json, uint32_t symbol,
                   struct md_reasons *reasons, md_time *ret_ts,
                   struct md_error *err);
int pg_read_quote (struct pg_job *job, struct md_json *json, uint32_t symbol,
                   struct md_reasons *reasons, md_time *ret_ts,
                   struct md_error *err);
/* Rows without a value yet, and what both forms of rows need.              */
struct md_bar pg_no_bar (uint32_t symbol);
struct md_trade pg_no_trade (uint32_t symbol);
struct md_quote pg_no_quote (uint32_t symbol);
void pg_apply_correction (int64_t code, struct md_trade *trade);
void pg_clear_sides (struct md_quote *quote);

/* ---- series.c, grouped.c ----------------------------------------------- */

int pg_fetch_series (struct pg_job *job, struct md_error *err);
/* A whole market's days: the request names no symbol.                      */
int pg_fetch_grouped (struct pg_job *job, struct md_error *err);

/* ---- list.c, actions.c, tickers.c --------------------------------------- */

/* All pages of a list, from a finished URL on; `url` is written over.      */
typedef int (*pg_list_reader) (struct pg_job *job, struct md_json *json,
                               void *data, struct md_error *err);
int pg_walk_list (struct pg_job *job, struct md_url *url, pg_list_reader read,
                  void *data, struct md_error *err);
int pg_fetch_actions (struct pg_job *job, struct md_error *err);
int pg_list_tickers (void *session, struct md_call *call, const char *dataset,
                     const char *pattern, struct md_error *err);

/* ---- flat.c ------------------------------------------------------------ */

int pg_fetch_flat (struct pg_job *job, struct md_error *err);
int pg_check_flat (const struct polygon *pg, const struct md_request *request,
                   struct md_error *err);

/* ---- days.c ------------------------------------------------------------ */

/* Days of the market's zone, counted from 1970-01-01.                      */
int64_t pg_day_of (const struct pg_market *market, md_time t);
md_time pg_day_start (const struct pg_market *market, int64_t day);
/* Nothing is traded on that day of the week.                               */
bool pg_is_closed (const struct pg_market *market, int64_t day);
#define PG_DATE_SIZE 32
void pg_format_date (int64_t day, char *buf); /* "2024-03-04" */

static inline int
pg_name (struct pg_job *job, struct md_json *json, const char *field,
         struct md_reasons *reasons, uint32_t *ret_id, struct md_error *err)
{
  return md_read_name (&job->pg->names, job->pg->host, job->call, json, field,
                       reasons, ret_id, err);
}

#endif
