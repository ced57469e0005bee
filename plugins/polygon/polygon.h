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
  const char *grouped;       /* path of a whole market's day, or NULL */
  enum md_zone zone;         /* where its days begin */
  bool         five_days;    /* nothing on Saturdays and Sundays */
};

struct polygon {
  const struct md_host *host;
  char *base_url;
  bool  has_key, is_free;
  int   years;               /* that the plan holds; 0: all of them */
  struct md_names names;
  union {
    struct md_bar     bars[PG_BATCH];
    struct md_trade   trades[PG_BATCH];
    struct md_quote   quotes[PG_BATCH];
  } rows;
};

/* One callback.                                                            */
struct pg_job {
  struct polygon *pg;
  struct md_call *call;
  const struct md_request *request; /* NULL when symbols are listed */
  const struct pg_market  *market;
  const char *what;                 /* begins every error */
  size_t n;                         /* rows that wait for `emit` */
};

/* ---- offers.c ---------------------------------------------------------- */

#define PG_N_OFFERS 63 /* the compiler compares it with the list */
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
/* The next page's URL, which must be of the configured origin or of one of
 * the vendor's two names, which mean the same.                             */
int pg_next_url (struct pg_job *job, const char *next, struct md_url *url,
                 struct md_error *err);

/* Hands over the rows that wait.                                           */
int pg_flush (struct pg_job *job, struct md_error *err);
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

/* ---- aggregates.c ------------------------------------------------------ */

int pg_fetch_aggregates (struct pg_job *job, struct md_error *err);

static inline int
pg_name (struct pg_job *job, struct md_json *json, const char *field,
         struct md_reasons *reasons, uint32_t *ret_id, struct md_error *err)
{
  return md_read_name (&job->pg->names, job->pg->host, job->call, json, field,
                       reasons, ret_id, err);
}

#endif
