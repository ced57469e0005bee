/* SPDX-License-Identifier: Apache-2.0
 *
 * offers.c - which candles there are: three prices, 21 granularities, and
 * for those that are cut from days, where a day begins.
 *
 * Candles of another alignment are other candles, so the alignment is part
 * of the dataset and of the interval, never an option on the side.
 */
#include "oanda.h"

#include <stdio.h>
#include <string.h>

/* The host's clock may be a little ahead of OANDA's, and a range that ends
 * in OANDA's future is refused.                                            */
#define SETTLE (15 * MD_SECOND)

#define CANDLES(set_, schema_, count_, unit_, anchor_, zone_, span_)         \
  { .dataset = set_, .schema = "ohlcv-" schema_, .record = MD_BAR,           \
    .flags = MD_OFFER_SPARSE,                                                \
    .interval = { .count = count_, .unit = unit_, .anchor_ns = anchor_,      \
                  .zone = zone_ },                                           \
    .index_time = "bar start", .settle_ns = SETTLE, .max_symbols = 1,        \
    .max_span_ns = span_, .page_rows = OA_WINDOW,                            \
    .volume_unit = "ticks", .adjustment = NULL, .calendar = "fx",            \
    .doc = "OANDA's own quotes; no row where no price came." }

#define SHORT(set_, schema_, count_, unit_, length_)                         \
  CANDLES (set_, schema_, count_, unit_, 0, NULL,                            \
           OA_WINDOW * (count_) * (length_))

/* Of the hour or less: the same whatever the alignment.                    */
#define FREE_OF_DAYS(set_)                                                   \
  SHORT (set_, "5s", 5, MD_UNIT_SECOND, MD_SECOND),                          \
  SHORT (set_, "10s", 10, MD_UNIT_SECOND, MD_SECOND),                        \
  SHORT (set_, "15s", 15, MD_UNIT_SECOND, MD_SECOND),                        \
  SHORT (set_, "30s", 30, MD_UNIT_SECOND, MD_SECOND),                        \
  SHORT (set_, "1m", 1, MD_UNIT_MINUTE, MD_MINUTE),                          \
  SHORT (set_, "2m", 2, MD_UNIT_MINUTE, MD_MINUTE),                          \
  SHORT (set_, "4m", 4, MD_UNIT_MINUTE, MD_MINUTE),                          \
  SHORT (set_, "5m", 5, MD_UNIT_MINUTE, MD_MINUTE),                          \
  SHORT (set_, "10m", 10, MD_UNIT_MINUTE, MD_MINUTE),                        \
  SHORT (set_, "15m", 15, MD_UNIT_MINUTE, MD_MINUTE),                        \
  SHORT (set_, "30m", 30, MD_UNIT_MINUTE, MD_MINUTE),                        \
  SHORT (set_, "1h", 1, MD_UNIT_HOUR, MD_HOUR)

#define HOURS(set_, schema_, count_, zone_, day_)                            \
  CANDLES (set_, schema_, count_, MD_UNIT_HOUR, day_, zone_,                 \
           OA_WINDOW * (count_) * MD_HOUR)

/* day_, week_: the anchors, from local midnight and from Monday's.  A span
 * of 4990 months would leave the range of a time.                          */
#define CUT_FROM_DAYS(set_, zone_, day_, week_)                              \
  HOURS (set_, "2h", 2, zone_, day_), HOURS (set_, "3h", 3, zone_, day_),    \
  HOURS (set_, "4h", 4, zone_, day_), HOURS (set_, "6h", 6, zone_, day_),    \
  HOURS (set_, "8h", 8, zone_, day_), HOURS (set_, "12h", 12, zone_, day_),  \
  CANDLES (set_, "1d", 1, MD_UNIT_DAY, day_, zone_, OA_WINDOW * MD_DAY),     \
  CANDLES (set_, "1w", 1, MD_UNIT_WEEK, week_, zone_,                        \
           OA_WINDOW * 7 * MD_DAY),                                          \
  CANDLES (set_, "1mo", 1, MD_UNIT_MONTH, day_, zone_, OA_WINDOW * 7 * MD_DAY)

#define NEW_YORK "America/New_York"
#define FIVE_PM (-7 * MD_HOUR)             /* of the day before */
#define FRIDAY (-2 * MD_DAY + FIVE_PM)     /* before Monday */

#define PRICE(set_)                                                          \
  FREE_OF_DAYS (set_), CUT_FROM_DAYS (set_, NEW_YORK, FIVE_PM, FRIDAY),      \
  CUT_FROM_DAYS (set_ "/utc", NULL, 0, 0),                                   \
  CUT_FROM_DAYS (set_ "/new-york", NEW_YORK, 0, 0)

const struct md_offer oa_offers[OA_OFFERS] = { PRICE ("mid"), PRICE ("bid"),
                                               PRICE ("ask") };

const struct oa_alignment *
oa_alignment_of (const struct md_offer *offer)
{
  static const struct oa_alignment usual = { NEW_YORK, 17, "Friday" },
                                   utc = { "UTC", 0, "Monday" },
                                   midnight = { NEW_YORK, 0, "Monday" };
  const char *slash = strchr (offer->dataset, '/');

  if (oa_nominal (&offer->interval) <= MD_HOUR)
    return NULL;
  if (slash == NULL)
    return &usual;
  return strcmp (slash, "/utc") == 0 ? &utc : &midnight;
}

void
oa_granularity (const struct md_interval *interval, char *buf)
{
  switch (interval->unit) {
  case MD_UNIT_SECOND:
    snprintf (buf, 16, "S%u", (unsigned) interval->count);
    break;
  case MD_UNIT_MINUTE:
    snprintf (buf, 16, "M%u", (unsigned) interval->count);
    break;
  case MD_UNIT_HOUR:
    snprintf (buf, 16, "H%u", (unsigned) interval->count);
    break;
  default: /* one of each */
    snprintf (buf, 16, "%s", interval->unit == MD_UNIT_DAY ? "D"
              : interval->unit == MD_UNIT_WEEK ? "W" : "M");
  }
}

const char *
oa_price_component (const struct md_offer *offer)
{
  return offer->dataset[0] == 'm' ? "M" : offer->dataset[0] == 'b' ? "B" : "A";
}

const char *
oa_price_member (const struct md_offer *offer)
{
  return offer->dataset[0] == 'm' ? "mid"
         : offer->dataset[0] == 'b' ? "bid" : "ask";
}
