/* SPDX-License-Identifier: Apache-2.0
 *
 * oanda.h - what the files of the OANDA v20 provider share.
 */
#ifndef OANDA_H
#define OANDA_H

#include <mdcore.h>
#include <support/json.h>
#include <support/row.h>
#include <support/url.h>

#define OA_URL_SIZE 640
#define OA_BATCH 256 /* rows handed to `emit` at once */

/* OANDA refuses a range of more than 5000 slots.  Whether it counts both
 * ends, and the extra hour of a long day, is not documented: a few less.    */
#define OA_WINDOW 4990

struct oanda {
  const struct md_host *host;
  bool  is_live;
  char *base_url, *account; /* account: NULL when not given */
  struct md_bar bars[OA_BATCH];
};

/* One instrument's share of a callback.                                    */
struct oa_job {
  struct oanda   *oa;
  struct md_call *call;
  const struct md_request *request; /* NULL when instruments are listed */
  const char *instrument;
  uint32_t    symbol;               /* of the request */
  char        what[96];             /* begins every error */
};

/* ---- offers.c ---------------------------------------------------------- */

/* Where days, and what is made of them, begin.                             */
struct oa_alignment {
  const char *zone;    /* as OANDA is told */
  int         hour;
  const char *weekday;
};

/* Three prices; 12 granularities up to an hour, 9 in three alignments.     */
#define OA_OFFERS (3 * (12 + 3 * 9))
extern const struct md_offer oa_offers[OA_OFFERS];

/* False: this offer's candles do not depend on an alignment.               */
bool oa_alignment_of (const struct md_offer *offer,
                      struct oa_alignment *ret_alignment);
/* Offers of datasets like "mid/17/Friday@Europe/London".                   */
int oa_derive (const char *dataset, const char *schema,
               struct md_offer *ret_offer, struct md_error *err);
/* "S5" to "M", from the interval; buf of 16.                               */
void oa_granularity (const struct md_interval *interval, char *buf);
/* 'M', 'B' or 'A', and the member that holds such prices.                  */
const char *oa_price_component (const struct md_offer *offer);
const char *oa_price_member (const struct md_offer *offer);

/* ---- answer.c ---------------------------------------------------------- */

/* GET of a finished URL.  MD_OK: a 200 whose body is one whole JSON object. */
int oa_get (struct oa_job *job, struct md_url *url,
            struct md_reply *ret_reply, struct md_error *err);

/* ---- candles.c, instruments.c ------------------------------------------ */

int oa_fetch_candles (struct oa_job *job, struct md_error *err);
int oa_list_instruments (void *session, struct md_call *call,
                         const char *dataset, const char *pattern,
                         struct md_error *err);

#endif
