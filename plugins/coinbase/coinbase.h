/* SPDX-License-Identifier: Apache-2.0
 *
 * coinbase.h - what the files of the Coinbase Exchange provider share.
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
  char   *base_url;
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
  uint32_t    symbol;    /* of the request */
  uint32_t    buy, sell; /* interned, for trades */
};

/* ---- answer.c ---------------------------------------------------------- */

/* GET of a finished URL.  MD_OK: a 200 whose body is one whole JSON array.
 * `what` begins every error: "candles of BTC-USD".                         */
int cb_get (struct cb_job *job, struct md_url *url, const char *what,
            struct md_reply *ret_reply, struct md_error *err);

/* The row's text is [raw, raw_end).                                        */
int cb_reject (struct cb_job *job, md_time ts, const char *raw,
               const char *raw_end, const struct md_reasons *reasons,
               struct md_error *err);

/* ---- candles.c, trades.c, trade-search.c, products.c ------------------- */

int cb_fetch_candles (struct cb_job *job, struct md_error *err);

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

#endif
