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
    .doc = "OANDA's own quotes; volume is the number of prices, and there "  \
           "is no row where none came.  2h to 1mo in any alignment: "        \
           "\"mid/17/Friday@Europe/London\"." }

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

/* ---- alignments ---------------------------------------------------------- */

static const char *const weekdays[] = { "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday",
                                        "Sunday" };

/* What follows the price in a dataset's name.  Those with a name have no
 * other, or the same candles would be kept twice.                          */
static const struct {
  const char *tail;
  struct oa_alignment alignment;
} named[] = {
  { "", { NEW_YORK, 17, "Friday" } },
  { "/utc", { "UTC", 0, "Monday" } },
  { "/new-york", { NEW_YORK, 0, "Monday" } },
};

#define N_NAMED (sizeof named / sizeof named[0])

/* "/17/Friday@America/New_York" -> MD_OK.  The zone is part of the text.   */
static int
read_tail (const char *tail, struct oa_alignment *ret, struct md_error *err)
{
  const char *at = tail + 1, *zone = strchr (tail, '@');
  size_t digits = strspn (at, "0123456789");
  int hour = 0;

  if (digits == 1 || digits == 2)
    hour = digits == 1 ? at[0] - '0' : (at[0] - '0') * 10 + at[1] - '0';
  if (zone == NULL || zone[1] == '\0' || digits == 0 || digits > 2
      || hour > 23 || (digits == 2 && at[0] == '0') || at[digits] != '/')
    return md_error_say (err, MD_ERR_CONFIG, "an alignment is written like "
                         "\"/17/Friday@America/New_York\": the hour (0 to 23) "
                         "at which a day begins, the day on which a week "
                         "begins, the time zone");
  at += digits + 1;
  for (size_t i = 0; i < 7; i++) {
    if (strlen (weekdays[i]) == (size_t) (zone - at)
        && strncmp (weekdays[i], at, (size_t) (zone - at)) == 0) {
      *ret = (struct oa_alignment) { zone + 1, hour, weekdays[i] };
      return MD_OK;
    }
  }
  return md_error_say (err, MD_ERR_CONFIG, "\"%.*s\" is no day of the week; "
                       "write one of Monday, Tuesday, Wednesday, Thursday, "
                       "Friday, Saturday, Sunday",
                       (int) (zone - at < 20 ? zone - at : 20), at);
}

bool
oa_alignment_of (const struct md_offer *offer, struct oa_alignment *ret)
{
  const char *slash = strchr (offer->dataset, '/');
  const char *tail = slash != NULL ? slash : "";
  struct md_error ignored = { .struct_size = sizeof ignored };

  if (offer->interval.unit < MD_UNIT_HOUR
      || (offer->interval.unit == MD_UNIT_HOUR && offer->interval.count == 1))
    return false;
  for (size_t i = 0; i < N_NAMED; i++) {
    if (strcmp (tail, named[i].tail) == 0) {
      *ret = named[i].alignment;
      return true;
    }
  }
  return read_tail (tail, ret, &ignored) == MD_OK;
}

static int
refuse_named (const struct oa_alignment *alignment, const char *price,
              struct md_error *err)
{
  for (size_t i = 0; i < N_NAMED; i++) {
    const struct oa_alignment *other = &named[i].alignment;

    if (alignment->hour == other->hour
        && strcmp (alignment->zone, other->zone) == 0
        && strcmp (alignment->weekday, other->weekday) == 0)
      return md_error_say (err, MD_ERR_CONFIG, "these candles are called "
                           "\"%.3s%s\"; write that", price, named[i].tail);
  }
  return MD_OK;
}

/* The offer of the same price and schema with OANDA's own alignment.       */
static const struct md_offer *
find_usual (const char *dataset, const char *schema)
{
  for (size_t i = 0; i < OA_OFFERS; i++) {
    if (strlen (oa_offers[i].dataset) == 3
        && strncmp (oa_offers[i].dataset, dataset, 3) == 0
        && strcmp (oa_offers[i].schema, schema) == 0)
      return &oa_offers[i];
  }
  return NULL;
}

static int
align (const struct oa_alignment *alignment, struct md_interval *interval,
       struct md_error *err)
{
  if (interval->unit == MD_UNIT_MONTH && alignment->hour != 0)
    return md_error_say (err, MD_ERR_CONFIG, "OANDA does not say to which "
                         "month a day belongs that begins at %d:00; months "
                         "are to be had with days that begin at 0:00, and in "
                         "the usual alignment", alignment->hour);
  interval->zone = strcmp (alignment->zone, "UTC") == 0 ? NULL
                                                        : alignment->zone;
  interval->anchor_ns = alignment->hour * MD_HOUR;
  for (size_t i = 0; interval->unit == MD_UNIT_WEEK && i < 7; i++) {
    if (strcmp (weekdays[i], alignment->weekday) == 0)
      interval->anchor_ns += (int64_t) i * MD_DAY;
  }
  return MD_OK;
}

int
oa_derive (const char *dataset, const char *schema,
           struct md_offer *ret_offer, struct md_error *err)
{
  const char *tail = strchr (dataset, '/');
  const struct md_offer *usual = find_usual (dataset, schema);
  struct oa_alignment alignment;
  int klass;

  if (usual == NULL || tail != dataset + 3
      || (strchr (tail, '@') == NULL && strchr ("0123456789", tail[1]) == NULL))
    return md_error_say (err, MD_ERR_NOT_FOUND, "no alignment");
  klass = read_tail (tail, &alignment, err);
  if (klass == MD_OK)
    klass = refuse_named (&alignment, dataset, err);
  if (klass != MD_OK)
    return klass;
  *ret_offer = *usual;
  ret_offer->dataset = dataset;
  if (!oa_alignment_of (ret_offer, &alignment))
    return md_error_say (err, MD_ERR_CONFIG, "candles of an hour and less are "
                         "the same in each alignment; ask dataset \"%.3s\" "
                         "for %.20s", dataset, schema);
  return align (&alignment, &ret_offer->interval, err);
}

/* ---- what OANDA calls them ----------------------------------------------- */

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
