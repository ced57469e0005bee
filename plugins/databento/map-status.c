/* SPDX-License-Identifier: Apache-2.0
 *
 * map-status.c - statistics and trading status.
 */
#include "databento.h"

#include <stdio.h>
#include <string.h>

/* By stat_type; the vendor's enumeration in words.                          */
static const char *const statistics[] = {
  [1] = "opening_price", [2] = "indicative_opening_price",
  [3] = "settlement_price", [4] = "session_low", [5] = "session_high",
  [6] = "cleared_volume", [7] = "lowest_offer", [8] = "highest_bid",
  [9] = "open_interest", [10] = "fixing_price", [11] = "close_price",
  [12] = "net_change", [13] = "vwap", [14] = "volatility", [15] = "delta",
  [16] = "uncrossing_price", [17] = "upper_price_limit",
  [18] = "lower_price_limit", [19] = "block_volume",
  [20] = "indicative_close_price", [21] = "breaker_level_1",
  [22] = "breaker_level_2", [23] = "breaker_level_3",
  [24] = "auction_collar_reference", [25] = "auction_collar_upper",
  [26] = "auction_collar_lower",
};

static uint32_t
number_name (struct names *names, unsigned number)
{
  char text[16];

  snprintf (text, sizeof text, "%u", number);
  return names_text (names, text, strlen (text));
}

static uint32_t
statistic_name (struct names *names, unsigned type)
{
  const char *text = NULL;

  if (type < sizeof statistics / sizeof statistics[0])
    text = statistics[type];
  else if (type == 10001)
    text = "venue_volume";
  else if (type == 10002)
    text = "venue_price";
  return text != NULL ? names_text (names, text, strlen (text))
                      : number_name (names, type);
}

static uint32_t
update_name (struct names *names, unsigned update)
{
  if (update == 1)
    return names_text (names, "new", 3);
  if (update == 2)
    return names_text (names, "delete", 6);
  return number_name (names, update);
}

const char *
map_statistic (struct names *names, const unsigned char *record, void *row)
{
  struct md_statistic *statistic = row;
  unsigned type = dbn_u16 (record + 56);

  statistic->ts = statistic->ts_recv = map_time (record + 16);
  statistic->venue = names_venue (names, dbn_u16 (record + 2));
  statistic->flags = 0;
  statistic->ts_event = map_time (record + 8);
  statistic->ts_ref = map_time (record + 24);
  statistic->stat = statistic_name (names, type);
  statistic->update = update_name (names, record[60]);
  statistic->stat_type = type;
  statistic->price = dbn_i64 (record + 32);
  statistic->quantity = dbn_i64 (record + 40);
  statistic->sequence = dbn_u32 (record + 48);
  statistic->ts_in_delta = dbn_i32 (record + 52);
  statistic->channel_id = dbn_u16 (record + 58) != UINT16_MAX
    ? dbn_u16 (record + 58) : MD_ABSENT;
  statistic->vendor_flags = record[61];
  statistic->instrument_id = dbn_u32 (record + 4);
  return NULL;
}

const char *
map_status (struct names *names, const unsigned char *record, void *row)
{
  struct md_halt *halt = row;

  halt->ts = halt->ts_recv = map_time (record + 16);
  halt->venue = names_venue (names, dbn_u16 (record + 2));
  halt->flags = 0;
  halt->ts_event = map_time (record + 8);
  halt->action = dbn_u16 (record + 24);
  halt->reason = dbn_u16 (record + 26);
  halt->trading_event = dbn_u16 (record + 28);
  halt->trading = names_char (names, CHAR_FLAG, record[30]);
  halt->quoting = names_char (names, CHAR_FLAG, record[31]);
  halt->short_sell = names_char (names, CHAR_RESTRICTED, record[32]);
  halt->instrument_id = dbn_u32 (record + 4);
  return NULL;
}
