/* SPDX-License-Identifier: Apache-2.0
 *
 * map-tick.c - trades, and events or intervals with the top of the book.
 * The stored "undefined" price is the canonical absent one.
 */
#include "databento.h"

#define FLAG_BAD_TS_RECV 8u

static uint32_t
row_flags (unsigned char vendor_flags)
{
  return vendor_flags & FLAG_BAD_TS_RECV ? MD_ROW_RECV_BAD : 0;
}

const char *
map_trade (struct names *names, const unsigned char *record, void *row)
{
  struct md_trade *trade = row;

  trade->ts = trade->ts_recv = map_time (record + 32);
  trade->venue = names_venue (names, dbn_u16 (record + 2));
  trade->flags = row_flags (record[30]);
  trade->ts_event = map_time (record + 8);
  trade->price = dbn_i64 (record + 16);
  trade->size = map_size (record + 24);
  trade->sequence = dbn_u32 (record + 44);
  trade->id.ptr = NULL;
  trade->id.len = 0;
  trade->side = names_char (names, CHAR_AGGRESSOR, record[29]);
  trade->conditions = trade->tape = MD_ABSENT_NAME;
  trade->action = names_char (names, CHAR_ACTION, record[28]);
  trade->depth = record[31];
  trade->vendor_flags = record[30];
  trade->ts_in_delta = dbn_i32 (record + 40);
  trade->instrument_id = dbn_u32 (record + 4);
  return NULL;
}

/* What mbp-1, bbo and their consolidated forms have at the same place.      */
static void
map_common (struct names *names, const unsigned char *record,
            struct md_tbbo *tbbo)
{
  tbbo->ts = tbbo->ts_recv = map_time (record + 32);
  tbbo->venue = names_venue (names, dbn_u16 (record + 2));
  tbbo->flags = row_flags (record[30]);
  tbbo->ts_event = map_time (record + 8);
  tbbo->price = dbn_i64 (record + 16);
  tbbo->size = map_size (record + 24);
  tbbo->vendor_flags = record[30];
  tbbo->instrument_id = dbn_u32 (record + 4);
  tbbo->bid = dbn_i64 (record + 48);
  tbbo->ask = dbn_i64 (record + 56);
  tbbo->bid_size = map_size (record + 64);
  tbbo->ask_size = map_size (record + 68);
}

static void
map_level (const unsigned char *record, struct md_tbbo *tbbo)
{
  tbbo->bid_count = dbn_u32 (record + 72);
  tbbo->ask_count = dbn_u32 (record + 76);
  tbbo->bid_venue = tbbo->ask_venue = MD_ABSENT_NAME;
}

static void
map_consolidated_level (struct names *names, const unsigned char *record,
                        struct md_tbbo *tbbo)
{
  tbbo->bid_count = tbbo->ask_count = MD_ABSENT;
  tbbo->bid_venue = names_venue (names, dbn_u16 (record + 72));
  tbbo->ask_venue = names_venue (names, dbn_u16 (record + 76));
  tbbo->sequence = MD_ABSENT;
}

/* The side of a trade is its aggressor's, that of any other event the side
 * of the book.                                                              */
static void
map_event (struct names *names, const unsigned char *record,
           struct md_tbbo *tbbo)
{
  tbbo->side = names_char (names, record[28] == 'T' ? CHAR_AGGRESSOR
                                                    : CHAR_SIDE, record[29]);
  tbbo->action = names_char (names, CHAR_ACTION, record[28]);
  tbbo->ts_in_delta = dbn_i32 (record + 40);
}

/* The event of an interval is its last trade, which has no more than this.  */
static void
map_last_trade (struct names *names, const unsigned char *record,
                struct md_tbbo *tbbo)
{
  tbbo->side = names_char (names, CHAR_AGGRESSOR, record[29]);
  tbbo->action = MD_ABSENT_NAME;
  tbbo->ts_in_delta = tbbo->depth = MD_ABSENT;
}

const char *
map_mbp (struct names *names, const unsigned char *record, void *row)
{
  struct md_tbbo *tbbo = row;

  map_common (names, record, tbbo);
  map_event (names, record, tbbo);
  map_level (record, tbbo);
  tbbo->depth = record[31];
  tbbo->sequence = dbn_u32 (record + 44);
  return NULL;
}

const char *
map_bbo (struct names *names, const unsigned char *record, void *row)
{
  struct md_tbbo *tbbo = row;

  map_common (names, record, tbbo);
  map_last_trade (names, record, tbbo);
  map_level (record, tbbo);
  tbbo->sequence = dbn_u32 (record + 44);
  return NULL;
}

const char *
map_cmbp (struct names *names, const unsigned char *record, void *row)
{
  struct md_tbbo *tbbo = row;

  map_common (names, record, tbbo);
  map_event (names, record, tbbo);
  map_consolidated_level (names, record, tbbo);
  tbbo->depth = MD_ABSENT;
  return NULL;
}

const char *
map_cbbo (struct names *names, const unsigned char *record, void *row)
{
  struct md_tbbo *tbbo = row;

  map_common (names, record, tbbo);
  map_last_trade (names, record, tbbo);
  map_consolidated_level (names, record, tbbo);
  return NULL;
}
