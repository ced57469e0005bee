/* SPDX-License-Identifier: Apache-2.0
 *
 * map-bar.c - ohlcv records as bars.  There is one for each publisher, and
 * only where something traded.
 */
#include "databento.h"

const char *
map_bar (struct names *names, const unsigned char *record, void *row)
{
  struct md_bar *bar = row;
  uint64_t volume = dbn_u64 (record + 48);

  bar->ts = map_time (record + 8);
  bar->venue = names_venue (names, dbn_u16 (record + 2));
  bar->flags = 0;
  bar->open = dbn_i64 (record + 16);
  bar->high = dbn_i64 (record + 24);
  bar->low = dbn_i64 (record + 32);
  bar->close = dbn_i64 (record + 40);
  bar->volume = volume != UINT64_MAX ? (double) volume : md_absent_f64 ();
  bar->vwap = md_absent_f64 ();
  bar->trades = MD_ABSENT;
  return volume > UINT64_C (1) << 53 && volume != UINT64_MAX ? "range:volume"
                                                             : NULL;
}
