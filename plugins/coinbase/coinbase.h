/* SPDX-License-Identifier: Apache-2.0
 *
 * coinbase.h - what the files of the Coinbase provider share.
 */
#ifndef COINBASE_H
#define COINBASE_H

#include <mdcore.h>
#include <support/json.h>
#include <support/row.h>
#include <support/url.h>

#define CB_URL_SIZE 512
#define CB_BATCH 512 /* rows handed to `emit` at once */

/* A trade whose id and time are known: the search for a time's id starts
 * between two of them.                                                     */
struct cb_anchor {
  char    product[32];
  int64_t id;
  md_time ts;
};
#define CB_ANCHORS 128

struct coinbase {
  const struct md_host *host;
  char   *base_url, *advanced_url;
  struct cb_anchor anchors[CB_ANCHORS]; /* a ring */
  unsigned n_anchors;                   /* ever added */
  union {
    struct md_bar   bars[CB_BATCH];
    struct md_trade trades[CB_BATCH];
  } rows;
};

/* One product's share of a callback.                                       */
struct cb_job {
  struct coinbase *cb;
  struct md_call  *call;
  const struct md_request *request;
  const char *product;
  bool        advanced;  /* which of the two APIs */
  uint32_t    symbol;    /* of the request */
  uint32_t    buy, sell; /* interned, for trades */
};

/* ---- answer.c ---------------------------------------------------------- */

/* GET of a finished URL.  MD_OK: a 200 whose body is one whole JSON array.
 * `what` begins every error: "candles of BTC-USD".                         */
int cb_get (struct cb_job *job, struct md_url *url, const char *what,
            struct md_reply *ret_reply, struct md_error *err);
/* The same of the Advanced Trade API, whose rows stand in an object:
 * ret_json has entered the array of this name.  The body is valid until the
 * next.                                                                    */
int cb_get_rows (struct cb_job *job, struct md_url *url, const char *what,
                 const char *name, struct md_json *ret_json,
                 struct md_error *err);
#define CB_ADVANCED "/api/v3/brokerage/market"

/* The row's text is [raw, raw_end).                                        */
int cb_reject (struct cb_job *job, md_time ts, const char *raw,
               const char *raw_end, const struct md_reasons *reasons,
               struct md_error *err);

/* ---- windows.c ---------------------------------------------------------- */

/* Candles that start in [first, last], both on the grid of g ns.           */
struct cb_span {
  int64_t  g;
  int      most;   /* candles of one request */
  md_time  first, last;
  uint32_t flags;  /* of the rows */
};

/* One request's answer.                                                    */
struct cb_window {
  struct cb_job *job;
  struct cb_span span;
  size_t n, before;  /* rows waiting; rows before `first` */
  char   what[100];
};
void cb_window_init (struct cb_window *w, struct cb_job *job,
                     const struct cb_span *span);
/* A row without values.                                                    */
struct md_bar cb_window_bar (const struct cb_window *w);
void cb_read_seconds (struct md_json *json, const char *field,
                      struct md_reasons *reasons, md_time *ret_ts);
/* Keeps the row, passes it over (before the window), rejects it (reasons),
 * or calls the answer wrong.                                               */
int cb_window_take (struct cb_window *w, const struct md_bar *bar,
                    const char *raw, const char *raw_end,
                    const struct md_reasons *reasons, struct md_error *err);
int cb_window_end (struct cb_window *w, struct md_error *err);

typedef int (*cb_window_fn) (struct cb_job *job, const struct cb_span *span,
                             struct md_error *err);
/* Asks for the request's final candles, `most` at a time, and covers them;
 * then for those that are not final, where they are wanted.                */
int cb_fetch_windows (struct cb_job *job, int most, cb_window_fn fetch,
                      struct md_error *err);

/* ---- candles.c, advanced.c, trades.c, trade-search.c, products.c -------- */

int cb_fetch_candles (struct cb_job *job, struct md_error *err);
int cb_fetch_advanced (struct cb_job *job, struct md_error *err);

int cb_fetch_trades (struct cb_job *job, struct md_error *err);
/* Times of a product's trades may disagree with the order of their ids by
 * no more than this.                                                       */
#define CB_TRADE_SLACK MD_SECOND
#define CB_TRADE_PAGE 1000
/* An id such that every trade before `to` has a lower one, found with a few
 * calls for single trades; 0: the product never traded.                    */
int cb_find_trade (struct cb_job *job, md_time to, int64_t *ret_id,
                   struct md_error *err);
void cb_remember (struct cb_job *job, int64_t id, md_time ts);

int cb_list_products (void *session, struct md_call *call,
                      const char *dataset, const char *pattern,
                      struct md_error *err);

static inline bool
cb_is_advanced (const char *dataset)
{
  return dataset != NULL && strcmp (dataset, "advanced") == 0;
}

#endif
