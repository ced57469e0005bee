/* SPDX-License-Identifier: Apache-2.0
 *
 * alphavantage.h - what the files of the Alpha Vantage provider share.
 */
#ifndef ALPHAVANTAGE_H
#define ALPHAVANTAGE_H

#include <mdcore.h>
#include <support/csv.h>
#include <support/row.h>
#include <support/url.h>

#define AV_URL_SIZE 640
#define AV_BATCH 256   /* rows handed to `emit` at once */
#define AV_COLUMNS 16

struct alphavantage {
  const struct md_host *host;
  char *base_url, *api_key; /* the key: to take it out of the vendor's texts */
  union {
    struct md_bar    bars[AV_BATCH];
    struct md_action actions[AV_BATCH];
  } rows;
};

/* One symbol's share of a callback.                                        */
struct av_job {
  struct alphavantage *av;
  struct md_call *call;
  const struct md_request *request; /* NULL when listings are read */
  const char *name;                 /* "IBM", "EUR/USD" */
  uint32_t    symbol;               /* of the request */
  char        what[96];             /* begins every error */
};

/* ---- offers.c ---------------------------------------------------------- */

#define AV_OFFERS (8 + 1 + 8 + 8 + 8)
extern const struct md_offer av_offers[AV_OFFERS];

bool av_is_stocks (const struct md_offer *offer);
bool av_is_fx (const struct md_offer *offer);
bool av_is_intraday (const struct md_offer *offer);
/* For splits and dividends.                                                */
bool av_is_adjusted (const struct md_offer *offer);
const char *av_function (const struct md_offer *offer);
/* "1min" to "60min"; buf of 16.                                            */
void av_interval (const struct md_offer *offer, char *buf);
/* Start of the offer's interval that holds t: a row is labelled with a day
 * inside its week or month.                                                */
md_time av_floor (const struct md_offer *offer, md_time t);

/* ---- answer.c ---------------------------------------------------------- */

/* GET of a finished URL.  MD_OK: a 200 with CSV, or an empty body where there
 * is no data, and was none when asked again.                               */
int av_get (struct av_job *job, struct md_url *url,
            struct md_reply *ret_reply, struct md_error *err);

/* ---- rows.c ------------------------------------------------------------ */

/* Rows of one answer that belong to [from, to).                            */
struct av_rows {
  struct av_job *job;
  md_time from, to;
  md_time least, most; /* no row may be outside; both 0: any may */
  md_time oldest;      /* of the rows seen, MD_ABSENT: none */
  uint32_t flags;      /* of the rows */
  bool    goes_far;    /* only what came is claimed, however little */
  size_t  n;           /* rows that wait for `emit` */
};
int av_read_rows (struct av_rows *rows, const struct md_reply *reply,
                  struct md_error *err);

/* ---- series.c, listing.c ----------------------------------------------- */

int av_fetch_series (struct av_job *job, struct md_error *err);
int av_list (void *session, struct md_call *call, const char *dataset,
             const char *pattern, struct md_error *err);

#endif
