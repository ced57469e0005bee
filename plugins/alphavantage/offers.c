/* SPDX-License-Identifier: Apache-2.0
 *
 * offers.c - what there is, and which function brings it.
 */
#include "alphavantage.h"

#include <stdio.h>
#include <string.h>
#include <support/time.h>

/* Without a paid entitlement, bars of a day come after its end; the day of
 * an exchange in America ends in the next UTC day.                         */
#define SETTLE MD_DAY

/* A call brings a month or a whole series, whatever the rows: a large page
 * makes one chunk of it all, which is handed over month by month.          */
#define PAGE 1000000

#define BARS(set_, schema_, count_, unit_, unit_text_, adjustment_, stale_,  \
             calendar_)                                                      \
  { .dataset = set_, .schema = "ohlcv-" schema_, .record = MD_BAR,           \
    .flags = MD_OFFER_SPARSE | MD_OFFER_NEWEST_FIRST,                        \
    .interval = { .count = count_, .unit = unit_ },                          \
    .index_time = "bar start", .settle_ns = SETTLE, .max_symbols = 1,        \
    .page_rows = PAGE, .rewritten_by = stale_, .volume_unit = unit_text_,    \
    .adjustment = adjustment_, .calendar = calendar_,                        \
    .doc = "Bars; no row where nothing traded." }

#define STOCKS "us-equities"

#define INTRADAY(set_, unit_, adjustment_, stale_, calendar_)                \
  BARS (set_, "1m", 1, MD_UNIT_MINUTE, unit_, adjustment_, stale_,           \
        calendar_),                                                          \
  BARS (set_, "5m", 5, MD_UNIT_MINUTE, unit_, adjustment_, stale_,           \
        calendar_),                                                          \
  BARS (set_, "15m", 15, MD_UNIT_MINUTE, unit_, adjustment_, stale_,         \
        calendar_),                                                          \
  BARS (set_, "30m", 30, MD_UNIT_MINUTE, unit_, adjustment_, stale_,         \
        calendar_),                                                          \
  BARS (set_, "1h", 1, MD_UNIT_HOUR, unit_, adjustment_, stale_,             \
        calendar_)

#define LONGER(set_, unit_, adjustment_, calendar_)                          \
  BARS (set_, "1d", 1, MD_UNIT_DAY, unit_, adjustment_, NULL, calendar_),    \
  BARS (set_, "1w", 1, MD_UNIT_WEEK, unit_, adjustment_, NULL, calendar_),   \
  BARS (set_, "1mo", 1, MD_UNIT_MONTH, unit_, adjustment_, NULL, calendar_)

const struct md_offer av_offers[AV_OFFERS] = {
  INTRADAY ("stocks/raw", "shares", "raw", NULL, STOCKS),
  LONGER ("stocks/raw", "shares", "raw", STOCKS),
  { .dataset = "stocks/raw", .schema = "actions", .record = MD_ACTION,
    .flags = MD_OFFER_SPARSE, .index_time = "ex-date",
    .interval = { .count = 1, .unit = MD_UNIT_DAY },
    .settle_ns = SETTLE, .max_symbols = 1, .page_rows = PAGE,
    .doc = "Splits and cash dividends, of the daily adjusted series." },
  INTRADAY ("stocks/adjusted", "shares", "all", "split,dividend", STOCKS),
  INTRADAY ("fx", NULL, NULL, NULL, "fx"), LONGER ("fx", NULL, NULL, "fx"),
  INTRADAY ("crypto", "base currency", NULL, NULL, "crypto"),
  LONGER ("crypto", "base currency", NULL, "crypto"),
};

bool
av_is_stocks (const struct md_offer *offer)
{
  return offer->dataset[0] == 's';
}

bool
av_is_fx (const struct md_offer *offer)
{
  return offer->dataset[0] == 'f';
}

bool
av_is_intraday (const struct md_offer *offer)
{
  return offer->interval.unit == MD_UNIT_MINUTE
         || offer->interval.unit == MD_UNIT_HOUR;
}

const char *
av_function (const struct md_offer *offer)
{
  static const char *const names[3][4] = {
    { "TIME_SERIES_INTRADAY", "TIME_SERIES_DAILY", "TIME_SERIES_WEEKLY",
      "TIME_SERIES_MONTHLY" },
    { "FX_INTRADAY", "FX_DAILY", "FX_WEEKLY", "FX_MONTHLY" },
    { "CRYPTO_INTRADAY", "DIGITAL_CURRENCY_DAILY", "DIGITAL_CURRENCY_WEEKLY",
      "DIGITAL_CURRENCY_MONTHLY" },
  };
  int market = av_is_stocks (offer) ? 0 : av_is_fx (offer) ? 1 : 2;

  if (offer->record == MD_ACTION)
    return "TIME_SERIES_DAILY_ADJUSTED";
  switch (offer->interval.unit) {
  case MD_UNIT_DAY:
    return names[market][1];
  case MD_UNIT_WEEK:
    return names[market][2];
  case MD_UNIT_MONTH:
    return names[market][3];
  default:
    return names[market][0];
  }
}

void
av_interval (const struct md_offer *offer, char *buf)
{
  unsigned minutes = (unsigned) offer->interval.count;

  if (offer->interval.unit == MD_UNIT_HOUR)
    minutes *= 60;
  snprintf (buf, 16, "%umin", minutes);
}

static int64_t
floor_div (int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

md_time
av_floor (const struct md_offer *offer, md_time t)
{
  int64_t day = floor_div (t, MD_DAY), year, step;
  unsigned month, day_of_month;

  switch (offer->interval.unit) {
  case MD_UNIT_MINUTE:
  case MD_UNIT_HOUR:
    step = offer->interval.count
           * (offer->interval.unit == MD_UNIT_HOUR ? MD_HOUR : MD_MINUTE);
    return floor_div (t, step) * step;
  case MD_UNIT_WEEK: /* day 4 was a Monday */
    return (floor_div (day - 4, 7) * 7 + 4) * MD_DAY;
  case MD_UNIT_MONTH:
    md_civil_from_days (day, &year, &month, &day_of_month);
    return (day - (day_of_month - 1)) * MD_DAY;
  default:
    return day * MD_DAY;
  }
}
