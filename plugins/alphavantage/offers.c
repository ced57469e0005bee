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

#define BARS(schema_, count_, unit_, set_, doc_, ...)                        \
  { .dataset = set_, .schema = "ohlcv-" schema_, .record = MD_BAR,           \
    .interval = { .count = count_, .unit = unit_ },                          \
    .index_time = "bar start", .settle_ns = SETTLE, .max_symbols = 1,        \
    .page_rows = PAGE, .doc = doc_, __VA_ARGS__ }

#define INTRADAY(...)                                                        \
  BARS ("1m", 1, MD_UNIT_MINUTE, __VA_ARGS__),                               \
  BARS ("5m", 5, MD_UNIT_MINUTE, __VA_ARGS__),                               \
  BARS ("15m", 15, MD_UNIT_MINUTE, __VA_ARGS__),                             \
  BARS ("30m", 30, MD_UNIT_MINUTE, __VA_ARGS__),                             \
  BARS ("1h", 1, MD_UNIT_HOUR, __VA_ARGS__)

#define LONGER(...)                                                          \
  BARS ("1d", 1, MD_UNIT_DAY, __VA_ARGS__),                                  \
  BARS ("1w", 1, MD_UNIT_WEEK, __VA_ARGS__),                                 \
  BARS ("1mo", 1, MD_UNIT_MONTH, __VA_ARGS__)

#define FLAGS (MD_OFFER_SPARSE | MD_OFFER_NEWEST_FIRST)
#define SPARSE "Bars; no row where nothing traded."
#define SCALED "Bars scaled by adjusted close / close; volume as traded."
#define MONTHLY .window = { .count = 1, .unit = MD_UNIT_MONTH,               \
                            .zone = "America/New_York" }
#define RAW .flags = FLAGS, .volume_unit = "shares", .adjustment = "raw",    \
            .calendar = "us-equities"
#define ADJUSTED .volume_unit = "shares", .adjustment = "all",               \
                 .rewritten_by = "split,dividend", .calendar = "us-equities"
#define CRYPTO .flags = FLAGS, .volume_unit = "base currency",               \
               .calendar = "crypto"

const struct md_offer av_offers[AV_OFFERS] = {
  INTRADAY ("stocks/raw", SPARSE, RAW, MONTHLY),
  LONGER ("stocks/raw", SPARSE, RAW),
  { .dataset = "stocks/raw", .schema = "actions", .record = MD_ACTION,
    .flags = MD_OFFER_SPARSE, .index_time = "ex-date",
    .interval = { .count = 1, .unit = MD_UNIT_DAY },
    .settle_ns = SETTLE, .max_symbols = 1, .page_rows = PAGE,
    .doc = "Splits and cash dividends, of the daily adjusted series." },
  INTRADAY ("stocks/adjusted", SPARSE, .flags = FLAGS, ADJUSTED, MONTHLY),
  LONGER ("stocks/adjusted", SCALED, .flags = FLAGS | MD_OFFER_ROUNDS,
          ADJUSTED),
  INTRADAY ("fx", SPARSE, .flags = FLAGS, .calendar = "fx"),
  LONGER ("fx", SPARSE, .flags = FLAGS, .calendar = "fx"),
  INTRADAY ("crypto", SPARSE, CRYPTO), LONGER ("crypto", SPARSE, CRYPTO),
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
av_is_adjusted (const struct md_offer *offer)
{
  return strcmp (offer->dataset, "stocks/adjusted") == 0;
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
  static const char *const names[4][4] = {
    { "TIME_SERIES_INTRADAY", "TIME_SERIES_DAILY", "TIME_SERIES_WEEKLY",
      "TIME_SERIES_MONTHLY" },
    { "FX_INTRADAY", "FX_DAILY", "FX_WEEKLY", "FX_MONTHLY" },
    { "CRYPTO_INTRADAY", "DIGITAL_CURRENCY_DAILY", "DIGITAL_CURRENCY_WEEKLY",
      "DIGITAL_CURRENCY_MONTHLY" },
    { "TIME_SERIES_INTRADAY", "TIME_SERIES_DAILY_ADJUSTED",
      "TIME_SERIES_WEEKLY_ADJUSTED", "TIME_SERIES_MONTHLY_ADJUSTED" },
  };
  int market = av_is_adjusted (offer) ? 3 : av_is_stocks (offer) ? 0
               : av_is_fx (offer) ? 1 : 2;

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
